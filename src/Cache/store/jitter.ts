/**
 * Jitter: entries that were written together do not end together.
 */
import type { FreshnessTimes } from "./Freshness.js"

/**
 * Until when an entry that is written now is fresh, where it may live until then.
 *
 * @param roll a number from 0 to 1, drawn for this entry
 */
export const applyJitter = (freshness: FreshnessTimes, now: number, until: number, roll: number): number =>
  until === Number.POSITIVE_INFINITY ? until : until - (until - now) * freshness.jitter * roll
