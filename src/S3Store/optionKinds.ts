/**
 * Which options caches over two levels have, and their second levels.
 *
 * @since 0.1.0
 */
import type { OptionKinds } from "../Cache/engine/optionKinds.js"
import type { EntryOptions } from "./EntryPolicy.js"
import type { FileSystemObjectStoreOptions } from "./fileSystemObjectStore.js"
import type {
  CircuitBreakerOptions,
  S3CacheManyOptions,
  S3CacheMemoizeOptions,
  S3CacheOptions,
  S3CachePruneOptions,
  S3CacheWriteOptions,
  WriteBehindOptions
} from "./S3CacheOptions.js"
import type { S3ObjectStoreOptions } from "./S3ObjectStoreOptions.js"

/**
 * Of entries, which caches and keyspaces have in common.
 *
 * @since 0.1.0
 * @category validation
 */
export const entryKinds: OptionKinds<EntryOptions> = {
  timeToLive: "any",
  failureTimeToLive: "any",
  jitter: "any",
  refreshAhead: "any",
  staleWhileRevalidate: "any",
  staleIfError: "any",
  revalidateAfter: "any",
  onUnreadable: "any",
  write: "any",
  coordination: "any",
  isolation: "any"
}

/**
 * Of a cache.
 *
 * @since 0.1.0
 * @category validation
 */
export const s3CacheKinds: OptionKinds<S3CacheOptions> = {
  name: "text",
  maxSize: "any",
  maxBytes: "any",
  evictionPolicy: "any",
  loadTimeout: "any",
  saveTimeout: "any",
  circuitBreaker: "any",
  writeBehind: "any",
  leaseTime: "any",
  leaseWait: "any",
  tagsAge: "any",
  verify: "any",
  onTagsUnknown: "any",
  tagsTrustedFor: "any",
  eventCapacity: "any",
  metrics: "flag",
  compression: "object",
  encryption: "object",
  maxEntrySize: "any",
  ...entryKinds
}

/**
 * Of its circuit breaker.
 *
 * @since 0.1.0
 * @category validation
 */
export const circuitBreakerKinds: OptionKinds<CircuitBreakerOptions> = { failures: "any", resetAfter: "any" }

/**
 * Of writes behind.
 *
 * @since 0.1.0
 * @category validation
 */
export const writeBehindKinds: OptionKinds<WriteBehindOptions> = { capacity: "any", concurrency: "any" }

/**
 * Of a bucket.
 *
 * @since 0.1.0
 * @category validation
 */
export const s3StoreKinds: OptionKinds<S3ObjectStoreOptions> = {
  bucket: "text",
  keyPrefix: "text",
  requestTimeout: "any",
  maxObjectSize: "any",
  conditionalWrites: "any",
  conditionalDeletes: "any",
  onAccessDenied: "any",
  putOptions: "object",
  getOptions: "object",
  deleteOptions: "object",
  listOptions: "object"
}

/**
 * Of a bucket that is reached by a client of the `ClientCache`.
 *
 * @since 0.1.0
 * @category validation
 */
export const l2StoreS3Kinds: OptionKinds<S3ObjectStoreOptions & { readonly clientConfig?: object }> = {
  ...s3StoreKinds,
  clientConfig: "object"
}

/**
 * Of a folder.
 *
 * @since 0.1.0
 * @category validation
 */
export const fileSystemKinds: OptionKinds<FileSystemObjectStoreOptions> = { directory: "text", maxObjectSize: "any" }

/**
 * Of a write.
 *
 * @since 0.1.0
 * @category validation
 */
export const s3WriteKinds: OptionKinds<S3CacheWriteOptions> = { timeToLive: "any", tags: "any" }

/**
 * Of memoized functions.
 *
 * @since 0.1.0
 * @category validation
 */
export const s3MemoizeKinds: OptionKinds<S3CacheMemoizeOptions<never, never>> = { timeToLive: "any", tags: "any" }

/**
 * Of what is done with many entries.
 *
 * @since 0.1.0
 * @category validation
 */
export const s3ManyKinds: OptionKinds<S3CacheManyOptions> = { concurrency: "any" }

/**
 * Of writing many entries.
 *
 * @since 0.1.0
 * @category validation
 */
export const s3WriteManyKinds: OptionKinds<S3CacheManyOptions & S3CacheWriteOptions> = {
  ...s3ManyKinds,
  ...s3WriteKinds
}

/**
 * Of pruning.
 *
 * @since 0.1.0
 * @category validation
 */
export const s3PruneKinds: OptionKinds<S3CachePruneOptions> = {
  ...s3ManyKinds,
  unreadable: "flag",
  verifyPayload: "flag"
}
