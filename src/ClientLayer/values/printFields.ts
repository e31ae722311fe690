/**
 * How a configuration is shown.
 */
import * as Redacted from "effect/Redacted"
import { cutText } from "../../Cache/printing/cutText.js"
import type { Canonical } from "./canonicalValue.js"
import { printEndpoint } from "./endpointUrl.js"
import { isPlainObject } from "./plainData.js"
import { referenceId, referenceTag } from "./referenceId.js"
import { printDigest } from "./saltedDigest.js"

/**
 * Normalised fields as texts, without secrets: `region=us-west-2`, `maxAttempts=3`, `credentials=#9f3c`. First what tells
 * clients apart best, then the others by name, credentials last.
 *
 * Numbers and booleans are shown, of strings those of a few well-known fields, and functions and instances by a number
 * or their tag. Anything else is `***`, since a secret may be in it. Of many fields the first are shown, in about 200
 * characters, and how many more there are.
 *
 * @param given the fields as the caller gave them, which tells what was `Redacted`
 */
export const printFields = (
  fields: ReadonlyMap<string, Canonical>,
  given: ReadonlyMap<string, unknown>
): ReadonlyArray<string> => {
  const sorted = [...fields].toSorted(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1))
  const ranked = (where: number) => sorted.filter(([name]) => Math.sign(rank(name)) === where)
  const print = ([name, canonical]: readonly [string, Canonical]) =>
    `${cutText(name, longestName)}=${printField(name, canonical, given.get(name))}`
  const last = ranked(1).map(print)
  const shown = ranked(-1).map(print)
  let length = [...shown, ...last].join().length
  const others = ranked(0)
  for (const [index, field] of others.entries()) {
    const printed = print(field)
    length += printed.length + 2
    if (length > longestFields) {
      shown.push(`... ${others.length - index} more`)
      break
    }
    shown.push(printed)
  }
  return [...shown, ...last]
}

const longestName = 40
const longestFields = 240

const printField = (name: string, { text, value }: Canonical, given: unknown): string => {
  if (name === "credentials" && isPlainObject(value)) return printDigest(text)
  if (Redacted.isRedacted(given)) return "***"
  switch (typeof value) {
    case "boolean":
    case "number":
      return String(value)
    case "string":
      if (name === "endpoint") return printEndpoint(value)
      return shownStrings.has(name) ? value.slice(0, 64) : "***"
    case "function":
      return printReference(value)
    case "object":
      // What was not copied is not data.
      return value !== null && value === given ? printReference(value) : "***"
    default:
      return "***"
  }
}

/** The fields whose strings are shown as they are. */
export const shownStrings: ReadonlySet<string> = new Set([
  "region",
  "profile",
  "retryMode",
  "defaultsMode",
  "accountIdEndpointMode",
  "requestChecksumCalculation",
  "responseChecksumValidation",
  "apiVersion"
])

const printReference = (value: object): string => `#${referenceTag(value) ?? referenceId(value)}`

const rank = (name: string): number => {
  const first = ["region", "endpoint", "profile"].indexOf(name)
  if (first !== -1) return first - 3
  return name === "credentials" || name === "token" ? 1 : 0
}
