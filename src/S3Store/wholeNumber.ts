/**
 * Options that are whole numbers.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import { CacheConfigError } from "../Cache/CacheErrors.js"
import { printKey } from "../Cache/printKey.js"

/**
 * A whole number above 0, or what there is without one; `CacheConfigError` for anything else.
 *
 * @param cache the name of the cache, for messages
 * @param option the name of the option, for messages
 * @since 0.1.0
 * @category conversions
 */
export const wholeNumber = (
  cache: string,
  option: string,
  value: number | undefined,
  without: number
): Either.Either<number, CacheConfigError> => {
  const number = value ?? without
  return Number.isSafeInteger(number) && number > 0
    ? Either.right(number)
    : Either.left(
      new CacheConfigError({ cache, option, value: printKey(value), accepted: "a whole number above 0" })
    )
}
