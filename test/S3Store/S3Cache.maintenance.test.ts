import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Schema, Stream, TestClock } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import { Buffer } from "node:buffer"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import type { ObjectStore } from "../../src/S3Store/objects/ObjectStore.js"
import { makeBucket } from "./bucketOf.js"
import { progressOf } from "./progressOf.js"

const Bytes = Keyspace.make("bytes", {
  key: Schema.String,
  value: Schema.Uint8ArrayFromSelf,
  codec: "raw",
  timeToLive: "1 hour"
})

const Numbers = Keyspace.make("bytes", { key: Schema.String, value: Schema.Number, timeToLive: "1 hour" })

/** A store that counts the bytes it gives out. */
const counting = (store: ObjectStore) => {
  const sent = { bytes: 0 }
  const counted: ObjectStore = {
    ...store,
    load: (name, options) =>
      Effect.tap(store.load(name, options), (outcome) =>
        Effect.sync(() => {
          if (outcome._tag === "Found") sent.bytes += outcome.body.length
        }))
  }
  return { store: counted, sent }
}

const stores = {
  memory: makeMemoryObjectStore,
  S3: Effect.map(makeBucket(), ({ store }) => store)
}

for (const [name, make] of Object.entries(stores)) {
  describe(`list and purge over ${name}`, () => {
    it.scoped("read the heads of entries only", () =>
      Effect.gen(function*() {
        const { sent, store } = counting(yield* make)
        const cache = yield* makeS3CacheService(store, { maxSize: 0 })
        const keys = Array.from({ length: 5 }, (_, at) => Bytes.key(String(at)))
        yield* cache.setMany(keys.map((key) => [key, new Uint8Array(200_000)]), { tags: ["t"] })
        sent.bytes = 0
        const listed = Chunk.toReadonlyArray(yield* Stream.runCollect(cache.list(Bytes)))
        assert.deepStrictEqual(listed.map(({ key }) => key.input).sort(), ["0", "1", "2", "3", "4"])
        for (const { bytes, freshUntil, tags } of listed) {
          assert.isAbove(bytes, 200_000)
          assert.deepStrictEqual([freshUntil, tags], [3_600_000, ["t"]])
        }
        assert.isAtMost(sent.bytes, 5 * 8192)
        sent.bytes = 0
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(
          yield* progressOf((how) => cache.purge(Bytes, how)),
          [{ examined: 5, removed: 5, total: 5 }]
        )
        assert.isAtMost(sent.bytes, 5 * 8192)
      }))

    it.scoped("read as much as a long header takes, and no more", () =>
      Effect.gen(function*() {
        const { sent, store } = counting(yield* make)
        const cache = yield* makeS3CacheService(store, { maxSize: 0 })
        yield* cache.set(Bytes.key("k".repeat(20_000)), new Uint8Array(200_000))
        sent.bytes = 0
        assert.strictEqual(yield* Stream.runCount(cache.list(Bytes)), 1)
        assert.isBelow(sent.bytes, 30_000)
      }))

    it.scoped("do not believe a header of any length, nor under another name", () =>
      Effect.gen(function*() {
        const { sent, store } = counting(yield* make)
        const cache = yield* makeS3CacheService(store, { maxSize: 0 })
        const key = Bytes.key("a")
        yield* cache.set(key, new Uint8Array(10))
        const loaded = yield* store.load(key.objectName)
        assert.strictEqual(loaded._tag, "Found")
        if (loaded._tag === "Found") yield* store.save(Bytes.key("b").objectName, loaded.body)
        const long = Buffer.alloc(300_000)
        long.set([...Buffer.from("EAWC"), 2, 0, 2, 0, 0])
        yield* store.save(Bytes.key("c").objectName, long)
        yield* store.save(Bytes.key("d").objectName, new Uint8Array(0))
        sent.bytes = 0
        assert.strictEqual(yield* Stream.runCount(cache.list(Bytes)), 1)
        assert.isBelow(sent.bytes, 20_000)
        assert.deepStrictEqual(
          yield* progressOf((how) => cache.purge(Bytes, { unreadable: true, ...how })),
          [{ examined: 4, removed: 3, total: 4 }]
        )
      }))

    it.scoped("do not look at payloads, unless purge is told to", () =>
      Effect.gen(function*() {
        const store = yield* make
        const cache = yield* makeS3CacheService(store, { maxSize: 0 })
        yield* cache.set(Bytes.key("a"), Buffer.from("no number"))
        assert.strictEqual(yield* Stream.runCount(cache.list(Numbers)), 1)
        assert.deepStrictEqual(
          yield* progressOf((how) => cache.purge(Numbers, { unreadable: true, ...how })),
          [{ examined: 1, removed: 0, total: 1 }]
        )
        assert.deepStrictEqual(
          yield* progressOf((how) => cache.purge(Numbers, { unreadable: true, verifyPayload: true, ...how })),
          [{ examined: 1, removed: 1, total: 1 }]
        )
      }))
  })
}

describe("the progress of purge", () => {
  it.scoped("names the total from the beginning", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const cache = yield* makeS3CacheService(store, { maxSize: 0 })
      yield* cache.setMany(Array.from({ length: 2500 }, (_, at) => [Numbers.key(String(at)), at] as const))
      const progress = yield* progressOf((how) => cache.purge(Numbers, how))
      assert.deepStrictEqual(
        progress.map(({ examined, total }) => [examined, total]),
        [[1000, 2500], [2000, 2500], [2500, 2500]]
      )
    }))
})

describe("clear", () => {
  for (const concurrency of [undefined, 1, 2]) {
    it.scoped(`removes as many thousands at a time as it is told: ${concurrency}`, () =>
      Effect.gen(function*() {
        const store = yield* makeMemoryObjectStore
        const now = { removing: 0, most: 0 }
        const cache = yield* makeS3CacheService({
          ...store,
          removeAll: (names) =>
            Effect.gen(function*() {
              now.most = Math.max(now.most, ++now.removing)
              yield* Effect.sleep("1 second")
              yield* store.removeAll(names)
              now.removing--
            })
        }, { maxSize: 0 })
        yield* cache.setMany(Array.from({ length: 2500 }, (_, at) => [Numbers.key(String(at)), at] as const))
        const clearing = yield* Effect.fork(progressOf((how) => cache.clear(Numbers, { ...how, concurrency })))
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual((yield* Fiber.join(clearing)).map(({ removed }) => removed), [1000, 2000, 2500])
        assert.strictEqual(now.most, concurrency ?? 1)
        assert.strictEqual(yield* Stream.runCount(cache.list(Numbers)), 0)
      }))
  }
})
