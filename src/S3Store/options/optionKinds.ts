/**
 * Which options caches over two levels have, and their second levels.
 */
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { evictionPolicyNames } from "../../Cache/engine/policies/EvictionPolicy.js"
import { metricsKind } from "../../Cache/metrics/makeMeter.js"
import { costKind } from "../../Cache/options/costPolicy.js"
import { freshnessKinds } from "../../Cache/store/freshnessKinds.js"
import { tracingKind } from "../../Cache/tracing/Tracing.js"
import type { S3ObjectStoreOptions } from "../bucket/S3ObjectStoreOptions.js"
import { entryFormatKinds } from "../entry/EntryFormat.js"
import type { EntryOptions } from "./EntryPolicy.js"
import { keyspaceNoticeKind, noticeKind } from "./noticeKinds.js"
import type { RoomOptions } from "./RoomOptions.js"
import type {
  CircuitBreakerOptions,
  S3CacheClearOptions,
  S3CacheManyOptions,
  S3CacheMemoizeOptions,
  S3CacheOptions,
  S3CachePurgeOptions,
  S3CacheWarmOptions,
  S3CacheWriteOptions,
  WriteBehindOptions
} from "./S3CacheOptions.js"
import type { S3CacheRestoreOptions, S3CacheSnapshotOptions } from "./S3CacheSnapshots.js"
import { versionKind } from "./versionKind.js"

// A keyspace says by a schema which failures are remembered.
const withoutFailures = (({ failure: _, ...kinds }) => kinds)(freshnessKinds)

/** Of entries, which caches and keyspaces have in common. */
export const entryKinds: OptionKinds<EntryOptions> = {
  ...withoutFailures,
  timeToLive: "duration",
  failureTimeToLive: "duration",
  revalidateAfter: "duration",
  notice: keyspaceNoticeKind,
  onUnreadable: ["miss", "fail"],
  write: ["through", "behind"],
  coordination: ["none", "lease"],
  isolation: ["freeze", "copy", "none"]
}

/** Of room in memory. */
export const roomKinds: OptionKinds<RoomOptions> = {
  maxSize: "limit",
  maxBytes: "any",
  evictionPolicy: evictionPolicyNames
}

/** Of a cache. */
export const s3CacheKinds: OptionKinds<S3CacheOptions> = {
  name: "text",
  ...roomKinds,
  cost: costKind,
  loadTimeout: "durationAboveZero",
  saveTimeout: "durationAboveZero",
  circuitBreaker: "any",
  writeBehind: "any",
  gracePeriod: "duration",
  leaseTime: "durationAboveZero",
  leaseWait: "durationAboveZero",
  tagsAge: "durationAboveZero",
  verify: ["startup"],
  onTagsUnknown: ["serve", "miss"],
  tagsTrustedFor: "durationAboveZero",
  eventCapacity: "count",
  metrics: metricsKind,
  tracing: tracingKind,
  ...entryFormatKinds,
  ...entryKinds,
  notice: noticeKind
}

/** Of its circuit breaker. */
export const circuitBreakerKinds: OptionKinds<CircuitBreakerOptions> = {
  failures: "count",
  resetAfter: "durationAboveZero"
}

/** Of writes behind. */
export const writeBehindKinds: OptionKinds<WriteBehindOptions> = { capacity: "count", concurrency: "count" }

/** Of a bucket. */
export const s3StoreKinds: OptionKinds<S3ObjectStoreOptions> = {
  bucket: "text",
  keyPrefix: "text",
  requestTimeout: "durationAboveZero",
  maxObjectBytes: "any",
  conditionalWrites: ["auto", "required", "off"],
  conditionalDeletes: ["auto", "required", "off"],
  onAccessDenied: ["fail", "miss"],
  putOptions: "object",
  getOptions: "object",
  deleteOptions: "object",
  listOptions: "object"
}

/** Of a bucket that is reached by a client of the `ClientCache`. */
export const objectStoreS3Kinds: OptionKinds<S3ObjectStoreOptions & { readonly clientConfig?: object }> = {
  ...s3StoreKinds,
  clientConfig: "object"
}

/** Of a write. */
export const s3WriteKinds: OptionKinds<S3CacheWriteOptions> = { timeToLive: "anyDuration", tags: "texts" }

/** Of memoized functions. */
export const s3MemoizeKinds: OptionKinds<S3CacheMemoizeOptions<never, never>> = {
  timeToLive: "durationOrFunction",
  tags: "textsOrFunction"
}

/** Of what is done with many entries. */
export const s3ManyKinds: OptionKinds<S3CacheManyOptions> = { concurrency: "count" }

/** Of writing many entries. */
export const s3WriteManyKinds: OptionKinds<S3CacheManyOptions & S3CacheWriteOptions> = {
  ...s3ManyKinds,
  ...s3WriteKinds
}

/** Of clearing. */
export const s3ClearKinds: OptionKinds<S3CacheClearOptions> = {
  ...s3ManyKinds,
  onProgress: "function",
  folder: versionKind
}

/** Of purging. */
export const s3PurgeKinds: OptionKinds<S3CachePurgeOptions> = {
  ...s3ManyKinds,
  onProgress: "function",
  unreadable: "flag",
  verifyPayload: "flag"
}

/** Of writing memory to a file. */
export const s3SnapshotKinds: OptionKinds<S3CacheSnapshotOptions> = { timeout: "duration" }

/** Of bringing it back. */
export const s3RestoreKinds: OptionKinds<S3CacheRestoreOptions> = { ...s3SnapshotKinds, trust: "flag" }

/** Of filling memory. */
export const s3WarmKinds: OptionKinds<S3CacheWarmOptions> = {
  ...s3ManyKinds,
  onProgress: "function",
  limit: "count",
  newerThan: "durationAboveZero"
}
