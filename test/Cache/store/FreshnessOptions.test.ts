import { assert, describe, it } from "@effect/vitest"
import { Cause, Data, Duration, Effect, Exit, Fiber, Option, Random, Scope, TestClock } from "effect"
import { Store } from "effect-aws-cache/Cache"
import { anyFailure } from "../../support/anyFailure.js"
import { expiryOf } from "../../support/expiryOf.js"

class Broken extends Data.TaggedError("Broken")<{ readonly attempt: number }> {}

/** A computation that takes a second, counts its calls, and fails when it is told to. */
const source = () => {
  const state = { calls: 0, fails: false, interrupted: 0 }
  const compute: Effect.Effect<number, Broken> = Effect.suspend(() => {
    const attempt = ++state.calls
    return Effect.sleep("1 second").pipe(
      Effect.zipRight(
        Effect.suspend(() => state.fails ? Effect.fail(new Broken({ attempt })) : Effect.succeed(attempt))
      ),
      Effect.onInterrupt(() => Effect.sync(() => state.interrupted++))
    )
  })
  return { state, compute }
}

const make = (options: Store.Options<string, number, Broken>) =>
  Store.make<string, number, Broken>({ timeToLive: "1 minute", ...options })

/** Asks while the clock stands, and lets a second pass so that a computation can end. */
const ask = (store: Store.Store<string, number, Broken>, compute: Effect.Effect<number, Broken>) =>
  Effect.gen(function*() {
    const asking = yield* Effect.fork(Effect.exit(store.getOrCompute("a", compute)))
    yield* Effect.yieldNow()
    yield* TestClock.adjust("1 second")
    return yield* Fiber.join(asking)
  })

/** What a lookup answers at once, without time passing; `undefined` when it has to wait. */
const askNow = (store: Store.Store<string, number, Broken>, compute: Effect.Effect<number, Broken>) =>
  Effect.gen(function*() {
    const asking = yield* Effect.fork(Effect.exit(store.getOrCompute("a", compute)))
    for (let turn = 0; turn < 5; turn++) yield* Effect.yieldNow()
    return Option.getOrUndefined(yield* Fiber.poll(asking))?.pipe(Exit.flatten)
  })

const attemptOf = (exit: Exit.Exit<number, Broken> | undefined) =>
  exit !== undefined && Exit.isFailure(exit)
    ? Option.getOrUndefined(Option.map(Cause.failureOption(exit.cause), ({ attempt }) => attempt))
    : undefined

describe("freshness", () => {
  describe("options", () => {
    for (
      const [options, message] of [
        [{ jitter: -0.1 }, "Store: jitter is -0.1, but must be a number from 0 to 1"],
        [{ jitter: NaN }, "Store: jitter is NaN, but must be a number from 0 to 1"],
        [
          { refreshAhead: 1.1 },
          "Store: refreshAhead is 1.1, but must be a number from 0 to 1, \"probabilistic\", or an object with beta, a number above 0"
        ],
        [
          { refreshAhead: { beta: 0 } },
          "Store: refreshAhead is an object, but must be a number from 0 to 1, \"probabilistic\", or an object with beta, a number above 0"
        ],
        [
          { staleIfError: NaN },
          "Store: staleIfError is NaN, but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
        ],
        [
          { staleIfError: -1 },
          "Store: staleIfError is -1, but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
        ],
        [
          { staleWhileRevalidate: "-5 seconds" },
          "Store: staleWhileRevalidate is \"-5 seconds\", but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
        ],
        [
          { failureTimeToLive: -1 },
          "Store: failureTimeToLive is -1, but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\", or a function that returns one"
        ]
      ] as const
    ) {
      it.scoped(`refuses ${JSON.stringify(options)}`, () =>
        Effect.map(Effect.flip(make(options)), (error) => assert.strictEqual(error.message, message)))
    }
    it.scoped("refuses a text that is no duration", () =>
      Effect.gen(function*() {
        const options: Store.Options<string, number, Broken> = JSON.parse("{\"staleIfError\":\"soon\"}")
        const error = yield* Effect.flip(make(options))
        assert.strictEqual(
          error.message,
          "Store: staleIfError is \"soon\", but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
        )
      }))

    it.scoped("a function for failureTimeToLive that answers no duration is a defect that names the option", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        state.fails = true
        const store = yield* make({ failure: anyFailure, failureTimeToLive: () => NaN })
        const exit = yield* ask(store, compute)
        assert.include(
          Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "",
          "Store: failureTimeToLive is NaN, but must be a duration"
        )
      }))
  })

  describe("staleWhileRevalidate", () => {
    it.scoped("gives out the old value at once while one new computation runs, to the millisecond", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        const store = yield* make({ staleWhileRevalidate: "10 seconds" })
        assert.deepStrictEqual(yield* ask(store, compute), Exit.succeed(1))
        yield* TestClock.adjust("60 seconds")
        for (let lookup = 0; lookup < 5; lookup++) {
          assert.deepStrictEqual(yield* askNow(store, compute), Exit.succeed(1))
        }
        assert.strictEqual(state.calls, 2)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* askNow(store, compute), Exit.succeed(2))
        assert.strictEqual(state.calls, 2)
        // Its time to live began when it was computed. One millisecond before the end of the window, and at its end.
        yield* TestClock.adjust(69_999)
        state.fails = true
        assert.deepStrictEqual(yield* askNow(store, compute), Exit.succeed(2))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(state.calls, 3)
        assert.isUndefined(yield* askNow(store, compute))
      }))

    it.scoped("a stale entry is absent for everything but getOrCompute", () =>
      Effect.gen(function*() {
        const { compute } = source()
        const removed: Array<string> = []
        const store = yield* make({
          staleWhileRevalidate: "10 seconds",
          onRemoval: (key, value, reason) => removed.push(`${key} ${value} ${reason}`)
        })
        yield* ask(store, compute)
        assert.strictEqual(yield* expiryOf(store, "a"), 61_000)
        yield* TestClock.adjust("1 minute")
        assert.isFalse(yield* store.has("a"))
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
        assert.deepStrictEqual(yield* store.peek("a"), Option.none())
        assert.strictEqual((yield* Effect.flip(store.get("a")))._tag, "CacheNotFoundError")
        assert.deepStrictEqual(yield* store.peekEntry("a"), Option.none())
        assert.strictEqual((yield* Effect.flip(store.setTimeToLive("a", "1 hour")))._tag, "CacheNotFoundError")
        assert.deepStrictEqual(yield* store.keys, [])
        assert.strictEqual(yield* store.size, 1)
        const { hits, misses } = yield* store.stats
        assert.deepStrictEqual([hits, misses], [0, 3])
        yield* store.add("a", 7)
        assert.strictEqual(yield* store.get("a"), 7)
        assert.deepStrictEqual(removed, ["a 1 replaced"])
        assert.deepStrictEqual(yield* store.popVictim, Option.some(["a", 7] as const))
      }))

    it.scoped("a caller that leaves does not end the refresh it started; the end of the scope does", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        const scope = yield* Scope.make()
        const store = yield* Scope.extend(make({ staleWhileRevalidate: "10 seconds" }), scope)
        yield* ask(store, compute)
        yield* TestClock.adjust("1 minute")
        yield* askNow(store, compute)
        // Somebody else joins, and leaves.
        yield* store.set("b", 0)
        yield* TestClock.adjust("100 millis")
        assert.strictEqual(state.interrupted, 0)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(state.interrupted, 1)
      }))

    it.scoped("a write while it is refreshed wins", () =>
      Effect.gen(function*() {
        const { compute } = source()
        const store = yield* make({ staleWhileRevalidate: "10 seconds" })
        yield* ask(store, compute)
        yield* TestClock.adjust("1 minute")
        yield* askNow(store, compute)
        yield* store.set("a", 100)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(yield* store.get("a"), 100)
      }))
  })

  describe("refreshAhead", () => {
    it.scoped("refreshes in the last share of the time to live; what is in use never expires", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        const store = yield* make({ refreshAhead: 0.25 })
        yield* ask(store, compute)
        yield* TestClock.adjust(44_999)
        assert.deepStrictEqual(yield* askNow(store, compute), Exit.succeed(1))
        assert.strictEqual(state.calls, 1)
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(yield* askNow(store, compute), Exit.succeed(1))
        assert.strictEqual(state.calls, 2)
        yield* TestClock.adjust("1 second")
        for (let round = 0; round < 10; round++) {
          yield* TestClock.adjust("50 seconds")
          assert.isDefined(yield* askNow(store, compute))
          yield* TestClock.adjust("1 second")
        }
        assert.strictEqual(state.calls, 12)
      }))

    it.scoped("a refresh that fails leaves the good value", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        const store = yield* make({ refreshAhead: 0.5, failure: anyFailure })
        yield* ask(store, compute)
        state.fails = true
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(yield* askNow(store, compute), Exit.succeed(1))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(state.calls, 2)
        yield* TestClock.adjust("9 seconds")
        assert.deepStrictEqual(yield* askNow(store, compute), Exit.succeed(1))
        assert.strictEqual(state.calls, 3)
      }))
  })

  describe("staleIfError", () => {
    it.scoped("gives out the old value when the computation fails or dies, and no longer than it says", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        const store = yield* make({ staleIfError: "1 hour" })
        yield* ask(store, compute)
        state.fails = true
        yield* TestClock.adjust("1 minute")
        assert.isUndefined(yield* askNow(store, compute))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* ask(store, compute), Exit.succeed(1))
        assert.deepStrictEqual(yield* ask(store, Effect.die("defect")), Exit.succeed(1))
        assert.isTrue(Exit.isInterrupted(yield* ask(store, Effect.interrupt)))
        state.fails = false
        const fresh = yield* ask(store, compute)
        assert.deepStrictEqual(fresh, Exit.succeed(state.calls))
        state.fails = true
        yield* TestClock.adjust(Duration.sum(Duration.hours(1), Duration.minutes(1)))
        assert.isTrue(Exit.isFailure(yield* ask(store, compute)))
      }))

    it.scoped("without it, a failure is a failure, whatever was there before", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        const store = yield* make({ staleWhileRevalidate: "1 second" })
        yield* ask(store, compute)
        state.fails = true
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual(attemptOf(yield* ask(store, compute)), 2)
      }))
  })

  describe("failureTimeToLive", () => {
    it.scoped("a failure is given again until its time has passed, and is no entry", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        const removed: Array<string> = []
        const store = yield* make({
          failure: anyFailure,
          failureTimeToLive: ({ attempt }) => Duration.seconds(10 * attempt),
          weigher: () => 5,
          onRemoval: (key) => removed.push(key)
        })
        state.fails = true
        assert.strictEqual(attemptOf(yield* ask(store, compute)), 1)
        yield* TestClock.adjust(9_999)
        assert.strictEqual(attemptOf(yield* askNow(store, compute)), 1)
        assert.isFalse(yield* store.has("a"))
        assert.deepStrictEqual(yield* store.entries, [])
        assert.isAbove(yield* store.weight, 0)
        assert.strictEqual(state.calls, 1)
        yield* TestClock.adjust(1)
        assert.isUndefined(yield* askNow(store, compute))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(state.calls, 2)
        yield* store.set("a", 1)
        assert.deepStrictEqual(yield* askNow(store, compute), Exit.succeed(1))
        assert.deepStrictEqual(removed, [])
      }))

    it.scoped("defects and interruptions are not remembered", () =>
      Effect.gen(function*() {
        const { compute } = source()
        const store = yield* make({ failure: anyFailure, failureTimeToLive: "1 hour" })
        yield* ask(store, Effect.die("defect"))
        yield* ask(store, Effect.interrupt)
        assert.deepStrictEqual(yield* ask(store, compute), Exit.succeed(1))
      }))

    it.scoped("a removal forgets a failure", () =>
      Effect.gen(function*() {
        const { compute, state } = source()
        const store = yield* make({ failure: anyFailure, failureTimeToLive: "1 hour" })
        state.fails = true
        yield* ask(store, compute)
        yield* Effect.exit(store.remove("a"))
        state.fails = false
        assert.deepStrictEqual(yield* ask(store, compute), Exit.succeed(2))
      }))
  })

  describe("jitter", () => {
    for (const jitter of [0, 0.1, 0.5, 1]) {
      it.scoped(`of ${jitter} shortens each time to live by a share of its own, and never lengthens it`, () =>
        Effect.gen(function*() {
          const store = yield* Store.make<number, number>({ timeToLive: "100 seconds", jitter })
          const keys = Array.from({ length: 200 }, (_, key) => key)
          for (const key of keys) {
            yield* key % 2 === 0 ? store.set(key, key) : store.getOrCompute(key, Effect.succeed(key))
          }
          const lives = yield* Effect.forEach(keys, (key) => expiryOf(store, key))
          for (const life of lives) {
            assert.isAtMost(life, 100_000)
            assert.isAtLeast(life, 100_000 * (1 - jitter))
          }
          assert.strictEqual(new Set(lives).size, jitter === 0 ? 1 : keys.length)
          const shortest = Math.min(...lives)
          if (jitter > 0) assert.isAtMost(shortest, 100_000 * (1 - 0.9 * jitter))
        }).pipe(Effect.withRandom(Random.make("jitter"))))
    }

    it.scoped("leaves what never expires alone", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ jitter: 1 })
        yield* store.set("a", 1)
        assert.strictEqual(yield* expiryOf(store, "a"), Number.POSITIVE_INFINITY)
      }))
  })
})
