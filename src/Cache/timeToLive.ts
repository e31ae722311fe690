/**
 * From a time to live to the moment an entry expires.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { CacheConfigError } from "./CacheErrors.js"
import { onRejection } from "./engine/onRejection.js"
import { printKey } from "./printKey.js"

/**
 * An option that is a duration, in milliseconds; `CacheConfigError` for what is none or is negative.
 *
 * @param cache the name of the cache, for messages
 * @param option the name of the option, for messages
 * @since 0.1.0
 * @category conversions
 */
export const millis = (
  cache: string,
  option: string,
  value: Duration.DurationInput | undefined,
  accepted = "a duration of 0 milliseconds or more"
): Either.Either<number, CacheConfigError> =>
  Option.match(nonNegativeMillis(value ?? 0), {
    onNone: () => Either.left(new CacheConfigError({ cache, option, value: printKey(value), accepted })),
    onSome: Either.right
  })

/**
 * A time to idle, in milliseconds, `Infinity` for none; `CacheConfigError` for what is none or is negative.
 *
 * @param cache the name of the cache, for messages
 * @since 0.1.0
 * @category conversions
 */
export const idleMillis = (
  cache: string,
  timeToIdle: Duration.DurationInput | undefined
): Either.Either<number, CacheConfigError> => millis(cache, "timeToIdle", timeToIdle ?? Duration.infinity)

/**
 * The milliseconds of a duration that is not negative.
 *
 * @since 0.1.0
 * @category conversions
 */
export const nonNegativeMillis = (input: Duration.DurationInput): Option.Option<number> =>
  sign(input) < 0 ? Option.none() : decode(input)

/**
 * A duration that a call brings or a function answers, in milliseconds. A negative one is what is left of a time that
 * has passed: zero. Throws `CacheConfigError` for what is none.
 *
 * @param cache the name of the cache, for messages
 * @param option the name of the option, for messages
 * @since 0.1.0
 * @category conversions
 */
export const givenMillis = (cache: string, option: string, value: Duration.DurationInput): number =>
  Option.getOrThrowWith(
    decode(value),
    () => {
      // The function may be `async`.
      onRejection(value, () => {})
      return new CacheConfigError({ cache, option, value: printKey(value), accepted: "a duration" })
    }
  )

/**
 * Tells when an entry that is written at `now` expires, in milliseconds since the epoch: `Infinity` is never. Where the
 * write has a time to live of its own, it decides. Throws `CacheConfigError` for one that is none.
 *
 * @since 0.1.0
 * @category models
 */
export type Expiry<in K, in V> = (key: K, value: V, now: number, own: Duration.DurationInput | undefined) => number

/**
 * What the time to live of a store means for its entries; `CacheConfigError` for one that is none or is negative.
 *
 * @param cache the name of the store, for messages
 * @since 0.1.0
 * @category constructors
 */
export const makeExpiry = <K, V>(
  cache: string,
  timeToLive: Duration.DurationInput | ((value: V, key: K) => Duration.DurationInput) | undefined
): Either.Either<Expiry<K, V>, CacheConfigError> => {
  const given = (value: Duration.DurationInput) => givenMillis(cache, "timeToLive", value)
  if (typeof timeToLive === "function") {
    return Either.right((key, value, now, own) => now + given(own === undefined ? timeToLive(value, key) : own))
  }
  return Either.map(
    millis(cache, "timeToLive", timeToLive ?? Duration.infinity),
    (constant) => (_key, _value, now, own) => now + (own === undefined ? constant : given(own))
  )
}

// Effect reads `NaN` as zero, for want of anything better.
const decode = (input: Duration.DurationInput): Option.Option<number> =>
  Number.isNaN(sign(input)) ? Option.none() : Option.map(Duration.decodeUnknown(input), Duration.toMillis)

// Effect reads what is negative as zero, so that its sign is told by the input only.
const sign = (input: Duration.DurationInput): number => {
  if (typeof input === "number") return Math.sign(input)
  if (typeof input === "bigint") return input < 0n ? -1 : 1
  if (typeof input === "string") return Math.sign(Number.parseFloat(input))
  return Duration.isDuration(input) || !Array.isArray(input) ? 1 : Math.sign(input[0] * 1e9 + input[1])
}
