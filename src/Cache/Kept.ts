/**
 * Entries that know more of themselves than when they expire.
 *
 * @since 0.1.0
 */
import * as Either from "./Either.js"

/**
 * Freshness options, checked, in milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface Freshness<in E> {
  readonly jitter: number
  readonly refreshAhead: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  readonly failureTimeToLive: (error: E) => number
  /** Whether entries need to know more of themselves than when they expire. */
  readonly tracksEntries: boolean
}

/**
 * An entry that knows more of itself than when it expires: a value with the times around the end of its freshness, or
 * a failure that is remembered. Times are in milliseconds since the epoch.
 *
 * @since 0.1.0
 * @category models
 */
export class Kept<out V, out E> {
  /** The value, or the failure. */
  readonly content: Either.Either<V, E>
  /** From when on it is stale. */
  freshUntil: number
  /** From when on a lookup refreshes it. */
  refreshAt: number

  constructor(content: Either.Either<V, E>, freshUntil: number, refreshAt: number) {
    this.content = content
    this.freshUntil = freshUntil
    this.refreshAt = refreshAt
  }

  /**
   * A value that is written now.
   *
   * @param freshUntil from when on it is stale
   * @since 0.1.0
   */
  static readonly value = <V>(
    freshness: Freshness<never>,
    value: V,
    now: number,
    freshUntil: number
  ): Kept<V, never> => {
    const kept = new Kept(Either.right(value), freshUntil, freshUntil)
    kept.live(freshness, now, freshUntil)
    return kept
  }

  /**
   * Lets a value be fresh until another time.
   *
   * @since 0.1.0
   */
  live(freshness: Freshness<never>, now: number, freshUntil: number): void {
    this.freshUntil = freshUntil
    this.refreshAt = freshUntil === Number.POSITIVE_INFINITY || freshness.refreshAhead === 0
      ? freshUntil
      : freshUntil - (freshUntil - now) * freshness.refreshAhead
  }
}

/**
 * When an entry that is fresh until then is of no use any more, in milliseconds since the epoch.
 *
 * @since 0.1.0
 * @category accessors
 */
export const uselessFrom = (freshness: Freshness<never>, freshUntil: number): number =>
  freshUntil + Math.max(freshness.staleWhileRevalidate, freshness.staleIfError)
