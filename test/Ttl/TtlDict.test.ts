import { assert, describe, it } from "@effect/vitest"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { inspect } from "node:util"

describe("TtlDict.make", () => {
  describe("verbs", () => {
    it.scoped("get and getOption find what set wrote, and nothing else", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number>({ name: "numbers" })
        yield* dict.set("a", 1)
        assert.strictEqual(yield* dict.get("a"), 1)
        assert.deepStrictEqual(yield* dict.getOption("a"), Option.some(1))
        assert.deepStrictEqual(yield* dict.getOption("b"), Option.none())
        const error = yield* Effect.flip(dict.get("b"))
        assert.strictEqual(error._tag, "CacheNotFoundError")
        assert.strictEqual(error.message, "numbers: there is no entry under \"b\"")
      }))

    it.scoped("add writes new entries only", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second" })
        yield* dict.add("a", 1)
        const error = yield* Effect.flip(dict.add("a", 2))
        assert.strictEqual(error._tag, "CacheExistsError")
        assert.strictEqual(yield* dict.get("a"), 1)
        yield* TestClock.adjust("1 second")
        yield* dict.add("a", 3)
        assert.strictEqual(yield* dict.get("a"), 3)
      }))

    it.scoped("remove and pop take an entry out, and fail when there is none", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number>()
        yield* dict.set("a", 1)
        yield* dict.set("b", 2)
        yield* dict.remove("a")
        assert.strictEqual(yield* dict.pop("b"), 2)
        assert.strictEqual((yield* Effect.flip(dict.remove("a")))._tag, "CacheNotFoundError")
        assert.strictEqual((yield* Effect.flip(dict.pop("b")))._tag, "CacheNotFoundError")
        assert.strictEqual(yield* dict.size, 0)
        assert.strictEqual(yield* dict.byteSize, 0)
      }))

    it.scoped("popVictim takes the least recently used live entry", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number>()
        yield* dict.set("expires", 0, { timeToLive: "1 second" })
        yield* dict.set("a", 1)
        yield* dict.set("b", 2)
        yield* dict.get("a")
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* dict.popVictim, Option.some(["b", 2] as const))
        assert.deepStrictEqual(yield* dict.popVictim, Option.some(["a", 1] as const))
        assert.deepStrictEqual(yield* dict.popVictim, Option.none())
      }))

    it.scoped("keys, values, entries are snapshots, the least recently used first", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number>()
        for (const [at, key] of ["a", "b", "c"].entries()) yield* dict.set(key, at)
        const before = yield* dict.keys
        yield* dict.get("a")
        yield* dict.set("b", 10)
        assert.deepStrictEqual(before, ["a", "b", "c"])
        assert.deepStrictEqual(yield* dict.keys, ["c", "a", "b"])
        assert.deepStrictEqual(yield* dict.values, [2, 0, 10])
        assert.deepStrictEqual(yield* dict.entries, [["c", 2], ["a", 0], ["b", 10]])
      }))

    it.scoped("only get, getOption and writes are uses", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 minute" })
        for (const key of ["a", "b", "c"]) yield* dict.set(key, 1)
        yield* dict.peek("a")
        yield* dict.has("a")
        yield* dict.timeToLive("a")
        yield* dict.setTimeToLive("a", "2 minutes")
        yield* dict.isExpired("a")
        yield* Effect.flip(dict.add("a", 2))
        yield* dict.stats
        assert.deepStrictEqual(yield* dict.keys, ["a", "b", "c"])
        yield* dict.getOption("a")
        assert.deepStrictEqual(yield* dict.keys, ["b", "c", "a"])
      }))

    it.scoped("clear removes everything, and stats tells why entries left", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number>({ maxSize: 2, timeToLive: "1 second" })
        yield* dict.set("a", 1)
        yield* TestClock.adjust("1 second")
        for (const key of ["b", "c", "d", "d"]) yield* dict.set(key, 1)
        yield* dict.get("d")
        yield* dict.getOption("b")
        yield* dict.remove("c")
        yield* dict.clear
        const stats = yield* dict.stats
        assert.deepInclude(stats, { evicted: 1, expired: 1, replaced: 1, deleted: 1, cleared: 1 })
        assert.strictEqual(stats.hits, 1)
        assert.strictEqual(stats.misses, 1)
        assert.strictEqual(stats.size, 0)
        assert.strictEqual(stats.byteSize, 0)
      }))

    it.scoped("takes keys and values of all kinds", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<unknown, unknown>()
        const object = {}
        const symbol = Symbol("s")
        const keys = ["", "1", 1, 0, Number.NaN, null, undefined, true, 10n, symbol, object, dict]
        const values = [undefined, null, "", 0, Number.NaN, false, object, symbol, keys, Option.none(), Exit.void, () =>
          1]
        for (const [at, key] of keys.entries()) {
          yield* dict.set(key, values[at])
        }
        assert.strictEqual(yield* dict.size, keys.length)
        for (const [at, key] of keys.entries()) {
          assert.isTrue(yield* dict.has(key))
          assert.isTrue(Object.is(yield* dict.get(key), values[at]), String(at))
        }
        assert.isTrue(yield* dict.has(-0))
        assert.isFalse(yield* dict.has({}))
        assert.deepStrictEqual(yield* dict.getOption(""), Option.some(undefined))
      }))

    it.scoped("finds keys that implement Equal by their structure", () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<{ readonly team: string }, number>()
        yield* dict.set(Data.struct({ team: "core" }), 1)
        yield* dict.set(Data.struct({ team: "core" }), 2)
        assert.strictEqual(yield* dict.get(Data.struct({ team: "core" })), 2)
        assert.strictEqual(yield* dict.size, 1)
      }))

    it.scoped("two dictionaries share nothing", () =>
      Effect.gen(function*() {
        const [one, other] = yield* Effect.all([TtlDict.make<string, number>(), TtlDict.make<string, number>()])
        yield* one.set("a", 1)
        assert.isFalse(yield* other.has("a"))
      }))
  })

  it.scoped("prints its name, and no keys or values", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, string>({ name: "secrets" })
      yield* dict.set("the key", "the value")
      for (const text of [String(dict), JSON.stringify(dict), inspect(dict)]) {
        assert.include(text, "secrets")
        assert.notInclude(text, "the key")
        assert.notInclude(text, "the value")
      }
    }))
})
