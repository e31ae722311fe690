/**
 * Telling options around the end of an entry's time from others.
 *
 * @since 0.1.0
 */
import type { OptionKinds } from "../engine/options/optionKinds.js"
import type { FreshnessOptions } from "./Freshness.js"

/**
 * Which options around the end of an entry's time there are.
 *
 * @since 0.1.0
 * @category validation
 */
export const freshnessKinds: OptionKinds<FreshnessOptions<never>> = {
  jitter: "share",
  refreshAhead: "share",
  staleWhileRevalidate: "duration",
  staleIfError: "duration",
  failureTimeToLive: "durationOrFunction"
}
