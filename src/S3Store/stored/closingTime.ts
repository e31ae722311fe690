/**
 * How long a cache takes to close.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * How much is left of the time for closing, in milliseconds. It begins when that is asked for first.
 *
 * @param gracePeriod all of it, in milliseconds
 */
export const closingTime = (gracePeriod: number): Effect.Effect<number> => {
  let end: number | undefined
  return Effect.map(Clock.currentTimeMillis, (now) => {
    end ??= now + gracePeriod
    // A clock that is set back meanwhile makes it no longer.
    return Math.min(gracePeriod, Math.max(0, end - now))
  })
}
