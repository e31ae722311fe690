/**
 * Telling what is late from what could not be heard, since this process stood still.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Timers from "node:timers"

/**
 * Whether a process stood still, seen from a timer that fired this much later than it was to (milliseconds): it was
 * stopped or frozen, or one step of its program took that long. A timer of a process that runs is a few milliseconds late.
 *
 * @param limit the time the timer was to measure, in milliseconds
 */
export const stoodStill = (lateness: number, limit: number): boolean => lateness > Math.max(50, limit / 10)

/**
 * Lets the event loop take what already lies in the sockets: two turns, one more for each millisecond that a timer was
 * late, 50 at most. It does not sleep.
 *
 * @param lateness how late a timer was, in milliseconds
 */
export const listenOnceMore = (lateness: number): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const turn = (left: number): NodeJS.Immediate =>
      Timers.setImmediate(() => {
        if (left <= 1) resume(Effect.void)
        else next = turn(left - 1)
      })
    let next = turn(Math.min(50, 2 + Math.floor(lateness)))
    return Effect.sync(() => Timers.clearImmediate(next))
  })

/**
 * Fails when an effect takes longer than a limit, as `Effect.timeoutFail` does, but never for an answer that has arrived
 * already. Where the process stood still when the time was over, the limit starts anew, once. The limit holds where nobody
 * may interrupt, too.
 *
 * @param limit milliseconds; infinity for none
 */
export const withinTime = <A, E, E2, R>(
  effect: Effect.Effect<A, E, R>,
  limit: number,
  onLate: () => E2
): Effect.Effect<A, E | E2, R> =>
  limit === Number.POSITIVE_INFINITY ? effect : Effect.raceFirst(
    // The slower one must be interrupted even there: each would be waited for to its end otherwise.
    Effect.interruptible(effect),
    Effect.interruptible(Effect.flatMap(passed(limit), (lateness) =>
      Effect.zipRight(
        stoodStill(lateness, limit)
          ? Effect.flatMap(passed(limit), listenOnceMore)
          : listenOnceMore(lateness),
        Effect.failSync(onLate)
      )))
  )

/** Sleeps, and tells how much too long. */
const passed = (millis: number): Effect.Effect<number> =>
  Effect.flatMap(Clock.currentTimeMillis, (before) =>
    Effect.zipRight(
      Effect.sleep(millis),
      Effect.map(Clock.currentTimeMillis, (now) => Math.max(0, now - before - millis))
    ))
