/**
 * What a cache has answered.
 */

/** How much of some requests was answered. */
export interface Hits {
  readonly requests: number
  /** What the answered requests asked for, where sizes are known. */
  readonly bytes: number
  /** What they would have taken to compute, in milliseconds, where that is known. */
  readonly cost: number
}
