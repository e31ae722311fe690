/**
 * The W-TinyLFU eviction policy. Gil Einziger, Roy Friedman, Ben Manes, "TinyLFU: a highly efficient cache admission
 * policy", ACM Transactions on Storage 13(4), 2017; the window that adapts: Gil Einziger, Ohad Eytan, Roy Friedman, Ben
 * Manes, "Adaptive software cache management", Middleware 2018.
 *
 * @since 0.1.0
 */
import { extendedBytes, extendedInts } from "./columns.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"
import { FrequencySketch } from "./FrequencySketch.js"
import { SlotLists } from "./SlotLists.js"

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
 * A use counts once: a hit when it is read, a miss when it is inserted. All operations are O(1); the sketch takes eight
 * bytes per slot.
 *
 * @since 0.1.0
 * @category constructors
 */
export class WTinyLfu implements EvictionPolicy {
  /** @inheritdoc */
  readonly usesHashes = true
  private lists = new SlotLists(3)
  // By slot: its list, and whether it was hit in the main part.
  private state = new Uint8Array(0)
  private hashes = new Int32Array(0)
  private sketch = new FrequencySketch()
  private windowCount = 0
  private probationCount = 0
  private protectedCount = 0
  private expected = Number.POSITIVE_INFINITY
  private windowShare = initialWindowShare
  // What the shares come to, in entries.
  private capacity = 0
  private windowTarget = 1
  private protectedTarget = 0
  private windowHits = 0
  private mainHits = 0
  private usesSinceHalving = 0
  private usesSinceClimb = 0

  /** @inheritdoc */
  grow(slots: number): void {
    this.lists.grow(slots)
    this.state = extendedBytes(this.state, slots)
    this.hashes = extendedInts(this.hashes, slots)
    this.sketch.grow(slots)
  }

  /** @inheritdoc */
  expect(entries: number): void {
    this.expected = entries
    this.aim()
  }

  /** @inheritdoc */
  insert(slot: number, hash: number): void {
    this.hashes[slot] = hash
    this.state[slot] = windowList
    this.lists.append(windowList, slot)
    this.windowCount++
    this.use(hash)
  }

  /** @inheritdoc */
  access(slot: number): void {
    const list = (this.state[slot] as number) & listBits
    if (list === windowList) {
      this.windowHits++
      this.lists.moveToEnd(windowList, slot)
    } else {
      this.mainHits++
      if (list === probationList) {
        this.probationCount--
        this.protectedCount++
      }
      this.state[slot] = protectedList | provenBit
      this.lists.moveToEnd(protectedList, slot)
    }
    this.use(this.hashes[slot] as number)
  }

  /** @inheritdoc */
  remove(slot: number): void {
    const list = (this.state[slot] as number) & listBits
    if (list === windowList) this.windowCount--
    else if (list === probationList) this.probationCount--
    else this.protectedCount--
    this.lists.unlink(slot)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    const candidate = this.firstBut(windowList, excluded)
    const onProbation = this.firstBut(probationList, excluded)
    const resident = onProbation === -1 ? this.firstBut(protectedList, excluded) : onProbation
    if (resident === -1) return candidate
    if (this.expected === Number.POSITIVE_INFINITY) this.aim()
    if (candidate === -1 || this.windowCount < this.windowTarget) return resident
    const lead = this.sketch.estimate(this.hashes[candidate] as number) -
      this.sketch.estimate(this.hashes[resident] as number)
    if (lead <= (((this.state[resident] as number) & provenBit) === 0 ? 0 : 1)) return candidate
    this.leaveWindow(candidate)
    return resident
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
    const found = this.lists.violations()
    const counts = [this.windowCount, this.probationCount, this.protectedCount]
    counts.forEach((count, list) => {
      let length = 0
      for (let slot = this.lists.first(list); slot !== -1; slot = this.lists.after(slot)) {
        length++
        const state = this.state[slot] as number
        if ((state & listBits) !== list) found.push(`slot ${slot} is on list ${list} unawares`)
        if (list === windowList && state !== windowList) found.push(`slot ${slot} was hit in a part it is not in`)
      }
      if (length !== count) found.push(`list ${list} has ${length} entries, not ${count}`)
    })
    if (this.expected !== Number.POSITIVE_INFINITY && this.capacity !== this.expected) found.push("aims at the past")
    if (!(this.windowShare >= leastWindowShare && this.windowShare <= mostWindowShare)) {
      found.push(`the window's share is ${this.windowShare}`)
    }
    return found
  }

  private count(): number {
    return this.windowCount + this.probationCount + this.protectedCount
  }

  private aim(): void {
    this.capacity = this.expected === Number.POSITIVE_INFINITY ? this.count() : this.expected
    this.windowTarget = Math.max(1, Math.round(this.capacity * this.windowShare))
    this.protectedTarget = Math.floor((this.capacity - this.windowTarget) * protectedShare)
  }

  private use(hash: number): void {
    this.sketch.increment(hash)
    if (this.expected === Number.POSITIVE_INFINITY) this.aim()
    if (++this.usesSinceHalving >= halvingPeriod * this.capacity) {
      this.usesSinceHalving = 0
      this.sketch.halve()
    }
    if (++this.usesSinceClimb >= climbPeriod * this.capacity) this.climb()
    this.settle()
  }

  // Moves entries to where the shares want them. A window that is too small fills up by itself: while it is, a victim is
  // taken from the main part.
  private settle(): void {
    for (let moves = movesPerUse; moves > 0 && this.windowCount > this.windowTarget; moves--) {
      this.leaveWindow(this.lists.first(windowList))
    }
    for (let moves = movesPerUse; moves > 0 && this.protectedCount > this.protectedTarget; moves--) {
      const slot = this.lists.first(protectedList)
      this.protectedCount--
      this.probationCount++
      this.state[slot] = probationList | provenBit
      this.lists.moveToEnd(probationList, slot)
    }
  }

  private leaveWindow(slot: number): void {
    this.windowCount--
    this.probationCount++
    this.state[slot] = probationList
    this.lists.moveToEnd(probationList, slot)
  }

  private climb(): void {
    // Before the cache is full, it is not the window's size that decides what is hit.
    if (this.count() >= this.capacity) {
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
    const copy = new WTinyLfu()
    copy.lists = this.lists.copy()
    copy.state = this.state.slice()
    copy.hashes = this.hashes
    copy.sketch = this.sketch
    copy.windowCount = this.windowCount
    copy.probationCount = this.probationCount
    copy.protectedCount = this.protectedCount
    copy.expected = this.expected
    copy.windowShare = this.windowShare
    copy.aim()
    return copy
  }
}
