/**
 * What a cache of resources has counted.
 *
 * @since 1.0.0
 */
import type { CacheStats } from "../../Cache/common/CacheStats.js"

/**
 * What a cache of resources has counted since it was made, and what it holds now.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceCacheStats extends CacheStats {
  /** Resources in the cache that are leased. */
  readonly leased: number
  /** Resources that are not in the cache any more, but leased. */
  readonly retired: number
  /** Resources whose release is under way or waits for its turn. */
  readonly releasing: number
  /** Each resource in the cache, the next victim first. */
  readonly resources: ReadonlyArray<ResourceFigures>
}

/**
 * A resource in a cache.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceFigures {
  /** Its key, printed. */
  readonly key: string
  /** How many leases there are; a scope has one at most. */
  readonly leases: number
  /** Whether it is the caller's: it is not released, and leases no client. */
  readonly borrowed: boolean
}
