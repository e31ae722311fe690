/**
 * Telling options around the end of an entry's time from others.
 */
import { acceptedAs, type OptionKinds, type SpecialKind } from "../engine/options/optionKinds.js"
import { showValue } from "../engine/options/showValue.js"
import { durationMillis } from "../options/durationMillis.js"
import type { FreshnessOptions } from "./FreshnessOptions.js"
import { refreshAheadKind } from "./refreshLead.js"

const isDuration = (value: unknown): boolean => Number(durationMillis(value)) >= 0

const slowKind: SpecialKind = {
  accepted: `${acceptedAs("duration")}, or an object with after and within, which are two`,
  accepts: (value) => isDuration(value) || (typeof value === "object" && value !== null && isSlow(value)),
  describe: showValue
}

const isSlow = (value: object): boolean => {
  const within: unknown = Reflect.get(value, "within")
  return Object.keys(value).every((name) => name === "after" || name === "within") &&
    isDuration(Reflect.get(value, "after")) && (within === undefined || isDuration(within))
}

/** Which options around the end of an entry's time there are. */
export const freshnessKinds: OptionKinds<FreshnessOptions<never>> = {
  jitter: "share",
  refreshAhead: refreshAheadKind,
  staleWhileRevalidate: "duration",
  staleIfError: "duration",
  staleIfSlow: slowKind,
  retryAfter: "duration",
  failure: "function",
  failureTimeToLive: "durationOrFunction",
  maxComputations: "count"
}
