/**
 * Waiting for what waits for both a server and the test's clock.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { eventually, turns } from "./until.js"

/** Runs an effect, and turns a `TestClock` now and then until it ends: seldom enough for a server to answer meanwhile. */
export const whileTurning = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function*() {
    let isOver = false
    const fiber = yield* Effect.fork(Effect.ensuring(effect, Effect.sync(() => void (isOver = true))))
    yield* eventually(Effect.zipRight(turns(10), Effect.map(TestClock.adjust("10 millis"), () => isOver)), "its end")
    return yield* Fiber.join(fiber)
  })
