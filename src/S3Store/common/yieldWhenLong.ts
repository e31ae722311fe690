/**
 * Doing long work in steps, so that all else in the process gets its turns.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { clockOf } from "../../Cache/common/clockOf.js"
import { listenOnceMore } from "./standstill.js"

/** After this many milliseconds of work the event loop has a turn. */
const longStep = 10

/**
 * Does one piece of work that cannot be divided. If it took 10 milliseconds or more, the event loop has a turn after it.
 */
export const step = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.currentTimeMillis, (before) =>
    Effect.zipLeft(
      work,
      Effect.flatMap(Clock.currentTimeMillis, (now) => now - before < longStep ? Effect.void : listenOnceMore(0))
    ))

/**
 * Does work slice by slice. Whenever it took 10 milliseconds, the event loop has a turn.
 *
 * @param slice does a part of the work; what it returns in the end is the result, `undefined`: it is not at its end
 */
export const sliced = <A>(slice: () => A | undefined): Effect.Effect<A> =>
  Effect.withFiberRuntime<A>((fiber) => {
    const clock = clockOf(fiber)
    const before = clock.unsafeCurrentTimeMillis()
    while (true) {
      const result = slice()
      if (result !== undefined) return Effect.succeed(result)
      if (clock.unsafeCurrentTimeMillis() - before >= longStep) {
        return Effect.zipRight(listenOnceMore(0), sliced(slice))
      }
    }
  })
