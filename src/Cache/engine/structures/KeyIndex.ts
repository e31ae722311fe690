/**
 * From a key to its slot.
 */
import { Ints } from "./columns.js"
import { HashTable } from "./HashTable.js"
import type { KeyEquality } from "./KeyEquality.js"
import { numericHash, scrambled } from "./keyHash.js"
import { MapChain } from "./MapChain.js"
import type { SlotTable } from "./SlotTable.js"
import { TextIndex } from "./TextIndex.js"

/** How many structural keys there may be whose own hash is the same number: each is compared with all of them. */
const mostAlike = 1024

/**
 * An index from keys to slots. Primitives and plain objects are found as a `Map` finds them (`NaN` equals itself,
 * `1` is not `"1"`, objects by reference); objects with an equality of their own are found by it. They are in `Map`s,
 * but for numbers, bigints, structural keys and many strings, which are in tables of hashes whose order nobody outside of
 * the process can foretell: V8 hashes numbers without a secret, and bigints by their last 64 bits. No operation moves more
 * keys the more there are.
 *
 * The hash of a structural key is remembered when it is put in. So a key that is changed afterwards can no longer be
 * looked up, under its old or its new value, yet its entry still leaves the index cleanly when it is evicted, expires
 * or is cleared.
 *
 * `set` and `replace` throw only where V8 has no memory, or where a key's own hash throws; then nothing has changed.
 */
export class KeyIndex<K> {
  // Whole numbers of 32 bits. No two of them have one hash.
  private readonly integers = new HashTable()
  private readonly texts: TextIndex
  // Symbols, objects without an equality of their own, `true`, `false`, `null` and `undefined`.
  private readonly references = new MapChain<K>()
  // Other numbers, bigints and objects with an equality of their own.
  private readonly structural = new HashTable()
  // By slot: the hash of such a key, 0 for any other.
  private readonly hashes = new Ints()
  private readonly equality: KeyEquality | undefined
  private readonly entries: SlotTable<K, unknown>
  private sought: K | undefined = undefined
  private soughtHash = 0

  /**
   * @param equality how structural keys compare; without it every object is found by reference
   * @param entries the keys by slot
   */
  constructor(equality: KeyEquality | undefined, entries: SlotTable<K, unknown>) {
    this.equality = equality
    this.entries = entries
    this.texts = new TextIndex(entries)
  }

  /** How many keys there are. */
  get size(): number {
    return this.texts.size + this.integers.size + this.references.size + this.structural.size
  }

  /** The slot of a key, or `-1`. */
  get(key: K): number {
    // Most keys are strings, and what is as short as this is compiled into the caller.
    return typeof key === "string" ? this.texts.get(key) : this.getOther(key)
  }

  /** Puts in a key that is not there. */
  set(key: K, slot: number): void {
    if (typeof key === "string") this.texts.set(key, slot)
    else this.setOther(key, slot)
  }

  /** Takes out a key by the slot it was put in with. */
  delete(key: K, slot: number): void {
    if (typeof key === "string") this.texts.delete(key, slot)
    else this.deleteOther(key, slot)
  }

  /** Puts in a key that is not there with the slot of another, which it takes out. */
  replace(before: K, key: K, slot: number): void {
    const hash = this.hashes.cells[slot] ?? 0
    if (hash !== 0) this.hashes.put(slot, 0)
    try {
      this.set(key, slot)
    } catch (error) {
      if (hash !== 0) this.hashes.put(slot, hash)
      throw error
    }
    if (hash !== 0) this.structural.delete(hash, slot)
    else if (typeof before === "string") this.texts.delete(before, slot)
    else this.deletePlain(before)
  }

  /**
   * The slot of the key that has to go before a structural one that was just looked for, because there are too many of its
   * hash; or `-1`.
   */
  crowdedBy(key: K): number {
    if (this.sought !== key) return -1
    return this.structural.count(this.soughtHash) < mostAlike ? -1 : this.structural.get(this.soughtHash)
  }

  private getOther(key: K): number {
    if (isInteger(key)) return this.integers.get(key | 0)
    if (isNumeric(key)) return this.findNumeric(key)
    const equality = this.equality
    return equality !== undefined && isObject(key) && equality.isStructural(key)
      ? this.find(key, equality)
      : this.references.get(key) ?? -1
  }

  private setOther(key: K, slot: number): void {
    if (isInteger(key)) {
      this.integers.add(key | 0, slot)
    } else if (isNumeric(key)) {
      this.setStructural(this.sought === key ? this.soughtHash : hashOfNumber(key), slot)
    } else if (this.equality !== undefined && isObject(key) && this.equality.isStructural(key)) {
      this.setStructural(this.sought === key ? this.soughtHash : hashOf(key, this.equality), slot)
    } else {
      this.references.set(key, slot)
    }
  }

  private setStructural(hash: number, slot: number): void {
    this.hashes.grow(slot + 1)
    this.structural.add(hash, slot)
    this.hashes.put(slot, hash)
    this.sought = undefined
  }

  private deleteOther(key: K, slot: number): void {
    const hash = this.hashes.cells[slot] ?? 0
    if (hash === 0) return this.deletePlain(key)
    this.structural.delete(hash, slot)
    this.hashes.put(slot, 0)
  }

  private deletePlain(key: K): void {
    if (isInteger(key)) this.integers.deleteOnly(key | 0)
    else this.references.delete(key)
  }

  private findNumeric(key: K & (number | bigint)): number {
    const hash = hashOfNumber(key)
    this.sought = key
    this.soughtHash = hash
    const table = this.structural
    for (let at = table.first(hash); at !== -1; at = table.next(at, hash)) {
      const slot = table.slotAt(at)
      if (Object.is(this.entries.keyAt(slot), key)) return slot
    }
    return -1
  }

  private find(key: K & object, equality: KeyEquality): number {
    const hash = hashOf(key, equality)
    this.sought = key
    this.soughtHash = hash
    const table = this.structural
    for (let at = table.first(hash); at !== -1; at = table.next(at, hash)) {
      const slot = table.slotAt(at)
      const held = this.entries.keyAt(slot)
      if (isObject(held) && equality.equals(held, key)) return slot
    }
    return -1
  }
}

// 0 stands for no hash.
const hashOf = (key: object, equality: KeyEquality): number => scrambled(equality.hash(key)) || 1

const hashOfNumber = (key: number | bigint): number => numericHash(key) || 1

const isNumeric = (key: unknown): key is number | bigint => typeof key === "number" || typeof key === "bigint"

// Minus zero among them: it is the same key as zero.
const isInteger = (key: unknown): key is number => typeof key === "number" && (key | 0) === key

const isObject = (key: unknown): key is object => (typeof key === "object" && key !== null) || typeof key === "function"
