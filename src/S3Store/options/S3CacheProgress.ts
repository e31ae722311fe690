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
