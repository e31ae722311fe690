import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { createCache } from "cache-manager"
import { Cacheable } from "cacheable"
import { Effect, Exit, Layer, Scope, TestClock } from "effect"
import {
  CacheConfigError,
  dictStorage,
  EntryTooLargeError,
  KeyvStorage,
  KeyvStorageClosedError,
  ObjectStoreError,
  s3CacheStorage
} from "effect-aws-cache/keyv"
import { ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { SyncTtlDict } from "effect-aws-cache/Ttl"
import { Keyv, type KeyvStoreAdapter } from "keyv"
import { Keyv as Keyv6 } from "keyv-6"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { storages } from "./storages.js"

const collect = async (entries: AsyncIterable<unknown>) => {
  const found: Array<unknown> = []
  for await (const entry of entries) found.push(entry)
  return found
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => assert.fail("it resolved"), (error: unknown) => error)

const down = new ObjectStoreError({
  reason: "Unavailable",
  operation: "load",
  target: "here",
  detail: "no answer"
})

/** A second level that says it is down. */
const brokenStore = (store: ObjectStore): ObjectStore => ({ ...store, load: () => Effect.fail(down) })

for (const [name, make] of Object.entries(storages)) {
  describe(`a Keyv storage over ${name}`, () => {
    const store = make()

    it("clears a namespace, and no other that begins the same", async () => {
      const [a, ab] = ["a", "ab"].map((namespace) => new Keyv({ store: store(), namespace }))
      await a?.set("x", 1)
      await ab?.set("x", 2)
      await a?.clear()
      assert.deepStrictEqual([await a?.get("x"), await ab?.get("x")], [undefined, 2])
      await store().clear()
      assert.isUndefined(await ab?.get("x"))
    })

    it("removes what is written with a time to live that is over", async () => {
      const storage = store()
      for (const ttl of [0, -1]) {
        await storage.set("x", "old")
        assert.isTrue(await storage.set("x", "new", ttl))
        assert.isUndefined(await storage.get("x"))
      }
    })

    it("tells of many at once", async () => {
      const storage = store()
      await storage.set("x", 1)
      assert.deepStrictEqual(await storage.getMany(["x", "y"]), [1, undefined])
      assert.deepStrictEqual(await storage.hasMany(["x", "y"]), [true, false])
      assert.isFalse(await storage.deleteMany(["x", "y"]))
      assert.isFalse(await storage.has("x"))
      assert.isTrue(await storage.deleteMany([]))
    })

    it("holds the objects of a Keyv without a serializer", async () => {
      const keyv = new Keyv({ store: store() })
      // What cacheable and others do; the types of Keyv's options do not let one.
      keyv.serialize = undefined
      keyv.deserialize = undefined
      await keyv.set("x", { n: [1] }, 60_000)
      assert.isObject(await store().get("keyv:x"))
      assert.deepStrictEqual(await keyv.get("x"), { n: [1] })
      await keyv.clear()
    })

    it("opens Keyv 6", async () => {
      const a = new Keyv6({ store: store(), namespace: "a" })
      const b = new Keyv6({ store: store(), namespace: "b" })
      const failures: Array<unknown> = []
      for (const keyv of [a, b]) keyv.on("error", (error) => failures.push(error))
      assert.isTrue(await a.set("x", { n: 1 }, 60_000))
      assert.deepStrictEqual(await a.setMany([{ key: "y", value: 2 }, { key: "z", value: 3, ttl: 60_000 }]), [
        true,
        true
      ])
      await b.set("x", "b")
      assert.deepStrictEqual(await a.get("x"), { n: 1 })
      assert.deepStrictEqual(await a.getMany(["y", "none", "z"]), [2, undefined, 3])
      assert.deepStrictEqual(await a.hasMany(["y", "none"]), [true, false])
      assert.deepStrictEqual((await collect(a.iterator())).map(String).sort(), ["x,[object Object]", "y,2", "z,3"])
      assert.deepStrictEqual(await a.deleteMany(["y", "z"]), [true, true])
      await a.clear()
      assert.deepStrictEqual([await a.has("x"), await b.get("x")], [false, "b"])
      await b.clear()
      assert.deepStrictEqual(failures, [])
    })

    it("opens cacheable", async () => {
      const cache = new Cacheable({ secondary: new Keyv({ store: store(), namespace: "cacheable" }) })
      await cache.set("x", { n: 1 }, "1m")
      const another = new Cacheable({ secondary: new Keyv({ store: store(), namespace: "cacheable" }) })
      assert.deepStrictEqual(await another.get("x"), { n: 1 })
      assert.deepStrictEqual(await another.getMany(["x", "none"]), [{ n: 1 }, undefined])
      await another.clear()
      await another.disconnect()
    })

    it("opens cache-manager", async () => {
      const cache = createCache({ stores: [new Keyv({ store: store(), namespace: "manager" })] })
      let calls = 0
      const load = async () => ++calls
      assert.strictEqual(await cache.wrap("x", load, 60_000), 1)
      assert.strictEqual(await cache.wrap("x", load, 60_000), 1)
      assert.deepStrictEqual(await cache.mget(["x", "none"]), [1, undefined])
      await cache.del("x")
      assert.isUndefined(await cache.get("x"))
      await cache.clear()
    })
  })
}

describe("KeyvStorage", () => {
  it("has the types of a storage adapter, and prints nothing it holds", () => {
    expectTypeOf<KeyvStorage>().toMatchTypeOf<KeyvStoreAdapter>()
    const storage = dictStorage(new SyncTtlDict<string, unknown>({ entries: [["key", "secret"]] }))
    assert.strictEqual(JSON.stringify(storage), `{"_id":"KeyvStorage"}`)
  })

  it("what a dictionary refuses is an event of Keyv, and nothing has changed", async () => {
    const keyv = new Keyv({ store: dictStorage(new SyncTtlDict<string, unknown>({ maxBytes: 1000 })) })
    const failures: Array<unknown> = []
    keyv.on("error", (error: unknown) => failures.push(error))
    assert.isTrue(await keyv.set("x", "small"))
    assert.isFalse(await keyv.set("x", "x".repeat(10_000)))
    assert.strictEqual(await keyv.get("x"), "small")
    assert.instanceOf(failures[0], EntryTooLargeError)
    assert.instanceOf(
      await rejection(dictStorage(new SyncTtlDict<string, unknown>()).set("x", 1, NaN)),
      CacheConfigError
    )
  })

  it("listeners are harmless, and 100 at the most", async () => {
    const failure = new Error("no")
    const fail = () => Promise.reject(failure)
    const storage = new KeyvStorage({
      get: fail,
      getMany: fail,
      set: fail,
      hasMany: fail,
      removeMany: fail,
      clear: fail,
      flush: fail,
      async *iterate() {}
    })
    const told: Array<number> = []
    const listen = (at: number) => storage.on("error", () => told.push(at))
    for (let at = 0; at < 150; at++) listen(at)
    storage.on("error", () => {
      throw new Error("listener")
    })
    storage.on("error", () => Promise.reject(new Error("listener")))
    storage.on("other", () => told.push(-1))
    listen(150)
    assert.strictEqual(await rejection(storage.get("x")), failure)
    assert.deepStrictEqual(told, Array.from({ length: 98 }, (_, at) => at + 53))
  })

  it("entries without a time to live have that of the dictionary", async () => {
    let now = 0
    const dict = new SyncTtlDict<string, unknown>({ timeToLive: 1000, now: () => now })
    const storage = dictStorage(dict)
    await storage.set("default", 1)
    await storage.set("own", 2, 5000)
    now = 1000
    assert.deepStrictEqual(await storage.getMany(["default", "own"]), [undefined, 2])
  })

  it.scoped("entries without a time to live have that of the keyspace, by the clock of the program", () =>
    Effect.gen(function*() {
      const storage = yield* s3CacheStorage("keyv", { timeToLive: "1 second" })
      yield* Effect.promise(() => storage.set("default", 1))
      yield* Effect.promise(() => storage.set("own", 2, 5000))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Effect.promise(() => storage.getMany(["default", "own"])), [undefined, 2])
    }).pipe(Effect.provide(S3Cache.layerMemory())))

  it.scoped("what is wrong with a second level is rejected as it is, and told to listeners", () =>
    Effect.gen(function*() {
      const storage = yield* s3CacheStorage("keyv")
      const keyv = new Keyv({ store: storage })
      const failures: Array<unknown> = []
      keyv.on("error", (error: unknown) => failures.push(error))
      assert.strictEqual(yield* Effect.promise(() => rejection(storage.get("x"))), down)
      assert.isUndefined(yield* Effect.promise(() => keyv.get("x")))
      assert.deepStrictEqual(failures.map((failure) => failure === down), [true, true])
    }).pipe(
      Effect.provide(S3Cache.layer()),
      Effect.provide(Layer.effect(ObjectStore, Effect.map(makeMemoryObjectStore, brokenStore)))
    ))

  it.scoped("what JSON cannot represent is refused", () =>
    Effect.gen(function*() {
      const storage = yield* s3CacheStorage("keyv")
      const error = yield* Effect.promise(() => rejection(storage.set("x", { f: 1n })))
      assert.include(String(error), "CacheEncodeError")
      const packed = yield* s3CacheStorage("packed", { codec: "msgpack" })
      yield* Effect.promise(() => packed.set("x", { bytes: new Uint8Array([1, 2]) }))
      assert.deepStrictEqual(yield* Effect.promise(() => packed.get("x")), { bytes: new Uint8Array([1, 2]) })
    }).pipe(Effect.provide(S3Cache.layerMemory())))

  it.scoped("when its scope closes, calls under way and later ones are rejected", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const storage = yield* Scope.extend(s3CacheStorage("keyv"), scope)
      const waiting = rejection(storage.get("slow"))
      const iterating = rejection(collect(storage.iterator()))
      yield* Scope.close(scope, Exit.void)
      const later = [storage.get("x"), storage.set("x", 1), storage.clear(), collect(storage.iterator())]
      for (const rejected of [waiting, iterating, ...later.map(rejection)]) {
        assert.instanceOf(yield* Effect.promise(() => rejected), KeyvStorageClosedError)
      }
    }).pipe(
      Effect.provide(S3Cache.layer()),
      Effect.provide(Layer.effect(
        ObjectStore,
        Effect.map(makeMemoryObjectStore, (store): ObjectStore => ({ ...store, load: () => Effect.never }))
      ))
    ))

  it.scoped("options and names that there are not are refused", () =>
    Effect.gen(function*() {
      const unknown: object = { ttl: 5 }
      const failures = yield* Effect.all([
        Effect.flip(s3CacheStorage("keyv", unknown)),
        Effect.flip(s3CacheStorage("a b")),
        Effect.flip(s3CacheStorage("keyv", { timeToLive: -1 }))
      ])
      for (const failure of failures) assert.instanceOf(failure, CacheConfigError)
      assert.deepStrictEqual(failures.map(({ option }) => option), ["ttl", "name", "timeToLive"])
    }).pipe(Effect.provide(S3Cache.layerMemory())))
})
