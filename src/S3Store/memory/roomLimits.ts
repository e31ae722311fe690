/**
 * How much of the memory of a cache a keyspace has for itself.
 */
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { availableMemory } from "../../Cache/memory/availableMemory.js"
import { checkByteLimit } from "../../Cache/memory/checkByteLimit.js"
import * as Either from "../../effect/plainEither.js"
import type { RoomOptions } from "../options/RoomOptions.js"

/** How many entries there may be, and how many bytes; `Infinity` for no limit. */
export interface RoomLimits {
  readonly maxSize: number
  readonly maxBytes: number
}

/**
 * What a keyspace gets of what is left of a cache's limits. A limit that it does not ask for is its share of the cache's,
 * as large as that of the other one.
 *
 * @param whole the limits of the cache
 * @param left what no other keyspace has for itself
 */
export const roomLimits = (
  cache: string,
  keyspace: string,
  asked: RoomOptions,
  whole: RoomLimits,
  left: RoomLimits
): Either.Either<RoomLimits & { readonly isCut: boolean }, CacheConfigError> => {
  if (whole.maxSize === 0) return Either.right({ maxSize: 0, maxBytes: whole.maxBytes, isCut: false })
  return Either.flatMap(askedLimits(cache, keyspace, asked, whole), ({ maxBytes, maxSize }) => {
    const limits = { maxSize: Math.min(maxSize, left.maxSize), maxBytes: Math.min(maxBytes, left.maxBytes) }
    return Either.right({ ...limits, isCut: limits.maxSize < maxSize || limits.maxBytes < maxBytes })
  })
}

/** What is left of limits once somebody has got a part of them. */
export const without = (limits: RoomLimits, taken: RoomLimits): RoomLimits => ({
  maxSize: limits.maxSize === Number.POSITIVE_INFINITY ? limits.maxSize : limits.maxSize - taken.maxSize,
  maxBytes: limits.maxBytes === Number.POSITIVE_INFINITY ? limits.maxBytes : limits.maxBytes - taken.maxBytes
})

const askedLimits = (
  cache: string,
  keyspace: string,
  asked: RoomOptions,
  whole: RoomLimits
): Either.Either<RoomLimits, CacheConfigError> => {
  const by = `Keyspace ${keyspace}`
  if (asked.maxSize !== undefined && asked.maxSize > whole.maxSize) {
    return tooLarge(by, "maxSize", asked.maxSize, cache, whole.maxSize)
  }
  if (asked.maxBytes === undefined) {
    const maxSize = asked.maxSize ?? whole.maxSize
    const maxBytes = shareOf(whole.maxBytes, maxSize, whole.maxSize)
    return maxBytes === undefined
      ? missing(by, "maxBytes", "maxSize", cache)
      : Either.right({ maxSize, maxBytes })
  }
  return Either.flatMap(checkByteLimit(by, "maxBytes", asked.maxBytes, availableMemory()), (maxBytes) => {
    if (maxBytes > whole.maxBytes) return tooLarge(by, "maxBytes", asked.maxBytes, cache, whole.maxBytes)
    const maxSize = asked.maxSize ?? shareOf(whole.maxSize, maxBytes, whole.maxBytes)
    return maxSize === undefined
      ? missing(by, "maxSize", "maxBytes", cache)
      : Either.right({ maxSize, maxBytes })
  })
}

/** `undefined` where there is no telling: the one has a limit, and the other none. */
const shareOf = (limit: number, part: number, whole: number): number | undefined => {
  if (limit === Number.POSITIVE_INFINITY) return limit
  return whole === Number.POSITIVE_INFINITY ? undefined : Math.max(1, Math.floor(limit * (part / whole)))
}

const tooLarge = (by: string, option: "maxSize" | "maxBytes", value: unknown, cache: string, most: number) =>
  Either.left(configError(by, option, value, `no more than the ${option} of the cache ${cache}: ${most}`))

const missing = (by: string, option: "maxSize" | "maxBytes", given: "maxSize" | "maxBytes", cache: string) =>
  Either.left(
    configError(by, option, undefined, `given beside ${given}, as the cache ${cache} has ${option}, and no ${given}`)
  )
