/**
 * The W-TinyLFU eviction policy. Gil Einziger, Roy Friedman, Ben Manes, "TinyLFU: a highly efficient cache admission
 * policy", ACM Transactions on Storage 13(4), 2017; the window that adapts: Gil Einziger, Ohad Eytan, Roy Friedman, Ben
 * Manes, "Adaptive software cache management", Middleware 2018.
 */
import { Bytes, Floats, Ints } from "../structures/columns.js"
import { keyHash } from "../structures/keyHash.js"
import { listViolations } from "../structures/listViolations.js"
import { SlotLists } from "../structures/SlotLists.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"
import { FrequencySketch } from "./FrequencySketch.js"

const windowList = 0
const probationList = 1
const protectedList = 2
const listBits = 3
const provenBit = 4

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

/**
 * W-TinyLFU: new entries enter a window that is kept by last use. The entry that falls out of the window competes with
 * the one that the main part would give up, and the one whose key was seen more often lately stays; how often keys were
 * seen is kept in a `FrequencySketch`, for keys outside too, halved every ten capacities of uses. The main part is a
 * segmented LRU: an entry enters it on probation, is protected once it is hit, and four fifths of the places are
 * protected ones.
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
 * Where entries are limited by weight, the window and the protected part are shares of the weight: of what there was at
 * the last eviction, when the cache was full, and of what there is before the first one. An entry that leaves the window
 * competes unless the main part has room for it.
 *
 * A use counts once: a hit when it is read, a miss when it is inserted. All operations are O(1); the sketch takes eight
 * bytes per slot, and the weights eight more where they matter.
 */
export class WTinyLfu implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = keyHash
  private lists = new SlotLists(3)
  // By slot: its list, and whether it was hit in the main part.
  private state = new Bytes()
  private hashes = new Ints()
  private sketch = new FrequencySketch()
  private readonly weightOf: (slot: number) => number
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
  private mainHits = 0
  private usesSinceHalving = 0
  private usesSinceClimb = 0

  /** @param weightOf the weight of an entry, a whole number; one without weight is taken to weigh 1 */
  constructor(weightOf: (slot: number) => number) {
    this.weightOf = weightOf
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
  }

  /** @inheritdoc */
  insert(slot: number, hash: number): void {
    this.hashes.put(slot, hash)
    this.state.put(slot, windowList)
    this.lists.append(windowList, slot)
    this.entries++
    this.measure(windowList, slot, 0)
    this.use(hash)
  }

  /** @inheritdoc */
  access(slot: number): void {
    const list = (this.state.cells[slot] as number) & listBits
    if (this.sizes !== undefined) this.measure(list, slot, this.sizeOf(slot))
    if (list === windowList) {
      this.windowHits++
      this.lists.moveToEnd(windowList, slot)
    } else {
      this.mainHits++
      if (list === probationList) this.protectedSize += this.sizeOf(slot)
      this.state.put(slot, protectedList | provenBit)
      this.lists.moveToEnd(protectedList, slot)
    }
    this.use(this.hashes.cells[slot] as number)
  }

  /** @inheritdoc */
  remove(slot: number): void {
    this.entries--
    this.count((this.state.cells[slot] as number) & listBits, -this.sizeOf(slot))
    this.lists.unlink(slot)
  }

  /** @inheritdoc */
  replace(slot: number, hash: number): void {
    this.remove(slot)
    this.insert(slot, hash)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    const candidate = this.firstBut(windowList, excluded)
    const onProbation = this.firstBut(probationList, excluded)
    const resident = onProbation === -1 ? this.firstBut(protectedList, excluded) : onProbation
    if (this.byWeight()) {
      this.sizeWhenFull = this.size
      this.aim()
    }
    if (resident === -1) return candidate
    if (candidate === -1 || this.windowSize < this.windowTarget) return resident
    const lead = this.sketch.estimate(this.hashes.cells[candidate] as number) -
      this.sketch.estimate(this.hashes.cells[resident] as number)
    if (lead <= (((this.state.cells[resident] as number) & provenBit) === 0 ? 0 : 1)) return candidate
    this.leaveWindow(candidate)
    return resident
  }

  /** @inheritdoc */
  emptied(weightOf: (slot: number) => number): EvictionPolicy {
    const empty = new WTinyLfu(weightOf)
    empty.sketch = this.sketch
    empty.windowShare = this.windowShare
    empty.windowHits = this.windowHits
    empty.mainHits = this.mainHits
    empty.usesSinceHalving = this.usesSinceHalving
    empty.usesSinceClimb = this.usesSinceClimb
    empty.expect(this.expected)
    empty.sizeWhenFull = this.sizeWhenFull
    empty.aim()
    return empty
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    // Which entry goes after which depends on the moves that the evictions before it make: so make them, on a copy.
    const copy = this.copy()
    for (let slot = copy.victim(-1); slot !== -1; slot = copy.victim(-1)) {
      copy.remove(slot)
      visit(slot)
    }
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
        const state = this.state.cells[slot] as number
        if ((state & listBits) !== list) found.push(`slot ${slot} is on list ${list} unawares`)
        if (list === windowList && state !== windowList) found.push(`slot ${slot} was hit in a part it is not in`)
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

  private use(hash: number): void {
    this.sketch.increment(hash)
    if (this.byWeight()) this.aim()
    if (++this.usesSinceHalving >= halvingPeriod * this.places()) {
      this.usesSinceHalving = 0
      this.sketch.halve()
    }
    if (++this.usesSinceClimb >= climbPeriod * this.places()) this.climb()
    this.settle()
  }

  // Moves entries to where the shares want them. A window that is too small fills up by itself: while it is, a victim is
  // taken from the main part.
  private settle(): void {
    for (let moves = movesPerUse; moves > 0 && this.windowSize > this.windowTarget; moves--) {
      const slot = this.lists.first(windowList)
      if (!this.mainHasRoomFor(slot)) break
      this.leaveWindow(slot)
    }
    for (let moves = movesPerUse; moves > 0 && this.protectedSize > this.protectedTarget; moves--) {
      const slot = this.lists.first(protectedList)
      this.protectedSize -= this.sizeOf(slot)
      this.state.put(slot, probationList | provenBit)
      this.lists.moveToEnd(probationList, slot)
    }
  }

  // Among entries of one size it has, whenever the window is too large.
  private mainHasRoomFor(slot: number): boolean {
    return !this.byWeight() || this.size - this.windowSize + this.sizeOf(slot) <= this.capacity - this.windowTarget
  }

  private leaveWindow(slot: number): void {
    this.windowSize -= this.sizeOf(slot)
    this.state.put(slot, probationList)
    this.lists.moveToEnd(probationList, slot)
  }

  private climb(): void {
    // Before the cache is full, it is not the window's size that decides what is hit.
    if (this.entries >= this.places()) {
      // One hit per capacity is added to both densities: nothing seen on either side is no reason to move.
      const ratio = (this.windowHits / this.windowShare + 1) / (this.mainHits / (1 - this.windowShare) + 1)
      const step = Math.max(-mostStep, Math.min(mostStep, stepPerLog * Math.log(ratio)))
      this.windowShare = Math.max(leastWindowShare, Math.min(mostWindowShare, this.windowShare + step))
      this.aim()
    }
    this.windowHits = 0
    this.mainHits = 0
    this.usesSinceClimb = 0
  }

  private firstBut(list: number, excluded: number): number {
    const first = this.lists.first(list)
    return first === excluded && first !== -1 ? this.lists.after(first) : first
  }

  // What decides about victims, without what only uses and insertions ask for. Frequencies are only read: shared.
  private copy(): WTinyLfu {
    const copy = new WTinyLfu(this.weightOf)
    copy.lists = this.lists.copy()
    copy.state = this.state.clone()
    copy.hashes = this.hashes
    copy.sizes = this.sizes
    copy.sketch = this.sketch
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
