/**
 * A RAM-bounded dictionary with a time to live, for functions-as-a-service.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export type { Settled, SettleOptions } from "../Cache/background/Settled.js"
export type { CacheStats } from "../Cache/common/CacheStats.js"
export type { EntryInfo } from "../Cache/common/EntryInfo.js"
export type { RemovalReason } from "../Cache/engine/RemovalReason.js"
export {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
} from "../Cache/errors/CacheErrors.js"
export type { ErrorGuard } from "../Cache/errors/errorGuard.js"
export type { StoreEvent } from "../Cache/events/StoreEvent.js"
export type { FreshnessOptions } from "../Cache/store/FreshnessOptions.js"
export * from "./dict/CacheValueError.js"
export type { Dict, DictVerbs } from "./dict/Dict.js"
export type {
  CheckedLimits as DictCheckedLimits,
  Entry as DictEntry,
  Limits as DictLimits,
  Options as DictOptions,
  SharedOptions as DictSharedOptions,
  WriteOptions as DictWriteOptions
} from "./dict/DictOptions.js"
export type { ServiceClass as DictServiceClass, ServiceOptions as DictServiceOptions } from "./dict/DictService.js"
export type { Stats as DictStats } from "./dict/DictSteps.js"
export * from "./fetch/FetchErrors.js"
export type { Load as DictLoad } from "./fetch/Fetches.js"
export type { FetchOptions } from "./fetch/FetchOptions.js"
export { estimateBytes, sampleBytes } from "./memory/estimateBytes.js"
export type { MemoryPressureOptions } from "./memory/MemoryPressure.js"
export * from "./memory/readHeap.js"
export type { Weigher, WeigherInput } from "./memory/Weigher.js"
export type { RemovalQueueOptions } from "./removals/RemovalQueueOptions.js"
export { DictSnapshotError, type DictSnapshotReason } from "./snapshot/DictSnapshotError.js"
export type { SyncDict } from "./SyncDict.js"
export type { SyncDictOptions, SyncTtlDictStats } from "./SyncDictOptions.js"
export * from "./SyncTtlDict.js"
export * from "./TtlDict.js"
export { isTtlDictError, type TtlDictError } from "./TtlDictError.js"

/** @since 1.0.0 */
export * as ByteSize from "../Cache/memory/ByteSize.js"

/** @since 1.0.0 */
export * as DictSnapshot from "./snapshot/DictSnapshot.js"
