/**
 * When entries expire.
 *
 * @since 0.1.0
 */
import { extendedFloats } from "./columns.js"
import { TimerWheel } from "./TimerWheel.js"

const never = Number.POSITIVE_INFINITY

/**
 * The deadline of every slot, in milliseconds since the epoch, and the wheel that finds those that have come. `Infinity`
 * never comes.
 *
 * @since 0.1.0
 * @category models
 */
export class Deadlines {
  private column: Float64Array<ArrayBuffer>
  private readonly wheel = new TimerWheel((slot) => this.of(slot))

  /** @param slots for slots `0` to `slots - 1` */
  constructor(slots: number) {
    this.wheel.grow(slots)
    this.column = extendedFloats(new Float64Array(0), slots, never)
  }

  /**
   * Makes room for slots `0` to `slots - 1`.
   *
   * @since 0.1.0
   */
  grow(slots: number): void {
    this.wheel.grow(slots)
    this.column = extendedFloats(this.column, slots, never)
  }

  /**
   * The deadline of a slot.
   *
   * @since 0.1.0
   */
  of(slot: number): number {
    return this.column[slot] as number
  }

  /**
   * Gives a slot a deadline.
   *
   * @since 0.1.0
   */
  put(slot: number, deadline: number): void {
    this.wheel.cancel(slot)
    this.column[slot] = deadline
    this.wheel.schedule(slot)
  }

  /**
   * Reports each slot whose deadline has come by `now` (milliseconds). The listener takes the deadline away.
   *
   * @since 0.1.0
   */
  advance(now: number, onDue: (slot: number) => void): void {
    this.wheel.advance(now, onDue)
  }

  /**
   * What is wrong inside, an empty array when nothing is. For tests.
   *
   * @since 0.1.0
   */
  violations(): ReadonlyArray<string> {
    const found = [...this.wheel.violations()]
    this.column.forEach((deadline, slot) => {
      if (this.wheel.isScheduled(slot) !== (deadline !== never)) {
        found.push(`slot ${slot} expires at ${deadline}, and its place in the wheel says otherwise`)
      }
    })
    return found
  }
}
