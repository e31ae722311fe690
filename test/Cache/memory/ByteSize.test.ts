import { assert, describe, it } from "@effect/vitest"
import { ByteSize } from "effect-aws-cache/Ttl"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { availableParallelism } from "node:os"
import { getHeapStatistics } from "node:v8"

const K = 1024
const total = 512 * K * K

const accepted: ReadonlyArray<readonly [input: number | string, bytes: number]> = [
  [1, 1],
  [1048576, 1048576],
  [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ["1B", 1],
  ["512b", 512],
  ["1K", K],
  ["1k", K],
  ["1KiB", K],
  ["1kib", K],
  ["128M", 128 * K ** 2],
  ["64MiB", 64 * K ** 2],
  ["2G", 2 * K ** 3],
  ["2GIB", 2 * K ** 3],
  ["1T", K ** 4],
  ["1TiB", K ** 4],
  ["1.5K", 1536],
  [".5K", 512],
  ["0.3K", 307],
  ["1e3K", 1000 * K],
  ["1E3K", 1000 * K],
  ["1e-1K", 102],
  ["2.5e+1M", 25 * K ** 2],
  ["  1 K\n", K],
  ["007K", 7 * K],
  ["25%", total / 4],
  ["100%", total],
  ["12.5 %", total / 8],
  ["0.001%", 5368]
]

const rejected: ReadonlyArray<readonly [input: number | string, detail: string]> = [
  [0, "not above 0"],
  [-0, "not above 0"],
  [-1, "not above 0"],
  [1.5, "whole bytes"],
  [Number.NaN, "not a finite number"],
  [Number.POSITIVE_INFINITY, "not a finite number"],
  [Number.NEGATIVE_INFINITY, "not a finite number"],
  [2 ** 53, "too large"],
  ["", "not a positive number followed by a unit"],
  [" ", "not a positive number followed by a unit"],
  ["K", "not a positive number followed by a unit"],
  ["%", "not a positive number followed by a unit"],
  ["-1M", "not a positive number followed by a unit"],
  ["+1M", "not a positive number followed by a unit"],
  ["1_0K", "not a positive number followed by a unit"],
  ["\uff11K", "not a positive number followed by a unit"],
  ["1 K B", "not a positive number followed by a unit"],
  ["1K1", "not a positive number followed by a unit"],
  ["inf", "not a positive number followed by a unit"],
  ["nan", "not a positive number followed by a unit"],
  ["K1", "not a positive number followed by a unit"],
  ["1..5K", "not a positive number followed by a unit"],
  ["1eK", "unit is unknown"],
  ["1k%", "not a positive number followed by a unit"],
  ["-25%", "not a positive number followed by a unit"],
  ["1,5K", "not a positive number followed by a unit"],
  ["1.K", "not a positive number followed by a unit"],
  ["1K1K", "not a positive number followed by a unit"],
  ["0x10K", "not a positive number followed by a unit"],
  ["1024", "has no unit"],
  ["1e3", "has no unit"],
  ["1X", "unit is unknown"],
  ["1E", "unit is unknown"],
  ["NaNK", "not a positive number followed by a unit"],
  ["InfinityK", "not a positive number followed by a unit"],
  ["1KIBB", "unit is unknown"],
  ["1KB", "write \"K\" or \"KiB\""],
  ["64MB", "write \"M\" or \"MiB\""],
  ["1gb", "write \"G\" or \"GiB\""],
  ["0K", "less than one byte"],
  ["0.0001K", "less than one byte"],
  ["0%", "less than one byte"],
  ["1e400K", "too large"],
  ["9999999T", "too large"],
  ["101%", "at most 100%"]
]

const reasons: Readonly<Record<string, ByteSize.ByteSizeReason>> = {
  "not above 0": "NotPositive",
  "whole bytes": "NotWhole",
  "not a finite number": "NotASize",
  "too large": "TooLarge",
  "not a positive number followed by a unit": "NotASize",
  "unit is unknown": "UnknownUnit",
  "has no unit": "NoUnit",
  "less than one byte": "TooSmall",
  "at most 100%": "TooLarge",
  "write \"K\" or \"KiB\"": "AmbiguousUnit",
  "write \"M\" or \"MiB\"": "AmbiguousUnit",
  "write \"G\" or \"GiB\"": "AmbiguousUnit"
}

describe("ByteSize", () => {
  for (const [input, bytes] of accepted) {
    it(`accepts ${JSON.stringify(input)}`, () => {
      assert.deepStrictEqual(ByteSize.parse(input, total), Either.right(bytes))
    })
  }

  for (const [input, detail] of rejected) {
    it(`rejects ${typeof input === "number" ? String(input) : JSON.stringify(input)}`, () => {
      const parsed = ByteSize.parse(input, total)
      assert.isTrue(Either.isLeft(parsed))
      if (Either.isRight(parsed)) return
      assert.strictEqual(parsed.left._tag, "ByteSizeError")
      assert.strictEqual(parsed.left.reason, reasons[detail])
      assert.include(parsed.left.message, detail)
      assert.include(parsed.left.message, typeof input === "number" ? String(input) : JSON.stringify(input))
      assert.include(parsed.left.message, "\"64MiB\"")
    })
  }

  it("rejects what untyped code may pass", () => {
    for (const input of [true, null, undefined, 10n, {}, [1]]) {
      const parsed = Reflect.apply(ByteSize.parse, undefined, [input, total])
      assert.isTrue(Either.isEither(parsed) && Either.isLeft(parsed))
    }
  })

  it("formats with the largest unit, cut to two decimals", () => {
    const table: ReadonlyArray<readonly [number, string]> = [
      [0, "0B"],
      [1, "1B"],
      [593, "593B"],
      [1023, "1023B"],
      [1024, "1K"],
      [1536, "1.5K"],
      [1024 ** 2 - 1, "1023.99K"],
      [128 * 1024 ** 2, "128M"],
      [1.25 * 1024 ** 3, "1.25G"],
      [3000 * 1024 ** 4, "3000T"]
    ]
    for (const [bytes, text] of table) assert.strictEqual(ByteSize.format(bytes), text)
  })

  it("formats no limit as such", () => {
    assert.strictEqual(ByteSize.format(Infinity), "Infinity")
  })

  it("reads back what it formats", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (bytes) => {
      const parsed = Either.getOrThrow(ByteSize.parse(ByteSize.format(bytes), total))
      assert.isAtMost(parsed, bytes)
      assert.isAtLeast(parsed, bytes * 0.99)
    }))
  })

  describe("availableMemory", () => {
    const withMemory = (megabytes: string) =>
      Effect.withConfigProvider(
        ByteSize.availableMemory,
        ConfigProvider.fromMap(new Map([["AWS_LAMBDA_FUNCTION_MEMORY_SIZE", megabytes]]))
      )

    it.effect("is the memory of the Lambda function, in megabytes", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* withMemory("512"), total)
      }))

    it.effect("is the limit of the heap otherwise", () =>
      Effect.gen(function*() {
        const heap = getHeapStatistics().heap_size_limit
        const none = Effect.withConfigProvider(ByteSize.availableMemory, ConfigProvider.fromMap(new Map()))
        assert.strictEqual(yield* none, heap)
        for (const broken of ["", "much", "0", "-1", "NaN", "Infinity"]) {
          assert.strictEqual(yield* withMemory(broken), heap, broken)
        }
      }))
  })

  describe("availableMemory, where threads share it,", () => {
    const withSettings = (settings: Readonly<Record<string, string>>) =>
      Effect.withConfigProvider(
        ByteSize.availableMemory,
        ConfigProvider.fromMap(new Map(Object.entries({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512", ...settings })))
      )

    it.effect("is divided by their number", () =>
      Effect.gen(function*() {
        const lambdas = 8 * availableParallelism()
        const table: ReadonlyArray<readonly [Readonly<Record<string, string>>, workers: number]> = [
          [{ AWS_LAMBDA_NODEJS_WORKER_COUNT: "1" }, 1],
          [{ AWS_LAMBDA_NODEJS_WORKER_COUNT: "8" }, 8],
          [{ AWS_LAMBDA_NODEJS_WORKER_COUNT: "3.9" }, 3],
          [{ AWS_LAMBDA_NODEJS_WORKER_COUNT: "0.5" }, 1],
          [{ AWS_LAMBDA_NODEJS_WORKER_COUNT: "1", AWS_LAMBDA_MAX_CONCURRENCY: "64" }, 1],
          [{ AWS_LAMBDA_MAX_CONCURRENCY: "64" }, lambdas],
          ...["", "many", "0", "-2", "NaN", "Infinity"].flatMap((broken) => [
            [{ AWS_LAMBDA_NODEJS_WORKER_COUNT: broken }, 1] as const,
            [{ AWS_LAMBDA_NODEJS_WORKER_COUNT: broken, AWS_LAMBDA_MAX_CONCURRENCY: "10" }, lambdas] as const
          ])
        ]
        for (const [settings, workers] of table) {
          assert.strictEqual(yield* withSettings(settings), Math.floor(total / workers), JSON.stringify(settings))
        }
        const heap = getHeapStatistics().heap_size_limit
        const ofHeap = withSettings({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "", AWS_LAMBDA_NODEJS_WORKER_COUNT: "4" })
        assert.strictEqual(yield* ofHeap, Math.floor(heap / 4))
      }))
  })

  describe("schema", () => {
    it.effect("decodes to bytes, shares included, and encodes to bytes", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* Schema.decode(ByteSize.schema)("64M"), 64 * K * K)
        assert.strictEqual(yield* Schema.decode(ByteSize.schema)(100), 100)
        assert.strictEqual(yield* Schema.decode(ByteSize.schema)("25%"), total / 4)
        assert.strictEqual(yield* Schema.encode(ByteSize.schema)(100), 100)
        assert.strictEqual(Schema.decodeSync(ByteSize.schema)("1K"), K)
      }).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"]])))
      ))

    it.effect("fails with the reason", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Schema.decode(ByteSize.schema)("64MB"))
        assert.include(error.message, "ambiguous")
        assert.isFalse(Schema.is(ByteSize.schema)(1.5))
      }))
  })
})
