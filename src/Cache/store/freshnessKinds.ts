/**
 * Telling options around the end of an entry's time from others.
 */
import type { OptionKinds } from "../engine/options/optionKinds.js"
import type { FreshnessOptions } from "./FreshnessOptions.js"
import { refreshAheadKind } from "./refreshLead.js"

/** Which options around the end of an entry's time there are. */
export const freshnessKinds: OptionKinds<FreshnessOptions<never>> = {
  jitter: "share",
  refreshAhead: refreshAheadKind,
  staleWhileRevalidate: "duration",
  staleIfError: "duration",
  failure: "function",
  failureTimeToLive: "durationOrFunction",
  maxComputations: "count"
}
