import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3Client } from "@aws-sdk/client-s3"
import * as TheirInstance from "@effect-aws/client-s3/S3ClientInstance"
import { makeS3Service, S3Service } from "@effect-aws/client-s3/S3Service"
import { setS3ServiceConfig, toS3ClientConfig } from "@effect-aws/client-s3/S3ServiceConfig"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Option, Schema, Scope } from "effect"
import type { CacheConfigError, CacheExistsError, CacheKeyError } from "effect-aws-cache/Cache"
import {
  type ClientBuildError,
  ClientCache,
  ClientCacheKey,
  ClientCacheLive,
  type ClientValueError
} from "effect-aws-cache/ClientLayer"
import {
  clientInstance,
  layerBorrowed,
  layerInstance,
  layerS3FromInstance,
  S3ClientInstance
} from "effect-aws-cache/effect-aws"
import { Keyspace, type ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { localS3 } from "../ClientLayer/localS3.js"
import { turns, until } from "../support/until.js"

const bucket = "effect-aws"
const embedded = EmbeddedS3.layer({ buckets: [bucket] })

/** Their service, on a client of the `ClientCache`. */
const serviceOn = (config: ConstructorParameters<typeof S3Client>[0]) =>
  Layer.provide(
    Layer.effect(S3Service, makeS3Service),
    layerInstance(TheirInstance.S3ClientInstance, S3Client, config)
  )

const readText = (body: { readonly transformToString: () => Promise<string> } | undefined) =>
  Effect.promise(() => body?.transformToString() ?? Promise.resolve("nothing"))

describe("their services on our clients", () => {
  it.scoped("S3Service works on a cached client, which it shares", () =>
    Effect.gen(function*() {
      const { clientConfig } = yield* EmbeddedS3
      yield* Effect.gen(function*() {
        yield* S3Service.putObject({ Bucket: bucket, Key: "a", Body: "hello" })
        const { Body } = yield* S3Service.getObject({ Bucket: bucket, Key: "a" })
        assert.strictEqual(yield* readText(Body), "hello")
        const error = yield* Effect.flip(S3Service.getObject({ Bucket: bucket, Key: "none" }))
        assert.strictEqual(error._tag, "NoSuchKey")
      }).pipe(Effect.provide(serviceOn(clientConfig)))
      // The second time, it is the same client.
      yield* Effect.provide(S3Service.listBuckets({}), serviceOn(clientConfig))
      yield* ClientCache.client(S3Client, clientConfig)
      const { computations, hits } = yield* ClientCache.stats
      assert.deepStrictEqual({ computations, hits }, { computations: 1, hits: 2 })
    }).pipe(Effect.provide(ClientCacheLive), Effect.provide(embedded)))

  it.scoped("their configuration is honoured", () =>
    Effect.gen(function*() {
      const { clientConfig } = yield* EmbeddedS3
      const instance = Layer.unwrapEffect(
        Effect.map(toS3ClientConfig, (config) => layerInstance(TheirInstance.S3ClientInstance, S3Client, config))
      ).pipe(Layer.provide(setS3ServiceConfig({ ...clientConfig, maxAttempts: 7 })))
      const { Buckets } = yield* Effect.provide(
        S3Service.listBuckets({}),
        Layer.provide(Layer.effect(S3Service, makeS3Service), instance)
      )
      assert.deepStrictEqual(Buckets?.map(({ Name }) => Name), [bucket])
      assert.include(String((yield* ClientCache.keys)[0]), "maxAttempts=7")
    }).pipe(Effect.provide(ClientCacheLive), Effect.provide(embedded)))

  it.scoped("the client is leased as long as the layer lives: not drained when it is evicted", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* Effect.gen(function*() {
        yield* S3Service.getObject({ Bucket: "bucket", Key: "a" }).pipe(
          Effect.flatMap(({ Body }) => readText(Body))
        )
        yield* ClientCache.client(S3Client, { region: "eu-west-1" })
        assert.strictEqual((yield* ClientCache.stats).retired, 1)
        yield* S3Service.getObject({ Bucket: "bucket", Key: "b" }).pipe(
          Effect.flatMap(({ Body }) => readText(Body))
        )
        yield* turns(5)
        assert.deepStrictEqual([server.connections(), server.openSockets()], [1, 1])
      }).pipe(Effect.provide(serviceOn(server.config())))
      yield* until(() => server.openSockets() === 0)
    }).pipe(Effect.provide(ClientCache.layer({ maxSize: 1 }))))

  it.scoped("a request in flight when the layer is closed is not cut off, nor sent twice", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const requestThen = (layer: Layer.Layer<S3Service, ClientBuildError | CacheKeyError, ClientCache>, key: string) =>
        Effect.gen(function*() {
          const scope = yield* Scope.make()
          const service = Context.get(yield* Layer.buildWithScope(layer, scope), S3Service)
          const request = yield* Effect.fork(service.getObject({ Bucket: "bucket", Key: key }))
          yield* until(() => server.waiting() === 1)
          yield* Scope.close(scope, Exit.void)
          yield* turns(5)
          yield* server.release
          // What the SDK sends again has to be answered again.
          yield* Effect.raceFirst(
            Fiber.await(request),
            Effect.forever(Effect.zipRight(turns(1), server.release))
          )
          const { Body } = yield* Fiber.join(request)
          yield* readText(Body)
          return server.executions(key)
        })
      assert.strictEqual(yield* requestThen(serviceOn(server.config()), "held-ours"), 1)
      // Their own layer destroys the client, and the SDK silently sends the request again.
      const { logger: _logger, ...config } = server.config()
      assert.strictEqual(yield* requestThen(S3Service.layer(config), "held-theirs"), 2)
    }).pipe(Effect.provide(ClientCacheLive)))

  it.effect("fails as the cache of clients does", () =>
    Effect.gen(function*() {
      const layer = layerInstance(S3ClientInstance, S3Client, { region: " " })
      const error = yield* Effect.flip(Effect.provide(S3ClientInstance, layer))
      assert.strictEqual(error._tag, "CacheKeyError")
    }).pipe(Effect.provide(ClientCacheLive)))
})

describe("tags by their keys", () => {
  it.effect("our tag and theirs are one service", () =>
    Effect.gen(function*() {
      const client = new S3Client({ region: "us-west-2" })
      assert.strictEqual(S3ClientInstance.key, TheirInstance.S3ClientInstance.key)
      const ours = Effect.provideService(S3ClientInstance, TheirInstance.S3ClientInstance, client)
      assert.strictEqual(yield* ours, client)
      const theirs = Effect.provideService(TheirInstance.S3ClientInstance, S3ClientInstance, client)
      assert.strictEqual(yield* theirs, client)
      // To the type checker as well: nothing is missing in either case.
      expectTypeOf(ours).toEqualTypeOf<Effect.Effect<S3Client>>()
      expectTypeOf(theirs).toEqualTypeOf<Effect.Effect<S3Client>>()
      expectTypeOf<Context.Tag.Identifier<typeof S3ClientInstance>>().toEqualTypeOf<TheirInstance.S3ClientInstance>()
    }))

  it.effect("any service has one", () =>
    Effect.gen(function*() {
      const instance = clientInstance<DynamoDBClient>()("@effect-aws/client-dynamodb/DynamoDBClientInstance")
      assert.strictEqual(instance.key, "@effect-aws/client-dynamodb/DynamoDBClientInstance")
      const layer = layerInstance(
        instance,
        () => import("@aws-sdk/client-dynamodb").then((module) => module.DynamoDBClient),
        { region: "us-west-2" }
      )
      const client = yield* Effect.provide(instance, layer)
      assert.instanceOf(client, DynamoDBClient)
      assert.strictEqual(yield* ClientCache.client(DynamoDBClient, { region: "us-west-2" }), client)
      // @ts-expect-error no key of a client instance
      void clientInstance<DynamoDBClient>()("app/DynamoDB")
      // @ts-expect-error the client of another service
      void layerInstance(instance, S3Client, { region: "us-west-2" })
    }).pipe(Effect.provide(ClientCacheLive)))
})

describe("their clients in the ClientCache", () => {
  const config = { region: "eu-central-1" }
  const theirs = Layer.provide(TheirInstance.layer, setS3ServiceConfig(config))

  it.scoped("a borrowed instance is what the cache gives out, until the layer is closed", () =>
    Effect.gen(function*() {
      const key = ClientCacheKey.make(S3Client, config)
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        Layer.provideMerge(layerBorrowed(S3ClientInstance, key), theirs),
        scope
      )
      const instance = Context.get(context, TheirInstance.S3ClientInstance)
      assert.strictEqual(yield* ClientCache.client(S3Client, config), instance)
      const { computations, clients } = yield* ClientCache.stats
      assert.deepStrictEqual([computations, clients.map(({ borrowed }) => borrowed)], [0, [true]])
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(yield* ClientCache.has(key))
      assert.notStrictEqual(yield* ClientCache.client(S3Client, config), instance)
    }).pipe(Effect.provide(ClientCacheLive)))

  it.scoped("what took its place meanwhile stays", () =>
    Effect.gen(function*() {
      const key = ClientCacheKey.make(S3Client, config)
      const other = new S3Client(config)
      yield* Effect.provide(
        ClientCache.set(key, other),
        Layer.provide(layerBorrowed(S3ClientInstance, key), theirs)
      )
      assert.deepStrictEqual(yield* ClientCache.peek(key), Option.some(other))
    }).pipe(Effect.provide(ClientCacheLive)))

  it.scoped("it is refused where there is a client already", () =>
    Effect.gen(function*() {
      const mine = yield* ClientCache.client(S3Client, config)
      const key = ClientCacheKey.make(S3Client, config)
      const layer = Layer.provide(layerBorrowed(S3ClientInstance, key), theirs)
      expectTypeOf(layer).toEqualTypeOf<
        Layer.Layer<never, CacheExistsError | ClientValueError, ClientCache>
      >()
      const error = yield* Effect.flip(Effect.provide(Effect.void, layer))
      assert.strictEqual(error._tag, "CacheExistsError")
      assert.strictEqual(yield* ClientCache.client(S3Client, config), mine)
    }).pipe(Effect.provide(ClientCacheLive)))
})

describe("their client under the S3 level", () => {
  const Users = Keyspace.make("users", { key: Schema.String, value: Schema.Struct({ born: Schema.Number }) })

  it.scoped("S3Cache reads and writes through it", () =>
    Effect.gen(function*() {
      const { clientConfig, requests } = yield* EmbeddedS3
      const level = layerS3FromInstance({ bucket })
      expectTypeOf(level).toEqualTypeOf<Layer.Layer<ObjectStore, CacheConfigError, TheirInstance.S3ClientInstance>>()
      const layer = S3Cache.layer().pipe(
        Layer.provide(level),
        Layer.provide(Layer.provide(TheirInstance.layer, setS3ServiceConfig(clientConfig)))
      )
      yield* Effect.provide(S3Cache.set(Users.key("ada"), { born: 1815 }), layer)
      // A second cache has nothing in memory.
      const ada = yield* Effect.provide(S3Cache.get(Users.key("ada")), layer)
      assert.deepStrictEqual(ada, { born: 1815 })
      assert.isAbove((yield* requests).length, 1)
    }).pipe(Effect.provide(embedded)))
})
