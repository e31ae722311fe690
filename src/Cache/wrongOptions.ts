/**
 * Telling options that are none, or of another kind.
 *
 * @since 0.1.0
 */
import { CacheConfigError } from "./CacheErrors.js"
import { type OptionKind, wrongOption } from "./engine/optionKinds.js"
import { keyText } from "./keyText.js"

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
 * What is wrong with options, which are to be an object with no other names than these, and of these kinds: the error
 * names the option, what is accepted, and which one may be meant. `undefined` if nothing is.
 *
 * @param cache for messages
 * @since 0.1.0
 * @category validation
 */
export const wrongOptions = (
  cache: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>
): CacheConfigError | undefined => {
  const wrong = wrongOption(options, kinds)
  return wrong && new CacheConfigError({
    cache,
    option: wrong.option,
    value: wrong.printed ?? keyText(wrong.value),
    accepted: wrong.accepted
  })
}

/**
 * The same for options within options, which may be absent: `circuitBreaker.failures`.
 *
 * @since 0.1.0
 * @category validation
 */
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
