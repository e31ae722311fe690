import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Exit, Fiber, Logger, Option, Schema, Stream, TestClock } from "effect"
import { type CacheKey, Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import { turns, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

const Numbers = Keyspace.make("numbers", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 minute",
  staleIfSlow: { after: "100 millis", within: "1 hour" }
})
const key = Numbers.key("a")

/** A computation that ends when the test says so. */
const gated = Effect.map(Deferred.make<number, string>(), (gate) => {
  const state = { calls: 0 }
  return {
    state,
    gate,
    compute: Effect.suspend(() => {
      state.calls++
      return Deferred.await(gate)
    })
  }
})

const isOver = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) =>
  Effect.zipRight(turns(20), Effect.map(Fiber.poll(fiber), Option.isSome))

/** An old value in both levels. */
const aged = (cache: S3CacheService, of: CacheKey<string, number> = key, tags: ReadonlyArray<string> = []) =>
  Effect.zipRight(cache.set(of, 0, { tags }), TestClock.adjust("2 minutes"))

describe("staleIfSlow of an S3Cache", () => {
  for (const from of ["memory", "the bucket"]) {
    it.scoped(`gives out the old value of ${from} when the time is over, and keeps the new one`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const [one, other] = [yield* process(), yield* process()]
        yield* aged(one)
        const cache = from === "memory" ? one : other
        const { compute, gate, state } = yield* gated
        const events = yield* Effect.fork(
          Stream.runCollect(Stream.take(Stream.filter(cache.events, ({ _tag }) => _tag === "StaleServed"), 1))
        )
        const fiber = yield* Effect.fork(cache.getOrCompute(key, compute))
        yield* until(() => state.calls === 1)
        yield* TestClock.adjust("99 millis")
        assert.isFalse(yield* isOver(fiber))
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* Fiber.join(fiber), 0)
        assert.deepStrictEqual(
          Chunk.toReadonlyArray(yield* Fiber.join(events)),
          [{ _tag: "StaleServed", key, because: "slow" }]
        )
        assert.strictEqual((yield* cache.stats).staleServed, 1)
        // Who comes later does not wait as long again.
        const later = yield* Effect.fork(cache.getOrCompute(key, compute))
        assert.strictEqual(yield* Fiber.join(later), 0)
        yield* Deferred.succeed(gate, 5)
        yield* cache.settle({ within: "1 minute" })
        assert.strictEqual(yield* cache.get(key), 5)
        const third = yield* process()
        assert.strictEqual(yield* third.get(key), 5)
        assert.strictEqual(state.calls, 1)
      }))
  }

  it.scoped("gives out nothing whose tag was invalidated, before or while it is computed", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      for (const when of ["before", "meanwhile"]) {
        const of = Numbers.key(when)
        yield* aged(cache, of, [when])
        if (when === "before") yield* cache.invalidateTag(when)
        const { compute, gate, state } = yield* gated
        const fiber = yield* Effect.fork(cache.getOrCompute(of, compute))
        yield* until(() => state.calls === 1)
        if (when === "meanwhile") yield* cache.invalidateTag(when)
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* isOver(fiber), when)
        yield* Deferred.succeed(gate, 5)
        assert.strictEqual(yield* Fiber.join(fiber), 5)
      }
      assert.strictEqual((yield* cache.stats).staleServed, 0)
    }))

  it.scoped("waiting for another process that computes counts", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const [one, other] = [yield* process({ coordination: "lease" }), yield* process({ coordination: "lease" })]
      yield* aged(one)
      const { compute, gate, state } = yield* gated
      const first = yield* Effect.fork(one.getOrCompute(key, compute))
      yield* until(() => state.calls === 1)
      const second = yield* Effect.fork(other.getOrCompute(key, Effect.dieMessage("computed twice")))
      yield* turns(50)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(second), 0)
      assert.strictEqual(yield* Fiber.join(first), 0)
      yield* Deferred.succeed(gate, 5)
      yield* TestClock.adjust("10 seconds")
      yield* other.settle({ within: "1 minute" })
      assert.strictEqual(yield* other.get(key), 5)
    }))

  it.scoped("a failure that comes later is told in the log, and changes nothing; refresh waits", () =>
    Effect.gen(function*() {
      const messages: Array<string> = []
      const logger = Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => void messages.push(String(message)))
      )
      yield* Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        yield* aged(cache)
        const { compute, gate, state } = yield* gated
        const fiber = yield* Effect.fork(cache.getOrCompute(key, compute))
        yield* until(() => state.calls === 1)
        yield* TestClock.adjust("100 millis")
        assert.strictEqual(yield* Fiber.join(fiber), 0)
        yield* Deferred.fail(gate, "broken")
        yield* cache.settle({ within: "1 minute" })
        assert.strictEqual((yield* cache.stats).computationFailures, 1)
        const again = yield* gated
        const refreshing = yield* Effect.fork(cache.refresh(key, again.compute))
        yield* until(() => again.state.calls === 1)
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* isOver(refreshing))
        yield* Deferred.fail(again.gate, "broken, too")
        assert.deepStrictEqual(yield* Fiber.await(refreshing), Exit.fail("broken, too"))
      }).pipe(Effect.scoped, Effect.provide(logger))
      assert.strictEqual(
        messages.filter((text) => text.includes("anew failed, so its old value is given out")).length,
        1
      )
    }))
})
