/**
 * How much time has passed.
 */
import type * as Clock from "effect/Clock"

/**
 * The time that has passed, by whichever clock says it was more: one that is set back says less, and the other stands
 * still while a machine does.
 */
export class ElapsedTime {
  private elapsed = 0
  private wall: number
  private steady: number
  private readonly clock: Clock.Clock

  constructor(clock: Clock.Clock) {
    this.clock = clock
    this.wall = clock.unsafeCurrentTimeMillis()
    this.steady = this.readSteady()
  }

  /** How much has passed by now, in milliseconds. */
  readonly now = (): number => {
    const wall = this.clock.unsafeCurrentTimeMillis()
    const steady = this.readSteady()
    this.elapsed += Math.max(0, wall - this.wall, steady - this.steady)
    this.wall = wall
    this.steady = steady
    return this.elapsed
  }

  /** What the clock will show at a time, if it is not set, in milliseconds since the epoch. */
  readonly at = (time: number): number => time - this.now() + this.wall

  private readSteady(): number {
    return Number(this.clock.unsafeCurrentTimeNanos()) / 1e6
  }
}
