/**
 * The W-TinyLFU eviction policy. Gil Einziger, Roy Friedman, Ben Manes, "TinyLFU: a highly efficient cache admission
 * policy", ACM Transactions on Storage 13(4), 2017; the window that adapts: Gil Einziger, Ohad Eytan, Roy Friedman, Ben
 * Manes, "Adaptive software cache management", Middleware 2018.
 */
import { Floats, Ints, Shorts } from "../structures/columns.js"
import { keyHash } from "../structures/keyHash.js"
import { listViolations } from "../structures/listViolations.js"
import { SlotLists } from "../structures/SlotLists.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"
import { forEachVictim } from "./forEachVictim.js"
import { FrequencySketch } from "./FrequencySketch.js"

const windowList = 0
const probationList = 1
const protectedList = 2
// What a slot's state says: its list, and on probation whether it was hit in the main part; in the other parts that follows
// from the list.
const partBits = 3
const provenPart = 3
// Then how often it was used since it came, 0 to 15, and in which epoch that was noted.
const oneUse = 4
const usesBits = 15 * oneUse
const oneEpoch = 64
const epochBits = 1023 * oneEpoch
const mostSeen = 15
const mostKept = 1024
// By part.
const listIn = [windowList, probationList, protectedList, probationList]

const initialWindowShare = 0.2
const leastWindowShare = 0.02
const mostWindowShare = 0.98
const protectedShare = 0.8
// In capacities: so many uses and insertions between two halvings, and between two looks at the window.
const halvingPeriod = 10
const climbPeriod = 4
const mostStep = 0.3
const stepPerLog = 0.03
const movesPerUse = 2
// What is measured differs from time to time.
const clearly = 4
const movesPerVictim = 64

/**
 * W-TinyLFU: new entries enter a window that is kept by last use. The entry that falls out of the window competes with
 * the one that the main part would give up, and the one whose key was seen more often lately stays. How often that was
 * is counted beside each entry, 15 times at the most; a `FrequencySketch` knows it of keys outside: it is asked when an
 * entry comes, and told when it goes, so that a hit neither hashes a key nor looks for its counters. All counts are halved
 * every ten capacities of uses. The main part is a segmented LRU: an entry enters it on probation, is protected once it
 * is hit, and four fifths of the places are protected ones. Those that are too many go back on probation before the next
 * entry leaves the window or the map.
 *
 * The window starts with a fifth of the capacity. Every four capacities of uses, hits per place in the window are
 * compared with hits per place in the main part, and the window's share moves towards the denser side by 3 % of the
 * capacity times the logarithm of their ratio, at most 30 %; it stays between 2 % and 98 %. A share that changed is
 * reached with the next uses, a few moves at each.
 *
 * One rule is added to the papers': against an entry that was hit in the main part, a lead of one does not count. The
 * newcomer's last use is counted already, that of an entry used as regularly may be about to come; so in a loop longer
 * than the cache every newcomer would lead by one, and push out what is needed next.
 *
 * Where entries have costs, these decide where the lead does not: of two that were seen as often, the newcomer stays if it
 * costs more than four times as much. Frequency goes first, as a product of both did worse on real traces.
 *
 * Where entries are limited by weight, the window and the protected part are shares of the weight: of what there was at
 * the last eviction, when the cache was full, and of what there is before the first one. An entry that leaves the window
 * competes unless the main part has room for it.
 *
 * A use counts once: a hit when it is read, a miss when it is inserted. All operations are O(1); the sketch takes eight
 * bytes per slot, and the weights eight more where they matter. A map that is emptied keeps what is known of the 1,024
 * entries that were used last, and of what had left before.
 */
export class WTinyLfu implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = keyHash
  private lists = new SlotLists(3)
  // By slot: its part, how often it was used, and the epoch of that.
  private state = new Shorts()
  private hashes = new Ints()
  private sketch = new FrequencySketch()
  private readonly weightOf: (slot: number) => number
  private readonly costOf: ((slot: number) => number) | undefined
  // By slot: its weight when it was last used, where shares are by weight. Where not, every entry has the size 1.
  private sizes: Floats | undefined
  private slots = 0
  private entries = 0
  private size = 0
  private windowSize = 0
  private protectedSize = 0
  private expected = 0
  private windowShare = initialWindowShare
  private sizeWhenFull = 0
  // What the shares come to.
  private capacity = 0
  private windowTarget = 1
  private protectedTarget = 0
  private windowHits = 0
  private arrivals = 0
  private usesSinceHalving = 0
  private usesSinceClimb = 0
  // So many uses are not looked at one by one, and so many of them are still to come.
  private look = 1
  private untilLook = 1
  private epoch = 0
  private learns = true

  /**
   * @param weightOf the weight of an entry, a whole number; one without weight is taken to weigh 1
   * @param costOf its cost, where entries have costs
   */
  constructor(weightOf: (slot: number) => number, costOf?: (slot: number) => number) {
    this.weightOf = weightOf
    this.costOf = costOf
  }

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.lists.grow(slots, most)
    this.state.grow(slots, most)
    this.hashes.grow(slots, most)
    this.sketch.grow(slots)
    this.slots = slots
    this.sizes?.grow(slots, most)
  }

  /** @inheritdoc */
  expect(entries: number): void {
    this.expected = entries
    if (this.byWeight() !== (this.sizes !== undefined)) this.measureAll()
    this.aim()
    this.plan()
  }

  /** @inheritdoc */
  insert(slot: number, hash: number): void {
    this.hashes.put(slot, hash)
    const seen = Math.min(mostSeen, this.sketch.estimate(hash) + 1)
    this.state.put(slot, windowList | (seen * oneUse) | this.epoch)
    this.lists.append(windowList, slot)
    this.entries++
    this.arrivals++
    this.measure(windowList, slot, 0)
    if (--this.untilLook <= 0) this.keepTime()
    else if (this.windowSize > this.windowTarget) this.settle()
  }

  /** @inheritdoc */
  access(slot: number): void {
    // Short, and nothing twice: so all of it is compiled into the caller.
    const { cells } = this.state
    let state = cells[slot] as number
    if ((state & epochBits) !== this.epoch) state = this.aged(state)
    if (this.sizes !== undefined) this.measure(listIn[state & partBits] as number, slot, this.sizeOf(slot))
    if ((state & usesBits) !== usesBits) state += oneUse
    if ((state & partBits) === windowList) this.windowHits++
    else if ((state & partBits) !== protectedList) state = this.guard(slot, state)
    cells[slot] = state
    if (this.state.copied !== 0) this.state.put(slot, state)
    this.lists.moveToEnd(state & partBits, slot)
    if (--this.untilLook <= 0) this.keepTime()
  }

  /** @inheritdoc */
  remove(slot: number): void {
    this.pour(slot)
    this.entries--
    this.count(this.listOf(slot), -this.sizeOf(slot))
    this.lists.unlink(slot)
  }

  /** @inheritdoc */
  replace(slot: number, hash: number): void {
    this.remove(slot)
    this.insert(slot, hash)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    if (this.byWeight()) {
      this.sizeWhenFull = this.size
      this.aim()
    }
    this.unguard()
    const candidate = this.lists.firstBut(windowList, excluded)
    const onProbation = this.lists.firstBut(probationList, excluded)
    const resident = onProbation === -1 ? this.lists.firstBut(protectedList, excluded) : onProbation
    if (resident === -1) return candidate
    if (candidate === -1 || this.windowSize < this.windowTarget) return resident
    const handicap = ((this.state.cells[resident] as number) & partBits) === probationList ? 0 : 1
    const lead = this.seen(candidate) - this.seen(resident) - handicap
    if (lead < 0 || (lead === 0 && !this.isDearer(candidate, resident))) return candidate
    this.leaveWindow(candidate)
    return resident
  }

  /** @inheritdoc */
  emptied(weightOf: (slot: number) => number, costOf: ((slot: number) => number) | undefined): EvictionPolicy {
    const empty = new WTinyLfu(weightOf, costOf)
    this.pourSome()
    this.learns = false
    empty.sketch = this.sketch
    empty.epoch = this.epoch
    empty.windowShare = this.windowShare
    empty.windowHits = this.windowHits
    empty.arrivals = this.arrivals
    const uses = this.look - this.untilLook
    empty.usesSinceHalving = this.usesSinceHalving + uses
    empty.usesSinceClimb = this.usesSinceClimb + uses
    empty.expect(this.expected)
    empty.sizeWhenFull = this.sizeWhenFull
    empty.aim()
    return empty
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    forEachVictim(this.copy(), visit)
  }

  /** @inheritdoc */
  violations(): ReadonlyArray<string> {
    const found = listViolations(this.lists)
    const sizes = [0, 0, 0]
    let entries = 0
    sizes.forEach((_, list) => {
      for (let slot = this.lists.first(list); slot !== -1; slot = this.lists.after(slot)) {
        entries++
        sizes[list] = (sizes[list] ?? 0) + this.sizeOf(slot)
        if (this.listOf(slot) !== list) found.push(`slot ${slot} is on list ${list} unawares`)
      }
    })
    const [window = 0, probation = 0, guarded = 0] = sizes
    if (window !== this.windowSize) found.push(`the window has the size ${window}, not ${this.windowSize}`)
    if (guarded !== this.protectedSize) {
      found.push(`what is protected has the size ${guarded}, not ${this.protectedSize}`)
    }
    if (window + probation + guarded !== this.size) found.push(`all has not the size ${this.size}`)
    if (entries !== this.entries) found.push(`there are ${entries} entries, not ${this.entries}`)
    if (!this.byWeight() && this.capacity !== this.expected) found.push("aims at the past")
    if (!(this.windowShare >= leastWindowShare && this.windowShare <= mostWindowShare)) {
      found.push(`the window's share is ${this.windowShare}`)
    }
    return found
  }

  private byWeight(): boolean {
    return this.expected === Number.POSITIVE_INFINITY
  }

  // How many entries there are when the cache is full.
  private places(): number {
    return this.byWeight() ? this.entries : this.expected
  }

  private sizeOf(slot: number): number {
    return this.sizes === undefined ? 1 : this.sizes.cells[slot] as number
  }

  // Gives a slot on a list its size, which replaces one that is counted already.
  private measure(list: number, slot: number, counted: number): void {
    if (this.sizes !== undefined) this.sizes.put(slot, Math.max(1, this.weightOf(slot)))
    this.count(list, this.sizeOf(slot) - counted)
  }

  private count(list: number, size: number): void {
    this.size += size
    if (list === windowList) this.windowSize += size
    else if (list === protectedList) this.protectedSize += size
  }

  private measureAll(): void {
    this.sizes = this.byWeight() ? new Floats() : undefined
    this.sizes?.grow(this.slots)
    this.size = 0
    this.windowSize = 0
    this.protectedSize = 0
    this.sizeWhenFull = 0
    for (let list = 0; list < this.lists.lists; list++) {
      for (let slot = this.lists.first(list); slot !== -1; slot = this.lists.after(slot)) this.measure(list, slot, 0)
    }
  }

  private aim(): void {
    this.capacity = this.byWeight() ? Math.max(this.size, this.sizeWhenFull) : this.expected
    this.windowTarget = Math.max(1, Math.round(this.capacity * this.windowShare))
    this.protectedTarget = Math.floor((this.capacity - this.windowTarget) * protectedShare)
  }

  private isDearer(one: number, other: number): boolean {
    return this.costOf !== undefined && this.costOf(one) > clearly * this.costOf(other)
  }

  private listOf(slot: number): number {
    return listIn[(this.state.cells[slot] as number) & partBits] as number
  }

  // With the uses of a slot halved as often as those in the sketch.
  private stateOf(slot: number): number {
    const state = this.state.cells[slot] as number
    return (state & epochBits) === this.epoch ? state : this.aged(state)
  }

  private aged(state: number): number {
    const halvings = ((this.epoch - (state & epochBits)) & epochBits) / oneEpoch
    const uses = (state & usesBits) >>> Math.min(halvings, 4)
    return (state & partBits) | (uses & usesBits) | this.epoch
  }

  private move(slot: number, part: number): void {
    this.state.put(slot, ((this.state.cells[slot] as number) & ~partBits) | part)
  }

  private seen(slot: number): number {
    return (this.stateOf(slot) & usesBits) / oneUse
  }

  // Leaves to the sketch what is known of a slot.
  private pour(slot: number): void {
    if (this.learns) this.sketch.raise(this.hashes.cells[slot] as number, this.seen(slot))
  }

  // Of those that were used last, in no more than a fraction of a millisecond.
  private pourSome(): void {
    let left = mostKept
    for (let list = protectedList; list >= windowList; list--) {
      for (let slot = this.lists.last(list); slot !== -1 && left > 0; slot = this.lists.before(slot)) {
        this.pour(slot)
        left--
      }
    }
  }

  private guard(slot: number, state: number): number {
    this.protectedSize += this.sizeOf(slot)
    return (state & ~partBits) | protectedList
  }

  private keepTime(): void {
    if (this.byWeight()) this.aim()
    this.usesSinceHalving += this.look
    this.usesSinceClimb += this.look
    this.look = 0
    if (this.usesSinceHalving >= halvingPeriod * this.places()) {
      this.usesSinceHalving = 0
      this.sketch.halve()
      this.epoch = (this.epoch + oneEpoch) & epochBits
    }
    if (this.usesSinceClimb >= climbPeriod * this.places()) this.climb()
    if (this.windowSize > this.windowTarget) this.settle()
    else this.plan()
  }

  // How many uses may pass until one has more to do than to be counted: where shares are by weight they change with each,
  // and a window that is too large shrinks with each.
  private plan(): void {
    const uses = this.look - this.untilLook
    this.usesSinceHalving += uses
    this.usesSinceClimb += uses
    const halving = halvingPeriod * this.places() - this.usesSinceHalving
    const climb = climbPeriod * this.places() - this.usesSinceClimb
    const isBusy = this.byWeight() || this.windowSize > this.windowTarget
    this.look = isBusy ? 1 : Math.max(1, Math.min(halving, climb))
    this.untilLook = this.look
  }

  // Moves entries to where the shares want them. A window that is too small fills up by itself: while it is, a victim is
  // taken from the main part.
  private settle(): void {
    this.unguard()
    for (let moves = movesPerUse; moves > 0 && this.windowSize > this.windowTarget; moves--) {
      const slot = this.lists.first(windowList)
      if (!this.mainHasRoomFor(slot)) break
      this.leaveWindow(slot)
    }
    this.plan()
  }

  // What is too much in the protected part: not until something else goes on probation, or a victim is looked for.
  private unguard(): void {
    for (let moves = movesPerVictim; moves > 0 && this.protectedSize > this.protectedTarget; moves--) {
      const slot = this.lists.first(protectedList)
      // Without room for anything it aims below nothing.
      if (slot === -1) return
      this.protectedSize -= this.sizeOf(slot)
      this.move(slot, provenPart)
      this.lists.moveToEnd(probationList, slot)
    }
  }

  // Among entries of one size it has, whenever the window is too large.
  private mainHasRoomFor(slot: number): boolean {
    return !this.byWeight() || this.size - this.windowSize + this.sizeOf(slot) <= this.capacity - this.windowTarget
  }

  private leaveWindow(slot: number): void {
    this.windowSize -= this.sizeOf(slot)
    this.move(slot, probationList)
    this.lists.moveToEnd(probationList, slot)
  }

  private climb(): void {
    // Before the cache is full, it is not the window's size that decides what is hit.
    if (this.entries >= this.places()) {
      // One hit per capacity is added to both densities: nothing seen on either side is no reason to move.
      const mainHits = this.usesSinceClimb - this.arrivals - this.windowHits
      const ratio = (this.windowHits / this.windowShare + 1) / (mainHits / (1 - this.windowShare) + 1)
      const step = Math.max(-mostStep, Math.min(mostStep, stepPerLog * Math.log(ratio)))
      this.windowShare = Math.max(leastWindowShare, Math.min(mostWindowShare, this.windowShare + step))
      this.aim()
    }
    this.windowHits = 0
    this.arrivals = 0
    this.usesSinceClimb = 0
  }

  // What decides about victims, without what only uses and insertions ask for.
  private copy(): WTinyLfu {
    const copy = new WTinyLfu(this.weightOf, this.costOf)
    copy.lists = this.lists.copy()
    copy.state = this.state.clone()
    copy.hashes = this.hashes
    copy.sizes = this.sizes
    copy.sketch = this.sketch.clone()
    copy.epoch = this.epoch
    copy.entries = this.entries
    copy.size = this.size
    copy.windowSize = this.windowSize
    copy.protectedSize = this.protectedSize
    copy.sizeWhenFull = this.sizeWhenFull
    copy.expected = this.expected
    copy.windowShare = this.windowShare
    copy.aim()
    return copy
  }
}
