/**
 * The dictionary with a time to live for programs without Effect: nothing of Effect is loaded.
 *
 * @since 0.1.0
 */
export { CacheConfigError, CacheExistsError, CacheReentryError, EntryTooLargeError } from "../Cache/CacheErrors.js"
export type { RemovalReason } from "../Cache/engine/RemovalReason.js"
export type { EntryInfo } from "../Cache/EntryInfo.js"
export type {
  CheckedLimits as DictCheckedLimits,
  Entry as DictEntry,
  WriteOptions as DictWriteOptions
} from "../Ttl/DictOptions.js"
export type { HeapWatch } from "../Ttl/DictParts.js"
export { estimateBytes, sampleBytes } from "../Ttl/estimateBytes.js"
export * from "../Ttl/FetchErrors.js"
export type { Load as DictLoad } from "../Ttl/Fetches.js"
export type { FetchOptions } from "../Ttl/FetchOptions.js"
export { type MemoryPressureOptions } from "../Ttl/MemoryPressure.js"
export { type ByteSizeInput } from "../Ttl/parseByteSize.js"
export type { HeapReading } from "../Ttl/readHeap.js"
export type { RemovalQueueOptions } from "../Ttl/RemovalQueueOptions.js"
export type { SyncDict } from "../Ttl/SyncDict.js"
export type { SyncDictOptions, SyncTtlDictStats } from "../Ttl/SyncDictOptions.js"
export { entryOverhead, estimate, sampled, serialized, type Weigher } from "../Ttl/Weigher.js"
export * from "./availableMemory.js"
export * from "./memoryPressure.js"
export * from "./SyncTtlDict.js"
