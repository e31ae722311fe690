import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError, CacheKeyError, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"

const weighed = { weigher: (_: unknown, value: number) => value }

/** What untyped code may pass, under a type that hides it. */
const untyped = (value: unknown) => JSON.parse(JSON.stringify(value))

const mistakeOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.dieOption(exit.cause)) : undefined

describe("TtlDict: operations", () => {
  it.scoped("getOrInsert returns what is there, and writes only when nothing is", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number | undefined>({ timeToLive: "1 second", maxSize: 2 })
      assert.strictEqual(yield* dict.getOrInsert("a", 1), 1)
      assert.strictEqual(yield* dict.getOrInsert("b", 2, { timeToLive: "1 minute" }), 2)
      assert.strictEqual(yield* dict.getOrInsert("a", 3), 1)
      assert.deepStrictEqual(yield* dict.keys, ["b", "a"])
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* dict.getOrInsert("a", 3), 3)
      assert.strictEqual(yield* dict.getOrInsert("b", 9), 2)
      assert.strictEqual(yield* dict.getOrInsert("c", undefined), undefined)
      assert.deepStrictEqual(yield* dict.entries, [["b", 2], ["c", undefined]])
      assert.strictEqual(yield* dict.getOrInsert("c", 5), undefined)
    }))

  it.scoped("getOrInsert fails for what is too large, and returns what cannot be kept", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxBytes: 10, ...weighed })
      yield* dict.set("a", 1)
      assert.strictEqual((yield* Effect.flip(dict.getOrInsert("b", 11)))._tag, "EntryTooLargeError")
      assert.strictEqual(yield* dict.getOrInsert("a", 11), 1)
      const none = yield* TtlDict.make<string, number>({ maxSize: 0 })
      assert.strictEqual(yield* none.getOrInsert("a", 1), 1)
    }))

  it.scoped("update writes entries in order, from a Map, pairs or a generator, with their own times", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* dict.setMany(new Map([["a", 1], ["b", 2]]))
      yield* dict.setMany([["c", 3, { timeToLive: "1 second" }], ["a", 4, { expiresAt: 7000 }]])
      yield* dict.setMany((function*() {
        yield ["d", 5] as const
      })())
      assert.deepStrictEqual(yield* dict.entriesWithExpiry, [
        ["b", 2, 10_000],
        ["c", 3, 1000],
        ["a", 4, 7000],
        ["d", 5, 10_000]
      ])
      yield* dict.setMany([])
      assert.strictEqual(yield* dict.size, 4)
    }))

  it.scoped("setMany writes none when one is too large", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxBytes: 10, ...weighed })
      const error = yield* Effect.flip(dict.setMany([["a", 1], ["b", 11], ["c", 2]]))
      assert.strictEqual(error.key, "\"b\"")
      assert.deepStrictEqual(yield* dict.keys, [])
      assert.strictEqual((yield* dict.stats).rejections, 1)
    }))

  it.scoped("setMany with a bad time changes nothing", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>()
      const exit = yield* Effect.exit(dict.setMany([["a", 1], ["b", 2, { expiresAt: Number.NaN }]]))
      assert.instanceOf(mistakeOf(exit), CacheConfigError)
      assert.strictEqual(yield* dict.size, 0)
    }))

  it.scoped("a dictionary can be updated with its own entries", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ entries: [["a", 1], ["b", 2]] })
      yield* dict.setMany(yield* dict.entries)
      assert.deepStrictEqual(yield* dict.entries, [["a", 1], ["b", 2]])
    }))

  it.scoped("initial entries: written in order, within the limits", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({
        entries: [["a", 1], ["b", 2, { timeToLive: "1 second" }], ["c", 3]],
        maxSize: 2
      })
      assert.deepStrictEqual(yield* dict.keys, ["b", "c"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* dict.keys, ["c"])
      const ofMap = yield* TtlDict.make({ entries: new Map([["a", 1]]) })
      assert.strictEqual(yield* ofMap.get("a"), 1)
    }))

  it.scoped("initial entries that cannot be: a CacheConfigError", () =>
    Effect.gen(function*() {
      const large = yield* Effect.flip(
        TtlDict.make<string, number>({ name: "d", maxBytes: 10, ...weighed, entries: [["a", 11]] })
      )
      assert.strictEqual(
        large.message,
        "d: entries is one of 11 bytes under \"a\", but must be entries of 10 bytes at most"
      )
      const time = yield* Effect.flip(TtlDict.make({ entries: [["a", 1, { expiresAt: Number.NaN }]] }))
      assert.strictEqual(time.option, "expiresAt")
      class Bad extends TtlDict.Service<Bad>()("test/Bad", {
        key: Schema.NonEmptyString,
        value: Schema.Number,
        entries: [["", 1]]
      }) {}
      const schema = yield* Effect.flip(Effect.scoped(Effect.provide(Bad.size, Bad.layer())))
      assert.include(schema.message, "must be test/Bad: key is \"\", but must be NonEmptyString")
    }))

  it.scoped("popNewest takes the most recently used live entry", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ entries: [["a", 1], ["b", 2], ["c", 3]] })
      yield* dict.set("d", 4, { timeToLive: "1 second" })
      yield* dict.get("a")
      yield* dict.getOrInsert("d", 0)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* dict.popNewest, Option.some(["a", 1] as const))
      assert.deepStrictEqual(yield* dict.popNewest, Option.some(["c", 3] as const))
      assert.deepStrictEqual(yield* dict.popVictim, Option.some(["b", 2] as const))
      assert.deepStrictEqual(yield* dict.popNewest, Option.none())
    }))

  it.scoped("moveToEnd moves to either end, and counts as nothing else", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ entries: [["a", 1], ["b", 2], ["c", 3]], maxSize: 3 })
      yield* dict.moveToEnd("a")
      assert.deepStrictEqual(yield* dict.keys, ["b", "c", "a"])
      yield* dict.moveToEnd("a", { last: false })
      assert.deepStrictEqual(yield* dict.keys, ["a", "b", "c"])
      yield* dict.moveToEnd("c", { last: true })
      yield* dict.moveToEnd("b", { last: false })
      assert.deepStrictEqual(yield* dict.keys, ["b", "a", "c"])
      assert.strictEqual((yield* dict.stats).hits, 0)
      yield* dict.set("d", 4)
      assert.isFalse(yield* dict.has("b"))
      assert.strictEqual((yield* Effect.flip(dict.moveToEnd("b")))._tag, "CacheNotFoundError")
      yield* dict.setTimeToLive("a", "1 second")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Effect.flip(dict.moveToEnd("a", { last: false })))._tag, "CacheNotFoundError")
    }))

  it.scoped("setExpiresAt takes a moment: future, past, never; the order stays", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ entries: [["a", 1], ["b", 2], ["c", 3]] })
      yield* TestClock.setTime(1000)
      yield* dict.setExpiresAt("a", 3000)
      assert.deepStrictEqual(yield* dict.timeToLive("a"), Duration.seconds(2))
      yield* dict.setExpiresAt("b", 1000)
      assert.isFalse(yield* dict.has("b"))
      yield* dict.setExpiresAt("c", -1)
      assert.deepStrictEqual(yield* dict.keys, ["a"])
      yield* dict.setExpiresAt("a", Infinity)
      assert.deepStrictEqual(yield* dict.timeToLive("a"), Duration.infinity)
      assert.strictEqual((yield* Effect.flip(dict.setExpiresAt("b", 9000)))._tag, "CacheNotFoundError")
    }))

  it.scoped("reweigh measures a value that has changed inside, and keeps the limit", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, Array<number>>({ maxBytes: 10, weigher: (_, value) => value.length })
      const grows = [1, 2, 3]
      yield* dict.setMany([["a", [1, 2]], ["b", grows], ["c", [1, 2, 3]]])
      grows.push(4, 5, 6)
      assert.strictEqual(yield* dict.byteSize, 8)
      assert.strictEqual(yield* dict.reweigh("b"), 6)
      assert.deepStrictEqual(yield* dict.keys, ["b", "c"])
      assert.strictEqual(yield* dict.byteSize, 9)
      grows.length = 1
      assert.strictEqual(yield* dict.reweigh("b"), 1)
      assert.strictEqual(yield* dict.byteSize, 4)
      assert.strictEqual((yield* Effect.flip(dict.reweigh("a")))._tag, "CacheNotFoundError")
    }))

  it.scoped("reweigh evicts the entry itself when it alone is over the limit", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, Array<number>>({ maxBytes: 4, weigher: (_, value) => value.length })
      const grows = [1]
      yield* dict.setMany([["a", [1]], ["b", grows]])
      grows.push(2, 3, 4, 5)
      const error = yield* Effect.flip(dict.reweigh("b"))
      assert.deepStrictEqual([error._tag, error.message], [
        "EntryTooLargeError",
        "TtlDict: the entry under \"b\" weighs 5, over the limit of 4"
      ])
      assert.deepStrictEqual(yield* dict.keys, ["a"])
      assert.strictEqual((yield* dict.stats).evicted, 1)
    }))

  it.scoped("resize shrinks at once, grows, and lifts limits, one or all of them together", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxBytes: 100, ...weighed })
      yield* dict.setMany([["a", 20], ["b", 20], ["c", 20], ["d", 20]])
      yield* dict.get("a")
      yield* dict.resize({ maxSize: 3 })
      assert.deepStrictEqual(yield* dict.keys, ["c", "d", "a"])
      yield* dict.resize({ maxBytes: 45 })
      assert.deepStrictEqual(yield* dict.keys, ["d", "a"])
      assert.deepStrictEqual(yield* dict.limits, { timeToLive: Infinity, maxBytes: 45, maxSize: 3 })
      yield* dict.resize({ maxBytes: "1K", maxSize: Infinity, timeToLive: undefined })
      yield* dict.setMany([["e", 500], ["f", 500]])
      assert.strictEqual(yield* dict.size, 3)
      yield* dict.resize({ maxBytes: Infinity })
      yield* dict.set("g", 1e9)
      assert.deepStrictEqual(yield* dict.limits, { timeToLive: Infinity, maxBytes: Infinity, maxSize: Infinity })
      assert.isTrue(yield* dict.has("e"))
    }))

  it.scoped("what has expired goes before what is live when a limit shrinks", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>()
      yield* dict.setMany([["a", 1], ["b", 2], ["c", 3, { timeToLive: "1 second" }]])
      yield* TestClock.adjust("1 second")
      yield* dict.resize({ maxSize: 2 })
      assert.deepStrictEqual(yield* dict.keys, ["a", "b"])
      assert.deepInclude(yield* dict.stats, {
        evicted: 0,
        expired: 1,
        replaced: 0,
        deleted: 0,
        cleared: 0
      })
    }))

  it.scoped("a bad limit changes nothing", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ name: "d", maxBytes: "1K", maxSize: 3, timeToLive: 1000 })
      yield* dict.setMany([["a", 1], ["b", 2]])
      const before = yield* dict.limits
      for (
        const [change, option] of [
          ...[0, -1, "-1M", "1024", "64MB", Number.NaN, true, null, "64B"].map((bad) =>
            [dict.resize({ maxBytes: untyped(bad) ?? bad }), "maxBytes"] as const
          ),
          ...[-1, 1.5, Number.NaN, "3"].map((bad) =>
            [dict.resize({ maxSize: untyped(bad) ?? Number.NaN }), "maxSize"] as const
          ),
          ...[-1, "soon", true].map((bad) => [dict.resize({ timeToLive: untyped(bad) }), "timeToLive"] as const),
          [dict.resize({ maxSize: 1, timeToLive: "1 second", maxBytes: "64MB" }), "maxBytes"] as const,
          [dict.resize({ maxBytes: "1M", timeToLive: untyped("soon") }), "timeToLive"] as const,
          [dict.resize(untyped({ maxSize: 1, maxByte: "64B" })), "maxByte"] as const,
          [dict.resize(untyped([])), "options"] as const
        ]
      ) {
        const error = yield* Effect.flip(change)
        assert.strictEqual(error.option, option)
        assert.include(error.message, `d: ${option} is `)
      }
      assert.deepStrictEqual(yield* dict.limits, before)
      assert.strictEqual(yield* dict.size, 2)
    }))

  it.scoped("timeToLive of resize is for what is written from now on", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second" })
      yield* dict.set("a", 1)
      yield* dict.resize({ timeToLive: "1 minute" })
      yield* dict.set("b", 2)
      yield* dict.resize({ timeToLive: Duration.infinity })
      yield* dict.set("c", 3)
      assert.deepStrictEqual(
        (yield* dict.entriesWithExpiry).map(([, , expiresAt]) => expiresAt),
        [1000, 60_000, Infinity]
      )
    }))

  it.scoped("a time that is none is a defect that says so, and changes nothing", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ name: "d" })
      yield* dict.set("a", 1, { timeToLive: "1 minute" })
      const nan = Number.NaN
      const mistaken: ReadonlyArray<readonly [Effect.Effect<unknown, unknown>, option: string]> = [
        [dict.set("a", 2, { timeToLive: nan }), "timeToLive"],
        [dict.set("a", 2, { timeToLive: untyped("soon") }), "timeToLive"],
        [dict.set("a", 2, { timeToLive: untyped(true) }), "timeToLive"],
        [dict.set("a", 2, { expiresAt: nan }), "expiresAt"],
        [dict.set("a", 2, { expiresAt: untyped("1") }), "expiresAt"],
        [dict.setTimeToLive("a", nan), "timeToLive"],
        [dict.setTimeToLive("a", untyped([])), "timeToLive"],
        [dict.setExpiresAt("a", nan), "setExpiresAt"],
        [dict.setExpiresAt("a", untyped(true)), "setExpiresAt"],
        [dict.setExpiresAt("a", untyped(null)), "setExpiresAt"],
        [dict.timeToLive("a", nan), "at"],
        [dict.isExpired("a", untyped("now")), "at"]
      ]
      for (const [operation, option] of mistaken) {
        const mistake = mistakeOf(yield* Effect.exit(operation))
        if (!(mistake instanceof CacheConfigError)) return assert.fail(String(mistake))
        assert.strictEqual(mistake.option, option)
        assert.include(mistake.message, `d: ${option} is `)
      }
      assert.deepStrictEqual(yield* dict.entriesWithExpiry, [["a", 1, 60_000]])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* dict.size, 0)
    }))

  it.scoped("what is left of a time that has passed is zero: a negative time to live", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>()
      yield* dict.setMany([["a", 1, { timeToLive: -5 }], ["b", 2]])
      assert.deepStrictEqual(yield* dict.keys, ["b"])
      yield* dict.setTimeToLive("b", -5)
      assert.deepStrictEqual(yield* dict.keys, [])
    }))

  it.scoped("a time to live of a billion seconds is exact", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>()
      yield* TestClock.setTime(1_700_000_000_123)
      yield* dict.set("a", 1, { timeToLive: "1000000000 seconds" })
      assert.deepStrictEqual(yield* dict.timeToLive("a"), Duration.seconds(1e9))
      assert.deepStrictEqual(yield* dict.isExpired("a", 1_700_000_000_123 + 1e12 - 1), Option.some(false))
      assert.deepStrictEqual(yield* dict.isExpired("a", 1_700_000_000_123 + 1e12), Option.some(true))
    }))

  it.scoped("equals compares contents, in any order or in order", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, unknown>()
      assert.isTrue(yield* dict.equals([]))
      yield* dict.setMany([["a", Data.struct({ n: 1 })], ["b", 2], ["c", 3, { timeToLive: "1 second" }]])
      yield* TestClock.adjust("1 second")
      assert.isTrue(yield* dict.equals(new Map<string, unknown>([["b", 2], ["a", Data.struct({ n: 1 })]])))
      assert.isFalse(
        yield* dict.equals([["b", 2], ["a", Data.struct({ n: 1 })]], { ordered: true })
      )
      assert.isTrue(yield* dict.equals([["a", Data.struct({ n: 1 })], ["b", 2]], { ordered: true }))
      assert.isTrue(yield* dict.equals(yield* dict.entriesWithExpiry, { ordered: true }))
      assert.isFalse(yield* dict.equals([["a", Data.struct({ n: 1 })]]))
      assert.isFalse(yield* dict.equals([["b", 2], ["b", 2]]))
      assert.isFalse(yield* dict.equals([["a", Data.struct({ n: 2 })], ["b", 2]]))
      assert.isFalse(yield* dict.equals([["a", Data.struct({ n: 1 })], ["b", 2], ["d", 1]]))
      assert.isTrue(yield* dict.equals([["b", 1], ["a", Data.struct({ n: 1 })], ["b", 2]], { ordered: true }))
      const other = new SyncTtlDict<string, unknown>({ entries: yield* dict.entries })
      assert.isTrue(yield* dict.equals(other, { ordered: true }))
    }))

  it.effect("the default dictionary and classes have every operation of a dictionary", () => {
    class Numbers extends TtlDict.Service<Numbers>()("test/Numbers", {
      key: Schema.Struct({ id: Schema.Number }),
      value: Schema.Number,
      entries: [[{ id: 0 }, 0]]
    }) {}
    return Effect.gen(function*() {
      const members = Object.keys(yield* TtlDict.make()).filter((name) => !["pipe", "toJSON"].includes(name))
      assert.isAbove(members.length, 30)
      for (const name of members) {
        assert.property(TtlDict, name)
        assert.property(Numbers, name)
      }
      const key = { id: 1 }
      yield* Numbers.set(key, 1)
      yield* Numbers.setMany([[{ id: 2 }, 2], [{ id: 3 }, 3]])
      assert.strictEqual(yield* Numbers.getOrInsert({ id: 0 }, 9), 0)
      yield* Numbers.moveToEnd(key)
      yield* Numbers.moveToEnd({ id: 3 }, { last: false })
      assert.deepStrictEqual(yield* Numbers.values, [3, 2, 0, 1])
      yield* Numbers.setExpiresAt(key, 5000)
      assert.deepStrictEqual((yield* Numbers.entriesWithExpiry)[3]?.[2], 5000)
      assert.isAbove(yield* Numbers.reweigh({ ...key }), 0)
      assert.isTrue(yield* Numbers.equals([[{ id: 0 }, 0], [{ id: 1 }, 1], [{ id: 2 }, 2], [{ id: 3 }, 3]]))
      assert.deepStrictEqual(Option.map(yield* Numbers.popNewest, ([, value]) => value), Option.some(1))
      yield* Numbers.resize({ maxSize: 1 })
      yield* Numbers.resize({ maxBytes: "1M" })
      yield* Numbers.resize({ timeToLive: "1 second" })
      assert.deepStrictEqual(yield* Numbers.limits, { timeToLive: 1000, maxBytes: 1024 ** 2, maxSize: 1 })

      const badKey = Numbers.setMany([[{ id: 5 }, 5], [{ id: untyped("6") }, 6]])
      assert.instanceOf(yield* Effect.catchAllDefect(Effect.flip(badKey), Effect.succeed), CacheKeyError)
      assert.strictEqual((yield* Effect.flip(Numbers.getOrInsert({ id: 5 }, untyped("5"))))._tag, "CacheValueError")
      assert.isFalse(yield* Numbers.has({ id: 5 }))
    }).pipe(Effect.scoped, Effect.provide(Numbers.layer()))
  })
})
