/**
 * The Adaptive eviction policy where entries are limited by weight. Besides what `AdaptiveByCount` stands on: Charu
 * Aggarwal, Joel L. Wolf, Philip S. Yu, "Caching on the World Wide Web", IEEE Transactions on Knowledge and Data
 * Engineering 11(1), 1999 (time since the last use times size, a list for each class of sizes).
 */
import { Bytes, Floats, Ints } from "../structures/columns.js"
import { keyHash } from "../structures/keyHash.js"
import { listViolations } from "../structures/listViolations.js"
import { SlotLists } from "../structures/SlotLists.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"
import { forEachVictim } from "./forEachVictim.js"
import { mostCounted, PartGhosts } from "./PartGhosts.js"

const windowList = 0
const firstClass = 1
// A class is a power of two and the two bits behind it, of weights up to 2^53 over squares of counts up to 15.
const precision = 2
const lowestClass = (1023 - 8) << precision
const classes = (53 + 8 + 1) << precision

const initialWindowShare = 0.05
const leastWindowShare = 0.01
const mostWindowShare = 0.98
// In shares of the entries that there are: so few evictions ago a ghost left lately.
const bandShare = 0.05
// In the same: a hit after fewer uses is no time for others.
const burstShare = 0.4
const longestInterval = 16
const movesPerUse = 2
const mostBalance = 0.5
const averaged = 256

/**
 * Adaptive by weight: a window that is kept by last use, of a share of the weight, and a main part in classes of weight
 * over the square of how often an entry was used. What an entry costs is its class times the uses of the cache that it
 * has been waiting, or that lay between its last two uses where those are known and more: so of entries used as often,
 * and as long ago, the heavier goes first. The victim is the first of the window or the costliest of the heads of the
 * classes, whichever costs more. Uses are counted up to 15, and remembered with the key beyond its eviction.
 *
 * The window's share follows the keys that come back soon after their eviction, as among entries that only count. And
 * it is compared with LRU: a key that comes back so soon that LRU would have kept it is one hit, and so many bytes,
 * behind LRU; a hit after a time in which LRU would have let it go is one before it. While one of the two sums is
 * behind, each such key makes the window larger by one place.
 */
export class AdaptiveByWeight implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = keyHash
  private lists = new SlotLists(firstClass + classes)
  private inUse = new Int32Array(Math.ceil(classes / 32))
  // By slot: its list, how often it was used, when last, how long before that (0: not known), its weight then.
  private listOf = new Bytes()
  private counts = new Bytes()
  private uses = new Ints()
  private sizes = new Floats()
  private hashes = new Ints()
  private ghosts = new PartGhosts()
  private readonly weightOf: (slot: number) => number
  private entries = 0
  private size = 0
  private windowSize = 0
  private now = 0
  private isFull = false
  private windowShare = initialWindowShare
  private sizeWhenFull = 0
  // Of what was inserted lately.
  private averageSize = 0
  // Hits and weight that LRU would have had, less those that it would not.
  private hitsBehind = 0
  private weightBehind = 0

  /** @param weightOf the weight of an entry, a whole number; one without weight is taken to weigh 1 */
  constructor(weightOf: (slot: number) => number) {
    this.weightOf = weightOf
  }

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.lists.grow(slots, most)
    this.listOf.grow(slots, most)
    this.counts.grow(slots, most)
    this.uses.grow(2 * slots, most === undefined ? undefined : 2 * most)
    this.sizes.grow(slots, most)
    this.hashes.grow(slots, most)
    this.ghosts.grow(slots)
  }

  /** @inheritdoc */
  expect(): void {
    this.isFull = false
  }

  /** @inheritdoc */
  insert(slot: number, hash: number): void {
    const size = Math.max(1, this.weightOf(slot))
    this.now = (this.now + 1) | 0
    this.averageSize += (size - this.averageSize) / (this.averageSize === 0 ? 1 : averaged)
    let count = 1
    let interval = 0
    if (this.ghosts.take(hash)) {
      interval = this.since(this.ghosts.last)
      count = Math.min(mostCounted, this.ghosts.count + 1)
      this.learn(interval, size)
    }
    this.uses.put(2 * slot, this.now)
    this.uses.put(2 * slot + 1, interval)
    this.hashes.put(slot, hash)
    this.sizes.put(slot, size)
    this.counts.put(slot, count)
    this.entries++
    this.append(windowList, slot)
    this.settle()
  }

  /** @inheritdoc */
  access(slot: number): void {
    const last = this.uses.cells[2 * slot] as number
    if (((this.now - last) | 0) >= this.burst()) this.now = (this.now + 1) | 0
    const interval = this.since(last)
    if (interval * this.averageSize > this.capacity()) this.compare(-1, -(this.sizes.cells[slot] as number))
    const inWindow = this.listOf.cells[slot] === windowList
    this.unlink(slot)
    this.uses.put(2 * slot, this.now)
    this.uses.put(2 * slot + 1, interval)
    this.sizes.put(slot, Math.max(1, this.weightOf(slot)))
    this.counts.put(slot, Math.min(mostCounted, (this.counts.cells[slot] as number) + 1))
    this.append(inWindow ? windowList : this.classOf(slot), slot)
    this.settle()
  }

  /** @inheritdoc */
  remove(slot: number, evicted: boolean): void {
    if (evicted) this.remember(slot)
    this.isFull = evicted
    this.entries--
    this.unlink(slot)
  }

  /** @inheritdoc */
  replace(slot: number, hash: number): void {
    this.remove(slot, true)
    this.insert(slot, hash)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    const candidate = this.lists.firstBut(windowList, excluded)
    this.sizeWhenFull = this.size
    let resident = -1
    let most = -1
    for (let word = 0; word < this.inUse.length; word++) {
      for (let bits = this.inUse[word] as number; bits !== 0; bits &= bits - 1) {
        const list = firstClass + word * 32 + 31 - Math.clz32(bits & -bits)
        const slot = this.lists.firstBut(list, excluded)
        const cost = slot === -1 ? -1 : this.costOf(slot, list)
        if (cost > most) {
          most = cost
          resident = slot
        }
      }
    }
    if (resident === -1) return candidate
    if (candidate === -1 || this.windowSize < this.windowTarget()) return resident
    if (this.costOf(candidate, this.classOf(candidate)) >= most) return candidate
    this.leaveWindow(candidate)
    return resident
  }

  /** @inheritdoc */
  emptied(weightOf: (slot: number) => number): AdaptiveByWeight {
    const empty = new AdaptiveByWeight(weightOf)
    empty.ghosts = this.ghosts
    empty.now = this.now
    empty.windowShare = this.windowShare
    empty.sizeWhenFull = this.sizeWhenFull
    empty.averageSize = this.averageSize
    empty.hitsBehind = this.hitsBehind
    empty.weightBehind = this.weightBehind
    return empty
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    forEachVictim(this.copy(), visit)
  }

  /** The hash of the key of an entry. */
  hashAt(slot: number): number {
    return this.hashes.cells[slot] as number
  }

  /** @inheritdoc */
  violations(): ReadonlyArray<string> {
    const found = listViolations(this.lists)
    let entries = 0
    let size = 0
    for (let list = 0; list < this.lists.lists; list++) {
      if (list === firstClass && size !== this.windowSize) found.push(`the window has the size ${size}`)
      const at = list - firstClass
      const inUse = at >= 0 && ((this.inUse[at >>> 5] as number) & (1 << (at & 31))) !== 0
      if (at >= 0 && inUse !== (this.lists.first(list) !== -1)) found.push(`class ${at} is in use unawares`)
      for (let slot = this.lists.first(list); slot !== -1; slot = this.lists.after(slot)) {
        entries++
        size += this.sizes.cells[slot] as number
        if (this.listOf.cells[slot] !== list) found.push(`slot ${slot} is on list ${list} unawares`)
        if (list !== windowList && this.classOf(slot) !== list) found.push(`slot ${slot} is in another class`)
      }
    }
    if (size !== this.size) found.push(`all has the size ${size}, not ${this.size}`)
    if (entries !== this.entries) found.push(`there are ${entries} entries, not ${this.entries}`)
    return found
  }

  private capacity(): number {
    return Math.max(this.size, this.sizeWhenFull)
  }

  private band(): number {
    return Math.max(1, Math.round(bandShare * this.entries))
  }

  private burst(): number {
    return Math.max(1, Math.round(burstShare * this.entries))
  }

  private windowTarget(): number {
    return Math.max(1, Math.round(this.capacity() * this.windowShare))
  }

  private since(last: number): number {
    const longest = Math.min(longestInterval * Math.max(1, this.entries), 2 ** 31 - 1)
    const age = (this.now - last) | 0
    return age < 0 || age > longest ? longest : age
  }

  // The use of the one that a victim has to make room for is counted already.
  private costOf(slot: number, list: number): number {
    const age = (this.now + 1 - (this.uses.cells[2 * slot] as number)) >>> 0
    return Math.max(age, this.uses.cells[2 * slot + 1] as number) * (worth[list - firstClass] as number)
  }

  private classOf(slot: number): number {
    const count = this.counts.cells[slot] as number
    float[0] = (this.sizes.cells[slot] as number) / (count * count)
    return firstClass + ((highHalf[highIndex] as number) >>> (20 - precision)) - lowestClass
  }

  private append(list: number, slot: number): void {
    const size = this.sizes.cells[slot] as number
    this.listOf.put(slot, list)
    this.lists.append(list, slot)
    this.size += size
    const at = list - firstClass
    if (list === windowList) this.windowSize += size
    else this.inUse[at >>> 5] = (this.inUse[at >>> 5] as number) | (1 << (at & 31))
  }

  private unlink(slot: number): void {
    const list = this.listOf.cells[slot] as number
    const size = this.sizes.cells[slot] as number
    this.lists.unlink(slot)
    this.size -= size
    const at = list - firstClass
    if (list === windowList) this.windowSize -= size
    else if (this.lists.first(list) === -1) this.inUse[at >>> 5] = (this.inUse[at >>> 5] as number) & ~(1 << (at & 31))
  }

  private leaveWindow(slot: number): void {
    this.unlink(slot)
    this.append(this.classOf(slot), slot)
  }

  private settle(): void {
    for (let moves = movesPerUse; moves > 0 && this.windowSize > this.windowTarget(); moves--) {
      const slot = this.lists.first(windowList)
      // Sums beyond 2^53 are not exact.
      if (slot === -1) break
      const main = this.size - this.windowSize + (this.sizes.cells[slot] as number)
      if (main > this.capacity() - this.windowTarget()) break
      this.leaveWindow(slot)
    }
  }

  // A key has come back. Had the part been larger that it was evicted from, it would still be here.
  private learn(interval: number, size: number): void {
    if (interval * this.averageSize <= this.capacity()) {
      this.compare(1, size)
      if (this.isFull && (this.hitsBehind > 0 || this.weightBehind > 0)) return this.steer(1)
    }
    const { evictionsSince, isFromWindow } = this.ghosts
    if (this.isFull && evictionsSince <= this.band()) this.steer(isFromWindow ? 1 : -1)
  }

  private compare(hits: number, weight: number): void {
    const mostHits = mostBalance * this.entries
    const mostWeight = mostBalance * this.capacity()
    this.hitsBehind = Math.max(-mostHits, Math.min(mostHits, this.hitsBehind + hits))
    this.weightBehind = Math.max(-mostWeight, Math.min(mostWeight, this.weightBehind + weight))
  }

  private steer(by: number): void {
    const share = this.windowShare + by / Math.max(1, this.entries)
    this.windowShare = Math.max(leastWindowShare, Math.min(mostWindowShare, share))
  }

  private remember(slot: number): void {
    const last = this.uses.cells[2 * slot] as number
    const count = this.counts.cells[slot] as number
    this.ghosts.add(this.hashAt(slot), last, count, this.listOf.cells[slot] === windowList, this.now)
  }

  // What decides about victims, without what only uses and insertions ask for.
  private copy(): AdaptiveByWeight {
    const copy = new AdaptiveByWeight(this.weightOf)
    copy.lists = this.lists.copy()
    copy.listOf = this.listOf.clone()
    copy.inUse = this.inUse.slice()
    copy.counts = this.counts
    copy.uses = this.uses
    copy.sizes = this.sizes
    copy.now = this.now
    copy.entries = this.entries
    copy.size = this.size
    copy.windowSize = this.windowSize
    copy.windowShare = this.windowShare
    copy.sizeWhenFull = this.sizeWhenFull
    return copy
  }
}

// The exponent and the leading bits of a number are in the high half of its eight bytes.
const float = new Float64Array(1)
const highHalf = new Int32Array(float.buffer)
const highIndex = new Uint8Array(new Int32Array([1]).buffer)[0] === 1 ? 1 : 0
// The least number of each class.
const worth = Float64Array.from({ length: classes }, (_, at) => {
  const quarter = at & ((1 << precision) - 1)
  return 2 ** ((at + lowestClass - quarter) / 2 ** precision - 1023) * (1 + quarter / 2 ** precision)
})
