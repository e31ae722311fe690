/**
 * The second level of an `S3Cache`, as a service.
 *
 * @since 0.1.0
 */
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3"
import type { FileSystem } from "@effect/platform/FileSystem"
import type { KeyValueStore } from "@effect/platform/KeyValueStore"
import type { Path } from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { rethrow } from "../Cache/common/rethrow.js"
import type { CacheConfigError, CacheKeyError } from "../Cache/errors/CacheErrors.js"
import { checkOptions } from "../Cache/options/checkOptions.js"
import { cutText, longestMessage } from "../Cache/printing/cutText.js"
import { printedAs } from "../Cache/printing/printedAs.js"
import { ClientCache } from "../ClientLayer/ClientCache.js"
import type { ClientBuildError } from "../ClientLayer/errors/ClientErrors.js"
import { makeS3ObjectStore } from "./bucket/s3ObjectStore.js"
import type { S3ObjectStoreOptions } from "./bucket/S3ObjectStoreOptions.js"
import { descriptionOf } from "./objects/describedStore.js"
import { type FileSystemObjectStoreOptions, makeFileSystemObjectStore } from "./objects/fileSystemObjectStore.js"
import { type KeyValueObjectStoreOptions, makeKeyValueObjectStore } from "./objects/keyValueObjectStore.js"
import { makeMemoryObjectStore } from "./objects/memoryObjectStore.js"
import type { ObjectStore as Objects } from "./objects/ObjectStore.js"
import { objectStoreS3Kinds, s3StoreKinds } from "./options/optionKinds.js"

/**
 * How the second level reaches a bucket.
 *
 * @since 0.1.0
 * @category models
 */
export interface ObjectStoreS3Options extends S3ObjectStoreOptions {
  /** The configuration of the S3 client, for the `ClientCache`. Default `{}`: what the SDK finds in the environment. */
  readonly clientConfig?: S3ClientConfig | undefined
}

const printed = <E, R>(make: Effect.Effect<Objects, E, R>): Effect.Effect<Objects, E, R> =>
  Effect.map(make, (store) =>
    printedAs(store, () => ({
      _id: "ObjectStore",
      description: cutText(descriptionOf(store), longestMessage),
      maxObjectBytes: store.maxObjectBytes ?? null
    })))

/**
 * The second level of an `S3Cache`: named objects that processes share. It says what a store can do, and is its tag.
 *
 * @since 0.1.0
 * @category models
 */
export type ObjectStore = Objects

/**
 * What the tag of the second level offers besides.
 *
 * @since 0.1.0
 * @category models
 */
export interface ObjectStoreTag extends Context.Tag<ObjectStore, ObjectStore> {
  /**
   * Objects in a bucket, through a client of the `ClientCache`, which shares it with whoever asks for the same
   * configuration.
   *
   * @since 0.1.0
   */
  readonly layerS3: (
    options: ObjectStoreS3Options
  ) => Layer.Layer<ObjectStore, CacheConfigError | CacheKeyError | ClientBuildError, ClientCache>

  /**
   * Objects in a bucket, through a client of your own, which is used and never closed.
   *
   * @since 0.1.0
   */
  readonly layerS3Client: (
    client: Pick<S3Client, "send">,
    options: S3ObjectStoreOptions
  ) => Layer.Layer<ObjectStore, CacheConfigError>

  /**
   * Objects in this process's memory: nothing is shared, and no AWS is needed.
   *
   * @since 0.1.0
   */
  readonly layerMemory: Layer.Layer<ObjectStore>

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
   *
   * @since 0.1.0
   */
  readonly layerFileSystem: (
    options: FileSystemObjectStoreOptions
  ) => Layer.Layer<ObjectStore, CacheConfigError, FileSystem | Path>

  /**
   * Objects as values of a `KeyValueStore` of `@effect/platform`. It cannot list objects; and it writes on conditions
   * (`add`, leases) only where you say that this process alone uses the store.
   *
   * @since 0.1.0
   */
  readonly layerKeyValueStore: (
    options?: KeyValueObjectStoreOptions
  ) => Layer.Layer<ObjectStore, never, KeyValueStore>
}

const tag = Context.GenericTag<ObjectStore>("effect-aws-cache/ObjectStore")

/**
 * The second level: named objects that processes share. Replace it to keep entries elsewhere.
 *
 * @since 0.1.0
 * @category tags
 */
export const ObjectStore: ObjectStoreTag = Object.assign(tag, {
  layerS3: (
    options: ObjectStoreS3Options
  ) =>
    Layer.scoped(
      tag,
      Effect.zipRight(
        checkOptions("S3 object store", options, objectStoreS3Kinds),
        Effect.flatMap(
          Effect.suspend(() =>
            ClientCache.client(
              () => import("@aws-sdk/client-s3").then((sdk) => sdk.S3Client, rethrow),
              options.clientConfig ?? {}
            )
          ),
          (client) => printed(makeS3ObjectStore(client, options))
        )
      )
    ),
  layerS3Client: (
    client: Pick<S3Client, "send">,
    options: S3ObjectStoreOptions
  ) =>
    Layer.scoped(
      tag,
      Effect.zipRight(
        checkOptions("S3 object store", options, s3StoreKinds),
        printed(makeS3ObjectStore(client, options))
      )
    ),
  layerMemory: Layer.effect(tag, printed(makeMemoryObjectStore)),
  layerFileSystem: (
    options: FileSystemObjectStoreOptions
  ) =>
    Layer.effect(
      tag,
      printed(makeFileSystemObjectStore(options))
    ),
  layerKeyValueStore: (
    options?: KeyValueObjectStoreOptions
  ) => Layer.effect(tag, printed(makeKeyValueObjectStore(options)))
})
