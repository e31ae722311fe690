import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Exit, Fiber, Option, Stream } from "effect"
import { Store } from "effect-aws-cache/Cache"
import { estimateBytes, TtlDict } from "effect-aws-cache/Ttl"
import { anyFailure } from "../support/anyFailure.js"
import { kindOf } from "../support/majors.js"
import { settledMemoryInUse } from "../support/memoryInUse.js"
import { everyNth } from "../support/property.js"

class NotFound {
  readonly _tag = "NotFound"
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}

class Offline extends Data.TaggedError("Offline")<{ readonly host: string; readonly tries: ReadonlyArray<number> }> {}

/** Errors as programs have them, another for each key. */
const errors: ReadonlyArray<readonly [what: string, make: (n: number) => unknown]> = [
  ["an object", (n) => new NotFound(n)],
  ["an error", (n) => new Error(`number ${n} is not there`)],
  ["a tagged error", (n) => new Offline({ host: `host-${n}`, tries: [1, 2, n] })],
  ["an error with causes", (n) => new Error("outer", { cause: new Error("inner", { cause: { n } }) })],
  ["text", (n) => `the number ${n} is not there, and never was`.repeat(4)],
  ["a number", (n) => n],
  ["nothing", () => undefined],
  ["bytes", (n) => new Uint8Array(100 + (n % 10))],
  ["a map", (n) => new Map([[n, `${n}`]])]
]

const fail = (
  made: { readonly getOrCompute: Store.Store<string, number, unknown>["getOrCompute"] },
  count: number,
  make: (n: number) => unknown
) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) => Effect.exit(made.getOrCompute(`user/${n}`, Effect.suspend(() => Effect.fail(make(n))))),
    { discard: true }
  )

const long = (n: number) => "y".repeat(20_000) + n

/** Errors whose weight is where it is easily overlooked: 20,000 bytes each, or more. */
const burdened: ReadonlyArray<readonly [what: string, make: (n: number) => unknown]> = [
  ["several errors", (n) => new AggregateError([{ text: long(n) }])],
  ["a field that is not enumerable", (n) => Object.defineProperty({}, "text", { value: long(n), enumerable: false })],
  ["a field under a symbol", (n) => ({ [Symbol("text")]: long(n) })],
  ["a symbol", (n) => Symbol(long(n))],
  ["a long bigint", (n) => ({ n: (1n << 200_000n) + BigInt(n) })],
  ["a view of a large buffer", () => new Uint8Array(new ArrayBuffer(200_000), 0, 1)],
  ["a shared buffer", () => ({ bytes: new SharedArrayBuffer(20_000) })],
  ["a URL", (n) => ({ url: new URL(`http://localhost/${long(n)}`) })],
  ["a regular expression", (n) => new RegExp(long(n))],
  ["text as an object", (n) => new Object(long(n))],
  ["a map with a field", (n) => Object.assign(new Map(), { text: long(n) })],
  ["a field of its cause", (n) => new Error("no", { cause: { [Symbol.for("text")]: long(n) } })]
]

describe("remembered failures", () => {
  for (const [what, make] of burdened) {
    it.scoped(`weigh what is easily overlooked: ${what}`, () =>
      Effect.gen(function*() {
        const limit = 200_000
        const dict = yield* TtlDict.make<string, number, unknown>({
          maxBytes: limit,
          failure: anyFailure,
          failureTimeToLive: "1 hour"
        })
        const store = yield* Store.make<string, number, unknown>({
          maxSize: Number.POSITIVE_INFINITY,
          maxWeight: limit,
          weigher: () => 1,
          failure: anyFailure,
          failureTimeToLive: "1 hour"
        })
        for (const made of [dict, store]) {
          yield* fail(made, 30, make)
          assert.isAtMost(yield* made.size, 10)
        }
      }))
  }

  it.scoped("are weighed without running getters or the traps of a proxy", () =>
    Effect.gen(function*() {
      let runs = 0
      const trap = () => {
        runs++
        throw new Error("looked at")
      }
      const store = yield* Store.make<string, number, unknown>({
        maxWeight: 100_000,
        weigher: () => 1,
        failure: anyFailure,
        failureTimeToLive: "1 hour"
      })
      yield* fail(store, 2, () => ({
        get text() {
          return trap()
        },
        proxy: new Proxy({}, { ownKeys: trap, get: trap, getOwnPropertyDescriptor: trap })
      }))
      assert.strictEqual(yield* store.size, 2)
      assert.strictEqual(runs, 0)
    }))

  for (const [what, make] of errors) {
    it.scoped(`weigh what they hold, and leave as entries do: ${what}`, () =>
      Effect.gen(function*() {
        const dict = yield* TtlDict.make<string, number, unknown>({
          maxBytes: "64K",
          failure: anyFailure,
          failureTimeToLive: "1 hour"
        })
        const store = yield* Store.make<string, number, unknown>({
          maxSize: Number.POSITIVE_INFINITY,
          maxWeight: 64 * 1024,
          weigher: (key) => key.length + 8,
          failure: anyFailure,
          failureTimeToLive: "1 hour"
        })
        for (const made of [dict, store]) {
          yield* fail(made, 1, make)
          const one = "byteSize" in made ? yield* made.byteSize : yield* made.weight
          assert.isAtLeast(one, estimateBytes("user/0") + estimateBytes(make(0)), "one of them")
          yield* fail(made, 1000, make)
          const all = "byteSize" in made ? yield* made.byteSize : yield* made.weight
          const { evicted, size } = yield* made.stats
          assert.isAtMost(all, 64 * 1024)
          assert.isAbove(all, 32 * 1024)
          assert.isAbove(evicted, 0)
          assert.strictEqual(size + evicted, 1000)
        }
      }))
  }

  for (const [what, make] of everyNth(errors.length, errors)) {
    it.scoped(`do not let the heap grow beyond the limit: ${what}`, () =>
      Effect.gen(function*() {
        const limit = 512 * 1024
        const dict = yield* TtlDict.make<string, number, unknown>({
          maxBytes: limit,
          failure: anyFailure,
          failureTimeToLive: "1 hour"
        })
        yield* fail(dict, 200, make)
        yield* dict.clear
        const before = yield* settledMemoryInUse
        yield* fail(dict, 2000, make)
        const grown = (yield* settledMemoryInUse) - before
        assert.isAtMost(grown, 1.25 * limit + 512 * 1024)
        assert.isAbove((yield* dict.stats).size, 0)
      }))
  }

  it.scoped("count for the number of entries", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number, unknown>({
        maxSize: 10,
        failure: anyFailure,
        failureTimeToLive: "1 hour"
      })
      const store = yield* Store.make<string, number, unknown>({
        maxSize: 10,
        failure: anyFailure,
        failureTimeToLive: "1 hour"
      })
      for (const made of [dict, store]) {
        yield* fail(made, 25, (n) => n)
        const { evicted, size } = yield* made.stats
        assert.deepStrictEqual([size, evicted], [10, 15])
      }
      assert.strictEqual(yield* store.weight, 10)
    }))

  it.scoped("are given back when the heap runs short", () =>
    Effect.gen(function*() {
      let used = 0
      const dict = yield* TtlDict.make<string, number, unknown>({
        failure: anyFailure,
        failureTimeToLive: "1 hour",
        memoryPressure: { share: 0.5, heap: () => ({ used, limit: 100_000 }) }
      })
      yield* fail(dict, 200, (n) => new NotFound(n))
      assert.strictEqual((yield* dict.stats).size, 200)
      used = 70_000
      const before = yield* dict.byteSize
      yield* fail(dict, 500, (n) => new NotFound(n))
      const { byteSize, evicted } = yield* dict.stats
      assert.isAbove(evicted, 0)
      assert.isBelow(byteSize, (before * 500) / 200)
    }))

  it.scoped("of more than the limit are not remembered, and do no harm", () =>
    Effect.gen(function*() {
      const huge = Array.from({ length: 20_000 }, (_, n) => ({ n }))
      const circle: Record<string, unknown> = { text: "x".repeat(300) }
      circle["self"] = circle
      for (const error of ["x".repeat(10_000), huge]) {
        const dict = yield* TtlDict.make<string, number, unknown>({
          maxBytes: 2000,
          failure: anyFailure,
          failureTimeToLive: "1 hour"
        })
        const store = yield* Store.make<string, number, unknown>({
          maxWeight: 2000,
          weigher: (_, value) => value,
          failure: anyFailure,
          failureTimeToLive: "1 hour"
        })
        for (const made of [dict, store]) {
          yield* Effect.exit(made.set("there", 5))
          const rejected = yield* made.events.pipe(
            Stream.filter(({ _tag }) => _tag === "Rejected"),
            Stream.runHead,
            Effect.fork
          )
          yield* Effect.yieldNow()
          yield* Effect.yieldNow()
          assert.isTrue(Object.is(error, yield* Effect.flip(made.getOrCompute("a", Effect.fail(error)))))
          assert.strictEqual(yield* made.getOrCompute("a", Effect.succeed(1)), 1)
          assert.deepStrictEqual(yield* made.getOption("there"), Option.some(5))
          assert.strictEqual((yield* made.stats).rejections, 1)
          assert.deepInclude(Option.getOrThrow(yield* Fiber.join(rejected)), { _tag: "Rejected", key: "a" })
        }
        assert.isAbove(yield* Effect.map(Effect.exit(store.getOrCompute("b", Effect.fail(circle))), () => 1), 0)
      }
    }))

  it.scoped("are weighed by `failureWeigher`", () =>
    Effect.gen(function*() {
      const failureWeigher = (key: string, { id }: NotFound) => key.length + id
      const options = { failure: anyFailure, failureTimeToLive: "1 hour", failureWeigher } as const
      const dict = yield* TtlDict.make<string, number, NotFound>({ ...options, maxBytes: 1000 })
      const plain = yield* Store.make<string, number, NotFound>(options)
      const store = yield* Store.make<string, number, NotFound>({ ...options, maxWeight: 10, weigher: () => 2 })
      for (const made of [dict, plain, store]) yield* Effect.exit(made.getOrCompute("ab", Effect.fail(new NotFound(5))))
      assert.deepStrictEqual([yield* dict.byteSize, yield* plain.weight, yield* store.weight], [7, 7, 7])
      yield* store.set("c", 1)
      yield* plain.set("c", 1)
      assert.deepStrictEqual([yield* plain.weight, yield* store.weight], [8, 9])
      yield* store.set("d", 1)
      assert.deepStrictEqual(yield* store.keys, ["c", "d"])
    }))

  it.scoped("a `failureWeigher` that throws, or returns no weight, is a defect, and nothing is remembered", () =>
    Effect.gen(function*() {
      for (
        const failureWeigher of [
          () => {
            throw new Error("no weight")
          },
          () => Number.NaN,
          () => -1,
          () => 0.5
        ]
      ) {
        const options = { failure: anyFailure, failureTimeToLive: "1 hour", failureWeigher } as const
        for (
          const made of [
            yield* Store.make<string, number, string>(options),
            yield* TtlDict.make<string, number, string>(options)
          ]
        ) {
          const exit = yield* Effect.exit(made.getOrCompute("a", Effect.fail("no")))
          assert.isTrue(Exit.isFailure(exit) && kindOf(exit.cause) === "Die")
          assert.strictEqual(yield* made.getOrCompute("a", Effect.succeed(1)), 1)
          assert.strictEqual((yield* made.stats).inFlight, 0)
        }
      }
      const bad: { failureWeigher: () => number } = JSON.parse("{ \"failureWeigher\": 5 }")
      assert.strictEqual(
        (yield* Effect.flip(Store.make(bad))).message,
        "Store: failureWeigher is 5, but must be a function"
      )
      assert.strictEqual(
        (yield* Effect.flip(TtlDict.make(bad))).message,
        "TtlDict: failureWeigher is 5, but must be a function"
      )
    }))
})
