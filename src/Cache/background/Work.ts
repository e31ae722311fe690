/**
 * Work that goes on after its callers have their answer.
 */
import type * as Effect from "effect/Effect"
import type { AnyFiber } from "../../effect/fibers.js"
import type { SingleFlight } from "../flight/SingleFlight.js"
import type { WorkCounts } from "./Settled.js"

/** Looks at what work of a cache is under way at this moment, but for what waits for the caller. */
export type Work = (caller: AnyFiber) => UnderWay

/** Work that was under way at one moment. */
interface UnderWay {
  /** Waits until it has ended, with what it has led to. Interrupted, it interrupts nothing. */
  readonly ended: Effect.Effect<unknown>
  /** How much of it goes on now. */
  readonly open: () => WorkCounts
}

/** The computations of a cache. */
export const computationsOf = <K>(flights: SingleFlight<K>): Work => (caller) => {
  const { ended, keys } = flights.underWay(caller)
  return { ended, open: () => ({ computations: keys().length }) }
}
