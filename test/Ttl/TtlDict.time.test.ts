import { assert, describe, it } from "@effect/vitest"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"

type NumberDict = Effect.Effect.Success<ReturnType<typeof TtlDict.make<string, number>>>

describe("TtlDict.make: time", () => {
  it.scoped("an entry lives until the millisecond before its time to live has passed", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* dict.set("a", 1)
      yield* TestClock.adjust("9999 millis")
      assert.isTrue(yield* dict.has("a"))
      assert.strictEqual(yield* dict.get("a"), 1)
      assert.deepStrictEqual(yield* dict.peek("a"), Option.some(1))
      assert.deepStrictEqual(yield* dict.keys, ["a"])
      assert.strictEqual(yield* dict.size, 1)
      yield* TestClock.adjust("1 millis")
      assert.isFalse(yield* dict.has("a"))
      assert.deepStrictEqual(yield* dict.peek("a"), Option.none())
      assert.strictEqual((yield* Effect.flip(dict.get("a")))._tag, "CacheNotFoundError")
      assert.deepStrictEqual(yield* dict.keys, [])
      assert.strictEqual(yield* dict.size, 0)
      assert.strictEqual(yield* dict.byteSize, 0)
    }))

  // Each verb must see for itself that the entry has expired: none of them is preceded by one that reclaims.
  for (
    const [verb, ask] of Object.entries(
      {
        get: (dict) => Effect.isFailure(dict.get("a")),
        getOption: (dict) => Effect.map(dict.getOption("a"), Option.isNone),
        has: (dict) => Effect.map(dict.has("a"), (has) => !has),
        peek: (dict) => Effect.map(dict.peek("a"), Option.isNone),
        add: (dict) => Effect.isSuccess(dict.add("a", 2)),
        remove: (dict) => Effect.isFailure(dict.remove("a")),
        pop: (dict) => Effect.isFailure(dict.pop("a")),
        popVictim: (dict) => Effect.map(dict.popVictim, Option.isNone),
        keys: (dict) => Effect.map(dict.keys, (keys) => keys.length === 0),
        values: (dict) => Effect.map(dict.values, (values) => values.length === 0),
        entries: (dict) => Effect.map(dict.entries, (entries) => entries.length === 0),
        size: (dict) => Effect.map(dict.size, (size) => size === 0),
        byteSize: (dict) => Effect.map(dict.byteSize, (bytes) => bytes === 0),
        timeToLive: (dict) => Effect.isFailure(dict.timeToLive("a")),
        setTimeToLive: (dict) => Effect.isFailure(dict.setTimeToLive("a", "1 minute")),
        stats: (dict) => Effect.map(dict.stats, (stats) => stats.size === 0 && stats.byteSize === 0)
      } satisfies Record<string, (dict: NumberDict) => Effect.Effect<boolean, unknown>>
    )
  ) {
    it.scoped(`${verb} does not see an entry that has just expired`, () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second" })
        yield* dict.set("a", 1)
        yield* TestClock.adjust("1 second")
        assert.isTrue(yield* ask(dict))
      }))
  }

  it.scoped("a write restarts the time to live, and a read does not", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* dict.set("a", 1)
      yield* dict.set("b", 1, { timeToLive: "1 hour" })
      yield* TestClock.adjust("9 seconds")
      yield* dict.set("a", 2)
      yield* dict.set("b", 2)
      yield* TestClock.adjust("9 seconds")
      yield* dict.get("a")
      assert.strictEqual(yield* dict.size, 2)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* dict.size, 0)
    }))

  it.scoped("an entry's own time to live goes before the dictionary's", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* dict.set("short", 1, { timeToLive: 1 })
      yield* dict.add("long", 1, { timeToLive: "1 day" })
      yield* dict.set("never", 1, { timeToLive: Duration.infinity })
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* dict.keys, ["long", "never"])
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(yield* dict.keys, ["never"])
      yield* TestClock.adjust("36500 days")
      assert.deepStrictEqual(yield* dict.keys, ["never"])
    }))

  it.scoped("a time to live of zero stores nothing, evicts nobody, and removes what was there", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxSize: 1 })
      yield* dict.set("a", 1)
      yield* dict.set("b", 2, { timeToLive: 0 })
      assert.deepStrictEqual(yield* dict.entries, [["a", 1]])
      yield* dict.set("a", 2, { timeToLive: 0 })
      assert.deepStrictEqual(yield* dict.entries, [])
      const zero = yield* TtlDict.make<string, number>({ timeToLive: 0 })
      yield* zero.set("a", 1)
      assert.isFalse(yield* zero.has("a"))
    }))

  it.scoped("timeToLive tells what is left, now and at another time, and deletes nothing", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* TestClock.setTime(1000)
      yield* dict.set("a", 1)
      yield* dict.set("never", 1, { timeToLive: Duration.infinity })
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* dict.timeToLive("a"), Duration.seconds(7))
      assert.deepStrictEqual(yield* dict.timeToLive("a", 1000), Duration.seconds(10))
      assert.deepStrictEqual(yield* dict.timeToLive("a", 10_999), Duration.millis(1))
      assert.strictEqual((yield* Effect.flip(dict.timeToLive("a", 11_000)))._tag, "CacheNotFoundError")
      assert.strictEqual((yield* Effect.flip(dict.timeToLive("a", 1e15)))._tag, "CacheNotFoundError")
      assert.deepStrictEqual(yield* dict.timeToLive("never"), Duration.infinity)
      assert.deepStrictEqual(yield* dict.timeToLive("never", 1e15), Duration.infinity)
      assert.strictEqual((yield* Effect.flip(dict.timeToLive("b")))._tag, "CacheNotFoundError")
      assert.deepStrictEqual(yield* dict.keys, ["a", "never"])
      yield* TestClock.adjust("7 seconds")
      assert.strictEqual((yield* Effect.flip(dict.timeToLive("a", 1000)))._tag, "CacheNotFoundError")
    }))

  it.scoped("setTimeToLive counts from now", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* dict.set("longer", 1)
      yield* dict.set("never", 1)
      yield* dict.set("ended", 1)
      yield* TestClock.adjust("9 seconds")
      yield* dict.setTimeToLive("longer", "10 seconds")
      yield* dict.setTimeToLive("never", Duration.infinity)
      yield* dict.setTimeToLive("ended", 0)
      assert.deepStrictEqual(yield* dict.keys, ["longer", "never"])
      yield* TestClock.adjust("9999 millis")
      assert.isTrue(yield* dict.has("longer"))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* dict.keys, ["never"])
      assert.strictEqual((yield* Effect.flip(dict.setTimeToLive("longer", 1)))._tag, "CacheNotFoundError")
    }))

  it.scoped("isExpired has three answers, now and at another time, and deletes nothing", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* dict.set("a", 1)
      yield* dict.set("never", 1, { timeToLive: Duration.infinity })
      assert.deepStrictEqual(yield* dict.isExpired("b"), Option.none())
      assert.deepStrictEqual(yield* dict.isExpired("a"), Option.some(false))
      assert.deepStrictEqual(yield* dict.isExpired("a", 9999), Option.some(false))
      assert.deepStrictEqual(yield* dict.isExpired("a", 10_000), Option.some(true))
      assert.deepStrictEqual(yield* dict.isExpired("never", 1e15), Option.some(false))
      assert.strictEqual(yield* dict.size, 2)
      yield* TestClock.adjust("9999 millis")
      assert.deepStrictEqual(yield* dict.isExpired("a"), Option.some(false))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* dict.isExpired("a"), Option.some(true))
      assert.deepStrictEqual(yield* dict.isExpired("a", 9999), Option.some(false))
      assert.deepStrictEqual(yield* dict.isExpired("a"), Option.some(true))
      yield* dict.purge
      assert.deepStrictEqual(yield* dict.isExpired("a"), Option.none())
    }))

  it.scoped("timeToIdle: an entry that nobody reads or writes for so long has expired", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToIdle: "1 minute", timeToLive: "1 hour" })
      yield* dict.setMany([["read", 1], ["seen", 2]])
      yield* TestClock.adjust("40 seconds")
      yield* dict.get("read")
      yield* Effect.all([dict.peek("seen"), dict.has("seen"), dict.timeToLive("seen"), dict.moveToEnd("seen")])
      assert.strictEqual(Duration.toMillis(yield* dict.timeToLive("seen")), 20_000)
      assert.strictEqual(Duration.toMillis(yield* dict.timeToLive("read")), 60_000)
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* dict.isExpired("seen"), Option.some(true))
      assert.deepStrictEqual(yield* dict.keys, ["read"])
      // A snapshot has what is left of the time to live: use begins anew where it is restored.
      const now = yield* Clock.currentTimeMillis
      assert.deepStrictEqual(yield* dict.entriesWithExpiry, [["read", 1, now + 59 * 60_000]])
      const error = yield* Effect.flip(TtlDict.make({ timeToIdle: "-1 second" }))
      assert.strictEqual(
        error.message,
        "TtlDict: timeToIdle is \"-1 second\", but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
      )
    }))

  it.scoped("purge reclaims what has expired, and nothing else", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* dict.set("a", 1)
      yield* TestClock.adjust("5 seconds")
      yield* dict.set("b", 1)
      yield* TestClock.adjust("5 seconds")
      yield* dict.purge
      const stats = yield* dict.stats
      assert.strictEqual(stats.expired, 1)
      assert.deepStrictEqual(yield* dict.keys, ["b"])
    }))

  it.scoped("a long sleep, as of a frozen function, ends entries at their time", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 hour" })
      yield* dict.set("a", 1)
      yield* dict.set("b", 1, { timeToLive: "400 days" })
      yield* TestClock.adjust("399 days")
      assert.isFalse(yield* dict.has("a"))
      assert.isTrue(yield* dict.has("b"))
      yield* TestClock.adjust("1 day")
      assert.isFalse(yield* dict.has("b"))
    }))

  it.scoped("entries written after the clock was set back expire at their time", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      yield* TestClock.setTime(1_000_000)
      yield* dict.set("before", 1)
      yield* dict.purge
      yield* TestClock.setTime(500_000)
      assert.isTrue(yield* dict.has("before"))
      assert.deepStrictEqual(yield* dict.timeToLive("before"), Duration.millis(510_000))
      yield* dict.set("after", 1)
      yield* TestClock.setTime(509_999)
      assert.deepStrictEqual(yield* dict.keys, ["before", "after"])
      yield* TestClock.setTime(510_000)
      assert.isFalse(yield* dict.has("after"))
      assert.deepStrictEqual(yield* dict.keys, ["before"])
      yield* TestClock.setTime(1_010_000)
      assert.deepStrictEqual(yield* dict.keys, [])
      assert.strictEqual(yield* dict.byteSize, 0)
    }))

  it.scoped("timeToIdle runs from the last use, also where the clock was set back before it", () =>
    Effect.gen(function*() {
      const hour = 3_600_000
      const dict = yield* TtlDict.make<string, number>({ timeToIdle: "1 minute" })
      yield* TestClock.setTime(10 * hour)
      yield* dict.setMany([["used", 1], ["unused", 1]])
      yield* TestClock.setTime(9 * hour)
      for (const key of ["used", "unused"]) {
        assert.deepStrictEqual(yield* dict.timeToLive(key), Duration.minutes(1))
        const { expiresAt, lastUsedAt, remaining } = Option.getOrThrow(yield* dict.peekEntry(key))
        assert.deepStrictEqual([expiresAt, remaining, lastUsedAt], [9 * hour + 60_000, 60_000, 9 * hour])
      }
      assert.strictEqual(yield* dict.get("used"), 1)
      yield* TestClock.setTime(9 * hour + 59_999)
      assert.isTrue(yield* dict.has("used"))
      yield* TestClock.setTime(9 * hour + 60_000)
      assert.isFalse(yield* dict.has("used"))
    }))
})
