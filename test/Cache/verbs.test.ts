import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Deferred, Duration, Effect, Exit, Fiber, Option, Stream, TestClock } from "effect"
import { CacheConfigError, LeasedStore, Store } from "effect-aws-cache/Cache"
import { turns } from "../support/until.js"
import { type Options, type Shared, stores } from "./sharedStores.js"

/** What untyped code may pass, under a type that hides it. */
const untyped = (value: unknown): never => value as never

const isNotFound = <E extends { readonly _tag: string }>(effect: Effect.Effect<unknown, E>) =>
  Effect.map(Effect.flip(effect), (error) => assert.strictEqual(error._tag, "CacheNotFoundError"))

const defectOf = <E>(exit: Exit.Exit<unknown, E>): unknown =>
  Exit.isFailure(exit) ? Option.getOrThrow(Cause.dieOption(exit.cause)) : assert.fail("it did not die")

for (const [name, make] of stores) {
  describe(`${name}: verbs that do not compute`, () => {
    it.scoped("invalidate removes what is there, and minds nothing else", () =>
      Effect.gen(function*() {
        const { store } = yield* make()
        yield* store.set("a", 1)
        yield* store.invalidate("a")
        yield* store.invalidate("a")
        yield* store.invalidate("never there")
        assert.deepInclude(yield* store.stats, { deleted: 1, size: 0, hits: 0, misses: 0 })
      }))

    for (
      const [verb, act] of [
        ["invalidate", (store: Shared) => store.invalidate("a")],
        ["expire", (store: Shared) => store.expire("a")],
        ["clear", (store: Shared) => store.clear]
      ] as const
    ) {
      it.scoped(`${verb} keeps what is being computed from being stored, not from its callers`, () =>
        Effect.gen(function*() {
          const { compute, store } = yield* make()
          const latch = yield* Deferred.make<number>()
          const caller = yield* Effect.fork(compute("a", latch))
          yield* turns(5)
          yield* act(store)
          yield* Deferred.succeed(latch, 1)
          assert.strictEqual(yield* Fiber.join(caller), 1)
          assert.isFalse(yield* store.has("a"))
          assert.deepInclude(yield* store.stats, { computations: 1, coalesced: 0, inFlight: 0 })
        }))
    }

    it.scoped("invalidateWhen removes what the predicate says, and leaves what is being computed", () =>
      Effect.gen(function*() {
        const { compute, store } = yield* make()
        yield* store.setMany([["a", 1], ["b", 2]])
        const isOne = (value: number) => value === 1
        assert.isFalse(yield* store.invalidateWhen("b", isOne))
        assert.isTrue(yield* store.invalidateWhen("a", isOne))
        assert.isFalse(yield* store.invalidateWhen("a", isOne))
        assert.deepStrictEqual(yield* store.keys, ["b"])
        assert.deepInclude(yield* store.stats, { deleted: 1, hits: 0, misses: 0 })
        const latch = yield* Deferred.make<number>()
        const caller = yield* Effect.fork(compute("a", latch))
        yield* turns(5)
        assert.isFalse(yield* store.invalidateWhen("a", isOne))
        yield* Deferred.succeed(latch, 1)
        yield* Fiber.join(caller)
        assert.isTrue(yield* store.has("a"))
      }))

    it.scoped("invalidateWhen: what a predicate throws, or returns but a boolean, is a defect and changes nothing", () =>
      Effect.gen(function*() {
        const { store } = yield* make()
        yield* store.set("a", 1)
        const thrown = new Error("thrown")
        const throwing = yield* Effect.exit(store.invalidateWhen("a", () => {
          throw thrown
        }))
        assert.strictEqual(defectOf(throwing), thrown)
        for (const answer of [() => Promise.reject(new Error("late")), () => 1, () => undefined]) {
          const defect = defectOf(yield* Effect.exit(store.invalidateWhen("a", untyped(answer))))
          assert.instanceOf(defect, CacheConfigError)
          assert.match(String(defect), /verbs: predicate is one that returns .*a function that returns true or false/)
        }
        assert.instanceOf(yield* Effect.flip(store.invalidateWhen("a", untyped(true))), CacheConfigError)
        // What it does to the store itself goes first.
        assert.isFalse(
          yield* store.invalidateWhen("a", () => {
            Effect.runSync(store.set("a", 2))
            return true
          })
        )
        assert.deepStrictEqual(yield* store.peek("a"), Option.some(2))
      }))

    it.scoped("expire lets an entry leave as one that has expired", () =>
      Effect.gen(function*() {
        const { store } = yield* make()
        const listening = yield* Effect.fork(Stream.runCollect(Stream.take(store.events, 2)))
        yield* turns(20)
        yield* store.set("a", 1)
        yield* store.expire("a")
        yield* store.expire("a")
        yield* store.expire("never there")
        assert.isFalse(yield* store.has("a"))
        assert.deepInclude(yield* store.stats, { expired: 1, deleted: 0, size: 0 })
        assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(listening)), [
          { _tag: "Inserted", key: "a" },
          { _tag: "Removed", key: "a", reason: "expired" }
        ])
      }))

    it.scoped("times to live are told and changed", () =>
      Effect.gen(function*() {
        const { store } = yield* make({ timeToLive: "10 seconds" })
        yield* TestClock.setTime(1_000_000)
        yield* store.setMany([
          ["a", 1],
          ["b", 2, { timeToLive: "3 seconds" }],
          ["c", 3, { expiresAt: 1_004_000 }],
          ["d", 4, { expiresAt: Infinity, timeToLive: "1 second" }]
        ])
        const left = Effect.all(["a", "b", "c", "d"].map((key) => Effect.option(store.timeToLive(key))))
        const seconds = (...all: ReadonlyArray<number>) =>
          all.map((one) => one === 0 ? Option.none() : Option.some(Duration.seconds(one)))
        assert.deepStrictEqual(yield* left, seconds(10, 3, 4, Infinity))
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual(yield* left, seconds(7, 0, 1, Infinity))
        yield* isNotFound(store.timeToLive("b"))
        yield* isNotFound(store.setTimeToLive("b", "1 second"))
        yield* isNotFound(store.setExpiresAt("b", Infinity))
        yield* store.setTimeToLive("a", Duration.infinity)
        yield* store.setExpiresAt("c", 1_005_000)
        yield* store.setTimeToLive("d", "6 seconds")
        assert.deepStrictEqual(yield* left, seconds(Infinity, 0, 2, 6))
        yield* store.setExpiresAt("a", 1_000_000)
        yield* store.setTimeToLive("d", -1)
        assert.deepStrictEqual(yield* left, seconds(0, 0, 2, 0))
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(yield* left, seconds(0, 0, 0, 0))
        assert.deepInclude(yield* store.stats, { expired: 4, hits: 0, misses: 0 })
      }))

    it.scoped("times that are none are defects, and change nothing", () =>
      Effect.gen(function*() {
        const { store } = yield* make()
        yield* store.set("a", 1)
        const wrong: ReadonlyArray<readonly [option: string, effect: Effect.Effect<void, unknown>]> = [
          ["expiresAt", store.set("a", 2, { expiresAt: NaN })],
          ["expiresAt", store.add("b", 2, { expiresAt: untyped("soon") })],
          ["expiresAt", store.setMany([["b", 2], ["c", 3, { expiresAt: NaN }]])],
          ["setExpiresAt", store.setExpiresAt("a", NaN)],
          ["timeToLive", store.setTimeToLive("a", untyped("soon"))]
        ]
        for (const [option, effect] of wrong) {
          const defect = defectOf(yield* Effect.exit(effect))
          assert.instanceOf(defect, CacheConfigError)
          assert.include(String(defect), `verbs: ${option} is `)
        }
        assert.deepStrictEqual(yield* store.keys, ["a"])
        assert.deepStrictEqual(yield* store.peek("a"), Option.some(1))
        assert.deepStrictEqual(yield* store.timeToLive("a"), Duration.infinity)
      }))

    it.scoped("a moment that a write gives goes before the time to live of the store", () =>
      Effect.gen(function*() {
        const { store } = yield* make({ timeToLive: "1 minute" })
        yield* store.set("a", 1, { expiresAt: 1000 })
        yield* store.setMany([["b", 1], ["c", 1, { timeToLive: "2 seconds" }]], { expiresAt: 1000 })
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* store.keys, ["c"])
        yield* store.set("d", 1, { expiresAt: 0 })
        assert.isFalse(yield* store.has("d"))
      }))

    it.scoped("a purge that is interrupted has done a part, and the next one does the rest", () =>
      Effect.gen(function*() {
        const { store } = yield* make({ maxSize: 3000, timeToLive: "1 second" })
        yield* store.setMany(Array.from({ length: 2000 }, (_, at) => [`${at}`, at]))
        yield* store.set("live", 1, { timeToLive: "1 minute" })
        yield* TestClock.adjust("1 second")
        const purging = yield* Effect.fork(store.purge)
        yield* turns(1)
        yield* Fiber.interrupt(purging)
        yield* store.purge
        assert.deepInclude(yield* store.stats, { expired: 2000, size: 1 })
        assert.deepStrictEqual(yield* store.keys, ["live"])
      }))

    it.scoped("clear and purge tell how many entries there were", () =>
      Effect.gen(function*() {
        for (const [live, expired] of [[0, 0], [2, 3], [1200, 0], [1, 1200], [0, 1200]] as const) {
          const { store } = yield* make({ maxSize: 3000 })
          const fill = Effect.zipRight(
            store.setMany(Array.from({ length: live }, (_, at) => [`l${at}`, at])),
            store.setMany(
              Array.from({ length: expired }, (_, at) => [`e${at}`, at, { timeToLive: "1 second" }] as const)
            )
          )
          yield* fill
          const before = (yield* store.stats).expired
          yield* TestClock.adjust("1 second")
          const byItself = (yield* store.stats).expired - before
          assert.strictEqual((yield* store.purge) + byItself, expired)
          assert.strictEqual(yield* store.purge, 0)
          assert.strictEqual(yield* store.clear, live)
          assert.strictEqual(yield* store.clear, 0)
          assert.deepInclude(yield* store.stats, { size: 0, cleared: live, expired })
        }
      }))
  })
}

const weighing = [
  ["Store", (options: Options) => Store.make<string, number>(options)],
  ["LeasedStore", (options: Options) => LeasedStore.make({ acquire: (_: string) => Effect.succeed(0), ...options })]
] as const

for (const [name, make] of weighing) {
  it.scoped(`${name}: limits are told as resize has set them`, () =>
    Effect.gen(function*() {
      const store = yield* make({ maxSize: 4 })
      assert.deepStrictEqual(yield* store.limits, { maxSize: 4, maxWeight: Infinity })
      yield* store.setMany([["a", 1], ["b", 2], ["c", 3]])
      yield* store.resize({ maxSize: 2 })
      assert.deepStrictEqual(yield* store.limits, { maxSize: 2, maxWeight: Infinity })
      yield* store.resize({ maxWeight: 1 })
      assert.deepStrictEqual(yield* store.limits, { maxSize: 2, maxWeight: 1 })
      assert.instanceOf(yield* Effect.flip(store.resize({ maxSize: -1 })), CacheConfigError)
      assert.deepInclude(yield* store.stats, { maxSize: 2, size: 1, evicted: 2 })
    }))
}

describe("Store", () => {
  it.scoped("getMany looks up each key, as often as it is there", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ maxSize: 3 })
      yield* store.setMany([["a", 1], ["b", 2], ["c", 3]])
      assert.deepStrictEqual(yield* store.getMany(["a", "x", "a"]), [Option.some(1), Option.none(), Option.some(1)])
      assert.deepStrictEqual(yield* store.keys, ["b", "c", "a"])
      assert.deepInclude(yield* store.stats, { hits: 2, misses: 1 })
      const many = yield* store.getMany(Array.from({ length: 1500 }, (_, at) => at === 1400 ? "b" : "x"))
      assert.deepStrictEqual(many[1400], Option.some(2))
      assert.lengthOf(many.filter(Option.isNone), 1499)
      assert.instanceOf(yield* Effect.flip(store.getMany(untyped("ab"))), CacheConfigError)
    }))

  it.scoped("getOrInsert gives what is there, or writes", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ maxWeight: 10, weigher: (_, value) => value })
      assert.strictEqual(yield* store.getOrInsert("a", 1, { timeToLive: "1 second" }), 1)
      assert.strictEqual(yield* store.getOrInsert("a", 2), 1)
      assert.deepInclude(yield* store.stats, { hits: 1, misses: 1, insertions: 1 })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* store.getOrInsert("a", 2), 2)
      assert.strictEqual((yield* Effect.flip(store.getOrInsert("b", 11)))._tag, "EntryTooLargeError")
      // What it writes wins over a computation that began before.
      const latch = yield* Deferred.make<number>()
      const caller = yield* Effect.fork(store.getOrCompute("c", Deferred.await(latch)))
      yield* turns(5)
      assert.strictEqual(yield* store.getOrInsert("c", 3), 3)
      yield* Deferred.succeed(latch, 4)
      assert.strictEqual(yield* Fiber.join(caller), 4)
      assert.strictEqual(yield* store.get("c"), 3)
    }))

  it.scoped("expire leaves what may be given out stale, for as long as at the end of its time", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({
        timeToLive: "1 hour",
        staleWhileRevalidate: "10 seconds",
        staleIfError: "20 seconds"
      })
      yield* store.setMany([["a", 1], ["b", 1]])
      yield* store.expire("a")
      assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
      assert.isFalse(yield* store.invalidateWhen("a", (value) => value === 2))
      // Its time was over before: it does not begin anew.
      yield* TestClock.adjust("5 seconds")
      yield* store.expire("a")
      assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed(2)), 1)
      yield* turns(5)
      assert.strictEqual(yield* store.get("a"), 2)
      yield* store.expire("b")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* store.stats).size, 2)
      assert.strictEqual(yield* store.getOrCompute("b", Effect.die("down")), 1)
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(store.getOrCompute("b", Effect.die("down")))))
      assert.deepInclude(yield* store.stats, { size: 1, expired: 1 })
    }))
})

describe("LeasedStore", () => {
  it.scoped("a value that was expired or invalidated is released when its lease has ended", () =>
    Effect.gen(function*() {
      const released: Array<string> = []
      const store = yield* LeasedStore.make({
        acquire: (key: string) => Effect.succeed(key),
        release: () => Effect.sync(() => released.push("released"))
      })
      for (const remove of [store.expire("a"), store.invalidate("a"), store.invalidateWhen("a", () => true)]) {
        yield* store.use("a", () => Effect.zipRight(remove, turns(10)))
        assert.deepStrictEqual(released.splice(0), [])
        yield* turns(10)
        assert.deepStrictEqual(released.splice(0), ["released"])
      }
    }))

  it.scoped("a value whose time to live was shortened is released without anybody asking", () =>
    Effect.gen(function*() {
      const released: Array<number> = []
      const store = yield* LeasedStore.make({
        timeToLive: "1 hour",
        acquire: (_: string) => Effect.succeed(0),
        release: () => Effect.clockWith((clock) => Effect.map(clock.currentTimeMillis, (now) => released.push(now)))
      })
      yield* store.use("a", () => Effect.void)
      yield* store.use("b", () => Effect.void)
      yield* store.setTimeToLive("a", "10 seconds")
      yield* store.setExpiresAt("b", 20_000)
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual(released, [])
      for (let at = 0; at < 20; at++) yield* TestClock.adjust("1 second")
      yield* turns(20)
      assert.deepStrictEqual(released, [10_000, 20_000])
    }))
})
