import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option, Predicate, Scope, TestClock } from "effect"
import { LeasedStore } from "effect-aws-cache/Cache"
import { LeasedValue } from "../../src/Cache/lease/LeasedValue.js"
import { turns, until } from "../support/until.js"
import { type Handle, Ledger } from "./Ledger.js"

// What caches and maps of resources have got wrong, each named by the thread it was reported in.

type Handles = LeasedStore.LeasedStore<string, Handle>

const id = (handle: Handle) => Effect.succeed(handle.id)

const finalizersOf = (scope: Scope.Scope): number => {
  const state: unknown = Reflect.get(scope, "state")
  const finalizers = Predicate.hasProperty(state, "finalizers") ? state.finalizers : undefined
  if (!(finalizers instanceof Map)) throw new TypeError("a scope does not keep its finalizers in a map any more")
  return finalizers.size
}

describe("LeasedStore: what others got wrong", () => {
  for (const timeToLive of ["1 minute", undefined] as const) {
    it.effect(
      `invalidated while borrowed, acquired again: the old borrower leaves the new value alone, both are released${
        timeToLive === undefined ? "" : ", with a time to live"
      } (Effect #7515, #7516, #7579)`,
      () =>
        Effect.gen(function*() {
          const ledger = new Ledger()
          const [owner, oldBorrower, newBorrower] = yield* Effect.all([Scope.make(), Scope.make(), Scope.make()])
          const store: Handles = yield* Scope.extend(
            LeasedStore.make({ acquire: ledger.open, release: ledger.releaseOf, timeToLive }),
            owner
          )
          yield* Scope.extend(store.lease("key"), oldBorrower)
          yield* store.remove("key")
          const { id: second } = yield* Scope.extend(store.lease("key"), newBorrower)
          yield* Scope.close(oldBorrower, Exit.void)
          yield* until(() => ledger.released.length === 1)
          assert.strictEqual(second, 2)
          assert.deepStrictEqual(ledger.released, [1])
          assert.strictEqual(yield* store.use("key", id), 2)
          yield* Scope.close(newBorrower, Exit.void)
          yield* turns(3)
          assert.strictEqual(yield* store.use("key", id), 2)
          yield* Scope.close(owner, Exit.void)
          ledger.assertBalanced()
        })
    )
  }

  it.effect("a release that asks for its key while everything is cleared: what it acquires stays, and is released in the end (Effect #7602, #7606)", () =>
    Effect.gen(function*() {
      for (const isSynchronous of [true, false]) {
        const ledger = new Ledger()
        const scope = yield* Scope.make()
        const store: Handles = yield* Scope.extend(
          LeasedStore.make({
            acquire: ledger.open,
            release: (_, handle) =>
              ledger.release(handle).pipe(
                Effect.zipLeft(isSynchronous ? Effect.void : turns(2)),
                Effect.zipRight(handle.id === 1 ? Effect.suspend(() => store.use("key", id)) : Effect.void)
              )
          }),
          scope
        )
        yield* store.use("key", id)
        yield* store.clear
        yield* until(() => ledger.handles.length === 2)
        yield* turns(3)
        assert.deepStrictEqual((yield* store.values).map(({ id }) => id), [2])
        assert.deepStrictEqual(ledger.released, [1])
        yield* Scope.close(scope, Exit.void)
        ledger.assertBalanced()
      }
    }))

  it.effect("a failed acquisition closes its scope, before its callers go on (Effect #7066)", () =>
    Effect.gen(function*() {
      for (const end of [Effect.fail("refused"), Effect.die("broken"), Effect.interrupt]) {
        for (const release of [undefined, () => Effect.void]) {
          const ledger = new Ledger()
          const scope = yield* Scope.make()
          const store = yield* Scope.extend(
            LeasedStore.make({
              acquire: (key: string) =>
                Effect.zipRight(
                  Effect.acquireRelease(ledger.open(key), ledger.release),
                  Effect.zipRight(turns(2), end)
                ),
              release
            }),
            scope
          )
          const seen = yield* Effect.forEach(
            [1, 2],
            () =>
              Effect.fork(
                Effect.flatMap(Effect.exit(store.use("a", Effect.succeed)), (exit) =>
                  Effect.sync(() => [Exit.isFailure(exit), ledger.unreleased.length]))
              )
          )
          for (const caller of seen) assert.deepStrictEqual(yield* Fiber.join(caller), [true, 0])
          assert.strictEqual(ledger.handles.length, 1)
          assert.deepInclude(yield* store.stats, { acquired: 0, retired: 0, inFlight: 0, size: 0 })
          yield* Scope.close(scope, Exit.void)
          ledger.assertBalanced()
        }
      }
    }))

  it.effect("a finalizer that fails after a failed acquisition is told along with the failure (Effect #7066)", () =>
    Effect.gen(function*() {
      const store = yield* LeasedStore.make({
        acquire: (_key: string) =>
          Effect.zipRight(Effect.addFinalizer(() => Effect.die("stuck")), Effect.fail("refused"))
      })
      const cause = yield* Effect.flip(Effect.sandbox(store.use("a", Effect.succeed)))
      assert.deepStrictEqual(Cause.failureOption(cause), Option.some("refused"))
      assert.deepStrictEqual(Cause.dieOption(cause), Option.some("stuck"))
    }).pipe(Effect.scoped))

  it.effect("a release that throws skips neither what was acquired along nor the other releases (Effect #7916)", () =>
    Effect.gen(function*() {
      for (const releaseConcurrency of [1, 16]) {
        const ledger = new Ledger()
        const attempted: Array<string> = []
        const store = LeasedStore.make({
          releaseConcurrency,
          acquire: (key: string) => Effect.acquireRelease(ledger.open(key), ledger.release),
          release: (key) => {
            attempted.push(key)
            if (key === "b") throw new Error("thrown")
            return Effect.void
          }
        })
        const stats = yield* Effect.scoped(Effect.gen(function*() {
          const made = yield* store
          for (const key of ["a", "b", "c"]) yield* made.use(key, id)
          return made.stats
        }))
        assert.deepStrictEqual(attempted, ["a", "b", "c"])
        assert.deepStrictEqual((yield* stats).releases, { succeeded: 2, failed: 1, timedOut: 0 })
        ledger.assertBalanced()
      }
    }))

  it.effect("acquisitions side by side and writes never exceed the limit (Effect #7593)", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* LeasedStore.make({ maxSize: 3, acquire: ledger.open, release: ledger.releaseOf })
        const isWithin = Effect.map(Effect.all([store.size, store.keys]), ([size, keys]) => {
          assert.isAtMost(size, 3)
          assert.strictEqual(keys.length, size)
        })
        yield* Effect.forEach(
          Array.from({ length: 50 }, (_, index) => index),
          (index) =>
            Effect.all([
              store.use(
                `${index % 10}`,
                (handle) => ledger.using(handle, Effect.zipRight(turns(index % 4), isWithin)),
                {
                  acquire: Effect.zipRight(turns(index % 3), ledger.open(`${index % 10}`))
                }
              ),
              Effect.flatMap(ledger.open("set"), (handle) => store.set(`${index % 7}`, handle)),
              isWithin
            ]),
          { concurrency: "unbounded" }
        )
        yield* isWithin
      }))
      ledger.assertBalanced()
    }))

  it.effect("what is evicted while it is used stays open (ScopedCache closes it)", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* LeasedStore.make({ maxSize: 1, acquire: ledger.open, release: ledger.releaseOf })
        yield* store.use("a", (a) =>
          ledger.using(
            a,
            Effect.gen(function*() {
              yield* store.use("b", id)
              yield* turns(5)
              assert.strictEqual(a.releases, 0)
            })
          ))
        yield* until(() => ledger.released.length === 1)
        assert.deepStrictEqual(ledger.released, [1])
      }))
      ledger.assertBalanced()
    }))

  it.effect("the first caller is interrupted: the others get the value, and it is released once (Effect #8389)", () =>
    Effect.gen(function*() {
      for (const release of [undefined, () => Effect.void]) {
        const ledger = new Ledger()
        const latch = yield* Deferred.make<void>()
        const scope = yield* Scope.make()
        const store = yield* Scope.extend(
          LeasedStore.make({
            acquire: (key: string) =>
              Effect.zipLeft(Effect.acquireRelease(ledger.open(key), ledger.release), Deferred.await(latch)),
            release
          }),
          scope
        )
        const first = yield* Effect.fork(store.use("a", id))
        yield* until(() => ledger.handles.length === 1)
        const second = yield* Effect.fork(store.use("a", (handle) => ledger.using(handle, Effect.succeed(handle.id))))
        yield* turns(2)
        yield* Fiber.interrupt(first)
        assert.deepStrictEqual(ledger.released, [])
        yield* Deferred.succeed(latch, undefined)
        assert.strictEqual(yield* Fiber.join(second), 1)
        assert.strictEqual(yield* store.use("a", id), 1)
        yield* Scope.close(scope, Exit.void)
        ledger.assertBalanced()
      }
    }))

  it.effect("the last caller is interrupted: the acquisition is, and what it holds already is released (Effect #6494)", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      const store = yield* LeasedStore.make({
        acquire: (key: string) => Effect.zipLeft(Effect.acquireRelease(ledger.open(key), ledger.release), Effect.never)
      })
      const callers = yield* Effect.forEach([1, 2], () => Effect.fork(store.use("a", id)))
      yield* until(() => ledger.handles.length === 1)
      for (const [left, caller] of callers.entries()) {
        assert.deepStrictEqual(ledger.released, [])
        assert.strictEqual((yield* store.stats).inFlight, 1, `${left} left`)
        yield* Fiber.interrupt(caller)
      }
      ledger.assertBalanced()
      assert.strictEqual((yield* store.stats).inFlight, 0)
    }).pipe(Effect.scoped))

  it.effect("a stale acquisition neither erases nor replaces what was written meanwhile (Effect #6844, #7581)", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* LeasedStore.make({
          acquire: (key: string) => Effect.delay(ledger.open(key), "1 second"),
          release: ledger.releaseOf
        })
        const stale = yield* Effect.fork(store.use("a", id))
        yield* TestClock.adjust("1 millis")
        yield* store.set("a", yield* ledger.open("a"))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(stale), 2)
        assert.strictEqual(yield* store.use("a", id), 1)
        yield* until(() => ledger.released.length === 1)
        assert.deepStrictEqual(ledger.released, [2])
      }))
      ledger.assertBalanced()
    }))

  it.effect("an acquisition that ends after the store was closed does not open it again (Effect #7591)", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      const latch = yield* Deferred.make<void>()
      const scope = yield* Scope.make()
      const store = yield* Scope.extend(
        LeasedStore.make({
          acquire: (key: string) => Effect.zipLeft(ledger.open(key), Deferred.await(latch)),
          release: ledger.releaseOf
        }),
        scope
      )
      const pending = yield* Effect.fork(store.use("a", (handle) => ledger.using(handle, Effect.void)))
      yield* until(() => ledger.handles.length === 1)
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* turns(3)
      yield* Deferred.succeed(latch, undefined)
      yield* Fiber.join(closing)
      yield* Fiber.await(pending)
      ledger.assertBalanced()
      const late = yield* Effect.fork(store.use("a", id))
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(late)))
      assert.strictEqual(ledger.handles.length, 1)
      assert.strictEqual(yield* store.size, 0)
    }))

  it.effect("20,000 uses in a scope that lives long add nothing to it (RcMap.get adds a finalizer each)", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      const scope = yield* Scope.make()
      yield* Scope.extend(
        Effect.gen(function*() {
          const store = yield* LeasedStore.make({ maxSize: 2, acquire: ledger.open, release: ledger.releaseOf })
          const before = finalizersOf(scope)
          for (let index = 0; index < 20_000; index++) yield* store.use(`${index % 2}`, id)
          assert.strictEqual(finalizersOf(scope), before)
          for (let index = 0; index < 20_000; index++) yield* store.lease(`${index % 2}`)
          assert.strictEqual(finalizersOf(scope), before + 2)
          assert.deepInclude(yield* store.stats, { acquired: 2, leased: 2 })
        }),
        scope
      )
      yield* Scope.close(scope, Exit.void)
      ledger.assertBalanced()
    }))

  it.effect("20,000 scopes that leased a value leave nothing at the value", () =>
    Effect.gen(function*() {
      const ended: Array<LeasedValue<string, number>> = []
      const value = new LeasedValue("a", 1, undefined, { unleased: (value) => ended.push(value) })
      for (let index = 0; index < 20_000; index++) {
        value.lease()
        assert.strictEqual(yield* Effect.scoped(Effect.flatMap(Effect.scope, (scope) => value.handTo(scope))), 1)
      }
      assert.strictEqual(ended.length, 20_000)
      const holders: unknown = Reflect.get(value, "holders")
      assert.deepStrictEqual(holders, new Set())
    }))

  it.effect("two scopes that lease a value hold a lease each, however often they ask", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      const [owner, one, two] = yield* Effect.all([Scope.make(), Scope.make(), Scope.make()])
      const store: Handles = yield* Scope.extend(
        LeasedStore.make({ maxSize: 0, acquire: ledger.open, release: ledger.releaseOf }),
        owner
      )
      yield* store.use("a", () =>
        Effect.gen(function*() {
          yield* store.set("a", yield* ledger.open("a"))
        }))
      yield* store.resize({ maxSize: 1 })
      for (const scope of [one, two, one, two]) yield* Scope.extend(store.lease("b"), scope)
      yield* store.remove("b")
      yield* Scope.close(one, Exit.void)
      yield* turns(3)
      const leased = ledger.handles.find(({ key }) => key === "b")
      assert.strictEqual(leased?.releases, 0)
      yield* Scope.close(two, Exit.void)
      yield* until(() => leased?.releases === 1)
      // A scope that is closed already holds nothing.
      yield* Scope.extend(store.lease("c"), two)
      assert.strictEqual((yield* store.stats).leased, 0)
      yield* Scope.close(owner, Exit.void)
      ledger.assertBalanced()
    }))
})
