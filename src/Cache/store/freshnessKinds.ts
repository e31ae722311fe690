/**
 * Telling options around the end of an entry's time from others.
 */
import type { OptionKinds } from "../engine/options/optionKinds.js"
import type { FreshnessOptions } from "./FreshnessOptions.js"

/** Which options around the end of an entry's time there are. */
export const freshnessKinds: OptionKinds<FreshnessOptions<never>> = {
  jitter: "share",
  refreshAhead: "share",
  staleWhileRevalidate: "duration",
  staleIfError: "duration",
  failure: "function",
  failureTimeToLive: "durationOrFunction",
  maxComputations: "count"
}
