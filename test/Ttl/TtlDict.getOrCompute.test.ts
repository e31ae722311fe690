import { assert, describe, it } from "@effect/vitest"
import { CacheValueError, TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"

const yields = Effect.repeatN(Effect.yieldNow(), 20)

class Offline extends Data.TaggedError("Offline")<{}> {}

class Tenant extends Context.Tag("test/Tenant")<Tenant, string>() {}

class Names extends TtlDict.Service<Names>()("test/Names", {
  key: Schema.Struct({ id: Schema.Number }),
  value: Schema.NonEmptyString,
  timeToLive: "1 minute",
  failure: Schema.instanceOf(Offline),
  failureTimeToLive: (error) => error._tag === "Offline" ? "10 seconds" : 0
}) {}

const computation = Effect.gen(function*() {
  const result = yield* Deferred.make<number, Offline>()
  let started = 0
  let interrupted = 0
  const compute = Effect.suspend(() => {
    started++
    return Deferred.await(result)
  }).pipe(Effect.onInterrupt(() => Effect.sync(() => interrupted++)))
  return { result, compute, started: () => started, interrupted: () => interrupted }
})

describe("TtlDict.getOrCompute", () => {
  it.scoped("computes what is not there, once, and stores it with its time to live", () =>
    Effect.gen(function*() {
      let computed = 0
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      const compute = Effect.sync(() => ++computed)
      assert.strictEqual(yield* dict.getOrCompute("a", compute), 1)
      assert.strictEqual(yield* dict.getOrCompute("a", compute), 1)
      assert.strictEqual(yield* dict.getOrCompute("b", compute, { timeToLive: "1 second" }), 2)
      assert.strictEqual(yield* dict.getOrCompute("c", compute, { expiresAt: 5000 }), 3)
      assert.deepStrictEqual(
        (yield* dict.entriesWithExpiry).map(([key, , expiresAt]) => [key, expiresAt]),
        [["a", 10_000], ["b", 1000], ["c", 5000]]
      )
      const { hits, misses } = yield* dict.stats
      assert.deepStrictEqual([hits, misses], [1, 3])
    }))

  it.scoped("the time to live begins when the computation ends", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds" })
      const fiber = yield* Effect.fork(dict.getOrCompute("a", Effect.delay(Effect.succeed(1), "4 seconds")))
      yield* TestClock.adjust("4 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(yield* dict.timeToLive("a"), Duration.seconds(10))
    }))

  it.scoped("all who ask meanwhile share one computation", () =>
    Effect.gen(function*() {
      const { compute, result, started } = yield* computation
      const dict = yield* TtlDict.make<string, number>()
      const fibers = yield* Effect.forEach(
        Array.from({ length: 50 }),
        () => Effect.fork(dict.getOrCompute("a", compute))
      )
      yield* yields
      assert.strictEqual((yield* dict.stats).inFlight, 1)
      yield* Deferred.succeed(result, 7)
      assert.deepStrictEqual(yield* Fiber.join(Fiber.all(fibers)), Array.from({ length: 50 }, () => 7))
      assert.strictEqual(started(), 1)
    }))

  it.scoped("the interruption of whoever asked first does not reach the others", () =>
    Effect.gen(function*() {
      const { compute, interrupted, result } = yield* computation
      const dict = yield* TtlDict.make<string, number>()
      const first = yield* Effect.fork(dict.getOrCompute("a", compute))
      const second = yield* Effect.fork(dict.getOrCompute("a", compute))
      yield* yields
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(result, 7)
      assert.strictEqual(yield* Fiber.join(second), 7)
      assert.strictEqual(interrupted(), 0)
    }))

  it.scoped("when the last of them leaves, the computation is interrupted", () =>
    Effect.gen(function*() {
      const { compute, interrupted } = yield* computation
      const dict = yield* TtlDict.make<string, number>()
      const fibers = yield* Effect.forEach([1, 2], () => Effect.fork(dict.getOrCompute("a", compute)))
      yield* yields
      yield* Fiber.interruptAll(fibers)
      assert.strictEqual(interrupted(), 1)
      assert.strictEqual((yield* dict.stats).inFlight, 0)
    }))

  it.effect("it is interrupted when the dictionary's scope closes", () =>
    Effect.gen(function*() {
      const { compute, interrupted } = yield* computation
      const scope = yield* Scope.make()
      const dict = yield* Scope.extend(TtlDict.make<string, number>(), scope)
      const fiber = yield* Effect.fork(dict.getOrCompute("a", compute))
      yield* yields
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
      assert.strictEqual(interrupted(), 1)
    }))

  it.scoped("it runs with the services of its caller", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, string>().pipe(Effect.provideService(Tenant, "the owner"))
      const asked = dict.getOrCompute("a", Tenant).pipe(Effect.provideService(Tenant, "a caller"))
      assert.strictEqual(yield* asked, "a caller")
    }))

  it.scoped("failures and defects reach all who wait, and are not stored", () =>
    Effect.gen(function*() {
      const { compute, result } = yield* computation
      const dict = yield* TtlDict.make<string, number>()
      const fibers = yield* Effect.forEach([1, 2], () => Effect.fork(Effect.flip(dict.getOrCompute("a", compute))))
      yield* yields
      yield* Deferred.fail(result, new Offline())
      assert.deepStrictEqual((yield* Fiber.join(Fiber.all(fibers))).map(({ _tag }) => _tag), ["Offline", "Offline"])
      const dead = yield* Effect.exit(dict.getOrCompute("a", Effect.die("dead")))
      assert.isTrue(Exit.isFailure(dead) && Cause.isDie(dead.cause))
      assert.strictEqual(yield* dict.getOrCompute("a", Effect.succeed(1)), 1)
    }))

  for (const verb of ["set", "remove", "pop", "clear", "setMany", "getOrInsert"] as const) {
    it.scoped(`${verb} during a computation wins over its result, which its callers still get`, () =>
      Effect.gen(function*() {
        const { compute, result } = yield* computation
        const dict = yield* TtlDict.make<string, number>()
        const fiber = yield* Effect.fork(dict.getOrCompute("a", compute))
        yield* yields
        yield* {
          set: dict.set("a", 2),
          remove: Effect.ignore(dict.remove("a")),
          pop: Effect.ignore(dict.pop("a")),
          clear: dict.clear,
          setMany: dict.setMany([["a", 2]]),
          getOrInsert: dict.getOrInsert("a", 2)
        }[verb]
        yield* Deferred.succeed(result, 1)
        assert.strictEqual(yield* Fiber.join(fiber), 1)
        const stays = verb === "set" || verb === "setMany" || verb === "getOrInsert"
        assert.deepStrictEqual(yield* dict.peek("a"), stays ? Option.some(2) : Option.none())
      }))
  }

  it.scoped("asking for the key that one computes fails, and does not hang", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ name: "d" })
      const exit = yield* Effect.exit(dict.getOrCompute(
        "a",
        Effect.flatMap(dict.getOrCompute("b", Effect.suspend(() => dict.getOrCompute("a", Effect.succeed(1)))), () =>
          Effect.succeed(2))
      ))
      assert.include(
        Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "",
        "d: the computation for \"a\" waits for its own result"
      )
    }))

  it.scoped("a value that cannot be stored is returned all the same", () =>
    Effect.gen(function*() {
      const large = yield* TtlDict.make<string, number>({ maxBytes: 10, weigher: (_, value) => value })
      yield* large.set("b", 10)
      assert.strictEqual(yield* large.getOrCompute("a", Effect.succeed(11)), 11)
      assert.deepStrictEqual(yield* large.keys, ["b"])
      const none = yield* TtlDict.make<string, number>({ maxSize: 0 })
      assert.strictEqual(yield* none.getOrCompute("a", Effect.succeed(1)), 1)
      const never = yield* TtlDict.make<string, number>({ timeToLive: 0 })
      assert.strictEqual(yield* never.getOrCompute("a", Effect.succeed(1)), 1)
      assert.strictEqual((yield* none.size) + (yield* never.size), 0)
    }))

  it.scoped("`undefined` and `null` are values", () =>
    Effect.gen(function*() {
      let computed = 0
      const dict = yield* TtlDict.make<string, null | undefined>()
      for (const value of [undefined, null]) {
        for (let time = 0; time < 2; time++) {
          yield* dict.getOrCompute(String(value), Effect.sync(() => (computed++, value)))
        }
      }
      assert.strictEqual(computed, 2)
    }))

  it.scoped("the options of freshness: refresh ahead, stale while revalidating, stale if error, jitter", () =>
    Effect.gen(function*() {
      let computed = 0
      const compute = Effect.sync(() => ++computed)
      const ahead = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds", refreshAhead: 0.5 })
      yield* ahead.getOrCompute("a", compute)
      yield* TestClock.adjust("6 seconds")
      assert.strictEqual(yield* ahead.getOrCompute("a", compute), 1)
      yield* yields
      assert.deepStrictEqual(yield* ahead.peek("a"), Option.some(2))

      const stale = yield* TtlDict.make<string, number>({
        timeToLive: "10 seconds",
        staleWhileRevalidate: "5 seconds",
        staleIfError: "1 minute"
      })
      yield* stale.set("a", 1)
      yield* TestClock.adjust("12 seconds")
      assert.deepStrictEqual(yield* stale.peek("a"), Option.none())
      assert.deepStrictEqual(yield* stale.keys, [])
      assert.deepStrictEqual(yield* stale.isExpired("a"), Option.some(true))
      assert.isTrue(Option.isNone(yield* stale.popNewest) && (yield* Effect.isFailure(stale.moveToEnd("a"))))
      yield* stale.set("a", 1)
      yield* TestClock.adjust("12 seconds")
      assert.strictEqual(yield* stale.getOrCompute("a", Effect.never), 1)
      yield* stale.set("b", 1)
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* stale.getOrCompute("b", new Offline()), 1)

      const spread = yield* TtlDict.make<string, number>({ timeToLive: "10 seconds", jitter: 0.5 })
      yield* spread.setMany(Array.from({ length: 20 }, (_, at) => [String(at), at] as const))
      const lives = yield* Effect.forEach(yield* spread.keys, (key) => spread.timeToLive(key))
      assert.isAbove(new Set(lives.map(Duration.toMillis)).size, 10)
    }))

  it.effect("a class of dictionaries: checks keys and values, finds keys by structure, remembers failures", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Names.getOrCompute({ id: 1 }, Tenant), "the owner")
      assert.strictEqual(yield* Names.getOrCompute({ id: 1 }, Effect.succeed("other")), "the owner")

      const badValue = yield* Effect.flip(Names.getOrCompute({ id: 2 }, Effect.succeed("")))
      assert.instanceOf(badValue, CacheValueError)
      assert.isFalse(yield* Names.has({ id: 2 }))
      const id: number = JSON.parse("\"x\"")
      const badKey = Effect.flip(Names.getOrCompute({ id }, Effect.succeed("ok")))
      assert.propertyVal(yield* Effect.catchAllDefect(badKey, Effect.succeed), "_tag", "CacheKeyError")

      assert.instanceOf(yield* Effect.flip(Names.getOrCompute({ id: 3 }, new Offline())), Offline)
      assert.instanceOf(yield* Effect.flip(Names.getOrCompute({ id: 3 }, Effect.succeed("back"))), Offline)
      assert.isFalse(yield* Names.has({ id: 3 }))
      assert.deepStrictEqual(yield* Names.isExpired({ id: 3 }), Option.none())
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Names.getOrCompute({ id: 3 }, Effect.succeed("back")), "back")
    }).pipe(Effect.provide(Names.layer()), Effect.provideService(Tenant, "the owner")))

  it.scoped("events tell of computations and of entries, in order, without values", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ maxSize: 1, eventCapacity: 100 })
      const events = yield* Effect.fork(Stream.runCollect(Stream.take(dict.events, 7)))
      yield* yields
      yield* dict.getOrCompute("a", Effect.succeed(1))
      yield* dict.set("b", 2)
      yield* dict.set("b", 3)
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(events)), [
        { _tag: "ComputationStarted", key: "a" },
        { _tag: "ComputationEnded", key: "a", outcome: "success", millis: 0 },
        { _tag: "Inserted", key: "a" },
        { _tag: "Removed", key: "a", reason: "evicted" },
        { _tag: "Inserted", key: "b" },
        { _tag: "Removed", key: "b", reason: "replaced" },
        { _tag: "Inserted", key: "b" }
      ])
    }))

  it.effect("events of a tag, and of what was too large", () =>
    Effect.gen(function*() {
      const events = yield* Effect.fork(Stream.runCollect(Stream.take(TtlDict.events, 1)))
      yield* yields
      yield* Effect.flip(TtlDict.set("a", "x".repeat(2000)))
      assert.strictEqual(Chunk.toReadonlyArray(yield* Fiber.join(events))[0]?._tag, "Rejected")
    }).pipe(Effect.provide(TtlDict.layer({ maxBytes: "1K" }))))
})
