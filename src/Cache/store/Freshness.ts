/**
 * The times around the end of an entry's freshness: said once, for stores, dictionaries and `S3Cache`. It knows nothing
 * of Effect. Times are in milliseconds since the epoch.
 */

/** Freshness options, checked, in milliseconds. */
export interface Freshness<in E> {
  readonly jitter: number
  readonly refreshAhead: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  readonly failureTimeToLive: (error: E) => number
  /** Whether entries need to know more of themselves than when they expire. */
  readonly tracksEntries: boolean
}

/** Freshness options of which those that are not given are off. */
export const freshnessOf = <E>({
  failureTimeToLive = () => 0,
  jitter = 0,
  refreshAhead = 0,
  staleIfError = 0,
  staleWhileRevalidate = 0
}: Partial<Omit<Freshness<E>, "tracksEntries">>): Freshness<E> => ({
  jitter,
  refreshAhead,
  staleWhileRevalidate,
  staleIfError,
  failureTimeToLive,
  tracksEntries: refreshAhead > 0 || staleWhileRevalidate > 0 || staleIfError > 0
})

/**
 * From when on a lookup computes an entry anew although it is fresh.
 *
 * @param since when it was written, or came into memory
 */
export const refreshFrom = (freshness: Freshness<never>, since: number, freshUntil: number): number =>
  freshUntil === Number.POSITIVE_INFINITY || freshness.refreshAhead === 0
    ? freshUntil
    : freshUntil - (freshUntil - since) * freshness.refreshAhead

/** Until when an entry is given out while it is computed anew. */
export const revalidatedUntil = (freshness: Freshness<never>, freshUntil: number): number =>
  freshUntil + freshness.staleWhileRevalidate

/** Until when an entry is given out in place of a failed computation. */
export const replacesFailureUntil = (freshness: Freshness<never>, freshUntil: number): number =>
  freshUntil + freshness.staleIfError

/** From when on an entry is of no use any more: neither fresh nor given out stale. */
export const uselessFrom = (freshness: Freshness<never>, freshUntil: number): number =>
  freshUntil + Math.max(freshness.staleWhileRevalidate, freshness.staleIfError)
