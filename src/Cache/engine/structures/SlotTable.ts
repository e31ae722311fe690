/**
 * The columns of a bounded map.
 */
import { Floats, Ints } from "./columns.js"

const chunkBits = 16
const slotsPerChunk = 1 << chunkBits
const placeMask = slotsPerChunk - 1

/**
 * Keys, values, weights and costs by slot, and the slots that are free. A key and a value share the fate of their slot: both are
 * set, or both are undefined. A slot that was freed is used again first.
 *
 * Keys and values lie in arrays of 65,536 slots, so that none is copied for long when it grows.
 */
export class SlotTable<K, V> {
  // The first array of each is at hand: a small table has no other.
  private readonly keys: Array<K | undefined> = []
  private readonly values: Array<V | undefined> = []
  private readonly keyChunks = [this.keys]
  private readonly valueChunks = [this.values]
  // The slots that are free, of which the last one is used first.
  private readonly freed = new Ints()
  private freeSlots = 0
  /** How many slots there are, live and free. */
  slots = 0
  private readonly weights: Floats | undefined
  private readonly costs: Floats | undefined
  /** What the entry costs that is put next: nothing for what is not known. */
  cost: number | undefined = undefined

  /**
   * @param isWeighed whether entries have weights: else each weighs 1
   * @param hasCosts whether entries have costs: else each costs 1
   */
  constructor(isWeighed: boolean, hasCosts = false) {
    this.weights = isWeighed ? new Floats() : undefined
    this.costs = hasCosts ? new Floats() : undefined
  }

  /** The slot that will be taken next. */
  get next(): number {
    return this.freeSlots === 0 ? this.slots : this.freed.cells[this.freeSlots - 1] as number
  }

  /** The slots that are free, for tests. */
  free(): ReadonlyArray<number> {
    return [...this.freed.cells.subarray(0, this.freeSlots)]
  }

  /**
   * A slot for a new entry.
   *
   * @param most how many slots there will ever be, where that is known
   */
  take(most: number): number {
    if (this.freeSlots > 0) return this.freed.cells[--this.freeSlots] as number
    const slot = this.slots++
    this.weights?.grow(this.slots, most)
    this.costs?.grow(this.slots, most)
    if (slot >>> chunkBits === this.keyChunks.length) {
      this.keyChunks.push([])
      this.valueChunks.push([])
    }
    this.keysOf(slot).push(undefined)
    this.valuesOf(slot).push(undefined)
    return slot
  }

  /** The key in a slot that holds an entry; `undefined` in a free one. */
  keyAt(slot: number): K {
    return this.keysOf(slot)[slot & placeMask] as K
  }

  /** The value in a slot that holds an entry; `undefined` in a free one. */
  valueAt(slot: number): V {
    return this.valuesOf(slot)[slot & placeMask] as V
  }

  /** Whether entries have costs. */
  get hasCosts(): boolean {
    return this.costs !== undefined
  }

  /** Puts an entry into a slot, which costs 1 if that is not known. */
  put(slot: number, key: K | undefined, value: V | undefined): void {
    if (this.costs !== undefined) this.costs.put(slot, this.cost ?? 1)
    this.keysOf(slot)[slot & placeMask] = key
    this.valuesOf(slot)[slot & placeMask] = value
  }

  /** Puts another value into a slot, which costs what the last one did if nothing else is known. */
  putValue(slot: number, value: V): void {
    if (this.costs !== undefined && this.cost !== undefined) this.costs.put(slot, this.cost)
    this.valuesOf(slot)[slot & placeMask] = value
  }

  /** Empties a slot. */
  release(slot: number): void {
    this.put(slot, undefined, undefined)
    this.freed.grow(this.freeSlots + 1)
    this.freed.put(this.freeSlots++, slot)
  }

  /** The weight of the entry in a slot. */
  weightAt(slot: number): number {
    return this.weights === undefined ? 1 : this.weights.cells[slot] as number
  }

  /** Notes the weight of the entry in a slot. */
  putWeight(slot: number, weight: number): void {
    if (this.weights !== undefined) this.weights.put(slot, weight)
  }

  /** What it takes to make the entry in a slot anew. */
  costAt(slot: number): number {
    return this.costs === undefined ? 1 : this.costs.cells[slot] as number
  }

  private keysOf(slot: number): Array<K | undefined> {
    return slot < slotsPerChunk ? this.keys : this.keyChunks[slot >>> chunkBits] as Array<K | undefined>
  }

  private valuesOf(slot: number): Array<V | undefined> {
    return slot < slotsPerChunk ? this.values : this.valueChunks[slot >>> chunkBits] as Array<V | undefined>
  }
}
