/**
 * Which duration is meant by a text that is none.
 */
import { durationMillis } from "./durationMillis.js"

const meant: ReadonlyArray<readonly [theirs: RegExp, ours: string]> = [
  [/^(?:ns|nanos?|nanosec(?:ond)?s?)$/, "nanos"],
  [/^(?:[uµμ]s|micros?|microsec(?:ond)?s?)$/, "micros"],
  [/^(?:|ms|msecs?|millis?|millisec(?:ond)?s?)$/, "millis"],
  [/^(?:s|secs?|seconds?)$/, "seconds"],
  [/^(?:m|mins?|minutes?)$/, "minutes"],
  [/^(?:h|hrs?|hours?)$/, "hours"],
  [/^(?:d|days?)$/, "days"],
  [/^(?:w|wks?|weeks?)$/, "weeks"]
]

/**
 * What to say besides of a value that is no duration: what is meant by `"5 mins"`, or the units, where it looks like a
 * number of some unit. Nothing of any other value.
 */
export const meantDuration = (value: unknown): string => {
  // One that is a duration is too small.
  if (typeof value !== "string" || value.length > 40 || durationMillis(value) !== undefined) return ""
  const [, amount, unit = ""] = /^\s*(-?\d+(?:\.\d+)?)\s*([a-zµμ]*)\.?\s*$/i.exec(value) ?? []
  if (amount === undefined) return ""
  const ours = meant.find(([theirs]) => theirs.test(unit.toLowerCase()))?.[1]
  if (ours === undefined) return ". Units are millis, seconds, minutes, hours, days and weeks"
  return `: did you mean "${amount} ${ours}"?`
}
