/**
 * Doing long work in steps, so that all else in the process gets its turns.
 */
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import { clockOf } from "../../effect/clocks.js"
import { fromEither } from "../../effect/outcomes.js"
import { listenOnceMore } from "./standstill.js"

/** After this many milliseconds of work the event loop has a turn. */
const longStep = 10

/** Whether bytes are so few that what is done to them needs not go in steps. */
export const isShort = (bytes: Uint8Array): boolean => bytes.length <= 16_384

/**
 * Does one piece of work that cannot be divided. If it took 10 milliseconds or more, the event loop has a turn after it;
 * otherwise it is a single instruction of the fiber.
 */
export const step = <A, E>(work: () => Either.Either<A, E>): Effect.Effect<A, E> =>
  Effect.withFiberRuntime<A, E>((fiber) => {
    const clock = clockOf(fiber)
    const before = clock.unsafeCurrentTimeMillis()
    const result = work()
    return clock.unsafeCurrentTimeMillis() - before < longStep
      ? fromEither(result)
      : Effect.zipRight(listenOnceMore(0), fromEither(result))
  })

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
