/**
 * From a time to live to the moment an entry expires.
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import { checkValue } from "./checkOptions.js"
import { durationMillis, givenMillis } from "./durationMillis.js"

/**
 * An option that is a duration, in milliseconds; `CacheConfigError` for anything else and for negative ones.
 *
 * @param cache the name of the cache, for messages
 * @param option the name of the option, for messages
 */
export const millis = (
  cache: string,
  option: string,
  value: Duration.DurationInput | undefined,
  kind: "duration" | "durationAboveZero" = "duration"
): Either.Either<number, CacheConfigError> =>
  Either.map(checkValue(cache, option, value === undefined ? 0 : value, kind), (value) => durationMillis(value) ?? 0)

/**
 * A time to idle, in milliseconds, `Infinity` for none; `CacheConfigError` for anything else and for negative ones.
 *
 * @param cache the name of the cache, for messages
 */
export const idleMillis = (
  cache: string,
  timeToIdle: Duration.DurationInput | undefined
): Either.Either<number, CacheConfigError> => millis(cache, "timeToIdle", timeToIdle ?? Duration.infinity)

/**
 * A moment that a call brings, in milliseconds since the epoch. Throws `CacheConfigError` for anything else.
 *
 * @param cache the name of the cache, for messages
 * @param option the name of the option, for messages
 */
export const givenMoment = (cache: string, option: string, moment: number): number =>
  Either.getOrThrowWith(checkValue(cache, option, moment, "moment"), identity)

/**
 * Tells when an entry that is written at `now` expires, in milliseconds since the epoch: `Infinity` is never. Where the
 * write has a time to live of its own, it decides. Throws `CacheConfigError` for an invalid one.
 */
export type Expiry<in K, in V> = (key: K, value: V, now: number, own: Duration.DurationInput | undefined) => number

/**
 * What the time to live of a store means for its entries; `CacheConfigError` for an invalid or negative one.
 *
 * @param cache the name of the store, for messages
 */
export const makeExpiry = <K, V>(
  cache: string,
  timeToLive: Duration.DurationInput | ((key: K, value: V) => Duration.DurationInput) | undefined
): Either.Either<Expiry<K, V>, CacheConfigError> => {
  const given = (value: Duration.DurationInput) => givenMillis(cache, "timeToLive", value)
  if (typeof timeToLive === "function") {
    return Either.right((key, value, now, own) => now + given(own === undefined ? timeToLive(key, value) : own))
  }
  return Either.map(
    millis(cache, "timeToLive", timeToLive ?? Duration.infinity),
    (constant) => (_key, _value, now, own) => now + (own === undefined ? constant : given(own))
  )
}
