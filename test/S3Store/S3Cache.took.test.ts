import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Option, Schema, Stream, TestClock } from "effect"
import { type CacheKey, Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import { eventually, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

const Numbers = Keyspace.make("numbers", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 hour",
  staleIfError: "1 hour"
})

/** Looks a value up whose computation takes so long. */
const computing = (cache: S3CacheService, key: CacheKey<string, number>, millis: number, value = 1) =>
  Effect.gen(function*() {
    let isStarted = false
    const compute = Effect.suspend(() => {
      isStarted = true
      return Effect.as(Effect.sleep(millis), value)
    })
    const fiber = yield* Effect.fork(cache.getOrCompute(key, compute))
    yield* until(() => isStarted)
    yield* TestClock.adjust(millis)
    return yield* Fiber.join(fiber)
  })

const tookOf = (cache: S3CacheService, key: CacheKey<string, number>) =>
  Effect.map(cache.peekEntry(key), (entry) => Option.getOrThrow(entry).took)

describe("how long a computation took", () => {
  it.scoped("is kept with its entry, in both levels and for other processes; what was set has none", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      const [computed, set] = [Numbers.key("computed"), Numbers.key("set")]
      assert.strictEqual(yield* computing(one, computed, 1234), 1)
      yield* one.set(set, 2)
      assert.strictEqual(yield* other.get(computed), 1)
      yield* other.get(set)
      for (const cache of [one, other]) {
        assert.strictEqual(yield* tookOf(cache, computed), 1234)
        assert.strictEqual(yield* tookOf(cache, set), undefined)
      }
      const listed = Chunk.toReadonlyArray(yield* Stream.runCollect(other.list(Numbers)))
      assert.deepStrictEqual(
        new Map(listed.map(({ key, took }) => [key.input, took])),
        new Map([["computed", 1234], ["set", undefined]])
      )
    }))

  it.scoped("is that of the computation, and not of what it waited for", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process({ maxComputations: 1 })
      const [first, second] = [Numbers.key("first"), Numbers.key("second")]
      const started: Array<string> = []
      const take = (key: CacheKey<string, number>, millis: number) =>
        Effect.fork(cache.getOrCompute(
          key,
          Effect.suspend(() => {
            started.push(key.input)
            return Effect.as(Effect.sleep(millis), millis)
          })
        ))
      const fibers = [yield* take(first, 1000)]
      yield* until(() => started.length === 1)
      fibers.push(yield* take(second, 30))
      yield* eventually(Effect.map(cache.stats, ({ misses }) => misses === 2))
      yield* TestClock.adjust(1000)
      yield* until(() => started.length === 2)
      yield* TestClock.adjust(30)
      yield* Effect.forEach(fibers, Fiber.join)
      assert.strictEqual(yield* tookOf(cache, first), 1000)
      assert.strictEqual(yield* tookOf(cache, second), 30)
    }))

  it.scoped("stays with what is made of it: an entry that has expired, or was modified", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const key = Numbers.key("a")
      yield* computing(cache, key, 70)
      yield* cache.modify(key, (value) => Effect.succeed(value + 1))
      assert.strictEqual(yield* cache.get(key), 2)
      assert.strictEqual(yield* tookOf(cache, key), 70)
    }))
})
