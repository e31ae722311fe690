/**
 * The clock of one process of several: its hands are set wrong, leap, and stand still while the process does.
 */
import type * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { PlainClock } from "./PlainClock.js"

/**
 * A clock that shows another time than the world's, and whose sleepers are woken by the world's. Its nanoseconds only go
 * forward, as those of a machine do: no leap changes them.
 */
export class ProcessClock extends PlainClock {
  private readonly running = Effect.unsafeMakeLatch(true)

  /** By how many milliseconds it is ahead of the world; a leap changes it. */
  ahead: number
  private readonly world: Clock.Clock
  private readonly started: number

  constructor(world: Clock.Clock, ahead: number) {
    super()
    this.world = world
    this.ahead = ahead
    this.started = ahead
  }

  /** @since 0.1.0 */
  unsafeCurrentTimeMillis(): number {
    return this.world.unsafeCurrentTimeMillis() + this.ahead
  }

  /** @since 0.1.0 */
  unsafeCurrentTimeNanos(): bigint {
    return BigInt(this.world.unsafeCurrentTimeMillis() + this.started) * 1_000_000n
  }

  /** @since 0.1.0 */
  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.zipRight(this.world.sleep(duration), this.running.await)
  }

  /** Stops the process, as far as it sleeps. */
  readonly freeze = Effect.asVoid(this.running.close)

  /** @since 0.1.0 */
  readonly thaw = Effect.asVoid(this.running.open)
}
