/**
 * A RAM-bounded dictionary with a time to live, for functions-as-a-service.
 *
 * @since 0.1.0
 */
export {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
} from "../Cache/CacheErrors.js"
export type { RemovalReason } from "../Cache/engine/RemovalReason.js"
export type { EntryInfo } from "../Cache/EntryInfo.js"
export type { ErrorGuard } from "../Cache/errorGuard.js"
export type { FreshnessOptions } from "../Cache/Freshness.js"
export type { StoreEvent } from "../Cache/StoreEvent.js"
export * from "./CacheValueError.js"
export type { Dict } from "./Dict.js"
export type { Accessors as DictAccessors } from "./DictAccessors.js"
export type {
  CheckedLimits as DictCheckedLimits,
  Entry as DictEntry,
  Limits as DictLimits,
  Options as DictOptions,
  SharedOptions as DictSharedOptions,
  WriteOptions as DictWriteOptions
} from "./DictOptions.js"
export type {
  SchemaErrors as DictSchemaErrors,
  ServiceClass as DictServiceClass,
  ServiceOptions as DictServiceOptions
} from "./DictService.js"
export { DictSnapshotError } from "./DictSnapshot.js"
export type { Stats as DictStats } from "./DictSteps.js"
export { estimateBytes, sampleBytes } from "./estimateBytes.js"
export * from "./FetchErrors.js"
export type { Load as DictLoad } from "./Fetches.js"
export type { FetchOptions } from "./FetchOptions.js"
export type { MemoryPressureOptions } from "./MemoryPressure.js"
export * from "./readHeap.js"
export type { RemovalQueueOptions } from "./RemovalQueueOptions.js"
export type { SyncDict } from "./SyncDict.js"
export type { SyncDictOptions, SyncTtlDictStats } from "./SyncDictOptions.js"
export * from "./SyncTtlDict.js"
export * from "./TtlDict.js"
export { isTtlDictError, type TtlDictError } from "./TtlDictError.js"
export { entryOverhead, type Weigher, type WeigherInput } from "./Weigher.js"

/** @since 0.1.0 */
export * as ByteSize from "./ByteSize.js"

/** @since 0.1.0 */
export * as DictSnapshot from "./DictSnapshot.js"
