/**
 * Refusing options that are none, or of another kind.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { LazyArg } from "effect/Function"
import type * as Plain from "../../effect/plainEither.js"
import { nearestName } from "../engine/options/nearestName.js"
import { type OptionKind, useNearestName } from "../engine/options/optionKinds.js"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import { useDurationHint } from "./durationMillis.js"
import { meantDuration } from "./meantDuration.js"
import { checkValue as checkPlainly, wrongNested, wrongOptions } from "./wrongOptions.js"

export {
  /** @since 1.0.0 */
  nameIn
} from "./wrongOptions.js"

useNearestName(nearestName)
useDurationHint(meantDuration)

/**
 * Checks that options are an object with no other names than these, and of these kinds. Else `CacheConfigError` names
 * the option, what is accepted, and which one may be meant.
 *
 * @param cache for messages
 */
export const checkOptions = (
  cache: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>
): Either.Either<void, CacheConfigError> => unlessAny(wrongOptions(cache, options, kinds))

/** The same for options within options, which may be absent: `circuitBreaker.failures`. */
export const checkNested = (
  cache: string,
  option: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>
): Either.Either<void, CacheConfigError> => unlessAny(wrongNested(cache, option, options, kinds))

/**
 * An option by itself, if it is of its kind. Else `CacheConfigError`, in the same words as for options together.
 *
 * @param cache for messages
 */
export const checkValue = <A>(
  cache: string,
  option: string,
  value: A,
  kind: Exclude<OptionKind, "any">
): Either.Either<A, CacheConfigError> => asEffects(checkPlainly(cache, option, value, kind))

const asEffects = <A, E>(self: Plain.Either<A, E>): Either.Either<A, E> =>
  self._tag === "Left" ? Either.left(self.left) : Either.right(self.right)

const unlessAny = (wrong: CacheConfigError | undefined): Either.Either<void, CacheConfigError> =>
  wrong === undefined ? Either.void : Either.left(wrong)

/**
 * What a call does, unless something else than its types allow was given. Then it fails with `CacheConfigError`, and
 * nothing happens.
 *
 * The failure is in no type: types rule out what it is about, and callers with types have nothing to handle.
 */
export const unlessWrong = <A, E, R>(
  checked: Plain.Either<unknown, CacheConfigError>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => checked._tag === "Right" ? effect : Effect.fail(checked.left) as Effect.Effect<never>

/** What a call does with what was given, read when it runs, unless that is something else than its types allow. */
export const whenRight = <I, A, E, R>(
  read: LazyArg<Plain.Either<I, CacheConfigError>>,
  f: (given: I) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const given = read()
    return given._tag === "Right" ? f(given.right) : unlessWrong(Either.left(given.left), Effect.never)
  })

/** What a call does, unless its options are none. */
export const withCallOptions = <A, E, R>(
  cache: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  if (options === undefined) return effect
  try {
    return unlessWrong(checkOptions(cache, options, kinds), effect)
  } catch (defect) {
    // A getter of the caller's.
    return Effect.die(defect)
  }
}

/**
 * What a call does with a function it was given, unless that is none, as an Effect in its place.
 *
 * @param option what the function is called, for messages
 */
export const withFunction = <A, E, R>(
  cache: string,
  option: string,
  given: unknown,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  typeof given === "function" ? effect : unlessWrong(checkValue(cache, option, given, "compute"), effect)
