/**
 * Saying that an option cannot be accepted.
 *
 * @since 0.1.0
 */
import { keyText } from "../printing/keyText.js"
import { CacheConfigError } from "./CacheErrors.js"

/**
 * The error for an option that cannot be accepted, with its value.
 *
 * @param cache for messages
 * @param accepted what would be: see `acceptedAs` for what several options have in common
 * @since 0.1.0
 * @category constructors
 */
export const configError = (
  cache: string,
  option: string,
  value: unknown,
  accepted: string,
  cause?: unknown
): CacheConfigError =>
  new CacheConfigError({ cache, option, value: keyText(value), accepted, ...(cause === undefined ? {} : { cause }) })
