import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { CacheConfigError, CacheMetrics } from "effect-aws-cache/Cache"
import {
  Keyspace,
  ObjectStore,
  type RoomOptions,
  S3Cache,
  type S3CacheOptions,
  type S3CacheService
} from "effect-aws-cache/S3Store"
import { counted, gauged } from "../../support/measured.js"
import { withWarnings } from "../../support/warningsOf.js"

const spaceOf = (name: string, room: RoomOptions = {}, version?: string) =>
  Keyspace.make(name, { key: Schema.Number, value: Schema.String, version, ...room })

const madeWith = (options: S3CacheOptions) => Effect.provide(S3Cache.make(options), ObjectStore.layerMemory())

const fill = (cache: S3CacheService, space: ReturnType<typeof spaceOf>, count: number, text = "") =>
  Effect.forEach(Array.from({ length: count }, (_, id) => space.key(id)), (key) => cache.set(key, text), {
    discard: true
  })

const inMemory = (cache: S3CacheService, space: ReturnType<typeof spaceOf>, count: number) =>
  Effect.map(
    Effect.forEach(Array.from({ length: count }, (_, id) => space.key(id)), (key) => cache.peek(key)),
    (found) => found.filter(Option.isSome).length
  )

describe("room of a keyspace's own in memory", () => {
  it.scoped("is taken off the cache's limit, and nobody else's traffic touches it", () =>
    Effect.gen(function*() {
      const cache = yield* madeWith({ maxSize: 100 })
      const Kept = spaceOf("kept", { maxSize: 10 })
      const Others = spaceOf("others")
      yield* fill(cache, Others, 200)
      yield* fill(cache, Kept, 10)
      yield* fill(cache, Others, 1000)
      assert.strictEqual(yield* inMemory(cache, Kept, 10), 10)
      assert.isAtMost(yield* inMemory(cache, Others, 1000), 90)
      yield* fill(cache, Kept, 50)
      const { evicted, maxSize, rooms, size } = yield* cache.stats
      assert.deepStrictEqual({ maxSize, size }, { maxSize: 100, size: 100 })
      assert.deepStrictEqual(rooms, [{ keyspace: "kept", size: 10, maxSize: 10, maxBytes: Infinity, evicted: 40 }])
      assert.isAbove(evicted, 900)
    }))

  it.scoped("may be in bytes; what is not asked for is as large a share", () =>
    Effect.gen(function*() {
      const cache = yield* madeWith({ maxSize: 100, maxBytes: "100K" })
      const ByBytes = spaceOf("bytes", { maxBytes: "10K" })
      const BySize = spaceOf("size", { maxSize: 20 })
      yield* fill(cache, ByBytes, 30, "x".repeat(2000))
      yield* fill(cache, BySize, 30, "x".repeat(2000))
      yield* fill(cache, spaceOf("others"), 200, "x".repeat(2000))
      const { byteSize = 0, rooms } = yield* cache.stats
      assert.isAtMost(byteSize, 100 * 1024)
      assert.deepStrictEqual(rooms.map(({ keyspace, maxBytes, maxSize }) => [keyspace, maxSize, maxBytes]), [
        ["bytes", 10, 10 * 1024],
        ["size", 20, 20 * 1024]
      ])
      for (const { byteSize = 0, maxBytes, size } of rooms) {
        assert.isAbove(size, 2)
        assert.isAtMost(byteSize, maxBytes)
      }
    }))

  it.scoped("may be nothing: then its entries are in the second level only", () =>
    Effect.gen(function*() {
      const cache = yield* madeWith({})
      const None = spaceOf("none", { maxSize: 0 })
      yield* fill(cache, None, 3, "there")
      assert.strictEqual(yield* inMemory(cache, None, 3), 0)
      assert.strictEqual(yield* cache.get(None.key(2)), "there")
      // A cache that keeps nothing in memory has no room to give.
      const without = yield* madeWith({ maxSize: 0 })
      const Some = spaceOf("some", { maxSize: 10, maxBytes: "1K" })
      yield* fill(without, Some, 3, "there")
      assert.strictEqual(yield* without.get(Some.key(2)), "there")
      assert.strictEqual((yield* without.stats).size, 0)
    }))

  it.scoped("is refused at the first use where it is more than all there is, or cannot be told", () =>
    Effect.gen(function*() {
      const refused = (options: S3CacheOptions, room: RoomOptions) =>
        Effect.flatMap(
          madeWith({ name: "small", ...options }),
          (cache): Effect.Effect<unknown, unknown> => Effect.flip(cache.get(spaceOf("large", room).key(1)))
        )
      const messages = yield* Effect.forEach(
        [
          [{ maxSize: 10 }, { maxSize: 11 }],
          [{ maxBytes: "1M" }, { maxBytes: "2M" }],
          [{ maxSize: 10 }, { maxBytes: "1K" }],
          [{ maxSize: Infinity, maxBytes: "1M" }, { maxSize: 1 }]
        ] as const,
        ([options, room]) =>
          Effect.map(refused(options, room), (error) => {
            assert.instanceOf(error, CacheConfigError)
            return error instanceof CacheConfigError ? error.message : ""
          })
      )
      assert.deepStrictEqual(messages, [
        "Keyspace large: maxSize is 11, but must be no more than the maxSize of the cache small: 10",
        "Keyspace large: maxBytes is \"2M\", but must be no more than the maxBytes of the cache small: 1048576",
        "Keyspace large: maxSize is undefined, but must be given beside maxBytes, as the cache small has maxSize, and no maxBytes",
        "Keyspace large: maxBytes is undefined, but must be given beside maxSize, as the cache small has maxBytes, and no maxSize"
      ])
    }))

  it("is checked where the keyspace is made", () => {
    for (
      const room of [{ maxSize: -1 }, { maxSize: 1.5 }, { maxBytes: "64 apples" }, { evictionPolicy: "LRU" as const }]
    ) {
      assert.throws(() => spaceOf("wrong", room), /Keyspace wrong: (?:maxSize|maxBytes|evictionPolicy) is/)
    }
  })

  it.scoped("is what others have left, with one warning", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const cache = yield* madeWith({ maxSize: 100 })
        const Second = spaceOf("second", { maxSize: 60 })
        yield* fill(cache, spaceOf("first", { maxSize: 60 }), 100)
        yield* fill(cache, Second, 100)
        yield* fill(cache, Second, 100)
        const Third = spaceOf("third")
        yield* fill(cache, Third, 10)
        yield* cache.get(Third.key(1))
        const { rooms, size } = yield* cache.stats
        assert.deepStrictEqual({ size, sizes: rooms.map(({ maxSize }) => maxSize) }, { size: 100, sizes: [60, 40] })
        assert.deepStrictEqual(warnings(), [
          "S3Cache: the keyspace second asks for more memory than other keyspaces have left of that of the cache: it gets 40 entries"
        ])
      })
    ))

  it.scoped("is of the name: keyspaces of one name share it, and the limits that were met first hold", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const cache = yield* madeWith({ maxSize: 100 })
        const Plain = spaceOf("twins")
        yield* fill(cache, Plain, 50, "one")
        const One = spaceOf("twins", { maxSize: 10 })
        yield* cache.set(One.key(1), "two")
        assert.strictEqual(yield* cache.get(Plain.key(1)), "two")
        yield* cache.set(Plain.key(1), "three")
        assert.strictEqual(yield* cache.get(One.key(1)), "three")
        assert.deepStrictEqual((yield* cache.stats).rooms.map(({ maxSize, size }) => [maxSize, size]), [[10, 1]])
        yield* fill(cache, spaceOf("twins", { maxSize: 10 }), 50)
        assert.deepStrictEqual(warnings(), [])
        const Other = spaceOf("twins", { maxSize: 20 }, "2")
        yield* fill(cache, Other, 50)
        yield* fill(cache, Other, 50)
        yield* fill(cache, Plain, 50)
        assert.deepStrictEqual((yield* cache.stats).rooms.map(({ maxSize, size }) => [maxSize, size]), [[10, 10]])
        assert.strictEqual((yield* cache.stats).size, 10)
        assert.deepStrictEqual(warnings(), [
          "S3Cache: the keyspace twins is there twice, with other limits in memory: those that were met first hold, 10 entries"
        ])
      })
    ))

  it.scoped("is for a hundred keyspaces: those after them share what is left, with one warning", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const cache = yield* madeWith({ maxSize: 1000 })
        for (let at = 0; at < 103; at++) yield* fill(cache, spaceOf(`space${at}`, { maxSize: 2 }), 3)
        const { rooms, size } = yield* cache.stats
        assert.deepStrictEqual({ rooms: rooms.length, size }, { rooms: 100, size: 209 })
        assert.deepStrictEqual(warnings(), [
          "S3Cache: the keyspace space100 has no room of its own in memory, as 100 keyspaces have already: it shares that of all others"
        ])
      })
    ))

  it.scoped("is emptied by what forgets, and tags reach it", () =>
    Effect.gen(function*() {
      const cache = yield* madeWith({})
      const Tagged = Keyspace.make("tagged", {
        key: Schema.Number,
        value: Schema.String,
        maxSize: 10,
        tags: (key) => [`n${key}`]
      })
      for (const id of [1, 2, 3]) yield* cache.set(Tagged.key(id), "x")
      yield* cache.invalidateTag("n1")
      assert.deepStrictEqual(yield* cache.getOption(Tagged.key(1)), Option.none())
      assert.deepStrictEqual(yield* cache.getOption(Tagged.key(2)), Option.some("x"))
      yield* cache.clear(Tagged)
      assert.strictEqual((yield* cache.stats).size, 0)
      assert.deepStrictEqual(yield* cache.getOption(Tagged.key(2)), Option.none())
    }))

  it.scoped("is used by flights as by lookups: callers share one computation, in a hundred at once", () =>
    Effect.gen(function*() {
      const cache = yield* madeWith({})
      const Computed = spaceOf("computed", { maxSize: 5 })
      let computations = 0
      const compute = Effect.zipRight(Effect.yieldNow(), Effect.sync(() => String(++computations)))
      const all = yield* Effect.forEach(
        Array.from({ length: 100 }, () => Computed.key(1)),
        (key) => cache.getOrCompute(key, compute),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(all)], ["1"])
      assert.strictEqual(yield* inMemory(cache, Computed, 2), 1)
    }))

  it.scoped("is counted in the cache's metrics; what has left it, by its name", () =>
    Effect.gen(function*() {
      const name = "with rooms"
      const cache = yield* madeWith({ name, maxSize: 20, metrics: true })
      yield* fill(cache, spaceOf("shared"), 50)
      yield* fill(cache, spaceOf("own", { maxSize: 5 }), 8)
      assert.strictEqual(yield* gauged(CacheMetrics.entryCount, name), 20)
      assert.strictEqual(yield* gauged(CacheMetrics.entryLimit, name), 20)
      const evicted = { "cache.tier": "memory", "cache.reason": "evicted" }
      assert.strictEqual(yield* counted(CacheMetrics.removals, name, { "cache.keyspace": "own", ...evicted }), 3)
      assert.strictEqual(yield* counted(CacheMetrics.removals, name, evicted), 35)
    }))
})
