/** What the tests of Effect's `ScopedCache` and `RcMap` ask, asked of `LeasedStore`. See docs/coming-from.md. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Deferred, Effect, Exit, Fiber, Option, RcMap, Scope, ScopedCache, TestClock } from "effect"
import { LeasedStore } from "effect-aws-cache/Cache"
import { eventually } from "../support/until.js"
import { theirCaches } from "./theirCaches.js"

/** What was acquired and released, in order. */
const makeLog = () => {
  const log = { acquired: new Array<string>(), released: new Array<string>() }
  const resource = (key: string): Effect.Effect<string, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => {
        log.acquired.push(key)
        return key
      }),
      () => Effect.sync(() => log.released.push(key))
    )
  return { log, resource }
}

const scopedStore = (options: Omit<LeasedStore.Options<string, string>, "acquire"> = {}) =>
  Effect.gen(function*() {
    const { log, resource } = makeLog()
    const store = yield* LeasedStore.make({ ...options, acquire: resource })
    const use = (key: string) => store.use(key, Effect.succeed)
    return { log, store, use }
  })

/** Releases are made by a fiber of the store: waits until there are none left. */
const quiet = (store: { readonly stats: Effect.Effect<LeasedStore.Stats> }) =>
  eventually(Effect.map(store.stats, ({ releasing }) => releasing === 0))

describe("Effect's ScopedCache", () => {
  it.scoped("nothing is acquired before it is used", () =>
    Effect.gen(function*() {
      const { log, store, use } = yield* scopedStore()
      const lease = store.lease("a")
      const using = use("a")
      assert.deepStrictEqual([log.acquired, yield* store.size], [[], 0])
      yield* Effect.zipRight(Effect.scoped(lease), using)
      assert.deepStrictEqual(log.acquired, ["a"])
    }))

  it.scoped("used again or by many at a time, a value is acquired once", () =>
    Effect.gen(function*() {
      const { log, use } = yield* scopedStore()
      yield* Effect.all(Array.from({ length: 5 }, () => use("a")), { concurrency: "unbounded" })
      yield* use("a")
      assert.deepStrictEqual(log, { acquired: ["a"], released: [] })
    }))

  it.scoped("what fails is released at once, and the failure is not kept", () =>
    Effect.gen(function*() {
      const ours = makeLog()
      const theirs = makeLog()
      const fail = ({ resource }: ReturnType<typeof makeLog>) => (key: string) =>
        Effect.zipRight(resource(key), Effect.fail("no"))
      const cache = yield* ScopedCache.make({ capacity: 10, timeToLive: "1 hour", lookup: fail(theirs) })
      const store = yield* LeasedStore.make({ acquire: fail(ours) })
      for (let i = 0; i < 2; i++) {
        assert.strictEqual(yield* Effect.flip(Effect.scoped(cache.get("a"))), "no")
        assert.strictEqual(yield* Effect.flip(store.use("a", Effect.succeed)), "no")
      }
      yield* quiet(store)
      assert.deepStrictEqual(theirs.log, { acquired: ["a"], released: theirCaches.releasedOnFailure })
      assert.deepStrictEqual(ours.log, { acquired: ["a", "a"], released: ["a", "a"] })
    }))

  it.scoped("what is removed and not in use is released", () =>
    Effect.gen(function*() {
      const { log, store, use } = yield* scopedStore()
      yield* use("a")
      yield* use("b")
      yield* store.remove("a")
      yield* quiet(store)
      assert.deepStrictEqual(log.released, ["a"])
      yield* store.clear
      yield* quiet(store)
      assert.deepStrictEqual(log.released, ["a", "b"])
    }))

  it.scoped("what is removed while it is in use is released after its last use", () =>
    Effect.gen(function*() {
      const { log, store } = yield* scopedStore()
      const scopes = [yield* Scope.make(), yield* Scope.make()]
      for (const scope of scopes) yield* Scope.extend(store.lease("a"), scope)
      yield* store.remove("a")
      const released: Array<number> = []
      for (const scope of scopes) {
        released.push(log.released.length)
        yield* Scope.close(scope, Exit.void)
      }
      yield* quiet(store)
      assert.deepStrictEqual([released, log.released], [[0, 0], ["a"]])
    }))

  it.scoped("nobody waits for a release", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const slow = (key: string) => Effect.acquireRelease(Effect.succeed(key), () => Deferred.await(gate))
      const cache = yield* ScopedCache.make({ capacity: 10, timeToLive: "1 hour", lookup: slow })
      const store = yield* LeasedStore.make({ acquire: slow })
      yield* Effect.scoped(cache.get("a"))
      yield* store.use("a", Effect.succeed)
      const waiting = yield* Effect.fork(cache.invalidate("a"))
      yield* store.remove("a")
      assert.strictEqual((yield* store.stats).releasing, 1)
      assert.deepStrictEqual(yield* Fiber.poll(waiting), Option.none())
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(waiting)
      yield* quiet(store)
    }))

  it.scoped("when it is full, what leaves is released", () =>
    Effect.gen(function*() {
      const { log, store, use } = yield* scopedStore({ maxSize: 2, evictionPolicy: "LRU" })
      for (const key of ["a", "b", "a", "c"]) yield* use(key)
      yield* quiet(store)
      assert.deepStrictEqual(log, { acquired: ["a", "b", "c"], released: ["b"] })
    }))

  it.scoped("what expires is released, though nobody asks for it", () =>
    Effect.gen(function*() {
      const theirs = makeLog()
      const cache = yield* ScopedCache.make({ capacity: 10, timeToLive: "1 minute", lookup: theirs.resource })
      const { log, store, use } = yield* scopedStore({ timeToLive: "1 minute" })
      yield* Effect.scoped(cache.get("a"))
      yield* use("a")
      yield* TestClock.adjust("1 minute")
      yield* quiet(store)
      assert.deepStrictEqual([theirs.log.released, log.released], [[], ["a"]])
    }))

  it.scoped("what expires while it is in use is released after its last use", () =>
    Effect.gen(function*() {
      const { log, store, use } = yield* scopedStore({ timeToLive: "1 minute" })
      const scope = yield* Scope.make()
      yield* Scope.extend(store.lease("a"), scope)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(log.released, [])
      yield* use("a")
      yield* Scope.close(scope, Exit.void)
      yield* quiet(store)
      assert.deepStrictEqual(log, { acquired: ["a", "a"], released: ["a"] })
    }))

  it.scoped("when the store closes, what is not in use is released", () =>
    Effect.gen(function*() {
      const { log, resource } = makeLog()
      yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* LeasedStore.make({ acquire: resource })
        yield* store.use("a", Effect.succeed)
        yield* store.use("b", Effect.succeed)
      }))
      assert.sameMembers(log.released, ["a", "b"])
    }))

  it.scoped("closing waits for what is in use, as long as the gracePeriod", () =>
    Effect.gen(function*() {
      const { log, resource } = makeLog()
      const theirs = makeLog()
      const own = yield* Scope.make()
      const lease = yield* Scope.make()
      const store = yield* Scope.extend(
        LeasedStore.make({ acquire: resource, gracePeriod: "10 seconds" }),
        own
      )
      const cache = yield* Scope.extend(
        ScopedCache.make({ capacity: 10, timeToLive: "1 hour", lookup: theirs.resource }),
        own
      )
      yield* Scope.extend(store.lease("a"), lease)
      yield* Scope.extend(cache.get("a"), lease)
      const closing = yield* Effect.fork(Scope.close(own, Exit.void))
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual([log.released, yield* Fiber.poll(closing)], [[], Option.none()])
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(closing)
      assert.deepStrictEqual([log.released, theirs.log.released], [["a"], theirCaches.releasedInUse])
      yield* Scope.close(lease, Exit.void)
      assert.deepStrictEqual(theirs.log.released, ["a"])
    }))

  it.scoped("who asks after closing is interrupted", () =>
    Effect.gen(function*() {
      const { resource } = makeLog()
      const store = yield* Effect.scoped(LeasedStore.make({ acquire: resource }))
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(store.use("a", Effect.succeed))))
    }))

  it.scoped("refresh lets the old value serve until the new one is there", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const { log, store, use } = yield* scopedStore()
      yield* use("a")
      const acquire = Effect.acquireRelease(
        Effect.as(Deferred.await(gate), "new"),
        () => Effect.sync(() => log.released.push("new"))
      )
      const fiber = yield* Effect.fork(store.refresh("a", { acquire }))
      yield* Effect.yieldNow()
      assert.deepStrictEqual([yield* use("a"), log.released], ["a", []])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(fiber)
      yield* quiet(store)
      assert.deepStrictEqual([yield* use("a"), log.released], ["new", ["a"]])
    }))

  it.scoped("a refresh that fails leaves the old value", () =>
    Effect.gen(function*() {
      const { log, resource } = makeLog()
      const store = yield* LeasedStore.make<string, string, string, Scope.Scope>({ acquire: resource })
      yield* store.use("a", Effect.succeed)
      yield* Effect.flip(store.refresh("a", { acquire: Effect.fail("no") }))
      assert.deepStrictEqual([yield* store.use("a", Effect.succeed), log.released], ["a", []])
    }))

  it.scoped("who looks without acquiring waits for nobody", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const acquire = (key: string) => Effect.as(Deferred.await(gate), key)
      const cache = yield* ScopedCache.make({ capacity: 10, timeToLive: "1 hour", lookup: acquire })
      const store = yield* LeasedStore.make({ acquire })
      yield* Effect.fork(Effect.scoped(cache.get("a")))
      yield* Effect.fork(store.use("a", Effect.succeed))
      yield* Effect.yieldNow()
      const waiting = yield* Effect.fork(Effect.scoped(cache.getOption("a")))
      yield* Effect.yieldNow()
      assert.deepStrictEqual(yield* Effect.scoped(store.leaseOption("a")), Option.none())
      assert.deepStrictEqual(yield* Fiber.poll(waiting), Option.none())
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Fiber.join(waiting), Option.some("a"))
      assert.deepStrictEqual(yield* Effect.scoped(store.leaseOption("a")), Option.some("a"))
    }))
})

describe("Effect's RcMap", () => {
  it.scoped("a value is shared while it is used, and released soon after (timeToIdle: 1)", () =>
    Effect.gen(function*() {
      const { log, store } = yield* scopedStore({ timeToIdle: 1 })
      const scopes = [yield* Scope.make(), yield* Scope.make()]
      for (const scope of scopes) yield* Scope.extend(store.lease("bar"), scope)
      for (const scope of scopes) {
        yield* TestClock.adjust(10)
        assert.deepStrictEqual(log.released, [])
        yield* Scope.close(scope, Exit.void)
      }
      yield* TestClock.adjust(1)
      yield* quiet(store)
      assert.deepStrictEqual(log, { acquired: ["bar"], released: ["bar"] })
    }))

  it.scoped("with maxSize 0 nothing is shared but an acquisition under way", () =>
    Effect.gen(function*() {
      const { log, store, use } = yield* scopedStore({ maxSize: 0 })
      yield* store.use("foo", () => use("foo"))
      yield* quiet(store)
      assert.deepStrictEqual(log, { acquired: ["foo", "foo"], released: ["foo", "foo"] })
    }))

  it.scoped("with timeToIdle it lives on for a while", () =>
    Effect.gen(function*() {
      const { log, store, use } = yield* scopedStore({ timeToIdle: 1000 })
      yield* use("foo")
      assert.deepStrictEqual(log.released, [])
      yield* TestClock.adjust(500)
      yield* use("foo")
      yield* TestClock.adjust(999)
      assert.deepStrictEqual(log.released, [])
      yield* TestClock.adjust(1)
      yield* quiet(store)
      assert.deepStrictEqual(log, { acquired: ["foo"], released: ["foo"] })
    }))

  it.scoped("a value in use does not go idle", () =>
    Effect.gen(function*() {
      const { log, store } = yield* scopedStore({ timeToIdle: 1000 })
      const scope = yield* Scope.make()
      yield* Scope.extend(store.lease("foo"), scope)
      yield* TestClock.adjust(5000)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust(999)
      assert.deepStrictEqual(log.released, [])
      yield* TestClock.adjust(1)
      yield* quiet(store)
      assert.deepStrictEqual(log.released, ["foo"])
    }))

  it.scoped("useOption keeps a value from going idle, and acquires none (touch)", () =>
    Effect.gen(function*() {
      const { log, store, use } = yield* scopedStore({ timeToIdle: 1000 })
      yield* use("foo")
      yield* TestClock.adjust(500)
      yield* store.useOption("foo", () => Effect.void)
      yield* store.useOption("bar", () => Effect.void)
      yield* TestClock.adjust(500)
      assert.deepStrictEqual(log, { acquired: ["foo"], released: [] })
      yield* TestClock.adjust(500)
      yield* quiet(store)
      assert.deepStrictEqual(log.released, ["foo"])
    }))

  it.scoped("when it is full, another leaves, and nobody is refused", () =>
    Effect.gen(function*() {
      const map = yield* RcMap.make({ lookup: Effect.succeed<string>, capacity: 2, idleTimeToLive: 1000 })
      const { log, store, use } = yield* scopedStore({ maxSize: 2, timeToIdle: 1000, evictionPolicy: "LRU" })
      for (const key of ["foo", "bar"]) {
        yield* Effect.scoped(RcMap.get(map, key))
        yield* use(key)
      }
      assert.match((yield* Effect.flip(Effect.scoped(RcMap.get(map, "baz"))))._tag, /^ExceededCapacity/)
      assert.strictEqual(yield* use("baz"), "baz")
      yield* quiet(store)
      assert.deepStrictEqual(log.released, ["foo"])
    }))

  it.scoped("keys are equal by their parts", () =>
    Effect.gen(function*() {
      class Key extends Data.Class<{ readonly id: number }> {}
      let acquired = 0
      const store = yield* LeasedStore.make<Key, number>({ acquire: () => Effect.sync(() => ++acquired) })
      yield* store.use(new Key({ id: 1 }), Effect.succeed)
      assert.strictEqual(yield* store.use(new Key({ id: 1 }), Effect.succeed), 1)
    }))

  it.scoped("the keys of what is held", () =>
    Effect.gen(function*() {
      const { store, use } = yield* scopedStore({ evictionPolicy: "LRU" })
      for (const key of ["foo", "bar", "baz"]) yield* use(key)
      assert.deepStrictEqual(yield* store.keys, ["foo", "bar", "baz"])
    }))
})
