/**
 * What a bounded map is made with, and what it answers.
 *
 * @since 1.0.0
 */
import { showValue } from "./options/showValue.js"
import type { EvictionPolicyName } from "./policies/EvictionPolicy.js"
import type { RemovalReason } from "./RemovalReason.js"
import type { KeyEquality } from "./structures/KeyEquality.js"

/**
 * What a lookup returns when there is no such entry, so that `undefined` can be a value.
 *
 * @since 1.0.0
 * @category symbols
 */
export const Absent: unique symbol = Symbol.for("effect-aws-cache/Absent")

/**
 * The type of `Absent`.
 *
 * @since 1.0.0
 * @category symbols
 */
export type Absent = typeof Absent

/**
 * How a bounded map is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface BoundedMapOptions<in K, in V> {
  /** Which entry goes first when there are too many. Default `"LRU"`. */
  readonly evictionPolicy?: EvictionPolicyName | undefined
  /** The most entries, a whole number; `0` stores nothing. Default `Infinity`. */
  readonly maxSize?: number | undefined
  /**
   * The most weight of all entries together, in the weigher's unit. Default `Infinity`: then they are evicted above 2^53 - 1,
   * since larger sums would not be exact.
   */
  readonly maxWeight?: number | undefined
  /** The weight of an entry, a whole number, `0` or more; measured once, at the write. Default: every entry weighs 1. */
  readonly weigher?: ((key: K, value: V) => number) | undefined
  /**
   * Whether entries have costs, which `set` is given: what it takes to make them anew, in any unit. `GDSF` and `W-TinyLFU`
   * keep what costs more for longer. Default `false`.
   */
  readonly costs?: boolean | undefined
  /**
   * How long an entry may go without use, in milliseconds: a `get` that finds it, or a write. Then it has expired. Zero:
   * nothing is stored. Default `Infinity`: for ever.
   */
  readonly timeToIdle?: number | undefined
  /** How keys that are objects compare. Default: by reference. */
  readonly equality?: KeyEquality | undefined
  /**
   * Told of every entry that leaves, and what it weighed, after the map is consistent again; it may use the map. What it
   * throws, and what the promise of an `async` one is rejected with, is swallowed and counted in
   * `counters.listenerFailures`; nobody waits for that promise. It is told of what it removes itself too, up to 100 deep: so
   * two entries that put each other out do not go on for ever. What it is not told of, `counters.listenerSkips` counts.
   */
  readonly onRemoval?: ((key: K, value: V, reason: RemovalReason, weight: number) => void) | undefined
}

/**
 * What became of a write: `inserted` (a new entry), `updated` (an entry that was there), `discarded` (not kept: the
 * map's limit is zero entries, or the entry had expired before it was written), `tooLarge` (heavier than the map's
 * limit; nothing has changed).
 *
 * @since 1.0.0
 * @category models
 */
export type WriteOutcome = "inserted" | "updated" | "discarded" | "tooLarge"

/**
 * What a map has counted since it was made.
 *
 * @since 1.0.0
 * @category models
 */
export interface Counters {
  /** Lookups that found a live entry. */
  hits: number
  /** Lookups that did not. */
  misses: number
  /** Writes that made a new entry. */
  insertions: number
  /** Writes refused because the entry was too large. */
  rejections: number
  /** Removals by reason. */
  evicted: number
  /** Entries whose time was over. */
  expired: number
  /** Entries in whose place another value was written. */
  replaced: number
  /** Entries that were removed one by one. */
  deleted: number
  /** Entries that were removed all at once. */
  cleared: number
  /** Calls of the removal listener that threw, or whose promise was rejected. */
  listenerFailures: number
  /** Removals that the listener was not told of, because its calls had caused each other too often. */
  listenerSkips: number
}

/**
 * A bad option or weight. Its message names it, its value, and what is accepted.
 *
 * @since 1.0.0
 * @category errors
 */
export class BoundedMapError extends Error {
  readonly _tag = "BoundedMapError"
  override readonly name = "BoundedMapError"
  /** The option or quantity that was wrong. */
  readonly option: string
  /** What it was. */
  readonly value: unknown
  /** What it was, printed: 200 characters at most. */
  readonly printed: string
  /** What is accepted. */
  readonly accepted: string

  constructor(option: string, value: unknown, accepted: string, printed = showValue(value)) {
    const text = `${option} is ${printed}, but must be ${accepted}`
    super(text.length > 500 ? `${text.slice(0, 497)}...` : text)
    this.option = option
    this.value = value
    this.printed = printed
    this.accepted = accepted
  }
}
