/**
 * Saying that an option cannot be accepted.
 */
import { keyText } from "../printing/keyText.js"
import { CacheConfigError } from "./CacheErrors.js"

/**
 * The error for an option that cannot be accepted, with its value.
 *
 * @param cache for messages
 * @param accepted what would be: see `acceptedAs` for what several options have in common
 */
export const configError = (
  cache: string,
  option: string,
  value: unknown,
  accepted: string,
  cause?: unknown
): CacheConfigError =>
  new CacheConfigError({ cache, option, value: keyText(value), accepted, ...(cause === undefined ? {} : { cause }) })
