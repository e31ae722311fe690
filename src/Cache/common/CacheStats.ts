/**
 * What every cache counts, by the same names.
 *
 * @since 1.0.0
 */
import type { EvictingMap } from "../engine/EvictingMap.js"

/**
 * What every cache has counted since it was made, and what it holds now. An entry is a value of a store or dictionary, a
 * client, or a resource; a computation is what `getOrCompute`, `memoize`, `acquire` or `fetch` runs, or the building of a
 * client or resource.
 *
 * @since 1.0.0
 * @category models
 */
export interface CacheStats {
  /** Lookups that found a live entry. */
  readonly hits: number
  /** Lookups that did not: they found no entry, whether they computed one, waited for one, or did without. */
  readonly misses: number
  /**
   * Those of the misses, and refreshes, that joined a computation under way instead of starting one. A lookup that starts one
   * after all, because what it had joined failed, is none of them any more.
   */
  readonly coalesced: number
  /** Computations that were started, refreshes included, whatever came of them. */
  readonly computations: number
  /**
   * Those of them that failed or died, also where an old value was given out in place of that; interruptions are not
   * counted.
   */
  readonly computationFailures: number
  /** Writes that made a new entry. */
  readonly insertions: number
  /** Entries that left to make room. */
  readonly evicted: number
  /** Entries whose time was over. */
  readonly expired: number
  /** Entries in whose place another value was written. */
  readonly replaced: number
  /** Entries that were removed one by one. */
  readonly deleted: number
  /** Entries that were removed all at once. */
  readonly cleared: number
  /** Computations under way. */
  readonly inFlight: number
  /** Entries that are held. */
  readonly size: number
  /** The most entries there may be, `Infinity` for no limit. */
  readonly maxSize: number
}

/** What of it an engine knows. Whatever else of it may reclaim entries is to be asked before. */
export const countedIn = <K, V>(
  map: EvictingMap<K, V>,
  now: number
): Omit<CacheStats, "coalesced" | "computations" | "computationFailures" | "inFlight"> => {
  // First: it reclaims, which is counted.
  const size = map.size(now)
  const { cleared, deleted, evicted, expired, hits, insertions, misses, replaced } = map.counters
  return { hits, misses, insertions, evicted, expired, replaced, deleted, cleared, size, maxSize: map.maxSize }
}
