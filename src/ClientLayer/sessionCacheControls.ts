/**
 * Which cache of a session a call uses, and its limit.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import { CacheConfigError, type CacheNotFoundError } from "../Cache/CacheErrors.js"
import { printKey } from "../Cache/printKey.js"
import type { SessionCacheControls, SessionPolicy } from "./SessionService.js"

/**
 * An eviction policy of a session. Fails with `CacheConfigError` for anything else.
 *
 * @param session the name of the session, for errors
 * @since 0.1.0
 * @category validation
 */
export const sessionPolicy = (
  session: string,
  controls: SessionCacheControls | undefined,
  fallback: SessionPolicy
): Effect.Effect<SessionPolicy, CacheConfigError> => {
  const policy: unknown = controls?.evictionPolicy ?? fallback
  return policy === "LRU" || policy === "LFU"
    ? Effect.succeed(policy)
    : Effect.fail(
      new CacheConfigError({
        cache: session,
        option: "evictionPolicy",
        value: printKey(policy),
        accepted: "\"LRU\" or \"LFU\""
      })
    )
}

/**
 * Checks the limit that a call asks for. Fails with `CacheConfigError` for what is none.
 *
 * @param session the name of the session, for errors
 * @since 0.1.0
 * @category validation
 */
export const checkedSize = (session: string, maxSize: number | undefined): Effect.Effect<void, CacheConfigError> =>
  maxSize === undefined || maxSize === Number.POSITIVE_INFINITY || (Number.isSafeInteger(maxSize) && maxSize >= 0)
    ? Effect.void
    : Effect.fail(
      new CacheConfigError({
        cache: session,
        option: "maxSize",
        value: printKey(maxSize),
        accepted: "a whole number of entries, 0 or more, or Infinity"
      })
    )

/**
 * Changes the limit of a cache, while one key is asked for: if it is there it stays, and another entry leaves in its
 * place. Only a limit of 0 makes it leave too.
 *
 * @since 0.1.0
 * @category combinators
 */
export const resizeAround = <K, R extends K>(
  cache: {
    readonly keys: Effect.Effect<ReadonlyArray<K>>
    readonly remove: (key: K) => Effect.Effect<void, CacheNotFoundError>
    readonly resize: (maxSize: number) => Effect.Effect<void, CacheConfigError>
  },
  key: R,
  maxSize: number
): Effect.Effect<void, CacheConfigError> =>
  Effect.flatMap(cache.keys, (keys) => {
    const excess = keys.length - maxSize
    const place = keys.findIndex((other) => Equal.equals(other, key))
    if (maxSize === 0 || place === -1 || place >= excess) return cache.resize(maxSize)
    // Those that would leave before it, then those that leave instead of it.
    return cache.resize(keys.length - place).pipe(
      Effect.zipRight(
        Effect.forEach(keys.slice(place + 1, excess + 1), (key) => Effect.ignore(cache.remove(key)), { discard: true })
      ),
      Effect.zipRight(cache.resize(maxSize))
    )
  })
