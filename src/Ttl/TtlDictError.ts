/**
 * Any error of a dictionary.
 *
 * @since 1.0.0
 */
import { type CacheError, isCacheError } from "../Cache/CacheError.js"
import { type ErrorGuard, instanceOfAny } from "../Cache/errors/errorGuard.js"
import { ByteSizeError } from "../Cache/memory/parseByteSize.js"
import { CacheValueError } from "./dict/CacheValueError.js"
import { LoadTimeoutError, TooManyLoadsError } from "./fetch/FetchErrors.js"
import { DictSnapshotError } from "./snapshot/DictSnapshotError.js"

/**
 * What a `TtlDict`, a `SyncTtlDict` or a snapshot of one may fail with, throw or die with, besides what computations do.
 *
 * @since 1.0.0
 * @category errors
 */
export type TtlDictError =
  | CacheError
  | ByteSizeError
  | CacheValueError
  | DictSnapshotError
  | LoadTimeoutError
  | TooManyLoadsError

/**
 * Whether a value is an error of a dictionary, whatever it is.
 *
 * @since 1.0.0
 * @category guards
 */
export const isTtlDictError: ErrorGuard<TtlDictError> = <E>(error: E): error is E & TtlDictError =>
  isCacheError(error) || isOwn(error)

const isOwn = instanceOfAny(
  ByteSizeError,
  CacheValueError,
  DictSnapshotError,
  LoadTimeoutError,
  TooManyLoadsError
)
