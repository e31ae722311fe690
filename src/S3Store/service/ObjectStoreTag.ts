/**
 * The second level of an `S3Cache`, as a service: its tag, what makes it, and its layers.
 *
 * @since 1.0.0
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import type { S3Client } from "@aws-sdk/client-s3"
import type { FileSystem } from "@effect/platform/FileSystem"
import { KeyValueStore } from "@effect/platform/KeyValueStore"
import type { Path } from "@effect/platform/Path"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { asExit } from "../../Cache/errors/asExit.js"
import type { CacheConfigError, CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { orInstall } from "../../Cache/installed/orInstall.js"
import { ClientCache } from "../../ClientLayer/ClientCache.js"
import type { ClientBuildError } from "../../ClientLayer/errors/ClientErrors.js"
import { failOfBadKey } from "../../ClientLayer/key/badKeys.js"
import type { ClientConfig } from "../../ClientLayer/sdk/AwsClient.js"
import { withPathStyle } from "../bucket/pathStyle.js"
import { makeS3ObjectStore } from "../bucket/s3ObjectStore.js"
import type { S3ObjectStoreOptions } from "../bucket/S3ObjectStoreOptions.js"
import type { ObjectStoreBySize, ObjectStoreBySizePolicy } from "../levels/ObjectStoreBySizePolicy.js"
import type { ObjectStoreChainPolicy } from "../levels/ObjectStoreChainPolicy.js"
import { makeReadOnlyObjectStore } from "../levels/readOnlyObjectStore.js"
import { type FileSystemObjectStoreOptions, makeFileSystemObjectStore } from "../objects/fileSystemObjectStore.js"
import { type KeyValueObjectStoreOptions, makeKeyValueObjectStore } from "../objects/keyValueObjectStore.js"
import { makeMemoryObjectStore } from "../objects/memoryObjectStore.js"
import { type ObjectStore as Objects, objectStoreTag as tag } from "../objects/ObjectStore.js"
import { checkBucketOptions } from "../options/checkBucketOptions.js"
import { objectStoreS3Kinds, s3StoreKinds } from "../options/optionKinds.js"
import { makeKeyValueStore } from "../persistence/makeKeyValueStore.js"
import type { S3PersistenceOptions } from "../persistence/S3PersistenceOptions.js"
import { makeDynamoDBObjectStore } from "../table/dynamoDBObjectStore.js"
import { dynamoDBKinds, type DynamoDBObjectStoreOptions } from "../table/DynamoDBObjectStoreOptions.js"
import { layerBySize, layerChain, makeBySize, makeChain } from "./combinedStores.js"
import { printedStore } from "./printedStore.js"

/**
 * How the second level reaches a bucket.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreS3Options extends S3ObjectStoreOptions {
  /**
   * The configuration of the S3 client, as `ClientCache.client(S3Client, ...)` takes it. Default `{}`: what the SDK finds in
   * the environment.
   */
  readonly clientConfig?: ClientConfig<typeof S3Client> | undefined
}

/**
 * How the second level reaches a table.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreDynamoDBOptions extends DynamoDBObjectStoreOptions {
  /**
   * The configuration of the client, as `ClientCache.client(DynamoDBClient, ...)` takes it. Default `{}`: what the SDK finds in
   * the environment.
   */
  readonly clientConfig?: ClientConfig<typeof DynamoDBClient> | undefined
}

/**
 * The second level of an `S3Cache`: named objects that processes share. It says what a store can do, and is its tag.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStore extends Objects {}

/**
 * Two stores, one before the other.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreChainOptions extends ObjectStoreChainPolicy {
  /** The store that is asked first: fast, and nothing is lost with it. */
  readonly near: ObjectStore
  /** The store that decides. */
  readonly far: ObjectStore
}

/**
 * The layers of two stores, one before the other.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreChainLayerOptions<in out E, in out R, in out E2, in out R2> extends ObjectStoreChainPolicy {
  /** The store that is asked first: fast, and nothing is lost with it. */
  readonly near: Layer.Layer<ObjectStore, E, R>
  /** The store that decides. */
  readonly far: Layer.Layer<ObjectStore, E2, R2>
}

/**
 * Two stores, one for what is small and one for what is large.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreBySizeOptions extends ObjectStoreBySizePolicy {
  /** The store that decides, with small entries, and all that is no entry. */
  readonly small: ObjectStore
  /** The store with the contents of large entries. */
  readonly large: ObjectStore
}

/**
 * The layers of two stores, one for what is small and one for what is large.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreBySizeLayerOptions<in out E, in out R, in out E2, in out R2>
  extends ObjectStoreBySizePolicy
{
  /** The store that decides, with small entries, and all that is no entry. */
  readonly small: Layer.Layer<ObjectStore, E, R>
  /** The store with the contents of large entries. */
  readonly large: Layer.Layer<ObjectStore, E2, R2>
}

/**
 * What the tag of the second level offers besides: for each kind of store what makes one, and its layer. Every `make`, and
 * every call of a layer's function, makes a store of its own.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreTag extends Context.Tag<ObjectStore, ObjectStore> {
  /**
   * Objects in a bucket, through a client of the `ClientCache`, which shares it with whoever asks for the same
   * configuration. At a server that is no bucket's host, such as `http://localhost:9000`, the bucket is named in the path of
   * URLs, unless `clientConfig` has a `forcePathStyle`.
   */
  readonly makeS3: (
    options: ObjectStoreS3Options
  ) => Effect.Effect<
    ObjectStore,
    CacheConfigError | CacheKeyError | ClientBuildError,
    ClientCache | Scope.Scope
  >

  /** The layer of `makeS3`. */
  readonly layerS3: (
    options: ObjectStoreS3Options
  ) => Layer.Layer<ObjectStore, CacheConfigError | CacheKeyError | ClientBuildError, ClientCache>

  /** Objects in a bucket, through a client of your own, which is used and never closed. */
  readonly makeS3Client: (
    client: Pick<S3Client, "send">,
    options: S3ObjectStoreOptions
  ) => Effect.Effect<ObjectStore, CacheConfigError, Scope.Scope>

  /** The layer of `makeS3Client`. */
  readonly layerS3Client: (
    client: Pick<S3Client, "send">,
    options: S3ObjectStoreOptions
  ) => Layer.Layer<ObjectStore, CacheConfigError>

  /**
   * Objects as items of a table of DynamoDB, through a client of the `ClientCache`: up to 400 KB each, a few milliseconds
   * away, and with every condition.
   */
  readonly makeDynamoDB: (
    options: ObjectStoreDynamoDBOptions
  ) => Effect.Effect<
    ObjectStore,
    CacheConfigError | CacheKeyError | ClientBuildError,
    ClientCache | Scope.Scope
  >

  /** The layer of `makeDynamoDB`. */
  readonly layerDynamoDB: (
    options: ObjectStoreDynamoDBOptions
  ) => Layer.Layer<ObjectStore, CacheConfigError | CacheKeyError | ClientBuildError, ClientCache>

  /** Objects in a table, through a client of your own, which is used and never closed. */
  readonly makeDynamoDBClient: (
    client: Pick<DynamoDBClient, "send">,
    options: DynamoDBObjectStoreOptions
  ) => Effect.Effect<ObjectStore, CacheConfigError, Scope.Scope>

  /** The layer of `makeDynamoDBClient`. */
  readonly layerDynamoDBClient: (
    client: Pick<DynamoDBClient, "send">,
    options: DynamoDBObjectStoreOptions
  ) => Layer.Layer<ObjectStore, CacheConfigError>

  /** Objects in this process's memory: nothing is shared, and no AWS is needed. */
  readonly makeMemory: Effect.Effect<ObjectStore>

  /** The layer of `makeMemory`. */
  readonly layerMemory: () => Layer.Layer<ObjectStore>

  /**
   * Objects as files of a folder, which all processes of a machine share, or of several where the folder is on a shared
   * file system with hard links. It honours every condition.
   *
   * @example
   * ```ts
   * import * as NodeContext from "@effect/platform-node/NodeContext"
   * import { Effect, Layer, Schema } from "effect"
   * import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   * import { tmpdir } from "node:os"
   * import { join } from "node:path"
   *
   * const CacheLive = S3Cache.layer().pipe(
   *   Layer.provide(ObjectStore.layerFileSystem({ directory: join(tmpdir(), "app-cache") })),
   *   Layer.provide(NodeContext.layer)
   * )
   *
   * const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
   *
   * // Each has a cache of its own, as two processes have.
   * await Effect.runPromise(S3Cache.set(Names.key(1), "Ada").pipe(Effect.provide(CacheLive)))
   * assert.equal(await Effect.runPromise(S3Cache.get(Names.key(1)).pipe(Effect.provide(CacheLive))), "Ada")
   * ```
   */
  readonly makeFileSystem: (
    options: FileSystemObjectStoreOptions
  ) => Effect.Effect<ObjectStore, CacheConfigError, FileSystem | Path>

  /** The layer of `makeFileSystem`. */
  readonly layerFileSystem: (
    options: FileSystemObjectStoreOptions
  ) => Layer.Layer<ObjectStore, CacheConfigError, FileSystem | Path>

  /**
   * Objects as values of a `KeyValueStore` of `@effect/platform`. It cannot list objects; and it writes on conditions
   * (`add`, leases) only where you say that this process alone uses the store.
   */
  readonly makeKeyValueStore: (
    options?: KeyValueObjectStoreOptions
  ) => Effect.Effect<ObjectStore, never, KeyValueStore>

  /** The layer of `makeKeyValueStore`. */
  readonly layerKeyValueStore: (
    options?: KeyValueObjectStoreOptions
  ) => Layer.Layer<ObjectStore, never, KeyValueStore>

  /**
   * A store that is only read, for processes that may use what others have computed and not put anything there: loads and
   * lists go through; what would write or remove makes no request, and fails with reason `ReadOnly`. A cache over it keeps
   * in memory what it computes, without a warning; its leases coordinate nothing. One line of the log says so.
   */
  readonly makeReadOnly: (store: ObjectStore) => Effect.Effect<ObjectStore>

  /**
   * The layer of `makeReadOnly`, over the store that it is given.
   *
   * @example
   * ```ts
   * import { Effect, Exit, Layer, Schema } from "effect"
   * import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
   *
   * const OnlyRead = S3Cache.layer().pipe(
   *   Layer.provide(ObjectStore.layerReadOnly()),
   *   Layer.provide(ObjectStore.layerMemory())
   * )
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.getOrCompute(Names.key(1), Effect.succeed("Ada")) // kept in memory only
   *   return yield* Effect.exit(S3Cache.set(Names.key(2), "Grace"))
   * }).pipe(Effect.provide(OnlyRead))
   *
   * assert.equal(Exit.isFailure(await Effect.runPromise(program)), true)
   * ```
   */
  readonly layerReadOnly: () => Layer.Layer<ObjectStore, never, ObjectStore>

  /**
   * One store before another, such as files before a bucket. Loads of entries ask the near one, then the far one, whose
   * answer the near one keeps. The far one alone decides on conditions, lists, tags and leases, and is changed first; a
   * near one that fails counts as if it were not there.
   */
  readonly makeChain: (options: ObjectStoreChainOptions) => Effect.Effect<ObjectStore, CacheConfigError>

  /**
   * The layer of `makeChain`, over two layers.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
   *
   * const Both = ObjectStore.layerChain({
   *   near: ObjectStore.layerMemory(),
   *   far: ObjectStore.layerMemory(),
   *   revalidateAfter: "10 seconds"
   * })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.set(Names.key(1), "Ada")
   *   return yield* S3Cache.get(Names.key(1))
   * }).pipe(Effect.provide(S3Cache.layer()), Effect.provide(Both))
   *
   * assert.equal(await Effect.runPromise(program), "Ada")
   * ```
   */
  readonly layerChain: <E, R, E2, R2>(
    options: ObjectStoreChainLayerOptions<E, R, E2, R2>
  ) => Layer.Layer<ObjectStore, E | E2 | CacheConfigError, R | R2>

  /**
   * One store for what is small, such as a table of DynamoDB, and one for what is large, such as a bucket. The small one
   * decides: of a large entry it has a pointer to the content, which is in the large one under a name of its own. So an entry
   * that grows or shrinks is there once at any time, and every condition is that of the small store.
   */
  readonly makeBySize: (options: ObjectStoreBySizeOptions) => Effect.Effect<ObjectStoreBySize, CacheConfigError>

  /**
   * The layer of `makeBySize`, over two layers.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Pages = Keyspace.make("pages", { key: Schema.Number, value: Schema.String })
   *
   * const BySize = ObjectStore.layerBySize({
   *   small: ObjectStore.layerMemory(),
   *   large: ObjectStore.layerMemory(),
   *   limit: 4096
   * })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.set(Pages.key(1), "short")
   *   yield* S3Cache.set(Pages.key(1), "long ".repeat(10_000))
   *   return yield* S3Cache.get(Pages.key(1))
   * }).pipe(Effect.provide(S3Cache.layer()), Effect.provide(BySize))
   *
   * assert.equal((await Effect.runPromise(program)).length, 50_000)
   * ```
   */
  readonly layerBySize: <E, R, E2, R2>(
    options: ObjectStoreBySizeLayerOptions<E, R, E2, R2>
  ) => Layer.Layer<ObjectStore, E | E2 | CacheConfigError, R | R2>

  /**
   * The other way round: a `KeyValueStore` of `@effect/platform` whose values are objects of the second level, in the format
   * of the cache, with its checksums, compression and encryption. There is no memory level: every read is a request.
   *
   * @example
   * ```ts
   * import { KeyValueStore } from "@effect/platform/KeyValueStore"
   * import { Effect, Layer, Option } from "effect"
   * import { ObjectStore } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const store = yield* KeyValueStore
   *   yield* store.set("greeting", "hello")
   *   return yield* store.get("greeting")
   * }).pipe(Effect.provide(Layer.provide(ObjectStore.layerToKeyValueStore(), ObjectStore.layerMemory())))
   *
   * assert.deepEqual(await Effect.runPromise(program), Option.some("hello"))
   * ```
   */
  readonly layerToKeyValueStore: (
    options?: S3PersistenceOptions
  ) => Layer.Layer<KeyValueStore, CacheConfigError, ObjectStore>
}

const loadS3Client = async () => {
  try {
    return (await import("@aws-sdk/client-s3")).S3Client
  } catch (cause) {
    return orInstall("@aws-sdk/client-s3")(cause)
  }
}

const makeS3: ObjectStoreTag["makeS3"] = (options) =>
  Effect.zipRight(
    asExit(checkBucketOptions("S3 object store", options, objectStoreS3Kinds)),
    Effect.flatMap(
      Effect.suspend(() =>
        failOfBadKey(ClientCache.client(
          loadS3Client,
          options.clientConfig ?? {}
        ))
      ),
      (client) => {
        // Who says how the bucket is named has the last word.
        const isSaid = options.clientConfig?.forcePathStyle !== undefined
        return printedStore(makeS3ObjectStore(isSaid ? client : withPathStyle(client, options.bucket), options))
      }
    )
  )

const makeS3Client: ObjectStoreTag["makeS3Client"] = (client, options) =>
  Effect.zipRight(
    asExit(checkBucketOptions("S3 object store", options, s3StoreKinds, () => "said where the client is made")),
    printedStore(makeS3ObjectStore(client, options))
  )

const loadDynamoDBClient = async () => {
  try {
    return (await import("@aws-sdk/client-dynamodb")).DynamoDBClient
  } catch (cause) {
    return orInstall("@aws-sdk/client-dynamodb")(cause)
  }
}

const makeDynamoDB: ObjectStoreTag["makeDynamoDB"] = (options) =>
  Effect.zipRight(
    asExit(checkBucketOptions("DynamoDB object store", options, { ...dynamoDBKinds, clientConfig: "object" })),
    Effect.flatMap(
      Effect.suspend(() => failOfBadKey(ClientCache.client(loadDynamoDBClient, options.clientConfig ?? {}))),
      (client) => printedStore(makeDynamoDBObjectStore(client, options))
    )
  )

const makeDynamoDBClient: ObjectStoreTag["makeDynamoDBClient"] = (client, options) =>
  Effect.zipRight(
    asExit(
      checkBucketOptions("DynamoDB object store", options, dynamoDBKinds, () => "said where the client is made")
    ),
    printedStore(makeDynamoDBObjectStore(client, options))
  )

const makeMemory = printedStore(makeMemoryObjectStore)

const makeFileSystem: ObjectStoreTag["makeFileSystem"] = (options) => printedStore(makeFileSystemObjectStore(options))

const makeKeyValue: ObjectStoreTag["makeKeyValueStore"] = (options) => printedStore(makeKeyValueObjectStore(options))

const makeReadOnly: ObjectStoreTag["makeReadOnly"] = (store) => printedStore(makeReadOnlyObjectStore(store))

/**
 * The second level: named objects that processes share. Replace it to keep entries elsewhere.
 *
 * @since 1.0.0
 * @category tags
 */
export const ObjectStore: ObjectStoreTag = Object.assign(tag, {
  makeS3,
  layerS3: (options: ObjectStoreS3Options) => Layer.scoped(tag, makeS3(options)),
  makeS3Client,
  layerS3Client: (client: Pick<S3Client, "send">, options: S3ObjectStoreOptions) =>
    Layer.scoped(tag, makeS3Client(client, options)),
  makeDynamoDB,
  layerDynamoDB: (options: ObjectStoreDynamoDBOptions) => Layer.scoped(tag, makeDynamoDB(options)),
  makeDynamoDBClient,
  layerDynamoDBClient: (client: Pick<DynamoDBClient, "send">, options: DynamoDBObjectStoreOptions) =>
    Layer.scoped(tag, makeDynamoDBClient(client, options)),
  makeMemory,
  layerMemory: () => Layer.effect(tag, makeMemory),
  makeFileSystem,
  layerFileSystem: (options: FileSystemObjectStoreOptions) => Layer.effect(tag, makeFileSystem(options)),
  makeKeyValueStore: makeKeyValue,
  layerKeyValueStore: (options?: KeyValueObjectStoreOptions) => Layer.effect(tag, makeKeyValue(options)),
  makeReadOnly,
  makeChain,
  layerChain,
  makeBySize,
  layerBySize,
  layerReadOnly: () => Layer.effect(tag, Effect.flatMap(tag, makeReadOnly)),
  layerToKeyValueStore: (options?: S3PersistenceOptions) => Layer.effect(KeyValueStore, makeKeyValueStore(options))
})
