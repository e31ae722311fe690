/** What Effect's own tests ask of its `Cache`, asked of `Store`; and of both where they differ. See docs/coming-from.md. */
import { assert, describe, it } from "@effect/vitest"
import { Cache, Context, Data, Deferred, Effect, Exit, Fiber, Option, TestClock } from "effect"
import { CacheReentryError, Store } from "effect-aws-cache/Cache"
import { anyFailure } from "../support/anyFailure.js"
import { turns } from "../support/until.js"
import { theirCaches } from "./theirCaches.js"

/** A computation that waits until it is let go, and counts how often it was started and interrupted. */
const gated = <V>(value: V) =>
  Effect.gen(function*() {
    const gate = yield* Deferred.make<void>()
    const counts = { started: 0, interrupted: 0 }
    const compute = Effect.suspend(() => {
      counts.started++
      return Effect.as(Deferred.await(gate), value)
    }).pipe(Effect.onInterrupt(() => Effect.sync(() => counts.interrupted++)))
    return { counts, compute, open: Deferred.succeed(gate, undefined) }
  })

/** The same for both: a store, asked as Effect's `Cache` is, and a count of its computations. */
const counting = (options: Store.Options<string, number, string> = {}) =>
  Effect.gen(function*() {
    const store = yield* Store.make<string, number, string>(options)
    const counts = { computed: 0 }
    const get = (key: string) =>
      store.getOrCompute(
        key,
        Effect.suspend(() => {
          counts.computed++
          return key.startsWith("bad") ? Effect.fail("bad key") : Effect.succeed(key.length)
        })
      )
    return { store, counts, get }
  })

const theirs = (options: { readonly capacity?: number; readonly timeToLive?: "1 minute" | "1 hour" } = {}) =>
  Effect.gen(function*() {
    const counts = { computed: 0 }
    const cache = yield* Cache.make({
      capacity: options.capacity ?? 100,
      timeToLive: options.timeToLive ?? "1 hour",
      lookup: (key: string) =>
        Effect.suspend(() => {
          counts.computed++
          return key.startsWith("bad") ? Effect.fail("bad key") : Effect.succeed(key.length)
        })
    })
    return { cache, counts }
  })

class Base extends Context.Tag("test/ComingFrom/Base")<Base, number>() {}

describe("Effect's Cache", () => {
  it.scoped("a value is computed once, and found from then on", () =>
    Effect.gen(function*() {
      const { counts, get } = yield* counting()
      assert.deepStrictEqual([yield* get("a"), yield* get("bb"), yield* get("a")], [1, 2, 1])
      assert.strictEqual(counts.computed, 2)
    }))

  it.scoped("who asks for what is being computed waits for it", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const { compute, counts, open } = yield* gated(42)
      const fibers = yield* Effect.all(
        Array.from({ length: 5 }, () => Effect.fork(store.getOrCompute("a", compute)))
      )
      yield* Effect.yieldNow()
      yield* open
      assert.deepStrictEqual(yield* Fiber.join(Fiber.all(fibers)), [42, 42, 42, 42, 42])
      assert.strictEqual(counts.started, 1)
    }))

  it.scoped("what has expired is a miss, and computed again", () =>
    Effect.gen(function*() {
      const { counts, get, store } = yield* counting({ timeToLive: "1 second" })
      yield* get("a")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
      yield* get("a")
      const { hits, misses } = yield* store.stats
      assert.deepStrictEqual([counts.computed, hits, misses], [2, 0, 3])
    }))

  it.scoped("an entry whose time to live is zero is not kept", () =>
    Effect.gen(function*() {
      const { counts, get, store } = yield* counting({ timeToLive: 0 })
      assert.deepStrictEqual([yield* get("a"), yield* get("a")], [1, 1])
      assert.deepStrictEqual([counts.computed, yield* store.size], [2, 0])
    }))

  it.scoped("the time to live may depend on what was computed", () =>
    Effect.gen(function*() {
      const { get, store } = yield* counting({
        timeToLive: (_, value) => `${value} minutes`,
        failure: anyFailure,
        failureTimeToLive: (error) => error === "bad key" ? "1 second" : "1 hour"
      })
      yield* get("a")
      yield* get("bbb")
      yield* Effect.flip(get("bad"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* store.keys, ["bbb"])
    }))

  it.scoped("failures are not kept, unless for a failureTimeToLive", () =>
    Effect.gen(function*() {
      const { cache, counts: ofTheirs } = yield* theirs()
      const forgetful = yield* counting()
      const remembering = yield* counting({ failure: anyFailure, failureTimeToLive: "1 minute" })
      for (let i = 0; i < 3; i++) {
        for (const ask of [cache.get("bad"), forgetful.get("bad"), remembering.get("bad")]) {
          assert.strictEqual(yield* Effect.flip(ask), "bad key")
        }
      }
      const computed = [ofTheirs, forgetful.counts, remembering.counts].map(({ computed }) => computed)
      assert.deepStrictEqual(computed, [1, 3, 1])
      yield* TestClock.adjust("1 minute")
      yield* Effect.flip(remembering.get("bad"))
      assert.strictEqual(remembering.counts.computed, 2)
    }))

  it.scoped("all who wait fail with the same error object", () =>
    Effect.gen(function*() {
      const error = new Error("no")
      const store = yield* Store.make<string, number, Error>({ failure: anyFailure, failureTimeToLive: "1 minute" })
      const ask = Effect.flip(store.getOrCompute("a", Effect.zipRight(Effect.yieldNow(), Effect.fail(error))))
      for (const failure of [...yield* Effect.all([ask, ask], { concurrency: 2 }), yield* ask]) {
        assert.strictEqual(failure, error)
      }
    }))

  it.scoped("when the first who asked is interrupted, the others get their value", () =>
    Effect.gen(function*() {
      const { compute, open } = yield* gated(42)
      const cache = yield* Cache.make({ capacity: 10, timeToLive: "1 hour", lookup: (_: string) => compute })
      const store = yield* Store.make<string, number>()
      const waiter = (get: Effect.Effect<number>) =>
        Effect.gen(function*() {
          const first = yield* Effect.fork(get)
          yield* Effect.yieldNow()
          const second = yield* Effect.fork(get)
          yield* Effect.yieldNow()
          yield* Fiber.interrupt(first)
          return second
        })
      const others = yield* waiter(cache.get("a"))
      const ours = yield* waiter(store.getOrCompute("a", compute))
      yield* open
      assert.strictEqual(Exit.isInterrupted(yield* Fiber.await(others)), theirCaches.interruptOthers)
      assert.strictEqual(yield* Fiber.join(ours), 42)
    }))

  it.scoped("when the last who asked is interrupted, the computation is", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const { compute, counts } = yield* gated(42)
      const fibers = yield* Effect.all([0, 1].map(() => Effect.fork(store.getOrCompute("a", compute))))
      yield* turns(2)
      yield* Fiber.interruptAll(fibers)
      assert.deepStrictEqual(counts, { started: 1, interrupted: 1 })
      assert.strictEqual((yield* store.stats).inFlight, 0)
    }))

  it.scoped("what is set while the key is computed stays", () =>
    Effect.gen(function*() {
      const { compute, open } = yield* gated(1)
      const cache = yield* Cache.make({ capacity: 10, timeToLive: "1 hour", lookup: (_: string) => compute })
      const store = yield* Store.make<string, number>()
      const fibers = [yield* Effect.fork(cache.get("a")), yield* Effect.fork(store.getOrCompute("a", compute))]
      yield* Effect.yieldNow()
      yield* cache.set("a", 2)
      yield* store.set("a", 2)
      yield* open
      yield* Fiber.joinAll(fibers)
      assert.deepStrictEqual([yield* cache.get("a"), yield* store.get("a")], [theirCaches.setWhileComputed, 2])
    }))

  it.scoped("what is removed while it is computed is not kept", () =>
    Effect.gen(function*() {
      const { compute, open } = yield* gated(1)
      const cache = yield* Cache.make({ capacity: 10, timeToLive: "1 hour", lookup: (_: string) => compute })
      const store = yield* Store.make<string, number>()
      const fibers = [yield* Effect.fork(cache.get("a")), yield* Effect.fork(store.getOrCompute("a", compute))]
      yield* Effect.yieldNow()
      yield* cache.invalidate("a")
      yield* store.clear
      yield* open
      assert.deepStrictEqual(yield* Fiber.join(Fiber.all(fibers)), [1, 1])
      assert.deepStrictEqual([yield* cache.contains("a"), yield* store.has("a")], [
        theirCaches.keepRemoved,
        false
      ])
    }))

  it.scoped("a lookup that does not compute waits for nobody", () =>
    Effect.gen(function*() {
      const { compute, open } = yield* gated(1)
      const cache = yield* Cache.make({ capacity: 10, timeToLive: "1 hour", lookup: (_: string) => compute })
      const store = yield* Store.make<string, number>()
      yield* Effect.fork(cache.get("a"))
      yield* Effect.fork(store.getOrCompute("a", compute))
      yield* Effect.yieldNow()
      const waiting = yield* Effect.fork(cache.getOption("a"))
      assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
      assert.deepStrictEqual(yield* Fiber.poll(waiting), Option.none())
      yield* open
      assert.deepStrictEqual(yield* Fiber.join(waiting), Option.some(1))
    }))

  it.scoped("set, has, peek and removing compute nothing", () =>
    Effect.gen(function*() {
      const { counts, get, store } = yield* counting()
      yield* store.set("a", 5)
      assert.deepStrictEqual([yield* get("a"), yield* store.has("a"), yield* store.has("b")], [5, true, false])
      yield* store.remove("a")
      assert.isFalse(yield* store.has("a"))
      assert.strictEqual(counts.computed, 0)
    }))

  it.scoped("removing what is not there fails", () =>
    Effect.gen(function*() {
      const { cache } = yield* theirs()
      yield* cache.invalidate("a")
      const store = yield* Store.make<string, number>()
      assert.strictEqual((yield* Effect.flip(store.remove("a")))._tag, "CacheNotFoundError")
    }))

  it.scoped("refresh replaces the value when the new one is there", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ timeToLive: "1 minute" })
      yield* store.set("a", 1)
      yield* TestClock.adjust("30 seconds")
      const { compute, open } = yield* gated(2)
      const fiber = yield* Effect.fork(store.refresh("a", compute))
      yield* Effect.yieldNow()
      assert.strictEqual(yield* store.get("a"), 1)
      yield* open
      yield* Fiber.join(fiber)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* store.get("a"), 2)
    }))

  it.scoped("refresh computes what is not there", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      assert.strictEqual(yield* store.refresh("a", Effect.succeed(1)), 1)
      assert.strictEqual(yield* store.get("a"), 1)
    }))

  it.scoped("a refresh that fails leaves the old value", () =>
    Effect.gen(function*() {
      let works = true
      const compute = Effect.suspend(() => works ? Effect.succeed(1) : Effect.fail("no"))
      const cache = yield* Cache.make({ capacity: 10, timeToLive: "1 hour", lookup: (_: string) => compute })
      const store = yield* Store.make<string, number, string>()
      yield* cache.get("a")
      yield* store.getOrCompute("a", compute)
      works = false
      yield* Effect.flip(cache.refresh("a"))
      yield* Effect.flip(store.refresh("a", compute))
      assert.deepStrictEqual(yield* Effect.exit(cache.get("a")), Exit.fail("no"))
      assert.deepStrictEqual(yield* Effect.exit(store.get("a")), Exit.succeed(1))
    }))

  it.scoped("refreshes of one key share a computation", () =>
    Effect.gen(function*() {
      const { compute, counts, open } = yield* gated(1)
      const slowly = Effect.zipLeft(compute, Effect.yieldNow())
      const store = yield* Store.make<string, number>()
      const fibers = yield* Effect.all([0, 1, 2, 3].map(() => Effect.fork(store.refresh("a", slowly))))
      yield* Effect.yieldNow()
      yield* open
      yield* Fiber.joinAll(fibers)
      // The first, and one for those who came after it had begun.
      assert.strictEqual(counts.started, 2)
    }))

  it.scoped("clearing removes everything", () =>
    Effect.gen(function*() {
      const { counts, get, store } = yield* counting()
      yield* get("a")
      yield* get("b")
      yield* store.clear
      assert.deepStrictEqual([yield* store.size, yield* store.keys], [0, []])
      yield* get("a")
      assert.strictEqual(counts.computed, 3)
    }))

  it.scoped("size does not count what has expired", () =>
    Effect.gen(function*() {
      const { cache } = yield* theirs({ timeToLive: "1 minute" })
      const { get, store } = yield* counting({ timeToLive: "1 minute" })
      yield* cache.get("a")
      yield* get("a")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([yield* cache.size, yield* store.size], [1, 0])
    }))

  it.scoped("keys, values and entries leave out failures and what has expired", () =>
    Effect.gen(function*() {
      const { get, store } = yield* counting({
        failure: anyFailure,
        failureTimeToLive: "1 hour",
        timeToLive: (_, value) => `${value} minutes`
      })
      yield* get("a")
      yield* get("bb")
      yield* Effect.flip(get("bad"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([yield* store.keys, yield* store.values, yield* store.entries], [["bb"], [2], [["bb", 2]]])
    }))

  it.scoped("when it is full, what was used least recently leaves", () =>
    Effect.gen(function*() {
      const { cache } = yield* theirs({ capacity: 2 })
      const { get, store } = yield* counting({ maxSize: 2, evictionPolicy: "LRU" })
      for (const key of ["a", "b", "a", "c"]) {
        yield* cache.get(key)
        yield* get(key)
      }
      assert.sameMembers(yield* cache.keys, theirCaches.keptWhenFull)
      assert.deepStrictEqual(yield* store.keys, ["a", "c"])
    }))

  it.scoped("keys are equal by their parts", () =>
    Effect.gen(function*() {
      class Key extends Data.Class<{ readonly id: number }> {}
      const store = yield* Store.make<Key, number>()
      yield* store.set(new Key({ id: 1 }), 1)
      assert.strictEqual(yield* store.get(new Key({ id: 1 })), 1)
    }))

  it.scoped("computations have the services of their callers", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const value = yield* Effect.provideService(
        store.getOrCompute("a", Effect.map(Base, (base) => base + 1)),
        Base,
        10
      )
      assert.strictEqual(value, 11)
    }))

  it.scoped("who joins a computation is counted as a miss, and as coalesced", () =>
    Effect.gen(function*() {
      const { compute, open } = yield* gated(1)
      const cache = yield* Cache.make({ capacity: 10, timeToLive: "1 hour", lookup: (_: string) => compute })
      const store = yield* Store.make<string, number>()
      const fibers = yield* Effect.all([
        ...[0, 1].map(() => Effect.fork(cache.get("a"))),
        ...[0, 1].map(() => Effect.fork(store.getOrCompute("a", compute)))
      ])
      yield* Effect.yieldNow()
      yield* open
      yield* Fiber.joinAll(fibers)
      const { hits, misses } = yield* cache.cacheStats
      const ours = yield* store.stats
      assert.deepStrictEqual({ hits, misses }, { hits: 1, misses: 1 })
      assert.deepStrictEqual([ours.hits, ours.misses, ours.coalesced], [0, 2, 1])
    }))

  it.scoped("a computation that asks for its own key fails", () =>
    Effect.gen(function*() {
      const cache: { readonly get: (key: string) => Effect.Effect<number> } = yield* Cache.make({
        capacity: 10,
        timeToLive: "1 hour",
        lookup: (key: string): Effect.Effect<number> => Effect.suspend(() => cache.get(key))
      })
      const store: Store.Store<string, number> = yield* Store.make<string, number>()
      const compute: Effect.Effect<number> = Effect.suspend(() => store.getOrCompute("a", compute))
      const hanging = yield* Effect.fork(cache.get("a"))
      const exit = yield* Effect.exit(store.getOrCompute("a", compute))
      assert.isTrue(Exit.isFailure(exit) && String(exit.cause).includes(CacheReentryError.name))
      yield* turns(3)
      assert.strictEqual(Option.isNone(yield* Fiber.poll(hanging)), theirCaches.hang)
    }))
})
