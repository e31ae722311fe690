/**
 * A test's clock beside real servers: it must not turn while they are busy, or what they are slow to answer is late.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as TestClock from "effect/testing/TestClock"

const isTestClock = (clock: Clock.Clock): clock is TestClock.TestClock => "setTime" in clock

/** The clock of a test does not tell who sleeps, so it is watched, until the scope closes. */
export const turnWhen = (isQuiet: Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope> =>
  Clock.clockWith((clock) => {
    if (!isTestClock(clock)) return Effect.void
    const { adjust, setTime, sleep } = clock
    const sleepers: Array<number> = []
    const turnTo = (instant: number): Effect.Effect<void> =>
      Effect.gen(function*() {
        yield* isQuiet
        const now = clock.currentTimeMillisUnsafe()
        const next = Math.min(...sleepers.filter((sleeper) => sleeper > now), instant)
        yield* setTime(next)
        if (next < instant) yield* turnTo(instant)
      })
    const patient: Pick<TestClock.TestClock, "adjust" | "setTime" | "sleep"> = {
      setTime: turnTo,
      adjust: (duration) => Effect.suspend(() => turnTo(clock.currentTimeMillisUnsafe() + Duration.toMillis(duration))),
      sleep: (duration) =>
        Effect.suspend(() => {
          const end = clock.currentTimeMillisUnsafe() + Duration.toMillis(duration)
          sleepers.push(end)
          return Effect.ensuring(sleep(duration), Effect.sync(() => sleepers.splice(sleepers.indexOf(end), 1)))
        })
    }
    return Effect.acquireRelease(
      Effect.sync(() => Object.assign(clock, patient)),
      () => Effect.sync(() => Object.assign(clock, { adjust, setTime, sleep }))
    )
  })
