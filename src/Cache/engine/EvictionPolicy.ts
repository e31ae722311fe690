/**
 * What a bounded map asks of an eviction policy.
 *
 * @since 0.1.0
 */

/**
 * An eviction policy: it orders slots, and says which one should go next. It knows slots only, never keys or values.
 *
 * The map guarantees: `insert` is called once for a slot before anything else is said of it, `remove` once when the
 * entry leaves, whatever the reason; between the two, `access` once for each use. The policy guarantees: `victim`
 * changes nothing, and returns `-1` only when no slot but the excluded one is left. Every operation is O(1), `forEach`
 * and `violations` apart.
 *
 * @since 0.1.0
 * @category models
 */
export interface EvictionPolicy {
  /** Makes room for slots `0` to `slots - 1`. */
  readonly grow: (slots: number) => void
  /** A new entry, its first use included. */
  readonly insert: (slot: number) => void
  /** One use of an entry. */
  readonly access: (slot: number) => void
  /** The entry is gone. */
  readonly remove: (slot: number) => void
  /** The slot to evict next, never `excluded`; `-1` when there is none. */
  readonly victim: (excluded: number) => number
  /** Visits every slot, the next victim first. */
  readonly forEach: (visit: (slot: number) => void) => void
  /** All entries are gone. */
  readonly clear: () => void
  /** What is wrong inside, an empty array when nothing is. For tests. */
  readonly violations: () => ReadonlyArray<string>
}

/**
 * The names of the eviction policies, in the order the documentation lists them.
 *
 * @since 0.1.0
 * @category models
 */
export const evictionPolicyNames = ["LRU"] as const

/**
 * The name of an eviction policy.
 *
 * @since 0.1.0
 * @category models
 */
export type EvictionPolicyName = (typeof evictionPolicyNames)[number]
