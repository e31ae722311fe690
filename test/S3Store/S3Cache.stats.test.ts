import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Schema, Stream, TestClock } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { Keyspace, ObjectStore, S3Cache, type S3CacheEvent } from "effect-aws-cache/S3Store"
import { makeBucket } from "./bucketOf.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String, timeToLive: "1 hour" })

const told = (event: S3CacheEvent) =>
  event._tag === "Removed" ? [event._tag, event.key.id, event.reason] : "key" in event ? [event._tag, event.key.id] : []

describe("stats and events", () => {
  it.scoped("tell why entries were removed, by lookups and by purge", () =>
    Effect.gen(function*() {
      // A server that honours conditions on removals, as Amazon S3 does.
      const { process } = yield* makeBucket({}, {})
      const cache = yield* process()
      const listening = yield* Effect.fork(
        cache.events.pipe(
          Stream.filter(({ _tag }) => _tag === "Inserted" || _tag === "Removed" || _tag === "Miss"),
          Stream.take(8),
          Stream.runCollect
        )
      )
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      for (const key of ["a", "b", "c"].map(Texts.key)) yield* cache.set(key, "x")
      yield* cache.remove(Texts.key("a"))
      yield* TestClock.adjust("1 hour")
      yield* cache.getOption(Texts.key("b"))
      assert.strictEqual(yield* cache.purge(Texts), 1)
      yield* cache.invalidate(Texts.key("d"))
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(listening)).map(told), [
        ["Inserted", "\"a\""],
        ["Inserted", "\"b\""],
        ["Inserted", "\"c\""],
        ["Removed", "\"a\"", "deleted"],
        ["Miss", "\"b\""],
        ["Removed", "\"b\"", "expired"],
        ["Removed", "\"c\"", "expired"],
        ["Removed", "\"d\"", "deleted"]
      ])
      const { expired, misses, writes } = yield* cache.stats
      assert.deepStrictEqual({ expired, misses, writes }, { expired: 2, misses: 1, writes: 3 })
    }))

  it.scoped("tell of the memory level what it holds, may hold and has evicted", () =>
    Effect.gen(function*() {
      const cache = yield* S3Cache.make({ maxSize: 2, maxBytes: "64K" })
      for (const key of ["a", "b", "c"].map(Texts.key)) yield* cache.set(key, "x".repeat(1000))
      const { byteSize, evicted, maxSize, size } = yield* cache.stats
      assert.deepStrictEqual({ evicted, maxSize, size }, { evicted: 1, maxSize: 2, size: 2 })
      assert.isAbove(byteSize ?? 0, 2000)
      assert.isBelow(byteSize ?? 0, 4000)
      const few = yield* S3Cache.make({ maxBytes: "2K" })
      for (const key of ["a", "b", "c"].map(Texts.key)) yield* few.set(key, "x".repeat(1000))
      assert.strictEqual((yield* few.stats).size, 1)
      assert.isFalse("byteSize" in (yield* (yield* S3Cache.make()).stats))
      assert.strictEqual((yield* (yield* S3Cache.make({ maxBytes: "25%", maxSize: Infinity })).stats).maxSize, Infinity)
    }).pipe(Effect.provide(ObjectStore.layerMemory())))

  it.scoped("a size in bytes that cannot be read is refused", () =>
    Effect.gen(function*() {
      for (const maxBytes of ["64 apples", -1, Number.NaN, "101%"]) {
        const error = yield* Effect.flip(S3Cache.make({ maxBytes }))
        assert.instanceOf(error, CacheConfigError)
        assert.include(error.message, "S3Cache: maxBytes is")
      }
    }).pipe(Effect.provide(ObjectStore.layerMemory())))
})
