import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError, estimateBytes, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/TestClock"
import { inspect } from "node:util"
import { entryOverhead } from "../../src/Ttl/memory/Weigher.js"

const weighedByValue = { weigher: (_key: unknown, value: number) => value }

describe("TtlDict.make: limits", () => {
  it.scoped("the least recently used entry makes room for a new one", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxSize: 2 })
      yield* dict.set("a", 1)
      yield* dict.set("b", 2)
      yield* dict.get("a")
      yield* dict.set("c", 3)
      assert.deepStrictEqual(yield* dict.keys, ["a", "c"])
    }))

  it.scoped("an overwrite at the limit evicts nobody", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxSize: 2 })
      for (const key of ["a", "b", "a", "b"]) yield* dict.set(key, 1)
      const stats = yield* dict.stats
      assert.strictEqual(stats.evicted, 0)
      assert.deepStrictEqual(yield* dict.keys, ["a", "b"])
    }))

  it.scoped("what has expired makes room before anything live does", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxSize: 2 })
      yield* dict.set("a", 1)
      yield* dict.set("b", 1, { timeToLive: "1 second" })
      yield* TestClock.adjust("1 second")
      yield* dict.set("c", 1)
      assert.deepStrictEqual(yield* dict.keys, ["a", "c"])
    }))

  it.scoped("maxSize 0 stores nothing", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxSize: 0 })
      yield* dict.set("a", 1)
      yield* dict.add("a", 1)
      assert.strictEqual(yield* dict.size, 0)
    }))

  it.scoped("an entry may fill maxBytes to the last byte", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxBytes: 100, ...weighedByValue })
      yield* dict.set("a", 60)
      yield* dict.set("b", 40)
      assert.strictEqual(yield* dict.byteSize, 100)
      assert.strictEqual(yield* dict.size, 2)
      yield* dict.set("c", 100)
      assert.deepStrictEqual(yield* dict.keys, ["c"])
    }))

  it.scoped("an entry over maxBytes fails and touches nothing else", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ name: "small", maxBytes: 100, ...weighedByValue })
      yield* dict.set("a", 60)
      yield* dict.set("b", 40)
      for (const write of [dict.set("c", 101), dict.add("c", 101), dict.set("a", 101)]) {
        const error = yield* Effect.flip(write)
        if (error._tag !== "EntryTooLargeError") return assert.fail(error._tag)
        assert.strictEqual(error.weight, 101)
        assert.strictEqual(error.maxWeight, 100)
        assert.include(error.message, "small: the entry under")
        assert.include(error.message, "101")
        assert.include(error.message, "100")
      }
      assert.deepStrictEqual(yield* dict.entries, [["a", 60], ["b", 40]])
      assert.strictEqual((yield* dict.stats).evicted, 0)
    }))

  it.scoped("a failed overwrite keeps the old value and its time to live", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxBytes: 100, timeToLive: "10 seconds", ...weighedByValue })
      yield* dict.set("a", 1)
      yield* TestClock.adjust("4 seconds")
      yield* Effect.flip(dict.set("a", 101, { timeToLive: "1 hour" }))
      assert.strictEqual(yield* dict.get("a"), 1)
      assert.deepStrictEqual(yield* dict.timeToLive("a"), Duration.seconds(6))
    }))

  it.scoped("an overwrite that grows evicts others, never itself", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxBytes: 100, ...weighedByValue })
      yield* dict.set("a", 30)
      yield* dict.set("b", 30)
      yield* dict.set("c", 30)
      yield* dict.set("a", 70)
      assert.deepStrictEqual(yield* dict.entries, [["c", 30], ["a", 70]])
      yield* dict.set("a", 10)
      assert.strictEqual(yield* dict.byteSize, 40)
    }))

  it.scoped("measures an entry once, at the write", () =>
    Effect.gen(function*() {
      let calls = 0
      const dict = yield* TtlDict.make<number, number>({
        maxBytes: 1000,
        weigher: () => {
          calls++
          return 1
        }
      })
      for (let i = 0; i < 2000; i++) yield* dict.set(i, i)
      yield* dict.get(1999)
      yield* dict.byteSize
      assert.strictEqual(calls, 2000)
      assert.strictEqual(yield* dict.byteSize, 1000)
    }))

  it.scoped("a weigher that throws is a defect of its write and of nothing else", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({
        maxBytes: 100,
        weigher: (_, value) => {
          if (value === 13) throw new Error("not this one")
          return value
        }
      })
      yield* dict.set("a", 1)
      for (const bad of [13, Number.NaN, -1, 0.5]) {
        const exit = yield* Effect.exit(dict.set("a", bad))
        assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause), String(bad))
      }
      assert.deepStrictEqual(yield* dict.entries, [["a", 1]])
      yield* dict.set("b", 2)
      assert.strictEqual(yield* dict.byteSize, 3)
    }))

  it.scoped("a weight that is none is a defect that names the dictionary, the weigher, the weight and the key", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ name: "Foo", ...weighedByValue })
      for (const write of [dict.set("a", 1.5), dict.getOrCompute("a", Effect.succeed(1.5))]) {
        const defect = yield* Effect.flip(Effect.catchAllDefect(write, Effect.fail))
        assert.instanceOf(defect, CacheConfigError)
        assert.include(defect.message, "Foo: weigher is one that returns 1.5 for the key \"a\", but must be one that")
      }
    }))

  it.scoped("\"estimate\" holds maxBytes for real values", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, unknown>({ maxBytes: "64K" })
      const value = { name: "x".repeat(1000), tags: ["a", "b"] }
      for (let i = 0; i < 200; i++) {
        yield* dict.set(`key ${i}`, { ...value })
        assert.isAtMost(yield* dict.byteSize, 64 * 1024)
      }
      const size = yield* dict.size
      assert.isAbove(size, 40)
      assert.isBelow(size, 64)
      assert.strictEqual((yield* Effect.flip(dict.set("large", "x".repeat(65_536))))._tag, "EntryTooLargeError")
      assert.strictEqual(yield* dict.size, size)
    }))

  it.scoped("\"serialized\" measures the structured clone, and cannot measure functions", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, unknown>({ maxBytes: "64K", weigher: "serialized" })
      yield* dict.set("a", "x".repeat(1000))
      const bytes = yield* dict.byteSize
      assert.isAbove(bytes, 1000)
      assert.isBelow(bytes, 1200)
      const exit = yield* Effect.exit(dict.set("b", () => 1))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      assert.deepStrictEqual(yield* dict.keys, ["a"])
    }))

  it.scoped("\"sampled\" measures a sample of large values, and all of small ones", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, unknown>({ maxBytes: "64M", weigher: "sampled" })
      yield* dict.set("a", { small: true })
      assert.strictEqual(yield* dict.byteSize, entryOverhead + estimateBytes("a", { small: true }))
      yield* dict.clear
      const rows = Array.from({ length: 50_000 }, (_, at) => ({ at }))
      yield* dict.set("a", rows)
      const share = (yield* dict.byteSize) / estimateBytes(rows)
      assert.isAtLeast(share, 0.9)
      assert.isAtMost(share, 1.1)
    }))

  it.scoped("\"serialized\" cannot measure what is nested too deep, as it cannot measure functions", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, unknown>({ maxBytes: "64M", weigher: "serialized" })
      let deep: ReadonlyArray<unknown> = []
      for (let depth = 0; depth < 100_000; depth++) deep = [deep]
      for (const value of [() => 1, deep]) {
        const defect = yield* Effect.flip(Effect.catchAllDefect(dict.set("a", value), Effect.fail))
        assert.instanceOf(defect, Error)
        assert.include(defect.message, "could not be cloned")
      }
      assert.strictEqual(yield* dict.size, 0)
    }))

  it.effect("a share is of the memory of the Lambda function", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxBytes: "50%", ...weighedByValue })
      yield* dict.set("a", 64 * 1024 * 1024)
      assert.strictEqual((yield* Effect.flip(dict.set("b", 64 * 1024 * 1024 + 1)))._tag, "EntryTooLargeError")
    }).pipe(
      Effect.scoped,
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"]])))
    ))

  it.effect("maxBytes is a quarter of the memory by default, and may be lifted", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>(weighedByValue)
      yield* dict.set("a", 32 * 1024 * 1024)
      assert.strictEqual((yield* Effect.flip(dict.set("b", 32 * 1024 * 1024 + 1)))._tag, "EntryTooLargeError")
      const lifted = yield* TtlDict.make<string, number>({ maxBytes: Infinity, ...weighedByValue })
      yield* lifted.set("b", 1e12)
      assert.strictEqual(yield* lifted.byteSize, 1e12)
    }).pipe(
      Effect.scoped,
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"]])))
    ))
})

describe("TtlDict.make: options", () => {
  const refused: ReadonlyArray<readonly [options: object, option: string, value: string]> = [
    [{ timeToLive: -1 }, "timeToLive", "-1"],
    [{ timeToLive: -1n }, "timeToLive", "-1"],
    [{ timeToLive: Number.NaN }, "timeToLive", "NaN"],
    [{ timeToLive: "-5 seconds" }, "timeToLive", "\"-5 seconds\""],
    [{ timeToLive: "-0.5 millis" }, "timeToLive", "\"-0.5 millis\""],
    [{ timeToLive: [Number.NaN, 0] }, "timeToLive", "[NaN,0]"],
    [{ timeToLive: [-1, 0] }, "timeToLive", "[-1,0]"],
    [{ timeToLive: [0, -Infinity] }, "timeToLive", "[0,-Infinity]"],
    [{ timeToLive: "soon" }, "timeToLive", "\"soon\""],
    [{ timeToLive: {} }, "timeToLive", "{}"],
    [{ timeToLive: true }, "timeToLive", "true"],
    [{ maxSize: -1 }, "maxSize", "-1"],
    [{ maxSize: 1.5 }, "maxSize", "1.5"],
    [{ maxSize: Number.NaN }, "maxSize", "NaN"],
    [{ maxSize: "10" }, "maxSize", "\"10\""],
    [{ maxBytes: 0 }, "maxBytes", "0"],
    [{ maxBytes: -5 }, "maxBytes", "-5"],
    [{ maxBytes: Number.NaN }, "maxBytes", "NaN"],
    [{ maxBytes: Number.NEGATIVE_INFINITY }, "maxBytes", "-Infinity"],
    [{ maxBytes: "64MB" }, "maxBytes", "\"64MB\""],
    [{ maxBytes: "1024" }, "maxBytes", "\"1024\""],
    [{ maxBytes: true }, "maxBytes", "true"],
    [{ maxBytes: "100B" }, "maxBytes", "\"100B\""],
    [{ maxBytes: "100B", weigher: "serialized" }, "maxBytes", "\"100B\""],
    [{ weigher: "guess" }, "weigher", "\"guess\""]
  ]
  for (const [options, option, value] of refused) {
    it.scoped(`refuses ${inspect(options)}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(TtlDict.make({ name: "bad", ...options }))
        assert.instanceOf(error, CacheConfigError)
        assert.strictEqual(error.option, option)
        assert.strictEqual(error.value, value)
        assert.include(error.message, `bad: ${option} is ${value}, but must be `)
        assert.throws(() => new SyncTtlDict({ name: "bad", ...options }), error.message)
      }))
  }

  it.scoped("accepts the edges", () =>
    Effect.gen(function*() {
      for (
        const options of [
          {},
          { timeToLive: 0 },
          { timeToLive: Infinity },
          { timeToLive: "1 day" },
          { timeToLive: 5n },
          { timeToLive: "0 seconds" },
          { timeToLive: [0, 0] },
          { timeToLive: [Infinity, 0] },
          { timeToLive: Duration.zero },
          { maxSize: Infinity },
          { maxSize: 1 },
          { maxBytes: "128B" },
          { maxBytes: 1, weigher: () => 1 },
          { timeToLive: undefined, maxBytes: undefined, maxSize: undefined, weigher: undefined, name: undefined }
        ] as const
      ) {
        assert.strictEqual(yield* (yield* TtlDict.make(options)).size, 0)
      }
    }))
})
