/**
 * The times around the end of an entry's freshness: said once, for stores, dictionaries and `S3Cache`. It knows nothing
 * of Effect. Times are in milliseconds since the epoch.
 */

/** The times around the end of an entry's freshness, checked, in milliseconds. */
export interface FreshnessTimes {
  readonly jitter: number
  /** The last share of its time in which it is refreshed. */
  readonly refreshAhead: number
  /** How many times what its computation took an entry is refreshed before its end on average; `0`: by the share alone. */
  readonly beta: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  /** How long a lookup waits for a computation before it gets an old value, and up to which age it does. */
  readonly slowAfter: number
  readonly staleIfSlow: number
  /** For how long nothing is computed after a computation has failed, where there is an old value. */
  readonly retryAfter: number
  /** Whether entries need to know more of themselves than when they expire. */
  readonly tracksEntries: boolean
}

/** Freshness options, checked, in milliseconds. */
export interface Freshness<in out F> extends FreshnessTimes {
  /** Which failures may be remembered. */
  readonly isFailure: (error: unknown) => error is F
  readonly failureTimeToLive: (error: F) => number
}

/** Freshness options of which those that are not given are off. */
export const freshnessOf = <F>({
  beta = 0,
  failureTimeToLive = () => 0,
  isFailure = (_: unknown): _ is F => false,
  jitter = 0,
  refreshAhead = 0,
  retryAfter = 0,
  slowAfter = 0,
  staleIfError = 0,
  staleIfSlow = 0,
  staleWhileRevalidate = 0
}: Partial<Omit<Freshness<F>, "tracksEntries">>): Freshness<F> => ({
  jitter,
  refreshAhead,
  beta,
  staleWhileRevalidate,
  staleIfError,
  slowAfter,
  staleIfSlow,
  retryAfter,
  isFailure,
  failureTimeToLive,
  tracksEntries: refreshAhead > 0 || beta > 0 || staleWhileRevalidate > 0 || staleIfError > 0 || staleIfSlow > 0
})

/**
 * From when on a lookup computes an entry anew although it is fresh.
 *
 * @param since when it was written, or came into memory
 * @param lead how long before its end that is, where it was drawn
 */
export const refreshFrom = (freshness: FreshnessTimes, since: number, freshUntil: number, lead: number): number => {
  if (freshUntil === Number.POSITIVE_INFINITY) return freshUntil
  return freshness.refreshAhead === 0 ? freshUntil - lead : freshUntil - (freshUntil - since) * freshness.refreshAhead
}

/** Until when an entry is given out while it is computed anew. */
export const revalidatedUntil = (freshness: FreshnessTimes, freshUntil: number): number =>
  freshUntil + freshness.staleWhileRevalidate

/** Until when an entry is given out in place of a failed computation. */
export const replacesFailureUntil = (freshness: FreshnessTimes, freshUntil: number): number =>
  freshUntil + freshness.staleIfError

/** Until when an entry is given out in place of a computation that takes too long. */
export const replacesSlowUntil = (freshness: FreshnessTimes, freshUntil: number): number =>
  freshUntil + freshness.staleIfSlow

/** Whether it is too early to compute anew after a computation that failed then. A clock may have been set back since. */
export const isTooEarly = ({ retryAfter }: FreshnessTimes, failedAt: number, now: number): boolean =>
  now >= failedAt && now < failedAt + retryAfter

/** From when on an entry is of no use any more: neither fresh nor given out stale. */
export const uselessFrom = (freshness: FreshnessTimes, freshUntil: number): number =>
  freshUntil + Math.max(freshness.staleWhileRevalidate, freshness.staleIfError, freshness.staleIfSlow)
