/**
 * What predicates of the user's return.
 */
import { handleRejection } from "../engine/handleRejection.js"
import { CacheConfigError } from "../errors/CacheErrors.js"
import { keyText } from "../printing/keyText.js"

/**
 * What a predicate has returned. Throws `CacheConfigError` for anything but a boolean, such as what an `async` function
 * returns; what a promise is rejected with ends there, and does not end the process.
 *
 * @param cache for messages
 * @param option what the predicate is called
 */
export const requireBoolean = (cache: string, option: string, given: unknown): boolean => {
  if (typeof given === "boolean") return given
  const value = `one that returns ${handleRejection(given, () => {}) ? "a promise" : keyText(given)}`
  throw new CacheConfigError({ cache, option, value, accepted: "a function that returns true or false" })
}
