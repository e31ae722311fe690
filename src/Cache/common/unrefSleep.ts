/**
 * Sleeping without keeping the process alive.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
// The one timer of the library's own: those of Effect's clock keep a process from ending.
import * as timers from "node:timers/promises"
import { isLiveClock } from "../../effect/clocks.js"

/** The longest time a timer of JavaScript can wait, about 25 days (milliseconds). */
const longestWait = 2 ** 31 - 1

const waitUnref = (millis: number): Effect.Effect<void> =>
  Effect.promise((signal) => timers.setTimeout(millis, undefined, { ref: false, signal }))

/**
 * Sleeps as `Effect.sleep` does, but a process that waits for nothing else ends meanwhile. Under another clock than the
 * live one, such as `TestClock`, the clock sleeps.
 *
 * @param millis milliseconds
 */
export const unrefSleep = (millis: number): Effect.Effect<void> =>
  millis > longestWait
    ? Effect.zipRight(sleep(longestWait), Effect.suspend(() => unrefSleep(millis - longestWait)))
    : sleep(millis)

const sleep = (millis: number): Effect.Effect<void> =>
  Effect.clockWith((clock) => isLiveClock(clock) ? waitUnref(millis) : clock.sleep(Duration.millis(millis)))
