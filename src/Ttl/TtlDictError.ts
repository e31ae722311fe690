/**
 * Any error of a dictionary.
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
import { ByteSizeError } from "../Cache/memory/ByteSize.js"
import { CacheValueError } from "./dict/CacheValueError.js"
import { LoadTimeoutError, TooManyLoadsError } from "./fetch/FetchErrors.js"
import { DictSnapshotError } from "./snapshot/DictSnapshot.js"

/**
 * What a `TtlDict`, a `SyncTtlDict` or a snapshot of one may fail with, throw or die with, besides what computations do.
 *
 * @since 0.1.0
 * @category errors
 */
export type TtlDictError =
  | ByteSizeError
  | CacheConfigError
  | CacheExistsError
  | CacheKeyError
  | CacheNotFoundError
  | CacheReentryError
  | CacheValueError
  | DictSnapshotError
  | EntryTooLargeError
  | LoadTimeoutError
  | TooManyLoadsError

/**
 * Whether a value is an error of a dictionary, whatever it is.
 *
 * @since 0.1.0
 * @category guards
 */
export const isTtlDictError: ErrorGuard<TtlDictError> = instanceOfAny(
  ByteSizeError,
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  CacheValueError,
  DictSnapshotError,
  EntryTooLargeError,
  LoadTimeoutError,
  TooManyLoadsError
)
