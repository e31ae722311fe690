/**
 * How far something long is.
 *
 * @since 0.1.0
 */

/**
 * How far `prune` is.
 *
 * @since 0.1.0
 * @category models
 */
export interface PruneProgress {
  /** Objects that were looked at. */
  readonly examined: number
  /** Those of them that were removed. */
  readonly removed: number
  /** All objects, `examined` in the end; of more than 100,000 only those that were listed so far, which grow. */
  readonly total: number
}
