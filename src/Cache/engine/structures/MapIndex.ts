/**
 * From primitive keys to slots, in as many `Map`s as it takes.
 */
import { keyHash, mixed } from "./keyHash.js"
import { MapChain } from "./MapChain.js"
import { fullSegment, mostBits } from "./segments.js"

type Segment<K> = Map<K, number> | MapIndex<K> | MapChain<K>

/**
 * An index from keys to slots, as a `Map` has them (`NaN` equals itself, `1` is not `"1"`). It begins as one `Map`, and one
 * that is full, or that V8 lets grow no further (at about 2^23 entries where they come and go), becomes two: so no
 * operation moves more than what one `Map` may hold, and there is no end to how many there can be.
 *
 * In which of several `Map`s a key is, is told by a hash of a part of it. Keys that differ elsewhere are told
 * apart by a hash of all of it, one level down, and keys that share that one too are held by a `MapChain`.
 *
 * Invariants: the directory has a power of two of places, and a key is in the segment at the place that the low bits of
 * its hash say; a segment of depth `d` is at all places with the same `d` low bits.
 */
export class MapIndex<K> {
  private only: Segment<K> | undefined
  private directory: Array<Segment<K>>
  private depths: Array<number> = [0]
  private readonly hash: (key: K) => number
  private readonly whole: boolean
  private used = 0

  /**
   * @param first what it begins with
   * @param whole whether the hash is of all of a key
   */
  constructor(first: Map<K, number> = new Map(), whole = false) {
    this.only = first
    this.directory = [first]
    this.hash = whole ? wholeHash : shortHash
    this.whole = whole
    this.used = first.size
  }

  /** How many keys there are. */
  get size(): number {
    return this.used
  }

  /** The slot of a key, or `undefined`. */
  get(key: K): number | undefined {
    return this.segmentOf(key).get(key)
  }

  /** Puts in a key that is not there. It throws only where there is no memory, and has changed nothing then. */
  set(key: K, slot: number): void {
    const segment = this.segmentOf(key)
    if (segment instanceof Map) {
      if (segment.size < fullSegment) {
        try {
          segment.set(key, slot)
          this.used++
          return
        } catch (error) {
          if (!(error instanceof RangeError) || segment.size === 0) throw error
        }
      }
      this.divide(key, segment)
      return this.set(key, slot)
    }
    segment.set(key, slot)
    this.used++
  }

  /** Takes out a key; returns whether it was there. */
  delete(key: K): boolean {
    const there = this.segmentOf(key).delete(key)
    if (there) this.used--
    return there
  }

  private segmentOf(key: K): Segment<K> {
    return this.only ?? this.directory[this.hash(key) & (this.directory.length - 1)] as Segment<K>
  }

  private divide(key: K, segment: Map<K, number>): void {
    const place = this.only === undefined ? this.hash(key) & (this.directory.length - 1) : 0
    const depth = this.depths[place] as number
    const bit = 1 << depth
    // No hash of theirs tells them apart.
    if (depth === mostBits) {
      const deeper = this.whole ? new MapChain(segment) : new MapIndex(segment, true)
      for (let at = place & (bit - 1); at < this.directory.length; at += bit) this.directory[at] = deeper
      return
    }
    const [without, having] = this.parts(segment, bit)
    if (bit === this.directory.length) {
      this.directory = [...this.directory, ...this.directory]
      this.depths = [...this.depths, ...this.depths]
    }
    for (let at = place & (bit - 1); at < this.directory.length; at += bit) {
      this.directory[at] = (at & bit) === 0 ? without : having
      this.depths[at] = depth + 1
    }
    this.only = undefined
  }

  private parts(segment: Map<K, number>, bit: number): readonly [without: Map<K, number>, having: Map<K, number>] {
    const without = new Map<K, number>()
    const having = new Map<K, number>()
    for (const [key, slot] of segment) ((this.hash(key) & bit) === 0 ? without : having).set(key, slot)
    return [without, having]
  }
}

const shortHash = (key: unknown): number => keyHash(key, undefined)

// Not the same numbers as those above, for keys whose characters were all looked at.
const wholeHash = (key: unknown): number => mixed(~keyHash(key, undefined))
