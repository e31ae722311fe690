/**
 * The Adaptive eviction policy. It stands on: Song Jiang, Xiaodong Zhang, "LIRS: an efficient low inter-reference recency
 * set replacement policy", SIGMETRICS 2002 (the contest); Nimrod Megiddo, Dharmendra S. Modha, "ARC: a self-tuning, low
 * overhead replacement cache", FAST 2003 (a step for each ghost that comes back); Asaf Cidon, Assaf Eisenman, Mohammad
 * Alizadeh, Sachin Katti, "Cliffhanger: scaling performance cliffs in web memory caches", NSDI 2016 (hits at the ends of
 * queues as marginal utilities).
 */
import { Bytes, Floats, Ints } from "../structures/columns.js"
import { keyHash } from "../structures/keyHash.js"
import { SlotLists } from "../structures/SlotLists.js"
import { adaptiveViolations } from "./adaptiveViolations.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"
import { GhostTable } from "./GhostTable.js"

const windowList = 0
const probationList = 1
const protectedList = 2
const listBits = 3
const tailBit = 4
const provenBit = 8

const initialWindowShare = 0.05
const leastWindowShare = 0.01
const mostWindowShare = 0.98
const initialProtectedShare = 0.5
const mostProtectedShare = 0.95
// The oldest entries of a list in which a hit counts, in capacities.
const bandShare = 0.05
// In capacities of uses: an entry that was not used for longer is worth less than one that was never seen before.
const longestInterval = 16
const provenStep = 3
const unprovenStep = 2
const mostPerHit = 8
const movesPerUse = 2
const mostNumber = 2 ** 30 - 1

/**
 * Adaptive: new entries enter a window that is kept by last use. What falls out of it competes with the entry that the
 * main part would give up, a segmented LRU: an entry enters on probation, and is protected once it is hit. So far it is
 * W-TinyLFU. Two things differ.
 *
 * The contest is about when each of the two is expected to be used next: after as many uses of the cache as lay between
 * its last two uses, or after as many as it has been waiting already, whichever is more. Time is counted in uses. The
 * resident goes only if the newcomer is expected sooner, so that a loop longer than the cache finds what has stayed. An
 * entry without an earlier use is expected after 16 capacities. When a key was used last is remembered beyond its
 * eviction, in a `GhostTable`.
 *
 * Both shares, the window's and the protected part's, go where hits say that more room pays. A hit among the oldest
 * entries of the window, or the return of a key that was lately evicted from it, makes the window larger by one place: a
 * larger window would have had this hit, or had it for longer. The same at the end of the main part makes it smaller. A
 * hit on probation moves the protected share: towards entries that were hit in the main part before, or away, for each
 * entry of that kind that there is.
 *
 * Where entries are limited by weight, shares are shares of the weight: of what there was at the last eviction, when the
 * cache was full, and of what there is before the first one.
 *
 * All operations are O(1), amortised for the flags at the ends of the lists. It takes 43 bytes per slot, 18 of them for
 * what was evicted, and eight more for the weights where they matter.
 */
export class Adaptive implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = keyHash
  private lists = new SlotLists(3)
  // By slot: its list, whether it is among the oldest, and whether it was hit in the main part.
  private state = new Bytes()
  // By slot: when it was used last, and how long before that: in uses of the cache.
  private uses = new Ints()
  private hashes = new Ints()
  private ghosts = new GhostTable()
  private readonly weightOf: (slot: number) => number
  // By slot: its weight when it was last used, where shares are by weight. Where not, every entry has the size 1.
  private sizes: Floats | undefined
  private slots = 0
  private entries = 0
  private size = 0
  private windowSize = 0
  private protectedSize = 0
  // Of the window, and of what is on probation: the size of the oldest entries, and which of them was used last.
  private windowTail = 0
  private windowEdge = -1
  private probationTail = 0
  private probationEdge = -1
  // What of it was never hit in the main part.
  private unprovenTail = 0
  private now = 0
  // How many were evicted from the window, and from the main part.
  private windowEvictions = 1
  private mainEvictions = 1
  private isFull = false
  private expected = 0
  private windowShare = initialWindowShare
  private protectedShare = initialProtectedShare
  private sizeWhenFull = 0
  // What the shares come to.
  private capacity = 0
  private windowTarget = 1
  private protectedTarget = 0
  private band = 1
  private unknown = 0

  /** @param weightOf the weight of an entry, a whole number; one without weight is taken to weigh 1 */
  constructor(weightOf: (slot: number) => number) {
    this.weightOf = weightOf
  }

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.lists.grow(slots, most)
    this.state.grow(slots, most)
    this.uses.grow(2 * slots, most === undefined ? undefined : 2 * most)
    this.hashes.grow(slots, most)
    this.ghosts.grow(slots)
    this.slots = slots
    this.sizes?.grow(slots, most)
  }

  /** @inheritdoc */
  expect(entries: number): void {
    this.expected = entries
    this.isFull = false
    if (this.byWeight() !== (this.sizes !== undefined)) this.measureAll()
    this.aim()
    this.flag()
  }

  /** @inheritdoc */
  insert(slot: number, hash: number): void {
    const now = this.now = (this.now + 1) | 0
    let interval = this.unknown
    if (this.ghosts.take(hash)) {
      interval = this.since(this.ghosts.last)
      if (this.isFull) this.learn(this.ghosts.number)
    }
    this.uses.put(2 * slot, now)
    this.uses.put(2 * slot + 1, interval)
    this.hashes.put(slot, hash)
    this.entries++
    if (this.sizes !== undefined) this.sizes.put(slot, Math.max(1, this.weightOf(slot)))
    this.append(windowList, slot, 0)
    this.settle()
  }

  /** @inheritdoc */
  access(slot: number): void {
    const now = this.now = (this.now + 1) | 0
    const state = this.state.cells[slot] as number
    const list = state & listBits
    this.uses.put(2 * slot + 1, this.since(this.uses.cells[2 * slot] as number))
    this.uses.put(2 * slot, now)
    if (list !== probationList && (state & tailBit) === 0 && this.sizes === undefined) {
      this.lists.moveToEnd(list, slot)
      if (this.windowSize > this.windowTarget || this.protectedSize > this.protectedTarget) this.settle()
      return
    }
    if (this.isFull && (state & tailBit) !== 0) this.steer(list, (state & provenBit) !== 0)
    this.unlink(slot)
    if (this.sizes !== undefined) this.sizes.put(slot, Math.max(1, this.weightOf(slot)))
    if (list === windowList) this.append(windowList, slot, 0)
    else this.append(protectedList, slot, provenBit)
    this.settle()
  }

  /** @inheritdoc */
  remove(slot: number, evicted: boolean): void {
    if (evicted) this.remember(slot)
    this.isFull = evicted
    this.entries--
    this.unlink(slot)
    if (this.byWeight()) this.aim()
    this.flag()
  }

  /** @inheritdoc */
  replace(slot: number, hash: number): void {
    this.remove(slot, true)
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
    if (this.wait(candidate) >= this.wait(resident)) return candidate
    this.move(candidate, probationList, 0)
    this.flag()
    return resident
  }

  /** @inheritdoc */
  emptied(weightOf: (slot: number) => number): EvictionPolicy {
    const empty = new Adaptive(weightOf)
    empty.ghosts = this.ghosts
    empty.now = this.now
    empty.windowEvictions = this.windowEvictions
    empty.mainEvictions = this.mainEvictions
    empty.windowShare = this.windowShare
    empty.protectedShare = this.protectedShare
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
      copy.remove(slot, false)
      visit(slot)
    }
  }

  /** @inheritdoc */
  violations(): ReadonlyArray<string> {
    return adaptiveViolations({
      lists: this.lists,
      stateOf: (slot) => this.state.cells[slot] as number,
      sizeOf: (slot) => this.sizeOf(slot),
      tailOf: (size) => this.tailOf(size),
      entries: this.entries,
      size: this.size,
      windowSize: this.windowSize,
      protectedSize: this.protectedSize,
      windowTail: this.windowTail,
      windowEdge: this.windowEdge,
      probationTail: this.probationTail,
      probationEdge: this.probationEdge,
      unprovenTail: this.unprovenTail
    })
  }

  private byWeight(): boolean {
    return this.expected === Number.POSITIVE_INFINITY
  }

  private sizeOf(slot: number): number {
    return this.sizes === undefined ? 1 : this.sizes.cells[slot] as number
  }

  private since(last: number): number {
    const age = (this.now - last) | 0
    return age < 0 || age > this.unknown ? this.unknown : age
  }

  // After how many uses an entry is expected to be used. The one that a victim has to make room for is counted already.
  private wait(slot: number): number {
    const age = (this.now + 1 - (this.uses.cells[2 * slot] as number)) | 0
    const interval = this.uses.cells[2 * slot + 1] as number
    return age < 0 ? this.unknown : Math.max(age, interval)
  }

  private measureAll(): void {
    this.sizes = this.byWeight() ? new Floats() : undefined
    this.sizes?.grow(this.slots)
    this.size = 0
    this.windowSize = 0
    this.protectedSize = 0
    this.sizeWhenFull = 0
    this.windowTail = 0
    this.windowEdge = -1
    this.probationTail = 0
    this.probationEdge = -1
    this.unprovenTail = 0
    for (let list = 0; list < this.lists.lists; list++) {
      for (let slot = this.lists.first(list); slot !== -1; slot = this.lists.after(slot)) {
        this.state.put(slot, (this.state.cells[slot] as number) & ~tailBit)
        this.sizes?.put(slot, Math.max(1, this.weightOf(slot)))
        this.count(list, this.sizeOf(slot))
      }
    }
  }

  private count(list: number, size: number): void {
    this.size += size
    if (list === windowList) this.windowSize += size
    else if (list === protectedList) this.protectedSize += size
  }

  private aim(): void {
    const places = this.byWeight() ? this.entries : this.expected
    this.capacity = this.byWeight() ? Math.max(this.size, this.sizeWhenFull) : this.expected
    this.band = Math.max(1, Math.round(bandShare * this.capacity))
    this.unknown = Math.min(longestInterval * places, 2 ** 31 - 1)
    this.windowTarget = Math.max(1, Math.round(this.capacity * this.windowShare))
    this.protectedTarget = Math.floor((this.capacity - this.windowTarget) * this.protectedShare)
  }

  private append(list: number, slot: number, proven: number): void {
    this.state.put(slot, list | proven)
    this.lists.append(list, slot)
    this.count(list, this.sizeOf(slot))
  }

  private unlink(slot: number): void {
    const state = this.state.cells[slot] as number
    const list = state & listBits
    if ((state & tailBit) !== 0) {
      if (list === windowList) {
        this.windowTail -= this.sizeOf(slot)
        if (this.windowEdge === slot) this.windowEdge = this.lists.before(slot)
      } else {
        this.probationTail -= this.sizeOf(slot)
        if ((state & provenBit) === 0) this.unprovenTail -= this.sizeOf(slot)
        if (this.probationEdge === slot) this.probationEdge = this.lists.before(slot)
      }
    }
    this.count(list, -this.sizeOf(slot))
    this.lists.unlink(slot)
  }

  private move(slot: number, list: number, proven: number): void {
    this.unlink(slot)
    this.append(list, slot, proven)
  }

  // Moves entries to where the shares want them. A window that is too small fills up by itself: while it is, a victim is
  // taken from the main part.
  private settle(): void {
    if (this.byWeight()) this.aim()
    for (let moves = movesPerUse; moves > 0 && this.windowSize > this.windowTarget; moves--) {
      const slot = this.lists.first(windowList)
      if (!this.mainHasRoomFor(slot)) break
      this.move(slot, probationList, 0)
    }
    for (let moves = movesPerUse; moves > 0 && this.protectedSize > this.protectedTarget; moves--) {
      this.move(this.lists.first(protectedList), probationList, provenBit)
    }
    this.flag()
  }

  // Among entries of one size it has, whenever the window is too large.
  private mainHasRoomFor(slot: number): boolean {
    return !this.byWeight() || this.size - this.windowSize + this.sizeOf(slot) <= this.capacity - this.windowTarget
  }

  // Brings the flags of the oldest entries up to date: as many as come to the band, or to half the list.
  private flag(): void {
    const window = this.tailOf(this.windowSize)
    while (this.windowTail < window) {
      const slot = this.windowEdge === -1 ? this.lists.first(windowList) : this.lists.after(this.windowEdge)
      this.state.put(slot, (this.state.cells[slot] as number) | tailBit)
      this.windowTail += this.sizeOf(slot)
      this.windowEdge = slot
    }
    while (this.windowEdge !== -1 && this.windowTail - this.sizeOf(this.windowEdge) >= window) {
      const slot = this.windowEdge
      this.state.put(slot, (this.state.cells[slot] as number) & ~tailBit)
      this.windowTail -= this.sizeOf(slot)
      this.windowEdge = this.lists.before(slot)
    }
    const probation = this.tailOf(this.size - this.windowSize - this.protectedSize)
    while (this.probationTail < probation) {
      const slot = this.probationEdge === -1 ? this.lists.first(probationList) : this.lists.after(this.probationEdge)
      const state = this.state.cells[slot] as number
      this.state.put(slot, state | tailBit)
      this.probationTail += this.sizeOf(slot)
      if ((state & provenBit) === 0) this.unprovenTail += this.sizeOf(slot)
      this.probationEdge = slot
    }
    while (this.probationEdge !== -1 && this.probationTail - this.sizeOf(this.probationEdge) >= probation) {
      const slot = this.probationEdge
      const state = this.state.cells[slot] as number
      this.state.put(slot, state & ~tailBit)
      this.probationTail -= this.sizeOf(slot)
      if ((state & provenBit) === 0) this.unprovenTail -= this.sizeOf(slot)
      this.probationEdge = this.lists.before(slot)
    }
  }

  private tailOf(size: number): number {
    return Math.min(size, this.band, Math.max(1, Math.floor(size / 2)))
  }

  // A hit among the oldest entries of a list: the fewer there are, the more it says.
  private steer(list: number, isProven: boolean): void {
    if (list === windowList) return this.steerWindow(this.band / this.windowTail)
    const tail = this.probationTail
    const places = this.band / tail
    this.steerWindow(-places)
    const ofItsKind = Math.max(1, isProven ? tail - this.unprovenTail : this.unprovenTail)
    const step = (isProven ? provenStep : -unprovenStep) * places * Math.min(mostPerHit, tail / ofItsKind)
    const mainPlaces = (this.capacity - this.windowTarget) * (this.places() / this.capacity)
    const share = this.protectedShare + step / Math.max(1, mainPlaces)
    this.protectedShare = Math.min(mostProtectedShare, Math.max(0, share))
    this.aim()
  }

  private places(): number {
    return this.byWeight() ? Math.max(1, this.entries) : this.expected
  }

  private steerWindow(by: number): void {
    const places = this.places()
    const share = Math.max(1 / places, leastWindowShare, this.windowShare + by / places)
    this.windowShare = Math.min(mostWindowShare, share)
    this.aim()
  }

  // A key has come back. It would still be here, were the part larger that it was evicted from.
  private learn(number: number): void {
    const isWindow = (number & 1) === 0
    const evictions = (isWindow ? this.windowEvictions : this.mainEvictions) - (number >>> 1)
    const recent = Math.max(1, Math.round(bandShare * this.places()))
    if ((evictions & mostNumber) <= recent) this.steerWindow(isWindow ? 1 : -1)
  }

  private remember(slot: number): void {
    const isWindow = ((this.state.cells[slot] as number) & listBits) === windowList
    const number = isWindow ? 2 * this.windowEvictions : 2 * this.mainEvictions + 1
    if (isWindow) this.windowEvictions = this.windowEvictions % mostNumber + 1
    else this.mainEvictions = this.mainEvictions % mostNumber + 1
    this.ghosts.add(this.hashes.cells[slot] as number, this.uses.cells[2 * slot] as number, number, this.now)
  }

  private firstBut(list: number, excluded: number): number {
    const first = this.lists.first(list)
    return first === excluded && first !== -1 ? this.lists.after(first) : first
  }

  // What decides about victims, without what only uses and insertions ask for.
  private copy(): Adaptive {
    const copy = new Adaptive(this.weightOf)
    copy.lists = this.lists.copy()
    copy.state = this.state.clone()
    copy.uses = this.uses
    copy.sizes = this.sizes
    copy.now = this.now
    copy.entries = this.entries
    copy.size = this.size
    copy.windowSize = this.windowSize
    copy.protectedSize = this.protectedSize
    copy.windowTail = this.windowTail
    copy.windowEdge = this.windowEdge
    copy.probationTail = this.probationTail
    copy.probationEdge = this.probationEdge
    copy.unprovenTail = this.unprovenTail
    copy.sizeWhenFull = this.sizeWhenFull
    copy.expected = this.expected
    copy.windowShare = this.windowShare
    copy.protectedShare = this.protectedShare
    copy.aim()
    return copy
  }
}
