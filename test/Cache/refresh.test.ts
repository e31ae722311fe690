import { assert, describe, it } from "@effect/vitest"
import {
  Context,
  Deferred,
  type Duration,
  Effect,
  Exit,
  Fiber,
  Option,
  Predicate,
  Schema,
  type Scope,
  TestClock
} from "effect"
import { type CacheReentryError, LeasedStore, Store } from "effect-aws-cache/Cache"
import { Keyspace } from "effect-aws-cache/S3Store"
import { type CacheValueError, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { turns } from "../support/until.js"
import { type Handle, Ledger } from "./Ledger.js"

type Refreshed = Pick<
  Store.Store<string, string, string>,
  "get" | "getOption" | "getOrCompute" | "getManyOrCompute" | "refresh" | "remove"
>

interface Common {
  readonly hits: number
  readonly misses: number
  readonly coalesced: number
  readonly inFlight: number
}

interface Made extends Refreshed {
  readonly set: (key: string, value: string) => Effect.Effect<void>
  readonly stats: Effect.Effect<Common>
}

type Options = Pick<
  Store.Options<string, string, string>,
  "timeToLive" | "staleIfError" | "staleWhileRevalidate" | "failureTimeToLive" | "refreshAhead" | "jitter"
>

const stores = [
  [
    "Store",
    (options: Options = {}) =>
      Effect.map(
        Store.make<string, string, string>({
          ...options,
          failure: Predicate.isString,
          maxWeight: 100,
          weigher: (_, value) => value.length,
          failureWeigher: () => 1
        }),
        (store): Made => ({ ...store, set: (key, value) => Effect.orDie(store.set(key, value)) })
      )
  ],
  [
    "TtlDict",
    ({ timeToLive, ...options }: Options = {}) =>
      Effect.map(
        TtlDict.make<string, string, string>({
          ...options,
          failure: Predicate.isString,
          timeToLive: typeof timeToLive === "function" ? undefined : timeToLive,
          maxBytes: 100,
          weigher: (_, value) => value.length,
          failureWeigher: () => 1
        }),
        (dict): Made => ({ ...dict, set: (key, value) => Effect.orDie(dict.set(key, value)) })
      )
  ]
] as const

const aMinute = { timeToLive: "1 minute" } as const

const gated = (value: Effect.Effect<string, string>) =>
  Effect.map(Deferred.make<void>(), (gate) => {
    const counted = { runs: 0 }
    const compute = Effect.suspend(() => {
      counted.runs++
      return Effect.zipRight(Deferred.await(gate), value)
    })
    return { compute, counted, open: Deferred.succeed(gate, undefined) }
  })

describe("refresh", () => {
  for (const [what, make] of stores) {
    it.scoped(`lets the old value serve until the new one is there: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make(aMinute)
        yield* store.set("a", "old")
        yield* TestClock.adjust("40 seconds")
        const { compute, counted, open } = yield* gated(Effect.succeed("new"))
        const refreshed = yield* Effect.fork(store.refresh("a", compute))
        yield* turns(20)
        assert.strictEqual(yield* store.get("a"), "old")
        assert.strictEqual(yield* store.getOrCompute("a", Effect.die("computed")), "old")
        assert.deepStrictEqual(
          yield* store.getManyOrCompute(["a"], () => Effect.die("loaded")),
          [Option.some("old")]
        )
        yield* open
        assert.strictEqual(yield* Fiber.join(refreshed), "new")
        assert.strictEqual(yield* store.get("a"), "new")
        assert.strictEqual(counted.runs, 1)
        // Its time to live began anew.
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(yield* store.get("a"), "new")
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
      }))

    it.scoped(`computes what is not there yet, and is neither a hit nor a miss: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make()
        assert.strictEqual(yield* store.refresh("a", Effect.succeed("1")), "1")
        assert.strictEqual(yield* store.refresh("a", Effect.succeed("2")), "2")
        const { coalesced, hits, inFlight, misses } = yield* store.stats
        assert.deepStrictEqual([hits, misses, coalesced, inFlight], [0, 0, 0, 0])
        assert.strictEqual(yield* store.get("a"), "2")
      }))

    it.scoped(`may give the new value a time to live of its own: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make(aMinute)
        yield* store.refresh("a", Effect.succeed("1"), { timeToLive: "1 second" })
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
        yield* store.set("a", "2")
        assert.strictEqual(yield* store.refresh("a", Effect.succeed("3"), { timeToLive: 0 }), "3")
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
      }))

    it.scoped(`waits for what is under way, and shares the next computation with all who refresh the key: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make()
        const { compute, counted, open } = yield* gated(Effect.as(turns(1), "new"))
        const first = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* turns(5)
        const others = yield* Effect.forkAll([
          store.refresh("a", compute),
          store.refresh("a", compute),
          store.getOrCompute("a", compute)
        ])
        yield* turns(5)
        yield* open
        assert.strictEqual(yield* Fiber.join(first), "new")
        assert.deepStrictEqual(yield* Fiber.join(others), ["new", "new", "new"])
        assert.strictEqual(counted.runs, 2)
        assert.strictEqual((yield* store.stats).coalesced, 2)
        const slowly = Effect.zipRight(turns(1), compute)
        yield* Effect.all(Array.from({ length: 10 }, () => store.refresh("b", slowly)), { concurrency: "unbounded" })
        assert.strictEqual(counted.runs, 4)
      }))

    it.scoped(`tells its failure, and leaves the old value: ${what}`, () =>
      Effect.gen(function*() {
        for (const options of [{}, aMinute] as const) {
          const store = yield* make(options)
          yield* store.set("a", "old")
          assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.fail("offline"))), Exit.fail("offline"))
          assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.die("bug"))), Exit.die("bug"))
          assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed("new")), "old")
          assert.strictEqual(yield* store.refresh("a", Effect.succeed("new")), "new")
        }
      }))

    it.scoped(`leaves the old value when it dies, and puts a failure in its place that is remembered: ${what}`, () =>
      Effect.gen(function*() {
        for (const options of [{}, aMinute] as const) {
          const store = yield* make({ ...options, failureTimeToLive: "1 minute" })
          yield* store.set("a", "old")
          assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.die("bug"))), Exit.die("bug"))
          assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed("new")), "old")
          assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.fail("gone"))), Exit.fail("gone"))
          assert.deepStrictEqual(yield* Effect.exit(store.getOrCompute("a", Effect.succeed("new"))), Exit.fail("gone"))
          assert.strictEqual(yield* store.refresh("a", Effect.succeed("new")), "new")
        }
      }))

    it.scoped(`tells its failure where others get a value in its place: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make({ ...aMinute, staleIfError: "1 hour" })
        yield* store.set("a", "old")
        assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.fail("offline"))), Exit.fail("offline"))
        yield* TestClock.adjust("2 minutes")
        const { compute, open } = yield* gated(Effect.fail("offline"))
        const refreshed = yield* Effect.fork(Effect.exit(store.refresh("a", compute)))
        yield* turns(5)
        const computed = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* turns(5)
        yield* open
        assert.deepStrictEqual(yield* Fiber.join(refreshed), Exit.fail("offline"))
        assert.strictEqual(yield* Fiber.join(computed), "old")
      }))

    it.scoped(`computes anew after a failure that is remembered, and remembers its own: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make({ failureTimeToLive: "1 minute" })
        yield* Effect.exit(store.getOrCompute("a", Effect.fail("first")))
        assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.fail("second"))), Exit.fail("second"))
        assert.deepStrictEqual(
          yield* Effect.exit(store.getOrCompute("a", Effect.succeed("new"))),
          Exit.fail("second")
        )
        assert.strictEqual(yield* store.refresh("a", Effect.succeed("new")), "new")
        assert.strictEqual(yield* store.getOrCompute("a", Effect.fail("third")), "new")
      }))

    it.scoped(`does not bring refreshes in the background forward by failing: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make({ ...aMinute, refreshAhead: 0.5 })
        yield* store.set("a", "old")
        yield* Effect.exit(store.refresh("a", Effect.fail("offline")))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* store.getOrCompute("a", Effect.die("computed")), "old")
        assert.strictEqual((yield* store.stats).inFlight, 0)
      }))

    it.scoped(`goes on when who began it is interrupted, if others wait for it: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make()
        const { compute, counted, open } = yield* gated(Effect.succeed("new"))
        const first = yield* Effect.fork(store.refresh("a", compute))
        yield* turns(5)
        const second = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* turns(5)
        yield* Fiber.interrupt(first)
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
        yield* open
        assert.strictEqual(yield* Fiber.join(second), "new")
        assert.strictEqual(counted.runs, 1)
      }))

    it.scoped(`ends with the last who waits for it, and the old value stays: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make({ staleIfError: "1 hour", failureTimeToLive: "1 hour" })
        yield* store.set("a", "old")
        let interrupted = 0
        const compute = Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
        const callers = yield* Effect.forkAll([store.refresh("a", compute), store.refresh("a", compute)])
        yield* turns(5)
        yield* Fiber.interrupt(callers)
        assert.strictEqual(interrupted, 1)
        assert.strictEqual((yield* store.stats).inFlight, 0)
        assert.strictEqual(yield* store.get("a"), "old")
      }))

    it.scoped(`gives way to a write and a removal meanwhile: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make()
        yield* store.set("a", "old")
        const one = yield* gated(Effect.succeed("computed"))
        const first = yield* Effect.fork(store.refresh("a", one.compute))
        yield* turns(5)
        yield* store.set("a", "written")
        // Who comes after the write computes for himself.
        assert.strictEqual(yield* store.refresh("a", Effect.succeed("later")), "later")
        yield* one.open
        assert.strictEqual(yield* Fiber.join(first), "computed")
        assert.strictEqual(yield* store.get("a"), "later")
        const two = yield* gated(Effect.succeed("computed"))
        const second = yield* Effect.fork(store.refresh("a", two.compute))
        yield* turns(5)
        yield* store.remove("a")
        yield* two.open
        assert.strictEqual(yield* Fiber.join(second), "computed")
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
      }))

    it.scoped(`removes the old value when the new one is too large: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make()
        yield* store.set("a", "old")
        const large = "n".repeat(101)
        assert.strictEqual(yield* store.refresh("a", Effect.succeed(large)), large)
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed("again")), "again")
      }))

    it.scoped(`removes the old value when one that was computed in the background is too large: ${what}`, () =>
      Effect.gen(function*() {
        const large = "n".repeat(101)
        for (const many of [false, true]) {
          const store = yield* make({ timeToLive: "1 minute", staleWhileRevalidate: "1 hour", staleIfError: "1 hour" })
          yield* store.set("a", "old")
          yield* TestClock.adjust("2 minutes")
          const found = many
            ? Effect.map(store.getManyOrCompute(["a"], () => Effect.succeed([["a", large]])), ([found]) => found)
            : Effect.asSome(store.getOrCompute("a", Effect.succeed(large)))
          assert.deepStrictEqual(yield* found, Option.some("old"))
          yield* turns(5)
          assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed("again")), "again")
        }
      }))

    it.scoped(`a stale value does not take the place of one that is too large: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make({ timeToLive: "1 minute", staleIfError: "1 hour" })
        yield* store.set("a", "old")
        yield* TestClock.adjust("2 minutes")
        const large = "n".repeat(101)
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed(large)), large)
        assert.strictEqual(yield* Effect.flip(store.getOrCompute("a", Effect.fail("failed"))), "failed")
      }))

    it.scoped(`refuses to wait for itself: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make()
        yield* store.set("a", "old")
        const within: Effect.Effect<string, string> = Effect.suspend(() => store.refresh("a", within))
        const defect: CacheReentryError = yield* Effect.flip(
          Effect.catchAllDefect(Effect.orDie(store.refresh("a", within)), (defect) =>
            Effect.fail(defect as CacheReentryError))
        )
        assert.strictEqual(defect._tag, "CacheReentryError")
        assert.strictEqual(yield* store.get("a"), "old")
        // It finds the old one.
        yield* store.refresh(
          "a",
          Effect.map(Effect.orDie(store.get("a")), (old) =>
            `${old}er`)
        )
        assert.strictEqual(yield* store.get("a"), "older")
      }))

    it.scoped(`computes for itself where a load of many that it joined has no value: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make()
        const gate = yield* Deferred.make<void>()
        const many = yield* Effect.fork(store.getManyOrCompute(["a"], () => Effect.as(Deferred.await(gate), [])))
        yield* turns(5)
        const refreshed = yield* Effect.fork(store.refresh("a", Effect.succeed("new")))
        yield* turns(5)
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual(yield* Fiber.join(refreshed), "new")
        assert.deepStrictEqual(yield* Fiber.join(many), [Option.none()])
      }))

    it.scoped(`refuses options that there are not: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make()
        yield* store.set("a", "old")
        const wrong = { ttl: 5 } as object
        const error = yield* Effect.flip(store.refresh("a", Effect.die("computed"), wrong))
        assert.include(String(error), "ttl")
      }))
  }

  it.effect("is an operation of a class of dictionaries, which checks key and value", () => {
    class Names extends TtlDict.Service<Names>()("test/Names", {
      key: Schema.Struct({ id: Schema.Number }),
      value: Schema.NonEmptyString
    }) {}
    return Effect.gen(function*() {
      yield* Names.set({ id: 1 }, "Ada")
      assert.strictEqual(yield* Names.refresh({ id: 1 }, Effect.succeed("Grace")), "Grace")
      assert.strictEqual(yield* Names.get({ id: 1 }), "Grace")
      const error = yield* Effect.flip(Names.refresh({ id: 1 }, Effect.succeed("")))
      assert.strictEqual((error as CacheValueError)._tag, "CacheValueError")
      assert.strictEqual(yield* Effect.flip(Names.refresh({ id: 1 }, Effect.fail("offline"))), "offline")
      assert.strictEqual(yield* Names.get({ id: 1 }), "Grace")
    }).pipe(Effect.provide(Names.layer()))
  })

  it.effect("runs with what its caller has", () => {
    class Region extends Context.Tag("test/Region")<Region, string>() {}
    class Places extends Context.Tag("test/Places")<Places, Store.Store<string, string>>() {}
    return Effect.gen(function*() {
      const places = yield* Places
      assert.strictEqual(yield* Effect.provideService(places.refresh("a", Region), Region, "eu"), "eu")
    }).pipe(Effect.provide(Store.layer(Places)))
  })

  it("works without Effect: the function finds the old value, which stays when it throws", () => {
    let now = 0
    const dict = new SyncTtlDict<string, number>({ timeToLive: 1000, now: () => now })
    assert.strictEqual(dict.refresh("a", () => 1), 1)
    now = 999
    assert.strictEqual(dict.refresh("a", (key) => (dict.get(key) ?? 0) + 1), 2)
    now = 1998
    assert.strictEqual(dict.get("a"), 2)
    assert.throws(() =>
      dict.refresh("a", () => {
        throw new Error("offline")
      }), "offline")
    assert.throws(() => dict.refresh("a", (key) => dict.refresh(key, () => 3)), "waits for its own result")
    assert.throws(() => dict.refresh("a", () => Promise.resolve(3) as never), "promise")
    assert.throws(() => dict.refresh("a", () => 3, { ttl: 5 } as object), "ttl")
    assert.strictEqual(dict.get("a"), 2)
    assert.strictEqual(dict.refresh("a", () => (dict.set("a", 7), 3)), 3)
    assert.strictEqual(dict.get("a"), 7)
    assert.strictEqual(dict.stats.misses, 0)
  })
})

describe("refresh without Effect", () => {
  it("wins over a load that began before", async () => {
    const dict = new SyncTtlDict<string, number>()
    let end = (_: number) => {}
    const loaded = dict.fetch("a", () =>
      new Promise<number>((resolve) => {
        end = resolve
      }))
    assert.strictEqual(dict.refresh("a", () => 2), 2)
    end(1)
    assert.strictEqual(await loaded, 1)
    assert.strictEqual(dict.get("a"), 2)
  })
})

describe("refresh of a LeasedStore", () => {
  const make = Effect.gen(function*() {
    const ledger = new Ledger()
    const acquire = (key: string): Effect.Effect<Handle, string> => ledger.open(key)
    const store = yield* LeasedStore.make({ acquire, release: ledger.releaseOf })
    return { ledger, store }
  })

  it.scoped("lets the old value be leased until the new one is there, and releases it after its last lease", () =>
    Effect.gen(function*() {
      const { ledger, store } = yield* make
      const old = yield* store.use("a", Effect.succeed)
      const gate = yield* Deferred.make<void>()
      const done = yield* Deferred.make<void>()
      const user = yield* Effect.fork(store.use("a", () => Deferred.await(done)))
      const acquire = Effect.zipRight(Deferred.await(gate), ledger.open("a"))
      const refreshed = yield* Effect.fork(store.refresh("a", { acquire }))
      const another = yield* Effect.fork(store.refresh("a"))
      yield* turns(10)
      assert.strictEqual(yield* store.use("a", Effect.succeed), old)
      assert.deepStrictEqual(yield* store.useOption("a", Effect.succeed), Option.some(old))
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(refreshed)
      yield* Fiber.join(another)
      const next = yield* store.use("a", Effect.succeed)
      yield* turns(20)
      // The other one was called when the first had begun: it acquires once more.
      assert.strictEqual(ledger.handles.indexOf(next), 2)
      assert.deepStrictEqual(ledger.handles.map(({ releases }) => releases), [0, 1, 0])
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(user)
      yield* turns(20)
      assert.deepStrictEqual(ledger.handles.map(({ releases }) => releases), [1, 1, 0])
    }))

  it.scoped("tells its failure and its interruption, and leaves the old value", () =>
    Effect.gen(function*() {
      const { store } = yield* make
      const old = yield* store.use("a", Effect.succeed)
      assert.strictEqual(yield* Effect.flip(store.refresh("a", { acquire: Effect.fail("refused") })), "refused")
      assert.strictEqual(yield* store.use("a", Effect.succeed), old)
      const fiber = yield* Effect.fork(store.refresh("a", { acquire: Effect.interruptible(Effect.never) }))
      yield* turns(10)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* store.use("a", Effect.succeed), old)
      assert.strictEqual(old.releases, 0)
    }))

  it.scoped("acquires where there is none, and is neither a hit nor a miss", () =>
    Effect.gen(function*() {
      const { store } = yield* make
      yield* store.refresh("a")
      const { hits, leased, misses, size } = yield* store.stats
      assert.deepStrictEqual([hits, misses, size, leased], [0, 0, 1, 0])
    }))

  it.scoped("useOption and leaseOption wait for no acquisition", () =>
    Effect.gen(function*() {
      const { ledger, store } = yield* make
      const gate = yield* Deferred.make<void>()
      const acquire = Effect.zipRight(Deferred.await(gate), ledger.open("a"))
      const user = yield* Effect.fork(store.use("a", Effect.succeed, { acquire }))
      yield* turns(10)
      assert.deepStrictEqual(yield* store.useOption("a", Effect.succeed), Option.none())
      assert.deepStrictEqual(yield* Effect.scoped(store.leaseOption("a")), Option.none())
      yield* Deferred.succeed(gate, undefined)
      const handle = yield* Fiber.join(user)
      assert.deepStrictEqual(yield* store.useOption("a", Effect.succeed), Option.some(handle))
      assert.deepStrictEqual(yield* Effect.scoped(store.leaseOption("a")), Option.some(handle))
      assert.strictEqual(ledger.handles.length, 1)
    }))
})

describe("a new value that is too large", () => {
  it.scoped("LeasedStore: goes to who waits for it, and the old one leaves", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      const store = yield* LeasedStore.make({
        maxWeight: 10,
        weigher: (_: string, { id }: Handle) => id === 2 ? 11 : 1,
        acquire: ledger.open,
        release: ledger.releaseOf
      })
      yield* store.use("a", () => Effect.void)
      yield* store.refresh("a")
      assert.isFalse(yield* store.has("a"))
      yield* turns(5)
      assert.deepStrictEqual(ledger.released, [1, 2])
      assert.strictEqual(yield* store.use("a", ({ id }) => Effect.succeed(id)), 3)
    }))

  it("SyncTtlDict: is returned, and the old one leaves", async () => {
    const large = "n".repeat(11)
    let now = 0
    const dict = new SyncTtlDict<string, string>({
      maxBytes: 10,
      weigher: (_, value) => value.length,
      timeToLive: "1 minute",
      staleWhileRevalidate: "1 hour",
      now: () => now
    })
    const written = () => dict.set("a", "old")
    written()
    assert.strictEqual(dict.refresh("a", () => large), large)
    assert.isUndefined(dict.get("a"))
    written()
    assert.strictEqual(await dict.fetch("a", async () => large, { forceRefresh: true }), large)
    assert.isUndefined(dict.get("a"))
    written()
    now = 120_000
    assert.strictEqual(await dict.fetch("a", async () => large), "old")
    assert.strictEqual((await dict.settle({ within: "1 minute" })).open, 0)
    assert.strictEqual(await dict.fetch("a", async () => "again"), "again")
    // What is written is refused.
    assert.throws(() => dict.set("a", large))
    assert.strictEqual(dict.get("a"), "again")
  })

  it.scoped("S3Cache: what memory cannot hold is in the second level, and memory has nothing older", () =>
    Effect.gen(function*() {
      const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String, timeToLive: "1 hour" })
      const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore, { maxBytes: "4K" })
      const key = Texts.key("a")
      const large = "n".repeat(5000)
      for (
        const change of [
          cache.set(key, large),
          Effect.asVoid(cache.refresh(key, Effect.succeed(large)))
        ]
      ) {
        yield* cache.set(key, "old")
        assert.deepStrictEqual(yield* cache.getOption(key), Option.some("old"))
        yield* change
        assert.deepStrictEqual(yield* cache.getOption(key), Option.some(large))
      }
    }))
})

interface Removing {
  readonly remove: (key: string) => Effect.Effect<unknown, unknown>
  readonly invalidate: (key: string) => Effect.Effect<unknown>
  readonly invalidateWhen: (key: string, predicate: () => boolean) => Effect.Effect<unknown>
  readonly removeMany: (keys: Iterable<string>) => Effect.Effect<unknown>
  readonly expire: (key: string) => Effect.Effect<unknown>
  readonly pop: (key: string) => Effect.Effect<unknown, unknown, Scope.Scope>
  readonly popVictim: Effect.Effect<unknown, unknown, Scope.Scope>
  readonly popNewest?: Effect.Effect<unknown>
  readonly clear: Effect.Effect<unknown>
  readonly setTimeToLive: (key: string, timeToLive: Duration.DurationInput) => Effect.Effect<unknown, unknown>
  readonly setExpiresAt: (key: string, millis: number) => Effect.Effect<unknown, unknown>
}

const removals: Record<string, (store: Removing) => Effect.Effect<unknown, unknown, Scope.Scope>> = {
  remove: (store) => store.remove("a"),
  invalidate: (store) => store.invalidate("a"),
  invalidateWhen: (store) => store.invalidateWhen("a", () => true),
  removeMany: (store) => store.removeMany(["a"]),
  expire: (store) => store.expire("a"),
  pop: (store) => store.pop("a"),
  popVictim: (store) => store.popVictim,
  popNewest: (store) => store.popNewest ?? store.popVictim,
  clear: (store) => store.clear,
  setTimeToLive: (store) => store.setTimeToLive("a", 0),
  setExpiresAt: (store) => store.setExpiresAt("a", 0)
}

const removed: Record<
  string,
  Effect.Effect<
    Removing & {
      readonly set: (key: string, value: string) => Effect.Effect<unknown, unknown>
      readonly has: (key: string) => Effect.Effect<boolean>
      readonly anew: (key: string, latch: Effect.Effect<string>) => Effect.Effect<unknown>
    },
    unknown,
    Scope.Scope
  >
> = {
  Store: Effect.map(Store.make<string, string>(), (store) => ({ ...store, anew: store.refresh })),
  "Store, modify": Effect.map(Store.make<string, string>(), (store) => ({
    ...store,
    anew: (key, latch) => Effect.orDie(store.modify(key, () => latch))
  })),
  TtlDict: Effect.map(TtlDict.make<string, string>(), (dict) => ({ ...dict, anew: dict.refresh })),
  LeasedStore: Effect.map(LeasedStore.make({ acquire: (key: string) => Effect.succeed(key) }), (store) => ({
    ...store,
    anew: (key, acquire) => store.refresh(key, { acquire })
  }))
}

for (const [what, make] of Object.entries(removed)) {
  describe(`${what}: what was removed while it was computed anew stays away`, () => {
    for (const [verb, remove] of Object.entries(removals)) {
      it.scoped(`by ${verb}`, () =>
        Effect.gen(function*() {
          const store = yield* make
          yield* store.set("a", "old")
          const latch = yield* Deferred.make<string>()
          const computing = yield* Effect.fork(store.anew("a", Deferred.await(latch)))
          yield* turns(3)
          yield* remove(store)
          yield* Deferred.succeed(latch, "new")
          yield* Fiber.join(computing)
          assert.isFalse(yield* store.has("a"))
        }))
    }

    it.scoped("but a longer time to live is that of the old value", () =>
      Effect.gen(function*() {
        const store = yield* make
        yield* store.set("a", "old")
        const latch = yield* Deferred.make<string>()
        const computing = yield* Effect.fork(store.anew("a", Deferred.await(latch)))
        yield* turns(3)
        yield* store.setTimeToLive("a", "1 hour")
        yield* Deferred.succeed(latch, "new")
        yield* Fiber.join(computing)
        assert.isTrue(yield* store.has("a"))
      }))
  })
}

describe("SyncTtlDict: what was removed while it was computed anew stays away", () => {
  const verbs: Record<string, (dict: SyncTtlDict<string, string>) => unknown> = {
    delete: (dict) => dict.delete("a"),
    expire: (dict) => dict.expire("a"),
    pop: (dict) => dict.pop("a"),
    popVictim: (dict) => dict.popVictim(),
    popNewest: (dict) => dict.popNewest(),
    clear: (dict) => dict.clear(),
    setTimeToLive: (dict) => dict.setTimeToLive("a", 0),
    setExpiresAt: (dict) => dict.setExpiresAt("a", 0)
  }
  for (const [verb, remove] of Object.entries(verbs)) {
    it(`by ${verb}`, async () => {
      const dict = new SyncTtlDict<string, string>()
      dict.set("a", "old")
      assert.strictEqual(
        dict.refresh("a", () => {
          remove(dict)
          return "new"
        }),
        "new"
      )
      assert.isFalse(dict.has("a"))
      dict.set("a", "old")
      const fetching = dict.fetch("a", async () => "new", { forceRefresh: true })
      remove(dict)
      assert.strictEqual(await fetching, "new")
      assert.isFalse(dict.has("a"))
    })
  }
})
