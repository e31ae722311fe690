/**
 * Any error of a store.
 *
 * @since 1.0.0
 */
import { type CacheError, isCacheError } from "./CacheError.js"
import { BoundedMapError } from "./engine/BoundedMapOptions.js"
import type { ErrorGuard } from "./errors/errorGuard.js"

/**
 * What a store, a leased store or a bounded map may fail with, throw or die with, besides what the functions do that it
 * was given.
 *
 * @since 1.0.0
 * @category errors
 */
export type StoreError = CacheError | BoundedMapError

/**
 * Whether a value is an error of a store, whatever it is.
 *
 * @since 1.0.0
 * @category guards
 */
export const isStoreError: ErrorGuard<StoreError> = <E>(error: E): error is E & StoreError =>
  error instanceof BoundedMapError || isCacheError(error)
