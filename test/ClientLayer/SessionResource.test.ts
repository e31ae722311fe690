import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3Client } from "@aws-sdk/client-s3"
import { DynamoDBDocument, DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Layer, Option, Schema, type Scope, Stream } from "effect"
import {
  DefaultSession,
  DynamoDBDocumentClientResource,
  DynamoDBDocumentResource,
  ResourceCache,
  ResourceDefinition,
  Session,
  type SessionError,
  type SessionResourceError
} from "effect-aws-cache/ClientLayer"
import { localDynamoDB } from "./localDynamoDB.js"
import { sessionEnvironment, setVariable } from "./sessionEnvironment.js"

const make = (...args: Parameters<typeof Session.make>) => Effect.zipRight(sessionEnvironment(), Session.make(...args))

const Bucket = ResourceDefinition.make({
  name: "Bucket",
  client: S3Client,
  options: Schema.Struct({ bucket: Schema.String }),
  make: (s3, { bucket }) => ({ s3, bucket })
})

const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (s3) => ({ s3 }) })

const labels = (cache: { readonly keys: Effect.Effect<ReadonlyArray<unknown>> }) =>
  Effect.map(cache.keys, (keys) => keys.map(String))

const regions = ["us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2"]

describe("the resources of a session", () => {
  it.scoped("are built once for each configuration and options, over the session's clients", () =>
    Effect.gen(function*() {
      const session = yield* make({ region: "us-east-1" })
      const plain = yield* session.resource(Plain)
      assert.strictEqual(yield* session.resource(Plain, { region: "US-EAST-1" }), plain)
      assert.strictEqual(plain.s3, yield* session.client(S3Client))
      assert.notStrictEqual(yield* session.resource(Plain, { region: "us-west-2" }), plain)
      const reports = yield* session.resource(Bucket, {}, { bucket: "reports" })
      assert.strictEqual(reports.s3, plain.s3)
      assert.strictEqual(yield* session.resource(Bucket, undefined, { bucket: "reports" }), reports)
      assert.notStrictEqual(yield* session.resource(Bucket, {}, { bucket: "others" }), reports)
      assert.strictEqual(yield* Effect.scoped(session.leaseResource(Bucket, {}, { bucket: "reports" })), reports)
      assert.strictEqual(yield* session.withResource(Bucket, {}, Effect.succeed, { bucket: "reports" }), reports)
    }))

  it.scoped("LRU is the default, LFU is apart, and so are sessions", () =>
    Effect.gen(function*() {
      const session = yield* make({ region: "us-east-1" })
      const lru = yield* session.resource(Plain)
      assert.strictEqual(yield* session.resource(Plain, {}, {}, { evictionPolicy: "LRU" }), lru)
      const lfu = yield* session.resource(Plain, {}, {}, { evictionPolicy: "LFU" })
      assert.notStrictEqual(lfu, lru)
      assert.notStrictEqual(lfu.s3, lru.s3)
      assert.notStrictEqual(yield* (yield* Session.make({ region: "us-east-1" })).resource(Plain), lru)
    }))

  it.scoped("take a place in the cache of clients of the same policy, not always in that of LRU", () =>
    Effect.gen(function*() {
      const session = yield* make({ region: "us-east-1", evictionPolicy: "LFU" })
      yield* session.resource(Plain)
      assert.strictEqual(yield* session.caches.resource.LFU.size, 1)
      assert.strictEqual(yield* session.caches.client.LFU.size, 1)
      assert.strictEqual(yield* session.caches.client.LRU.size, 0)
    }))

  it.scoped("a bad policy or size is refused, and changes nothing", () =>
    Effect.gen(function*() {
      const session = yield* make({ region: "us-east-1" })
      for (const controls of [{ evictionPolicy: "FIFO" }, { maxSize: -1 }, { maxSize: 1.5 }]) {
        const bad: object = controls
        for (
          const call of [
            session.resource(Plain, {}, {}, bad),
            Effect.scoped(session.leaseResource(Plain, {}, {}, bad)),
            session.withResource(Plain, {}, () => Effect.void, {}, bad)
          ]
        ) assert.strictEqual((yield* Effect.flip(call))._tag, "CacheConfigError")
      }
      assert.strictEqual((yield* session.caches.resource.LRU.stats).misses, 0)
    }))

  it.scoped("a limit that is given with a call keeps the resource that is asked for", () =>
    Effect.gen(function*() {
      const session = yield* make({})
      const first = yield* session.resource(Plain, { region: "us-east-1" })
      for (const region of regions) yield* session.resource(Plain, { region })
      yield* session.resource(Plain, { region: "eu-central-1" }, {}, { maxSize: 20 })
      assert.strictEqual((yield* session.caches.resource.LRU.stats).evicted, 0)
      assert.strictEqual(yield* session.resource(Plain, { region: "us-east-1" }, {}, { maxSize: 2 }), first)
      assert.deepStrictEqual(yield* labels(session.caches.resource.LRU), [
        "Plain(region=eu-central-1)",
        "Plain(region=us-east-1)"
      ])
      assert.isObject(yield* session.resource(Plain, { region: "us-east-1" }, {}, { maxSize: 0 }))
      assert.strictEqual(yield* session.caches.resource.LRU.size, 0)
    }))

  it.scoped("resourceKey is the key in the caches", () =>
    Effect.gen(function*() {
      const session = yield* make({ region: "us-east-1" })
      const key = yield* session.resourceKey(Bucket, {}, { bucket: "reports" })
      const made = yield* session.resource(Bucket, {}, { bucket: "reports" })
      assert.strictEqual(yield* session.caches.resource.LRU.get(key), made)
      yield* session.caches.resource.LRU.remove(key)
      assert.notStrictEqual(yield* session.resource(Bucket, {}, { bucket: "reports" }), made)
    }))

  it.scopedLive("DynamoDB's document clients are among them, with the session's credentials and connections", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      yield* sessionEnvironment({ variables: { AWS_ENDPOINT_URL_DYNAMODB: server.url } })
      const session = yield* Session.make({
        region: "us-east-1",
        credentials: { accessKeyId: "key", secretAccessKey: "secret" }
      })
      assert.deepStrictEqual([...yield* session.getAvailableResources].sort(), [
        "DynamoDBDocument",
        "DynamoDBDocumentClient"
      ])
      const documents = yield* session.resource(DynamoDBDocumentResource)
      assert.isTrue(documents instanceof DynamoDBDocument)
      yield* Effect.promise(() => documents.put({ TableName: "users", Item: { id: "ada", born: 1815 } }))
      yield* session.withResource(DynamoDBDocumentClientResource, {}, (client) => {
        assert.isTrue(client instanceof DynamoDBDocumentClient)
        return Effect.promise(() => client.send(new GetCommand({ TableName: "users", Key: { id: "ada" } }))).pipe(
          Effect.map(({ Item }) => assert.deepStrictEqual(Item, { id: "ada", born: 1815 }))
        )
      })
      yield* Effect.flatMap(
        session.resource(DynamoDBDocumentClientResource, {}, { marshallOptions: { removeUndefinedValues: true } }),
        (client) =>
          Effect.promise(() => client.send(new PutCommand({ TableName: "users", Item: { id: "b", no: undefined } })))
      )
      yield* session.client(DynamoDBClient)
      assert.strictEqual(server.connections(), 1)
      // A client for each of the three, and the one asked for at last.
      assert.strictEqual(yield* session.caches.client.LRU.size, 4)
    }))

  it.scoped("a resource that cannot be built leaves nothing", () =>
    Effect.gen(function*() {
      const session = yield* make({ region: "us-east-1" })
      const Broken = ResourceDefinition.make({
        name: "Broken",
        client: S3Client,
        make: (): object => {
          throw new Error("no")
        }
      })
      assert.strictEqual((yield* Effect.flip(session.resource(Broken)))._tag, "ResourceBuildError")
      assert.strictEqual(yield* session.caches.resource.LRU.size, 0)
      const nowhere = yield* Session.make({})
      assert.strictEqual((yield* Effect.flip(nowhere.resource(Plain)))._tag, "ClientBuildError")
    }))

  it.scoped("reload makes new ones where the region changed, or any setting", () =>
    Effect.gen(function*() {
      const files = yield* sessionEnvironment({ config: "[default]\nregion = us-east-1\nmax_attempts = 2\n" })
      const session = yield* Session.make()
      const first = yield* session.resource(Plain)
      yield* session.reload
      assert.strictEqual(yield* session.resource(Plain), first)

      yield* files.write("config", "[default]\nregion = us-west-2\nmax_attempts = 2\n")
      yield* session.reload
      const second = yield* session.resource(Plain)
      assert.notStrictEqual(second, first)
      assert.strictEqual(yield* session.resource(Plain, { region: "us-east-1" }), first)

      const mine = { s3: second.s3 }
      const key = yield* session.resourceKey(Plain, { region: "eu-west-1" })
      yield* session.caches.resource.LRU.add(key, mine)
      yield* setVariable("AWS_MAX_ATTEMPTS", "5")
      yield* session.reload
      const third = yield* session.resource(Plain)
      assert.notStrictEqual(third, second)
      assert.strictEqual(yield* Effect.promise(() => third.s3.config.maxAttempts()), 5)
      // One that a caller made is the caller's.
      assert.deepStrictEqual(yield* session.caches.resource.LRU.getOption(key), Option.some(mine))
    }))

  it.scoped("have events", () =>
    Effect.gen(function*() {
      const session = yield* make({ region: "us-east-1" })
      const seen = yield* session.events.pipe(
        Stream.filter(({ cache, event }) => cache === "resource" && event._tag === "Inserted"),
        Stream.take(2),
        Stream.runCollect,
        Effect.fork
      )
      yield* Effect.repeatN(Effect.yieldNow(), 50)
      yield* session.resource(Plain)
      yield* session.resource(Plain, {}, {}, { evictionPolicy: "LFU" })
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(yield* Fiber.join(seen)).map(({ event, evictionPolicy }) =>
          `${evictionPolicy} ${event.key}`
        ),
        ["LRU Plain(region=us-east-1)", "LFU Plain(region=us-east-1)"]
      )
    }))

  it.effect("are there as statics, and as a ResourceCache", () =>
    Effect.gen(function*() {
      const made = yield* Session.resource(Bucket, {}, { bucket: "reports" })
      assert.strictEqual(yield* Effect.scoped(Session.leaseResource(Bucket, {}, { bucket: "reports" })), made)
      assert.strictEqual(yield* Session.withResource(Bucket, {}, Effect.succeed, { bucket: "reports" }), made)
      assert.strictEqual(String(yield* Session.resourceKey(Plain)), "Plain(region=us-west-2)")
      assert.strictEqual(yield* ResourceCache.resource(Bucket, {}, { bucket: "reports" }), made)
      assert.include(yield* Session.getAvailableResources, "DynamoDBDocument")
    }).pipe(Effect.provide(Layer.provideMerge(Session.layerResourceCache(), Session.layer({ region: "us-west-2" })))))

  it.scoped("the session of the process has them too", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment({ variables: { AWS_REGION: "us-east-1" } })
      yield* Effect.acquireRelease(DefaultSession.close, () => DefaultSession.close)
      const made = yield* DefaultSession.resource(Plain)
      assert.strictEqual(yield* Effect.scoped(DefaultSession.leaseResource(Plain, { region: "us-east-1" })), made)
      assert.strictEqual(yield* DefaultSession.withResource(Plain, {}, Effect.succeed), made)
    }))

  it("infer what they are", () => {
    expectTypeOf(DefaultSession.resource(Plain)).toEqualTypeOf<
      Effect.Effect<{ s3: S3Client }, SessionResourceError | SessionError>
    >()
    expectTypeOf(Session.leaseResource(Bucket, {}, { bucket: "reports" })).toEqualTypeOf<
      Effect.Effect<{ s3: S3Client; bucket: string }, SessionResourceError, Session | Scope.Scope>
    >()
    expectTypeOf(
      Session.withResource(Bucket, {}, ({ bucket }) => Effect.succeed(bucket), { bucket: "reports" }, { maxSize: 2 })
    ).toEqualTypeOf<Effect.Effect<string, SessionResourceError, Session>>()
    // @ts-expect-error options are needed
    void Session.resource(Bucket)
    // @ts-expect-error no policy of a session
    void Session.resource(Plain, {}, {}, { evictionPolicy: "GDSF" })
  })
})
