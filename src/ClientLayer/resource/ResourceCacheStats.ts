/**
 * What a cache of resources has counted.
 *
 * @since 0.1.0
 */

/**
 * What a cache of resources has counted since it was made, and what it holds now.
 *
 * @since 0.1.0
 * @category models
 */
export interface ResourceCacheStats {
  /** Resources built. */
  readonly built: number
  /** Lookups that found a resource. */
  readonly hits: number
  /** Lookups that did not. */
  readonly misses: number
  /** Those of the misses that joined a build under way instead of starting one. */
  readonly coalesced: number
  /** Resources that left to make room. */
  readonly evictions: number
  /** Builds under way. */
  readonly inFlight: number
  /** Resources in the cache. */
  readonly size: number
  /** The most resources. */
  readonly maxSize: number
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
 * @since 0.1.0
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
