import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Fiber, Option, Schema, TestClock } from "effect"
import { type EntryInfo, LeasedStore, Store } from "effect-aws-cache/Cache"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import { optionEffect } from "../support/majors.js"
import { turns } from "../support/until.js"

const never = Number.POSITIVE_INFINITY

interface Peeked {
  readonly set: (key: string, value: string, options?: { readonly timeToLive?: number }) => Effect.Effect<void, unknown>
  readonly get: (key: string) => Effect.Effect<string, unknown>
  readonly peekEntry: (key: string) => Effect.Effect<Option.Option<EntryInfo<string>>>
}

interface Options {
  readonly timeToIdle?: number
  readonly staleIfError?: number
}

const weigh = (_: string, value: string) => value.length

const stores = [
  [
    "Store",
    (options: Options = {}) =>
      Effect.map(Store.make<string, string>({ ...options, timeToLive: 1000, weigher: weigh }), (store): Peeked => store)
  ],
  [
    "TtlDict",
    (options: Options = {}) =>
      Effect.map(TtlDict.make<string, string>({ ...options, timeToLive: 1000, weigher: weigh }), (dict): Peeked => dict)
  ]
] as const

describe("peekEntry", () => {
  for (const [what, make] of stores) {
    it.scoped(`tells what there is to know of one entry, and changes nothing: ${what}`, () =>
      Effect.gen(function*() {
        for (const options of [{}, { staleIfError: 5000 }]) {
          const store = yield* make(options)
          const now = yield* TestClock.currentTimeMillis
          yield* store.set("a", "four")
          yield* store.set("b", "12345", { timeToLive: never })
          yield* TestClock.adjust(400)
          assert.deepStrictEqual(
            yield* store.peekEntry("a"),
            Option.some({ value: "four", expiresAt: now + 1000, remaining: 600, lastUsedAt: undefined, weight: 4 })
          )
          assert.deepStrictEqual(
            yield* store.peekEntry("b"),
            Option.some({ value: "12345", expiresAt: never, remaining: never, lastUsedAt: undefined, weight: 5 })
          )
          assert.deepStrictEqual(yield* store.peekEntry("c"), Option.none())
          yield* TestClock.adjust(600)
          assert.deepStrictEqual(yield* store.peekEntry("a"), Option.none())
        }
      }))

    it.scoped(`tells the last use where there is a time to idle: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make({ timeToIdle: 300 })
        yield* store.set("a", "1")
        yield* TestClock.adjust(200)
        yield* store.get("a")
        yield* TestClock.adjust(200)
        assert.deepStrictEqual(
          yield* store.peekEntry("a"),
          Option.some({ value: "1", expiresAt: 500, remaining: 100, lastUsedAt: 200, weight: 1 })
        )
        yield* TestClock.adjust(100)
        assert.deepStrictEqual(yield* store.peekEntry("a"), Option.none())
      }))
  }

  it.effect("is an operation of a class of dictionaries", () => {
    class Names extends TtlDict.Service<Names>()("test/Names", {
      key: Schema.Struct({ id: Schema.Number }),
      value: Schema.String,
      timeToLive: "1 second"
    }) {}
    return Effect.gen(function*() {
      yield* Names.set({ id: 1 }, "Ada")
      const peeked: EntryInfo<string> = yield* Effect.flatMap(Names.peekEntry({ id: 1 }), optionEffect)
      assert.deepStrictEqual([peeked.value, peeked.remaining], ["Ada", 1000])
    }).pipe(Effect.provide(Names.layer()))
  })

  it("works without Effect, and finds structural keys", () => {
    let now = 0
    const dict = new SyncTtlDict<unknown, string>({
      now: () => now,
      timeToLive: 100,
      timeToIdle: 80,
      weigher: () => 7
    })
    dict.set(Data.struct({ id: 1 }), "a")
    now = 50
    dict.get(Data.struct({ id: 1 }))
    now = 60
    const expected: EntryInfo<string> = { value: "a", expiresAt: 100, remaining: 40, lastUsedAt: 50, weight: 7 }
    assert.deepStrictEqual(dict.peekEntry(Data.struct({ id: 1 })), expected)
    assert.isUndefined(dict.peekEntry({ id: 1 }))
    now = 100
    assert.isUndefined(dict.peekEntry(Data.struct({ id: 1 })))
    assert.strictEqual(dict.stats.hits, 1)
  })

  it.scoped("of a LeasedStore tells the leases; what is leased is in use", () =>
    Effect.gen(function*() {
      const store = yield* LeasedStore.make({
        acquire: (key: string) => Effect.succeed(`${key}!`),
        timeToIdle: 100,
        timeToLive: 1000
      })
      assert.deepStrictEqual(yield* store.peekEntry("a"), Option.none())
      const fiber = yield* Effect.fork(store.use("a", () => Effect.never))
      yield* turns(10)
      yield* TestClock.adjust(500)
      assert.deepStrictEqual(
        yield* store.peekEntry("a"),
        Option.some({ value: "a!", expiresAt: 1000, remaining: 500, lastUsedAt: 500, weight: 1, leases: 1 })
      )
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust(50)
      assert.deepStrictEqual(
        yield* store.peekEntry("a"),
        Option.some({ value: "a!", expiresAt: 600, remaining: 50, lastUsedAt: 500, weight: 1, leases: 0 })
      )
    }))

  it.effect("of an S3Cache tells what is in memory, with its tags and when it was made", () =>
    Effect.gen(function*() {
      const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, timeToLive: "1 second" })
      const key = Numbers.key("a")
      assert.deepStrictEqual(yield* S3Cache.peekEntry(key), Option.none())
      yield* S3Cache.set(key, 1, { tags: ["t"] })
      yield* TestClock.adjust(400)
      const { weight, ...entry } = yield* Effect.flatMap(S3Cache.peekEntry(key), optionEffect)
      assert.isAbove(weight, 0)
      assert.deepStrictEqual(entry, {
        value: 1,
        expiresAt: 1000,
        remaining: 600,
        lastUsedAt: undefined,
        made: 0,
        tags: ["t"],
        took: undefined
      })
      yield* S3Cache.invalidateTag("t")
      assert.deepStrictEqual(yield* S3Cache.peekEntry(key), Option.none())
    }).pipe(Effect.provide(S3Cache.layerMemory())))
})
