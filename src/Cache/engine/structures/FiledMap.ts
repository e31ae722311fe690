/**
 * What is filed under keys that may change meanwhile.
 */
import type { KeyEquality } from "./KeyEquality.js"
import { numericHash } from "./keyHash.js"

/** Something that is filed, and what it was filed under. */
export interface Filed<out K, out A> {
  readonly key: K
  readonly value: A
  /** The hash the key had, if it is found by one. */
  readonly hash: number | undefined
}

/**
 * A map whose entries are taken out by what they were filed under, and not by what their keys have become: an entry
 * whose key changes is found by nobody until the key changes back, and always leaves.
 *
 * Keys are found as a `BoundedMap` finds them: numbers, bigints and objects with an equality of their own by hashes that
 * nobody outside of the process can foretell.
 */
export class FiledMap<K, A> {
  private readonly direct = new Map<K, Filed<K, A>>()
  private readonly hashed = new Map<number, Array<Filed<K, A>>>()
  private readonly equality: KeyEquality
  private count = 0

  constructor(equality: KeyEquality) {
    this.equality = equality
  }

  /** How many entries there are. */
  get size(): number {
    return this.count
  }

  /** The entry under a key. */
  get(key: K): Filed<K, A> | undefined {
    if (this.count === 0) return undefined
    const hash = this.hashOf(key)
    if (hash === undefined) return this.direct.get(key)
    return this.hashed.get(hash)?.find((filed) => this.equals(filed.key, key))
  }

  /**
   * Files something under a key that is not there.
   *
   * @param hash what `hashOf` said of the key, where it was asked before
   */
  add(key: K, value: A, hash: number | undefined = this.hashOf(key)): Filed<K, A> {
    const filed = { key, value, hash }
    const sameHash = hash === undefined ? undefined : this.hashed.get(hash)
    if (hash === undefined) this.direct.set(key, filed)
    else if (sameHash === undefined) this.hashed.set(hash, [filed])
    else sameHash.push(filed)
    this.count++
    return filed
  }

  /** Takes out an entry, whatever its key is by now. One that is not there any more changes nothing. */
  remove(filed: Filed<K, A>): void {
    if (filed.hash === undefined) {
      if (this.direct.get(filed.key) !== filed) return
      this.direct.delete(filed.key)
      this.count--
      return
    }
    const sameHash = this.hashed.get(filed.hash)
    const at = sameHash === undefined ? -1 : sameHash.indexOf(filed)
    if (sameHash === undefined || at === -1) return
    this.count--
    if (sameHash.length === 1) this.hashed.delete(filed.hash)
    else sameHash.splice(at, 1)
  }

  /**
   * Whether the key of an entry is, as far as its hash tells, what it was filed under. One whose hash throws by now is not:
   * what ends is not kept from it.
   */
  isUnchanged({ hash, key }: Filed<K, A>): boolean {
    if (hash === undefined) return true
    try {
      return this.hashOf(key) === hash
    } catch {
      return false
    }
  }

  /** What may have been filed under a key: the entry under it, and those of the same hash whose keys have changed. */
  filedUnder(key: K): ReadonlyArray<Filed<K, A>> {
    if (this.count === 0) return none
    const hash = this.hashOf(key)
    if (hash === undefined) {
      const filed = this.direct.get(key)
      return filed === undefined ? none : [filed]
    }
    return this.hashed.get(hash)?.filter((filed) => this.equals(filed.key, key) || !this.isUnchanged(filed)) ?? none
  }

  /** All entries. */
  all(): ReadonlyArray<Filed<K, A>> {
    return [...this.direct.values(), ...[...this.hashed.values()].flat()]
  }

  /** What a key is filed under, `undefined` for the key itself. It throws what the hash of the key throws. */
  hashOf(key: K): number | undefined {
    if (typeof key === "number" || typeof key === "bigint") return numericHash(key)
    return isObject(key) && this.equality.isStructural(key) ? this.equality.hash(key) : undefined
  }

  private equals(held: K, key: K): boolean {
    if (held === key) return true
    if (isObject(key)) return isObject(held) && this.equality.equals(held, key)
    return Number.isNaN(held) && Number.isNaN(key)
  }
}

const none: ReadonlyArray<never> = []

const isObject = (key: unknown): key is object => (typeof key === "object" && key !== null) || typeof key === "function"
