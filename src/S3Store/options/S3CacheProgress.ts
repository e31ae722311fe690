/**
 * How far something long is.
 *
 * @since 1.0.0
 */

/**
 * How far `purge` or `clear` is.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheProgress {
  /** Objects that were looked at; of `clear` those that were removed. */
  readonly examined: number
  /** Those of them that were removed. */
  readonly removed: number
  /** All objects, `examined` in the end; of more than 100,000, and of `clear`, only those that were listed so far. */
  readonly total: number
}

/**
 * How far `warm` is.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheWarmProgress {
  /** Entries that were listed so far. */
  readonly listed: number
  /** Those of them that are to be loaded: known once all are listed; more where some are of no use, and leave room. */
  readonly chosen: number
  /** Those of these that were looked at. */
  readonly examined: number
  /** Those of these that are in memory now. */
  readonly loaded: number
}

/**
 * What `warm` did: each entry that was listed was loaded, or skipped for one of the reasons.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheWarmed {
  /** Entries of the keyspace in the second level. */
  readonly listed: number
  /** Those that came into memory. */
  readonly loaded: number
  /** Those that did not, and why. */
  readonly skipped: {
    /** They are older than `newerThan`; or newer ones came, as many as `limit` says, or would, had memory room. */
    readonly older: number
    /** They were in memory already, or came there otherwise. */
    readonly held: number
    /** Memory has no room for them. */
    readonly full: number
    /** Their time is over, a tag of theirs is invalidated or cannot be asked for, or they have changed meanwhile. */
    readonly outdated: number
    /** They are damaged, foreign, of a newer format, or do not fit the schema. */
    readonly unreadable: number
  }
}
