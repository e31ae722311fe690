/**
 * A hierarchical timer wheel over slots, exact to the millisecond.
 *
 * @since 0.1.0
 */
import { SlotLists } from "./SlotLists.js"

const bucketsPerLevel = 64
const spans = [1, 64, 64 ** 2, 64 ** 3, 64 ** 4, 64 ** 5, 64 ** 6] as const
const levels = spans.length
const backwardTolerance = 1000

/**
 * Finds the slots whose deadline has come, without looking at the others: seven levels of 64 buckets, spans of 1 ms,
 * 64 ms, 4 s, 4 min, 4.7 h, 12 days and 2 years. Scheduling is O(1); a slot moves to a finer level at most six times
 * in its life, so an advance is amortised O(1) per slot, and a jump of any length visits at most 448 buckets.
 * Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987.
 *
 * The wheel keeps no deadlines of its own: it reads them through the function it is given, so that there is one
 * column of them. The wheel never reads a clock.
 *
 * Invariant: a scheduled slot is on the list of a bucket that will be visited no later than its deadline.
 *
 * @since 0.1.0
 * @category models
 */
export class TimerWheel {
  private readonly buckets = new SlotLists(levels * bucketsPerLevel)
  private readonly deadlineOf: (slot: number) => number
  private time = Number.NEGATIVE_INFINITY

  /** @param deadlineOf the deadline of a slot in milliseconds; a slot is due at any time at or after it */
  constructor(deadlineOf: (slot: number) => number) {
    this.deadlineOf = deadlineOf
  }

  /**
   * Makes room for slots `0` to `slots - 1`.
   *
   * @since 0.1.0
   */
  grow(slots: number): void {
    this.buckets.grow(slots)
  }

  /**
   * Schedules a slot that is not scheduled. An infinite deadline never comes and takes no place; a deadline that has
   * come already is reported with the next millisecond.
   *
   * @since 0.1.0
   */
  schedule(slot: number): void {
    const deadline = this.deadlineOf(slot)
    if (deadline !== Number.POSITIVE_INFINITY) this.buckets.append(this.bucketOf(deadline), slot)
  }

  /**
   * Forgets a slot; does nothing when it is not scheduled.
   *
   * @since 0.1.0
   */
  cancel(slot: number): void {
    this.buckets.unlink(slot)
  }

  /**
   * Moves the wheel to `now` (milliseconds) and reports each slot that is due, already unscheduled. A clock that went
   * back by more than a second is believed, at the price of one pass over the scheduled slots; smaller steps back
   * wait until the clock has caught up, since a reader checks deadlines itself.
   *
   * @since 0.1.0
   */
  advance(now: number, onDue: (slot: number) => void): void {
    const before = this.time
    if (now > before) {
      this.time = now
      if (before === Number.NEGATIVE_INFINITY) return this.reschedule(onDue)
      for (let level = 0; level < levels; level++) {
        const span = spans[level] as number
        const from = Math.floor(before / span)
        const to = Math.floor(now / span)
        if (to === from) break
        const last = Math.min(to, from + bucketsPerLevel)
        for (let tick = from + 1; tick <= last; tick++) {
          this.empty(level * bucketsPerLevel + modulo(tick), onDue)
        }
      }
    } else if (now < before - backwardTolerance) {
      this.time = now
      this.reschedule(onDue)
    }
  }

  /**
   * Forgets every slot.
   *
   * @since 0.1.0
   */
  clear(): void {
    this.buckets.clear()
  }

  /**
   * Whether a slot is scheduled. For tests.
   *
   * @since 0.1.0
   */
  isScheduled(slot: number): boolean {
    return this.buckets.isLinked(slot)
  }

  /**
   * What is wrong inside, an empty array when nothing is. For tests.
   *
   * @since 0.1.0
   */
  violations(): ReadonlyArray<string> {
    return this.buckets.violations()
  }

  private bucketOf(deadline: number): number {
    // Before the first advance there is no time to measure from: the first advance places everything anew.
    const due = Math.max(Math.ceil(deadline), this.time + 1)
    if (this.time === Number.NEGATIVE_INFINITY) return 0
    const delay = due - this.time
    let level = 0
    while (level < levels - 1 && delay >= (spans[level + 1] as number)) level++
    const span = spans[level] as number
    // Beyond the range of the last level, wait one lap there and look again.
    const tick = Math.min(Math.floor(due / span), Math.floor(this.time / span) + bucketsPerLevel)
    return level * bucketsPerLevel + modulo(tick)
  }

  private empty(bucket: number, onDue: (slot: number) => void): void {
    // Slots that are not due yet go to finer levels or, one lap on, to the end of this very list: so the walk is
    // bounded by the last slot that was there at its start.
    let slot = this.buckets.first(bucket)
    if (slot === -1) return
    const last = this.buckets.last(bucket)
    for (;;) {
      const next = this.buckets.after(slot)
      this.settle(slot, onDue)
      if (slot === last) return
      slot = next
    }
  }

  private reschedule(onDue: (slot: number) => void): void {
    const slots: Array<number> = []
    for (let bucket = 0; bucket < levels * bucketsPerLevel; bucket++) {
      for (let slot = this.buckets.first(bucket); slot !== -1; slot = this.buckets.after(slot)) slots.push(slot)
    }
    for (const slot of slots) this.settle(slot, onDue)
  }

  private settle(slot: number, onDue: (slot: number) => void): void {
    this.buckets.unlink(slot)
    if (this.deadlineOf(slot) <= this.time) onDue(slot)
    else this.schedule(slot)
  }
}

const modulo = (tick: number): number => ((tick % bucketsPerLevel) + bucketsPerLevel) % bucketsPerLevel
