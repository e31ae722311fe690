/**
 * What `refresh` gives and keeps was computed by what began after it was called.
 */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Schema, type Scope, TestClock } from "effect"
import { CacheReentryError, Store } from "effect-aws-cache/Cache"
import { Keyspace, ObjectStore } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { turns } from "../support/until.js"

type Computation = Effect.Effect<number, unknown>

interface Refreshed {
  readonly getOrCompute: (key: string, compute: Computation) => Computation
  readonly refresh: (key: string, compute: Computation) => Computation
  readonly get: (key: string) => Computation
  /** By a function that is memoized, whose callers share their computations with nobody else. */
  readonly memoized: (key: string, compute: Computation) => Computation
}

type Make = (options?: { readonly maxComputations?: number }) => Effect.Effect<Refreshed, unknown, Scope.Scope>

const ofS3 = (coordination: "none" | "lease"): Make => (options) =>
  Effect.gen(function*() {
    const cache = yield* makeS3CacheService(yield* ObjectStore.makeMemory, options)
    const space = Keyspace.make("refreshed", {
      key: Schema.String,
      value: Schema.Number,
      timeToLive: "1 day",
      coordination
    })
    return {
      get: (key) => cache.get(space.key(key)),
      getOrCompute: (key, compute) => cache.getOrCompute(space.key(key), compute),
      refresh: (key, compute) => cache.refresh(space.key(key), compute),
      memoized: (key, compute) => Effect.flatMap(cache.memoize(space, () => compute), (lookup) => lookup(key))
    }
  })

const makers: Readonly<Record<string, Make>> = {
  Store: (options) =>
    Effect.map(Store.make<string, number>({ timeToLive: "1 day", ...options }), (store): Refreshed => ({
      ...store,
      memoized: (key, compute) => Effect.flatMap(store.memoize(() => compute), (lookup) => lookup(key))
    })),
  TtlDict: (options) =>
    Effect.map(TtlDict.make<string, number>({ timeToLive: "1 day", ...options }), (dict): Refreshed => ({
      ...dict,
      memoized: (key, compute) => Effect.flatMap(dict.memoize(() => compute), (lookup) => lookup(key))
    })),
  S3Cache: ofS3("none"),
  "S3Cache with leases": ofS3("lease")
}

/** A source that changes, and that answers as slowly as somebody lets it. */
const makeSource = Effect.gen(function*() {
  const gates: Array<Deferred.Deferred<void>> = []
  const source = { price: 1, running: 0, most: 0 }
  const query: Effect.Effect<number> = Effect.gen(function*() {
    const seen = source.price
    const gate = yield* Deferred.make<void>()
    gates.push(gate)
    source.most = Math.max(source.most, ++source.running)
    yield* Effect.ensuring(Deferred.await(gate), Effect.sync(() => source.running--))
    return seen
  })
  const answer = (nth: number) => {
    const gate = gates[nth]
    return gate === undefined ? Effect.die(`nobody has asked ${nth + 1} times`) : Deferred.succeed(gate, undefined)
  }
  return { source, query, answer, asked: () => gates.length }
})

const settled = turns(60)

for (const [name, make] of Object.entries(makers)) {
  describe(`refresh of a ${name}`, () => {
    it.scoped("begins after a lookup that is under way has ended, which has its own result", () =>
      Effect.gen(function*() {
        const store = yield* make()
        const { answer, query, source } = yield* makeSource
        const lookup = yield* Effect.fork(store.getOrCompute("a", query))
        yield* settled
        yield* TestClock.adjust(1)
        source.price = 2
        const refresh = yield* Effect.fork(store.refresh("a", query))
        yield* settled
        yield* answer(0)
        yield* settled
        yield* answer(1)
        assert.strictEqual(yield* Fiber.join(refresh), 2)
        assert.strictEqual(yield* Fiber.join(lookup), 1)
        assert.strictEqual(yield* store.get("a"), 2)
        assert.strictEqual(source.most, 1)
      }))

    it.scoped("shares the next computation with all who wait for an older one", () =>
      Effect.gen(function*() {
        const store = yield* make()
        const { answer, asked, query, source } = yield* makeSource
        const first = yield* Effect.fork(store.refresh("a", query))
        yield* settled
        yield* TestClock.adjust(1)
        source.price = 2
        const others = yield* Effect.forEach([1, 2, 3, 4], () => Effect.fork(store.refresh("a", query)))
        yield* settled
        yield* answer(0)
        yield* settled
        yield* answer(1)
        assert.deepStrictEqual(yield* Effect.forEach(others, Fiber.join), [2, 2, 2, 2])
        assert.strictEqual(yield* Fiber.join(first), 1)
        assert.strictEqual(yield* store.get("a"), 2)
        assert.deepStrictEqual([asked(), source.most], [2, 1])
      }))

    it.scoped("is not replaced by what a memoized function began to compute before", () =>
      Effect.gen(function*() {
        const store = yield* make()
        const { answer, query, source } = yield* makeSource
        const lookup = yield* Effect.fork(store.memoized("a", query))
        yield* settled
        yield* TestClock.adjust(1)
        source.price = 2
        const refresh = yield* Effect.fork(store.refresh("a", Effect.sync(() => source.price)))
        yield* settled
        yield* TestClock.adjust(100)
        yield* settled
        // Where processes agree who computes, this one waits for itself.
        if (!name.includes("leases")) assert.strictEqual(yield* Fiber.join(refresh), 2)
        yield* answer(0)
        assert.strictEqual(yield* Fiber.join(lookup), 1)
        for (let turn = 0; turn < 20; turn++) yield* Effect.zipRight(TestClock.adjust(100), settled)
        assert.strictEqual(yield* Fiber.join(refresh), 2)
        assert.strictEqual(yield* store.get("a"), 2)
      }))

    it.scoped("that is interrupted while it waits leaves the older computation alone", () =>
      Effect.gen(function*() {
        const store = yield* make()
        const { answer, asked, query } = yield* makeSource
        const lookup = yield* Effect.fork(store.getOrCompute("a", query))
        yield* settled
        const refresh = yield* Effect.fork(store.refresh("a", query))
        yield* settled
        yield* Fiber.interrupt(refresh)
        yield* answer(0)
        assert.strictEqual(yield* Fiber.join(lookup), 1)
        assert.strictEqual(yield* store.get("a"), 1)
        assert.strictEqual(asked(), 1)
      }))

    it.scoped("goes on when the older computation is interrupted, or fails", () =>
      Effect.gen(function*() {
        const store = yield* make()
        const { answer, query } = yield* makeSource
        const lookup = yield* Effect.fork(store.refresh("a", query))
        yield* settled
        const refresh = yield* Effect.fork(store.refresh("a", Effect.succeed(2)))
        yield* settled
        yield* Fiber.interrupt(lookup)
        assert.strictEqual(yield* Fiber.join(refresh), 2)
        const failing = yield* Effect.fork(Effect.exit(store.refresh("a", Effect.zipRight(query, Effect.fail("down")))))
        yield* settled
        const again = yield* Effect.fork(store.refresh("a", Effect.succeed(3)))
        yield* settled
        yield* answer(1)
        assert.isTrue(Exit.isFailure(yield* Fiber.join(failing)))
        assert.strictEqual(yield* Fiber.join(again), 3)
      }))

    it.scoped("holds no seat while it waits", () =>
      Effect.gen(function*() {
        const store = yield* make({ maxComputations: 1 })
        const { answer, query, source } = yield* makeSource
        const lookup = yield* Effect.fork(store.getOrCompute("a", query))
        yield* settled
        yield* TestClock.adjust(1)
        source.price = 2
        // It has the seat after the lookup, and needs what waits for that, too.
        const outer = yield* Effect.fork(store.getOrCompute("b", store.refresh("a", query)))
        yield* settled
        yield* answer(0)
        yield* settled
        yield* answer(1)
        assert.strictEqual(yield* Fiber.join(outer), 2)
        assert.strictEqual(yield* Fiber.join(lookup), 1)
        assert.strictEqual(source.most, 1)
      }))

    const own: Readonly<Record<string, (store: Refreshed) => Computation>> = {
      "a lookup's computation": (store) => store.getOrCompute("a", store.refresh("a", Effect.succeed(1))),
      "a refresh's computation": (store) => store.refresh("a", store.refresh("a", Effect.succeed(1))),
      "a computation that another one waits for": (store) =>
        store.refresh("a", store.getOrCompute("b", store.refresh("a", Effect.succeed(1))))
    }
    for (const [who, ask] of Object.entries(own)) {
      it.scoped(`of its own key by ${who} dies, and does not hang`, () =>
        Effect.gen(function*() {
          const store = yield* make()
          const exit = yield* Effect.exit(ask(store))
          assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof CacheReentryError, String(exit))
        }))
    }
  })
}

describe("refresh where another process has the lease", () => {
  it.scoped("does not take what that one began to compute before", () =>
    Effect.gen(function*() {
      const memory = yield* ObjectStore.makeMemory
      const [one, other] = [yield* makeS3CacheService(memory), yield* makeS3CacheService(memory)]
      const key = Keyspace.make("leased", { key: Schema.String, value: Schema.Number, coordination: "lease" }).key("a")
      const { answer, asked, query, source } = yield* makeSource
      yield* one.set(key, 0)
      const older = yield* Effect.fork(one.refresh(key, query))
      yield* settled
      yield* TestClock.adjust(10)
      source.price = 2
      const newer = yield* Effect.fork(other.refresh(key, query))
      yield* settled
      yield* answer(0)
      for (let turn = 0; turn < 100 && asked() < 2; turn++) yield* Effect.zipRight(TestClock.adjust(50), settled)
      yield* answer(1)
      assert.strictEqual(yield* Fiber.join(newer), 2)
      assert.strictEqual(yield* Fiber.join(older), 1)
      assert.strictEqual(yield* (yield* makeS3CacheService(memory)).get(key), 2)
    }))
})
