import { assert, describe, it } from "@effect/vitest"
import { Deferred, type Duration, Effect, Fiber, Option, Schema, type Scope, TestClock } from "effect"
import { type CacheKey, Keyspace, S3Cache, type S3CacheService } from "effect-aws-cache/S3Store"
import { Fault } from "../servers/FaultProxy.js"
import { eventually, turns, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

const plain = Keyspace.make("plain", { key: Schema.String, value: Schema.Number, timeToLive: "1 hour" })
const leased = Keyspace.make("leased", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 hour",
  coordination: "lease"
})
const keyspaces = [["none", plain], ["lease", leased]] as const

const turning = <A, E>(fiber: Fiber.RuntimeFiber<A, E>, step: Duration.DurationInput = "50 millis") =>
  Effect.zipRight(
    eventually(Effect.zipRight(TestClock.adjust(step), Effect.map(Fiber.poll(fiber), Option.isSome))),
    Fiber.join(fiber)
  )

const gated = <E = never>(value: Effect.Effect<number, E>) =>
  Effect.map(Deferred.make<void>(), (gate) => {
    const counted = { runs: 0 }
    const compute = Effect.suspend(() => {
      counted.runs++
      return Effect.zipRight(Deferred.await(gate), value)
    })
    return { compute, counted, open: Deferred.succeed(gate, undefined) }
  })

/** What a process finds that has nothing in memory. */
const shared =
  (process: () => Effect.Effect<S3CacheService, unknown, Scope.Scope>) => (key: CacheKey<string, number>) =>
    Effect.scoped(
      Effect.flatMap(Effect.orDie(process()), (cache) => cache.getOption(key))
    )

describe("refresh of an S3Cache", () => {
  for (const [coordination, keyspace] of keyspaces) {
    const key = keyspace.key("a")

    it.scoped(`the old value serves until the new one is in both levels: coordination ${coordination}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const there = shared(process)
        const [one, other] = [yield* process(), yield* process()]
        yield* one.set(key, 1)
        const { compute, counted, open } = yield* gated(Effect.succeed(2))
        // Nothing is in its memory yet.
        const refreshed = yield* Effect.fork(other.refresh(key, compute))
        yield* until(() => counted.runs === 1)
        assert.strictEqual(yield* other.getOrCompute(key, Effect.die("computed")), 1)
        assert.strictEqual(yield* other.get(key), 1)
        assert.strictEqual(yield* one.get(key), 1)
        assert.deepStrictEqual(yield* there(key), Option.some(1))
        yield* open
        assert.strictEqual(yield* Fiber.join(refreshed), 2)
        assert.deepStrictEqual(yield* other.peek(key), Option.some(2))
        assert.deepStrictEqual(yield* there(key), Option.some(2))
      }))

    it.scoped(`it computes what is not there, after who does, with all who refresh: coordination ${coordination}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        const { compute, counted, open } = yield* gated(Effect.succeed(1))
        const first = yield* Effect.fork(cache.getOrCompute(key, compute))
        yield* until(() => counted.runs === 1)
        const fibers = yield* Effect.forEach(
          [cache.refresh(key, compute), cache.refresh(key, compute), cache.getOrCompute(key, compute)],
          (effect) => Effect.fork(effect)
        )
        yield* eventually(Effect.map(cache.stats, ({ coalesced }) => coalesced >= 1))
        yield* open
        assert.deepStrictEqual(yield* Effect.forEach([first, ...fibers], Fiber.join), [1, 1, 1, 1])
        assert.strictEqual(counted.runs, 2)
        assert.deepStrictEqual(yield* shared(process)(key), Option.some(1))
      }))

    it.scoped(`a lookup that it joined and that only loads is not enough: coordination ${coordination}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const [one, other] = [yield* process(), yield* process()]
        yield* one.set(key, 1)
        const lookups = yield* Effect.all([
          Effect.fork(other.getOrCompute(key, Effect.die("computed"))),
          Effect.fork(other.refresh(key, Effect.succeed(2)))
        ])
        assert.strictEqual(yield* Fiber.join(lookups[1]), 2)
        yield* Fiber.join(lookups[0])
        assert.strictEqual(yield* other.get(key), 2)
      }))

    it.scoped(`its failure is told, and leaves the old value in both levels: coordination ${coordination}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process({ staleIfError: "1 hour" })
        yield* cache.set(key, 1)
        assert.strictEqual(yield* Effect.flip(cache.refresh(key, Effect.fail("offline"))), "offline")
        assert.strictEqual(yield* cache.getOrCompute(key, Effect.die("computed")), 1)
        assert.deepStrictEqual(yield* cache.peek(key), Option.some(1))
        assert.deepStrictEqual(yield* shared(process)(key), Option.some(1))
        const fiber = yield* Effect.fork(cache.refresh(key, Effect.never))
        yield* turns(20)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* cache.peek(key), Option.some(1))
        assert.strictEqual(yield* cache.refresh(key, Effect.succeed(2)), 2)
      }))

    it.scoped(`who was interrupted leaves the others their result: coordination ${coordination}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        const { compute, counted, open } = yield* gated(Effect.succeed(2))
        const first = yield* Effect.fork(cache.refresh(key, compute))
        yield* until(() => counted.runs === 1)
        const second = yield* Effect.fork(cache.getOrCompute(key, compute))
        yield* eventually(Effect.map(cache.stats, ({ coalesced }) => coalesced >= 1))
        yield* Fiber.interrupt(first)
        yield* open
        assert.strictEqual(yield* Fiber.join(second), 2)
        assert.strictEqual(counted.runs, 1)
      }))

    it.scoped(`a write meanwhile wins: coordination ${coordination}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        yield* cache.set(key, 1)
        const { compute, counted, open } = yield* gated(Effect.succeed(2))
        const refreshed = yield* Effect.fork(cache.refresh(key, compute))
        yield* until(() => counted.runs === 1)
        yield* cache.set(key, 3)
        yield* open
        assert.strictEqual(yield* Fiber.join(refreshed), 2)
        assert.strictEqual(yield* cache.get(key), 3)
        assert.deepStrictEqual(yield* shared(process)(key), Option.some(3))
      }))

    it.scoped(`the new value has the tags and the time to live it is given: coordination ${coordination}`, () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        yield* cache.refresh(key, Effect.succeed(1), { tags: ["t"], timeToLive: "1 minute" })
        assert.deepStrictEqual(yield* shared(process)(key), Option.some(1))
        yield* TestClock.adjust("1 second")
        yield* cache.invalidateTag("t")
        assert.deepStrictEqual(yield* cache.getOption(key), Option.none())
        yield* TestClock.adjust("1 second")
        yield* cache.refresh(key, Effect.succeed(2), { timeToLive: "1 minute" })
        yield* TestClock.adjust("59 seconds")
        assert.deepStrictEqual(yield* shared(process)(key), Option.some(2))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* cache.getOption(key), Option.none())
        yield* cache.set(key, 3)
        assert.strictEqual(yield* cache.refresh(key, Effect.succeed(4), { timeToLive: 0 }), 4)
        assert.deepStrictEqual(yield* cache.getOption(key), Option.none())
        assert.deepStrictEqual(yield* shared(process)(key), Option.none())
      }))
  }

  it.scoped("of two processes one computes, and the other has its result", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      const key = leased.key("a")
      yield* one.set(key, 1)
      assert.strictEqual(yield* other.get(key), 1)
      const { compute, counted, open } = yield* gated(Effect.succeed(2))
      const here = yield* Effect.fork(one.refresh(key, compute))
      yield* until(() => counted.runs === 1)
      const there = yield* Effect.fork(other.refresh(key, compute))
      yield* eventually(Effect.map(other.stats, ({ leases }) => leases.awaited === 1))
      assert.strictEqual(yield* other.getOrCompute(key, Effect.die("computed")), 1)
      yield* open
      assert.strictEqual(yield* turning(here), 2)
      assert.strictEqual(yield* turning(there), 2)
      assert.strictEqual(counted.runs, 1)
      assert.deepStrictEqual(yield* other.peek(key), Option.some(2))
      // What lies there since an earlier refresh is none of this one.
      assert.strictEqual(yield* one.refresh(key, Effect.succeed(3)), 3)
      assert.strictEqual(yield* other.refresh(key, Effect.succeed(4)), 4)
    }))

  it.scoped("of what is in memory it asks no more than it must", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const cache = yield* process()
      const counts = yield* Effect.forEach(keyspaces, ([, keyspace]) =>
        Effect.gen(function*() {
          yield* cache.set(keyspace.key("a"), 1)
          yield* cache.refresh(keyspace.key("a"), Effect.succeed(2))
          const before = requests().length
          yield* cache.refresh(keyspace.key("a"), Effect.succeed(3))
          return requests().slice(before).map(({ method }) => method).sort()
        }))
      const [plain, leased = []] = counts
      assert.deepStrictEqual(plain, ["PUT"])
      // Where a store knows no conditions for deletes, a lease is given back by a write; it lies there, so that the next
      // owner finds it, reads it and replaces it.
      const lease = leased.includes("DELETE") ? ["PUT", "DELETE"] : ["PUT", "GET", "PUT", "PUT"]
      assert.deepStrictEqual(leased, [...lease, "GET", "GET", "PUT"].sort())
    }))

  it.scoped("while S3 is away it computes, and memory has the new value", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket()
      const cache = yield* process()
      for (const [, keyspace] of keyspaces) {
        const key = keyspace.key("a")
        yield* cache.set(key, 1)
      }
      yield* proxy.set(Fault.Answer({ status: 503, code: "SlowDown" }))
      for (const [, keyspace] of keyspaces) {
        const key = keyspace.key("a")
        assert.strictEqual(yield* cache.refresh(key, Effect.succeed(2)), 2)
        assert.deepStrictEqual(yield* cache.peek(key), Option.some(2))
      }
    }))

  it.effect("is an operation of the tag", () =>
    Effect.gen(function*() {
      const key = plain.key("a")
      yield* S3Cache.set(key, 1)
      const value: number = yield* S3Cache.refresh(key, Effect.succeed(2))
      assert.strictEqual(value, 2)
      const failing: Effect.Effect<number, "offline", S3Cache> = S3Cache.refresh(key, Effect.fail("offline" as const))
      assert.strictEqual(yield* Effect.flip(failing), "offline")
      assert.include(String(yield* Effect.flip(S3Cache.refresh(key, Effect.succeed(3), { ttl: 5 } as object))), "ttl")
      assert.strictEqual(yield* S3Cache.get(key), 2)
    }).pipe(Effect.provide(S3Cache.layerMemory())))
})

describe("many keys of an S3Cache", () => {
  const keys = (...ids: ReadonlyArray<string>) => ids.map((id) => plain.key(id))

  it.scoped("are written with a time to live and tags of their own, found, removed and counted", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      yield* one.setMany([
        [plain.key("a"), 1],
        [plain.key("b"), 2, { timeToLive: "1 minute" }],
        [plain.key("c"), 3, { tags: ["own"] }]
      ], { timeToLive: "10 minutes", tags: ["common"] })
      assert.deepStrictEqual(yield* other.hasMany(keys("c", "x", "a", "b")), [true, false, true, true])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* other.hasMany(keys("a", "b", "c")), [true, false, true])
      yield* other.invalidateTag("common")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* one.hasMany(keys("a", "b", "c")), [false, false, true])
      yield* TestClock.adjust("9 minutes")
      assert.deepStrictEqual(yield* one.hasMany(keys("c")), [false])
      yield* one.setMany(new Map(keys("a", "b", "c").map((key, at) => [key, at] as const)))
      assert.strictEqual(yield* one.removeMany(keys("a", "c", "x", "a"), { concurrency: 2 }), 2)
      assert.deepStrictEqual(yield* one.hasMany(keys("a", "b", "c")), [false, true, false])
      assert.deepStrictEqual(yield* (yield* process()).hasMany(keys("a", "b", "c")), [false, true, false])
    }))

  it.effect("are refused when they are none, as are options that there are not", () =>
    Effect.gen(function*() {
      yield* S3Cache.set(plain.key("a"), 1)
      const wrong = 5 as never
      assert.include(String(yield* Effect.flip(S3Cache.removeMany(wrong))), "keys is 5")
      assert.include(String(yield* Effect.flip(S3Cache.hasMany(wrong))), "keys is 5")
      const entries = [[plain.key("a"), 2, { ttl: 5 } as object] as const]
      assert.include(String(yield* Effect.flip(S3Cache.setMany(entries))), "ttl")
      assert.include(String(yield* Effect.flip(S3Cache.hasMany(keys("a"), { many: 5 } as object))), "many")
      assert.deepStrictEqual(yield* S3Cache.getMany(keys("a")), [Option.some(1)])
      assert.strictEqual(yield* S3Cache.removeMany(keys("a", "b")), 1)
    }).pipe(Effect.provide(S3Cache.layerMemory())))
})
