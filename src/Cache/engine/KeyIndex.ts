/**
 * From a key to its slot.
 *
 * @since 0.1.0
 */

/**
 * How objects that define their own equality are compared: Effect's `Equal` and `Hash`, or any other protocol.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyEquality {
  /** Whether this object brings an equality of its own. Asked for objects and functions only. */
  readonly isStructural: (key: object) => boolean
  /** A 32-bit hash; equal keys have equal hashes. */
  readonly hash: (key: object) => number
  /** Whether two structural keys are equal. */
  readonly equals: (one: object, other: object) => boolean
}

/**
 * An index from keys to slots. Primitives and plain objects are found as a `Map` finds them (`NaN` equals itself,
 * `1` is not `"1"`, objects by reference); objects with an equality of their own are found by it.
 *
 * The hash of a structural key is remembered when it is put in. So a key that is changed afterwards can no longer be
 * looked up, under its old or its new value, yet its entry still leaves the index cleanly when it is evicted, expires
 * or is cleared.
 *
 * @since 0.1.0
 * @category models
 */
export class KeyIndex<K> {
  private readonly direct = new Map<K, number>()
  private readonly structural = new Map<number, Array<number>>()
  private readonly hashes = new Map<number, number>()
  private readonly equality: KeyEquality | undefined
  private readonly keyAt: (slot: number) => K | undefined

  /**
   * @param equality how structural keys compare; without it every object is found by reference
   * @param keyAt the key a slot holds
   */
  constructor(equality: KeyEquality | undefined, keyAt: (slot: number) => K | undefined) {
    this.equality = equality
    this.keyAt = keyAt
  }

  /**
   * How many keys there are.
   *
   * @since 0.1.0
   */
  get size(): number {
    return this.direct.size + this.hashes.size
  }

  /**
   * The slot of a key, or `-1`.
   *
   * @since 0.1.0
   */
  get(key: K): number {
    if (isObject(key) && this.equality !== undefined && this.equality.isStructural(key)) {
      return this.find(key, this.equality, this.structural.get(this.equality.hash(key)))
    }
    const slot = this.direct.get(key)
    return slot === undefined ? -1 : slot
  }

  /**
   * Puts in a key that is not there.
   *
   * @since 0.1.0
   */
  set(key: K, slot: number): void {
    if (isObject(key) && this.equality !== undefined && this.equality.isStructural(key)) {
      const hash = this.equality.hash(key)
      const sameHash = this.structural.get(hash)
      if (sameHash === undefined) this.structural.set(hash, [slot])
      else sameHash.push(slot)
      this.hashes.set(slot, hash)
    } else {
      this.direct.set(key, slot)
    }
  }

  /**
   * Takes out a key by the slot it was put in with.
   *
   * @since 0.1.0
   */
  delete(key: K, slot: number): void {
    if (this.hashes.size > 0) {
      const hash = this.hashes.get(slot)
      if (hash !== undefined) return this.deleteStructural(slot, hash)
    }
    this.direct.delete(key)
  }

  /**
   * Takes out every key.
   *
   * @since 0.1.0
   */
  clear(): void {
    this.direct.clear()
    this.structural.clear()
    this.hashes.clear()
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
    this.hashes.delete(slot)
    const sameHash = this.structural.get(hash)
    if (sameHash === undefined) return
    if (sameHash.length === 1) {
      this.structural.delete(hash)
      return
    }
    sameHash[sameHash.indexOf(slot)] = sameHash[sameHash.length - 1] as number
    sameHash.pop()
  }
}

const isObject = (key: unknown): key is object => (typeof key === "object" && key !== null) || typeof key === "function"
