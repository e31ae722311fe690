/**
 * Limits of bytes as options.
 */
import * as Either from "../../effect/plainEither.js"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import { configError } from "../errors/configError.js"
import { accepted, type ByteSizeInput, parseByteSize } from "./parseByteSize.js"

/**
 * Checks a limit of bytes, which may be `Infinity`; right, in whole bytes.
 *
 * @param cache the name of the cache, for messages
 * @param total what 100 % stands for, in bytes; `undefined` where nobody knows
 */
export const checkByteLimit = (
  cache: string,
  option: string,
  input: ByteSizeInput,
  total: number | undefined
): Either.Either<number, CacheConfigError> =>
  input === Number.POSITIVE_INFINITY
    ? Either.right(input)
    : Either.mapLeft(
      parseByteSize(input, total),
      (cause) => configError(cache, option, input, `${accepted}, or Infinity (${cause.detail})`, cause)
    )

/**
 * Checks a limit of bytes that there must be; right, in whole bytes.
 *
 * @param cache the name of the cache, for messages
 * @param total what 100 % stands for, in bytes; `undefined` where nobody knows
 */
export const checkFiniteByteLimit = (
  cache: string,
  option: string,
  input: ByteSizeInput,
  total: number | undefined
): Either.Either<number, CacheConfigError> =>
  Either.mapLeft(
    parseByteSize(input, total),
    (cause) => configError(cache, option, input, `${accepted} (${cause.detail})`, cause)
  )
