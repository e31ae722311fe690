import { assert, describe, it } from "@effect/vitest"
import { Data, Deferred, Effect, Fiber, Schema, type Scope, TestClock } from "effect"
import { type CacheConfigError, LeasedStore, Store } from "effect-aws-cache/Cache"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import { turns } from "../support/until.js"
import { type Handle, Ledger } from "./Ledger.js"

type Many<K> = Pick<Store.Store<K, string>, "setMany" | "hasMany" | "removeMany" | "has" | "getOrCompute" | "entries">

interface Made<K> extends Many<K> {
  readonly weighed: () => number
  readonly removed: ReadonlyArray<string>
}

/** Both weigh by length, throw for "throws", and hold 100 of it unless they are told otherwise. */
const making = <K>(
  f: (
    weigher: (key: K, value: string) => number,
    onRemoval: (key: K, value: string, reason: string) => void
  ) => Effect.Effect<Many<K>, CacheConfigError, Scope.Scope>
) =>
  Effect.suspend(() => {
    let count = 0
    const removed: Array<string> = []
    return Effect.map(
      f((_, value) => {
        count++
        if (value === "throws") throw new Error("no weight")
        return value.length
      }, (key, value, reason) => removed.push(`${key} ${value} ${reason}`)),
      (many): Made<K> => ({ ...many, weighed: () => count, removed })
    )
  })

const stores = [
  [
    "Store",
    <K>(limit = 100) =>
      making<K>((weigher, onRemoval) =>
        Store.make<K, string>({
          maxWeight: limit,
          maxSize: Infinity,
          timeToLive: "1 minute",
          weigher,
          onRemoval
        })
      )
  ],
  [
    "TtlDict",
    <K>(limit = 100) =>
      making<K>((weigher, onRemoval) =>
        TtlDict.make<K, string>({
          maxBytes: limit,
          timeToLive: "1 minute",
          weigher,
          onRemoval: (...removal) => Effect.sync(() => onRemoval(...removal))
        })
      )
  ]
] as const

describe("many keys", () => {
  for (const [what, make] of stores) {
    it.scoped(`are written with a time to live of their own, or a common one: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<string>()
        yield* store.setMany([["a", "1"], ["b", "2", { timeToLive: "10 seconds" }], ["c", "3", {}]])
        yield* store.setMany(new Map([["d", "4"], ["e", "5"]]), { timeToLive: "20 seconds" })
        yield* store.setMany(
          (function*() {
            yield ["f", "6", { timeToLive: "2 minutes" }] as const
            yield ["g", "7", {}] as const
          })(),
          { timeToLive: "20 seconds" }
        )
        const left = Effect.map(store.entries, (entries) => entries.map(([key]) => key).join(""))
        assert.strictEqual(yield* left, "abcdefg")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* left, "acdefg")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* left, "acf")
        yield* TestClock.adjust("40 seconds")
        assert.strictEqual(yield* left, "f")
      }))

    it.scoped(`are written all, or not at all; each is weighed once: ${what}`, () =>
      Effect.gen(function*() {
        for (const count of [3, 2000]) {
          const store = yield* make<string>(10_000)
          const items = Array.from({ length: count }, (_, at) => [`${at}`, "x"] as const)
          const error = yield* Effect.flip(store.setMany([["old", "1"], ...items, ["large", "l".repeat(10_001)]]))
          assert.deepInclude(error, { _tag: "EntryTooLargeError", key: "\"large\"", weight: 10_001, maxWeight: 10_000 })
          yield* Effect.exit(store.setMany([["old", "1"], ...items, ["bad", "throws"]]))
          const untimely = [...items, ["bad", "1", { timeToLive: NaN }] as const]
          assert.strictEqual((yield* Effect.exit(store.setMany(untimely)))._tag, "Failure")
          const wrong = [...items, ["bad", "1", { ttl: 5 } as object] as const]
          assert.include(String(yield* Effect.flip(store.setMany(wrong))), "ttl")
          assert.include(String(yield* Effect.flip(store.setMany(items, { ttl: 5 } as object))), "ttl")
          assert.deepStrictEqual(yield* store.entries, [])
          const before = store.weighed()
          yield* store.setMany(items)
          assert.strictEqual(store.weighed() - before, count)
          assert.deepStrictEqual(yield* store.entries, items)
        }
      }))

    it.scoped(`are found and removed, and counted once: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<string>()
        yield* store.setMany([["a", "1"], ["b", "2"], ["c", "3", { timeToLive: "1 second" }]])
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* store.hasMany(["c", "b", "x", "a", "a"]), [false, true, false, true, true])
        assert.deepStrictEqual(yield* store.hasMany([]), [])
        assert.strictEqual(yield* store.removeMany(new Set(["x", "c", "b"])), 1)
        assert.strictEqual(yield* store.removeMany(["a", "a"]), 1)
        assert.strictEqual(yield* store.removeMany([]), 0)
        assert.deepStrictEqual(yield* store.hasMany(["a", "b"]), [false, false])
        yield* turns(20)
        assert.sameMembers([...store.removed], ["c 3 expired", "b 2 deleted", "a 1 deleted"])
      }))

    it.scoped(`are told by their structure: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<{ readonly id: number }>()
        yield* store.setMany([[Data.struct({ id: 1 }), "1"], [Data.struct({ id: 1 }), "2"]])
        assert.deepStrictEqual(yield* store.hasMany([Data.struct({ id: 1 }), { id: 1 }]), [true, false])
        assert.strictEqual(yield* store.removeMany([Data.struct({ id: 1 })]), 1)
      }))

    it.scoped(`win over computations under way: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<string>()
        const gate = yield* Deferred.make<void>()
        const compute = Effect.as(Deferred.await(gate), "computed")
        const fibers = yield* Effect.forkAll([store.getOrCompute("a", compute), store.getOrCompute("b", compute)])
        yield* turns(5)
        yield* store.setMany([["a", "written"]])
        yield* store.removeMany(["b"])
        yield* Deferred.succeed(gate, undefined)
        assert.deepStrictEqual(yield* Fiber.join(fibers), ["computed", "computed"])
        assert.deepStrictEqual(yield* store.entries, [["a", "written"]])
      }))

    it.scoped(`in any number are handled in pieces: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>(10_000)
        const keys = Array.from({ length: 3000 }, (_, at) => at)
        yield* store.setMany(keys.map((key) => [key, "x"] as const))
        assert.deepStrictEqual(yield* store.hasMany([...keys, -1]), [...keys.map(() => true), false])
        assert.strictEqual(yield* store.removeMany([...keys, ...keys]), 3000)
        const run = store.removeMany(keys)
        assert.deepStrictEqual([yield* run, yield* run], [0, 0])
      }))

    it.scoped(`are refused when they are none: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<string>()
        yield* store.setMany([["a", "1"]])
        for (const given of ["a", 5, null, {}]) {
          const wrong = given as never
          assert.include(String(yield* Effect.flip(store.removeMany(wrong))), "keys is")
          assert.include(String(yield* Effect.flip(store.hasMany(wrong))), "keys is")
          assert.include(
            String(yield* Effect.flip(store.setMany(wrong))),
            "entries is"
          )
        }
        assert.isTrue(yield* store.has("a"))
      }))
  }

  it.effect("of a class of dictionaries are checked by its schemas", () => {
    class Names extends TtlDict.Service<Names>()("test/Names", {
      key: Schema.Struct({ id: Schema.Number }),
      value: Schema.NonEmptyString
    }) {}
    return Effect.gen(function*() {
      yield* Names.setMany([[{ id: 1 }, "Ada"], [{ id: 2 }, "Grace", { timeToLive: "1 second" }]])
      assert.deepStrictEqual(yield* Names.hasMany([{ id: 1 }, { id: 2 }, { id: 3 }]), [true, true, false])
      const error = yield* Effect.flip(Names.setMany([[{ id: 3 }, "Ida"], [{ id: 4 }, ""]]))
      assert.strictEqual(error._tag, "CacheValueError")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Names.removeMany([{ id: 1 }, { id: 2 }, { id: 3 }]), 1)
      const notIterable = yield* Effect.flip(Names.removeMany(5 as never))
      assert.include(String(notIterable), "keys is 5")
    }).pipe(Effect.provide(Names.layer()))
  })

  it("work without Effect", () => {
    let now = 0
    const removed: Array<string> = []
    const dict = new SyncTtlDict<string, string>({
      maxBytes: 10,
      weigher: (_, value) => value.length,
      timeToLive: 100,
      now: () => now,
      onRemoval: (key, _, reason) => removed.push(`${key} ${reason}`)
    })
    dict.setMany([["a", "1"], ["b", "2", { timeToLive: 10 }], ["c", "3", { expiresAt: 20 }]], { timeToLive: 50 })
    assert.throws(() => dict.setMany([["d", "4"], ["e", "e".repeat(11)]]), "11")
    assert.throws(() => dict.setMany([["d", "4", { ttl: 1 } as object]]), "ttl")
    assert.throws(() => dict.removeMany("ab"), "keys is")
    assert.deepStrictEqual(dict.hasMany(["a", "b", "c", "d"]), [true, true, true, false])
    now = 20
    assert.deepStrictEqual(dict.hasMany(["a", "b", "c"]), [true, false, false])
    assert.strictEqual(dict.removeMany(["a", "b", "a"]), 1)
    assert.strictEqual(dict.size, 0)
    assert.sameMembers(removed, ["b expired", "c expired", "a deleted"])
    dict.setMany([["a", "1"]], { timeToLive: 50 })
    now = 69
    assert.isTrue(dict.has("a"))
    now = 70
    assert.isFalse(dict.has("a"))
  })
})

describe("many values of a LeasedStore", () => {
  const make = Effect.gen(function*() {
    const ledger = new Ledger()
    const store = yield* LeasedStore.make({
      acquire: (key: string) => ledger.open(key),
      release: ledger.releaseOf,
      maxWeight: 10,
      weigher: (_, handle: Handle) => handle.id === 4 ? 11 : 1
    })
    return { ledger, store }
  })

  it.scoped("are handed over all or none", () =>
    Effect.gen(function*() {
      const { ledger, store } = yield* make
      const handles = yield* Effect.forEach(["0", "1", "2", "3", "4", "5"], (key) => ledger.open(key))
      const entries = handles.map((handle, at) => [`${at}`, handle] as const)
      const large = handles.find(({ id }) => id === 4)
      assert.isDefined(large)
      assert.strictEqual((yield* Effect.flip(store.setMany(entries)))._tag, "EntryTooLargeError")
      assert.strictEqual((yield* store.stats).acquired, 0)
      const kept = entries.filter(([, handle]) => handle !== large)
      yield* store.setMany(kept, { timeToLive: "1 minute" })
      assert.deepStrictEqual(yield* store.hasMany(["0", "x"]), [true, false])
      assert.strictEqual(yield* store.size, 5)
      const fiber = yield* Effect.fork(store.use("0", () => Effect.never))
      yield* turns(5)
      assert.strictEqual(yield* store.removeMany(["0", "1", "1", "x"]), 2)
      yield* turns(20)
      assert.deepStrictEqual(kept.map(([, handle]) => handle.releases), [0, 1, 0, 0, 0])
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 minute")
      yield* turns(20)
      assert.deepStrictEqual(kept.map(([, handle]) => handle.releases), [1, 1, 1, 1, 1])
      assert.strictEqual(large?.releases, 0)
    }))
})
