/**
 * Effects that come from the user.
 */
import * as Effect from "effect/Effect"
import { handleRejection } from "../engine/handleRejection.js"
import { wrongOptionTexts } from "../engine/options/wrongOptionTexts.js"
import { CacheConfigError } from "../errors/CacheErrors.js"
import { printKey } from "../printing/printKey.js"

/**
 * What is an Effect by its type. If it is none, as what an `async` function in JavaScript returns, it dies with
 * `CacheConfigError`; what a promise is rejected with ends there, and does not end the process.
 *
 * @param cache the name of the cache, for messages
 * @param option what it is, or what it is returned by
 */
export const requireEffect = <A, E, R>(
  cache: string,
  option: string,
  given: Effect.Effect<A, E, R>,
  isReturned = true
): Effect.Effect<A, E, R> => {
  if (Effect.isEffect(given)) return given
  const printed = handleRejection(given, () => {}) ? "a promise" : printKey(given)
  const value = isReturned ? `one that returns ${printed}` : printed
  const accepted = `${isReturned ? wrongOptionTexts.compute : "an Effect"}: wrap promises in Effect.tryPromise`
  return Effect.die(new CacheConfigError({ cache, option, value, accepted }))
}
