/**
 * What a bounded map accepts as its limits, and as weights.
 *
 * @since 0.1.0
 */
import { BoundedMapError, type BoundedMapOptions } from "./BoundedMapOptions.js"
import { onRejection } from "./onRejection.js"
import { type OptionKind, type OptionKinds, wrongOption } from "./optionKinds.js"

/**
 * The limit of entries, or none. Throws `BoundedMapError` for what is none.
 *
 * @since 0.1.0
 * @category validation
 */
const entryLimitOf = (limit: number | undefined): number => {
  if (limit === undefined || limit === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new BoundedMapError("maxSize", limit, "a whole number of entries, 0 or more, or Infinity")
  }
  return limit
}

/**
 * The limit of weight, or none. Throws `BoundedMapError` for what is none.
 *
 * @since 0.1.0
 * @category validation
 */
const weightLimitOf = (limit: number | undefined): number => {
  if (limit === undefined || limit === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new BoundedMapError("maxWeight", limit, "a whole number, 0 or more, or Infinity")
  }
  return limit
}

/**
 * The milliseconds an entry may go without use, or `Infinity`. Throws `BoundedMapError` for what is none.
 *
 * @since 0.1.0
 * @category validation
 */
const idleLimitOf = (timeToIdle: number | undefined): number => {
  if (timeToIdle === undefined) return Number.POSITIVE_INFINITY
  if (typeof timeToIdle !== "number" || !(timeToIdle >= 0)) {
    throw new BoundedMapError("timeToIdle", timeToIdle, "a number of milliseconds, 0 or more, or Infinity")
  }
  return timeToIdle
}

/**
 * The limits among the options. Throws `BoundedMapError` for what is none, and for options that there are not.
 *
 * @since 0.1.0
 * @category validation
 */
export const limitsIn = (
  options: BoundedMapOptions<never, never>
): { readonly maxSize: number; readonly maxWeight: number; readonly timeToIdle: number } => {
  checkNames(options, optionKinds)
  return {
    maxSize: entryLimitOf(options.maxSize),
    maxWeight: weightLimitOf(options.maxWeight),
    timeToIdle: idleLimitOf(options.timeToIdle)
  }
}

const checkNames = (options: unknown, kinds: Readonly<Record<string, OptionKind>>): void => {
  const wrong = wrongOption(options, kinds)
  if (wrong !== undefined) throw new BoundedMapError(wrong.option, wrong.value, wrong.accepted, wrong.printed)
}

const limitKinds: OptionKinds<Pick<BoundedMapOptions<never, never>, "maxSize" | "maxWeight">> = {
  maxSize: "any",
  maxWeight: "any"
}

/**
 * Limits as they are after a change. Throws `BoundedMapError` for what is none.
 *
 * @since 0.1.0
 * @category validation
 */
export const changedLimits = (
  limits: Pick<BoundedMapOptions<never, never>, "maxSize" | "maxWeight">,
  maxSize: number,
  maxWeight: number
): { readonly maxSize: number; readonly maxWeight: number } => {
  checkNames(limits, limitKinds)
  return {
    maxSize: limits.maxSize === undefined ? maxSize : entryLimitOf(limits.maxSize),
    maxWeight: limits.maxWeight === undefined ? maxWeight : weightLimitOf(limits.maxWeight)
  }
}

const optionKinds: OptionKinds<BoundedMapOptions<never, never>> = {
  evictionPolicy: "any",
  maxSize: "any",
  maxWeight: "any",
  weigh: "function",
  timeToIdle: "any",
  equality: "object",
  onRemoval: "function"
}

/**
 * The weight of an entry. Throws `BoundedMapError` for what is none.
 *
 * @since 0.1.0
 * @category validation
 */
export const validWeight = (weight: number): number => {
  if (!Number.isSafeInteger(weight) || weight < 0) {
    // The weigher may be `async`.
    onRejection(weight, () => {})
    throw new BoundedMapError("weight", weight, "a whole number, 0 or more")
  }
  return weight
}

/**
 * Throws `BoundedMapError` for a moment that is none.
 *
 * @since 0.1.0
 * @category validation
 */
export const checkExpiry = (expiresAt: number): void => {
  if (!Number.isNaN(expiresAt)) return
  throw new BoundedMapError("expiresAt", expiresAt, "a number of milliseconds since the epoch, or Infinity")
}
