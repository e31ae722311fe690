import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, Schema, TestClock } from "effect"
import { type CacheConfigError, Store } from "effect-aws-cache/Cache"
import { Keyspace } from "effect-aws-cache/S3Store"
import { makeBucket } from "../S3Store/bucketOf.js"

/** Computes values that take so long. */
const computing = <A, E>(
  lookup: (key: string, compute: Effect.Effect<number>) => Effect.Effect<A, E>,
  key: string,
  millis: number
) =>
  Effect.gen(function*() {
    const started = yield* Deferred.make<void>()
    const compute = Effect.zipRight(Deferred.succeed(started, undefined), Effect.as(Effect.sleep(millis), millis))
    const fiber = yield* Effect.fork(lookup(key, compute))
    yield* Deferred.await(started)
    yield* TestClock.adjust(millis)
    return yield* Fiber.join(fiber)
  })

describe("cost: \"time\"", () => {
  it.scoped("a store keeps what took longer, also where entries know more of themselves", () =>
    Effect.gen(function*() {
      for (const more of [{}, { timeToLive: "1 hour", staleIfError: "1 hour" } as const]) {
        const store = yield* Store.make<string, number>({ cost: "time", maxSize: 2, ...more })
        yield* computing(store.getOrCompute, "slow", 5000)
        yield* computing(store.getOrCompute, "quick", 5)
        yield* computing(store.getOrCompute, "other", 50)
        assert.deepStrictEqual((yield* store.keys).toSorted(), ["other", "slow"])
        // Nobody knows how long it took.
        yield* store.set("set", 1)
        assert.deepStrictEqual((yield* store.keys).toSorted(), ["set", "slow"])
        yield* store.set("slow", 2)
        yield* store.set("set, too", 1)
        assert.deepStrictEqual(yield* store.getOption("slow"), Option.some(2))
      }
    }))

  it.scoped("takes no other policies than those that go by it", () =>
    Effect.gen(function*() {
      const made: Effect.Effect<unknown, CacheConfigError, never> = Effect.scoped(
        Store.make({ cost: "time", evictionPolicy: "LRU" })
      )
      assert.strictEqual(
        (yield* Effect.flip(made)).message,
        "Store: evictionPolicy is \"LRU\", but must be \"GDSF\" or \"W-TinyLFU\" with cost: no other policy goes by it"
      )
      yield* Store.make({ cost: "time", evictionPolicy: "W-TinyLFU" })
    }))

  it.scoped("an S3Cache keeps in memory what took longer, in this process or in another one", () =>
    Effect.gen(function*() {
      const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number })
      const { process } = yield* makeBucket()
      const one = yield* process({ cost: "time", maxSize: 2 })
      const lookup = (key: string, compute: Effect.Effect<number>) => one.getOrCompute(Numbers.key(key), compute)
      const inMemory = (cache: typeof one) =>
        Effect.filter(["slow", "quick", "other"], (key) => Effect.map(cache.peek(Numbers.key(key)), Option.isSome))
      yield* computing(lookup, "slow", 5000)
      yield* computing(lookup, "quick", 5)
      yield* computing(lookup, "other", 50)
      assert.deepStrictEqual(yield* inMemory(one), ["slow", "other"])
      const other = yield* process({ cost: "time", maxSize: 2 })
      for (const key of ["slow", "quick", "other"]) yield* other.get(Numbers.key(key))
      assert.deepStrictEqual(yield* inMemory(other), ["slow", "other"])
      const error = yield* Effect.flip(process({ cost: "time", evictionPolicy: "Adaptive" }))
      assert.include(error.message, "evictionPolicy is \"Adaptive\", but must be \"GDSF\" or \"W-TinyLFU\" with cost")
    }))

  it.scoped("an entry of an S3Cache that is set anew costs what it did", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      for (const write of ["through", "behind"] as const) {
        const Numbers = Keyspace.make(`numbers-${write}`, { key: Schema.String, value: Schema.Number, write })
        const cache = yield* process({ cost: "time", maxSize: 2 })
        yield* computing((key, compute) => cache.getOrCompute(Numbers.key(key), compute), "slow", 5000)
        yield* cache.set(Numbers.key("slow"), 2)
        yield* cache.set(Numbers.key("slow"), 3)
        for (const key of ["a", "b", "c", "d"]) yield* cache.set(Numbers.key(key), 1)
        assert.deepStrictEqual(yield* cache.peek(Numbers.key("slow")), Option.some(3))
      }
    }))
})
