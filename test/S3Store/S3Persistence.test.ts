import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Option, Schema, TestClock } from "effect"
import { Keyspace, ObjectStore, S3Persistence } from "effect-aws-cache/S3Store"
import { Faults } from "effect-aws-cache/testing"
import { Fault } from "../servers/FaultProxy.js"
import { assertFailed, keyValueStore, valuesOf } from "../support/keyValues.js"
import { makeBucket } from "./bucketOf.js"
import { Find, persistedCache, persistedUnder } from "./persistedPeople.js"

const overBucket = Effect.map(makeBucket(), (bucket) => ({ ...bucket, l2: Layer.succeed(ObjectStore, bucket.store) }))

describe("S3Persistence", () => {
  it.scoped("a KeyValueStore: text, bytes, odd keys, size, clear", () =>
    Effect.gen(function*() {
      const { l2 } = yield* overBucket
      yield* Effect.gen(function*() {
        const store = yield* keyValueStore
        const keys = ["", "/", "..", "a/../b", "日本", "\u0000", "k".repeat(5000)]
        for (const [at, key] of keys.entries()) yield* store.set(key, `value ${at}`)
        for (const [at, key] of keys.entries()) {
          assert.deepStrictEqual(yield* store.get(key), Option.some(`value ${at}`))
        }
        assert.strictEqual(yield* store.size, keys.length)
        yield* store.set("bytes", new Uint8Array([0, 255, 128]))
        assert.deepStrictEqual(
          Array.from(Option.getOrThrow(yield* store.getUint8Array("bytes"))),
          [0, 255, 128]
        )
        assert.deepStrictEqual(yield* store.get("no"), Option.none())
        assert.isTrue(yield* store.has("/"))
        yield* store.remove("/")
        assert.isFalse(yield* store.has("/"))
        yield* store.modify("..", (text) => text.toUpperCase())
        assert.deepStrictEqual(yield* store.get(".."), Option.some("VALUE 2"))
        const schemaStore = valuesOf(store, Schema.Struct({ n: Schema.NumberFromString }))
        yield* schemaStore.set("struct", { n: 1 })
        assert.deepStrictEqual(yield* schemaStore.get("struct"), Option.some({ n: 1 }))
        yield* store.clear
        assert.isTrue(yield* store.isEmpty)
      }).pipe(Effect.provide(ObjectStore.layerToKeyValueStore()), Effect.provide(l2))
    }))

  it.scoped("modify of a KeyValueStore loses no change, from several processes and within one", () =>
    Effect.gen(function*() {
      const { l2 } = yield* overBucket
      const open = () => Effect.provide(keyValueStore, Layer.provide(ObjectStore.layerToKeyValueStore(), l2))
      const [one, other] = yield* Effect.all([open(), open()])
      yield* one.set("count", "0")
      const increment = (text: string) => String(Number(text) + 1)
      yield* Effect.forEach(Array.from({ length: 6 }), () => one.modify("count", increment), {
        concurrency: "unbounded"
      }).pipe(Effect.zip(other.modify("count", increment), { concurrent: true }))
      assert.deepStrictEqual(yield* one.get("count"), Option.some("7"))
      assert.deepStrictEqual(yield* one.modify("absent", increment), Option.none())
      const bytes = yield* one.modifyUint8Array("count", (bytes) => new Uint8Array([...bytes, 33]))
      assert.deepStrictEqual(Buffer.from(Option.getOrThrow(bytes)).toString(), "7!")
    }))

  it.scoped("modify works where the store has no conditions, too", () =>
    Effect.gen(function*() {
      const store = yield* Effect.provide(
        keyValueStore,
        ObjectStore.layerToKeyValueStore().pipe(
          Layer.provide(Faults.layer({ conditionalWrites: false })),
          Layer.provide(ObjectStore.layerMemory())
        )
      )
      yield* store.set("count", "0")
      yield* Effect.forEach(Array.from({ length: 9 }), () => store.modify("count", (n) => String(Number(n) + 1)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(yield* store.get("count"), Option.some("9"))
    }))

  it.scoped("a KeyValueStore refuses a text that UTF-8 would change", () =>
    Effect.gen(function*() {
      const { l2 } = yield* overBucket
      yield* Effect.gen(function*() {
        const store = yield* keyValueStore
        for (const [key, value] of [["a", "x\uD800y"], ["\uDC00", "x"], ["a", "\uD83D"]] as const) {
          const error = yield* Effect.flip(store.set(key, value))
          assert.include(error.message, "lone surrogate")
        }
        assert.strictEqual(yield* store.size, 0)
        yield* store.set("a", "\u{1F600}")
        assert.deepStrictEqual(yield* store.get("a"), Option.some("\u{1F600}"))
      }).pipe(Effect.provide(ObjectStore.layerToKeyValueStore()), Effect.provide(l2))
    }))

  it.scoped("a KeyValueStore has nothing to do with a keyspace of the same name", () =>
    Effect.gen(function*() {
      const { l2, process } = yield* overBucket
      const Same = Keyspace.make("key-value", { key: Schema.String, value: Schema.String })
      const cache = yield* process()
      yield* cache.set(Same.key("a"), "kept")
      yield* Effect.gen(function*() {
        const store = yield* keyValueStore
        assert.strictEqual(yield* store.size, 0)
        yield* store.set("a", "1")
        assert.strictEqual(yield* store.size, 1)
        yield* store.clear
        assert.strictEqual(yield* store.size, 0)
        assert.strictEqual(yield* (yield* process()).get(Same.key("a")), "kept")
        yield* store.set("a", "1")
        yield* cache.clear(Same)
        assert.deepStrictEqual(yield* store.get("a"), Option.some("1"))
      }).pipe(Effect.provide(ObjectStore.layerToKeyValueStore()), Effect.provide(l2))
    }))

  it.scoped("a KeyValueStore: what cannot be read is absent, and what cannot be asked is an error", () =>
    Effect.gen(function*() {
      const { direct, l2, proxy, requests } = yield* overBucket
      yield* Effect.gen(function*() {
        const store = yield* keyValueStore
        yield* store.set("a", "1")
        const name = requests()[0]?.name ?? assert.fail("there was a request")
        assert.match(name, /^mine\/[0-9a-f]{64}$/)
        yield* direct.save(name, Buffer.from("rubbish"))
        assert.deepStrictEqual(yield* store.get("a"), Option.none())
        yield* proxy.set(Fault.Refuse())
        assertFailed(yield* Effect.flip(store.get("a")), "get", "a")
      }).pipe(Effect.provide(ObjectStore.layerToKeyValueStore({ folder: "mine" })), Effect.provide(l2))
    }))

  it.scoped("a ResultPersistence: results with their schemas, for all processes, until they expire", () =>
    Effect.gen(function*() {
      const { l2 } = yield* overBucket
      const open = () =>
        persistedUnder("people", "1 minute").pipe(
          Effect.provide(S3Persistence.layerResult({ compression: { algorithm: "gzip" } })),
          Effect.provide(l2)
        )
      const [one, other] = [yield* open(), yield* open()]
      const ada = Exit.succeed({ name: "Ada", since: new Date(0) })
      yield* one.set(new Find({ id: 1 }), ada)
      yield* one.setMany([[new Find({ id: 2 }), Exit.fail("nobody" as const)]])
      assert.deepStrictEqual(yield* other.get(new Find({ id: 1 })), Option.some(ada))
      assert.deepStrictEqual(
        yield* other.getMany([new Find({ id: 2 }), new Find({ id: 3 })]),
        [Option.some(Exit.fail("nobody" as const)), Option.none()]
      )
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* other.get(new Find({ id: 1 })), Option.none())
      yield* one.set(new Find({ id: 1 }), ada)
      yield* other.remove(new Find({ id: 1 }))
      assert.deepStrictEqual(yield* one.get(new Find({ id: 1 })), Option.none())
      yield* one.set(new Find({ id: 1 }), ada)
      yield* one.clear
      assert.deepStrictEqual(yield* other.get(new Find({ id: 1 })), Option.none())
    }))

  it.scoped("stores of different ids do not mix, whatever their ids", () =>
    Effect.gen(function*() {
      const { l2 } = yield* overBucket
      yield* Effect.gen(function*() {
        const ids = ["a", "a/b", "..", "", "ü"]
        for (const [at, storeId] of ids.entries()) {
          const store = yield* persistedUnder(storeId)
          yield* store.set(new Find({ id: 1 }), Exit.succeed({ name: String(at), since: new Date(0) }))
        }
        for (const [at, storeId] of ids.entries()) {
          const store = yield* persistedUnder(storeId)
          const found = Option.getOrThrow(yield* store.get(new Find({ id: 1 })))
          assert.strictEqual(Exit.isSuccess(found) ? found.value.name : "failed", String(at))
        }
      }).pipe(Effect.provide(S3Persistence.layerResult()), Effect.provide(l2))
    }))

  it.scoped("a PersistedCache looks results up once for all processes", () =>
    Effect.gen(function*() {
      const { l2 } = yield* overBucket
      let lookups = 0
      const make = () =>
        persistedCache((request) =>
          Effect.sync(() => {
            lookups++
            return { name: `person ${request.id}`, since: new Date(0) }
          })
        ).pipe(Effect.provide(S3Persistence.layerResult()), Effect.provide(l2))
      for (const cache of [yield* make(), yield* make()]) {
        assert.strictEqual((yield* cache.get(new Find({ id: 7 }))).name, "person 7")
      }
      assert.strictEqual(lookups, 1)
    }))

  for (const folder of ["", "..", "a/b", "ü"]) {
    it.scoped(`refuses the folder ${JSON.stringify(folder)}`, () =>
      Effect.gen(function*() {
        const errors = [
          yield* Effect.flip(
            Layer.build(Layer.provide(ObjectStore.layerToKeyValueStore({ folder }), ObjectStore.layerMemory()))
          ),
          yield* Effect.flip(
            Layer.build(Layer.provide(S3Persistence.layerResult({ folder }), ObjectStore.layerMemory()))
          )
        ]
        for (const { message } of errors) {
          assert.include(message, `S3Persistence: folder is ${JSON.stringify(folder)}, but must be letters`)
        }
      }))
  }
})
