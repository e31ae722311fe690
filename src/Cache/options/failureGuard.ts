/**
 * Guards of the user's for failures that callers share.
 */
import { handleRejection } from "../engine/handleRejection.js"
import { describeType } from "../engine/options/describeType.js"
import { CacheConfigError } from "../errors/CacheErrors.js"

/**
 * A guard that throws `CacheConfigError` for an answer that is neither true nor false; without one, nothing is accepted.
 *
 * @param cache the name of the cache, for messages
 */
export const failureGuard =
  <F>(cache: string, guard: ((error: unknown) => error is F) | undefined) => (error: unknown): error is F => {
    if (guard === undefined) return false
    const answer: unknown = guard(error)
    if (typeof answer === "boolean") return answer
    const value = `one that returns ${handleRejection(answer, () => {}) ? "a promise" : describeType(answer)}`
    throw new CacheConfigError({ cache, option: "failure", value, accepted: "a function that returns true or false" })
  }
