import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, Logger, LogLevel, Schema } from "effect"
import {
  type CacheConfigError,
  Keyspace,
  ObjectStore,
  S3Cache,
  type S3CacheOptions,
  S3Persistence
} from "effect-aws-cache/S3Store"
import type { ByteSize } from "effect-aws-cache/Ttl"
import { Buffer, constants } from "node:buffer"
import { makeS3ObjectStore } from "../../src/S3Store/bucket/s3ObjectStore.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeFileSystemObjectStore } from "../../src/S3Store/objects/fileSystemObjectStore.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { anyServer, clientOf } from "./bucketOf.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })

const stores = {
  S3: (maxObjectBytes: ByteSize.ByteSizeInput | undefined) =>
    Effect.flatMap(
      clientOf(anyServer("http://127.0.0.1:1")),
      (client) => makeS3ObjectStore(client, { bucket: "b", maxObjectBytes })
    ),
  files: (maxObjectBytes: ByteSize.ByteSizeInput | undefined) =>
    Effect.provide(makeFileSystemObjectStore({ directory: "/tmp/never-written", maxObjectBytes }), NodeContext.layer)
}

describe("limits that contradict each other", () => {
  for (const [name, make] of Object.entries(stores)) {
    it.scoped(`maxEntryBytes above what ${name} reads is refused when the cache or the persistence is built`, () =>
      Effect.gen(function*() {
        type Limit = ByteSize.ByteSizeInput | undefined
        const table: ReadonlyArray<readonly [entry: Limit, object: Limit, builds: boolean]> = [
          ["1K", "1K", true],
          ["1K", 1023, false],
          [1025, "1K", false],
          ["64M", undefined, true],
          ["65M", undefined, false],
          ["64M", "65M", true],
          ["64MB", undefined, false],
          [Infinity, undefined, false],
          [undefined, undefined, true],
          [undefined, 1000, true],
          [1000, 1000, true],
          [1001, 1000, false],
          [64 * 2 ** 20, undefined, true],
          [64 * 2 ** 20 + 1, undefined, false],
          [constants.MAX_STRING_LENGTH + 1, 2 ** 40, false]
        ]
        for (const [maxEntryBytes, maxObjectBytes, builds] of table) {
          const store = yield* make(maxObjectBytes)
          const l2 = Layer.succeed(ObjectStore, store)
          for (
            const layer of [
              S3Cache.layer({ maxEntryBytes }),
              ObjectStore.layerToKeyValueStore({ maxEntryBytes }),
              S3Persistence.layerBacking({ maxEntryBytes })
            ] as ReadonlyArray<Layer.Layer<never, CacheConfigError, ObjectStore>>
          ) {
            const built = yield* Effect.either(Layer.build(Layer.provide(layer, l2)))
            assert.strictEqual(Either.isRight(built), builds, `${maxEntryBytes} over ${maxObjectBytes}`)
            if (Either.isLeft(built)) {
              assert.strictEqual(built.left._tag, "CacheConfigError")
              assert.include(built.left.message, "maxEntryBytes")
              assert.isAtMost(built.left.message.length, 500)
            }
          }
        }
      }))
  }

  it.scoped("what the second level reads is the limit, where none is given", () =>
    Effect.gen(function*() {
      const store = { ...(yield* makeMemoryObjectStore), maxObjectBytes: 1000 }
      const cache = yield* makeS3CacheService(store)
      const error = yield* Effect.flip(cache.set(Texts.key("a"), "x".repeat(1000)))
      assert.strictEqual(error._tag, "EntryTooLargeError")
      yield* cache.set(Texts.key("a"), "x".repeat(500))
    }))

  it.scoped("errors of a cache tell its name, and the key as others print it", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const cache = yield* makeS3CacheService(store, { name: "answers", maxEntryBytes: "1K", onUnreadable: "fail" })
      const key = Texts.key("a")
      const place = { cache: "answers", key: "texts(\"a\")" }
      const large = yield* Effect.flip(cache.set(key, "x".repeat(2000)))
      assert.deepInclude(large, { _tag: "EntryTooLargeError", ...place, maxWeight: 1024, option: "maxEntryBytes" })
      assert.strictEqual(
        large.message,
        "answers: the entry under texts(\"a\") weighs 2002, over the limit of 1024 (maxEntryBytes)"
      )
      const NonEmpty = Keyspace.make("texts", { key: Schema.String, value: Schema.NonEmptyString })
      const unfit = yield* Effect.flip(cache.set(NonEmpty.key("a"), ""))
      assert.deepInclude(unfit, { _tag: "CacheEncodeError", ...place })
      assert.include(unfit.message, "answers: the value under texts(\"a\") cannot be encoded: ")
      yield* store.save(key.objectName, Buffer.from("no entry"))
      const read = yield* Effect.flip(cache.get(key))
      if (read._tag !== "ObjectStoreError") return assert.fail(read._tag)
      assert.deepInclude(read.cause, { _tag: "CacheDecodeError", ...place })
      assert.include(String(read.cause), "answers: the object under texts(\"a\") is no entry of it: ")
      const missing = yield* Effect.flip(cache.get(Texts.key("b")))
      assert.deepInclude(missing, { _tag: "CacheNotFoundError", cache: "answers", key: "texts(\"b\")" })
    }))

  it("failureTimeToLive without a schema for failures is refused", () => {
    const schemas = { key: Schema.String, value: Schema.String }
    assert.throws(() => Keyspace.make("a", { ...schemas, failureTimeToLive: "1 minute" }), /failure/)
    Keyspace.make("a", { ...schemas, failureTimeToLive: 0 })
    Keyspace.make("a", { ...schemas, failureTimeToLive: "1 minute", failure: Schema.String })
  })
})

describe("a computed value that cannot be stored", () => {
  const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Finite })
  const Anything = Keyspace.make("anything", { key: Schema.String, value: Schema.Any })
  const computedTwice = <V>(space: Keyspace<string, V>, value: V, options: S3CacheOptions = {}) =>
    Effect.gen(function*() {
      const warned: Array<string> = []
      let computations = 0
      const results = yield* Effect.gen(function*() {
        const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore, { timeToLive: "1 hour", ...options })
        const lookup = cache.getOrCompute(
          space.key("a"),
          Effect.sync(() => {
            computations++
            return value
          })
        )
        return [yield* lookup, yield* lookup, yield* lookup]
      }).pipe(
        Effect.provide(
          Logger.replace(Logger.defaultLogger, Logger.make(({ message }) => void warned.push(String(message))))
        ),
        Logger.withMinimumLogLevel(LogLevel.Warning)
      )
      for (const result of results) assert.deepStrictEqual(result, value)
      return { computations, warnings: warned.length }
    })

  it.scoped("reaches its callers and is computed once while memory keeps it, with one warning", () =>
    Effect.gen(function*() {
      const once = { computations: 1, warnings: 1 }
      assert.deepStrictEqual(yield* computedTwice(Numbers, Number.POSITIVE_INFINITY), once)
      assert.deepStrictEqual(yield* computedTwice(Anything, { big: 1n }), once)
      const large = "x".repeat(2000)
      assert.deepStrictEqual(yield* computedTwice(Texts, large, { maxEntryBytes: 1000 }), once)
      for (const more of [{ write: "behind" }, { coordination: "lease" }, { maxBytes: 10_000 }] as const) {
        assert.deepStrictEqual(yield* computedTwice(Texts, large, { maxEntryBytes: 1000, ...more }), once)
      }
      assert.deepStrictEqual(yield* computedTwice(Anything, { big: 1n }, { maxBytes: 10_000 }), once)
    }))

  it.scoped("is computed again where memory does not keep it", () =>
    Effect.gen(function*() {
      const thrice = { computations: 3, warnings: 3 }
      assert.deepStrictEqual(yield* computedTwice(Anything, { big: 1n }, { maxSize: 0 }), thrice)
      assert.deepStrictEqual(yield* computedTwice(Anything, { a: "x".repeat(1000), b: 1n }, { maxBytes: 1000 }), thrice)
      assert.deepStrictEqual(
        yield* computedTwice(Texts, "x".repeat(2000), { maxEntryBytes: 1000, maxBytes: 1500 }),
        thrice
      )
    }))
})
