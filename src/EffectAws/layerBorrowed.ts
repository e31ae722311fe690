/**
 * The client instances of the `@effect-aws` packages in the `ClientCache`, and under the S3 level.
 *
 * @since 1.0.0
 */
import type { S3Client } from "@aws-sdk/client-s3"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CacheConfigError, CacheExistsError } from "../Cache/errors/CacheErrors.js"
import { ClientCache } from "../ClientLayer/ClientCache.js"
import type { ClientValueError } from "../ClientLayer/errors/ClientErrors.js"
import type { ClientCacheKey } from "../ClientLayer/key/ClientCacheKey.js"
import type { AwsClient } from "../ClientLayer/sdk/AwsClient.js"
import type { S3ObjectStoreOptions } from "../S3Store/bucket/S3ObjectStoreOptions.js"
import { ObjectStore } from "../S3Store/service/ObjectStoreTag.js"
import { S3ClientInstance } from "./ClientInstance.js"

/**
 * Puts the client instance of an `@effect-aws` package into the `ClientCache`, so that whoever asks for the key's
 * configuration gets that client. It is borrowed: the cache neither drains nor destroys it. It leaves the cache with
 * the layer, before the package's layer destroys it.
 *
 * Whether the client was made from the key's configuration cannot be checked.
 *
 * Building it fails with `CacheExistsError` when there is a client under the key already, and with `ClientValueError` for
 * what is no client.
 *
 * @example
 * ```ts
 * import { S3Client } from "@aws-sdk/client-s3"
 * import * as S3Instance from "@effect-aws/client-s3/S3ClientInstance"
 * import { Effect, Layer } from "effect"
 * import { ClientCache, ClientCacheKey, ClientCacheLive } from "effect-aws-cache/ClientLayer"
 * import { layerBorrowed, S3ClientInstance } from "effect-aws-cache/effect-aws"
 * import * as assert from "node:assert/strict"
 *
 * const BorrowedLive = layerBorrowed(S3ClientInstance, ClientCacheKey.make(S3Client)).pipe(
 *   Layer.provideMerge(S3Instance.layer),
 *   Layer.provideMerge(ClientCacheLive)
 * )
 *
 * const program = Effect.gen(function*() {
 *   const theirs = yield* S3Instance.S3ClientInstance
 *   const ours = yield* ClientCache.client(S3Client)
 *   return theirs === ours
 * }).pipe(Effect.provide(BorrowedLive))
 *
 * assert.equal(await Effect.runPromise(program), true)
 * ```
 *
 * @param tag the tag of the client instance
 * @param key what it is kept under
 * @since 1.0.0
 * @category layers
 */
export const layerBorrowed = <I, C extends AwsClient>(
  tag: Context.Tag<I, C>,
  key: ClientCacheKey<C>
): Layer.Layer<never, CacheExistsError | ClientValueError, I | ClientCache> =>
  Layer.scopedDiscard(
    Effect.gen(function*() {
      const client = yield* tag
      const clients = yield* ClientCache
      yield* Effect.acquireRelease(
        clients.add(key, client),
        // Another client may have taken its place.
        () => clients.invalidateWhen(key, (found) => found === client)
      )
    })
  )

/**
 * An `ObjectStore` over a bucket, through the client instance of `@effect-aws/client-s3`, which is used and never closed.
 *
 * Building it fails with `CacheConfigError` for an option it cannot accept.
 *
 * @example
 * ```ts
 * import * as S3Instance from "@effect-aws/client-s3/S3ClientInstance"
 * import { Effect, Layer, Schema } from "effect"
 * import { layerS3FromInstance } from "effect-aws-cache/effect-aws"
 * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
 * import * as assert from "node:assert/strict"
 *
 * const CacheLive = S3Cache.layer({ timeToLive: "1 hour" }).pipe(
 *   Layer.provide(layerS3FromInstance({ bucket: "my-bucket" })),
 *   Layer.provide(S3Instance.layer)
 * )
 *
 * const Squares = Keyspace.make("squares", { key: Schema.Number, value: Schema.Number })
 *
 * const program = S3Cache.getOrCompute(Squares.key(12), Effect.succeed(144)).pipe(Effect.provide(CacheLive))
 *
 * assert.equal(await Effect.runPromise(program), 144)
 * ```
 *
 * @since 1.0.0
 * @category layers
 */
export const layerS3FromInstance = (
  options: S3ObjectStoreOptions
): Layer.Layer<ObjectStore, CacheConfigError, Context.Tag.Identifier<typeof S3ClientInstance>> =>
  Layer.unwrapEffect(
    Effect.map(S3ClientInstance, (client: S3Client) => ObjectStore.layerS3Client(client, options))
  )
