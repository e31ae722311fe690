/**
 * A test's clock beside real servers: it must not turn while they are busy, or what they are slow to answer is late.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as TestClock from "effect/TestClock"

const isTestClock = (clock: Clock.Clock): clock is TestClock.TestClock => "sleeps" in clock

/**
 * From here to the end of the scope a `TestClock` goes from one sleeper to the next, and only when an effect has ended
 * that waits for the servers. A clock of real time is left as it is.
 */
export const turnWhen = (isQuiet: Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.clockWith((clock) => {
    if (!isTestClock(clock)) return Effect.void
    const setTime = (instant: number): Effect.Effect<void> =>
      Effect.gen(function*() {
        yield* isQuiet
        const now = yield* clock.currentTimeMillis
        const next = Math.min(...Array.from(yield* clock.sleeps).filter((sleeper) => sleeper > now), instant)
        yield* clock.setTime(next)
        if (next < instant) yield* setTime(instant)
      })
    const patient: TestClock.TestClock = Object.assign(Object.create(clock), {
      setTime,
      adjust: (duration: Duration.DurationInput) =>
        Effect.flatMap(clock.currentTimeMillis, (now) => setTime(now + Duration.toMillis(duration)))
    })
    return Effect.locallyScopedWith(DefaultServices.currentServices, Context.add(Clock.Clock, patient))
  })
