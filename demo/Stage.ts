/**
 * What the parts of the demo work with.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Bucket } from "./Bucket.js"
import type { SecondProcess } from "./SecondProcess.js"
import type { SlowSource } from "./SlowSource.js"

/** What all parts are given. */
export interface Stage {
  readonly source: SlowSource
  readonly where: Bucket
  readonly second: SecondProcess
  /** Says what is being done. It is seen on a terminal, until the next thing is. */
  readonly say: (doing: string) => Effect.Effect<void>
}

/** Runs an effect, and tells how long it took, in milliseconds. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const started = yield* Clock.currentTimeNanos
    const value = yield* effect
    return { value, millis: Number((yield* Clock.currentTimeNanos) - started) / 1e6 }
  })
