/**
 * Telling options that are none, or of another kind.
 */
import * as Either from "../../effect/plainEither.js"
import { acceptedAs, isOfKind, type OptionKind, printedOf, wrongOption } from "../engine/options/optionKinds.js"
import { CacheConfigError } from "../errors/CacheErrors.js"
import { configError } from "../errors/configError.js"
import { keyText } from "../printing/keyText.js"
import { durationHint, durationMillis } from "./durationMillis.js"

/** The name that options give to what is made with them, or the default. */
export const nameIn = (options: unknown, otherwise: string): string => {
  try {
    const name: unknown = typeof options === "object" && options !== null ? Reflect.get(options, "name") : undefined
    return typeof name === "string" ? name : otherwise
  } catch {
    // It is thrown again where the options are checked.
    return otherwise
  }
}

/**
 * What is wrong with options, which are to be an object with no other names than these, and of these kinds: the error
 * names the option, what is accepted, and which one may be meant. `undefined` if nothing is.
 *
 * @param cache for messages
 * @param hasOthers whether other names are of somebody else, unless they look like one of these
 */
export const wrongOptions = (
  cache: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  hasOthers = false
): CacheConfigError | undefined => {
  const wrong = wrongOption(options, kinds, isAccepted, hasOthers)
  return wrong && new CacheConfigError({
    cache,
    option: wrong.option,
    value: wrong.printed ?? keyText(wrong.value),
    accepted: wrong.accepted + hintOf(wrong.value, kinds[wrong.option])
  })
}

/** The same for options within options, which may be absent: `circuitBreaker.failures`. */
export const wrongNested = (
  cache: string,
  option: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>
): CacheConfigError | undefined => {
  const wrong = options === undefined ? undefined : wrongOptions(cache, options, kinds)
  if (wrong === undefined) return undefined
  const { accepted, option: name, value } = wrong
  return new CacheConfigError({ cache, option: name === "options" ? option : `${option}.${name}`, value, accepted })
}

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
): Either.Either<A, CacheConfigError> => {
  if (isAccepted(value, kind)) return Either.right(value)
  const printed = printedOf(value, kind)
  const accepted = acceptedAs(kind) + hintOf(value, kind)
  return Either.left(
    printed === undefined
      ? configError(cache, option, value, accepted)
      : new CacheConfigError({ cache, option, value: printed, accepted })
  )
}

const hintOf = (value: unknown, kind: OptionKind | undefined): string => {
  if (typeof kind === "string") return /duration/i.test(kind) ? durationHint(value) : ""
  return kind !== undefined && "hint" in kind ? kind.hint(value) : ""
}

const isAccepted = (value: unknown, kind: OptionKind): boolean => {
  switch (kind) {
    case "anyDuration":
      return durationMillis(value) !== undefined
    case "duration":
      return Number(durationMillis(value)) >= 0
    case "durationAboveZero":
      return Number(durationMillis(value)) > 0
    case "durationOrFunction":
      return typeof value === "function" || isAccepted(value, "duration")
    default:
      return isOfKind(value, kind)
  }
}
