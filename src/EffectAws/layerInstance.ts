/**
 * Clients of the `ClientCache` as the client instances of the `@effect-aws` packages.
 *
 * @since 1.0.0
 */
import type * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { CacheKeyError } from "../Cache/errors/CacheErrors.js"
import { ClientCache } from "../ClientLayer/ClientCache.js"
import type { ClientBuildError } from "../ClientLayer/errors/ClientErrors.js"
import { failOfBadKey } from "../ClientLayer/key/badKeys.js"
import type { ClientArguments } from "../ClientLayer/key/ClientOptions.js"
import type { ClientSource } from "../ClientLayer/key/ClientSource.js"
import type { ClientClass, ClientOf } from "../ClientLayer/sdk/AwsClient.js"

/**
 * A client of the `ClientCache` as the client instance of an `@effect-aws` package, so that its service shares client
 * and connections with everybody who asks for the same configuration. The client is leased as long as the layer lives,
 * and drained afterwards, where the package's own layer would destroy it with its requests in flight.
 *
 * Works for every service whose client is a service of its own: pass its tag, or the one that `clientInstance` makes.
 *
 * Building it fails with `ClientBuildError`, as `ClientCache.client` does, and with `CacheKeyError` for a class or
 * configuration that makes no key: what a layer is given may be read from outside.
 *
 * @example
 * ```ts
 * import { S3Client } from "@aws-sdk/client-s3"
 * import { S3ClientInstance } from "@effect-aws/client-s3/S3ClientInstance"
 * import { makeS3Service, S3Service } from "@effect-aws/client-s3/S3Service"
 * import { Effect, Layer } from "effect"
 * import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
 * import { layerInstance } from "effect-aws-cache/effect-aws"
 * import * as assert from "node:assert/strict"
 *
 * const S3Live = Layer.effect(S3Service, makeS3Service).pipe(
 *   Layer.provide(layerInstance(S3ClientInstance, S3Client, { region: "us-west-2" })),
 *   Layer.provide(ClientCacheLive)
 * )
 *
 * const program = S3Service.listBuckets({}).pipe(
 *   Effect.map(({ Buckets = [] }) => Buckets.map(({ Name }) => Name)),
 *   Effect.provide(S3Live)
 * )
 *
 * assert.deepEqual(await Effect.runPromise(program), ["my-bucket", "reports"])
 * ```
 *
 * @param tag the tag of the client instance
 * @param source the class of the client, or an arrow function that loads it
 * @param configuration what its constructor takes, and options
 * @since 1.0.0
 * @category layers
 */
export const layerInstance = <I, Ctor extends ClientClass>(
  tag: Context.Tag<I, ClientOf<Ctor>>,
  source: ClientSource<Ctor>,
  ...configuration: ClientArguments<Ctor>
): Layer.Layer<I, ClientBuildError | CacheKeyError, ClientCache> =>
  Layer.scoped(tag, failOfBadKey(ClientCache.lease(source, ...configuration)))
