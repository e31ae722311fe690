/**
 * Any error that the parts of this library share.
 *
 * @since 1.0.0
 */
import {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
} from "./errors/CacheErrors.js"
import { type ErrorGuard, instanceOfAny } from "./errors/errorGuard.js"

/**
 * The errors that the parts of this library share: of a key, an entry or an option, whichever cache it is of. Each part has
 * a union of its own besides, with all that may come of it: `StoreError`, `ClientCacheError`, `S3CacheError`,
 * `TtlDictError`.
 *
 * @since 1.0.0
 * @category errors
 */
export type CacheError =
  | CacheConfigError
  | CacheExistsError
  | CacheKeyError
  | CacheNotFoundError
  | CacheReentryError
  | EntryTooLargeError

/**
 * Whether a value is an error that the parts of this library share, whatever it is.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { isCacheError, Store } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   const store = yield* Store.make<string, number>({ maxSize: 10 })
 *   return yield* store.get("a")
 * }).pipe(
 *   Effect.scoped,
 *   Effect.catchIf(isCacheError, (error) => Effect.succeed(error._tag))
 * )
 *
 * assert.equal(await Effect.runPromise(program), "CacheNotFoundError")
 * ```
 *
 * @since 1.0.0
 * @category guards
 */
export const isCacheError: ErrorGuard<CacheError> = instanceOfAny(
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
)
