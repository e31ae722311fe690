/**
 * A clock that tests turn by hand, for schedules of many thousand steps: `TestClock` waits some real milliseconds at
 * every turn, to be sure that all fibers have come to rest.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { PlainClock } from "./PlainClock.js"

/** A clock that starts at 0 and moves only by `advance`. */
export class ManualClock extends PlainClock {
  private now = 0
  private readonly sleepers = new Set<{ readonly until: number; readonly wake: () => void }>()

  /** @since 0.1.0 */
  unsafeCurrentTimeMillis(): number {
    return this.now
  }

  /** @since 0.1.0 */
  unsafeCurrentTimeNanos(): bigint {
    return BigInt(this.now) * 1_000_000n
  }

  /** @since 0.1.0 */
  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const sleeper = {
        until: this.now + Duration.toMillis(duration),
        wake: () => {
          this.sleepers.delete(sleeper)
          resume(Effect.void)
        }
      }
      if (sleeper.until <= this.now) return resume(Effect.void)
      this.sleepers.add(sleeper)
      return Effect.sync(() => this.sleepers.delete(sleeper))
    })
  }

  /** Until when the fibers sleep that sleep now: milliseconds since the epoch, in order. */
  sleeps(): ReadonlyArray<number> {
    return [...this.sleepers].map(({ until }) => until).sort((one, other) => one - other)
  }

  /** Moves the clock, wakes who has slept long enough, and lets everybody run for a number of turns. */
  readonly advance = (millis: number, turns = 30): Effect.Effect<void> =>
    Effect.suspend(() => {
      this.now += millis
      for (const sleeper of [...this.sleepers].sort((one, other) => one.until - other.until)) {
        if (sleeper.until <= this.now) sleeper.wake()
      }
      return turns === 0 ? Effect.void : Effect.repeatN(Effect.yieldNow(), turns)
    })
}
