/**
 * Times to live in every kind of second level, from none to such that no number of milliseconds is one.
 */
import { ScanCommand } from "@aws-sdk/client-dynamodb"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema, Stream, TestClock } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStore } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import * as DynamoDBServer from "../servers/DynamoDBServer.js"

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String, timeToLive: "1 day" })

const aDay = 24 * 60 * 60 * 1000

/** Times to live, and whether what is written with them is there at once, after a second, and after a thousand years. */
const durations: ReadonlyArray<readonly [timeToLive: number, isThere: readonly [boolean, boolean, boolean]]> = [
  [0, [false, false, false]],
  [0.5, [true, false, false]],
  [1, [true, false, false]],
  [1000.25, [true, true, false]],
  [aDay, [true, true, false]],
  [8.64e15, [true, true, true]],
  [Number.MAX_SAFE_INTEGER, [true, true, true]],
  [1e21, [true, true, true]],
  [1e300, [true, true, true]],
  [Number.MAX_VALUE, [true, true, true]],
  [Infinity, [true, true, true]]
]

const memory = ObjectStore.layerMemory()

const folder = Layer.unwrapScoped(
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "time-to-live-"))),
      (directory) => Effect.promise(() => rm(directory, { recursive: true }))
    ),
    (directory) => ObjectStore.layerFileSystem({ directory })
  )
).pipe(Layer.provide(NodeContext.layer))

const bucket = Layer.unwrapScoped(
  Effect.map(
    EmbeddedS3.make({ buckets: ["times"] }),
    ({ clientConfig }) => ObjectStore.layerS3({ bucket: "times", clientConfig })
  )
).pipe(Layer.provide(ClientCache.layer()))

const table = Layer.unwrapScoped(
  Effect.map(DynamoDBServer.make, ({ clientConfig, table }) => ObjectStore.layerDynamoDB({ table, clientConfig }))
).pipe(Layer.provide(ClientCache.layer()))

const stores: ReadonlyArray<readonly [name: string, layer: Layer.Layer<ObjectStore, unknown>]> = [
  ["memory", memory],
  ["a folder", folder],
  ["a bucket", bucket],
  ["a table", table],
  ["a table and a bucket, by size", ObjectStore.layerBySize({ small: table, large: bucket, limit: 2 })],
  ["a folder before a bucket", ObjectStore.layerChain({ near: folder, far: bucket })]
]

describe("times to live", () => {
  for (const [name, layer] of stores) {
    it.scoped(`mean the same in ${name}`, () =>
      Effect.gen(function*() {
        const store = yield* ObjectStore
        const writer = yield* makeS3CacheService(store)
        for (const [at, [timeToLive]] of durations.entries()) {
          yield* writer.set(Names.key(at), "Ada", { timeToLive })
          yield* writer.getOrCompute(Names.key(100 + at), Effect.succeed("Grace"), { timeToLive })
        }
        assert.strictEqual((yield* writer.stats).writeFailures, 0)
        for (const [moment, advance] of [0, 1000, 1000 * 365 * aDay].entries()) {
          yield* TestClock.adjust(advance)
          // It knows only what the store holds.
          const reader = yield* makeS3CacheService(store)
          for (const [at, [timeToLive, isThere]] of durations.entries()) {
            for (const [key, value] of [[at, "Ada"], [100 + at, "Grace"]] as const) {
              const expected = isThere[moment] === true ? Option.some(value) : Option.none()
              const of = `${timeToLive} ms, ${key}, then ${advance} ms`
              assert.deepStrictEqual(yield* writer.getOption(Names.key(key)), expected, `here: ${of}`)
              assert.deepStrictEqual(yield* reader.getOption(Names.key(key)), expected, `elsewhere: ${of}`)
            }
          }
          const listed = yield* Stream.runCount(reader.list(Names))
          assert.strictEqual(listed, 2 * durations.filter(([, isThere]) => isThere[moment] === true).length)
        }
        assert.strictEqual((yield* writer.stats).storeErrors, 0)
      }).pipe(Effect.provide(layer)))
  }

  it.scoped("are ends in a table, in whole seconds, where they have one", () =>
    Effect.gen(function*() {
      const { client, clientConfig, table } = yield* DynamoDBServer.make
      const ends = yield* Effect.gen(function*() {
        const cache = yield* makeS3CacheService(yield* ObjectStore)
        const ends: Array<string | undefined> = []
        for (const [timeToLive] of durations.slice(1)) {
          yield* cache.set(Names.key(1), "Ada", { timeToLive })
          const { Items = [] } = yield* Effect.promise(() => client.send(new ScanCommand({ TableName: table })))
          assert.strictEqual(Items.length, 1)
          ends.push(Items[0]?.["expires"]?.N)
        }
        return ends
      }).pipe(Effect.provide(ObjectStore.layerDynamoDB({ table, clientConfig })), Effect.provide(ClientCache.layer()))
      assert.deepStrictEqual(ends, ["1", "1", "2", "86400", "8640000000000", ...Array(5).fill(undefined)])
    }))
})
