/**
 * Clocks of which only what they show and how they let others sleep is told.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export abstract class PlainClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  readonly currentTimeMillis = Effect.sync(() => this.unsafeCurrentTimeMillis())
  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())
  abstract unsafeCurrentTimeMillis(): number
  abstract unsafeCurrentTimeNanos(): bigint
  abstract sleep(duration: Duration.Duration): Effect.Effect<void>
}
