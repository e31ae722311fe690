/**
 * What happens around the end of an entry's time where computations cannot fail in ways that types tell.
 *
 * @since 0.1.0
 */
import type { Freshness } from "../Cache/Kept.js"

/**
 * Entries are given out so long after their time to live, and nothing else.
 *
 * @param staleWhileRevalidate in milliseconds
 * @since 0.1.0
 * @category constructors
 */
export const staleFreshness = (staleWhileRevalidate: number): Freshness<never> => ({
  jitter: 0,
  refreshAhead: 0,
  staleWhileRevalidate,
  staleIfError: 0,
  failureTimeToLive: () => 0,
  tracksEntries: staleWhileRevalidate > 0
})
