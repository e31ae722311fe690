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
 * With a time to idle, the deadline of a slot is the moment it was given or so long after its last use, whichever comes
 * first. A use only writes down when it was: the wheel finds out when it looks at the slot.
 *
 * @since 0.1.0
 * @category models
 */
export class Deadlines {
  private column: Float64Array<ArrayBuffer>
  // When each slot was used last; `Infinity` for one that is in use, or free.
  private uses: Float64Array<ArrayBuffer> | undefined
  private readonly timeToIdle: number
  private readonly wheel = new TimerWheel((slot) => this.of(slot))

  /**
   * @param slots for slots `0` to `slots - 1`
   * @param timeToIdle milliseconds; `Infinity` for none
   */
  constructor(slots: number, timeToIdle: number) {
    this.wheel.grow(slots)
    this.column = extendedFloats(new Float64Array(0), slots, never)
    this.timeToIdle = timeToIdle
    this.uses = timeToIdle === never ? undefined : extendedFloats(new Float64Array(0), slots, never)
  }

  /**
   * Makes room for slots `0` to `slots - 1`.
   *
   * @since 0.1.0
   */
  grow(slots: number): void {
    this.wheel.grow(slots)
    this.column = extendedFloats(this.column, slots, never)
    if (this.uses !== undefined) this.uses = extendedFloats(this.uses, slots, never)
  }

  /**
   * The deadline of a slot.
   *
   * @since 0.1.0
   */
  of(slot: number): number {
    const deadline = this.column[slot] as number
    return this.uses === undefined ? deadline : Math.min(deadline, (this.uses[slot] as number) + this.timeToIdle)
  }

  /**
   * The deadline that a slot was given, however long it is not used.
   *
   * @since 0.1.0
   */
  given(slot: number): number {
    return this.column[slot] as number
  }

  /**
   * Gives a slot a deadline, besides the one that its last use gives it.
   *
   * @param usedAt when it is used last, if that is news
   * @since 0.1.0
   */
  put(slot: number, deadline: number, usedAt?: number): void {
    this.wheel.cancel(slot)
    this.column[slot] = deadline
    if (usedAt !== undefined && this.uses !== undefined) this.uses[slot] = usedAt
    this.wheel.schedule(slot)
  }

  /**
   * Gives a slot what another one has elsewhere.
   *
   * @since 0.1.0
   */
  take(slot: number, from: Deadlines, other: number): void {
    this.put(slot, from.given(other), from.uses?.[other])
  }

  /**
   * Takes every deadline of a slot away.
   *
   * @since 0.1.0
   */
  clear(slot: number): void {
    this.put(slot, never, never)
  }

  /**
   * A slot is used now. One that is in use stays so.
   *
   * @since 0.1.0
   */
  use(slot: number, now: number): void {
    if (this.uses !== undefined && (this.uses[slot] as number) < now) this.uses[slot] = now
  }

  /**
   * Says when a slot was used last, whatever was known of it before.
   *
   * @param at milliseconds since the epoch; `Infinity`: it is in use until something else is said
   * @since 0.1.0
   */
  setLastUse(slot: number, at: number): void {
    if (this.uses === undefined) return
    this.wheel.cancel(slot)
    this.uses[slot] = at
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
    this.column.forEach((_, slot) => {
      const deadline = this.of(slot)
      if (this.wheel.isScheduled(slot) !== (deadline !== never)) {
        found.push(`slot ${slot} expires at ${deadline}, and its place in the wheel says otherwise`)
      }
    })
    return found
  }
}
