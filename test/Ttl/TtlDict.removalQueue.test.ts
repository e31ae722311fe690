import { assert, describe, it } from "@effect/vitest"
import type { StoreEvent } from "effect-aws-cache/Cache"
import { CacheConfigError, type Dict, type RemovalQueueOptions, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { hasEnded } from "../../src/effect/fibers.js"
import { turns } from "../support/until.js"
import { warnings } from "../support/warnings.js"
import { hooksSettled } from "./hooksSettled.js"

/** A dictionary with a hook that waits until it is let go on. */
const stalled = (removalQueue: RemovalQueueOptions | undefined, maxSize = 1) =>
  Effect.gen(function*() {
    const open = yield* Deferred.make<void>()
    const told: Array<number> = []
    const dict = yield* TtlDict.make<number, string>({
      name: "d",
      maxSize,
      weigher: (_, value) => value.length,
      removalQueue,
      onRemoval: (key) => Effect.zipRight(Deferred.await(open), Effect.sync(() => told.push(key)))
    })
    // The hook is under way for the first.
    yield* dict.set(0, "x")
    yield* dict.set(1, "x")
    yield* turns(3)
    return { dict, open, told }
  })

describe("what waits for onRemoval", () => {
  it.scoped("is bounded in number: the oldest are dropped and counted, and an event tells of each", () => {
    const log = warnings()
    return Effect.gen(function*() {
      const { dict, open, told } = yield* stalled({ maxSize: 3 })
      const events: Array<StoreEvent<number>> = []
      yield* Effect.forkScoped(Stream.runForEach(dict.events, (event) => Effect.sync(() => events.push(event))))
      yield* turns(3)
      for (let key = 2; key <= 10; key++) yield* dict.set(key, "x")
      assert.deepStrictEqual((yield* dict.stats).hooks, { pending: 4, failed: 0, skipped: 0, dropped: 6 })
      yield* Deferred.succeed(open, undefined)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, [0, 7, 8, 9])
      yield* turns(3)
      assert.deepStrictEqual(
        events.flatMap((event) => event._tag === "HookDropped" ? [[event.key, event.reason]] : []),
        [1, 2, 3, 4, 5, 6].map((key) => [key, "evicted"])
      )
      assert.strictEqual(log.messages().filter((line) => line.includes("are dropped")).length, 1)
    }).pipe(Effect.provide(log.logger))
  })

  it.scoped("is bounded in weight", () =>
    Effect.gen(function*() {
      const { dict, open, told } = yield* stalled({ maxBytes: 100 })
      for (let key = 2; key <= 10; key++) yield* dict.set(key, "x".repeat(40))
      const { dropped, pending } = (yield* dict.stats).hooks
      assert.deepStrictEqual([pending, dropped], [3, 7])
      yield* Deferred.succeed(open, undefined)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, [0, 8, 9])
    }))

  it.scoped("may be nothing at all", () =>
    Effect.gen(function*() {
      const { dict } = yield* stalled({ maxSize: 0 })
      assert.deepStrictEqual((yield* dict.stats).hooks, { pending: 0, failed: 0, skipped: 0, dropped: 1 })
    }))

  it.scoped("is, by default, as much as the dictionary may hold: clearing it drops nothing", () =>
    Effect.gen(function*() {
      const { dict, open, told } = yield* stalled(undefined, 12_000)
      yield* dict.setMany(Array.from({ length: 11_990 }, (_, key) => [key, "x"] as const))
      yield* dict.resize({ maxSize: 10 })
      yield* dict.clear
      assert.strictEqual((yield* dict.stats).hooks.dropped, 0)
      yield* Deferred.succeed(open, undefined)
      yield* hooksSettled(dict)
      // Two were replaced.
      assert.lengthOf(told, 11_992)
    }))

  it.scoped("makes writers wait, if it is to: nothing is lost, reads go on, and an interrupted writer has not written", () =>
    Effect.gen(function*() {
      const { dict, open, told } = yield* stalled({ maxSize: 2, whenFull: "wait" })
      const writers = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 20 }, (_, at) => at + 2), (key) => dict.set(key, "x"), {
          concurrency: 5,
          discard: true
        })
      )
      yield* turns(5)
      const { hooks, size } = yield* dict.stats
      assert.deepStrictEqual([hooks.dropped, size], [0, 1])
      assert.isAtMost(hooks.pending, 3)
      assert.isTrue((yield* dict.keys).length === 1)
      const late = yield* Effect.fork(dict.getOrCompute(-1, Effect.succeed("x")))
      yield* turns(3)
      yield* Fiber.interrupt(late)
      assert.isFalse(yield* dict.has(-1))
      yield* Deferred.succeed(open, undefined)
      yield* Fiber.join(writers)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told.toSorted((one, other) => one - other), Array.from({ length: 21 }, (_, at) => at))
    }))

  it.scoped("never makes a hook wait for itself", () =>
    Effect.gen(function*() {
      const told: Array<number> = []
      const dict: Dict<number, string> = yield* TtlDict.make<number, string>({
        maxSize: 1,
        removalQueue: { maxSize: 1, whenFull: "wait" },
        onRemoval: (key) =>
          Effect.zipRight(
            Effect.sync(() => told.push(key)),
            key < 50 ? Effect.forEach([100, 200, 300], (by) => dict.set(key + by, "x"), { discard: true }) : Effect.void
          )
      })
      yield* Effect.forEach([1, 2, 3, 4], (key) => dict.set(key, "x"), { discard: true })
      const { dropped } = (yield* hooksSettled(dict)).hooks
      assert.isAbove(dropped, 0)
      assert.includeMembers(told, [1, 2])
    }))

  for (
    const [title, hook] of [
      ["that does not end", Effect.never],
      ["that cannot be interrupted", Effect.uninterruptible(Effect.never)]
    ] as const
  ) {
    it.effect(`closing waits for a hook ${title} as long as gracePeriod; what is left is counted`, () => {
      const log = warnings()
      return Effect.gen(function*() {
        const scope = yield* Scope.make()
        const dict = yield* Scope.extend(
          TtlDict.make<number, string>({ name: "d", maxSize: 1, gracePeriod: "5 seconds", onRemoval: () => hook }),
          scope
        )
        yield* dict.setMany([[1, "x"], [2, "x"], [3, "x"], [4, "x"]])
        yield* turns(3)
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* TestClock.adjust("4999 millis")
        assert.isFalse(hasEnded(closing))
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(closing)
        assert.strictEqual((yield* dict.stats).hooks.dropped, 2)
        // Whoever still uses it keeps nothing waiting either.
        yield* dict.set(5, "x")
        assert.strictEqual((yield* dict.stats).hooks.dropped, 3)
        assert.include(log.messages(), "d: onRemoval was given up 5s after closing, 3 left")
      }).pipe(Effect.provide(log.logger))
    })
  }

  it.effect("closing lets go of those who wait for room", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const dict = yield* Scope.extend(
        TtlDict.make<number, string>({
          maxSize: 1,
          gracePeriod: Duration.zero,
          removalQueue: { maxSize: 1, whenFull: "wait" },
          onRemoval: () => Effect.never
        }),
        scope
      )
      const writer = yield* Effect.fork(
        Effect.forEach([1, 2, 3, 4, 5], (key) => dict.set(key, "x"), { discard: true })
      )
      yield* turns(5)
      assert.isFalse(hasEnded(writer))
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(closing)
      yield* Fiber.join(writer)
      assert.isTrue(yield* dict.has(5))
    }))

  const wrong: ReadonlyArray<readonly [options: object, option: string]> = [
    [{ removalQueue: { maxSize: -1 } }, "removalQueue.maxSize"],
    [{ removalQueue: { maxSize: 1.5 } }, "removalQueue.maxSize"],
    [{ removalQueue: { maxSize: "many" } }, "removalQueue.maxSize"],
    [{ removalQueue: { maxBytes: "much" } }, "removalQueue.maxBytes"],
    [{ removalQueue: { maxBytes: -1 } }, "removalQueue.maxBytes"],
    [{ removalQueue: { whenFull: "block" } }, "removalQueue.whenFull"],
    [{ gracePeriod: "soon" }, "gracePeriod"],
    [{ gracePeriod: -1 }, "gracePeriod"]
  ]
  for (const [at, [options, option]] of wrong.entries()) {
    it.scoped(`refuses a bad ${option} (${at})`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(TtlDict.make({ onRemoval: () => Effect.void, ...options }))
        assert.instanceOf(error, CacheConfigError)
        assert.strictEqual(error.option, option)
      }))
  }

  it.effect("of a dictionary without Effect, async hooks under way are bounded as well", () =>
    Effect.gen(function*() {
      let finish = () => {}
      const finished = new Promise<void>((resolve) => {
        finish = resolve
      })
      const told: Array<number> = []
      const dict = new SyncTtlDict<number, string>({
        maxSize: 1,
        weigher: (_, value) => value.length,
        removalQueue: { maxSize: 5, maxBytes: 30 },
        onRemoval: (key) => {
          told.push(key)
          return finished
        }
      })
      for (let key = 0; key <= 10; key++) dict.set(key, "x")
      assert.deepStrictEqual(dict.stats.hooks, { pending: 5, failed: 0, skipped: 0, dropped: 5 })
      finish()
      yield* turns(1)
      assert.strictEqual(dict.stats.hooks.pending, 0)
      for (let key = 11; key <= 20; key++) dict.set(key, "x".repeat(10))
      // Ten bytes each, but for the first.
      assert.strictEqual(dict.stats.hooks.dropped, 5 + 6)
      yield* turns(1)
      assert.deepStrictEqual(told, [0, 1, 2, 3, 4, 10, 11, 12, 13])
    }))

  it("of a dictionary without Effect, what hooks remove is bounded as well", () => {
    let told = 0
    const dict: SyncTtlDict<number, string> = new SyncTtlDict<number, string>({
      maxSize: 10,
      removalQueue: { maxSize: 100 },
      onRemoval: () => {
        told++
        for (let more = 0; more < 5; more++) dict.set(told * 10 + more + 1000, "x")
      }
    })
    for (let key = 0; key <= 10; key++) dict.set(key, "x")
    assert.isAbove(dict.stats.hooks.dropped, 0)
    assert.isBelow(told, 100_000)
  })
})
