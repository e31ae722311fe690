/**
 * What is done about a key that is none: verbs die of it, layers fail with it.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { firstDefect } from "../../effect/outcomes.js"

/** The key, or a defect: what makes no key is a mistake of the program. */
export const keyOrDie = <A>(key: Either.Either<A, CacheKeyError>): Effect.Effect<A> =>
  Either.isRight(key) ? Effect.succeed(key.right) : Effect.die(key.left)

/**
 * Dies of what is no key.
 *
 * @param cache the name of the cache
 * @param kind the class of its keys
 */
export const dieOfNoKey = (cache: string, key: unknown, kind: string): Effect.Effect<never> =>
  Effect.die(
    new CacheKeyError({ cache, field: "key", value: printKey(key), accepted: `a ${kind}, made by ${kind}.make` })
  )

/**
 * A bad key as a failure, for layers: there a configuration is an option, which may come from outside, and the program
 * has not started yet.
 */
export const failOfBadKey = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | CacheKeyError, R> =>
  Effect.catchAllCause(self, (cause): Effect.Effect<never, E | CacheKeyError> => {
    const defect = firstDefect(cause)
    return defect instanceof CacheKeyError ? Effect.fail(defect) : Effect.failCause(cause)
  })
