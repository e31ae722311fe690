/**
 * Refusing options that are none, or of another kind.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { LazyArg } from "effect/Function"
import { CacheConfigError } from "./CacheErrors.js"
import { type OptionKind, wrongOption } from "./engine/optionKinds.js"
import { printKey } from "./printKey.js"

/**
 * The name that options give to what is made with them, or the default.
 *
 * @since 0.1.0
 * @category conversions
 */
export const nameIn = (options: unknown, otherwise: string): string => {
  const name: unknown = typeof options === "object" && options !== null ? Reflect.get(options, "name") : undefined
  return typeof name === "string" ? name : otherwise
}

/**
 * Checks that options are an object with no other names than these, and of these kinds. Else `CacheConfigError` names
 * the option, what is accepted, and which one may be meant.
 *
 * @param cache for messages
 * @since 0.1.0
 * @category validation
 */
export const checkOptions = (
  cache: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>
): Either.Either<void, CacheConfigError> => {
  const wrong = wrongOption(options, kinds)
  return wrong === undefined ? Either.void : Either.left(
    new CacheConfigError({
      cache,
      option: wrong.option,
      value: wrong.printed ?? printKey(wrong.value),
      accepted: wrong.accepted
    })
  )
}

/**
 * The same for options within options, which may be absent: `circuitBreaker.failures`.
 *
 * @since 0.1.0
 * @category validation
 */
export const checkNested = (
  cache: string,
  option: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>
): Either.Either<void, CacheConfigError> =>
  options === undefined ? Either.void : Either.mapLeft(
    checkOptions(cache, options, kinds),
    ({ accepted, option: name, value }) =>
      new CacheConfigError({ cache, option: name === "options" ? option : `${option}.${name}`, value, accepted })
  )

/**
 * What a call does, unless something else than its types allow was given. Then it fails with `CacheConfigError`, and
 * nothing happens.
 *
 * The failure is in no type: types rule out what it is about, and callers with types have nothing to handle.
 *
 * @since 0.1.0
 * @category combinators
 */
export const unlessWrong = <A, E, R>(
  checked: Either.Either<void, CacheConfigError>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => Either.isRight(checked) ? effect : Effect.fail(checked.left) as Effect.Effect<never>

/**
 * What a call does with what was given, read when it runs, unless that is something else than its types allow.
 *
 * @since 0.1.0
 * @category combinators
 */
export const whenRight = <I, A, E, R>(
  read: LazyArg<Either.Either<I, CacheConfigError>>,
  f: (given: I) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const given = read()
    return Either.isRight(given) ? f(given.right) : unlessWrong(Either.left(given.left), Effect.never)
  })

/**
 * What a call does, unless its options are none.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withCallOptions = <A, E, R>(
  cache: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => options === undefined ? effect : unlessWrong(checkOptions(cache, options, kinds), effect)
