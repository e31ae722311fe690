import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Deferred, Effect, Exit, Fiber, Option, Predicate, Schema, Scope, TestClock } from "effect"
import { type CacheNotFoundError, type EntryTooLargeError, Store } from "effect-aws-cache/Cache"
import { type CacheValueError, TtlDict } from "effect-aws-cache/Ttl"
import { turns } from "../support/until.js"

interface WriteOptions {
  readonly timeToLive?: "1 hour" | undefined
  readonly expiresAt?: number | undefined
}

/** What is asked here of every store that can modify. */
interface Modified {
  readonly modify: <E = never, R = never>(
    key: string,
    f: (value: number) => Effect.Effect<number, E, R>,
    options?: WriteOptions
  ) => Effect.Effect<number, CacheNotFoundError | CacheValueError | EntryTooLargeError | E, R>
  readonly get: (key: string) => Effect.Effect<number, CacheNotFoundError>
  readonly set: (key: string, value: number) => Effect.Effect<unknown, CacheValueError | EntryTooLargeError>
  readonly remove: (key: string) => Effect.Effect<unknown, CacheNotFoundError>
  readonly refresh: (key: string, compute: Effect.Effect<number>) => Effect.Effect<unknown, unknown>
  readonly getOrCompute: (key: string, compute: Effect.Effect<number, string>) => Effect.Effect<unknown, unknown>
  readonly stats: Effect.Effect<{ readonly hits: number; readonly misses: number; readonly inFlight: number }>
}

class Numbers extends TtlDict.Service<Numbers>()("test/Numbers", {
  key: Schema.String,
  value: Schema.Number,
  failure: Schema.String,
  failureTimeToLive: "1 hour",
  timeToLive: "1 minute",
  maxBytes: 100,
  weigher: (_, value) => value
}) {}

const options = { failure: Predicate.isString, failureTimeToLive: "1 hour", timeToLive: "1 minute" } as const

const stores: ReadonlyArray<readonly [what: string, make: Effect.Effect<Modified, unknown, Scope.Scope>]> = [
  ["Store", Store.make<string, number, string>({ ...options, maxWeight: 100, weigher: (_, value) => value })],
  ["TtlDict", TtlDict.make<string, number, string>({ ...options, maxBytes: 100, weigher: (_, value) => value })]
]

const defectOf = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit) && Cause.isDie(exit.cause) ? String(Cause.squash(exit.cause)) : "no defect"

describe("modify", () => {
  for (const [what, make] of stores) {
    it.scoped(`each of many finds what the one before it has left, and none is lost: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        yield* store.set("a", 1)
        let running = 0
        const add = (value: number) =>
          Effect.suspend(() => {
            assert.strictEqual(++running, 1)
            return Effect.as(Effect.yieldNow(), value + 1).pipe(Effect.ensuring(Effect.sync(() => running--)))
          })
        const all = yield* Effect.forEach(Array.from({ length: 50 }), () => store.modify("a", add), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(all, Array.from({ length: 50 }, (_, at) => at + 2))
        assert.strictEqual(yield* store.get("a"), 51)
        assert.strictEqual((yield* store.stats).inFlight, 0)
      }))

    it.scoped(`keys of their own do not wait for each other: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        yield* store.set("a", 1)
        yield* store.set("b", 1)
        const first = yield* Effect.fork(store.modify("a", () => Effect.never))
        yield* turns(5)
        assert.strictEqual(yield* store.modify("b", (n) => Effect.succeed(n + 1)), 2)
        yield* Fiber.interrupt(first)
      }))

    it.scoped(`without a value there is nothing to modify, and a failure that is remembered is none: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        const asked = Effect.flip(store.modify("a", () => Effect.die("asked")))
        assert.strictEqual((yield* asked)._tag, "CacheNotFoundError")
        yield* Effect.exit(store.getOrCompute("a", Effect.fail("no")))
        assert.strictEqual((yield* asked)._tag, "CacheNotFoundError")
        yield* store.set("a", 1)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* asked)._tag, "CacheNotFoundError")
        const { hits, misses } = yield* store.stats
        assert.deepStrictEqual([hits, misses], [0, 1])
      }))

    it.scoped(`where it fails, dies or is interrupted the old value stays, and the next one runs: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        yield* store.set("a", 1)
        assert.deepStrictEqual(yield* Effect.exit(store.modify("a", () => Effect.fail("no"))), Exit.fail("no"))
        assert.include(defectOf(yield* Effect.exit(store.modify("a", () => Effect.die("defect")))), "defect")
        const thrown = store.modify("a", (): Effect.Effect<number> => {
          throw new Error("thrown")
        })
        assert.include(defectOf(yield* Effect.exit(thrown)), "thrown")
        const none: Effect.Effect<number> = JSON.parse("5")
        assert.include(defectOf(yield* Effect.exit(store.modify("a", () => none))), "modify is one that returns 5")
        assert.isTrue(Exit.isInterrupted(yield* Effect.exit(store.modify("a", () => Effect.interrupt))))
        let interrupted = 0
        const hanging = yield* Effect.fork(
          store.modify("a", () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++)))
        )
        yield* turns(5)
        const waiting = yield* Effect.fork(store.modify("a", (n) => Effect.succeed(n + 1)))
        const leaving = yield* Effect.fork(store.modify("a", () => Effect.die("asked")))
        yield* turns(5)
        yield* Fiber.interrupt(leaving)
        assert.strictEqual(yield* store.get("a"), 1)
        // Who waits for it does not keep it up.
        yield* Fiber.interrupt(hanging)
        assert.strictEqual(interrupted, 1)
        assert.strictEqual(yield* Fiber.join(waiting), 2)
        assert.strictEqual(yield* store.get("a"), 2)
      }))

    it.scoped(`keeps the time to live that is left, unless it is given one: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        const add = (n: number) => Effect.delay(Effect.succeed(n + 1), "1 second")
        const modify = (given?: WriteOptions) =>
          Effect.gen(function*() {
            const modifying = yield* Effect.fork(store.modify("a", add, given))
            yield* turns(5)
            yield* TestClock.adjust("1 second")
            yield* Fiber.join(modifying)
          })
        yield* store.set("a", 1)
        yield* TestClock.adjust("50 seconds")
        yield* modify()
        assert.strictEqual(yield* store.get("a"), 2)
        yield* TestClock.adjust("9 seconds")
        assert.strictEqual((yield* Effect.flip(store.get("a")))._tag, "CacheNotFoundError")
        yield* store.set("a", 1)
        yield* modify({ timeToLive: "1 hour" })
        yield* TestClock.adjust("59 minutes")
        assert.strictEqual(yield* store.get("a"), 2)
        const at = yield* TestClock.currentTimeMillis
        yield* modify({ expiresAt: at + 5000 })
        yield* TestClock.adjust(3999)
        assert.strictEqual(yield* store.get("a"), 3)
        yield* TestClock.adjust(1)
        assert.strictEqual((yield* Effect.flip(store.get("a")))._tag, "CacheNotFoundError")
        // Its time ends while it is modified.
        yield* store.set("a", 1)
        yield* TestClock.adjust(59_500)
        yield* modify()
        assert.strictEqual((yield* Effect.flip(store.get("a")))._tag, "CacheNotFoundError")
      }))

    const meanwhile: ReadonlyArray<
      readonly [what: string, act: (store: Modified) => Effect.Effect<unknown, unknown>, after: number | undefined]
    > = [
      ["set", (store) => store.set("a", 9), 9],
      ["removed", (store) => store.remove("a"), undefined],
      ["refreshed", (store) => store.refresh("a", Effect.succeed(9)), 9],
      ["refreshed to what it was", (store) => store.refresh("a", Effect.succeed(1)), 1],
      ["set to what it was", (store) => store.set("a", 1), 1],
      [
        "expired and computed anew",
        (store) => Effect.zipRight(TestClock.adjust("1 minute"), store.getOrCompute("a", Effect.succeed(1))),
        1
      ]
    ]
    for (const [how, act, after] of meanwhile) {
      it.scoped(`what is ${how} meanwhile stays, and the next one waits all the same: ${what}`, () =>
        Effect.gen(function*() {
          const store = yield* make
          yield* store.set("a", 1)
          const gate = yield* Deferred.make<void>()
          const modifying = yield* Effect.fork(store.modify("a", (n) => Effect.as(Deferred.await(gate), n + 1)))
          yield* turns(5)
          yield* act(store)
          const found: Array<number> = []
          const next = yield* Effect.fork(Effect.exit(store.modify("a", (n) => Effect.sync(() => found.push(n)))))
          yield* turns(5)
          assert.deepStrictEqual(found, [])
          yield* Deferred.succeed(gate, undefined)
          assert.strictEqual(yield* Fiber.join(modifying), 2)
          yield* Fiber.join(next)
          assert.deepStrictEqual(found, after === undefined ? [] : [after])
          assert.deepStrictEqual(
            yield* Effect.option(store.get("a")),
            after === undefined ? Option.none() : Option.some(1)
          )
        }))
    }

    it.scoped(`a refresh that began before it does not undo it: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        yield* store.set("a", 1)
        const gate = yield* Deferred.make<void>()
        const refreshing = yield* Effect.fork(store.refresh("a", Effect.as(Deferred.await(gate), 50)))
        yield* turns(5)
        assert.strictEqual(yield* store.modify("a", (n) => Effect.succeed(n + 1)), 2)
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(refreshing)
        assert.strictEqual(yield* store.get("a"), 2)
      }))

    it.scoped(`a value that is too large is refused, and the old one stays: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        yield* store.set("a", 1)
        const error = yield* Effect.flip(store.modify("a", () => Effect.succeed(101)))
        assert.strictEqual(error._tag, "EntryTooLargeError")
        assert.strictEqual(yield* store.get("a"), 1)
      }))

    it.scoped(`one that waits for itself dies with a clear error: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        yield* store.set("a", 1)
        const inner = store.modify("a", (n) => Effect.succeed(n + 1))
        assert.include(defectOf(yield* Effect.exit(store.modify("a", () => inner))), "waits for its own result")
        assert.strictEqual(yield* inner, 2)
      }))

    it.scoped(`has the services of its caller: ${what}`, () =>
      Effect.gen(function*() {
        class Step extends Context.Tag("test/Step")<Step, number>() {}
        const store = yield* make
        yield* store.set("a", 1)
        const modified = store.modify("a", (n) => Effect.map(Step, (step) => n + step))
        assert.strictEqual(yield* Effect.provideService(modified, Step, 5), 6)
      }))

    it.effect(`ends with the store, whoever waits: ${what}`, () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const store = yield* Scope.extend(make, scope)
        yield* store.set("a", 1)
        const fibers = yield* Effect.forEach([1, 2], () => Effect.fork(store.modify("a", () => Effect.never)))
        yield* turns(5)
        yield* Scope.close(scope, Exit.void)
        for (const fiber of fibers) assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
      }))
  }

  it.effect("is an operation of a class of dictionaries, which checks key and value", () =>
    Effect.gen(function*() {
      yield* Numbers.set("a", 1)
      assert.strictEqual(yield* Numbers.modify("a", (n) => Effect.succeed(n + 1)), 2)
      const wrong: number = JSON.parse("\"x\"")
      const error = yield* Effect.flip(Numbers.modify("a", () => Effect.succeed(wrong)))
      assert.strictEqual(error._tag, "CacheValueError")
      assert.strictEqual(yield* Numbers.get("a"), 2)
      const key: string = JSON.parse("5")
      assert.include(defectOf(yield* Effect.exit(Numbers.modify(key, Effect.succeed))), "CacheKeyError")
    }).pipe(Effect.provide(Numbers.layer())))
})
