/**
 * From texts to slots.
 */
import { HashTable } from "./HashTable.js"
import { sampleHash } from "./keyHash.js"
import { MapIndex } from "./MapIndex.js"
import type { SlotTable } from "./SlotTable.js"

// V8 takes a millisecond or two to grow a `Map` of this size, and five times as long at each of the next ones.
const mostInMap = 32_768
const movedPerStep = 4
// More of one hash are found by another one.
const mostAlike = 16

/**
 * An index from strings to slots. It begins as a `Map`, which is read soonest while it is small: V8 remembers the hash of a
 * string. One that is full is left: with each string that is put in four go into a table of hashes, which no operation
 * grows all at once, and whose entries lie closer together. Until then both are looked at.
 *
 * The hash is of all characters of a short text, and of 32 of a longer one. Where more than 16 share one, by chance or
 * because somebody chose them, the others are kept apart in a `MapIndex`, by a hash of all that they have.
 *
 * Invariant: a string is in the `Map`, in the table, or in what is kept apart.
 */
export class TextIndex {
  private readonly small = new Map<string, number>()
  private table: HashTable | undefined = undefined
  private moving: IterableIterator<[string, number]> | undefined = undefined
  private readonly apart = new MapIndex<string>(new Map(), true)
  private readonly entries: SlotTable<unknown, unknown>

  /** @param entries the keys by slot */
  constructor(entries: SlotTable<unknown, unknown>) {
    this.entries = entries
  }

  /** How many strings there are. */
  get size(): number {
    return this.small.size + this.apart.size + (this.table === undefined ? 0 : this.table.size)
  }

  /** The slot of a string, or `-1`. */
  get(text: string): number {
    if (this.table !== undefined) return this.getOfMany(text, this.table)
    const slot = this.small.get(text)
    return slot === undefined ? -1 : slot
  }

  /** Puts in a string that is not there. It throws only where there is no memory, and has changed nothing then. */
  set(text: string, slot: number): void {
    if (this.table === undefined) {
      if (this.small.size < mostInMap) {
        try {
          this.small.set(text, slot)
          return
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
        }
      }
      this.table = new HashTable()
      this.moving = this.small.entries()
    }
    this.put(text, slot, this.table)
    if (this.moving !== undefined) this.move(this.moving, this.table)
  }

  /** Takes out a string by its slot. */
  delete(text: string, slot: number): void {
    if (this.table === undefined) this.small.delete(text)
    else if (!this.table.delete(sampleHash(text), slot) && !this.small.delete(text)) this.apart.delete(text)
  }

  private getOfMany(text: string, table: HashTable): number {
    const hash = sampleHash(text)
    for (let place = table.first(hash); place !== -1; place = table.next(place, hash)) {
      const slot = table.slotAt(place)
      if (this.entries.keyAt(slot) === text) return slot
    }
    return this.small.size + this.apart.size === 0 ? -1 : this.small.get(text) ?? this.apart.get(text) ?? -1
  }

  private put(text: string, slot: number, table: HashTable): void {
    const hash = sampleHash(text)
    let alike = 0
    for (let place = table.first(hash); place !== -1; place = table.next(place, hash)) alike++
    if (alike < mostAlike) table.add(hash, slot)
    else this.apart.set(text, slot)
  }

  private move(moving: IterableIterator<[string, number]>, table: HashTable): void {
    for (let left = movedPerStep; left > 0; left--) {
      const next = moving.next()
      if (next.done === true) {
        this.moving = undefined
        return
      }
      const [text, slot] = next.value
      this.put(text, slot, table)
      this.small.delete(text)
    }
  }
}
