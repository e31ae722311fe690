import type { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3Client } from "@aws-sdk/client-s3"
import type { DynamoDBDocument, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb"
import { describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, type Layer, Schema, type Scope } from "effect"
import type { CacheConfigError, CacheNotFoundError } from "effect-aws-cache/Cache"
import {
  type ClientBuildError,
  type ClientCache,
  type ClientCacheKey,
  DynamoDBDocumentClientResource,
  DynamoDBDocumentResource,
  type ResourceBuildError,
  ResourceCache,
  ResourceCacheKey,
  ResourceCacheLive,
  ResourceDefinition
} from "effect-aws-cache/ClientLayer"

class Bucket {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

const Buckets = ResourceDefinition.make({
  name: "Bucket",
  client: S3Client,
  options: Schema.Struct({ bucket: Schema.String }),
  make: (client, { bucket }) => {
    expectTypeOf(client).toEqualTypeOf<S3Client>()
    expectTypeOf(bucket).toEqualTypeOf<string>()
    return Effect.succeed(new Bucket(bucket))
  },
  release: (bucket) => {
    expectTypeOf(bucket).toEqualTypeOf<Bucket>()
    return Effect.void
  }
})

const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (client) => ({ client }) })

type Failure = ClientBuildError | ResourceBuildError

describe("types", () => {
  it("a definition infers client, options and resource", () => {
    expectTypeOf(Buckets).toEqualTypeOf<ResourceDefinition<typeof S3Client, { readonly bucket: string }, Bucket>>()
    const lazy = ResourceDefinition.make({
      name: "Lazy",
      client: () => import("@aws-sdk/client-dynamodb").then((module) => module.DynamoDBClient),
      make: (client) => {
        expectTypeOf(client).toEqualTypeOf<DynamoDBClient>()
        return new Bucket("a")
      }
    })
    expectTypeOf(ResourceCache.resource(lazy)).toEqualTypeOf<Effect.Effect<Bucket, Failure, ResourceCache>>()
    // @ts-expect-error no client class
    void ResourceDefinition.make({ name: "Date", client: Date, make: () => ({}) })
    void ResourceDefinition.make({
      name: "Needy",
      client: S3Client,
      // @ts-expect-error nothing but a scope is provided
      make: () => Effect.as(ResourceCache, new Bucket("a"))
    })
  })

  it("resource, lease and withResource infer what they give", () => {
    expectTypeOf(ResourceCache.resource(Buckets, { region: "us-west-2" }, { bucket: "a" })).toEqualTypeOf<
      Effect.Effect<Bucket, Failure, ResourceCache>
    >()
    expectTypeOf(ResourceCache.lease(Plain, { region: "us-west-2" })).toEqualTypeOf<
      Effect.Effect<{ client: S3Client }, Failure, ResourceCache | Scope.Scope>
    >()
    expectTypeOf(
      ResourceCache.withResource(Buckets, {}, (bucket) => {
        expectTypeOf(bucket).toEqualTypeOf<Bucket>()
        return Effect.succeed(bucket.name.length)
      }, { bucket: "a" })
    ).toEqualTypeOf<Effect.Effect<number, Failure, ResourceCache>>()
    expectTypeOf(ResourceCache.withResource(Plain, undefined, () => Effect.fail("no" as const))).toEqualTypeOf<
      Effect.Effect<never, "no" | Failure, ResourceCache>
    >()
    expectTypeOf(ResourceCache.resource(DynamoDBDocumentResource)).toEqualTypeOf<
      Effect.Effect<DynamoDBDocument, Failure, ResourceCache>
    >()
    expectTypeOf(
      ResourceCache.resource(DynamoDBDocumentClientResource, { endpointDiscoveryEnabled: false }, {
        marshallOptions: { removeUndefinedValues: true }
      })
    ).toEqualTypeOf<Effect.Effect<DynamoDBDocumentClient, Failure, ResourceCache>>()
  })

  it("configuration and options are checked against the definition", () => {
    // @ts-expect-error no such field
    void ResourceCache.resource(Plain, { regoin: "us-west-2" })
    // @ts-expect-error the options are missing
    void ResourceCache.resource(Buckets, { region: "us-west-2" })
    // @ts-expect-error not a string
    void ResourceCache.resource(Buckets, {}, { bucket: 1 })
    // @ts-expect-error no such option
    void ResourceCache.resource(Buckets, {}, { bucket: "a", bukket: "b" })
    // @ts-expect-error it has no options
    void ResourceCache.resource(Plain, {}, { bucket: "a" })
    // @ts-expect-error the options are missing
    void ResourceCache.withResource(Buckets, {}, () => Effect.void)
    // @ts-expect-error no such option
    void ResourceCacheKey.makeEither(DynamoDBDocumentResource, {}, { marshalOptions: {} })
  })

  it("keys carry the type of their resource, and are no keys of clients", () => {
    expectTypeOf(ResourceCacheKey.make(Buckets, {}, { bucket: "a" })).toEqualTypeOf<
      ResourceCacheKey<Bucket>
    >()
    const get = (key: ResourceCacheKey<Bucket>) => ResourceCache.get(key)
    expectTypeOf(get).returns.toEqualTypeOf<Effect.Effect<Bucket, CacheNotFoundError, ResourceCache>>()
    const pop = (key: ResourceCacheKey<Bucket>) => ResourceCache.pop(key)
    expectTypeOf(pop).returns.toEqualTypeOf<
      Effect.Effect<Bucket, CacheNotFoundError, ResourceCache | Scope.Scope>
    >()
    const wrong = (clientKey: ClientCacheKey<S3Client>, key: ResourceCacheKey<Bucket>) => {
      // @ts-expect-error the key of a client
      void ResourceCache.get(clientKey)
      // @ts-expect-error the key of a client
      void ResourceCache.has(clientKey)
      // @ts-expect-error the key of a resource
      const other: ClientCacheKey<S3Client> = key
      // @ts-expect-error a resource of another definition
      void ResourceCache.add(key, new S3Client())
      // @ts-expect-error a key of another resource
      const another: ResourceCacheKey<DynamoDBDocument> = key
      return [other, another]
    }
    void wrong
    const covariant = (key: ResourceCacheKey<DynamoDBDocument>, client: DynamoDBDocumentClient) => {
      const wider: ResourceCacheKey<DynamoDBDocumentClient> = key
      // @ts-expect-error not all of a DynamoDBDocument
      void ResourceCache.add(key, client)
      return wider
    }
    void covariant
  })

  it("layers say what they need", () => {
    expectTypeOf(ResourceCache.layer()).toEqualTypeOf<Layer.Layer<ResourceCache, CacheConfigError, ClientCache>>()
    expectTypeOf(ResourceCacheLive).toEqualTypeOf<Layer.Layer<ResourceCache>>()
    // @ts-expect-error another resource
    void ResourceCache.fake(Buckets, () => ({ nothing: true }))
  })
})
