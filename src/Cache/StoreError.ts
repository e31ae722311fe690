/**
 * Any error of a store.
 *
 * @since 0.1.0
 */
import { BoundedMapError } from "./engine/BoundedMapOptions.js"
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
 * What a store, a leased store or a bounded map may fail with, throw or die with, besides what the functions do that it
 * was given.
 *
 * @since 0.1.0
 * @category errors
 */
export type StoreError =
  | BoundedMapError
  | CacheConfigError
  | CacheExistsError
  | CacheKeyError
  | CacheNotFoundError
  | CacheReentryError
  | EntryTooLargeError

/**
 * Whether a value is an error of a store, whatever it is.
 *
 * @since 0.1.0
 * @category guards
 */
export const isStoreError: ErrorGuard<StoreError> = instanceOfAny(
  BoundedMapError,
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
)
