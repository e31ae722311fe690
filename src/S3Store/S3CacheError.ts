/**
 * Any error of a cache over two levels.
 *
 * @since 1.0.0
 */
import { type CacheError, isCacheError } from "../Cache/CacheError.js"
import { type ErrorGuard, instanceOfAny } from "../Cache/errors/errorGuard.js"
import { ClientBuildError } from "../ClientLayer/errors/ClientErrors.js"
import { CacheSnapshotError } from "./objects/CacheSnapshotError.js"
import { CacheDecodeError, CacheEncodeError, ObjectStoreError } from "./objects/ObjectStoreErrors.js"

/**
 * What an `S3Cache` or an `ObjectStore` may fail or die with, besides what computations do.
 *
 * @since 1.0.0
 * @category errors
 */
export type S3CacheError =
  | CacheError
  | CacheDecodeError
  | CacheEncodeError
  | CacheSnapshotError
  | ClientBuildError
  | ObjectStoreError

/**
 * Whether a value is an error of an `S3Cache` or an `ObjectStore`, whatever it is.
 *
 * @since 1.0.0
 * @category guards
 */
export const isS3CacheError: ErrorGuard<S3CacheError> = <E>(error: E): error is E & S3CacheError =>
  isCacheError(error) || isOwn(error)

const isOwn = instanceOfAny(
  CacheDecodeError,
  CacheEncodeError,
  CacheSnapshotError,
  ClientBuildError,
  ObjectStoreError
)
