/**
 * Clocks of which only what they show and how they let others sleep is told.
 */
import type * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export abstract class PlainClock implements Clock.Clock {
  readonly currentTimeMillis = Effect.sync(() => this.currentTimeMillisUnsafe())
  readonly currentTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe())
  readonly monotonicTimeNanos = this.currentTimeNanos
  abstract currentTimeMillisUnsafe(): number
  abstract currentTimeNanosUnsafe(): bigint
  abstract sleep(duration: Duration.Duration): Effect.Effect<void>
  monotonicTimeNanosUnsafe(): bigint {
    return this.currentTimeNanosUnsafe()
  }
}
