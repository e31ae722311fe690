/**
 * The client instances of the `@effect-aws` packages, known by the keys of their tags.
 *
 * @since 1.0.0
 */
import type { S3Client } from "@aws-sdk/client-s3"
import * as Context from "effect/Context"
import type { AwsClient } from "../ClientLayer/sdk/AwsClient.js"

/**
 * What stands for a client instance in the requirements of an effect: the same to the type checker as the tag class of
 * the package, such as `S3ClientInstance` of `@effect-aws/client-s3`.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientInstance<Key extends string, C> = Context.TagClassShape<Key, C>

/**
 * The key of a client instance's tag: `@effect-aws/client-dynamodb/DynamoDBClientInstance`, for example.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientInstanceKey = `@effect-aws/client-${string}/${string}ClientInstance`

/**
 * The tag of a client instance, by its key, so that the package is not needed. Effect finds services by the keys of
 * their tags, so this is the same service as the package's own tag, which can be used wherever this one can.
 *
 * @example
 * ```ts
 * import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
 * import { Effect } from "effect"
 * import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
 * import { clientInstance, layerInstance } from "effect-aws-cache/effect-aws"
 * import * as assert from "node:assert/strict"
 *
 * const DynamoDBClientInstance = clientInstance<DynamoDBClient>()(
 *   "@effect-aws/client-dynamodb/DynamoDBClientInstance"
 * )
 *
 * const program = Effect.flatMap(DynamoDBClientInstance, (client) => Effect.promise(() => client.config.region())).pipe(
 *   Effect.provide(layerInstance(DynamoDBClientInstance, DynamoDBClient, { region: "us-west-2" })),
 *   Effect.provide(ClientCacheLive)
 * )
 *
 * assert.equal(await Effect.runPromise(program), "us-west-2")
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const clientInstance =
  <C extends AwsClient>() => <const Key extends ClientInstanceKey>(key: Key): Context.Tag<ClientInstance<Key, C>, C> =>
    Context.GenericTag(key)

/**
 * The tag of the client instance of `@effect-aws/client-s3`.
 *
 * @since 1.0.0
 * @category tags
 */
export const S3ClientInstance: Context.Tag<
  ClientInstance<"@effect-aws/client-s3/S3ClientInstance", S3Client>,
  S3Client
> = clientInstance<S3Client>()("@effect-aws/client-s3/S3ClientInstance")
