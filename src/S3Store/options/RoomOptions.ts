/**
 * What a keyspace may have of a cache's memory for itself.
 *
 * @since 1.0.0
 */
import type { EvictionPolicyName } from "../../Cache/engine/policies/EvictionPolicy.js"
import type { ByteSizeInput } from "../../Cache/memory/parseByteSize.js"

/**
 * Room of a keyspace's own in the memory of each cache that it is used in: its entries put out no others, and others none
 * of them. It is taken off the limits of the cache, which hold for all together. Without `maxSize` and `maxBytes` its
 * entries share what no keyspace has for itself.
 *
 * @since 1.0.0
 * @category models
 */
export interface RoomOptions {
  /**
   * The most of its entries in memory, a whole number, no more than the cache's `maxSize`; `0` keeps none of them in memory.
   * Default, where `maxBytes` is given: as large a share of the cache's as that is.
   */
  readonly maxSize?: number | undefined
  /**
   * The most bytes of its entries in memory, no more than the cache's `maxBytes`; `"25%"` is of the memory there is. Default,
   * where `maxSize` is given: as large a share of the cache's as that is.
   */
  readonly maxBytes?: ByteSizeInput | undefined
  /** Which of its entries leaves that room first. Default: as in the cache. */
  readonly evictionPolicy?: EvictionPolicyName | undefined
}
