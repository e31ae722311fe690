/**
 * Drawing the numbers that jitter goes by.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { FreshnessTimes } from "./Freshness.js"

/** Draws numbers from 0 to 1 for the jitter of entries, and only where there is jitter. */
export interface JitterRolls {
  /** Gives a number for one entry. */
  readonly withRoll: <A, E, R>(f: (roll: number) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Gives a number for each of as many entries; none, where there is no jitter. */
  readonly rolls: (count: number) => Effect.Effect<ReadonlyArray<number>>
}

/** What draws the numbers for entries with this freshness. */
export const jitterRolls = ({ jitter }: FreshnessTimes): JitterRolls => jitter === 0 ? noRolls : drawnRolls

const noRolls: JitterRolls = { withRoll: (f) => f(0), rolls: () => Effect.succeed([]) }

const drawnRolls: JitterRolls = {
  withRoll: (f) => Effect.flatMap(Random.next, f),
  rolls: (count) => Effect.replicateEffect(Random.next, count)
}
