/**
 * When two keys are one.
 *
 * @since 1.0.0
 */

/**
 * How objects that define their own equality are compared: Effect's `Equal` and `Hash`, or any other protocol.
 *
 * @since 1.0.0
 * @category models
 */
export interface KeyEquality {
  /** Whether this object brings an equality of its own. Asked for objects and functions only. */
  readonly isStructural: (key: object) => boolean
  /** A 32-bit hash; equal keys have equal hashes. */
  readonly hash: (key: object) => number
  /** Whether two structural keys are equal. */
  readonly equals: (one: object, other: object) => boolean
}
