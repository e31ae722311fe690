/**
 * What an `S3Cache` is asked, told and made with.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { CacheExistsError, CacheNotFoundError, EntryTooLargeError } from "../Cache/CacheErrors.js"
import type { CacheKey, Keyspace } from "./Keyspace.js"
import type { CacheEncodeError, S3StoreError } from "./S3StoreErrors.js"

/**
 * How an `S3Cache` is made.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3CacheOptions {
  /** The name in errors, spans and logs. Default `"S3Cache"`. */
  readonly name?: string | undefined
  /**
   * The most entries in the memory level, a whole number or `Infinity`; `0` keeps none in memory. The least recently
   * used leave first; they stay in the bucket. Default 1,000.
   */
  readonly maxSize?: number | undefined
  /** How long entries live whose keyspace does not say. Zero: they are not stored. Default: for ever. */
  readonly timeToLive?: Duration.DurationInput | undefined
}

/**
 * What a single write may decide for itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3CacheWriteOptions {
  /** How long this entry lives, instead of the time to live of its keyspace or cache. */
  readonly timeToLive?: Duration.DurationInput | undefined
}

/**
 * What an `S3Cache` has counted since it was made.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3CacheStats {
  /** Lookups the memory level answered. */
  readonly memoryHits: number
  /** Loads from the second level that found a live entry. */
  readonly storeHits: number
  /** Loads from the second level that did not. */
  readonly storeMisses: number
  /** Memoized functions called. */
  readonly computations: number
  /** Entries written to the second level. */
  readonly writes: number
  /** Requests to the second level that failed, computations that fell through included. */
  readonly storeErrors: number
  /** Objects taken for a miss because they were damaged, foreign, or did not fit the schema. */
  readonly unreadable: number
  /** Expired objects found, and removed from the second level. */
  readonly expired: number
  /** Entries in the memory level now. */
  readonly memorySize: number
}

/**
 * An `S3Cache`: a bounded memory level over a second level that processes share. See the statics of `S3Cache`.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3CacheService {
  readonly get: <K, V>(key: CacheKey<K, V>) => Effect.Effect<V, CacheNotFoundError | S3StoreError>
  readonly getOption: <K, V>(key: CacheKey<K, V>) => Effect.Effect<Option.Option<V>, S3StoreError>
  readonly set: <K, V>(
    key: CacheKey<K, V>,
    value: V,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<void, CacheEncodeError | EntryTooLargeError | S3StoreError>
  readonly add: <K, V>(
    key: CacheKey<K, V>,
    value: V,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<void, CacheEncodeError | CacheExistsError | EntryTooLargeError | S3StoreError>
  readonly remove: <K, V>(key: CacheKey<K, V>) => Effect.Effect<void, CacheNotFoundError | S3StoreError>
  readonly memoize: <K, V, E, R>(
    keyspace: Keyspace<K, V>,
    compute: (key: K) => Effect.Effect<V, E, R>
  ) => Effect.Effect<(key: K) => Effect.Effect<V, E>, never, R>
  readonly stats: Effect.Effect<S3CacheStats>
}
