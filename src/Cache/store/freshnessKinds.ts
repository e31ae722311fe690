/**
 * Telling options around the end of an entry's time from others.
 */
import { isOfKind, type OptionKinds, type SpecialKind } from "../engine/options/optionKinds.js"
import { showValue } from "../engine/options/showValue.js"
import type { FreshnessOptions } from "./FreshnessOptions.js"

/** When entries are refreshed ahead. */
export const refreshAheadKind: SpecialKind = {
  accepted: "a number from 0 to 1, \"probabilistic\", or an object with beta, a number above 0",
  accepts: (value) => value === "probabilistic" || isOfKind(value, "share") || hasBeta(value),
  describe: showValue
}

const hasBeta = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null || !Object.keys(value).every((name) => name === "beta")) return false
  const beta: unknown = Reflect.get(value, "beta")
  return typeof beta === "number" && beta > 0 && beta < Number.POSITIVE_INFINITY
}

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
