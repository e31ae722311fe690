/**
 * What a bounded map accepts as its limits, and as weights.
 */
import { BoundedMapError, type BoundedMapOptions } from "./BoundedMapOptions.js"
import { handleRejection } from "./handleRejection.js"
import { type OptionKind, type OptionKinds, wrongOption } from "./options/optionKinds.js"
import { wrongOptionTexts } from "./options/wrongOptionTexts.js"
import { evictionPolicyNames } from "./policies/EvictionPolicy.js"

/** The limits among the options. Throws `BoundedMapError` for anything else, and for unknown options. */
export const limitsIn = (
  options: BoundedMapOptions<never, never>
): { readonly maxSize: number; readonly maxWeight: number; readonly timeToIdle: number } => {
  checkNames(options, optionKinds)
  const { maxSize = Number.POSITIVE_INFINITY, maxWeight = Number.POSITIVE_INFINITY } = options
  return { maxSize, maxWeight, timeToIdle: options.timeToIdle ?? Number.POSITIVE_INFINITY }
}

const checkNames = (options: unknown, kinds: Readonly<Record<string, OptionKind>>): void => {
  const wrong = wrongOption(options, kinds)
  if (wrong !== undefined) throw new BoundedMapError(wrong.option, wrong.value, wrong.accepted, wrong.printed)
}

/** Which limits there are. */
export const limitKinds: OptionKinds<Pick<BoundedMapOptions<never, never>, "maxSize" | "maxWeight">> = {
  maxSize: "limit",
  maxWeight: "limit"
}

/** Limits as they are after a change. Throws `BoundedMapError` for anything else. */
export const changedLimits = (
  limits: Pick<BoundedMapOptions<never, never>, "maxSize" | "maxWeight">,
  maxSize: number,
  maxWeight: number
): { readonly maxSize: number; readonly maxWeight: number } => {
  checkNames(limits, limitKinds)
  return { maxSize: limits.maxSize ?? maxSize, maxWeight: limits.maxWeight ?? maxWeight }
}

const optionKinds: OptionKinds<BoundedMapOptions<never, never>> = {
  evictionPolicy: evictionPolicyNames,
  ...limitKinds,
  weigher: "function",
  costs: "flag",
  timeToIdle: "millis",
  equality: "object",
  onRemoval: "function"
}

/** The weight of an entry. Throws `BoundedMapError` for anything else. */
export const validWeight = (weight: number): number => {
  if (!Number.isSafeInteger(weight) || weight < 0) {
    // The weigher may be `async`.
    handleRejection(weight, () => {})
    throw new BoundedMapError("weight", weight, wrongOptionTexts.whole)
  }
  return weight
}

/**
 * Whether an entry fits beside so many others, and the sums of the map and of its policy stay exact. To a policy an entry
 * without weight weighs 1.
 */
export const fitsBeside = (others: number, weight: number, count: number, most = Number.POSITIVE_INFINITY): boolean =>
  others + weight <= most && others + Math.max(1, weight) + count <= Number.MAX_SAFE_INTEGER

/** The cost of an entry, if one is given. Throws `BoundedMapError` for anything else. */
export const validCost = (cost: number | undefined): number | undefined => {
  if (cost === undefined || cost >= 0) return cost
  throw new BoundedMapError("cost", cost, "a number, 0 or more")
}

/** Throws `BoundedMapError` for an invalid moment. */
export const checkExpiry = (expiresAt: number): void => {
  if (!Number.isNaN(expiresAt)) return
  throw new BoundedMapError("expiresAt", expiresAt, wrongOptionTexts.moment)
}
