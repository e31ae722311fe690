/**
 * The shared second level: results in a bucket, with a bounded memory level in front.
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
export type { ErrorGuard } from "../Cache/errorGuard.js"
export { ClientBuildError } from "../ClientLayer/ClientErrors.js"
export { S3CacheCheck, type S3CacheCheckStep } from "./checkStore.js"
export type { CodecName } from "./Codec.js"
export type { EncryptionKey, EncryptionOptions } from "./encryption.js"
export type { CompressionOptions, EntryFormatOptions } from "./EntryFormat.js"
export type { EntryOptions } from "./EntryPolicy.js"
export type { FileSystemObjectStoreOptions } from "./fileSystemObjectStore.js"
export { type AnyKey, CacheKey, Keyspace, type KeyspaceOptions } from "./Keyspace.js"
export type { KeyValueObjectStoreOptions } from "./keyValueObjectStore.js"
export { L2Store, type L2StoreS3Options } from "./L2Store.js"
export {
  ConditionalOutcome,
  type ListedObject,
  type LoadOptions,
  LoadOutcome,
  type ObjectStore,
  type RemoveOutcome,
  type StoredObject
} from "./ObjectStore.js"
export { S3Cache } from "./S3Cache.js"
export { isS3CacheError, type S3CacheError } from "./S3CacheError.js"
export type { S3CacheEvent } from "./S3CacheEvent.js"
export { S3CacheLive } from "./S3CacheLive.js"

/** @since 0.1.0 */
export * as S3CacheMetrics from "./S3CacheMetrics.js"

export type * from "./S3CacheOptions.js"
export type { ListedEntry, PruneProgress, S3CacheService, S3CacheStats, S3EntryInfo } from "./S3CacheService.js"

/** @since 0.1.0 */
export * as S3Persistence from "./S3Persistence.js"

export type { S3ObjectStoreOptions } from "./S3ObjectStoreOptions.js"
export * from "./S3StoreErrors.js"
