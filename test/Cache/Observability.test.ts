import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Chunk,
  Config,
  ConfigProvider,
  Context,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  Option,
  Scope,
  Stream,
  TestClock
} from "effect"
import { CacheMetrics, LeasedStore, type LeasedStoreEvent, Store, type StoreEvent } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"
import { counted, gauged, timed } from "../support/measured.js"

/** Listens, does something, and returns what was heard of it. */
const heardOf = <A>(
  store: { readonly events: Stream.Stream<A> },
  count: number,
  action: Effect.Effect<unknown, unknown>
) =>
  Effect.gen(function*() {
    const listening = yield* Effect.fork(Stream.runCollect(Stream.take(store.events, count)))
    for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow()
    yield* Effect.exit(action)
    return Chunk.toReadonlyArray(yield* Fiber.join(listening))
  })

describe("events", () => {
  it.scoped("tell what enters and leaves, and why, in order", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ maxSize: 2, maxWeight: 10, weigher: (_, value) => value })
      const events = yield* heardOf(
        store,
        9,
        Effect.gen(function*() {
          yield* store.set("a", 1)
          yield* store.set("a", 2)
          yield* store.set("b", 2, { timeToLive: "1 second" })
          yield* store.set("c", 3)
          yield* Effect.exit(store.set("d", 11))
          yield* TestClock.adjust("1 second")
          yield* store.purge
          yield* store.remove("c")
        })
      )
      const expected: ReadonlyArray<StoreEvent<string>> = [
        { _tag: "Inserted", key: "a" },
        { _tag: "Removed", key: "a", reason: "replaced" },
        { _tag: "Inserted", key: "a" },
        { _tag: "Inserted", key: "b" },
        { _tag: "Removed", key: "a", reason: "evicted" },
        { _tag: "Inserted", key: "c" },
        { _tag: "Rejected", key: "d", weight: 11 },
        { _tag: "Removed", key: "b", reason: "expired" },
        { _tag: "Removed", key: "c", reason: "deleted" }
      ]
      // The engine tells of a removal before the store tells of the write that caused it.
      assert.sameDeepMembers([...events], [...expected])
      assert.deepStrictEqual(
        events.filter(({ _tag }) => _tag === "Removed"),
        expected.filter(({ _tag }) => _tag === "Removed")
      )
    }))

  for (
    const [outcome, compute, cause] of [
      ["success", Effect.succeed(1), undefined],
      ["failure", Effect.fail("no"), Cause.fail("no")],
      ["defect", Effect.die("no"), Cause.die("no")],
      ["interruption", Effect.interrupt, undefined]
    ] as const
  ) {
    it.scoped(`tell how a computation ends: ${outcome}`, () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number, string>()
        const compute2 = Effect.zipRight(Effect.sleep("3 seconds"), compute)
        const events = yield* heardOf(
          store,
          2,
          Effect.gen(function*() {
            const asking = yield* Effect.fork(store.getOrCompute("a", compute2))
            yield* Effect.yieldNow()
            yield* TestClock.adjust("3 seconds")
            yield* Fiber.await(asking)
          })
        )
        assert.deepStrictEqual(events, [
          { _tag: "ComputationStarted", key: "a" },
          { _tag: "ComputationEnded", key: "a", outcome, millis: 3000, ...(cause === undefined ? {} : { cause }) }
        ])
      }))
  }

  it.scoped("a slow listener loses what comes while it is behind; nobody is blocked, nobody else loses anything", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<number, number>({ maxSize: 10_000, eventCapacity: 4 })
      const gate = yield* Effect.makeLatch(false)
      const slow = yield* store.events.pipe(
        Stream.tap(() => gate.await),
        Stream.take(5),
        Stream.runCollect,
        Effect.fork
      )
      const quick = yield* Effect.fork(Stream.runCollect(Stream.take(store.events, 1000)))
      for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow()
      for (let key = 0; key < 1000; key++) {
        yield* store.set(key, key)
        yield* Effect.yieldNow()
      }
      assert.strictEqual(Chunk.toReadonlyArray(yield* Fiber.join(quick)).length, 1000)
      yield* gate.open
      for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow()
      yield* store.set(1000, 1000)
      const heard = Chunk.toReadonlyArray(yield* Fiber.join(slow))
      assert.isTrue(heard.some((event) => event._tag === "Inserted" && event.key < 10))
    }))

  it.effect("end with the store", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const store = yield* Scope.extend(Store.make<string, number>(), scope)
      const listening = yield* Effect.fork(Stream.runDrain(store.events))
      for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow()
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(listening)) || Option.isSome(yield* Fiber.poll(listening)))
    }))

  it.scoped("a capacity that makes no sense is refused", () =>
    Effect.gen(function*() {
      for (const eventCapacity of [0, -1, 1.5, NaN]) {
        const error = yield* Effect.flip(Store.make({ eventCapacity }))
        assert.include(
          error.message,
          `eventCapacity is ${eventCapacity}, but must be a whole number, 1 or more`
        )
      }
    }))
})

describe("metrics", () => {
  const tier = { "cache.tier": "memory" }
  const hit = { "cache.outcome": "hit", ...tier }
  const miss = { "cache.outcome": "miss" }
  const because = (reason: string) => ({ ...tier, "cache.reason": reason })

  const caches = {
    Store: (name: string) => Store.make<string, number>({ name, maxSize: 2, metrics: true }),
    TtlDict: (name: string) =>
      TtlDict.make<string, number>({ name, maxSize: 2, metrics: true, onRemoval: () => Effect.void })
  }
  for (const [kind, make] of Object.entries(caches)) {
    it.scoped(`of a ${kind} keep step with the counters, tagged with the name`, () =>
      Effect.gen(function*() {
        const name = `metrics of ${kind}`
        const cache = yield* make(name)
        yield* cache.getOption("a")
        yield* cache.getOrCompute("a", Effect.succeed(1))
        yield* cache.get("a")
        yield* cache.set("b", 1)
        yield* cache.set("b", 2)
        yield* cache.set("c", 1)
        const { hits, insertions, misses, evicted, replaced } = yield* cache.stats
        assert.deepStrictEqual([hits, misses, insertions, evicted, replaced], [1, 2, 3, 1, 1])
        assert.strictEqual(yield* counted(CacheMetrics.lookups, name, hit), hits)
        assert.strictEqual(yield* counted(CacheMetrics.lookups, name, miss), misses)
        assert.strictEqual(yield* counted(CacheMetrics.insertions, name, tier), insertions)
        assert.strictEqual(yield* counted(CacheMetrics.removals, name, because("evicted")), evicted)
        assert.strictEqual(yield* counted(CacheMetrics.removals, name, because("replaced")), replaced)
        assert.strictEqual(yield* gauged(CacheMetrics.entryCount, name), 2)
        assert.strictEqual(yield* gauged(CacheMetrics.entryLimit, name), 2)
      }))

    it.effect(`of a ${kind} say that nothing is there when the last one of the name has closed`, () =>
      Effect.gen(function*() {
        const name = `closed ${kind}`
        const entries = gauged(CacheMetrics.entryCount, name)
        const filled = Effect.gen(function*() {
          const cache = yield* make(name)
          yield* cache.set("a", 1)
        })
        const first = yield* Scope.make()
        const second = yield* Scope.make()
        yield* Scope.extend(filled, first)
        yield* Scope.extend(filled, second)
        yield* Scope.close(first, Exit.void)
        assert.strictEqual(yield* entries, 1)
        yield* Scope.close(second, Exit.void)
        assert.strictEqual(yield* entries, 0)
        assert.strictEqual(yield* counted(CacheMetrics.insertions, name, tier), 2)
        yield* Effect.scoped(Effect.zipRight(filled, Effect.map(entries, (there) => assert.strictEqual(there, 1))))
        assert.strictEqual(yield* entries, 0)
      }))
  }

  it.scoped("are off by default", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ name: "metrics off" })
      yield* store.getOption("a")
      assert.strictEqual(yield* counted(CacheMetrics.lookups, "metrics off", miss), 0)
    }))
})

describe("layers", () => {
  class Tenant extends Context.Tag("Tenant")<Tenant, string>() {}
  class Answers extends Context.Tag("Answers")<Answers, Store.Store<string, string>>() {
    static readonly layer = Store.layer(Answers, { maxSize: 1 })
    static readonly fromConfig = Store.layerConfig(Answers, {
      name: Config.succeed("answers"),
      maxSize: Config.integer("MAX_SIZE"),
      timeToLive: Config.duration("TTL")
    })
  }

  it.effect("a store as a service, whose computations bring along what they need", () =>
    Effect.gen(function*() {
      const answers = yield* Answers
      const asked = answers.getOrCompute("who", Tenant)
      assert.strictEqual(yield* Effect.provideService(asked, Tenant, "the caller's"), "the caller's")
    }).pipe(Effect.provide(Answers.layer)))

  it.effect("from Config", () =>
    Effect.gen(function*() {
      const answers = yield* Answers
      yield* answers.set("a", "1")
      yield* answers.set("b", "2")
      assert.deepStrictEqual(yield* answers.keys, ["b"])
      yield* TestClock.adjust(Duration.seconds(90))
      assert.strictEqual(yield* answers.size, 0)
    }).pipe(
      Effect.provide(Answers.fromConfig.pipe(
        Layer.provide(
          Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["MAX_SIZE", "1"], ["TTL", "90 seconds"]])))
        )
      ))
    ))

  it.effect("a bad option in Config is a CacheConfigError", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Answers.fromConfig)))
      assert.include(String(error), "answers: maxSize is -1")
    }).pipe(
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["MAX_SIZE", "-1"], ["TTL", "1 second"]])))
    ))
})

describe("a leased store", () => {
  it.scoped("tells what is acquired, enters, leaves and is released", () =>
    Effect.gen(function*() {
      const store = yield* LeasedStore.make({
        maxSize: 2,
        maxWeight: 10,
        weigher: (_: string, value: number) => value,
        acquire: (key: string) => key === "bad" ? Effect.fail("no") : Effect.succeed(1),
        release: (key) => key === "c" ? Effect.fail("no") : Effect.void
      })
      const events = yield* heardOf(
        store,
        15,
        Effect.gen(function*() {
          yield* Effect.exit(store.use("bad", Effect.succeed))
          yield* store.use("a", Effect.succeed)
          yield* store.use("b", () => store.set("c", 2))
          yield* Effect.exit(store.set("d", 11))
          yield* store.remove("c")
          yield* store.set("b", 3)
        })
      )
      const expected: ReadonlyArray<LeasedStoreEvent<string>> = [
        { _tag: "ComputationStarted", key: "bad" },
        { _tag: "ComputationEnded", key: "bad", outcome: "failure", millis: 0, cause: Cause.fail("no") },
        { _tag: "ComputationStarted", key: "a" },
        { _tag: "ComputationEnded", key: "a", outcome: "success", millis: 0 },
        { _tag: "Inserted", key: "a" },
        { _tag: "ComputationStarted", key: "b" },
        { _tag: "ComputationEnded", key: "b", outcome: "success", millis: 0 },
        { _tag: "Inserted", key: "b" },
        { _tag: "Removed", key: "a", reason: "evicted" },
        { _tag: "Inserted", key: "c" },
        { _tag: "Rejected", key: "d", weight: 11 },
        { _tag: "Removed", key: "c", reason: "deleted" },
        { _tag: "Removed", key: "b", reason: "replaced" },
        { _tag: "Inserted", key: "b" },
        { _tag: "Released", key: "a", reason: "evicted", outcome: "success" },
        { _tag: "Released", key: "c", reason: "deleted", outcome: "failure" },
        { _tag: "Released", key: "b", reason: "replaced", outcome: "success" }
      ]
      // Releases run in the background: they are told when they are done.
      const without = (list: ReadonlyArray<LeasedStoreEvent<string>>) => list.filter(({ _tag }) => _tag !== "Released")
      assert.deepStrictEqual(without(events), without(expected).slice(0, without(events).length))
      for (const event of events) assert.deepInclude(expected, event)
    }))

  it.effect("tells of the releases at its end, and then ends its events", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const store = yield* Scope.extend(
        LeasedStore.make({ acquire: (_: string) => Effect.succeed(1), releaseTimeout: "1 second" }),
        scope
      )
      yield* store.use("a", Effect.succeed)
      const listening = yield* Effect.fork(Stream.runCollect(store.events))
      for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow()
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(listening)), [
        { _tag: "Removed", key: "a", reason: "cleared" },
        { _tag: "Released", key: "a", reason: "closed", outcome: "success" }
      ])
    }))

  it.scoped("tells of a release that was given up", () =>
    Effect.gen(function*() {
      const store = yield* LeasedStore.make({
        acquire: (_: string) => Effect.succeed(1),
        release: () => Effect.never,
        releaseTimeout: "1 second"
      })
      const events = yield* heardOf(
        store,
        3,
        Effect.zipRight(
          store.set("a", 1),
          Effect.zipRight(store.clear, Effect.zipRight(Effect.yieldNow(), TestClock.adjust("1 second")))
        )
      )
      assert.deepStrictEqual(events.at(-1), { _tag: "Released", key: "a", reason: "cleared", outcome: "timeout" })
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))

  it.scoped("tells how many leases each value has", () =>
    Effect.gen(function*() {
      const store = yield* LeasedStore.make({ acquire: (key: string) => Effect.succeed(key.length) })
      yield* store.lease("a")
      yield* store.lease("a")
      yield* Effect.scoped(store.lease("bb"))
      const seen = yield* store.use("a", () => store.leases)
      assert.deepStrictEqual(seen, [{ key: "bb", value: 2, leases: 0 }, { key: "a", value: 1, leases: 2 }])
    }))

  it.scoped("keeps metrics when it is asked to", () =>
    Effect.gen(function*() {
      const name = "leases on"
      const store = yield* LeasedStore.make({ name, maxSize: 1, metrics: true, acquire: Effect.succeed<string> })
      yield* store.use("a", Effect.succeed)
      yield* store.use("a", Effect.succeed)
      yield* store.use("b", Effect.succeed)
      const tier = { "cache.tier": "memory" }
      const { hits, misses } = yield* store.stats
      assert.deepStrictEqual([hits, misses], [1, 2])
      assert.strictEqual(yield* counted(CacheMetrics.lookups, name, { "cache.outcome": "hit", ...tier }), 1)
      assert.strictEqual(yield* counted(CacheMetrics.lookups, name, { "cache.outcome": "miss" }), 2)
      assert.strictEqual(yield* counted(CacheMetrics.insertions, name, tier), 2)
      assert.strictEqual(yield* counted(CacheMetrics.removals, name, { ...tier, "cache.reason": "evicted" }), 1)
      assert.strictEqual(
        (yield* timed(CacheMetrics.computationDuration, name, { "cache.outcome": "success" })).count,
        2
      )
      assert.strictEqual(yield* gauged(CacheMetrics.entryCount, name), 1)
      yield* store.use(
        "b",
        () =>
          Effect.flatMap(TestClock.adjust("10 seconds"), () =>
            Effect.map(gauged(CacheMetrics.leasedCount, name), (leased) => assert.strictEqual(leased, 1)))
      )
    }))

  it.scoped("asks for the options of a lease only when there is no value", () =>
    Effect.gen(function*() {
      const store = yield* LeasedStore.make({ acquire: (_: string) => Effect.succeed(1) })
      let asked = 0
      const options = () => {
        asked++
        return { acquire: Effect.succeed(2) }
      }
      assert.strictEqual(yield* store.use("a", Effect.succeed, options), 2)
      assert.strictEqual(yield* store.use("a", Effect.succeed, options), 2)
      assert.strictEqual(yield* store.lease("a", options), 2)
      assert.strictEqual(asked, 1)
      assert.strictEqual(yield* store.lease("b", options), 2)
      assert.strictEqual(asked, 2)
    }))

  it.scoped("a bad eventCapacity is a CacheConfigError", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        LeasedStore.make({ acquire: (_: string) => Effect.succeed(1), eventCapacity: 0 })
      )
      assert.strictEqual(
        error.message,
        "LeasedStore: eventCapacity is 0, but must be a whole number, 1 or more"
      )
    }))
})
