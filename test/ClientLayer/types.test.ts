import type { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3, S3Client } from "@aws-sdk/client-s3"
import { describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, Redacted, type Scope } from "effect"
import type { CacheNotFoundError } from "effect-aws-cache/Cache"
import {
  type AwsClient,
  type ClientBuildError,
  ClientCache,
  ClientCacheKey,
  ClientCacheLive,
  ClientCustomization,
  type ClientOf,
  Session
} from "effect-aws-cache/ClientLayer"

describe("types", () => {
  it("client infers the client of a class and of a loader", () => {
    const s3 = ClientCache.client(S3Client, { region: "us-west-2" })
    expectTypeOf(s3).toEqualTypeOf<Effect.Effect<S3Client, ClientBuildError, ClientCache>>()
    const lazy = ClientCache.client(() => import("@aws-sdk/client-s3").then((module) => module.S3Client), {
      region: "us-west-2"
    })
    expectTypeOf(lazy).toEqualTypeOf<Effect.Effect<S3Client, ClientBuildError, ClientCache>>()
    expectTypeOf(ClientCache.client(S3)).toEqualTypeOf<
      Effect.Effect<S3, ClientBuildError, ClientCache>
    >()
    expectTypeOf<ClientOf<typeof DynamoDBClient>>().toEqualTypeOf<DynamoDBClient>()
    expectTypeOf(s3.pipe(Effect.provide(ClientCacheLive))).toEqualTypeOf<
      Effect.Effect<S3Client, ClientBuildError>
    >()
  })

  it("lease and withClient infer the same", () => {
    expectTypeOf(ClientCache.lease(S3Client, { region: "us-west-2" })).toEqualTypeOf<
      Effect.Effect<S3Client, ClientBuildError, ClientCache | Scope.Scope>
    >()
    expectTypeOf(ClientCache.withClient(S3Client, { region: "us-west-2" }, (s3) => {
      expectTypeOf(s3).toEqualTypeOf<S3Client>()
      return Effect.as(Effect.fail("no"), s3.config.region)
    })).toEqualTypeOf<
      Effect.Effect<S3Client["config"]["region"], string | ClientBuildError, ClientCache>
    >()
    void ClientCache.withClient(() => import("@aws-sdk/client-s3").then((module) => module.S3), undefined, (s3) => {
      expectTypeOf(s3).toEqualTypeOf<S3>()
      return Effect.void
    })
    // @ts-expect-error no such field
    void ClientCache.withClient(S3Client, { regoin: "us-west-2" }, () => Effect.void)
    const leaseKey = (key: ClientCacheKey<S3Client>) => ClientCache.leaseKey(key)
    expectTypeOf(leaseKey).returns.toEqualTypeOf<
      Effect.Effect<S3Client, CacheNotFoundError, ClientCache | Scope.Scope>
    >()
  })

  it("a customization is one of the class", () => {
    void ClientCache.client(S3Client, { region: "us-west-2" }, {
      customize: ClientCustomization.make("inferred", (client) => {
        expectTypeOf(client).toEqualTypeOf<S3Client>()
        client.middlewareStack.add((next) => (args) => next(args), { step: "build" })
      }),
      variant: "mine"
    })
    const any = ClientCustomization.make("any", (client: AwsClient) => Effect.sync(() => client.destroy()))
    void ClientCache.client(S3Client, {}, { customize: any })
    void ClientCache.withClient(S3Client, {}, () => Effect.void, { customize: any, variant: undefined })
    const dynamo = ClientCustomization.make("dynamo", (client: DynamoDBClient) => {
      void client
    })
    // @ts-expect-error of another class
    void ClientCache.client(S3Client, {}, { customize: dynamo })
    // @ts-expect-error of another class
    void ClientCacheKey.make(S3Client, {}, { customize: dynamo })
    // @ts-expect-error a promise that nobody waits for
    void ClientCustomization.make("promise", (client: AwsClient) => Promise.resolve(client))
    // @ts-expect-error no such option
    void ClientCache.client(S3Client, {}, { customise: any })
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
    // @ts-expect-error the configuration is missing
    void ClientCache.withClient(Strict, undefined, () => Effect.void)
  })

  it("a class that needs more than a configuration is none", () => {
    class Tenant extends S3Client {
      readonly tenant: string
      constructor(config: { readonly region: string }, tenant: string) {
        super(config)
        this.tenant = tenant
      }
    }
    const config = { region: "us-east-1" }
    // @ts-expect-error the tenant is missing
    void ClientCache.client(Tenant, config)
    // @ts-expect-error the tenant is missing
    void ClientCache.withClient(Tenant, config, () => Effect.void)
    // @ts-expect-error the tenant is missing
    void ClientCacheKey.makeEither(Tenant, config)
    // @ts-expect-error the tenant is missing
    void ClientCache.client(() => Promise.resolve(Tenant), config)
    // @ts-expect-error the tenant is missing
    void Session.client(Tenant, config)
    class Traced extends S3Client {
      readonly trace: string
      constructor(config: { readonly region: string }, trace = "off", ...more: ReadonlyArray<number>) {
        super(config)
        this.trace = trace + more.join("")
      }
    }
    void ClientCache.client(Traced, config)
    void Session.client(Traced, config)
  })

  it("keys carry the type of their client", () => {
    const key = ClientCacheKey.make(S3Client, { region: "us-west-2" })
    expectTypeOf(key).toEqualTypeOf<ClientCacheKey<S3Client>>()
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
    const addWider = (key: ClientCacheKey<S3>, client: S3Client) =>
      // @ts-expect-error an S3Client is no S3, which has a method for each operation
      ClientCache.set(key, client)
    void addWider
  })
})
