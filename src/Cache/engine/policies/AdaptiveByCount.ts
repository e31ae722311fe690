/**
 * The Adaptive eviction policy where entries only count. It stands on: Song Jiang, Xiaodong Zhang, "LIRS: an efficient
 * low inter-reference recency set replacement policy", SIGMETRICS 2002 (the contest); Nimrod Megiddo, Dharmendra S.
 * Modha, "ARC: a self-tuning, low overhead replacement cache", FAST 2003 (a step for each ghost that comes back); Asaf
 * Cidon, Assaf Eisenman, Mohammad Alizadeh, Sachin Katti, "Cliffhanger: scaling performance cliffs in web memory
 * caches", NSDI 2016 (hits at the ends of queues as marginal utilities).
 */
import { Bytes, Ints } from "../structures/columns.js"
import { keyHash } from "../structures/keyHash.js"
import { SlotLists } from "../structures/SlotLists.js"
import { adaptiveViolations } from "./adaptiveViolations.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"
import { forEachVictim } from "./forEachVictim.js"
import { mostCounted, PartGhosts } from "./PartGhosts.js"

const windowList = 0
const probationList = 1
const protectedList = 2
const listBits = 3
const tailBit = 4
const provenBit = 8
// The upper half of the byte: how often an entry was used.
const countShift = 4
const countUnit = 1 << countShift
const countBits = mostCounted << countShift

const initialWindowShare = 0.05
const leastWindowShare = 0.01
const mostWindowShare = 0.98
const initialProtectedShare = 0.5
const mostProtectedShare = 0.95
// The oldest entries of a list in which a hit counts, in capacities.
const bandShare = 0.05
// In capacities of uses: a hit after fewer is no time for others. Under LRU they would not have sunk by it.
const burstShare = 0.4
// In capacities of uses: an entry that was not used for longer is worth less than one that was never seen before.
const longestInterval = 16
// In capacities: what the balance against LRU may come to, and from where on it counts.
const mostBehind = 0.5
const tooFarBehind = 0.2
const provenStep = 3
const unprovenStep = 2
const mostPerHit = 8
const movesPerUse = 2

/**
 * Adaptive by count: new entries enter a window that is kept by last use. What falls out of it competes with the entry
 * that the main part would give up, a segmented LRU: an entry enters on probation, and is protected once it is hit. So
 * far it is W-TinyLFU. Three things differ.
 *
 * The contest is about when each of the two is expected to be used next: after as many uses of the cache as lay between
 * its last two uses, or after as many as it has been waiting already, whichever is more, over the number of its uses,
 * up to 15. The resident goes only if the newcomer is expected sooner, so that a loop longer than the cache finds what
 * has stayed. An entry without an earlier use is expected after 16 capacities. When and how often a key was used is
 * remembered beyond its eviction, in a `GhostTable`. Of uses of one key within two fifths of a capacity only the first
 * counts as time: what is popular does not make all else look old.
 *
 * Both shares, the window's and the protected part's, go where hits say that more room pays. A hit among the oldest
 * entries of the window, or the return of a key that was lately evicted from it, makes the window larger by one place: a
 * larger window would have had this hit, or had it for longer. The same at the end of the main part makes it smaller. A
 * hit on probation moves the protected share: towards entries that were hit in the main part before, or away, for each
 * entry of that kind that there is.
 *
 * What happens at the ends may say nothing of what a much larger window would find. So it is compared with LRU: a key
 * that comes back within as many uses as there are places would be there under LRU, and is one hit behind it; a hit
 * after more is one before it. While the sum is behind by a fifth of the places, each such key makes the window larger.
 *
 * All operations are O(1), amortised for the flags at the ends of the lists. It takes 39 bytes per slot, 18 of them for
 * what was evicted.
 */
export class AdaptiveByCount implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = keyHash
  private lists = new SlotLists(3)
  // By slot: its list, whether it is among the oldest, and whether it was hit in the main part.
  private state = new Bytes()
  // By slot: when it was used last, and how long before that.
  private uses = new Ints()
  private hashes = new Ints()
  private ghosts = new PartGhosts()
  private entries = 0
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
  private isFull = false
  // Hits that LRU would have had, less those that it would not.
  private behind = 0
  private expected = 0
  private windowShare = initialWindowShare
  private protectedShare = initialProtectedShare
  // What the shares come to.
  private windowTarget = 1
  private protectedTarget = 0
  private band = 1
  private burst = 1
  private unknown = 0

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.lists.grow(slots, most)
    this.state.grow(slots, most)
    this.uses.grow(2 * slots, most === undefined ? undefined : 2 * most)
    this.hashes.grow(slots, most)
    this.ghosts.grow(slots)
  }

  /** @inheritdoc */
  expect(entries: number): void {
    this.expected = entries
    this.isFull = false
    const most = mostBehind * entries
    this.behind = Math.max(-most, Math.min(most, this.behind))
    this.aim()
    this.flag()
  }

  /** @inheritdoc */
  insert(slot: number, hash: number): void {
    const now = this.now = (this.now + 1) | 0
    let interval = this.unknown
    let count = 1
    if (this.ghosts.take(hash)) {
      count = Math.min(mostCounted, this.ghosts.count + 1)
      interval = this.since(this.ghosts.last)
      this.learn(interval)
    }
    this.uses.put(2 * slot, now)
    this.uses.put(2 * slot + 1, interval)
    this.hashes.put(slot, hash)
    this.state.put(slot, count << countShift)
    this.append(windowList, slot, 0)
    this.settle()
  }

  /** @inheritdoc */
  access(slot: number): void {
    const state = this.state.cells[slot] as number
    const list = state & listBits
    const last = this.uses.cells[2 * slot] as number
    if (((this.now - last) | 0) >= this.burst) this.now = (this.now + 1) | 0
    const interval = this.since(last)
    if (interval > this.expected && this.behind > -mostBehind * this.expected) this.behind--
    this.uses.put(2 * slot + 1, interval)
    this.uses.put(2 * slot, this.now)
    if (state < countBits) this.state.put(slot, state + countUnit)
    if (list !== probationList && (state & tailBit) === 0) {
      this.lists.moveToEnd(list, slot)
      if (this.windowSize > this.windowTarget || this.protectedSize > this.protectedTarget) this.settle()
      return
    }
    if (this.isFull && (state & tailBit) !== 0) this.steer(list, (state & provenBit) !== 0)
    this.unlink(slot)
    if (list === windowList) this.append(windowList, slot, 0)
    else this.append(protectedList, slot, provenBit)
    this.settle()
  }

  /** @inheritdoc */
  remove(slot: number, evicted: boolean): void {
    if (evicted) this.remember(slot)
    this.isFull = evicted
    this.unlink(slot)
    this.flag()
  }

  /** @inheritdoc */
  replace(slot: number, hash: number): void {
    this.remove(slot, true)
    this.insert(slot, hash)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    const candidate = this.lists.firstBut(windowList, excluded)
    const onProbation = this.lists.firstBut(probationList, excluded)
    const resident = onProbation === -1 ? this.lists.firstBut(protectedList, excluded) : onProbation
    if (resident === -1) return candidate
    if (candidate === -1 || this.windowSize < this.windowTarget) return resident
    if (this.cost(candidate, resident) >= this.cost(resident, candidate)) return candidate
    this.move(candidate, probationList, 0)
    this.flag()
    return resident
  }

  /** @inheritdoc */
  emptied(): AdaptiveByCount {
    const empty = new AdaptiveByCount()
    empty.ghosts = this.ghosts
    empty.now = this.now
    empty.windowShare = this.windowShare
    empty.protectedShare = this.protectedShare
    empty.behind = this.behind
    empty.expect(this.expected)
    return empty
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    forEachVictim(this.copy(), visit)
  }

  /** @inheritdoc */
  violations(): ReadonlyArray<string> {
    return adaptiveViolations({
      lists: this.lists,
      listOf: (slot) => (this.state.cells[slot] as number) & listBits,
      isFlagged: (slot) => ((this.state.cells[slot] as number) & tailBit) !== 0,
      isProven: (slot) => ((this.state.cells[slot] as number) & provenBit) !== 0,
      tailOf: (size) => this.tailOf(size),
      entries: this.entries,
      windowSize: this.windowSize,
      protectedSize: this.protectedSize,
      windowTail: this.windowTail,
      windowEdge: this.windowEdge,
      probationTail: this.probationTail,
      probationEdge: this.probationEdge,
      unprovenTail: this.unprovenTail
    })
  }

  /** The hash of the key of an entry. */
  hashAt(slot: number): number {
    return this.hashes.cells[slot] as number
  }

  private since(last: number): number {
    const age = (this.now - last) | 0
    return age < 0 || age > this.unknown ? this.unknown : age
  }

  // How long an entry is expected to wait, times how often the other was used. The use of the one that a victim has to
  // make room for is counted already.
  private cost(slot: number, other: number): number {
    const age = (this.now + 1 - (this.uses.cells[2 * slot] as number)) | 0
    const count = (this.state.cells[other] as number) >>> countShift
    return (age < 0 ? this.unknown : Math.max(age, this.uses.cells[2 * slot + 1] as number)) * count
  }

  private count(list: number, by: number): void {
    this.entries += by
    if (list === windowList) this.windowSize += by
    else if (list === protectedList) this.protectedSize += by
  }

  private aim(): void {
    const capacity = this.expected
    this.band = Math.max(1, Math.round(bandShare * capacity))
    this.burst = Math.max(1, Math.round(burstShare * capacity))
    this.unknown = Math.min(longestInterval * capacity, 2 ** 31 - 1)
    this.windowTarget = Math.max(1, Math.round(capacity * this.windowShare))
    // Without room for anything the window's one place is not there.
    this.protectedTarget = Math.max(0, Math.floor((capacity - this.windowTarget) * this.protectedShare))
  }

  private append(list: number, slot: number, proven: number): void {
    this.state.put(slot, ((this.state.cells[slot] as number) & countBits) | list | proven)
    this.lists.append(list, slot)
    this.count(list, 1)
  }

  private unlink(slot: number): void {
    const state = this.state.cells[slot] as number
    const list = state & listBits
    if ((state & tailBit) !== 0) {
      if (list === windowList) {
        this.windowTail--
        if (this.windowEdge === slot) this.windowEdge = this.lists.before(slot)
      } else {
        this.probationTail--
        if ((state & provenBit) === 0) this.unprovenTail--
        if (this.probationEdge === slot) this.probationEdge = this.lists.before(slot)
      }
    }
    this.count(list, -1)
    this.lists.unlink(slot)
  }

  private move(slot: number, list: number, proven: number): void {
    this.unlink(slot)
    this.append(list, slot, proven)
  }

  // Moves entries to where the shares want them. A window that is too small fills up by itself: while it is, a victim is
  // taken from the main part.
  private settle(): void {
    for (let moves = movesPerUse; moves > 0 && this.windowSize > this.windowTarget; moves--) {
      this.move(this.lists.first(windowList), probationList, 0)
    }
    for (let moves = movesPerUse; moves > 0 && this.protectedSize > this.protectedTarget; moves--) {
      this.move(this.lists.first(protectedList), probationList, provenBit)
    }
    this.flag()
  }

  // Brings the flags of the oldest entries up to date: as many as come to the band, or to half the list.
  private flag(): void {
    const window = this.tailOf(this.windowSize)
    while (this.windowTail < window) {
      const slot = this.windowEdge === -1 ? this.lists.first(windowList) : this.lists.after(this.windowEdge)
      this.state.put(slot, (this.state.cells[slot] as number) | tailBit)
      this.windowTail++
      this.windowEdge = slot
    }
    while (this.windowTail > window) {
      const slot = this.windowEdge
      this.state.put(slot, (this.state.cells[slot] as number) & ~tailBit)
      this.windowTail--
      this.windowEdge = this.lists.before(slot)
    }
    const probation = this.tailOf(this.entries - this.windowSize - this.protectedSize)
    while (this.probationTail < probation) {
      const slot = this.probationEdge === -1 ? this.lists.first(probationList) : this.lists.after(this.probationEdge)
      const state = this.state.cells[slot] as number
      this.state.put(slot, state | tailBit)
      this.probationTail++
      if ((state & provenBit) === 0) this.unprovenTail++
      this.probationEdge = slot
    }
    while (this.probationTail > probation) {
      const slot = this.probationEdge
      const state = this.state.cells[slot] as number
      this.state.put(slot, state & ~tailBit)
      this.probationTail--
      if ((state & provenBit) === 0) this.unprovenTail--
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
    const share = this.protectedShare + step / Math.max(1, this.expected - this.windowTarget)
    this.protectedShare = Math.min(mostProtectedShare, Math.max(0, share))
    this.aim()
  }

  private steerWindow(by: number): void {
    const share = Math.max(1 / this.expected, leastWindowShare, this.windowShare + by / this.expected)
    this.windowShare = Math.min(mostWindowShare, share)
    this.aim()
  }

  // A key has come back. It would still be here, were the part larger that it was evicted from.
  private learn(interval: number): void {
    if (interval <= this.expected) {
      if (this.behind < mostBehind * this.expected) this.behind++
      if (this.isFull && this.behind > tooFarBehind * this.expected) return this.steerWindow(1)
    }
    const { evictionsSince, isFromWindow } = this.ghosts
    if (this.isFull && evictionsSince <= this.band) this.steerWindow(isFromWindow ? 1 : -1)
  }

  private remember(slot: number): void {
    const state = this.state.cells[slot] as number
    const last = this.uses.cells[2 * slot] as number
    this.ghosts.add(this.hashAt(slot), last, state >>> countShift, (state & listBits) === windowList, this.now)
  }

  // What decides about victims, without what only uses and insertions ask for.
  private copy(): AdaptiveByCount {
    const copy = new AdaptiveByCount()
    copy.lists = this.lists.copy()
    copy.state = this.state.clone()
    copy.uses = this.uses
    copy.now = this.now
    copy.entries = this.entries
    copy.windowSize = this.windowSize
    copy.protectedSize = this.protectedSize
    copy.windowTail = this.windowTail
    copy.windowEdge = this.windowEdge
    copy.probationTail = this.probationTail
    copy.probationEdge = this.probationEdge
    copy.unprovenTail = this.unprovenTail
    copy.expected = this.expected
    copy.windowShare = this.windowShare
    copy.protectedShare = this.protectedShare
    copy.aim()
    return copy
  }
}
