/**
 * Classes of tags of caches over two levels: what the default one has, and those that `S3Cache.Service` makes.
 *
 * @since 1.0.0
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import type { Path } from "@effect/platform/Path"
import type * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { asExit } from "../../Cache/errors/asExit.js"
import type { CacheConfigError, CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { checkOptions, nameIn } from "../../Cache/options/checkOptions.js"
import { unwrapOptions } from "../../Cache/options/unwrapOptions.js"
import type { ClientCache } from "../../ClientLayer/ClientCache.js"
import type { ClientBuildError } from "../../ClientLayer/errors/ClientErrors.js"
import { makeS3CacheService } from "../cache/makeS3CacheService.js"
import { fileSystemKinds, type FileSystemObjectStoreOptions } from "../objects/fileSystemObjectStore.js"
import { checkBucketOptions } from "../options/checkBucketOptions.js"
import { objectStoreS3Kinds, s3CacheKinds } from "../options/optionKinds.js"
import type { S3CacheOptions } from "../options/S3CacheOptions.js"
import type { S3CacheService, S3CacheVerbs } from "../verbs/S3CacheVerbs.js"
import { accessors } from "./accessors.js"
import { ObjectStore, type ObjectStoreS3Options } from "./ObjectStoreTag.js"

/**
 * What makes a cache, and its layers. Each makes a memory level of its own, at each call of a layer's function.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheLayers<in out Self> {
  /**
   * Makes a cache over whatever second level is provided, which lives as long as the scope.
   *
   * Fails with `CacheConfigError` for an option it cannot accept.
   *
   * @example
   * ```ts
   * import { Effect, Option, Schema } from "effect"
   * import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
   *
   * const program = Effect.gen(function*() {
   *   // Two processes, so to say, over one second level.
   *   const one = yield* S3Cache.make({ name: "one" })
   *   const other = yield* S3Cache.make({ name: "other" })
   *   yield* one.set(Names.key(1), "Ada")
   *   return yield* other.getOption(Names.key(1))
   * }).pipe(Effect.scoped, Effect.provide(ObjectStore.layerMemory()))
   *
   * assert.deepEqual(await Effect.runPromise(program), Option.some("Ada"))
   * ```
   */
  readonly make: (
    options?: S3CacheOptions
  ) => Effect.Effect<S3CacheService, CacheConfigError, ObjectStore | Scope.Scope>

  /**
   * A cache over whatever second level is provided.
   *
   * @example
   * ```ts
   * import { Effect, Layer, Schema } from "effect"
   * import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const CacheLive = S3Cache.layer({ maxSize: 10_000, timeToLive: "1 hour" }).pipe(Layer.provide(ObjectStore.layerMemory()))
   *
   * const Squares = Keyspace.make("squares", { key: Schema.Number, value: Schema.Number })
   *
   * const program = S3Cache.getOrCompute(Squares.key(12), Effect.succeed(144)).pipe(Effect.provide(CacheLive))
   *
   * assert.equal(await Effect.runPromise(program), 144)
   * ```
   */
  readonly layer: (options?: S3CacheOptions) => Layer.Layer<Self, CacheConfigError, ObjectStore>

  /**
   * A cache over a bucket, reached by a client of the `ClientCache`.
   *
   * @example
   * ```ts
   * import { Effect, Layer, Schema } from "effect"
   * import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const CacheLive = S3Cache.layerS3({ bucket: "my-bucket", maxSize: 10_000, timeToLive: "1 hour" }).pipe(
   *   Layer.provide(ClientCacheLive)
   * )
   *
   * const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
   *
   * // Each has a cache of its own, as two processes have.
   * await Effect.runPromise(S3Cache.set(Names.key(1), "Ada").pipe(Effect.provide(CacheLive)))
   * assert.equal(await Effect.runPromise(S3Cache.get(Names.key(1)).pipe(Effect.provide(CacheLive))), "Ada")
   * ```
   */
  readonly layerS3: (
    options: S3CacheOptions & ObjectStoreS3Options
  ) => Layer.Layer<Self, CacheConfigError | CacheKeyError | ClientBuildError, ClientCache>

  /**
   * A cache over a bucket, configured by `Config`.
   */
  readonly layerConfig: (
    config: Config.Config.Wrap<S3CacheOptions & ObjectStoreS3Options>
  ) => Layer.Layer<Self, CacheConfigError | CacheKeyError | ClientBuildError | ConfigError, ClientCache>

  /** A cache whose second level is a folder: see `ObjectStore.layerFileSystem`. */
  readonly layerFileSystem: (
    options: S3CacheOptions & FileSystemObjectStoreOptions
  ) => Layer.Layer<Self, CacheConfigError, FileSystem | Path>

  /**
   * A cache whose second level is this process's memory, for tests and for programs without a bucket. Each call makes a
   * second level, too.
   */
  readonly layerMemory: (options?: S3CacheOptions) => Layer.Layer<Self, CacheConfigError>
}

/**
 * A class that is the tag of an `S3Cache`, with its verbs and layers as statics.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheServiceClass<in out Self, Id extends string>
  extends Context.TagClass<Self, Id, S3CacheService>, S3CacheVerbs<Self>, S3CacheLayers<Self>
{}

/**
 * Makes the base of a class that is the tag of a cache.
 *
 * @param name what the cache is called in messages, unless its options say
 */
export const makeServiceClass = <Self, const Id extends string>(
  id: Id,
  name: string
): S3CacheServiceClass<Self, Id> => {
  const tag = Context.Tag(id)<Self, S3CacheService>()
  return Object.assign(tag, accessors(tag), layersOf(tag, name))
}

const layersOf = <Self>(tag: Context.Tag<Self, S3CacheService>, defaultName: string): S3CacheLayers<Self> => {
  const make: S3CacheLayers<Self>["make"] = (options) =>
    Effect.flatMap(ObjectStore, (store) => makeS3CacheService(store, options, defaultName))

  const layer: S3CacheLayers<Self>["layer"] = (options) => Layer.scoped(tag, make(options))

  const layerS3: S3CacheLayers<Self>["layerS3"] = (options) =>
    Layer.unwrapEffect(
      Effect.map(
        asExit(checkBucketOptions(nameIn(options, defaultName), options, { ...objectStoreS3Kinds, ...s3CacheKinds })),
        () => {
          const { bucket, clientConfig, conditionalDeletes, conditionalWrites, deleteOptions, getOptions, ...more } =
            options
          const { keyPrefix, listOptions, maxObjectBytes, onAccessDenied, putOptions, requestTimeout, ...cache } = more
          const s3 = { bucket, clientConfig, conditionalDeletes, conditionalWrites, deleteOptions, getOptions }
          return Layer.provide(
            layer(cache),
            ObjectStore.layerS3({
              ...s3,
              keyPrefix,
              listOptions,
              maxObjectBytes,
              onAccessDenied,
              putOptions,
              requestTimeout
            })
          )
        }
      )
    )

  return {
    make,
    layer,
    layerS3,
    layerConfig: (config) => Layer.unwrapEffect(Effect.map(unwrapOptions(defaultName, config), layerS3)),
    layerFileSystem: (options) =>
      Layer.unwrapEffect(
        Effect.map(
          asExit(checkOptions(nameIn(options, defaultName), options, { ...fileSystemKinds, ...s3CacheKinds })),
          () => {
            const { directory, maxObjectBytes, ...cache } = options
            return Layer.provide(layer(cache), ObjectStore.layerFileSystem({ directory, maxObjectBytes }))
          }
        )
      ),
    layerMemory: (options) => Layer.provide(layer(options), ObjectStore.layerMemory())
  }
}
