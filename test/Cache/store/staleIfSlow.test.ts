import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Logger, Option, type Scope, TestClock } from "effect"
import { type CacheConfigError, Store } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"

const options = {
  timeToLive: "1 minute",
  staleIfSlow: { after: "100 millis", within: "1 hour" }
} as const

const makes = {
  Store: Store.make<string, number, never>,
  TtlDict: TtlDict.make<string, number, never>
}

/** A computation of a second that counts its calls. */
const source = () => {
  const state = { calls: 0, fails: false, interrupted: 0 }
  const compute = Effect.suspend(() => {
    const call = ++state.calls
    return Effect.sleep("1 second").pipe(
      Effect.zipRight(Effect.suspend(() => state.fails ? Effect.fail("broken") : Effect.succeed(call))),
      Effect.onInterrupt(() => Effect.sync(() => state.interrupted++))
    )
  })
  return { state, compute }
}

/** How a fiber has ended by now. */
const now = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) =>
  Effect.zipRight(
    Effect.repeatN(Effect.yieldNow(), 10),
    Effect.map(Fiber.poll(fiber), (exit) => exit.pipe(Option.getOrUndefined))
  )

for (const [name, make] of Object.entries(makes)) {
  describe(`staleIfSlow: ${name}`, () => {
    const aged = (more: object = {}) =>
      Effect.gen(function*() {
        const store = yield* make({ ...options, ...more })
        const { compute, state } = source()
        yield* store.set("a", 0)
        yield* TestClock.adjust("2 minutes")
        return { store, state, compute, ask: Effect.fork(store.getOrCompute("a", compute)) }
      })

    it.scoped("gives out the old value when the time is over, and keeps the new one when it comes", () =>
      Effect.gen(function*() {
        const { ask, state, store } = yield* aged()
        const fiber = yield* ask
        yield* TestClock.adjust("99 millis")
        assert.isUndefined(yield* now(fiber))
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(yield* now(fiber), Exit.succeed(0))
        // Who comes later does not wait as long again.
        const later = yield* ask
        yield* TestClock.adjust(0)
        assert.deepStrictEqual(yield* now(later), Exit.succeed(0))
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
        yield* TestClock.adjust("900 millis")
        assert.deepStrictEqual(yield* store.getOption("a"), Option.some(1))
        assert.deepStrictEqual([state.calls, state.interrupted], [1, 0])
      }))

    it.scoped("gives out the new one when it comes before that", () =>
      Effect.gen(function*() {
        const { store } = yield* aged()
        const fiber = yield* Effect.fork(store.getOrCompute("a", Effect.as(Effect.sleep("99 millis"), 7)))
        yield* TestClock.adjust("99 millis")
        assert.deepStrictEqual(yield* now(fiber), Exit.succeed(7))
      }))

    it.scoped("memoized functions do so, too", () =>
      Effect.gen(function*() {
        const { compute, store } = yield* aged()
        const lookup = yield* store.memoize(() => compute)
        const fiber = yield* Effect.fork(lookup("a"))
        yield* TestClock.adjust("100 millis")
        assert.deepStrictEqual(yield* now(fiber), Exit.succeed(0))
        yield* TestClock.adjust("900 millis")
        assert.strictEqual(yield* store.get("a"), 1)
      }))

    it.scoped("waits where there is no old value, where it is too old, where it was removed meanwhile, and in refresh", () =>
      Effect.gen(function*() {
        const { compute, store } = yield* aged()
        yield* TestClock.adjust("59 minutes")
        for (
          const [key, then, lookup] of [
            ["b", Effect.void, store.getOrCompute("b", compute)],
            ["a", Effect.void, store.getOrCompute("a", compute)],
            ["c", store.invalidate("c"), store.getOrCompute("c", compute)],
            ["d", Effect.void, store.refresh("d", compute)]
          ] as const
        ) {
          if (key === "c" || key === "d") {
            yield* store.set(key, 0, { timeToLive: 1 })
            yield* TestClock.adjust(1)
          }
          const fiber = yield* Effect.fork(lookup)
          yield* TestClock.adjust("50 millis")
          yield* then
          yield* TestClock.adjust("949 millis")
          assert.isUndefined(yield* now(fiber), key)
          yield* TestClock.adjust("1 millis")
          assert.isTrue(Exit.isSuccess(yield* Fiber.await(fiber)))
        }
      }))

    it.scoped("gives out at once what staleWhileRevalidate allows", () =>
      Effect.gen(function*() {
        const { ask } = yield* aged({ staleWhileRevalidate: "2 minutes" })
        assert.deepStrictEqual(yield* now(yield* ask), Exit.succeed(0))
      }))

    it.scoped("waiting for a seat counts", () =>
      Effect.gen(function*() {
        const { ask, state, store } = yield* aged({ maxComputations: 1 })
        const other = yield* Effect.fork(store.getOrCompute("b", Effect.as(Effect.sleep("10 seconds"), 9)))
        yield* now(other)
        const fiber = yield* ask
        yield* TestClock.adjust("100 millis")
        assert.deepStrictEqual(yield* now(fiber), Exit.succeed(0))
        assert.strictEqual(state.calls, 0)
        yield* TestClock.adjust("11 seconds")
        assert.strictEqual(yield* store.get("a"), 1)
      }))

    it.scoped("who is interrupted before stops nobody else; the last one stops the computation", () =>
      Effect.gen(function*() {
        const { ask, state } = yield* aged()
        const [first, second] = [yield* ask, yield* ask]
        yield* TestClock.adjust("50 millis")
        yield* Fiber.interrupt(first)
        assert.strictEqual(state.interrupted, 0)
        yield* Fiber.interrupt(second)
        assert.strictEqual(state.interrupted, 1)
        const third = yield* ask
        yield* TestClock.adjust("100 millis")
        assert.deepStrictEqual(yield* now(third), Exit.succeed(0))
        assert.strictEqual(state.interrupted, 1)
      }))

    it.scoped("a failure that comes later is told in the log, and changes nothing", () =>
      Effect.gen(function*() {
        const messages: Array<string> = []
        const logger = Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => void messages.push(String(message)))
        )
        yield* Effect.gen(function*() {
          const { ask, state, store } = yield* aged()
          state.fails = true
          const fiber = yield* ask
          yield* TestClock.adjust("100 millis")
          assert.deepStrictEqual(yield* now(fiber), Exit.succeed(0))
          yield* TestClock.adjust("900 millis")
          assert.strictEqual((yield* store.stats).computationFailures, 1)
          const again = yield* ask
          yield* TestClock.adjust("100 millis")
          assert.deepStrictEqual(yield* now(again), Exit.succeed(0))
        }).pipe(Effect.provide(logger))
        assert.strictEqual(messages.length, 1)
        assert.match(messages[0] ?? "", /computing "a" anew failed, so its old value is given out/)
      }))

    it.scoped("needs to know how old a value may be", () =>
      Effect.gen(function*() {
        const made: Effect.Effect<unknown, CacheConfigError, Scope.Scope> = make({ staleIfSlow: "100 millis" })
        const error = yield* Effect.flip(made)
        assert.include(
          error.message,
          "staleIfError is missing, but must be given along with staleIfSlow, or staleIfSlow as { after, within }"
        )
        const store = yield* make({ timeToLive: 1, staleIfError: "1 minute", staleIfSlow: "100 millis" })
        yield* store.set("a", 0)
        yield* TestClock.adjust("30 seconds")
        const fiber = yield* Effect.fork(store.getOrCompute("a", source().compute))
        yield* TestClock.adjust("100 millis")
        assert.deepStrictEqual(yield* now(fiber), Exit.succeed(0))
      }))
  })
}
