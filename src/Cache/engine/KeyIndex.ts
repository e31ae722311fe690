/**
 * From a key to its slot.
 *
 * @since 0.1.0
 */
import { IntegerIndex } from "./IntegerIndex.js"
import type { KeyEquality } from "./KeyEquality.js"
import { keyHash, mixed } from "./keyHash.js"

/**
 * An index from keys to slots. Primitives and plain objects are found as a `Map` finds them (`NaN` equals itself,
 * `1` is not `"1"`, objects by reference); objects with an equality of their own are found by it. They are in `Map`s,
 * but for whole numbers of 32 bits, which an `IntegerIndex` holds in less room and finds sooner.
 *
 * The hash of a structural key is remembered when it is put in. So a key that is changed afterwards can no longer be
 * looked up, under its old or its new value, yet its entry still leaves the index cleanly when it is evicted, expires
 * or is cleared.
 *
 * It can be kept in segments: a `Map` of V8 moves all of its entries when it grows, and holds 2^24 of them at the most.
 * In `n` segments it moves an `n`th of them at a time, and holds `n` times as many.
 *
 * @since 0.1.0
 * @category models
 */
export class KeyIndex<K> {
  // Whole numbers of 32 bits.
  private readonly integers: ReadonlyArray<IntegerIndex>
  private readonly onlyIntegers: IntegerIndex
  // Other primitives, and objects without an equality of their own, by the hash of the key.
  private readonly direct: ReadonlyArray<Map<K, number>>
  private readonly onlyDirect: Map<K, number>
  // Slots of structural keys by hash, by that hash; and hashes by slot, by slot.
  private readonly structural: ReadonlyArray<Map<number, Array<number>>>
  private readonly hashes: ReadonlyArray<Map<number, number>>
  private readonly mask: number
  private structuralSize = 0
  private readonly equality: KeyEquality | undefined
  private readonly keyAt: (slot: number) => K | undefined

  /**
   * @param equality how structural keys compare; without it every object is found by reference
   * @param keyAt the key a slot holds
   * @param segments how many, a power of two
   */
  constructor(equality: KeyEquality | undefined, keyAt: (slot: number) => K | undefined, segments: number) {
    this.equality = equality
    this.keyAt = keyAt
    this.mask = segments - 1
    this.onlyIntegers = new IntegerIndex()
    this.integers = Array.from({ length: segments }, (_, at) => at === 0 ? this.onlyIntegers : new IntegerIndex())
    this.onlyDirect = new Map()
    this.direct = Array.from({ length: segments }, (_, at) => at === 0 ? this.onlyDirect : new Map())
    const structural = equality === undefined ? 0 : segments
    this.structural = Array.from({ length: structural }, () => new Map())
    this.hashes = Array.from({ length: structural }, () => new Map())
  }

  /**
   * How many keys there are.
   *
   * @since 0.1.0
   */
  get size(): number {
    const integers = this.integers.reduce((size, index) => size + index.size, 0)
    return this.direct.reduce((size, map) => size + map.size, integers + this.structuralSize)
  }

  /**
   * The slot of a key, or `-1`.
   *
   * @since 0.1.0
   */
  get(key: K): number {
    // Most keys are strings, and what is as short as this is compiled into the caller.
    return typeof key === "string" ? this.getDirect(key) : this.getOther(key)
  }

  /**
   * Puts in a key that is not there.
   *
   * @since 0.1.0
   */
  set(key: K, slot: number): void {
    if (typeof key === "string") this.directOf(key).set(key, slot)
    else this.setOther(key, slot)
  }

  /**
   * Takes out a key by the slot it was put in with.
   *
   * @since 0.1.0
   */
  delete(key: K, slot: number): void {
    if (typeof key === "string") this.directOf(key).delete(key)
    else this.deleteOther(key, slot)
  }

  private getDirect(key: K): number {
    const slot = this.directOf(key).get(key)
    return slot === undefined ? -1 : slot
  }

  private getOther(key: K): number {
    if (isInteger(key)) return this.integersOf(key).get(key | 0)
    if (this.equality !== undefined && isObject(key) && this.equality.isStructural(key)) {
      const hash = this.equality.hash(key)
      return this.find(key, this.equality, this.structuralOf(hash).get(hash))
    }
    return this.getDirect(key)
  }

  private setOther(key: K, slot: number): void {
    if (isInteger(key)) {
      this.integersOf(key).set(key | 0, slot)
    } else if (this.equality !== undefined && isObject(key) && this.equality.isStructural(key)) {
      const hash = this.equality.hash(key)
      const structural = this.structuralOf(hash)
      const sameHash = structural.get(hash)
      if (sameHash === undefined) structural.set(hash, [slot])
      else sameHash.push(slot)
      this.hashesOf(slot).set(slot, hash)
      this.structuralSize++
    } else {
      this.directOf(key).set(key, slot)
    }
  }

  private deleteOther(key: K, slot: number): void {
    if (isInteger(key)) return this.integersOf(key).delete(key | 0)
    if (this.structuralSize > 0) {
      const hash = this.hashesOf(slot).get(slot)
      if (hash !== undefined) return this.deleteStructural(slot, hash)
    }
    this.directOf(key).delete(key)
  }

  private integersOf(key: number): IntegerIndex {
    // By bits that do not choose the cell as well.
    return this.mask === 0 ? this.onlyIntegers : this.integers[(mixed(key) >>> 16) & this.mask] as IntegerIndex
  }

  private directOf(key: K): Map<K, number> {
    return this.mask === 0
      ? this.onlyDirect
      : this.direct[keyHash(key, this.equality) & this.mask] as Map<K, number>
  }

  private structuralOf(hash: number): Map<number, Array<number>> {
    return this.structural[hash & this.mask] as Map<number, Array<number>>
  }

  private hashesOf(slot: number): Map<number, number> {
    return this.hashes[slot & this.mask] as Map<number, number>
  }

  private find(key: object, equality: KeyEquality, slots: ReadonlyArray<number> | undefined): number {
    if (slots === undefined) return -1
    for (const slot of slots) {
      const held = this.keyAt(slot)
      if (isObject(held) && equality.equals(held, key)) return slot
    }
    return -1
  }

  private deleteStructural(slot: number, hash: number): void {
    this.hashesOf(slot).delete(slot)
    this.structuralSize--
    const structural = this.structuralOf(hash)
    const sameHash = structural.get(hash)
    if (sameHash === undefined) return
    if (sameHash.length === 1) {
      structural.delete(hash)
      return
    }
    sameHash[sameHash.indexOf(slot)] = sameHash[sameHash.length - 1] as number
    sameHash.pop()
  }
}

// Minus zero among them: it is the same key as zero.
const isInteger = (key: unknown): key is number => typeof key === "number" && (key | 0) === key

const isObject = (key: unknown): key is object => (typeof key === "object" && key !== null) || typeof key === "function"
