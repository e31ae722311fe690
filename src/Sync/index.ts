/**
 * The dictionary with a time to live for programs without Effect: nothing of Effect is loaded.
 *
 * @since 1.0.0
 */
export type { Settled, SettleOptions } from "../Cache/background/Settled.js"
export type { CacheStats } from "../Cache/common/CacheStats.js"
export type { EntryInfo } from "../Cache/common/EntryInfo.js"
export type { RemovalReason } from "../Cache/engine/RemovalReason.js"
export {
  CacheConfigError,
  CacheExistsError,
  CacheReentryError,
  EntryTooLargeError
} from "../Cache/errors/CacheErrors.js"
export * from "../Cache/memory/availableMemory.js"
export { type ByteSizeInput } from "../Cache/memory/parseByteSize.js"
export type {
  CheckedLimits as DictCheckedLimits,
  Entry as DictEntry,
  WriteOptions as DictWriteOptions
} from "../Ttl/dict/DictOptions.js"
export * from "../Ttl/fetch/FetchErrors.js"
export type { Load as DictLoad } from "../Ttl/fetch/Fetches.js"
export type { FetchOptions } from "../Ttl/fetch/FetchOptions.js"
export type { HeapWatch } from "../Ttl/memory/DictParts.js"
export { estimateBytes, sampleBytes } from "../Ttl/memory/estimateBytes.js"
export { type MemoryPressureOptions } from "../Ttl/memory/MemoryPressure.js"
export type { HeapReading } from "../Ttl/memory/readHeap.js"
export { estimate, sampled, serialized, type Weigher } from "../Ttl/memory/Weigher.js"
export type { RemovalQueueOptions } from "../Ttl/removals/RemovalQueueOptions.js"
export type { SyncDict } from "../Ttl/SyncDict.js"
export type { SyncDictOptions, SyncTtlDictStats } from "../Ttl/SyncDictOptions.js"
export * from "./memoryPressure.js"
export * from "./SyncTtlDict.js"
