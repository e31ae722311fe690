/**
 * When entries expire.
 */
import { Floats } from "./columns.js"
import { ExpiryTree } from "./ExpiryTree.js"

const never = Number.POSITIVE_INFINITY

/**
 * The deadline of every slot, in milliseconds since the epoch, and the tree that finds and counts those that have come.
 * `Infinity` never comes.
 *
 * With a time to idle, the deadline of a slot is the moment it was given or so long after its last use, whichever comes
 * first.
 */
export class Deadlines {
  // `0` for never, `NaN` for 0: so it is read soon, and there is nothing to fill in when it is made late.
  private readonly column = new Floats()
  // When each slot was used last; `Infinity` for one that is in use, or free.
  private readonly uses: Floats | undefined
  private slots = 0
  private readonly timeToIdle: number
  private readonly tree: ExpiryTree

  /**
   * @param slots for slots `0` to `slots - 1`
   * @param timeToIdle milliseconds; `Infinity` for none
   * @param weightOf the weight of the entry in a slot
   */
  constructor(slots: number, timeToIdle: number, weightOf: (slot: number) => number) {
    this.tree = new ExpiryTree((slot) => this.of(slot), weightOf)
    this.timeToIdle = timeToIdle
    this.uses = timeToIdle === never ? undefined : new Floats()
    this.grow(slots)
  }

  /**
   * Makes room for slots `0` to `slots - 1`. It is to be told of each one as it is added.
   *
   * @param most how many slots there will ever be, where that is known
   */
  grow(slots: number, most = never): void {
    this.tree.grow(slots, most)
    this.column.grow(slots, most)
    this.uses?.grow(slots, most)
    if (this.uses !== undefined) { for (let slot = this.slots; slot < slots; slot++) this.uses.put(slot, never) }
    this.slots = Math.max(this.slots, slots)
  }

  /** The deadline of a slot. */
  of(slot: number): number {
    const deadline = this.given(slot)
    return this.uses === undefined ? deadline : Math.min(deadline, (this.uses.cells[slot] as number) + this.timeToIdle)
  }

  /** The deadline that a slot was given, however long it is not used. */
  given(slot: number): number {
    const kept = this.column.cells[slot] as number
    return kept > 0 ? kept : neither(kept)
  }

  /** When a slot was used last, `Infinity` for one that is in use; `undefined` without a time to idle. */
  lastUse(slot: number): number | undefined {
    return this.uses?.cells[slot]
  }

  /**
   * Gives a slot a deadline, besides the one that its last use gives it.
   *
   * @param usedAt when it is used last, if that is news
   */
  put(slot: number, deadline: number, usedAt?: number): void {
    this.tree.remove(slot)
    this.column.put(slot, deadline === never ? 0 : deadline === 0 ? Number.NaN : deadline)
    if (usedAt !== undefined && this.uses !== undefined) this.uses.put(slot, usedAt)
    this.tree.add(slot)
  }

  /** Gives a slot what another one has elsewhere. */
  take(slot: number, from: Deadlines, other: number): void {
    this.put(slot, from.given(other), from.uses?.cells[other])
  }

  /** Takes every deadline of a slot away. */
  clear(slot: number): void {
    this.put(slot, never, never)
  }

  /** The deadline of a slot as far as can be told at a time: a use that lies after it, as the clock was set back, is of then. */
  toldAt(slot: number, now: number): number {
    const deadline = this.of(slot)
    if (this.uses === undefined || this.uses.cells[slot] === never) return deadline
    return Math.min(deadline, now + this.timeToIdle)
  }

  /** A slot is used now, also where it was used later, before the clock was set back. One that is in use stays so. */
  use(slot: number, now: number): void {
    if (this.uses === undefined) return
    const last = this.uses.cells[slot] as number
    if (last !== now && last !== never) this.setLastUse(slot, now)
  }

  /**
   * Says when a slot was used last, whatever was known of it before.
   *
   * @param at milliseconds since the epoch; `Infinity`: it is in use until something else is said
   */
  setLastUse(slot: number, at: number): void {
    if (this.uses === undefined) return
    this.tree.remove(slot)
    this.uses.put(slot, at)
    this.tree.add(slot)
  }

  /** The entry in a slot weighs so much more now. */
  reweigh(slot: number, by: number): void {
    if (by !== 0) this.tree.reweigh(slot, by)
  }

  /** A slot whose deadline has come by `now` (milliseconds), of the earliest; `-1` when there is none. */
  first(now: number): number {
    return this.tree.first(now)
  }

  /** How many deadlines have come. */
  due(now: number): number {
    this.tree.count(now)
    return this.tree.due
  }

  /** What the entries weigh whose deadlines have come. */
  dueWeight(now: number): number {
    this.tree.count(now)
    return this.tree.dueWeight
  }

  /** The earliest deadline, `Infinity` for none. */
  next(): number {
    return this.tree.next()
  }
}

// What is kept of a deadline that is no number above 0.
const neither = (kept: number): number => kept === 0 ? never : Number.isNaN(kept) ? 0 : kept
