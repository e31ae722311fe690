/**
 * Durations as Effect writes them, without Effect.
 */
import type * as Duration from "effect/Duration"
import { typeIdOf } from "../../effect/protocols.js"
import { handleRejection } from "../engine/handleRejection.js"
import { wrongOptionTexts } from "../engine/options/wrongOptionTexts.js"
import { configError } from "../errors/configError.js"

let hint = (_value: unknown): string => ""

/** Says how to find out which duration is meant by a text that is none. Until then nobody knows. */
export const useDurationHint = (find: (value: unknown) => string): void => {
  hint = find
}

/** What to say besides of a value that is no duration. */
export const durationHint = (value: unknown): string => hint(value)

const durationId = typeIdOf("Duration")

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const units: ReadonlyMap<string, number> = new Map([
  ["nano", 1e-6],
  ["micro", 1e-3],
  ["milli", 1],
  ["second", second],
  ["minute", minute],
  ["hour", hour],
  ["day", day],
  ["week", 7 * day]
])

const text = /^(-?\d+(?:\.\d+)?)\s+(nano|micro|milli|second|minute|hour|day|week)s?$/

/** The milliseconds of what Effect takes for a duration, negative ones included; `undefined` for anything else. */
export const durationMillis = (input: unknown): number | undefined => {
  const millis = read(input)
  return millis === undefined || Number.isNaN(millis) ? undefined : millis
}

const read = (input: unknown): number | undefined => {
  if (typeof input === "number") return Number.isInteger(input) ? input : toNanos(input * 1e6)
  if (typeof input === "bigint") return Number(input) / 1e6
  if (typeof input === "string") {
    const [, amount, unit] = text.exec(input) ?? []
    const factor = units.get(unit ?? "")
    if (factor === undefined) return undefined
    // Small units by division: there is no thousandth in binary.
    return factor < 1 ? toNanos(Number(amount) * Math.round(factor * 1e6)) : read(Number(amount) * factor)
  }
  if (typeof input !== "object" || input === null) return undefined
  if (durationId in input) return "value" in input ? readValue(input.value) : undefined
  if (!Array.isArray(input) || input.length !== 2) return undefined
  const [seconds, nanos]: ReadonlyArray<unknown> = input
  if (typeof seconds !== "number" || typeof nanos !== "number") return undefined
  if (seconds === Number.NEGATIVE_INFINITY || nanos === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY
  return (Math.round(seconds * 1e9) + Math.round(nanos)) / 1e6
}

const toNanos = (nanos: number): number => Math.round(nanos) / 1e6

// What a `Duration` of Effect holds.
const readValue = (value: unknown): number | undefined => {
  if (typeof value !== "object" || value === null) return undefined
  if ("millis" in value && typeof value.millis === "number") return value.millis
  if ("nanos" in value && typeof value.nanos === "bigint") return Number(value.nanos) / 1e6
  const tag = "_tag" in value ? value._tag : undefined
  if (tag === "Infinity") return Number.POSITIVE_INFINITY
  return tag === "NegativeInfinity" ? Number.NEGATIVE_INFINITY : undefined
}

/**
 * A duration that a call brings or a function answers, in milliseconds. A negative one is what is left of a time that
 * has passed: zero. Throws `CacheConfigError` for anything else.
 *
 * @param cache the name of the cache, for messages
 * @param option the name of the option, for messages
 */
export const givenMillis = (cache: string, option: string, value: Duration.DurationInput): number => {
  const millis = durationMillis(value)
  if (millis !== undefined) return Math.max(0, millis)
  // The function may be `async`.
  handleRejection(value, () => {})
  throw configError(cache, option, value, wrongOptionTexts.anyDuration + hint(value))
}
