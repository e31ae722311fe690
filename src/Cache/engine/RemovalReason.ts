/**
 * Why an entry left a bounded map.
 *
 * @since 1.0.0
 */

/**
 * Why an entry left a bounded map:
 *
 * - `evicted`: the policy chose it, to keep the map within its limits;
 * - `expired`: its time to live had run out;
 * - `replaced`: a write under the same key took its place;
 * - `deleted`: a caller removed it;
 * - `cleared`: the whole map was cleared.
 *
 * @since 1.0.0
 * @category models
 */
export type RemovalReason = "evicted" | "expired" | "replaced" | "deleted" | "cleared"

/** An entry that left a bounded map. */
export interface Removal<out K, out V> {
  readonly key: K
  readonly value: V
  readonly reason: RemovalReason
  /** What it weighed, as it was measured when it was written. */
  readonly weight: number
}
