/**
 * From texts to slots.
 */
import { HashTable } from "./HashTable.js"
import { endHash, sampleHash } from "./keyHash.js"
import { MapChain } from "./MapChain.js"
import type { SlotTable } from "./SlotTable.js"

// V8 takes a millisecond or two to grow a `Map` of this size, and five times as long at each of the next ones.
const mostInMap = 32_768
const movedPerStep = 4
// More of one hash are found by another one.
const mostAlike = 2

/**
 * An index from strings to slots. It begins as a `Map`, which is read soonest while it is small: V8 remembers the hash of a
 * string. One that is full is left: with each string that is put in four go into a table of hashes, which no operation
 * grows all at once, and whose entries lie closer together. Until then both are looked at.
 *
 * To read a character takes longer than anything else that is done with it, so the hash is of the last eight, which tell most
 * texts apart. Where more than two share one, the others go into the same table by a hash of 32 characters, and where they
 * share that one too, by chance or because somebody chose them, into a `MapChain`. When most are there by the second hash,
 * it is the first one to be looked for.
 *
 * Invariant: a string is in the `Map`, in the table by one of the two hashes, or in what is kept apart.
 */
export class TextIndex {
  private readonly small = new Map<string, number>()
  private table: HashTable | undefined = undefined
  // How many are in the table by the second hash, at the least.
  private sampled = 0
  private moving: IterableIterator<[string, number]> | undefined = undefined
  private apart: MapChain<string> | undefined = undefined
  private readonly entries: SlotTable<unknown, unknown>
  // What was looked for last in vain while no string had its first hash, and that hash: it is mostly put in next.
  private missed: string | undefined = undefined
  private missedHash = 0

  /** @param entries the keys by slot */
  constructor(entries: SlotTable<unknown, unknown>) {
    this.entries = entries
  }

  /** How many strings there are. */
  get size(): number {
    return this.small.size + (this.apart?.size ?? 0) + (this.table?.size ?? 0)
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
    if (this.table?.delete(endHash(text), slot) === true) return
    if (this.sampled > 0 && this.table?.delete(sampleHash(text), slot) === true) this.sampled--
    else if (!this.small.delete(text)) this.apart?.delete(text)
  }

  // As short as it can be: it is compiled into the caller.
  private getOfMany(text: string, table: HashTable): number {
    const hash = this.isMostlySampled(table) ? sampleHash(text) : endHash(text)
    const slot = table.get(hash)
    return slot !== -1 && this.entries.keyAt(slot) === text ? slot : this.search(text, hash, table, slot === -1)
  }

  private search(text: string, first: number, table: HashTable, isOfNone: boolean): number {
    const found = isOfNone ? -1 : this.find(text, first, table)
    if (found !== -1) return found
    const isMostlySampled = this.isMostlySampled(table)
    if (this.sampled > 0) {
      const second = this.find(text, isMostlySampled ? endHash(text) : sampleHash(text), table)
      if (second !== -1) return second
    }
    const slot = (this.small.size > 0 ? this.small.get(text) : undefined) ?? this.apart?.get(text) ?? -1
    if (slot === -1 && isOfNone && !isMostlySampled) {
      this.missed = text
      this.missedHash = first
    }
    return slot
  }

  private find(text: string, hash: number, table: HashTable): number {
    for (let place = table.first(hash); place !== -1; place = table.next(place, hash)) {
      const slot = table.slotAt(place)
      if (this.entries.keyAt(slot) === text) return slot
    }
    return -1
  }

  private isMostlySampled(table: HashTable): boolean {
    return 2 * this.sampled > table.size
  }

  private put(text: string, slot: number, table: HashTable): void {
    if (text === this.missed) {
      this.missed = undefined
      return table.add(this.missedHash, slot)
    }
    if (!this.isMostlySampled(table)) {
      const hash = endHash(text)
      if (table.count(hash) < mostAlike) return table.add(hash, slot)
    }
    const hash = sampleHash(text)
    if (table.count(hash) < mostAlike) {
      table.add(hash, slot)
      this.sampled++
    } else {
      this.apart ??= new MapChain()
      this.apart.set(text, slot)
    }
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
