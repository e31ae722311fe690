import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Option, Schema, Scope, Stream, TestClock } from "effect"
import { Keyspace, type ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { inspect } from "node:util"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../../src/S3Store/objects/memoryObjectStore.js"
import { settled } from "../../support/settled.js"

const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number })
const Behind = Keyspace.make("behind", { key: Schema.String, value: Schema.Number, write: "behind" })
const Failing = Keyspace.make("failing", {
  key: Schema.String,
  value: Schema.Number,
  failure: Schema.String,
  failureTimeToLive: "1 minute"
})
const Stale = Keyspace.make("stale", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 minute",
  staleWhileRevalidate: "1 hour"
})
const Leased = Keyspace.make("leased", { key: Schema.String, value: Schema.Number, coordination: "lease" })

/** A cache over a store whose requests stand at a gate. */
const gated = (options?: Parameters<typeof makeS3CacheService>[1]) =>
  Effect.gen(function*() {
    const memory = yield* makeMemoryObjectStore
    const gate = Effect.unsafeMakeLatch(true)
    const store: ObjectStore = {
      ...memory,
      load: (...args) => Effect.zipRight(gate.await, memory.load(...args)),
      save: (...args) => Effect.zipRight(gate.await, memory.save(...args)),
      add: (...args) => Effect.zipRight(gate.await, memory.add(...args)),
      replace: (...args) => Effect.zipRight(gate.await, memory.replace(...args)),
      remove: (...args) => Effect.zipRight(gate.await, memory.remove(...args)),
      removeIfMatch: (...args) => Effect.zipRight(gate.await, memory.removeIfMatch(...args))
    }
    const cache = yield* makeS3CacheService(store, options)
    yield* Effect.addFinalizer(() => gate.open)
    return { cache, gate, memory }
  })

type Gated = Effect.Effect.Success<ReturnType<typeof gated>>

/** What goes on in the background, begun with the gate closed; what the second level holds when it is over. */
const goingOn: Record<string, (gated: Gated) => Effect.Effect<unknown, unknown, Scope.Scope>> = {
  "a lookup that loads": ({ cache }) => Effect.fork(cache.getOption(Numbers.key("a"))),
  "a computation that is written": ({ cache }) => Effect.fork(cache.getOrCompute(Numbers.key("a"), Effect.succeed(1))),
  "a computation that is written behind": ({ cache }) =>
    Effect.fork(cache.getOrCompute(Behind.key("a"), Effect.succeed(1))),
  "a computation under a lease": ({ cache }) => Effect.fork(cache.getOrCompute(Leased.key("a"), Effect.succeed(1))),
  "a failure that is remembered": ({ cache }) => Effect.fork(cache.getOrCompute(Failing.key("a"), Effect.fail("no"))),
  "a batch": ({ cache }) =>
    Effect.fork(cache.getManyOrCompute([Numbers.key("a")], ([key = Numbers.key("a")]) => Effect.succeed([[key, 1]]))),
  "a write": ({ cache }) => Effect.fork(cache.set(Numbers.key("a"), 1)),
  "a write behind": ({ cache }) => cache.set(Behind.key("a"), 1),
  "an add": ({ cache }) => Effect.fork(cache.add(Numbers.key("a"), 1)),
  "a removal": ({ cache }) => Effect.fork(cache.remove(Numbers.key("a"))),
  "a pop": ({ cache }) => Effect.fork(cache.pop(Numbers.key("a"))),
  "a refresh": ({ cache, gate }) =>
    Effect.gen(function*() {
      yield* gate.open
      yield* cache.set(Stale.key("a"), 0)
      yield* TestClock.adjust("2 minutes")
      yield* gate.close
      assert.strictEqual(yield* cache.getOrCompute(Stale.key("a"), Effect.succeed(1)), 0)
    }),
  "the removal of an entry that a lookup found expired": ({ cache, gate, memory }) =>
    Effect.gen(function*() {
      yield* gate.open
      yield* Effect.scoped(Effect.flatMap(
        makeS3CacheService(memory),
        (other) => other.set(Numbers.key("a"), 1, { timeToLive: "1 minute" })
      ))
      yield* TestClock.adjust("2 minutes")
      yield* gate.close
      yield* Effect.fork(cache.getOption(Numbers.key("a")))
    })
}

/** What of this is no computation. */
const writing = new Set(["a write", "a write behind", "an add", "a removal", "a pop"])

describe("S3Cache.settle", () => {
  for (const [what, begin] of Object.entries(goingOn)) {
    it.scoped(`waits for ${what}, and counts its key once when the time is over`, () =>
      Effect.gen(function*() {
        const all = yield* gated()
        const { cache, gate } = all
        yield* gate.close
        yield* begin(all)
        yield* Effect.repeatN(Effect.yieldNow(), 20)
        const late = yield* Effect.fork(cache.settle({ within: "5 seconds" }))
        yield* TestClock.adjust("4999 millis")
        assert.isTrue(Option.isNone(yield* Fiber.poll(late)))
        yield* TestClock.adjust("1 millis")
        const kind = writing.has(what) ? "writes" : "computations"
        assert.deepStrictEqual(yield* Fiber.join(late), settled({ [kind]: 1 }))
        const waiting = yield* Effect.fork(cache.settle({ within: "1 hour" }))
        yield* TestClock.adjust("1 minute")
        assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
        yield* gate.open
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
        // A batch looks first, and then computes.
        yield* Effect.repeatN(Effect.yieldNow(), 20)
        const stats = yield* cache.stats
        assert.deepStrictEqual([stats.inFlight, stats.waiting], [0, 0])
      }))
  }

  it.scoped("returns at once when nothing goes on, however little time there is", () =>
    Effect.gen(function*() {
      const { cache } = yield* gated()
      yield* cache.set(Behind.key("a"), 1)
      yield* cache.settle({ within: Infinity })
      for (const within of [0, "1 second", Infinity] as const) {
        assert.deepStrictEqual(yield* cache.settle({ within }), settled())
      }
    }))

  it.scoped("has a refresh and what it writes in the second level when it returns", () =>
    Effect.gen(function*() {
      const { cache, memory } = yield* gated({ write: "behind" })
      yield* cache.set(Stale.key("a"), 0)
      yield* TestClock.adjust("2 minutes")
      const computed = yield* Deferred.make<number>()
      assert.strictEqual(yield* cache.getOrCompute(Stale.key("a"), Deferred.await(computed)), 0)
      const waiting = yield* Effect.fork(cache.settle({ within: "5 seconds" }))
      yield* TestClock.adjust("1 second")
      yield* Deferred.succeed(computed, 1)
      assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
      const other = yield* makeS3CacheService(memory)
      assert.strictEqual(yield* other.get(Stale.key("a")), 1)
    }))

  it.scoped("interrupts nothing when its time is over, or when it is interrupted itself", () =>
    Effect.gen(function*() {
      const { cache, gate, memory } = yield* gated()
      const computed = yield* Deferred.make<number>()
      const caller = yield* Effect.fork(cache.getOrCompute(Numbers.key("a"), Deferred.await(computed)))
      yield* Effect.yieldNow()
      yield* gate.close
      yield* cache.set(Behind.key("b"), 2)
      const [late, interrupted] = [
        yield* Effect.fork(cache.settle({ within: "1 second" })),
        yield* Effect.fork(cache.settle({ within: Infinity }))
      ]
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(late), settled({ computations: 1, writes: 1 }))
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(interrupted)))
      yield* gate.open
      yield* Deferred.succeed(computed, 1)
      assert.strictEqual(yield* Fiber.join(caller), 1)
      assert.deepStrictEqual(yield* cache.settle({ within: "1 second" }), settled())
      const other = yield* makeS3CacheService(memory)
      assert.deepStrictEqual(yield* other.getMany([Numbers.key("a"), Numbers.key("b")]), [
        Option.some(1),
        Option.none()
      ])
      assert.strictEqual(yield* other.get(Behind.key("b")), 2)
    }))

  it.scoped("is bounded in a finalizer too, where nothing can be interrupted", () =>
    Effect.gen(function*() {
      const { cache, gate } = yield* gated()
      yield* gate.close
      yield* cache.set(Behind.key("a"), 1)
      yield* Effect.fork(cache.getOrCompute(Numbers.key("a"), Effect.never))
      yield* Effect.yieldNow()
      const open = yield* Deferred.make<number>()
      const program = yield* Effect.never.pipe(
        Effect.ensuring(
          Effect.flatMap(cache.settle({ within: "3 seconds" }), ({ open: left }) => Deferred.succeed(open, left))
        ),
        Effect.fork
      )
      yield* Effect.yieldNow()
      yield* Effect.fork(Fiber.interrupt(program))
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* Deferred.await(open), 2)
    }))

  it.scoped("in a computation waits for the others, but not for itself and those that wait for it", () =>
    Effect.gen(function*() {
      const { cache } = yield* gated()
      const begun = yield* Deferred.make<void>()
      const outer = yield* Effect.fork(cache.getOrCompute(
        Numbers.key("outer"),
        Effect.zipRight(
          Deferred.await(begun),
          cache.getOrCompute(
            Numbers.key("inner"),
            Effect.map(cache.settle({ within: Infinity }), ({ open }) => open)
          )
        )
      ))
      yield* Effect.yieldNow()
      const other = yield* Deferred.make<number>()
      yield* Effect.fork(cache.getOrCompute(Numbers.key("other"), Deferred.await(other)))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(begun, undefined)
      yield* TestClock.adjust("1 minute")
      assert.isTrue(Option.isNone(yield* Fiber.poll(outer)))
      yield* Deferred.succeed(other, 1)
      assert.strictEqual(yield* Fiber.join(outer), 0)
    }))

  it.scoped("of a closed cache returns", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { cache } = yield* Scope.extend(gated(), scope)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* cache.settle({ within: Infinity }), settled())
    }))

  it.effect("can be replaced by a mock, alone or left out", () =>
    Effect.gen(function*() {
      const events = Stream.empty
      const one = yield* S3Cache.settle({ within: 1 }).pipe(
        Effect.provide(Layer.mock(S3Cache, { events, settle: () => Effect.succeed(settled({ writes: 3 })) }))
      )
      assert.deepStrictEqual(one, settled({ writes: 3 }))
      const none = yield* Effect.exit(
        S3Cache.settle({ within: 1 }).pipe(Effect.provide(Layer.mock(S3Cache, { events })))
      )
      assert.isTrue(Exit.isFailure(none))
    }))
})

describe("a printed cache", () => {
  it.scoped("shows its name and numbers, and nothing of what it holds", () =>
    Effect.gen(function*() {
      const { cache, gate } = yield* gated({ name: "Prices", maxSize: 7, maxBytes: 1000, circuitBreaker: false })
      yield* cache.set(Numbers.key("a-secret-key"), 123_456_789)
      yield* gate.close
      yield* cache.set(Behind.key("another"), 987_654_321)
      const expected = {
        _id: "S3Cache",
        name: "Prices",
        over: "memory/",
        maxSize: 7,
        maxBytes: 1000,
        waiting: 1,
        inFlight: 0,
        circuit: "closed"
      }
      const json: unknown = JSON.parse(JSON.stringify(cache))
      assert.deepStrictEqual(json, expected)
      assert.deepStrictEqual(JSON.parse(String(cache)), expected)
      assert.strictEqual(inspect(cache), inspect(expected))
      for (const text of [JSON.stringify(cache), String(cache), inspect(cache), `${cache}`]) {
        assert.notMatch(text, /secret|another|123456789|987654321/)
        assert.isBelow(text.length, 500)
      }
    }))

  it.scoped("is in short inside other objects, and its copy has its operations only", () =>
    Effect.gen(function*() {
      const { cache } = yield* gated()
      assert.include(inspect({ deep: { cache } }), "_id: 'S3Cache'")
      assert.notInclude(Object.keys(cache), "toString")
      assert.strictEqual(String({ ...cache }), "[object Object]")
    }))
})
