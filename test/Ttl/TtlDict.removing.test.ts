import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"

/** What untyped code may pass, under a type that hides it. */
const untyped = (value: unknown): never => value as never

const yields = Effect.repeatN(Effect.yieldNow(), 20)

describe("removing from a dictionary", () => {
  it.scoped("getMany looks up each key, as often as it is there", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>()
      yield* dict.setMany([["a", 1], ["b", 2], ["c", 3]])
      assert.deepStrictEqual(
        yield* dict.getMany(["a", "x", "a"]),
        [Option.some(1), Option.none(), Option.some(1)]
      )
      assert.deepStrictEqual(yield* dict.keys, ["b", "c", "a"])
      const { hits, misses } = yield* dict.stats
      assert.deepStrictEqual([hits, misses], [2, 1])
      const many = yield* dict.getMany(Array.from({ length: 1500 }, (_, at) => at === 1400 ? "b" : "x"))
      assert.deepStrictEqual(many[1400], Option.some(2))
      assert.lengthOf(many.filter(Option.isNone), 1499)
      assert.instanceOf(yield* Effect.flip(dict.getMany(untyped("ab"))), CacheConfigError)

      const twin = new SyncTtlDict<string, number>({ entries: [["a", 1], ["b", 2]] })
      assert.deepStrictEqual(twin.getMany(["x", "a"]), [undefined, 1])
      assert.deepStrictEqual([...twin.keys()], ["b", "a"])
    }))

  it.scoped("invalidate removes what is there, and minds nothing else", () =>
    Effect.gen(function*() {
      const removed: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        onRemoval: (key, _, reason) => Effect.sync(() => removed.push(`${key} ${reason}`))
      })
      yield* dict.set("a", 1)
      yield* dict.invalidate("a")
      yield* dict.invalidate("a")
      yield* dict.invalidate("never there")
      yield* yields
      assert.deepStrictEqual(removed, ["a deleted"])
      const latch = yield* Deferred.make<number>()
      const computing = yield* Effect.fork(dict.getOrCompute("b", Deferred.await(latch)))
      yield* yields
      yield* dict.invalidate("b")
      yield* Deferred.succeed(latch, 2)
      assert.strictEqual(yield* Fiber.join(computing), 2)
      assert.isFalse(yield* dict.has("b"))
    }))

  it.scoped("expire leaves what may be given out stale, and keeps no computation that began before", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number, "down">({
        failure: (error) => error === "down",
        staleWhileRevalidate: "10 seconds",
        staleIfError: "20 seconds",
        failureTimeToLive: "1 minute"
      })
      yield* dict.setMany([["a", 1], ["b", 1]])
      yield* TestClock.adjust("5 seconds")
      yield* dict.expire("a")
      assert.deepStrictEqual(yield* dict.getOption("a"), Option.none())
      // Its time was over before: it does not begin anew.
      yield* TestClock.adjust("2 seconds")
      yield* dict.expire("a")
      assert.strictEqual(yield* dict.getOrCompute("a", Effect.succeed(2)), 1)
      yield* yields
      assert.strictEqual(yield* dict.get("a"), 2)
      yield* dict.expire("b")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* dict.getOrCompute("b", Effect.die("bug")), 1)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Effect.flip(dict.getOrCompute("b", Effect.fail("down"))), "down")
      // A failure is forgotten.
      yield* dict.expire("b")
      assert.strictEqual(yield* dict.getOrCompute("b", Effect.succeed(3)), 3)

      const latch = yield* Deferred.make<number>()
      const computing = yield* Effect.fork(dict.refresh("b", Deferred.await(latch)))
      yield* yields
      yield* dict.expire("b")
      yield* Deferred.succeed(latch, 4)
      assert.strictEqual(yield* Fiber.join(computing), 4)
      assert.deepStrictEqual(yield* dict.getOption("b"), Option.none())
      yield* dict.expire("never there")
    }))

  it.scoped("expire removes what may not be given out stale, as expired", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>()
      yield* dict.set("a", 1)
      yield* dict.expire("a")
      assert.isFalse(yield* dict.has("a"))
      assert.strictEqual(yield* dict.byteSize, 0)
    }))

  it.scoped("invalidateWhen removes what the predicate says", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({ name: "numbers" })
      const twin = new SyncTtlDict<string, number>({ name: "numbers", entries: [["a", 1], ["b", 2]] })
      yield* dict.setMany([["a", 1], ["b", 2]])
      const isOne = (value: number) => value === 1
      assert.isFalse(yield* dict.invalidateWhen("b", isOne))
      assert.isTrue(yield* dict.invalidateWhen("a", isOne))
      assert.isFalse(yield* dict.invalidateWhen("a", isOne))
      assert.deepStrictEqual(["b", "a", "a"].map((key) => twin.invalidateWhen(key, isOne)), [false, true, false])
      assert.deepStrictEqual(yield* dict.keys, ["b"])
      assert.deepStrictEqual([...twin.keys()], ["b"])

      // An `async` one would always hold: what it returns is no answer, and what it is rejected with goes nowhere.
      const refused =
        /numbers: predicate is one that returns a promise, but must be a function that returns true or false/
      const late = untyped(() => Promise.reject(new Error("late")))
      const exit = yield* Effect.exit(dict.invalidateWhen("b", late))
      assert.match(String(Option.getOrThrow(Effect.runSync(Effect.sync(() => defectOf(exit))))), refused)
      assert.throws(() => twin.invalidateWhen("b", late), refused)
      const thrown = yield* Effect.exit(
        dict.invalidateWhen("b", () => {
          throw new Error("thrown")
        })
      )
      assert.include(String(Option.getOrThrow(defectOf(thrown))), "thrown")
      assert.instanceOf(yield* Effect.flip(dict.invalidateWhen("b", untyped(true))), CacheConfigError)
      assert.throws(() => twin.invalidateWhen("b", untyped(true)), "predicate is true")
      assert.deepStrictEqual(yield* dict.keys, ["b"])
      assert.deepStrictEqual([...twin.keys()], ["b"])

      // What the predicate itself writes is another value.
      assert.isFalse(twin.invalidateWhen("b", () => twin.set("b", 3).size === 1))
      assert.strictEqual(twin.get("b"), 3)
    }))

  it.scoped("clear and purge tell how many entries there were", () =>
    Effect.gen(function*() {
      for (const [live, expired] of [[0, 0], [2, 3], [2000, 0], [1, 2000], [0, 2000]] as const) {
        for (const onRemoval of [undefined, () => Effect.void]) {
          const dict = yield* TtlDict.make<string, number>({ onRemoval })
          const fill = Effect.zipRight(
            dict.setMany(Array.from({ length: live }, (_, at) => [`l${at}`, at])),
            dict.setMany(
              Array.from({ length: expired }, (_, at) => [`e${at}`, at, { timeToLive: "1 second" }] as const)
            )
          )
          yield* fill
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* dict.purge, expired)
          assert.strictEqual(yield* dict.purge, 0)
          assert.strictEqual(yield* dict.clear, live)
          assert.strictEqual(yield* dict.clear, 0)
          yield* fill
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* dict.clear, live)

          let now = 0
          const twin = new SyncTtlDict<string, number>({ now: () => now, onRemoval: onRemoval && (() => {}) })
          twin.setMany(Array.from({ length: live }, (_, at) => [`l${at}`, at]))
          twin.setMany(Array.from({ length: expired }, (_, at) => [`e${at}`, at]), { timeToLive: "1 second" })
          now = 1000
          assert.strictEqual(twin.purge(), expired)
          assert.strictEqual(twin.purge(), 0)
          assert.strictEqual(twin.size, live)
        }
      }
    }))
})

const defectOf = (exit: Effect.Effect.Success<ReturnType<typeof Effect.exit<unknown, unknown, never>>>) =>
  exit._tag === "Failure" ? Cause.dieOption(exit.cause) : Option.none()
