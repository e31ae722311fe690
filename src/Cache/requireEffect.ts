/**
 * Functions of the user's that return Effects.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { CacheConfigError } from "./CacheErrors.js"
import { onRejection } from "./engine/onRejection.js"
import { printKey } from "./printKey.js"

/**
 * What a function of the user's returned. If it is no Effect, as of an `async` function in JavaScript, it dies with
 * `CacheConfigError`; what a promise is rejected with ends there, and does not end the process.
 *
 * @param cache the name of the cache, for messages
 * @param option the option that is the function
 * @since 0.1.0
 * @category combinators
 */
export const requireEffect = <A, E, R>(
  cache: string,
  option: string,
  returned: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  if (Effect.isEffect(returned)) return returned
  const value = onRejection(returned, () => {})
    ? "one that returns a promise"
    : `one that returns ${printKey(returned)}`
  const accepted = "a function that returns an Effect: wrap promises in Effect.tryPromise"
  return Effect.die(new CacheConfigError({ cache, option, value, accepted }))
}
