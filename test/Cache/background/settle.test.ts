import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Option, Schema, Scope, TestClock } from "effect"
import { Background, LeasedStore, type Settled, type SettleOptions, Store } from "effect-aws-cache/Cache"
import { type Dict, TtlDict } from "effect-aws-cache/Ttl"
import { settled } from "../../support/settled.js"

const turns = Effect.repeatN(Effect.yieldNow(), 30)

interface Gate {
  /** Waits until the gate is opened. */
  readonly await: Effect.Effect<void>
  readonly open: Effect.Effect<unknown>
}

/** A cache in which something goes on in the background until a gate is opened. */
interface GoingOn {
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled>
  /** Begins something later, which ends by itself after so long. */
  readonly beginMore: Effect.Effect<unknown, unknown, Scope.Scope>
  readonly counted: Settled
}

const slow = Effect.delay(Effect.succeed(1), "1 hour")

const goingOn: Record<string, (gate: Gate) => Effect.Effect<GoingOn, unknown, Scope.Scope>> = {
  "a computation of a Store": (gate) =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      yield* Effect.fork(store.getOrCompute("a", Effect.as(gate.await, 1)))
      return {
        settle: store.settle,
        beginMore: Effect.fork(store.getOrCompute("b", slow)),
        counted: settled({ computations: 1 })
      }
    }),
  "a refresh of a Store that nobody waits for": (gate) =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ timeToLive: "1 minute", staleWhileRevalidate: "1 day" })
      yield* store.set("a", 0)
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* store.getOrCompute("a", Effect.as(gate.await, 1)), 0)
      return {
        settle: store.settle,
        beginMore: Effect.fork(store.getOrCompute("b", slow)),
        counted: settled({ computations: 1 })
      }
    }),
  "many keys of a Store": (gate) =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      yield* Effect.fork(store.getManyOrCompute(
        ["a", "b", "c"],
        (keys) => Effect.as(gate.await, keys.map((key) => [key, 1] as const))
      ))
      return {
        settle: store.settle,
        beginMore: Effect.fork(store.getOrCompute("d", slow)),
        counted: settled({ computations: 3 })
      }
    }),
  "an acquisition": (gate) =>
    Effect.gen(function*() {
      const store = yield* LeasedStore.make({
        acquire: (key: string) => key === "a" ? Effect.as(gate.await, 1) : slow
      })
      yield* Effect.fork(store.use("a", () => Effect.void))
      return {
        settle: store.settle,
        beginMore: Effect.fork(store.use("b", () => Effect.void)),
        counted: settled({ computations: 1 })
      }
    }),
  "releases, of which one runs and one waits": (gate) =>
    Effect.gen(function*() {
      const store = yield* LeasedStore.make<string, string>({
        acquire: Effect.succeed,
        release: (key, _, reason) => key === "later" && reason === "deleted" ? slow : gate.await,
        releaseConcurrency: 1,
        releaseTimeout: Infinity
      })
      for (const key of ["a", "b", "later"]) yield* store.use(key, () => Effect.void)
      yield* store.remove("a")
      yield* store.remove("b")
      return { settle: store.settle, beginMore: store.remove("later"), counted: settled({ releases: 2 }) }
    }),
  "a computation of a TtlDict": (gate) =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>()
      yield* Effect.fork(dict.getOrCompute("a", Effect.as(gate.await, 1)))
      return {
        settle: dict.settle,
        beginMore: Effect.fork(dict.getOrCompute("b", slow)),
        counted: settled({ computations: 1 })
      }
    }),
  "hooks of a TtlDict, of which one runs and one waits": (gate) =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>({
        onRemoval: (key) => key === "later" ? slow : gate.await
      })
      yield* dict.setMany([["a", 1], ["b", 1], ["later", 1]])
      yield* dict.removeMany(["a", "b"])
      return { settle: dict.settle, beginMore: dict.remove("later"), counted: settled({ hooks: 2 }) }
    })
}

describe("settle", () => {
  for (const [what, begin] of Object.entries(goingOn)) {
    const begun = Effect.gen(function*() {
      const opened = yield* Deferred.make<void>()
      const gate = { await: Deferred.await(opened), open: Deferred.succeed(opened, undefined) }
      const all = yield* begin(gate)
      // Before the cache closes, which waits for it.
      yield* Effect.addFinalizer(() => gate.open)
      yield* turns
      return { ...all, gate }
    })

    it.scoped(`waits for ${what}, and counts it when the time is over`, () =>
      Effect.gen(function*() {
        const { counted, gate, settle } = yield* begun
        const late = yield* Effect.fork(settle({ within: "5 seconds" }))
        yield* TestClock.adjust("4999 millis")
        assert.isTrue(Option.isNone(yield* Fiber.poll(late)))
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(yield* Fiber.join(late), counted)
        const [one, other] = [
          yield* Effect.fork(settle({ within: "1 hour" })),
          yield* Effect.fork(settle({ within: Infinity }))
        ]
        yield* TestClock.adjust("1 minute")
        assert.isTrue(Option.isNone(yield* Fiber.poll(one)))
        assert.isTrue(Option.isNone(yield* Fiber.poll(other)))
        yield* gate.open
        assert.deepStrictEqual(yield* Fiber.join(one), settled())
        assert.deepStrictEqual(yield* Fiber.join(other), settled())
        for (const within of [0, "1 second", Infinity] as const) {
          assert.deepStrictEqual(yield* settle({ within }), settled())
        }
      }))

    it.scoped(`only counts ${what} when it has no time`, () =>
      Effect.gen(function*() {
        const { counted, settle } = yield* begun
        for (const within of [0, "0 millis"] as const) {
          assert.deepStrictEqual(yield* settle({ within }), counted)
        }
      }))

    it.scoped(`waits for ${what}, and not for what begins later`, () =>
      Effect.gen(function*() {
        const { beginMore, gate, settle } = yield* begun
        const waiting = yield* Effect.fork(settle({ within: Infinity }))
        yield* turns
        yield* beginMore
        yield* turns
        yield* gate.open
        assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
        // It does go on.
        assert.strictEqual((yield* settle({ within: 0 })).open, 1)
        yield* TestClock.adjust("1 hour")
        yield* turns
        assert.deepStrictEqual(yield* settle({ within: 0 }), settled())
      }))

    it.scoped(`is bounded in a finalizer while there is ${what}, and interrupts nothing`, () =>
      Effect.gen(function*() {
        const { counted, gate, settle } = yield* begun
        const told = yield* Deferred.make<Settled>()
        const program = yield* Effect.fork(
          Effect.ensuring(
            Effect.never,
            Effect.flatMap(settle({ within: "3 seconds" }), (open) => Deferred.succeed(told, open))
          )
        )
        yield* turns
        yield* Effect.fork(Fiber.interrupt(program))
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual(yield* Deferred.await(told), counted)
        assert.deepStrictEqual(yield* settle({ within: 0 }), counted)
        const interrupted = yield* Effect.fork(settle({ within: Infinity }))
        yield* turns
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(interrupted)))
        assert.deepStrictEqual(yield* settle({ within: 0 }), counted)
        yield* gate.open
        assert.deepStrictEqual(yield* settle({ within: Infinity }), settled())
      }))
  }

  it.scoped("waits for a refresh in the background that a computation under way begins later", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ timeToLive: "1 minute", staleWhileRevalidate: "1 day" })
      yield* store.set("inner", 0)
      yield* TestClock.adjust("2 minutes")
      const [started, refreshed] = [yield* Deferred.make<void>(), yield* Deferred.make<number>()]
      const outer = Effect.zipRight(
        Deferred.await(started),
        store.getOrCompute("inner", Deferred.await(refreshed))
      )
      const caller = yield* Effect.fork(store.getOrCompute("outer", outer))
      yield* turns
      const waiting = yield* Effect.fork(store.settle({ within: Infinity }))
      yield* turns
      yield* Deferred.succeed(started, undefined)
      assert.strictEqual(yield* Fiber.join(caller), 0)
      yield* turns
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      assert.deepStrictEqual(yield* store.settle({ within: 0 }), settled({ computations: 1 }))
      yield* Deferred.succeed(refreshed, 1)
      assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
      assert.strictEqual(yield* store.get("inner"), 1)
    }))

  it.scoped("waits for the hooks that hooks lead to", () =>
    Effect.gen(function*() {
      const opened = yield* Deferred.make<void>()
      const told: Array<string> = []
      const dict: Dict<string, number> = yield* TtlDict.make<string, number>({
        onRemoval: (key) =>
          Effect.gen(function*() {
            if (key === "a") yield* dict.remove("b")
            if (key === "b") yield* Deferred.await(opened)
            told.push(key)
          }).pipe(Effect.orDie)
      })
      yield* dict.setMany([["a", 1], ["b", 1]])
      yield* dict.remove("a")
      const waiting = yield* Effect.fork(dict.settle({ within: Infinity }))
      yield* turns
      assert.deepStrictEqual(told, ["a"])
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* Deferred.succeed(opened, undefined)
      assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
      assert.deepStrictEqual(told, ["a", "b"])
    }))

  it.scoped("does not wait for itself: in a computation, in a release, and in a hook", () =>
    Effect.gen(function*() {
      const seen: Array<Settled> = []
      const saw = (settle: Effect.Effect<Settled>) => Effect.map(settle, (one) => void seen.push(one))
      const store: Store.Store<string, void> = yield* Store.make<string, void>()
      yield* store.getOrCompute("a", Effect.suspend(() => saw(store.settle({ within: Infinity }))))
      const leased: LeasedStore.LeasedStore<string, string> = yield* LeasedStore.make<string, string>({
        acquire: Effect.succeed,
        release: () => saw(leased.settle({ within: Infinity }))
      })
      yield* leased.use("a", () => Effect.void)
      yield* leased.remove("a")
      yield* leased.settle({ within: Infinity })
      const dict: Dict<string, number> = yield* TtlDict.make<string, number>({
        onRemoval: () => saw(dict.settle({ within: Infinity }))
      })
      yield* dict.set("a", 1)
      yield* dict.remove("a")
      yield* dict.settle({ within: Infinity })
      assert.deepStrictEqual(seen, [settled(), settled(), settled()])
    }))

  it.scoped("of what has closed returns", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const all = yield* Scope.extend(
        Effect.all([
          Store.make(),
          TtlDict.make({ onRemoval: () => Effect.void }),
          LeasedStore.make({ acquire: Effect.succeed })
        ]),
        scope
      )
      yield* Scope.close(scope, Exit.void)
      for (const { settle } of all) assert.deepStrictEqual(yield* settle({ within: Infinity }), settled())
    }))
})

class Prices extends Context.Tag("test/Prices")<Prices, Store.Store<string, number>>() {
  static readonly layer = Store.layer(Prices, {})
}
class Rates extends TtlDict.Service<Rates>()("test/Rates", { key: Schema.String, value: Schema.Number }) {}

describe("Background", () => {
  it.effect("waits for all caches of a program that nobody names, also for what one begins in another", () =>
    Effect.gen(function*() {
      const prices = yield* Prices
      const rates = yield* Rates
      const [first, second] = [yield* Deferred.make<void>(), yield* Deferred.make<number>()]
      yield* Effect.fork(prices.getOrCompute(
        "a",
        Effect.as(
          Effect.zipRight(Deferred.await(first), Effect.forkDaemon(rates.getOrCompute("b", Deferred.await(second)))),
          1
        )
      ))
      yield* turns
      const late = yield* Effect.fork(Background.settle({ within: "1 second" }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(late), settled({ computations: 1 }))
      const waiting = yield* Effect.fork(Background.settle({ within: Infinity }))
      yield* Deferred.succeed(first, undefined)
      yield* turns
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      assert.deepStrictEqual(yield* Background.settle({ within: 0 }), settled({ computations: 1 }))
      yield* Deferred.succeed(second, 2)
      assert.deepStrictEqual(yield* Fiber.join(waiting), settled())
      assert.strictEqual(yield* rates.get("b"), 2)
    }).pipe(
      Effect.provide(
        Layer.merge(Prices.layer, Layer.provide(Rates.layer(), Layer.empty)).pipe(
          Layer.provideMerge(Background.layer)
        )
      )
    ))

  it.scoped("forgets a cache that has closed", () =>
    Effect.gen(function*() {
      const background = yield* Background
      const scope = yield* Scope.make()
      const store = yield* Scope.extend(Store.make<string, number>(), scope)
      yield* Effect.fork(store.getOrCompute("a", Effect.never))
      yield* turns
      assert.deepStrictEqual(yield* background.settle({ within: 0 }), settled({ computations: 1 }))
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* background.settle({ within: Infinity }), settled())
    }).pipe(Effect.provide(Background.layer)))
})
