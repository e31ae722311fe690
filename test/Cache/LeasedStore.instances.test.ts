import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Option, Scope } from "effect"
import { LeasedStore } from "effect-aws-cache/Cache"
import * as fc from "fast-check"
import { effectProperty } from "../support/effectProperty.js"
import { property } from "../support/property.js"
import { turns, until } from "../support/until.js"
import { type Handle, Ledger } from "./Ledger.js"

// An object that a store has more than once at a time is one value: it is released once, when none is left of it.

const open = (handle: Handle) => Effect.sync(() => handle.releases === 0)

const scenario = (
  run: (store: LeasedStore.LeasedStore<string, Handle>, ledger: Ledger) => Effect.Effect<void, unknown, Scope.Scope>
) =>
  Effect.gen(function*() {
    const ledger = new Ledger()
    // Whoever asks for a key gets the handle that was opened first.
    const acquire = (key: string) =>
      Effect.suspend(() => {
        const [first] = ledger.handles
        return first === undefined ? ledger.open(key) : Effect.succeed(first)
      })
    yield* Effect.scoped(Effect.gen(function*() {
      const store = yield* LeasedStore.make({ acquire, release: ledger.releaseOf })
      yield* run(store, ledger)
    }))
    ledger.assertBalanced()
    assert.strictEqual(ledger.handles.length, 1)
  })

describe("LeasedStore: one object more than once", () => {
  it.effect("set under its own key: it is still there, and lives as long as was said now", () =>
    scenario((store) =>
      Effect.gen(function*() {
        const handle = yield* store.use("db", Effect.succeed)
        yield* store.set("db", handle, { timeToLive: "1 hour" })
        yield* store.set("db", handle)
        yield* turns(3)
        assert.isTrue(yield* store.use("db", open))
        const { acquired, releases, releasing, retired, size } = yield* store.stats
        assert.deepStrictEqual([size, retired, releasing, releases.succeeded, acquired], [1, 0, 0, 2, 3])
      })
    ))

  it.effect("set while it is leased: the end of the lease leaves it alone", () =>
    scenario((store) =>
      Effect.gen(function*() {
        yield* Effect.scoped(Effect.flatMap(store.lease("db"), (handle) => store.set("db", handle)))
        yield* turns(3)
        assert.isTrue(yield* store.use("db", open))
      })
    ))

  it.effect("acquired again by refresh: the one that is there stays open", () =>
    scenario((store) =>
      Effect.gen(function*() {
        yield* store.use("db", open)
        yield* store.refresh("db")
        yield* turns(3)
        assert.isTrue(yield* store.use("db", open))
      })
    ))

  it.effect("popped and set again: it is not released when the lease of it ends", () =>
    scenario((store) =>
      Effect.gen(function*() {
        yield* store.use("db", open)
        yield* Effect.scoped(Effect.flatMap(store.pop("db"), (handle) => store.set("db", handle)))
        yield* turns(3)
        assert.isTrue(yield* store.use("db", open))
        yield* Effect.scoped(
          Effect.flatMap(store.popVictim, (found) => store.set("other", Option.getOrThrow(found)[1]))
        )
        yield* turns(3)
        assert.isTrue(yield* store.use("other", open))
      })
    ))

  it.effect("under two keys: it is released when it has left both", () =>
    scenario((store, ledger) =>
      Effect.gen(function*() {
        yield* store.use("a", open)
        yield* store.use("b", open)
        yield* store.invalidate("a")
        yield* turns(3)
        assert.isTrue(yield* store.use("b", open))
        yield* store.invalidate("b")
        yield* until(() => ledger.released.length === 1)
      })
    ))

  it.effect("twice in one setMany, with no time to live, or too large: once", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* LeasedStore.make({
          acquire: ledger.open,
          release: ledger.releaseOf,
          maxWeight: 2,
          weigher: (key: string) => key.length
        })
        const [first, second] = [yield* ledger.open("a"), yield* ledger.open("b")]
        yield* store.setMany([["a", first], ["a", first], ["b", first]])
        assert.strictEqual((yield* Effect.flip(store.set("ccc", first)))._tag, "EntryTooLargeError")
        yield* turns(3)
        assert.isTrue(yield* store.use("a", open))
        yield* store.set("a", second)
        yield* store.set("a", second, { timeToLive: 0 })
        yield* until(() => ledger.released.length === 1)
        assert.deepStrictEqual(ledger.released, [2])
        assert.isTrue(yield* store.use("b", open))
      }))
      ledger.assertBalanced()
    }))

  it.effect("what waits for its release and comes back is not released", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      let opened = true
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* LeasedStore.make({
          acquire: ledger.open,
          releaseConcurrency: 1,
          release: (key: string, handle) =>
            Effect.zipRight(key === "slow" ? until(() => opened) : Effect.void, ledger.release(handle))
        })
        opened = false
        yield* store.use("slow", open)
        const handle = yield* store.use("db", Effect.succeed)
        yield* store.removeMany(["slow", "db"])
        yield* turns(2)
        yield* store.set("db", handle)
        opened = true
        yield* until(() => ledger.released.length === 1)
        yield* turns(3)
        assert.isTrue(yield* store.use("db", open))
      }))
      ledger.assertBalanced()
    }))

  it.effect("each acquisition has a scope of its own, which is closed when it is over", () =>
    Effect.gen(function*() {
      const events: Array<string> = []
      const shared = {}
      let count = 0
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* LeasedStore.make({
          acquire: (_: string) =>
            Effect.suspend(() => {
              const at = ++count
              return Effect.as(Effect.addFinalizer(() => Effect.sync(() => events.push(`scope ${at}`))), shared)
            }),
          release: () => Effect.sync(() => events.push("release"))
        })
        yield* store.refresh("db")
        yield* store.refresh("db")
        yield* until(() => events.length === 1)
        yield* Effect.scoped(
          Effect.zipRight(store.lease("db"), store.refresh("db", { acquire: Effect.succeed(shared) }))
        )
        yield* until(() => events.length === 2)
      }))
      assert.deepStrictEqual(events, ["scope 1", "scope 2", "release"])
    }))

  it.effect("one key that stands for another one, whose value it leases", () =>
    Effect.gen(function*() {
      const ledger = new Ledger()
      yield* Effect.scoped(Effect.gen(function*() {
        const store: LeasedStore.LeasedStore<string, Handle> = yield* LeasedStore.make({
          acquire: (key: string) => key === "alias" ? Effect.suspend(() => store.lease("db")) : ledger.open(key),
          release: ledger.releaseOf
        })
        assert.strictEqual(yield* store.use("alias", ({ key }) => Effect.succeed(key)), "db")
        yield* store.invalidate("db")
        yield* turns(3)
        assert.isTrue(yield* store.use("alias", open))
        yield* store.invalidate("alias")
        yield* until(() => ledger.released.length === 1)
      }))
      ledger.assertBalanced()
    }))

  it.effect("what is no object is released as often as it was acquired", () =>
    Effect.gen(function*() {
      let released = 0
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* LeasedStore.make({
          acquire: (_: string) => Effect.succeed(1),
          release: () => Effect.sync(() => released++)
        })
        yield* store.refresh("a")
        yield* store.refresh("a")
        yield* store.refresh("b")
      }))
      assert.strictEqual(released, 3)
    }))

  effectProperty(
    "whatever is set, acquired, popped, leased and removed: nothing is given out closed, or released twice",
    [
      fc.array(
        fc.record({
          what: fc.constantFrom("set", "refresh", "use", "lease", "unlease", "pop", "remove", "turn" as const),
          key: fc.constantFrom("a", "b", "c"),
          instance: fc.nat(2)
        }),
        { maxLength: 40 }
      )
    ],
    ([commands]) =>
      Effect.gen(function*() {
        const ledger = new Ledger()
        const pool: Array<Handle | undefined> = [undefined, undefined, undefined]
        // One that is not released yet: what is may not be handed over.
        const instance = (at: number) =>
          Effect.suspend(() => {
            const before = pool[at]
            if (before !== undefined && before.releases === 0) return Effect.succeed(before)
            return Effect.tap(ledger.open("pool"), (handle) => Effect.sync(() => pool[at] = handle))
          })
        yield* Effect.scoped(Effect.gen(function*() {
          const store = yield* LeasedStore.make<string, Handle>({
            maxSize: 2,
            acquire: () => instance(0),
            release: (_, handle) => ledger.release(handle)
          })
          let leases = yield* Scope.make()
          for (const { instance: at, key, what } of commands) {
            switch (what) {
              case "set":
                yield* Effect.flatMap(instance(at), (handle) => store.set(key, handle))
                break
              case "refresh":
                yield* store.refresh(key, { acquire: instance(at) })
                break
              case "use":
                yield* store.use(key, (handle) => ledger.using(handle, turns(1)))
                break
              case "lease":
                ledger.begin(yield* Scope.extend(store.lease(key), leases))
                break
              case "unlease":
                for (const handle of ledger.handles) handle.users = 0
                yield* Scope.close(leases, Exit.void)
                leases = yield* Scope.make()
                break
              case "pop":
                yield* Effect.ignore(Effect.scoped(Effect.flatMap(store.pop(key), (handle) => store.set(key, handle))))
                break
              case "remove":
                yield* store.invalidate(key)
                break
              case "turn":
                yield* turns(1)
            }
            for (const handle of yield* store.values) assert.strictEqual(handle.releases, 0)
          }
          for (const handle of ledger.handles) handle.users = 0
          yield* Scope.close(leases, Exit.void)
        }))
        ledger.assertBalanced()
      }),
    property(300)
  )
})
