/**
 * Entries that are kept past their freshness, or are failures: they know more of themselves than when they expire.
 */
import * as Either from "../../effect/plainEither.js"
import { type FreshnessTimes, refreshFrom } from "./Freshness.js"

/** What there is to know of how a value was computed. */
export interface Computation {
  /** How long before the end of its time it is to be refreshed, in milliseconds, where that was drawn. */
  readonly lead: number
  /** How long it took, in milliseconds. */
  readonly took: number
}

/**
 * An entry that knows more of itself than when it expires: a value with the times around the end of its freshness, or
 * a failure that is remembered. Times are in milliseconds since the epoch.
 */
export class Kept<out V, out E> {
  /** The value, or the failure. */
  readonly content: Either.Either<V, E>
  /** From when on it is stale. */
  freshUntil: number
  /** From when on a lookup refreshes it. */
  refreshAt: number
  /** When a computation of it failed, the last time. */
  failedAt: number = Number.POSITIVE_INFINITY
  /** How long before its end that is, where it was drawn. */
  private readonly lead: number

  constructor(content: Either.Either<V, E>, freshUntil: number, refreshAt: number, lead = 0) {
    this.content = content
    this.freshUntil = freshUntil
    this.refreshAt = refreshAt
    this.lead = lead
  }

  /**
   * A value that is written now.
   *
   * @param freshUntil from when on it is stale
   * @param lead how long before its end it is refreshed, where that was drawn
   */
  static readonly value = <V>(
    freshness: FreshnessTimes,
    value: V,
    now: number,
    freshUntil: number,
    lead: number
  ): Kept<V, never> => new Kept(Either.right(value), freshUntil, refreshFrom(freshness, now, freshUntil, lead), lead)

  /** Lets a value be fresh until another time. */
  live(freshness: FreshnessTimes, now: number, freshUntil: number): void {
    this.freshUntil = freshUntil
    this.refreshAt = refreshFrom(freshness, now, freshUntil, this.lead)
    this.failedAt = Number.POSITIVE_INFINITY
  }
}
