/**
 * The S3-FIFO eviction policy. Juncheng Yang, Yazhuo Zhang, Ziyue Qiu, Yao Yue, K. V. Rashmi, "FIFO queues are all you
 * need for cache eviction", SOSP 2023.
 */
import { Bytes, Ints } from "../structures/columns.js"
import { keyHash } from "../structures/keyHash.js"
import { listViolations } from "../structures/listViolations.js"
import { SlotLists } from "../structures/SlotLists.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"
import { forEachVictim } from "./forEachVictim.js"
import { GhostTable } from "./GhostTable.js"

const small = 0
const main = 1
const smallShare = 0.1
const mostUses = 3
const usesToPromote = 2
const mainBit = 4
const mostSteps = 4096

/**
 * S3-FIFO: new entries queue in a small queue, a tenth of the capacity, where most of them, never used again, leave
 * quickly; the others move on to the main queue, where an entry that was used since it was last looked at goes round
 * once more, at most three times. The key of an entry that leaves the small queue is remembered for as many evictions
 * as the main queue has places, in a `GhostTable`; one that comes back in that time starts in the main queue.
 *
 * A hit writes one byte. The small queue evicts while it has its share, otherwise the main queue, as in Algorithm 1 of
 * the paper; so does an entry that moves into a main queue that is full. A queue passes over at most 4,096 entries in
 * search of a victim, then the next one is it: where every entry was used, the paper's rule would go through all of them
 * at once.
 */
export class S3Fifo implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = keyHash
  private queues = new SlotLists(2)
  // By slot: the uses since it was last looked at, 0 to 3, and whether it is in the main queue.
  private state = new Bytes()
  private readonly hashes = new Ints()
  private ghosts = new GhostTable()
  // How many entries left the small queue: the time that ghosts go by.
  private evictions = 0
  private smallCount = 0
  private mainCount = 0
  private expected = Number.POSITIVE_INFINITY

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.queues.grow(slots, most)
    this.state.grow(slots, most)
    this.hashes.grow(slots, most)
    this.ghosts.grow(slots)
  }

  /** @inheritdoc */
  expect(entries: number): void {
    this.expected = entries
  }

  /** @inheritdoc */
  insert(slot: number, hash: number): void {
    this.queues.append(this.enter(slot, hash), slot)
  }

  /** @inheritdoc */
  access(slot: number): void {
    const state = this.state.cells[slot] as number
    if ((state & mostUses) < mostUses) this.state.put(slot, state + 1)
  }

  /** @inheritdoc */
  remove(slot: number, evicted: boolean): void {
    this.leave(slot, evicted)
    this.queues.unlink(slot)
  }

  /** @inheritdoc */
  replace(slot: number, hash: number): void {
    this.leave(slot, true)
    this.queues.moveToEnd(this.enter(slot, hash), slot)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    if (this.smallCount >= this.smallShareOf()) {
      const slot = this.smallVictim(excluded)
      if (slot !== -1) return slot
    }
    const slot = this.mainVictim(excluded)
    if (slot !== -1) return slot
    // Only the excluded entry is in the main queue, or none.
    const fallback = this.smallVictim(excluded)
    return fallback === -1 ? this.mainVictim(excluded) : fallback
  }

  /** @inheritdoc */
  emptied(): EvictionPolicy {
    const empty = new S3Fifo()
    empty.ghosts = this.ghosts
    empty.evictions = this.evictions
    empty.expected = this.expected
    return empty
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    forEachVictim(this.copy(), visit)
  }

  /** @inheritdoc */
  violations(): ReadonlyArray<string> {
    const found = listViolations(this.queues)
    for (const [queue, name, count] of [[small, "small", this.smallCount], [main, "main", this.mainCount]] as const) {
      let length = 0
      for (let slot = this.queues.first(queue); slot !== -1; slot = this.queues.after(slot)) {
        length++
        const state = this.state.cells[slot] as number
        if (state > (mainBit | mostUses)) found.push(`slot ${slot} has the impossible state ${state}`)
        if (((state & mainBit) !== 0) !== (queue === main)) found.push(`slot ${slot} is in the ${name} queue unawares`)
      }
      if (length !== count) found.push(`the ${name} queue has ${length} entries, not ${count}`)
    }
    return found
  }

  // Where a new entry goes.
  private enter(slot: number, hash: number): number {
    this.hashes.put(slot, hash)
    if (this.ghosts.take(hash) && ((this.evictions - this.ghosts.last) | 0) <= this.mainShare()) {
      this.state.put(slot, mainBit)
      this.mainCount++
      return main
    }
    this.state.put(slot, 0)
    this.smallCount++
    return small
  }

  private leave(slot: number, evicted: boolean): void {
    if (((this.state.cells[slot] as number) & mainBit) !== 0) {
      this.mainCount--
      return
    }
    this.smallCount--
    if (!evicted) return
    this.ghosts.add(this.hashes.cells[slot] as number, this.evictions, 1, this.evictions)
    this.evictions = (this.evictions + 1) | 0
  }

  private capacity(): number {
    return this.expected === Number.POSITIVE_INFINITY ? this.smallCount + this.mainCount : this.expected
  }

  private smallShareOf(): number {
    return Math.max(1, Math.floor(this.capacity() * smallShare))
  }

  private mainShare(): number {
    return this.capacity() - this.smallShareOf()
  }

  private smallVictim(excluded: number): number {
    for (let steps = 0;; steps++) {
      const slot = this.queues.firstBut(small, excluded)
      if (slot === -1 || ((this.state.cells[slot] as number) & mostUses) < usesToPromote || steps === mostSteps) {
        return slot
      }
      this.state.put(slot, mainBit)
      this.smallCount--
      this.mainCount++
      this.queues.moveToEnd(main, slot)
      if (this.mainCount > this.mainShare()) return this.mainVictim(excluded)
    }
  }

  private mainVictim(excluded: number): number {
    for (let steps = 0;; steps++) {
      const slot = this.queues.firstBut(main, excluded)
      if (slot === -1 || this.state.cells[slot] === mainBit || steps === mostSteps) return slot
      this.state.put(slot, (this.state.cells[slot] as number) - 1)
      this.queues.moveToEnd(main, slot)
    }
  }

  // What decides about victims, without what only insertions ask for.
  private copy(): S3Fifo {
    const copy = new S3Fifo()
    copy.queues = this.queues.copy()
    copy.state = this.state.clone()
    copy.smallCount = this.smallCount
    copy.mainCount = this.mainCount
    copy.expected = this.expected
    return copy
  }
}
