import type { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3, S3Client } from "@aws-sdk/client-s3"
import { describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { CacheKeyError, CacheNotFoundError } from "effect-aws-cache/Cache"
import {
  type ClientBuildError,
  ClientCache,
  ClientCacheKey,
  ClientCacheLive,
  type ClientOf
} from "effect-aws-cache/ClientLayer"

describe("types", () => {
  it("client infers the client of a class and of a loader", () => {
    const s3 = ClientCache.client(S3Client, { region: "us-west-2" })
    expectTypeOf(s3).toEqualTypeOf<Effect.Effect<S3Client, ClientBuildError | CacheKeyError, ClientCache>>()
    const lazy = ClientCache.client(() => import("@aws-sdk/client-s3").then((module) => module.S3Client), {
      region: "us-west-2"
    })
    expectTypeOf(lazy).toEqualTypeOf<Effect.Effect<S3Client, ClientBuildError | CacheKeyError, ClientCache>>()
    expectTypeOf(ClientCache.client(S3)).toEqualTypeOf<
      Effect.Effect<S3, ClientBuildError | CacheKeyError, ClientCache>
    >()
    expectTypeOf<ClientOf<typeof DynamoDBClient>>().toEqualTypeOf<DynamoDBClient>()
    expectTypeOf(s3.pipe(Effect.provide(ClientCacheLive))).toEqualTypeOf<
      Effect.Effect<S3Client, ClientBuildError | CacheKeyError>
    >()
  })

  it("the configuration is checked against the class", () => {
    // @ts-expect-error no such field
    void ClientCache.client(S3Client, { regoin: "us-west-2" })
    // @ts-expect-error not a string
    void ClientCache.client(S3Client, { region: 1 })
    const loadDynamo = () => import("@aws-sdk/client-dynamodb").then((module) => module.DynamoDBClient)
    void ClientCache.client(loadDynamo, { region: "us-west-2", endpointDiscoveryEnabled: true })
    // @ts-expect-error a field of S3 only
    void ClientCache.client(loadDynamo, { forcePathStyle: true })
    // @ts-expect-error no client class
    void ClientCache.client(Date, {})
    void ClientCache.client(S3Client, {
      credentials: { accessKeyId: "a", secretAccessKey: Redacted.make("b"), sessionToken: Redacted.make("c") }
    })
    void ClientCache.client(S3Client, {
      credentials: () => Promise.resolve({ accessKeyId: "a", secretAccessKey: "b" })
    })
  })

  it("a class that needs a configuration gets one", () => {
    class Strict extends S3Client {
      constructor(config: { readonly region: string }) {
        super({ ...config, maxAttempts: 1 })
      }
    }
    void ClientCache.client(Strict, { region: "us-east-1" })
    // @ts-expect-error the configuration is missing
    void ClientCache.client(Strict)
  })

  it("keys carry the type of their client", () => {
    const key = ClientCacheKey.make(S3Client, { region: "us-west-2" })
    expectTypeOf(key).toEqualTypeOf<Effect.Effect<ClientCacheKey<S3Client>, CacheKeyError>>()
    const get = (key: ClientCacheKey<S3Client>) => ClientCache.get(key)
    expectTypeOf(get).returns.toEqualTypeOf<Effect.Effect<S3Client, CacheNotFoundError, ClientCache>>()
    const wrong = (key: ClientCacheKey<DynamoDBClient>) => {
      // @ts-expect-error a key of another class
      const other: ClientCacheKey<S3Client> = key
      return other
    }
    expectTypeOf(wrong).parameter(0).toEqualTypeOf<ClientCacheKey<DynamoDBClient>>()
    const add = (key: ClientCacheKey<S3Client>, client: DynamoDBClient) =>
      // @ts-expect-error a client of another class
      ClientCache.add(key, client)
    void add
  })
})
