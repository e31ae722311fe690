import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Schema, Scope, TestClock } from "effect"
import { ClientCache, ResourceCache, ResourceDefinition, sendCommand, Session } from "effect-aws-cache/ClientLayer"
import { eventually, until } from "../support/until.js"
import { localS3 } from "./localS3.js"
import { sessionEnvironment } from "./sessionEnvironment.js"

const Objects = ResourceDefinition.make({
  name: "Objects",
  client: S3Client,
  options: Schema.Struct({ bucket: Schema.String }),
  make: (s3, { bucket }) => ({
    size: (key: string) =>
      sendCommand(s3, new GetObjectCommand({ Bucket: bucket, Key: key })).pipe(
        Effect.flatMap(({ Body }) => Effect.promise(async () => Body?.transformToByteArray())),
        Effect.map((bytes) => bytes?.length)
      )
  })
})

const whole = 64 * 1024

describe("timeToIdle", () => {
  it.scoped("of resources: one that nobody uses is released, and its client is in use until then", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const sizeOf = (key: string) =>
        ResourceCache.withResource(Objects, server.config(), (objects) => objects.size(key), { bucket: "bucket" })
      assert.strictEqual(yield* sizeOf("object"), whole)
      for (const _ of [1, 2, 3]) {
        yield* TestClock.adjust("9 minutes")
        assert.strictEqual(yield* sizeOf("object"), whole)
      }
      assert.deepStrictEqual([yield* ResourceCache.size, yield* ClientCache.size, server.connections()], [1, 1, 1])
      yield* TestClock.adjust("10 minutes")
      yield* eventually(Effect.map(ClientCache.stats, ({ leased }) => leased === 0))
      assert.deepStrictEqual([yield* ResourceCache.size, yield* ClientCache.size], [0, 1])
      yield* TestClock.adjust("1 minute")
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual(yield* ClientCache.size, 0)
    }).pipe(Effect.provide(
      Layer.provideMerge(
        ResourceCache.layer({ timeToIdle: "10 minutes" }),
        ClientCache.layer({ timeToIdle: "1 minute" })
      )
    )))

  it.scoped("of a session: for clients and resources, under both policies", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* sessionEnvironment()
      yield* Effect.gen(function*() {
        const { client, resource } = yield* Session.caches
        const sizes = Effect.all([client.LRU.size, client.LFU.size, resource.LRU.size, resource.LFU.size])
        const scope = yield* Scope.make()
        for (const evictionPolicy of ["LRU", "LFU"] as const) {
          yield* Session.client(S3Client, server.config(), { evictionPolicy })
          yield* Session.resource(Objects, server.config(), { bucket: "bucket" }, { evictionPolicy })
        }
        yield* Scope.extend(Session.lease(S3Client, server.config({ region: "eu-west-1" })), scope)
        assert.deepStrictEqual(yield* sizes, [2, 1, 1, 1])
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual((yield* sizes).slice(2), [0, 0])
        // The one that is leased here; those of the resources are not leased any more.
        yield* eventually(
          Effect.zipWith(client.LRU.stats, client.LFU.stats, (lru, lfu) => lru.leased === 1 && lfu.leased === 0)
        )
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(yield* sizes, [1, 0, 0, 0])
        yield* Scope.close(scope, Exit.void)
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(yield* sizes, [0, 0, 0, 0])
      }).pipe(Effect.provide(Session.layer({ timeToIdle: "1 hour", gracePeriod: 0 })))
    }))
})
