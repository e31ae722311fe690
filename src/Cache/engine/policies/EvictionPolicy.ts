/**
 * What a bounded map asks of an eviction policy.
 *
 * @since 1.0.0
 */
import type { KeyEquality } from "../structures/KeyEquality.js"
import type { SlotLists } from "../structures/SlotLists.js"

/**
 * An eviction policy: it orders slots, and says which one should go next. It knows slots only, never keys or values.
 *
 * The map guarantees: `insert` is called once for a slot before anything else is said of it, `remove` once when the
 * entry leaves, whatever the reason; between the two, `access` once for each use; and a slot that `victim` returned is
 * removed before anything else happens. The policy guarantees: `victim` returns `-1` only when no slot but the
 * excluded one is left, and every operation is O(1) (amortised, where a policy says so), `forEach` and `violations`
 * apart.
 */
export interface EvictionPolicy {
  /** The hash of a key that `insert` needs. Where it needs none, it is given `0`, and nothing that hashes keys is loaded. */
  readonly hashOf: ((key: unknown, equality: KeyEquality | undefined) => number) | undefined
  /**
   * Makes room for slots `0` to `slots - 1`. It is told of each slot as it is added, and of how many there will ever be,
   * `Infinity` where that is not known: so it grows in steps.
   */
  readonly grow: (slots: number, most: number) => void
  /**
   * How many entries there are when the map is full: its `maxSize` when that is its only limit, otherwise `Infinity`.
   * Told at the start and after each change. A policy whose parts are shares of the capacity goes by it, and where it
   * is `Infinity` by the entries that there are, their number or their weight: a limit by weight shows only in what
   * fits.
   */
  readonly expect: (entries: number) => void
  /** A new entry, its first use included, and a well-mixed 32-bit hash of its key. */
  readonly insert: (slot: number, hash: number) => void
  /** One use of an entry; its weight may have changed since the last one. */
  readonly access: (slot: number) => void
  /** The entry is gone: because it was the victim (`evicted`), or for another reason, from which nothing is learnt. */
  readonly remove: (slot: number, evicted: boolean) => void
  /** The slot of a victim holds a new entry now: the same as `remove(slot, true)` and `insert(slot, hash)`. */
  readonly replace: (slot: number, hash: number) => void
  /** The slot to evict next, never `excluded`; `-1` when there is none. It may bring the policy's queues up to date. */
  readonly victim: (excluded: number) => number
  /**
   * A policy of the same kind that holds nothing yet, and knows what this one has learnt, which learns nothing more.
   * Weights and costs are told by other functions.
   */
  readonly emptied: (
    weightOf: (slot: number) => number,
    costOf: ((slot: number) => number) | undefined
  ) => EvictionPolicy
  /** Visits every slot in the order in which `victim` would return them. It changes nothing. */
  readonly forEach: (visit: (slot: number) => void) => void
  /** For policies that keep entries in the order of their last use: makes a slot the next victim. */
  readonly demote?: (slot: number) => void
  /** For the same policies: the slot that was used last, `-1` when there is none. */
  readonly newest?: () => number
  /** For the same policies: all that they hold. */
  readonly byUse?: SlotLists
  /** What is wrong inside, an empty array when nothing is; unless a list by use is all there is. For tests. */
  readonly violations?: () => ReadonlyArray<string>
}

/**
 * The names of the eviction policies, in the order the documentation lists them:
 *
 * - `LRU`: the least recently used entry goes first; exactly predictable.
 * - `LFU`: the least frequently used one goes first, without ageing: what was popular once stays. On a real trace of
 *   database objects it reaches 28 % where `LRU` has 80 %; `LFU-DA` or `W-TinyLFU` are nearly always meant instead.
 * - `LFU-DA`: frequency with dynamic ageing; a byte per entry.
 * - `S3-FIFO`: three queues; the cheapest hit, and close to the best on real systems.
 * - `W-TinyLFU`: a recency window before a frequency filter, its share tuned at run time; the best on loops and scans.
 * - `Adaptive`: by when entries are expected next; its shares follow the hits. Close to `LRU` where that is right, and to
 *   the best elsewhere.
 * - `GDSF`: frequency over weight, for limits by weight where entries differ in size.
 *
 * @since 1.0.0
 * @category models
 */
export const evictionPolicyNames = ["LRU", "LFU", "LFU-DA", "S3-FIFO", "W-TinyLFU", "Adaptive", "GDSF"] as const

/**
 * The name of an eviction policy.
 *
 * @since 1.0.0
 * @category models
 */
export type EvictionPolicyName = (typeof evictionPolicyNames)[number]
