/**
 * The counts of an `S3Cache`.
 *
 * @since 1.0.0
 */

/**
 * What an `S3Cache` has counted since it was made, and what it is like now.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheStats {
  /** Lookups the memory level answered. */
  readonly memoryHits: number
  /** Loads from the second level that found an entry of use. */
  readonly storeHits: number
  /** Loads from the second level that did not, whatever they found instead. */
  readonly misses: number
  /** Computations, of memoized functions and others. */
  readonly computations: number
  /**
   * Those of them that failed or died, also where an old value was given out in place of that; interruptions are not
   * counted.
   */
  readonly computationFailures: number
  /** Loads and computations that were joined while they were under way, instead of being started once more. */
  readonly coalesced: number
  /** Entries written to the second level. */
  readonly writes: number
  /** Writes to the second level that failed without their caller being told: computed values, and writes behind. */
  readonly writeFailures: number
  /** Requests to the second level that failed, those whose caller was served all the same included. */
  readonly storeErrors: number
  /** Requests to the second level that were not made, since the circuit is open or the set-up is wrong. */
  readonly refused: number
  /** Objects that were damaged, foreign, of a newer format, or did not fit the schema. */
  readonly unreadable: number
  /** Entries that were found after their time, also by `purge`, and removed from the second level. */
  readonly expired: number
  /** Entries found that were made before one of their tags was invalidated. */
  readonly invalidated: number
  /** Tags that could not be asked for, each time. */
  readonly tagsUnknown: number
  /** Objects read whose writer's clock is more than 5 seconds ahead of the second level's. */
  readonly clockSkews: number
  /** Entries given out after their time to live. */
  readonly staleServed: number
  /** Comparisons of an entry in memory with the second level. */
  readonly revalidations: number
  /**
   * With `notice`: changes that were heard of, and how often some may not have been heard of, so that all in memory was to
   * be confirmed.
   */
  readonly notice: { readonly heard: number; readonly missed: number }
  /** Leases taken to compute for all processes, and leases of other processes waited for. */
  readonly leases: { readonly taken: number; readonly awaited: number; readonly lost: number }
  /** What becomes of a request to the second level now. */
  readonly circuit: "closed" | "open" | "halfOpen"
  /** Entries that left the memory level to make room; they stay in the second. */
  readonly evicted: number
  /** Entries in the memory level. */
  readonly size: number
  /** The most entries there may be in the memory level, `Infinity` for no limit. */
  readonly maxSize: number
  /** How many bytes those in the memory level take, where `maxBytes` was given. */
  readonly byteSize?: number | undefined
  /** What keyspaces with room of their own in memory hold there: it is part of the figures above. */
  readonly rooms: ReadonlyArray<S3CacheRoomStats>
  /** Entries that wait to be written to the second level. */
  readonly waiting: number
  /** Loads and computations under way. */
  readonly inFlight: number
}

/**
 * What a keyspace holds in room of its own in the memory level.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheRoomStats {
  /** The name of the keyspace. */
  readonly keyspace: string
  /** Entries in it. */
  readonly size: number
  /** The most entries there may be, `Infinity` for no limit. */
  readonly maxSize: number
  /** How many bytes they take, where they have a limit of bytes. */
  readonly byteSize?: number | undefined
  /** The most bytes they may take, `Infinity` for no limit. */
  readonly maxBytes: number
  /** Entries that left it to make room. */
  readonly evicted: number
}
