import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Logger, LogLevel, Option, Schema, TestClock } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import { fromEither } from "../../../src/effect/outcomes.js"
import { CircuitBreaker } from "../../../src/S3Store/guard/CircuitBreaker.js"
import { Fault } from "../../servers/FaultProxy.js"
import { annotationOf, labelOf } from "../../support/majors.js"
import { makeBucket } from "../bucketOf.js"

const make = () => {
  const told: Array<string> = []
  const breaker = new CircuitBreaker<string, "refused">({
    failures: 3,
    resetAfter: 1000,
    counts: (error) => error !== "answer",
    refusal: () => "refused",
    onOpen: (error) => Effect.sync(() => told.push(`open: ${error}`)),
    onClose: Effect.sync(() => told.push("closed"))
  })
  let requests = 0
  const run = (outcome: Effect.Effect<number, string>): Effect.Effect<number, string> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) =>
          Effect.flatMap(fromEither(breaker.admit(now)), (isProbe) =>
            Effect.onExit(restore(outcome), (exit) =>
              Effect.flatMap(Clock.currentTimeMillis, (now) =>
                breaker.settle(exit, isProbe, now) ?? Effect.void)))
      )
    )
  const request = (outcome: Effect.Effect<number, string>) =>
    Effect.either(run(Effect.suspend(() => (requests++, outcome))))
  return { breaker, told, run, request, requests: () => requests }
}

const bad = Effect.fail("bad")
const good = Effect.succeed(1)

describe("CircuitBreaker", () => {
  it.effect("opens after failures in a row, refuses, and closes after a probe that works", () =>
    Effect.gen(function*() {
      const { breaker, request, requests, run, told } = make()
      for (const outcome of [bad, bad, good, bad, bad]) yield* request(outcome)
      assert.strictEqual(breaker.state, "closed")
      yield* request(bad)
      assert.strictEqual(breaker.state, "open")
      assert.deepStrictEqual(told, ["open: bad"])
      const before = requests()
      for (const _ of [1, 2, 3]) assert.strictEqual(String(yield* Effect.flip(run(good))), "refused")
      assert.strictEqual(requests(), before)
      yield* TestClock.adjust("1 seconds")
      yield* request(bad)
      assert.strictEqual(breaker.state, "open", "the probe failed")
      yield* request(good)
      assert.strictEqual(requests(), before + 1)
      yield* TestClock.adjust("1 seconds")
      yield* request(good)
      assert.strictEqual(breaker.state, "closed")
      assert.deepStrictEqual(told, ["open: bad", "closed"])
    }))

  it.effect("lets one probe go at a time; an interrupted one is no failure", () =>
    Effect.gen(function*() {
      const { breaker, request, requests } = make()
      for (const _ of [1, 2, 3]) yield* request(bad)
      yield* TestClock.adjust("1 seconds")
      const before = requests()
      const probe = yield* Effect.fork(request(Effect.never))
      yield* Effect.yieldNow()
      assert.strictEqual(breaker.state, "halfOpen")
      yield* request(good)
      assert.strictEqual(requests(), before + 1)
      yield* Fiber.interrupt(probe)
      yield* request(good)
      assert.strictEqual(breaker.state, "closed")
    }))

  it.effect("errors that are answers close it, and do not count", () =>
    Effect.gen(function*() {
      const { breaker, request } = make()
      for (const _ of [1, 2, 3, 4, 5]) yield* request(Effect.fail("answer"))
      assert.strictEqual(breaker.state, "closed")
      for (const _ of [1, 2, 3]) yield* request(bad)
      yield* TestClock.adjust("1 seconds")
      yield* request(Effect.fail("answer"))
      assert.strictEqual(breaker.state, "closed")
    }))

  it.effect("of many that fail together exactly one opens it", () =>
    Effect.gen(function*() {
      const { request, told } = make()
      const latch = yield* Deferred.make<number, string>()
      const fibers = yield* Effect.forEach(
        Array.from({ length: 50 }),
        () => Effect.fork(request(Deferred.await(latch)))
      )
      yield* Effect.yieldNow()
      yield* Deferred.fail(latch, "bad")
      yield* Fiber.join(Fiber.all(fibers))
      assert.deepStrictEqual(told, ["open: bad"])
    }))
})

describe("the circuit breaker of an S3Cache", () => {
  const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number })

  it.scoped("opens with one line in the log, computes without asking, and closes again", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const logger = Logger.make<unknown, void>((options) => {
        const { logLevel, message } = options
        if (LogLevel.greaterThanEqual(logLevel, LogLevel.Info)) {
          lines.push(`${labelOf(logLevel)} ${annotationOf(options, "cache")} ${String(message)}`)
        }
      })
      const { process, proxy, requests } = yield* makeBucket()
      yield* Effect.gen(function*() {
        const cache = yield* process({ circuitBreaker: { failures: 4, resetAfter: "30 seconds" } })
        yield* cache.set(Numbers.key("kept"), 1)
        const lookup = yield* cache.memoize(Numbers, (key) => Effect.succeed(key.length))
        yield* proxy.set(Fault.Refuse())
        for (const key of ["a", "bb", "ccc", "dddd"]) assert.strictEqual(yield* lookup(key), key.length)
        const { circuit, refused, storeErrors } = yield* cache.stats
        assert.deepStrictEqual([circuit, storeErrors], ["open", 4])
        assert.isAtLeast(refused, 4)
        assert.strictEqual(yield* cache.get(Numbers.key("kept")), 1, "memory serves on")
        const error = yield* Effect.flip(cache.getOption(Numbers.key("z")))
        assert.strictEqual(error.reason, "CircuitOpen")
        assert.deepStrictEqual(lines.filter((line) => line.includes("is unavailable")).length, 1)
        const before = lines.length
        for (let n = 0; n < 20; n++) yield* lookup(`more ${n}`)
        assert.strictEqual(lines.length, before, "no line for what is not asked")

        yield* proxy.set(Fault.Pass())
        const seen = requests().length
        yield* TestClock.adjust("29 seconds")
        assert.deepStrictEqual(yield* Effect.option(cache.getOption(Numbers.key("z"))), Option.none())
        assert.strictEqual(requests().length, seen)
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(yield* cache.getOption(Numbers.key("z")), Option.none())
        assert.strictEqual((yield* cache.stats).circuit, "closed")
        assert.include(lines[lines.length - 1], "answers again")
      }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
    }))

  it.scoped("a second level that does not answer in time counts, by the cache's own time limit", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process({ loadTimeout: "2 seconds", circuitBreaker: { failures: 1 } })
      yield* proxy.set(Fault.Hang())
      const fiber = yield* Effect.fork(Effect.flip(cache.getOption(Numbers.key("a"))))
      yield* TestClock.adjust("2 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason, "Timeout")
      assert.include(error.message, "no answer within 2s")
      assert.strictEqual((yield* cache.stats).circuit, "open")
    }))

  it.scoped("can be switched off", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process({ circuitBreaker: false })
      yield* proxy.set(Fault.Refuse())
      for (let n = 0; n < 20; n++) {
        assert.strictEqual((yield* Effect.flip(cache.getOption(Numbers.key(String(n))))).reason, "Network")
      }
    }))

  for (
    const [options, message] of [
      [{ circuitBreaker: { failures: 0 } }, "circuitBreaker.failures is 0, but must be a whole number, 1 or more"],
      [{ circuitBreaker: { resetAfter: 0 } }, "circuitBreaker.resetAfter is 0, but must be a duration above zero"],
      [{ loadTimeout: 0 }, "loadTimeout is 0, but must be a duration above zero"],
      [{ leaseTime: 0 }, "leaseTime is 0, but must be a duration above zero"],
      [{ leaseTime: Infinity }, "leaseTime is Infinity, but must be a duration that ends"],
      [{ tagsAge: 0 }, "tagsAge is 0, but must be a duration above zero"],
      [{ writeBehind: { capacity: 1.5 } }, "writeBehind.capacity is 1.5, but must be a whole number, 1 or more"],
      [{ eventCapacity: 0 }, "eventCapacity is 0, but must be a whole number, 1 or more"],
      [{ maxSize: -1 }, "maxSize is -1"],
      [
        { maxBytes: -1 },
        "S3Cache: maxBytes is -1, but must be a whole number of bytes above 0, or text with a unit such as"
      ]
    ] as const
  ) {
    it.scoped(`refuses an option: ${message}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const error = yield* Effect.flip(process(options))
        assert.strictEqual(error._tag, "CacheConfigError")
        assert.include(error.message, message)
      }))
  }
})
