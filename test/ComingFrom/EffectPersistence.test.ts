/** What the tests of Effect's `KeyValueStore` and `PersistedCache` ask, asked of `S3Persistence`. See docs/coming-from.md. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Option, TestClock } from "effect"
import { ObjectStore, S3Persistence } from "effect-aws-cache/S3Store"
import { keyValueStore, valuesOf } from "../support/keyValues.js"
import { FindUser, persisted, persistedCache, User } from "./persistedUsers.js"

const keyValue = Layer.provide(ObjectStore.layerToKeyValueStore(), ObjectStore.layerMemory())
const persistence = Layer.provideMerge(S3Persistence.layerResult(), ObjectStore.layerMemory())

describe("Effect's KeyValueStore", () => {
  it.effect("what is set is found, counted once, and replaced", () =>
    Effect.gen(function*() {
      const store = yield* keyValueStore
      yield* store.set("/foo/bar", "1")
      yield* store.set("/foo/bar", "2")
      assert.deepStrictEqual([yield* store.get("/foo/bar"), yield* store.size], [Option.some("2"), 1])
      assert.deepStrictEqual([yield* store.has("/foo/bar"), yield* store.isEmpty], [true, false])
    }).pipe(Effect.provide(keyValue)))

  it.effect("what is not there is none", () =>
    Effect.gen(function*() {
      const store = yield* keyValueStore
      assert.deepStrictEqual(yield* store.get("foo"), Option.none())
      assert.deepStrictEqual(yield* store.getUint8Array("foo"), Option.none())
      yield* store.remove("foo")
    }).pipe(Effect.provide(keyValue)))

  it.effect("removing and clearing", () =>
    Effect.gen(function*() {
      const store = yield* keyValueStore
      for (const key of ["a", "b", "c"]) yield* store.set(key, "1")
      yield* store.remove("a")
      assert.deepStrictEqual([yield* store.get("a"), yield* store.size], [Option.none(), 2])
      yield* store.clear
      assert.deepStrictEqual([yield* store.get("b"), yield* store.size], [Option.none(), 0])
    }).pipe(Effect.provide(keyValue)))

  it.effect("modifying gives the new value, and makes none where there is none", () =>
    Effect.gen(function*() {
      const store = yield* keyValueStore
      yield* store.set("foo", "bar")
      assert.deepStrictEqual(yield* store.modify("foo", (value) => `${value}bar`), Option.some("barbar"))
      assert.deepStrictEqual(yield* store.modify("none", (value) => `${value}bar`), Option.none())
      assert.strictEqual(yield* store.size, 1)
    }).pipe(Effect.provide(keyValue)))

  it.effect("bytes stay bytes, and text that looks like base64 stays text", () =>
    Effect.gen(function*() {
      const store = yield* keyValueStore
      yield* store.set("bytes", new Uint8Array([0, 42, 255, 128]))
      yield* store.set("text", "Zm9v")
      yield* store.set("odd", "héllo 👋")
      assert.deepStrictEqual(yield* store.getUint8Array("bytes"), Option.some(new Uint8Array([0, 42, 255, 128])))
      assert.deepStrictEqual(yield* store.getUint8Array("text"), Option.some(new TextEncoder().encode("Zm9v")))
      assert.deepStrictEqual(yield* store.get("odd"), Option.some("héllo 👋"))
    }).pipe(Effect.provide(keyValue)))

  it.effect("prefixes and schemas lie over it", () =>
    Effect.gen(function*() {
      const store = yield* keyValueStore
      const users = valuesOf(store, User, "users/")
      yield* users.set("1", new User({ id: 1, name: "Ada" }))
      yield* users.modify("1", (user) => new User({ ...user, name: "Grace" }))
      assert.deepStrictEqual(yield* users.get("1"), Option.some(new User({ id: 1, name: "Grace" })))
      assert.isTrue(yield* store.has("users/1"))
    }).pipe(Effect.provide(keyValue)))
})

describe("Effect's PersistedCache", () => {
  const cacheOf = (name: string, calls: { made: number }) =>
    persistedCache(
      (request) =>
        Effect.suspend(() => {
          calls.made++
          return request.id < 0 ? Effect.fail("nobody") : Effect.succeed(new User({ id: request.id, name }))
        }),
      (exit) => Exit.isSuccess(exit) ? 5000 : 1000
    )

  it.scoped("what one has looked up the next one finds", () =>
    Effect.gen(function*() {
      const calls = { made: 0 }
      const ada = new User({ id: 1, name: "Ada" })
      const first = yield* cacheOf("Ada", calls)
      assert.deepStrictEqual([yield* first.get(new FindUser({ id: 1 })), yield* first.get(new FindUser({ id: 1 }))], [
        ada,
        ada
      ])
      const second = yield* cacheOf("Grace", calls)
      assert.deepStrictEqual(yield* second.get(new FindUser({ id: 1 })), ada)
      assert.strictEqual(calls.made, 1)
      const store = yield* persisted
      assert.deepStrictEqual(yield* store.get(new FindUser({ id: 1 })), Option.some(Exit.succeed(ada)))
    }).pipe(Effect.provide(persistence)))

  it.scoped("failures that fit the request's schema are kept, too", () =>
    Effect.gen(function*() {
      const calls = { made: 0 }
      for (let i = 0; i < 2; i++) {
        const cache = yield* cacheOf("Ada", calls)
        assert.strictEqual(yield* Effect.flip(cache.get(new FindUser({ id: -1 }))), "nobody")
      }
      assert.strictEqual(calls.made, 1)
    }).pipe(Effect.provide(persistence)))

  it.scoped("results expire", () =>
    Effect.gen(function*() {
      const calls = { made: 0 }
      const cache = yield* cacheOf("Ada", calls)
      yield* cache.get(new FindUser({ id: 1 }))
      yield* TestClock.adjust("6 seconds")
      // One that has nothing in memory.
      yield* (yield* cacheOf("Ada", calls)).get(new FindUser({ id: 1 }))
      assert.strictEqual(calls.made, 2)
    }).pipe(Effect.provide(persistence)))

  it.scoped("what is invalidated is looked up again", () =>
    Effect.gen(function*() {
      const calls = { made: 0 }
      const cache = yield* cacheOf("Ada", calls)
      yield* cache.get(new FindUser({ id: 1 }))
      yield* cache.invalidate(new FindUser({ id: 1 }))
      yield* cache.get(new FindUser({ id: 1 }))
      assert.strictEqual(calls.made, 2)
    }).pipe(Effect.provide(persistence)))

  it.scoped("many results are written and read at once", () =>
    Effect.gen(function*() {
      const store = yield* persisted
      yield* store.set(new FindUser({ id: 1 }), Exit.fail("nobody"))
      yield* store.set(new FindUser({ id: 2 }), Exit.succeed(new User({ id: 2, name: "Jane" })))
      const results = yield* store.getMany([1, 2, 3].map((id) => new FindUser({ id })))
      assert.deepStrictEqual(results, [
        Option.some(Exit.fail("nobody")),
        Option.some(Exit.succeed(new User({ id: 2, name: "Jane" }))),
        Option.none()
      ])
      yield* store.clear
      assert.deepStrictEqual(yield* store.get(new FindUser({ id: 1 })), Option.none())
    }).pipe(Effect.provide(persistence)))
})
