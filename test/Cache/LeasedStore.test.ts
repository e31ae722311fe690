import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import {
  Cause,
  Context,
  Data,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  FiberRef,
  Logger,
  Option,
  Scope,
  TestClock
} from "effect"
import { type CacheNotFoundError, LeasedStore } from "effect-aws-cache/Cache"
import { interruptLater } from "../../src/effect/fibers.js"
import { kindOf, labelOf, optionEffect } from "../support/majors.js"
import { ManualClock } from "../support/ManualClock.js"
import { turns, until } from "../support/until.js"
import { type Handle, Ledger } from "./Ledger.js"

type Handles = LeasedStore.LeasedStore<string, Handle>

/** @param before runs before a handle is opened */
const ledgered = (
  options: Partial<LeasedStore.Options<string, Handle>> = {},
  before: Effect.Effect<void> = Effect.void
) =>
  Effect.gen(function*() {
    const ledger = new Ledger()
    const scope = yield* Scope.make()
    const store: Handles = yield* Scope.extend(
      LeasedStore.make({
        acquire: (key) => Effect.zipRight(before, ledger.open(key)),
        release: ledger.releaseOf,
        ...options
      }),
      scope
    )
    return { ledger, store, close: Scope.close(scope, Exit.void) }
  })

const id = (handle: Handle) => Effect.succeed(handle.id)

/** Leases in a scope of its own, which is returned. */
const leaseApart = (store: Handles, key: string) =>
  Effect.flatMap(
    Scope.make(),
    (scope) =>
      Effect.map(Scope.extend(store.lease(key), scope), (handle) => ({ handle, end: Scope.close(scope, Exit.void) }))
  )

const printed = (exit: Exit.Exit<unknown, unknown>) => Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "success"

const collectLogs = () => {
  const messages: Array<string> = []
  const logger = Logger.make(({ cause, logLevel, message }) => {
    messages.push([labelOf(logLevel), ...[message].flat(), kindOf(cause)].join(" "))
  })
  return [messages, Logger.replace(Logger.defaultLogger, logger)] as const
}

describe("LeasedStore", () => {
  describe("leases", () => {
    it.effect("use acquires once, and lends the same value again", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        assert.strictEqual(yield* store.use("a", id), 1)
        assert.strictEqual(yield* store.use("a", id), 1)
        assert.strictEqual(yield* store.use("b", id), 2)
        assert.deepStrictEqual(ledger.released, [])
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("a value that is evicted leaves at once, and is released when its last lease ends, not before", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ maxSize: 1 })
        const one = yield* leaseApart(store, "a")
        const two = yield* leaseApart(store, "a")
        assert.strictEqual(two.handle, one.handle)
        yield* store.use("b", id)
        assert.deepStrictEqual(yield* store.keys, ["b"])
        yield* one.end
        yield* turns(3)
        assert.deepStrictEqual(ledger.released, [])
        assert.strictEqual((yield* store.stats).retired, 1)
        yield* two.end
        yield* until(() => ledger.released.length > 0)
        assert.deepStrictEqual(ledger.released, [1])
        yield* close
        ledger.assertBalanced()
      }))

    const removals: ReadonlyArray<readonly [name: string, (store: Handles) => Effect.Effect<unknown, unknown>]> = [
      ["removed", (store) => store.remove("a")],
      ["cleared", (store) => store.clear],
      ["resized", (store) => store.resize({ maxSize: 0 })],
      ["expired", () => TestClock.adjust("1 minute")],
      ["evicted", (store) => store.use("b", id)],
      ["replaced", (store) => store.set("a", { id: 0, key: "a", openedAt: 0, users: 0, releases: 0 })],
      ["popped", (store) => Effect.scoped(store.pop("a"))],
      ["popped as the victim", (store) => Effect.scoped(store.popVictim)]
    ]
    for (const [name, remove] of removals) {
      it.effect(`what is ${name} while it is used is released after the use; what is not used, at once`, () =>
        Effect.gen(function*() {
          for (const isUsed of [true, false]) {
            const { close, ledger, store } = yield* ledgered({ maxSize: 1, timeToLive: "1 minute" })
            const removing = Effect.orDie(remove(store))
            yield* isUsed
              ? store.use("a", (handle) => ledger.using(handle, Effect.zipRight(removing, turns(3))))
              : Effect.zipRight(store.use("a", id), removing)
            yield* until(() => ledger.handles[0]?.releases === 1)
            yield* close
            ledger.assertBalanced()
          }
        }))
    }

    it.effect("without entries, a value lives while it is leased, and acquisitions are shared", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ maxSize: 0 }, turns(1))
        const users = yield* Effect.fork(Effect.all(
          [1, 2, 3].map(() => store.use("a", (handle) => ledger.using(handle, Effect.as(turns(3), handle.id)))),
          { concurrency: "unbounded" }
        ))
        assert.deepStrictEqual(yield* Fiber.join(users), [1, 1, 1])
        yield* until(() => ledger.released.length === 1)
        assert.strictEqual(yield* store.use("a", id), 2)
        yield* until(() => ledger.released.length === 2)
        assert.strictEqual(yield* store.size, 0)
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("a nested use of the same key holds its own lease", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        const inner = store.use("a", (handle) => ledger.using(handle, Effect.orDie(store.remove("a"))))
        yield* store.use("a", (handle) => ledger.using(handle, Effect.zipRight(inner, turns(3))))
        yield* until(() => ledger.released.length === 1)
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("failures, defects and throws of a use reach the caller, and end the lease", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        assert.strictEqual(yield* Effect.flip(store.use("a", () => Effect.fail("failed"))), "failed")
        assert.deepStrictEqual(yield* Effect.exit(store.use("a", () => Effect.die("died"))), Exit.die("died"))
        const thrown = new Error("thrown")
        const exit = yield* Effect.exit(store.use("a", (): Effect.Effect<void> => {
          throw thrown
        }))
        assert.deepStrictEqual(exit, Exit.die(thrown))
        assert.strictEqual((yield* store.stats).leased, 0)
        yield* close
        ledger.assertBalanced()
      }))

    const uses: ReadonlyArray<readonly [name: string, f: () => Effect.Effect<unknown, unknown>]> = [
      ["succeeds at once", () => Effect.succeed("done")],
      ["succeeds with an Option", () => optionEffect(Option.some("done"))],
      ["fails at once", () => Effect.fail("wrong")],
      ["dies at once", () => Effect.die("wrong")],
      ["is interrupted at once", () => Effect.interrupt],
      ["gives an Exit", () => Exit.failCause(Cause.parallel(Cause.fail("one"), Cause.die("other")))],
      ["runs", () => Effect.sync(() => "done")],
      ["runs, and fails", () => Effect.flatMap(Effect.void, () => Effect.fail("wrong"))],
      ["yields", () => Effect.as(Effect.yieldNow(), "done")],
      ["throws", () => {
        throw new Error("thrown")
      }]
    ]
    for (const [name, f] of uses) {
      it.effect(`a use that ${name} ends as it would without the store, and so does its lease`, () =>
        Effect.gen(function*() {
          const { close, ledger, store } = yield* ledgered()
          const alone = yield* Effect.exit(Effect.suspend(f))
          // The first acquires the value, the second finds it.
          assert.deepStrictEqual(yield* Effect.exit(store.use("a", f)), alone)
          assert.deepStrictEqual(yield* Effect.exit(store.use("a", f)), alone)
          assert.deepStrictEqual(yield* Effect.exit(store.useOption("a", f)), Exit.map(alone, Option.some))
          const { hits, leased, misses } = yield* store.stats
          assert.deepStrictEqual({ hits, leased, misses }, { hits: 2, leased: 0, misses: 1 })
          yield* close
          ledger.assertBalanced()
        }))

      it.effect(`a use that ${name} is interrupted with its caller, and ends its lease`, () =>
        Effect.gen(function*() {
          const { close, store } = yield* ledgered()
          yield* store.use("a", id)
          for (const use of [store.use("a", f), store.useOption("a", f)]) {
            const fiber = yield* Effect.fork(Effect.withFiberRuntime<unknown, unknown>((fiber) => {
              interruptLater(fiber)
              return use
            }))
            assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
          }
          assert.strictEqual((yield* store.stats).leased, 0)
          yield* close
        }))
    }

    it.effect("useOption and leaseOption do not acquire", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        assert.deepStrictEqual(yield* store.useOption("a", id), Option.none())
        assert.deepStrictEqual(yield* Effect.scoped(store.leaseOption("a")), Option.none())
        yield* store.use("a", id)
        assert.deepStrictEqual(yield* store.useOption("a", id), Option.some(1))
        yield* Effect.scoped(Effect.gen(function*() {
          const leased = yield* store.leaseOption("a")
          assert.strictEqual(Option.getOrThrow(leased).id, 1)
          yield* store.remove("a")
          yield* turns(3)
          assert.deepStrictEqual(ledger.released, [])
        }))
        yield* until(() => ledger.released.length === 1)
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("a lease may have its own acquisition and time to live", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        const acquire = ledger.open("own")
        assert.strictEqual(
          yield* store.use("a", ({ key }) => Effect.succeed(key), { acquire, timeToLive: "1 second" }),
          "own"
        )
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* store.has("a"))
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("pop hands the value to the scope of the caller", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        yield* store.use("a", id)
        yield* store.use("b", id)
        yield* Effect.scoped(Effect.gen(function*() {
          assert.strictEqual((yield* store.pop("b")).id, 2)
          const [key, handle] = Option.getOrThrow(yield* store.popVictim)
          assert.deepStrictEqual([key, handle.id], ["a", 1])
          assert.strictEqual(yield* store.size, 0)
          yield* turns(3)
          assert.deepStrictEqual(ledger.released, [])
        }))
        yield* until(() => ledger.released.length === 2)
        assert.strictEqual((yield* Effect.flip(Effect.scoped(store.pop("a"))))._tag, "CacheNotFoundError")
        assert.deepStrictEqual(yield* Effect.scoped(store.popVictim), Option.none())
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("popVictim does not lease what it finds expired", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        yield* store.use("swept", id, { timeToLive: "1 second" })
        yield* store.use("old", id, { timeToLive: "1500 millis" })
        yield* store.use("young", id)
        yield* turns(2)
        yield* TestClock.adjust("1 second")
        yield* until(() => ledger.released.length === 1)
        // The next sweep is a second after the first: what expires before is found by whoever looks.
        yield* TestClock.adjust("500 millis")
        yield* turns(3)
        assert.deepStrictEqual(ledger.released, [1])
        const popped = yield* Effect.scoped(store.popVictim)
        assert.strictEqual(Option.getOrThrow(popped)[0], "young")
        yield* until(() => ledger.released.length === 3)
        assert.deepInclude(yield* store.stats, { retired: 0, leased: 0, size: 0 })
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("a use can be interrupted, unless its caller cannot be", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        yield* store.use("found", id)
        for (const key of ["found", "acquired"]) {
          const never = yield* Effect.fork(store.use(key, (handle) => ledger.using(handle, Effect.never)))
          yield* turns(3)
          yield* Fiber.interrupt(never)
          const firm = yield* Effect.fork(Effect.uninterruptible(
            store.use(key, (handle) => ledger.using(handle, Effect.as(Effect.sleep("1 second"), key)))
          ))
          yield* turns(3)
          const interrupting = yield* Effect.fork(Fiber.interrupt(firm))
          yield* TestClock.adjust("1 second")
          yield* Fiber.join(interrupting)
        }
        yield* close
        ledger.assertBalanced()
      }))
  })

  describe("values that are handed over", () => {
    it.effect("are released by the store, replaced ones included", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        yield* store.add("a", yield* ledger.open("a"))
        yield* store.set("a", yield* ledger.open("a"))
        yield* until(() => ledger.released.length === 1)
        assert.strictEqual(yield* store.use("a", id), 2)
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("stay the caller's when they are refused", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ weigher: (_, { id }) => id, maxWeight: 3 })
        const [one, two, , four] = yield* Effect.forEach(["a", "a", "a", "a"], ledger.open)
        yield* store.add("a", one as Handle)
        const exists = yield* Effect.flip(store.add("a", two as Handle))
        assert.strictEqual(exists.message, "LeasedStore: there is an entry under \"a\" already")
        const large = yield* Effect.flip(store.set("a", four as Handle))
        assert.strictEqual(large.message, "LeasedStore: the entry under \"a\" weighs 4, over the limit of 3")
        assert.strictEqual(yield* store.use("a", id), 1)
        yield* close
        assert.deepStrictEqual(ledger.released, [1])
      }))

    it.effect("are released at once when the store cannot keep them, or is closed", () =>
      Effect.gen(function*() {
        for (const maxSize of [0, 10]) {
          const { close, ledger, store } = yield* ledgered({ maxSize })
          if (maxSize > 0) yield* close
          yield* store.add("a", yield* ledger.open("a"))
          yield* until(() => ledger.released.length === 1)
          yield* close
          yield* store.set("a", yield* ledger.open("a"))
          assert.isFalse(yield* store.has("a"))
          yield* until(() => ledger.released.length === 2)
          ledger.assertBalanced()
        }
      }))

    it.effect("are the store's only once the weigher has accepted them", () =>
      Effect.gen(function*() {
        const weigher = () => {
          throw new Error("no scales")
        }
        const { close, ledger, store } = yield* ledgered({ weigher })
        const exit = yield* Effect.exit(store.add("a", yield* ledger.open("a")))
        assert.include(printed(exit), "no scales")
        yield* close
        assert.deepStrictEqual(ledger.released, [])
      }))
  })

  describe("acquisition", () => {
    it.effect("a value that does not get into the store is leased to all who waited, then released", () =>
      Effect.gen(function*() {
        const refused: Array<readonly [string, Partial<LeasedStore.Options<string, Handle>>]> = [
          ["too heavy", { weigher: () => 2, maxWeight: 1 }],
          ["no entries", { maxSize: 0 }],
          ["no time to live", { timeToLive: 0 }],
          ["no time to idle", { timeToIdle: 0 }]
        ]
        for (const [name, options] of refused) {
          const { close, ledger, store } = yield* ledgered(options, turns(1))
          const users = yield* Effect.fork(Effect.all(
            [1, 2].map((times) => store.use("a", (handle) => ledger.using(handle, turns(times * 3)))),
            { concurrency: "unbounded" }
          ))
          yield* Fiber.join(users)
          yield* until(() => ledger.released.length === 1)
          assert.strictEqual(ledger.handles.length, 1, name)
          assert.strictEqual(yield* store.size, 0, name)
          yield* close
          ledger.assertBalanced(name)
        }
      }))

    it.effect("is released when the weigher or the time to live throws", () =>
      Effect.gen(function*() {
        const fails = () => {
          throw new Error("thrown")
        }
        for (const options of [{ weigher: fails }, { timeToLive: fails }]) {
          const { close, ledger, store } = yield* ledgered(options)
          assert.include(printed(yield* Effect.exit(store.use("a", id))), "thrown")
          yield* until(() => ledger.released.length === 1)
          assert.strictEqual((yield* store.stats).retired, 0)
          yield* close
          ledger.assertBalanced()
        }
      }))

    const writes: ReadonlyArray<
      readonly [name: string, write: (store: Handles, other: Handle) => Effect.Effect<unknown, unknown>]
    > = [
      ["removal", (store) => store.remove("a")],
      ["pop", (store) => Effect.scoped(store.pop("a"))],
      ["clear", (store) => store.clear],
      ["set", (store, other) => store.set("a", other)],
      ["add", (store, other) => store.add("a", other)]
    ]
    for (const [name, write] of writes) {
      it.effect(`a ${name} meanwhile wins: the callers lease the value, the next one does not`, () =>
        Effect.gen(function*() {
          const { close, ledger, store } = yield* ledgered()
          const other = yield* ledger.open("a")
          const acquire = Effect.delay(ledger.open("a"), "1 second")
          const hold = (handle: Handle) => ledger.using(handle, Effect.as(Effect.sleep("1 minute"), handle.id))
          const old = yield* Effect.fork(store.use("a", hold, { acquire }))
          yield* TestClock.adjust("1 millis")
          yield* Effect.exit(write(store, other))
          const isWritten = yield* store.has("a")
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* store.has("a"), isWritten)
          assert.strictEqual(yield* store.use("a", id), isWritten ? other.id : 3)
          assert.deepInclude(yield* store.stats, { retired: 1, size: 1, acquired: 2 })
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(yield* Fiber.join(old), 2)
          yield* until(() => ledger.released.length === 1)
          assert.deepStrictEqual(ledger.released, [2])
          if (!isWritten) yield* store.add("b", other)
          yield* close
          ledger.assertBalanced()
        }))
    }

    it.effect("with a release it cannot be interrupted: the last to leave waits for it, and it is released", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        const acquire = Effect.delay(ledger.open("a"), "1 second")
        const caller = yield* Effect.fork(store.use("a", id, { acquire }))
        yield* TestClock.adjust("1 millis")
        const leaving = yield* Effect.fork(Fiber.interrupt(caller))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(leaving)
        yield* until(() => ledger.released.length === 1)
        assert.isFalse(yield* store.has("a"))
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("runs with the context and fiber references of the store; its spans are its own", () =>
      Effect.gen(function*() {
        class Tenant extends Context.Tag("Tenant")<Tenant, string>() {}
        const locale = FiberRef.unsafeMake("store")
        const released: Array<string> = []
        const scope = yield* Scope.make()
        const store = yield* LeasedStore.make({
          acquire: (key: string) =>
            Effect.all([Tenant, FiberRef.get(locale), Effect.orDie(Effect.currentParentSpan)]).pipe(
              Effect.map(([tenant, locale, span]) => [key, tenant, locale, span._tag === "Span" ? span.name : ""])
            ),
          release: (_, value) => Effect.map(Tenant, (tenant) => released.push(`${value[0]} ${tenant}`))
        }).pipe(Effect.provideService(Tenant, "store"), Effect.withSpan("making"), Scope.extend(scope))
        const seen = yield* store.use("a", Effect.succeed).pipe(
          Effect.provideService(Tenant, "caller"),
          Effect.locally(locale, "caller"),
          Effect.withSpan("request")
        )
        assert.deepStrictEqual(seen, ["a", "store", "store", "effect-aws-cache.LeasedStore.acquire"])
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(released, ["a store"])
      }))

    it.effect("what asks for its own key dies with a clear error", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ name: "self" })
        const acquire: Effect.Effect<Handle> = Effect.suspend(() => store.use("a", Effect.succeed, { acquire }))
        const exit = yield* Effect.exit(store.use("a", id, { acquire }))
        assert.include(printed(exit), "self: the computation for \"a\" waits for its own result")
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("what asks for other keys leases them as long as it holds them", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ maxSize: 0 })
        const acquire = Effect.tap(store.lease("base"), (base) =>
          Effect.acquireRelease(
            Effect.sync(() => ledger.begin(base)),
            () => Effect.sync(() => ledger.end(base))
          ))
        yield* store.use("a", (handle) => Effect.as(turns(3), assert.strictEqual(handle.users, 1)), { acquire })
        // The one value is both the base, and what is built on it.
        yield* until(() => ledger.mistakes.length > 0 || ledger.handles[0]?.users === 0)
        yield* close
        assert.deepStrictEqual(ledger.unreleased, [])
      }))
  })

  describe("expiry", () => {
    it.effect("releases on time, without anybody asking", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ timeToLive: "1 minute" })
        yield* store.use("a", id)
        yield* turns(2)
        yield* TestClock.adjust("59999 millis")
        yield* turns(3)
        assert.deepStrictEqual(ledger.released, [])
        yield* TestClock.adjust("1 millis")
        yield* until(() => ledger.released.length === 1)
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("releases what expires sooner sooner, and goes on with the others", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        for (const [key, timeToLive] of [["c", "50 days"], ["b", "1 hour"], ["a", "1 minute"]] as const) {
          yield* store.use(key, id, { timeToLive })
        }
        yield* store.use("never", id)
        for (const [wait, expected] of [["1 minute", [3]], ["1 hour", [2, 3]], ["50 days", [1, 2, 3]]] as const) {
          yield* turns(2)
          yield* TestClock.adjust(wait)
          yield* until(() => ledger.released.length === expected.length)
          assert.deepStrictEqual(ledger.released, expected)
        }
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("sleeps no longer than a timer can, once at a time, and not after the store is closed", () => {
      const clock = new ManualClock()
      return Effect.gen(function*() {
        const { close, store } = yield* ledgered()
        for (const [key, timeToLive] of [["c", "50 days"], ["b", "40 days"], ["a", "30 days"]] as const) {
          yield* store.use(key, id, { timeToLive })
          yield* turns(3)
          assert.deepStrictEqual(clock.sleeps(), [2 ** 31 - 1])
        }
        yield* close
        assert.deepStrictEqual(clock.sleeps(), [])
        yield* store.set("d", { id: 0, key: "d", openedAt: 0, users: 0, releases: 0 }, { timeToLive: "1 second" })
        yield* turns(3)
        assert.deepStrictEqual(clock.sleeps(), [])
      }).pipe(Effect.withClock(clock))
    })

    it.effect("each value's time to live is its own", () =>
      Effect.gen(function*() {
        const { close, store } = yield* ledgered({ timeToLive: (_, { id }) => Duration.seconds(id) })
        yield* store.use("one", id)
        yield* store.use("two", id)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* store.keys, ["two"])
        yield* close
      }))
  })

  describe("a time to idle", () => {
    it.effect("releases what nobody used for so long, without anybody asking", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ timeToIdle: "1 minute" })
        yield* store.use("a", id)
        yield* store.use("b", id)
        for (const _ of [1, 2, 3]) {
          yield* TestClock.adjust("40 seconds")
          yield* store.use("a", id)
          // To look at a value is no use.
          yield* Effect.all([store.peek("b"), store.has("b"), store.entries, store.leases, store.stats])
          yield* turns(3)
        }
        assert.deepStrictEqual(ledger.released, [2])
        yield* TestClock.adjust("1 minute")
        yield* until(() => ledger.released.length === 2)
        assert.strictEqual((yield* store.stats).expired, 2)
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("begins when the last lease ends, however long it was", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ timeToIdle: "1 minute" })
        const long = yield* leaseApart(store, "a")
        const user = yield* Effect.fork(store.use("a", (handle) => ledger.using(handle, Effect.sleep("3 hours"))))
        yield* TestClock.adjust("1 hour")
        yield* store.use("a", id)
        assert.deepStrictEqual([yield* store.size, yield* store.has("a")], [1, true])
        yield* TestClock.adjust("1 hour")
        yield* long.end
        yield* TestClock.adjust("1 hour")
        yield* Fiber.join(user)
        yield* TestClock.adjust("59999 millis")
        yield* turns(3)
        assert.deepStrictEqual(ledger.released, [])
        yield* TestClock.adjust("1 millis")
        yield* until(() => ledger.released.length === 1)
        assert.isFalse(yield* store.has("a"))
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("begins at once for what is handed over, and anew for what replaces it", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered({ timeToIdle: "1 minute" })
        yield* Effect.flatMap(ledger.open("a"), (handle) => store.set("a", handle))
        const old = yield* leaseApart(store, "a")
        yield* TestClock.adjust("59 seconds")
        yield* Effect.flatMap(ledger.open("a"), (handle) => store.set("a", handle))
        yield* TestClock.adjust("59 seconds")
        // The lease is of the value that is not in the store any more.
        yield* old.end
        yield* until(() => ledger.released.length === 1)
        assert.deepStrictEqual(ledger.released, [1])
        yield* TestClock.adjust("1 second")
        yield* until(() => ledger.released.length === 2)
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("does not put off the end of the time to live, and the other way round", () =>
      Effect.gen(function*() {
        const { close, store } = yield* ledgered({ timeToIdle: "1 minute", timeToLive: "90 seconds" })
        yield* store.use("a", id)
        const lease = yield* leaseApart(store, "b")
        yield* store.use("c", id)
        yield* TestClock.adjust("50 seconds")
        yield* store.use("a", id)
        yield* TestClock.adjust("10 seconds")
        assert.sameMembers([...yield* store.keys], ["a", "b"])
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(yield* store.keys, [])
        yield* lease.end
        yield* close
      }))

    it.effect("sleeps once at a time, however often values are used", () => {
      const clock = new ManualClock()
      return Effect.gen(function*() {
        const { close, store } = yield* ledgered({ timeToIdle: "1 hour" })
        for (const key of ["a", "b", "a", "c", "a", "b"]) yield* store.use(key, id)
        yield* turns(3)
        assert.deepStrictEqual(clock.sleeps().length, 1)
        yield* close
        assert.deepStrictEqual(clock.sleeps(), [])
      }).pipe(Effect.withClock(clock))
    })
  })

  describe("release", () => {
    it.effect("is told why", () =>
      Effect.gen(function*() {
        const reasons: Array<string> = []
        const scope = yield* Scope.make()
        const store = yield* Scope.extend(
          LeasedStore.make({
            maxSize: 2,
            acquire: (key: string) => Effect.succeed(key),
            release: (key, value, reason) => Effect.sync(() => reasons.push(`${value} ${key} ${reason}`))
          }),
          scope
        )
        const after = (effect: Effect.Effect<unknown, unknown>) => {
          const before = reasons.length
          return Effect.zipRight(Effect.ignore(effect), until(() => reasons.length > before))
        }
        yield* store.use("a", Effect.succeed)
        yield* after(store.remove("a"))
        yield* store.add("b", "other")
        yield* after(store.set("b", "another"))
        yield* after(store.clear)
        yield* after(store.use("c", Effect.succeed, { timeToLive: 0 }))
        yield* store.use("d", Effect.succeed, { timeToLive: "1 second" })
        yield* after(Effect.zipRight(turns(2), TestClock.adjust("1 second")))
        yield* store.use("e", Effect.succeed)
        yield* store.use("f", Effect.succeed)
        yield* after(store.use("g", Effect.succeed))
        yield* after(store.resize({ maxSize: 1 }))
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(reasons, [
          "a a deleted",
          "other b replaced",
          "another b cleared",
          "c c discarded",
          "d d expired",
          "e e evicted",
          "f f evicted",
          "g g closed"
        ])
      }))

    it.effect("happens before what was acquired along with the value is let go, last first", () =>
      Effect.gen(function*() {
        const steps: Array<string> = []
        const part = (name: string) =>
          Effect.acquireRelease(
            Effect.sync(() => steps.push(`+${name}`)),
            () => Effect.sync(() => steps.push(`-${name}`))
          )
        const scope = yield* Scope.make()
        const store = yield* Scope.extend(
          LeasedStore.make({
            acquire: (_key: string) => Effect.zipRight(part("socket"), part("session")),
            release: () => Effect.sync(() => steps.push("release"))
          }),
          scope
        )
        yield* store.use("a", () => Effect.sync(() => steps.push("use")))
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(steps, ["+socket", "+session", "use", "release", "-session", "-socket"])
      }))

    it.effect("neither delays nor fails who made the value leave; it is logged and counted", () =>
      Effect.gen(function*() {
        const [messages, layer] = collectLogs()
        yield* Effect.gen(function*() {
          const latch = yield* Deferred.make<void>()
          const begun = new Set<number>()
          const { close, store } = yield* ledgered({
            name: "sockets",
            maxSize: 1,
            release: (_, { id }) =>
              Effect.zipRight(
                Effect.zipRight(Effect.sync(() => begun.add(id)), Deferred.await(latch)),
                id === 1 ? Effect.fail("stuck") : id === 2 ? Effect.die("broken") : Effect.interrupt
              )
          })
          for (const key of ["a", "b", "c", "d"]) yield* store.use(key, id)
          yield* turns(3)
          yield* store.remove("d")
          // It is not even begun by whoever made the value leave.
          assert.isFalse(begun.has(4))
          assert.deepInclude(yield* store.stats, { size: 0, releasing: 4 })
          yield* Deferred.succeed(latch, undefined)
          while ((yield* store.stats).releasing > 0) yield* turns(1)
          assert.deepStrictEqual((yield* store.stats).releases, { succeeded: 0, failed: 4, timedOut: 0 })
          yield* close
        }).pipe(Effect.provide(layer))
        assert.deepStrictEqual(messages.sort(), [
          "WARN sockets: the release of \"a\" (evicted) failed Fail",
          "WARN sockets: the release of \"b\" (evicted) failed Die",
          "WARN sockets: the release of \"c\" (evicted) failed Interrupt",
          "WARN sockets: the release of \"d\" (deleted) failed Interrupt"
        ])
      }))

    for (const isInterruptible of [true, false]) {
      it.effect(`is given up when it takes too long, ${isInterruptible ? "" : "un"}interruptible`, () =>
        Effect.gen(function*() {
          const [messages, layer] = collectLogs()
          yield* Effect.gen(function*() {
            let closedScopes = 0
            const hang: Effect.Effect<void> = Effect.never
            const scope = yield* Scope.make()
            const store = yield* Scope.extend(
              LeasedStore.make({
                name: "slow",
                releaseTimeout: "5 seconds",
                acquire: (_key: string) => Effect.addFinalizer(() => Effect.sync(() => closedScopes++)),
                release: () => isInterruptible ? hang : Effect.uninterruptible(hang)
              }),
              scope
            )
            yield* store.use("a", () => Effect.void)
            const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
            yield* turns(3)
            yield* TestClock.adjust("4999 millis")
            yield* turns(3)
            assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
            yield* TestClock.adjust("1 millis")
            yield* Fiber.join(closing)
            assert.deepStrictEqual((yield* store.stats).releases, { succeeded: 0, failed: 0, timedOut: 1 })
            if (isInterruptible) yield* until(() => closedScopes === 1)
          }).pipe(Effect.provide(layer))
          assert.deepStrictEqual(messages, [
            "WARN slow: the release of \"a\" (closed) was given up after 5s Empty"
          ])
        }))
    }

    it.effect("runs so many at a time, and no more", () =>
      Effect.gen(function*() {
        for (const [releaseConcurrency, expected] of [[1, 1], [3, 3], [Infinity, 10]] as const) {
          let running = 0
          let most = 0
          const ledger = new Ledger()
          const scope = yield* Scope.make()
          const counted = yield* Scope.extend(
            LeasedStore.make({
              releaseConcurrency,
              acquire: (key: string) => ledger.open(key),
              release: (_, handle) =>
                Effect.acquireUseRelease(
                  Effect.sync(() => most = Math.max(most, ++running)),
                  () => Effect.zipRight(turns(3), ledger.release(handle)),
                  () => Effect.sync(() => running--)
                )
            }),
            scope
          )
          yield* Effect.forEach("0123456789", (key) => counted.use(key, id))
          yield* Scope.close(scope, Exit.void)
          assert.strictEqual(most, expected)
          ledger.assertBalanced()
        }
      }))

    it.effect("a logger that throws does not stop the releases", () =>
      Effect.gen(function*() {
        const ledger = new Ledger()
        const thrower = Logger.make(() => {
          throw new Error("no disk")
        })
        yield* Effect.gen(function*() {
          const store = yield* LeasedStore.make({
            releaseConcurrency: 1,
            acquire: ledger.open,
            release: (_, handle) => Effect.zipRight(ledger.release(handle), Effect.fail("failed"))
          })
          for (const key of ["a", "b", "c"]) yield* store.use(key, id)
        }).pipe(Effect.scoped, Effect.provide(Logger.replace(Logger.defaultLogger, thrower)))
        ledger.assertBalanced()
      }))

    it.effect("a store made in an uninterruptible region gives releases up all the same", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const store = yield* Effect.uninterruptible(Scope.extend(
          LeasedStore.make({ acquire: (_: string) => Effect.void, release: () => Effect.never, timeToLive: "1 hour" }),
          scope
        ))
        yield* store.use("a", () => Effect.void)
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* turns(3)
        yield* TestClock.adjust("30 seconds")
        yield* Fiber.join(closing)
        assert.strictEqual((yield* store.stats).releases.timedOut, 1)
      }))
  })

  describe("closing", () => {
    it.effect("releases what is not leased at once, and waits for leases", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        yield* store.use("idle", id)
        const leased = yield* leaseApart(store, "leased")
        const user = yield* Effect.fork(store.use("used", (handle) => ledger.using(handle, Effect.sleep("10 seconds"))))
        yield* turns(3)
        const closing = yield* Effect.fork(close)
        yield* until(() => ledger.released.length === 1)
        assert.deepStrictEqual(ledger.released, [1])
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(user)
        yield* until(() => ledger.released.length === 2)
        assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
        yield* leased.end
        yield* Fiber.join(closing)
        ledger.assertBalanced()
      }))

    it.effect("after the grace period it releases under the leases, once, and says so", () =>
      Effect.gen(function*() {
        const [messages, layer] = collectLogs()
        const { close, ledger, store } = yield* Effect.provide(ledgered({ gracePeriod: "1 minute" }), layer)
        const leased = yield* leaseApart(store, "a")
        const closing = yield* Effect.fork(close)
        yield* turns(3)
        yield* TestClock.adjust("59999 millis")
        yield* turns(3)
        assert.deepStrictEqual(ledger.released, [])
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(closing)
        assert.deepStrictEqual(ledger.released, [1])
        yield* leased.end
        yield* turns(3)
        ledger.assertBalanced()
        assert.deepStrictEqual(messages, [
          "WARN LeasedStore: released under their leases, which outlived the store by 1m: \"a\" Empty"
        ])
      }))

    it.effect("leases in the scope of the store end first", () =>
      Effect.gen(function*() {
        const ledger = new Ledger()
        yield* Effect.scoped(Effect.gen(function*() {
          const store = yield* LeasedStore.make({
            acquire: ledger.open,
            release: ledger.releaseOf
          })
          yield* Effect.acquireRelease(
            Effect.tap(store.lease("a"), (handle) => Effect.sync(() => ledger.begin(handle))),
            (handle) => Effect.sync(() => ledger.end(handle))
          )
        }))
        ledger.assertBalanced()
      }))

    it.effect("interrupts what is being acquired, and whoever asks later", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        const acquire = Effect.zipRight(
          Effect.acquireRelease(ledger.open("a"), ledger.release),
          Effect.interruptible(Effect.never)
        )
        const caller = yield* Effect.fork(store.use("a", id, { acquire }))
        yield* until(() => ledger.handles.length === 1)
        yield* close
        assert.isTrue(Exit.isInterrupted(yield* Fiber.await(caller)))
        for (const late of [store.use("b", Effect.succeed), Effect.scoped(store.lease("b"))]) {
          assert.isTrue(Exit.isInterrupted(yield* Fiber.await(yield* Effect.fork(late))))
        }
        assert.deepStrictEqual(yield* store.useOption("a", id), Option.none())
        ledger.assertBalanced()
      }))

    it.effect("a release that asks the closed store is interrupted, and the others go on", () =>
      Effect.gen(function*() {
        const ledger = new Ledger()
        const scope = yield* Scope.make()
        const store: Handles = yield* Scope.extend(
          LeasedStore.make({
            acquire: ledger.open,
            release: (_, handle) => Effect.zipRight(ledger.release(handle), Effect.suspend(() => store.use("b", id)))
          }),
          scope
        )
        for (const key of ["a", "c"]) yield* store.use(key, id)
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual((yield* store.stats).releases, { succeeded: 0, failed: 2, timedOut: 0 })
        ledger.assertBalanced()
      }))

    it.effect("an empty store closes at once", () =>
      Effect.gen(function*() {
        const { close, store } = yield* ledgered()
        yield* close
        assert.isTrue(LeasedStore.isLeasedStore(store))
        assert.isFalse(LeasedStore.isLeasedStore({}))
        assert.include(JSON.parse(JSON.stringify(store)), { _id: "LeasedStore", name: "LeasedStore", size: 0 })
      }))
  })

  describe("options", () => {
    for (
      const [options, message] of [
        [{ maxSize: -1 }, "maxSize is -1, but must be a whole number, 0 or more, or Infinity"],
        [{ maxWeight: NaN }, "maxWeight is NaN, but must be a whole number, 0 or more, or Infinity"],
        [{ releaseConcurrency: 0 }, "releaseConcurrency is 0, but must be a whole number, 1 or more, or Infinity"],
        [{ releaseCapacity: 0 }, "releaseCapacity is 0, but must be a whole number, 1 or more, or Infinity"],
        [{ releaseConcurrency: 1.5 }, "releaseConcurrency is 1.5, but must be a whole number, 1 or more, or Infinity"],
        [{ releaseConcurrency: NaN }, "releaseConcurrency is NaN, but must be a whole number, 1 or more, or Infinity"],
        [
          { timeToLive: NaN },
          "timeToLive is NaN, but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\", or a function that returns one"
        ],
        [
          { timeToIdle: -1 },
          "timeToIdle is -1, but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
        ],
        [
          { releaseTimeout: -1 },
          "releaseTimeout is -1, but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
        ],
        [
          { gracePeriod: -1 },
          "gracePeriod is -1, but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
        ],
        // What a caller without types would do.
        [JSON.parse(`{ "weigher": 5 }`), "weigher is 5, but must be a function"],
        [
          JSON.parse(`{ "timeToLive": "soon" }`),
          `timeToLive is "soon", but must be a duration of 0 milliseconds or more, such as 500 or "5 minutes", or a function that returns one`
        ],
        [
          JSON.parse(`{ "releaseTimeout": "soon" }`),
          `releaseTimeout is "soon", but must be a duration of 0 milliseconds or more, such as 500 or "5 minutes"`
        ],
        [
          JSON.parse(`{ "gracePeriod": "soon" }`),
          `gracePeriod is "soon", but must be a duration of 0 milliseconds or more, such as 500 or "5 minutes"`
        ]
      ] satisfies ReadonlyArray<readonly [Partial<LeasedStore.Options<string, Handle>>, string]>
    ) {
      it.scoped(`refuses: ${message}`, () =>
        Effect.gen(function*() {
          const made = LeasedStore.make({ name: "odd", acquire: new Ledger().open, ...options })
          const error = yield* Effect.flip(made)
          assert.strictEqual(error._tag, "CacheConfigError")
          assert.strictEqual(error.message, `odd: ${message}`)
        }))
    }

    it.effect("a lease that brings no duration dies with an error that names it, and its value is released", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        const exit = yield* Effect.exit(store.use("a", id, { timeToLive: NaN }))
        assert.include(
          Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : "",
          "LeasedStore: timeToLive is NaN, but must be a duration"
        )
        assert.strictEqual(yield* store.size, 0)
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("a bad limit changes nothing", () =>
      Effect.gen(function*() {
        const { close, ledger, store } = yield* ledgered()
        yield* store.use("a", id)
        assert.strictEqual((yield* Effect.flip(store.resize({ maxSize: -1 })))._tag, "CacheConfigError")
        assert.deepStrictEqual(yield* store.keys, ["a"])
        yield* close
        ledger.assertBalanced()
      }))

    it.effect("weights bound the values", () =>
      Effect.gen(function*() {
        const { close, store } = yield* ledgered({ weigher: (key) => key.length, maxWeight: 5 })
        yield* store.use("aa", id)
        yield* store.use("bbb", id)
        assert.strictEqual(yield* store.weight, 5)
        yield* store.use("c", id)
        assert.deepStrictEqual(yield* store.keys, ["bbb", "c"])
        yield* close
      }))

    it("infers its types", () => {
      class Refused extends Data.TaggedError("Refused")<{}> {}
      class Db extends Context.Tag("Db")<Db, number>() {}
      class Log extends Context.Tag("Log")<Log, string>() {}
      const acquire = (key: string): Effect.Effect<Date, Refused, Db | Scope.Scope> =>
        Effect.as(Effect.zipRight(Db, Effect.scope), new Date(key))
      const made = LeasedStore.make({
        acquire,
        release: (key, value, reason) => {
          expectTypeOf(value).toEqualTypeOf<Date>()
          expectTypeOf(key).toEqualTypeOf<string>()
          expectTypeOf(reason).toEqualTypeOf<LeasedStore.ReleaseReason>()
          return Log
        }
      })
      type Made = Effect.Effect.Success<typeof made>
      expectTypeOf<Effect.Effect.Context<typeof made>>().toEqualTypeOf<Db | Log | Scope.Scope>()
      expectTypeOf<Made>().toEqualTypeOf<LeasedStore.LeasedStore<string, Date, Refused>>()
      const lease = (store: Made) => store.lease("a")
      expectTypeOf<ReturnType<typeof lease>>().toEqualTypeOf<Effect.Effect<Date, Refused, Scope.Scope>>()
      // An acquisition of one's own brings along how it fails, and what it needs.
      const own = Effect.acquireRelease(
        Effect.flatMap(Db, () => Effect.fail(404).pipe(Effect.as(new Date()))),
        () => Effect.void
      )
      const ownLease = (store: Made) => store.lease("a", { acquire: own })
      expectTypeOf<ReturnType<typeof ownLease>>().toEqualTypeOf<
        Effect.Effect<Date, Refused | number, Db | Scope.Scope>
      >()
      const ownUse = (store: Made) => store.use("a", () => Log, () => ({ acquire: own }))
      expectTypeOf<ReturnType<typeof ownUse>>().toEqualTypeOf<
        Effect.Effect<Effect.Effect.Success<typeof Log>, Refused | number, Db | Log>
      >()
      expectTypeOf<ReturnType<Made["pop"]>>().toEqualTypeOf<Effect.Effect<Date, CacheNotFoundError, Scope.Scope>>()
      const use = (store: Made) => store.use("a", () => Effect.fail("failed"))
      expectTypeOf<ReturnType<typeof use>>().toEqualTypeOf<Effect.Effect<never, Refused | string>>()
    })
  })

  it.effect("verbs that only look, and stats", () =>
    Effect.gen(function*() {
      const { close, store } = yield* ledgered({ maxSize: 3 })
      for (const key of ["a", "b", "c"]) yield* store.use(key, id)
      assert.strictEqual(Option.getOrThrow(yield* store.peek("a")).id, 1)
      assert.deepStrictEqual(yield* store.peek("z"), Option.none())
      assert.isTrue(yield* store.has("a"))
      assert.deepStrictEqual(yield* store.keys, ["a", "b", "c"])
      assert.deepStrictEqual((yield* store.values).map(({ id }) => id), [1, 2, 3])
      assert.deepStrictEqual((yield* store.entries).map(([key, { id }]) => [key, id]), [["a", 1], ["b", 2], ["c", 3]])
      assert.strictEqual((yield* Effect.flip(store.remove("z")))._tag, "CacheNotFoundError")
      yield* store.use("a", () =>
        Effect.gen(function*() {
          yield* store.use("d", id)
          yield* store.remove("a")
          while ((yield* store.stats).releasing > 0) yield* turns(1)
          assert.deepStrictEqual(yield* store.stats, {
            hits: 1,
            misses: 4,
            coalesced: 0,
            computations: 4,
            computationFailures: 0,
            insertions: 4,
            evicted: 1,
            expired: 0,
            replaced: 0,
            deleted: 1,
            cleared: 0,
            acquired: 4,
            inFlight: 0,
            size: 2,
            maxSize: 3,
            weight: 2,
            leased: 0,
            retired: 1,
            releasing: 0,
            releases: { succeeded: 1, failed: 0, timedOut: 0 },
            rejections: 0
          })
        }))
      yield* store.use("c", () => Effect.map(store.stats, (stats) => assert.strictEqual(stats.leased, 1)))
      yield* close
      const { acquired, releases, size } = yield* store.stats
      assert.deepStrictEqual([acquired, releases.succeeded, size], [4, 4, 0])
    }))
})
