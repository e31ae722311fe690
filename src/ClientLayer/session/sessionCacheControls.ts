/**
 * Which cache of a session a call uses, and its limit.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { SessionCacheControls, SessionPolicy } from "./SessionOptions.js"

/**
 * The cache that a call is meant for, with the limit that it asks for. Where one is asked for, the key that is asked for
 * does not leave for it.
 *
 * Fails as the key does; then nothing has changed.
 *
 * @param key what is asked for; looked at only if there is a limit
 */
export const chosenCache = <K, Cache extends ResizableCache<K>, E>(
  caches: Readonly<Record<SessionPolicy, Cache>>,
  controls: SessionCacheControls | undefined,
  fallback: SessionPolicy,
  key: Effect.Effect<K, E>
): Effect.Effect<Cache, E | CacheConfigError> =>
  Effect.suspend(() => {
    const cache = caches[controls?.evictionPolicy ?? fallback]
    const maxSize = controls?.maxSize
    if (maxSize === undefined) return Effect.succeed(cache)
    return Effect.as(Effect.flatMap(key, (key) => resizeAround(cache, key, maxSize)), cache)
  })

/** What is needed of a cache to change its limit. */
export interface ResizableCache<in out K> {
  readonly keys: Effect.Effect<ReadonlyArray<K>>
  readonly invalidate: (key: K) => Effect.Effect<void>
  readonly resize: (limits: { readonly maxSize: number }) => Effect.Effect<void, CacheConfigError>
}

// Only a limit of 0 makes the key leave too.
const resizeAround = <K>(cache: ResizableCache<K>, key: K, maxSize: number): Effect.Effect<void, CacheConfigError> =>
  Effect.flatMap(cache.keys, (keys) => {
    const excess = keys.length - maxSize
    const place = keys.findIndex((other) => Equal.equals(other, key))
    if (maxSize === 0 || place === -1 || place >= excess) return cache.resize({ maxSize })
    // Those that would leave before it, then those that leave instead of it.
    const others = keys.slice(place + 1, excess + 1)
    return cache.resize({ maxSize: keys.length - place }).pipe(
      Effect.zipRight(Effect.forEach(others, (other) => cache.invalidate(other), { discard: true })),
      Effect.zipRight(cache.resize({ maxSize }))
    )
  })
