import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { Keyspace, ObjectStore } from "effect-aws-cache/S3Store"
import { readFileSync } from "node:fs"
import { redisStore } from "../../examples/adapters/redisStore.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { conformance } from "../S3Store/objects/ObjectStore.conformance.js"
import * as RedisServer from "../servers/RedisServer.js"

if (RedisServer.program === undefined) {
  process.stdout.write("skipped: neither valkey-server nor redis-server is installed\n")
}

const Names = Keyspace.make("names", {
  key: Schema.Number,
  value: Schema.String,
  timeToLive: "1 hour",
  coordination: "lease"
})

describe.skipIf(RedisServer.program === undefined)("a second level in Redis", () => {
  conformance(
    "Redis",
    Layer.scoped(ObjectStore, Effect.map(RedisServer.make, (redis) => redisStore(redis, "cache:", 3600))),
    { conditions: true, deletes: true, lists: true, modelRuns: 5 }
  )

  it.scopedLive("has entries that leave it, tags that do not, and leases", () =>
    Effect.gen(function*() {
      const redis = yield* RedisServer.make
      const store = redisStore(redis, "cache:", 3600)
      const cache = yield* makeS3CacheService(store)
      const other = yield* makeS3CacheService(store)
      let computed = 0
      const compute = Effect.delay(Effect.sync(() => `Ada ${++computed}`), 50)
      const both = [cache, other].map((each) => each.getOrCompute(Names.key(1), compute, { tags: ["people"] }))
      assert.deepStrictEqual(yield* Effect.all(both, { concurrency: 2 }), ["Ada 1", "Ada 1"])
      yield* other.invalidateTag("people")
      const third = yield* makeS3CacheService(store)
      assert.deepStrictEqual(yield* third.getOption(Names.key(1)), Option.none())
      yield* third.set(Names.key(2), "Grace")
      const entry = yield* Effect.promise(() => redis.callBuffer("TTL", `cache:${Names.key(2).objectName}`))
      assert.isTrue(Number(entry) > 3000 && Number(entry) <= 3600, String(entry))
      const keys = yield* Effect.promise(() => redis.callBuffer("KEYS", "cache:.tags/*"))
      const [tag] = Array.isArray(keys) ? keys.map(String) : []
      assert.strictEqual(yield* Effect.promise(() => redis.callBuffer("TTL", tag ?? "")), -1)
      assert.strictEqual(yield* third.clear(Names), 1)
      const check = yield* third.check
      assert.isTrue(check.isFine, String(check))
    }))

  it.scopedLive("tells when an entry was written, so that memory is filled with the newest", () =>
    Effect.gen(function*() {
      const store = redisStore(yield* RedisServer.make, "cache:", 3600)
      const began = Date.now()
      const cache = yield* makeS3CacheService(store)
      for (const id of [3, 1, 2]) {
        yield* cache.set(Names.key(id), `name ${id}`)
        yield* Effect.sleep(2)
      }
      const listed = Array.from(yield* Stream.runCollect(store.list("names/")))
      assert.isTrue(listed.every(({ modified }) => modified >= began && modified <= Date.now()))
      for (const { etag, name } of listed) {
        const found = yield* store.load(name)
        assert.strictEqual(found._tag === "Found" ? found.etag : "", etag)
      }
      const other = yield* makeS3CacheService(store)
      const warmed = yield* other.warm(Names, { limit: 2, newerThan: "30 minutes" })
      assert.deepStrictEqual([warmed.listed, warmed.loaded, warmed.skipped.older], [3, 2, 1])
      assert.strictEqual((yield* other.peek(Names.key(3)))._tag, "None")
    }))

  it.scopedLive("fails as a second level does, when the server is gone", () =>
    Effect.gen(function*() {
      const connection = yield* Effect.scoped(RedisServer.make)
      const error = yield* Effect.flip(redisStore(connection, "cache:", 60).load("a"))
      assert.strictEqual(error.reason, "Network")
    }))
})

it("is the example of docs/redis.md, of no more than sixty lines", () => {
  const example = readFileSync("examples/adapters/redisStore.ts", "utf8")
  assert.isAtMost(example.trimEnd().split("\n").length, 60)
  assert.include(readFileSync("docs/redis.md", "utf8"), example.trim())
})
