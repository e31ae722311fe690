import { assert, describe, it } from "@effect/vitest"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Timers from "node:timers"

const many = 3000
const items = Array.from({ length: many }, (_, at) => [`key ${at}`, at] as const)

// How many turns the event loop had while something was done.
const turnsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    let turns = 0
    let next = Timers.setImmediate(function count() {
      turns++
      next = Timers.setImmediate(count)
    })
    return Effect.map(
      Effect.ensuring(Effect.either(effect), Effect.sync(() => Timers.clearImmediate(next))),
      (ended) => ({ turns, ended })
    )
  })

describe("what is long", () => {
  it.scoped("lets the event loop have turns: update, clear, purge and limits of a dictionary", () =>
    Effect.gen(function*() {
      const removed: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        maxBytes: "64M",
        removalQueue: { maxSize: 100_000 },
        onRemoval: (key, _, reason) => Effect.sync(() => removed.push(`${key} ${reason}`))
      })
      assert.isAtLeast((yield* turnsOf(dict.setMany(items))).turns, 4)
      assert.strictEqual(yield* dict.size, many)
      assert.isAtLeast((yield* turnsOf(dict.resize({ maxSize: 10 }))).turns, 4)
      assert.deepStrictEqual(yield* dict.keys, items.slice(-10).map(([key]) => key))
      yield* dict.resize({ maxSize: Infinity })
      yield* dict.setMany(items)
      assert.isAtLeast((yield* turnsOf(dict.clear)).turns, 4)
      assert.strictEqual(yield* dict.size, 0)
      assert.strictEqual((yield* dict.stats).cleared, many)
      yield* dict.setMany(items.map(([key, value]) => [key, value, { timeToLive: 0 }] as const))
      assert.strictEqual(yield* dict.size, 0)
    }))

  it.scoped("is empty at once when it is cleared, and keeps what is written meanwhile", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ maxSize: many })
      for (const [key, value] of items) yield* store.set(key, value)
      const clearing = yield* Effect.fork(store.clear)
      yield* Effect.yieldNow()
      assert.strictEqual(yield* store.size, 0)
      yield* store.set("new", 1)
      yield* Fiber.join(clearing)
      assert.deepStrictEqual(yield* store.entries, [["new", 1]])
      assert.strictEqual((yield* store.stats).cleared, many)
    }))

  it.scoped("changes nothing when a bad time is among what is written", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>()
      const exit = yield* Effect.exit(dict.setMany([...items, ["bad", 1, { expiresAt: Number.NaN }]]))
      assert.strictEqual(exit._tag, "Failure")
      assert.strictEqual(yield* dict.size, 0)
      // Nor does one that is too large.
      const small = yield* TtlDict.make<string, string>({ maxBytes: "1M" })
      const { ended } = yield* turnsOf(
        small.setMany([["first", "a"], ["large", "x".repeat(2_000_000)], ...items.map(([key]) => [key, key] as const)])
      )
      assert.isTrue(Either.isLeft(ended))
      assert.deepStrictEqual(yield* small.keys, [])
    }))
})

const resizable = [
  ["Store", Store.make<string, number>({ maxSize: many })],
  ["LeasedStore", LeasedStore.make({ maxSize: many, acquire: (_: string) => Effect.succeed(0) })],
  ["TtlDict", TtlDict.make<string, number>({ maxSize: many })]
] as const

for (const [name, make] of resizable) {
  describe(`${name}: limits that are changed while others are still being changed`, () => {
    const racing = (
      older: { readonly maxSize: number },
      newer: { readonly maxSize?: number },
      expected: number
    ) =>
      Effect.gen(function*() {
        const store = yield* make
        yield* store.setMany(items)
        const changing = yield* Effect.fork(store.resize(older))
        // One piece is done.
        yield* Effect.yieldNow()
        assert.isBelow((yield* store.limits).maxSize, many)
        assert.isAbove((yield* store.limits).maxSize, older.maxSize)
        yield* store.resize(newer)
        assert.strictEqual((yield* store.limits).maxSize, expected)
        const before = yield* store.size
        yield* Fiber.join(changing)
        assert.strictEqual((yield* store.limits).maxSize, expected)
        return [before, yield* store.size] as const
      })

    it.scoped("the last one holds, and the older one evicts nothing any more", () =>
      Effect.gen(function*() {
        const [before, after] = yield* racing({ maxSize: 10 }, { maxSize: 5000 }, 5000)
        assert.strictEqual(after, before)
        assert.isAbove(after, 2000)
      }))

    it.scoped("the last one holds, also where it evicts more", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* racing({ maxSize: 1000 }, { maxSize: 10 }, 10), [10, 10])
      }))
  })
}

describe("limits of other kinds that are changed meanwhile", () => {
  it.scoped("leave those alone that are being changed", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ maxSize: many })
      yield* store.setMany(items)
      const changing = yield* Effect.fork(store.resize({ maxSize: 10, maxWeight: 5 }))
      yield* Effect.yieldNow()
      yield* store.resize({ maxWeight: 20_000 })
      yield* Fiber.join(changing)
      assert.deepStrictEqual(yield* store.limits, { maxSize: 10, maxWeight: 20_000 })
    }))

  it.scoped("the time to live of a dictionary is that of the last change", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxSize: many })
      yield* dict.setMany(items)
      const changing = yield* Effect.fork(dict.resize({ maxSize: 10, timeToLive: "1 minute" }))
      yield* Effect.yieldNow()
      yield* dict.resize({ timeToLive: "1 hour" })
      yield* Fiber.join(changing)
      assert.deepInclude(yield* dict.limits, { maxSize: 10, timeToLive: 3_600_000 })
    }))
})
