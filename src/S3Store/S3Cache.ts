/**
 * A cache of two levels: memory, over a bucket that processes and machines share.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  EntryTooLargeError
} from "../Cache/CacheErrors.js"
import { type ClientCache, ClientCacheLive } from "../ClientLayer/ClientCache.js"
import type { ClientBuildError } from "../ClientLayer/ClientErrors.js"
import type { CacheKey, Keyspace } from "./Keyspace.js"
import { L2Store, type L2StoreS3Options } from "./L2Store.js"
import { makeS3CacheService } from "./makeS3CacheService.js"
import type { S3CacheOptions, S3CacheService, S3CacheStats, S3CacheWriteOptions } from "./S3CacheService.js"
import type { CacheEncodeError, S3StoreError } from "./S3StoreErrors.js"

/**
 * A bounded memory level over a second level that processes share, such as a bucket. Entries are typed by their
 * `Keyspace`.
 *
 * A read looks into memory, then into the second level, from where it refills memory for as long as the entry still
 * has to live. A write goes through to the second level before it returns. All who want one key at a time share one
 * load, and one computation. Values in memory are shared: treat them as immutable.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
 *
 * const Users = Keyspace.make("directory/users", {
 *   key: Schema.Struct({ team: Schema.String }),
 *   value: Schema.Array(Schema.String),
 *   timeToLive: "1 hour"
 * })
 *
 * const program = Effect.gen(function*() {
 *   yield* S3Cache.set(Users.key({ team: "core" }), ["Ada", "Grace"])
 *   const users = yield* S3Cache.get(Users.key({ team: "core" }))
 *   return users.length
 * }).pipe(Effect.provide(S3Cache.layerMemory()))
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class S3Cache extends Context.Tag("effect-aws-cache/S3Cache")<S3Cache, S3CacheService>() {
  /**
   * The value under a key. Fails with `CacheNotFoundError` when there is none in either level, and with `S3StoreError`
   * when the second level could not be asked.
   *
   * @since 0.1.0
   */
  static readonly get = <K, V>(
    key: CacheKey<K, V>
  ): Effect.Effect<V, CacheNotFoundError | S3StoreError, S3Cache> => Effect.flatMap(S3Cache, (cache) => cache.get(key))

  /**
   * The value under a key, if there is one.
   *
   * @since 0.1.0
   */
  static readonly getOption = <K, V>(
    key: CacheKey<K, V>
  ): Effect.Effect<Option.Option<V>, S3StoreError, S3Cache> => Effect.flatMap(S3Cache, (cache) => cache.getOption(key))

  /**
   * Writes an entry, whether there was one or not. Fails with `CacheEncodeError` when the value does not fit its
   * schema; then nothing has changed.
   *
   * @since 0.1.0
   */
  static readonly set = <K, V>(
    key: CacheKey<K, V>,
    value: V,
    options?: S3CacheWriteOptions
  ): Effect.Effect<void, CacheEncodeError | EntryTooLargeError | S3StoreError, S3Cache> =>
    Effect.flatMap(S3Cache, (cache) => cache.set(key, value, options))

  /**
   * Writes a new entry: of all processes that try at the same time exactly one does, the others fail with
   * `CacheExistsError`. It takes a second level that honours conditional writes; where it does not, this fails with an
   * `S3StoreError` of reason `ConditionalWritesUnsupported`.
   *
   * @since 0.1.0
   */
  static readonly add = <K, V>(
    key: CacheKey<K, V>,
    value: V,
    options?: S3CacheWriteOptions
  ): Effect.Effect<void, CacheEncodeError | CacheExistsError | EntryTooLargeError | S3StoreError, S3Cache> =>
    Effect.flatMap(S3Cache, (cache) => cache.add(key, value, options))

  /**
   * Removes an entry from both levels. Fails with `CacheNotFoundError` when there is none. Other processes may have it
   * in their memory level until it expires there.
   *
   * @since 0.1.0
   */
  static readonly remove = <K, V>(
    key: CacheKey<K, V>
  ): Effect.Effect<void, CacheNotFoundError | S3StoreError, S3Cache> =>
    Effect.flatMap(S3Cache, (cache) => cache.remove(key))

  /**
   * A function that computes a value only when neither level has it, and writes it through to both.
   *
   * It runs with the context `memoize` ran in, whoever calls. Failures are not cached. When the second level cannot be
   * read, the value is computed; when it cannot be written, the value is returned all the same; both are logged as
   * warnings. A key that does not fit its schema is a defect.
   *
   * @example
   * ```ts
   * import * as Effect from "effect/Effect"
   * import * as Schema from "effect/Schema"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   *
   * const Squares = Keyspace.make("squares", { key: Schema.Number, value: Schema.Number })
   *
   * const program = Effect.gen(function*() {
   *   const square = yield* S3Cache.memoize(Squares, (n) => Effect.succeed(n * n))
   *   return yield* square(12)
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   * ```
   *
   * @since 0.1.0
   */
  static readonly memoize = <K, V, E, R>(
    keyspace: Keyspace<K, V>,
    compute: (key: K) => Effect.Effect<V, E, R>
  ): Effect.Effect<(key: K) => Effect.Effect<V, E>, never, R | S3Cache> =>
    Effect.flatMap(S3Cache, (cache) => cache.memoize(keyspace, compute))

  /**
   * What was counted since the cache was made.
   *
   * @since 0.1.0
   */
  static readonly stats: Effect.Effect<S3CacheStats, never, S3Cache> = Effect.flatMap(S3Cache, (cache) => cache.stats)

  /**
   * A cache over whatever second level is provided.
   *
   * @since 0.1.0
   */
  static readonly layer = (options?: S3CacheOptions): Layer.Layer<S3Cache, CacheConfigError, L2Store> =>
    Layer.scoped(S3Cache, Effect.flatMap(L2Store, (store) => makeS3CacheService(store, options)))

  /**
   * A cache over a bucket, reached by a client of the `ClientCache`.
   *
   * @since 0.1.0
   */
  static readonly layerS3 = (
    options: S3CacheOptions & L2StoreS3Options
  ): Layer.Layer<S3Cache, CacheConfigError | CacheKeyError | ClientBuildError, ClientCache> =>
    Layer.provide(S3Cache.layer(options), L2Store.layerS3(options))

  /**
   * A cache over a bucket, configured by `Config`.
   *
   * @since 0.1.0
   */
  static readonly layerConfig = (
    config: Config.Config.Wrap<S3CacheOptions & L2StoreS3Options>
  ): Layer.Layer<S3Cache, CacheConfigError | CacheKeyError | ClientBuildError | ConfigError, ClientCache> =>
    Layer.unwrapEffect(Effect.map(Config.unwrap(config), S3Cache.layerS3))

  /**
   * A cache whose second level is this process's memory, for tests and for programs without a bucket.
   *
   * @since 0.1.0
   */
  static readonly layerMemory = (options?: S3CacheOptions): Layer.Layer<S3Cache, CacheConfigError> =>
    Layer.provide(S3Cache.layer(options), L2Store.layerMemory)
}

/**
 * A cache over a bucket, with a client cache of its own, configured by the environment (by Effect's `Config`, to be
 * exact):
 *
 * | name | what | default |
 * | --- | --- | --- |
 * | `S3_CACHE_BUCKET` | the bucket | none: it must be there |
 * | `S3_CACHE_PREFIX` | what the names of all objects begin with | `cache/` |
 * | `S3_CACHE_TTL` | how long entries live whose keyspace does not say, such as `1 hour` | for ever |
 * | `S3_CACHE_MAX_SIZE` | the most entries in memory | 1,000 |
 * | `S3_CACHE_PATH_STYLE` | whether the bucket goes into the path of URLs, as some S3-compatible stores want | `false` |
 *
 * Region, credentials and endpoint are those the AWS SDK finds (`AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL_S3`...).
 *
 * @since 0.1.0
 * @category layers
 */
export const S3CacheLive: Layer.Layer<
  S3Cache,
  CacheConfigError | CacheKeyError | ClientBuildError | ConfigError
> = Layer.unwrapEffect(
  Effect.map(
    Config.all({
      bucket: Config.nonEmptyString("S3_CACHE_BUCKET"),
      keyPrefix: Config.option(Config.string("S3_CACHE_PREFIX")),
      timeToLive: Config.option(Config.duration("S3_CACHE_TTL")),
      maxSize: Config.option(Config.integer("S3_CACHE_MAX_SIZE")),
      forcePathStyle: Config.withDefault(Config.boolean("S3_CACHE_PATH_STYLE"), false)
    }),
    ({ bucket, forcePathStyle, keyPrefix, maxSize, timeToLive }) =>
      S3Cache.layerS3({
        bucket,
        keyPrefix: Option.getOrUndefined(keyPrefix),
        timeToLive: Option.getOrUndefined<Duration.DurationInput>(timeToLive),
        maxSize: Option.getOrUndefined(maxSize),
        clientConfig: forcePathStyle ? { forcePathStyle } : {}
      })
  )
).pipe(Layer.provide(ClientCacheLive))
