/**
 * The bounded map as it is made by whoever uses the engine: with an eviction policy by its name.
 *
 * @since 1.0.0
 */
import { makePolicy } from "#policies"
import type { BoundedMapOptions } from "./BoundedMapOptions.js"
import { EvictingMap } from "./EvictingMap.js"
import { nearestName } from "./options/nearestName.js"
import { useNearestName } from "./options/optionKinds.js"
import { violationsOf } from "./violationsOf.js"

useNearestName(nearestName)

/**
 * A synchronous map bounded by count, by weight, or both, with an expiry per entry.
 *
 * Time is an argument everywhere (`now`, milliseconds since the epoch): the map never reads a clock. An entry has
 * expired when `now >= expiresAt`, or when its last use is a time to idle ago. Expired entries are reclaimed before a
 * live one is evicted.
 *
 * It has the words of a `Map` for what a `Map` does (`get`, `set`, `has`, `delete`, `clear`, `size`, `entries`), and no
 * second ones: `delete` is what stores call `invalidate` and, for many keys, `removeMany`. For all else it has the words of
 * the stores (`peek`, `pop`, `popVictim`, `purge`, `resize`). `now` comes after what an operation is about.
 *
 * Every write goes in this order: weigh and validate, reclaim what has expired, make room by evicting *other* entries,
 * store, and only then tell the listener. A refused write changes nothing.
 *
 * Layout: one index from key to slot, and a column per property, indexed by slot; what expiry and weight need exists
 * only once they are used. All of them grow in steps: an operation moves a few entries however many there are.
 *
 * What has expired is never given out or counted, and goes in passing: an operation reclaims 32 entries at the most,
 * however many expire at once. `purge` reclaims them all.
 *
 * Invariants (`violations` walks them): `size <= maxSize`, `weight <= maxWeight`, `weight` is the sum of the weights
 * of the entries, the index, the policy and the columns agree on which slots are live, and the tree holds exactly
 * the entries that can expire.
 *
 * @example
 * ```ts
 * import { Absent, BoundedMap } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * const now = Date.now()
 * const map = new BoundedMap<string, number>({ maxSize: 2 })
 * map.set("a", 1, now)
 * map.set("b", 2, now, now + 60_000)
 * assert.equal(map.get("a", now), 1)
 * map.set("c", 3, now) // evicts "b", which was used least recently
 * assert.equal(map.get("b", now), Absent)
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export class BoundedMap<K, V> extends EvictingMap<K, V> {
  /** Throws `BoundedMapError` for an option it cannot accept. */
  constructor(options: BoundedMapOptions<K, V> = {}) {
    super(options, makePolicy)
  }

  /**
   * Whether the listener is being told of a removal that is as deep as any it is told of.
   *
   * @internal
   */
  get isDeepest(): boolean {
    return this.parts().removals.isDeepest
  }

  /**
   * Walks the whole structure and returns what is wrong with it, an empty array when nothing is. For tests.
   *
   * @since 1.0.0
   */
  violations(): ReadonlyArray<string> {
    return violationsOf(this.parts())
  }
}
