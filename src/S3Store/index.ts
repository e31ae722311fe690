/**
 * The shared second level: results in a bucket, with a bounded memory level in front.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export type { Settled, SettleOptions } from "../Cache/background/Settled.js"
export {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
} from "../Cache/errors/CacheErrors.js"
export type { ErrorGuard } from "../Cache/errors/errorGuard.js"
export { LoadFailure, loadFailure } from "../Cache/store/getManyOrCompute.js"
export { ClientBuildError, type ClientBuildReason } from "../ClientLayer/errors/ClientErrors.js"
export type { CodecName } from "./entry/Codec.js"
export type { EncryptionKey, EncryptionOptions } from "./entry/encryption.js"
export type { CompressionOptions, EntryFormatOptions } from "./entry/EntryFormat.js"
export { S3CacheCheck, type S3CacheCheckStep } from "./guard/checkStore.js"
export type { S3CacheEvent } from "./guard/S3CacheEvent.js"
export { type AnyKey, CacheKey, Keyspace, type KeyspaceOptions, type OnStoreError } from "./keyspace/Keyspace.js"
export type {
  ObjectStoreBySize,
  ObjectStoreBySizePolicy,
  RemovedOrphans,
  RemoveOrphansOptions
} from "./levels/ObjectStoreBySizePolicy.js"
export type { ObjectStoreChainPolicy } from "./levels/ObjectStoreChainPolicy.js"
export type { S3NotificationsOptions, S3NotificationsOwnQueue } from "./notifications/S3NotificationsOptions.js"
export type { S3NotificationsService } from "./notifications/S3NotificationsService.js"
export type { S3NotificationsStats } from "./notifications/S3NotificationsStats.js"
export type { FileSystemObjectStoreOptions } from "./objects/fileSystemObjectStore.js"
export type { KeyValueObjectStoreOptions } from "./objects/keyValueObjectStore.js"
export {
  ConditionalOutcome,
  type ListedObject,
  type LoadOptions,
  LoadOutcome,
  type ObjectStorePart,
  type ObjectStoreParts,
  type RemoveOutcome,
  type StoredObject
} from "./objects/ObjectStore.js"
export type { EntryOptions } from "./options/EntryPolicy.js"
export type { Isolation } from "./options/isolation.js"
export { S3Cache } from "./S3Cache.js"
export { isS3CacheError, type S3CacheError } from "./S3CacheError.js"
export { S3CacheLive } from "./S3CacheLive.js"
export { S3Notifications } from "./S3Notifications.js"
export {
  ObjectStore,
  type ObjectStoreBySizeLayerOptions,
  type ObjectStoreBySizeOptions,
  type ObjectStoreChainLayerOptions,
  type ObjectStoreChainOptions,
  type ObjectStoreDynamoDBOptions,
  type ObjectStoreS3Options,
  type ObjectStoreTag
} from "./service/ObjectStoreTag.js"
export type { S3CacheLayers, S3CacheServiceClass } from "./service/S3CacheServiceClass.js"
export type { DynamoDBObjectStoreOptions } from "./table/DynamoDBObjectStoreOptions.js"

export type { RoomOptions } from "./options/RoomOptions.js"
export type * from "./options/S3CacheOptions.js"
export type { S3CacheProgress, S3CacheWarmed, S3CacheWarmProgress } from "./options/S3CacheProgress.js"
export type * from "./options/S3CacheSnapshots.js"
export type { S3CacheRoomStats, S3CacheStats } from "./options/S3CacheStats.js"
export type { ListedEntry, S3EntryInfo } from "./verbs/S3CacheEntries.js"
export type { S3CacheService, S3CacheVerbs } from "./verbs/S3CacheVerbs.js"
export type { PreviousVersion, PreviousVersionOptions } from "./versions/PreviousVersion.js"

/** @since 1.0.0 */
export * as S3Persistence from "./S3Persistence.js"

export type { S3ObjectStoreOptions } from "./bucket/S3ObjectStoreOptions.js"
export * from "./objects/CacheSnapshotError.js"
export * from "./objects/ObjectStoreErrors.js"
