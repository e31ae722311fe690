/**
 * Any error of a cache over two levels.
 *
 * @since 0.1.0
 */
import {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
} from "../Cache/errors/CacheErrors.js"
import { type ErrorGuard, instanceOfAny } from "../Cache/errors/errorGuard.js"
import { ClientBuildError } from "../ClientLayer/errors/ClientErrors.js"
import { CacheDecodeError, CacheEncodeError, ObjectStoreError } from "./objects/ObjectStoreErrors.js"

/**
 * What an `S3Cache` or an `ObjectStore` may fail or die with, besides what computations do.
 *
 * @since 0.1.0
 * @category errors
 */
export type S3CacheError =
  | CacheConfigError
  | CacheDecodeError
  | CacheEncodeError
  | CacheExistsError
  | CacheKeyError
  | CacheNotFoundError
  | CacheReentryError
  | ClientBuildError
  | EntryTooLargeError
  | ObjectStoreError

/**
 * Whether a value is an error of an `S3Cache` or an `ObjectStore`, whatever it is.
 *
 * @since 0.1.0
 * @category guards
 */
export const isS3CacheError: ErrorGuard<S3CacheError> = instanceOfAny(
  CacheConfigError,
  CacheDecodeError,
  CacheEncodeError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  ClientBuildError,
  EntryTooLargeError,
  ObjectStoreError
)
