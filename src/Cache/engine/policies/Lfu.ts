/**
 * The least-frequently-used eviction policy, in constant time. Ketan Shah, Anirban Mitra, Dhruv Matani, "An O(1)
 * algorithm for implementing the LFU cache eviction scheme", 2010 (arXiv:2110.11602).
 */
import { Floats, Ints } from "../structures/columns.js"
import { listViolations } from "../structures/listViolations.js"
import { SlotLists } from "../structures/SlotLists.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"

/**
 * LFU: the entry with the fewest uses goes first, among equals the one whose last use lies furthest back. A new entry
 * has frequency 1; uses count from its insertion to its removal, and nothing is remembered beyond.
 *
 * Frequencies never age. So what was popular once stays, and new entries push each other out: on a real trace of
 * database objects (orm-busy, 1,250 entries) this policy reaches 28 % where LRU has 80 %. `LFU-DA` and `W-TinyLFU`
 * exist for that reason.
 *
 * One list holds all slots, ordered by frequency and then by last use. The slots of one frequency are a run of that
 * list, a bucket, of which only the last slot is kept: a use moves a slot behind the last one of the next frequency.
 */
export class Lfu implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = undefined
  private readonly order = new SlotLists(1)
  private readonly bucketOf = new Ints()
  // Columns by bucket. A free bucket has frequency 0, and its `last` is the next free bucket or -1.
  private readonly frequency = new Floats()
  private readonly last = new Ints()
  private buckets = 0
  private freeBucket = -1

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.order.grow(slots, most)
    this.bucketOf.grow(slots, most)
  }

  /** @inheritdoc */
  expect(): void {}

  /** @inheritdoc */
  insert(slot: number): void {
    const first = this.order.first(0)
    const bucket = first === -1 ? -1 : this.bucketOf.cells[first] as number
    if (bucket !== -1 && this.frequency.cells[bucket] === 1) {
      this.join(bucket, slot)
    } else {
      this.order.prepend(0, slot)
      this.open(1, slot)
    }
  }

  /** @inheritdoc */
  access(slot: number): void {
    const bucket = this.bucketOf.cells[slot] as number
    const frequency = (this.frequency.cells[bucket] as number) + 1
    const last = this.last.cells[bucket] as number
    const beyond = this.order.after(last)
    const next = beyond === -1 ? -1 : this.bucketOf.cells[beyond] as number
    if (next !== -1 && this.frequency.cells[next] === frequency) {
      this.leave(bucket, slot)
      this.order.unlink(slot)
      this.join(next, slot)
    } else if (last !== slot) {
      this.order.unlink(slot)
      this.order.insertAfter(last, slot)
      this.open(frequency, slot)
    } else if (this.isFirstOf(bucket, slot)) {
      // Alone with its frequency, and nobody has the next one: the bucket goes up with it.
      this.frequency.put(bucket, frequency)
    } else {
      this.leave(bucket, slot)
      this.open(frequency, slot)
    }
  }

  /** @inheritdoc */
  remove(slot: number): void {
    this.leave(this.bucketOf.cells[slot] as number, slot)
    this.order.unlink(slot)
  }

  /** @inheritdoc */
  replace(slot: number): void {
    this.remove(slot)
    this.insert(slot)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    const first = this.order.first(0)
    return first === excluded && first !== -1 ? this.order.after(first) : first
  }

  /** @inheritdoc */
  emptied(): EvictionPolicy {
    return new Lfu()
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    for (let slot = this.order.first(0); slot !== -1; slot = this.order.after(slot)) visit(slot)
  }

  /** @inheritdoc */
  violations(): ReadonlyArray<string> {
    const found = listViolations(this.order)
    const buckets = new Set<number>()
    let frequency = 0
    for (let slot = this.order.first(0); slot !== -1; slot = this.order.after(slot)) {
      const bucket = this.bucketOf.cells[slot] as number
      const next = this.order.after(slot)
      const isLast = next === -1 || this.bucketOf.cells[next] !== bucket
      if (isLast !== (this.last.cells[bucket] === slot)) found.push(`bucket ${bucket} does not end where its slots do`)
      if (!buckets.has(bucket)) {
        if (!((this.frequency.cells[bucket] as number) > frequency)) found.push(`bucket ${bucket} is out of order`)
        frequency = this.frequency.cells[bucket] as number
        buckets.add(bucket)
      }
    }
    let free = 0
    for (let bucket = this.freeBucket; bucket !== -1; bucket = this.last.cells[bucket] as number) {
      free++
      if (this.frequency.cells[bucket] !== 0) found.push(`free bucket ${bucket} has a frequency`)
    }
    if (free + buckets.size !== this.buckets) found.push("a bucket is neither used nor free")
    return found
  }

  private isFirstOf(bucket: number, slot: number): boolean {
    const before = this.order.before(slot)
    return before === -1 || this.bucketOf.cells[before] !== bucket
  }

  // Behind the last slot of a bucket. The slot is on no list.
  private join(bucket: number, slot: number): void {
    this.order.insertAfter(this.last.cells[bucket] as number, slot)
    this.last.put(bucket, slot)
    this.bucketOf.put(slot, bucket)
  }

  // The slot stays where it is in the order; the bucket it leaves is free when it was the only one.
  private leave(bucket: number, slot: number): void {
    if (this.last.cells[bucket] !== slot) return
    if (this.isFirstOf(bucket, slot)) {
      this.frequency.put(bucket, 0)
      this.last.put(bucket, this.freeBucket)
      this.freeBucket = bucket
    } else {
      this.last.put(bucket, this.order.before(slot))
    }
  }

  private open(frequency: number, slot: number): void {
    const bucket = this.takeBucket()
    this.frequency.put(bucket, frequency)
    this.last.put(bucket, slot)
    this.bucketOf.put(slot, bucket)
  }

  private takeBucket(): number {
    const free = this.freeBucket
    if (free !== -1) {
      this.freeBucket = this.last.cells[free] as number
      return free
    }
    const bucket = this.buckets++
    this.frequency.grow(this.buckets)
    this.last.grow(this.buckets)
    return bucket
  }
}
