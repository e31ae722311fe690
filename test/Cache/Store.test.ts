import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import {
  Cause,
  Clock,
  Context,
  Data,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  FiberRef,
  Option,
  Scope,
  TestClock
} from "effect"
import { BoundedMap, type CacheNotFoundError, Store } from "effect-aws-cache/Cache"
import { expiryOf } from "../support/expiryOf.js"
import { recordedSpans } from "../support/recordedSpans.js"

const expectTag = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>, tag: E["_tag"]) =>
  Effect.map(Effect.flip(effect), (error) => {
    assert.strictEqual(error._tag, tag)
    return error
  })

describe("Store", () => {
  describe("verbs", () => {
    it.scoped("add, get, set, remove and their typed failures", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ name: "numbers" })
        const missing = yield* Effect.flip(store.get("a"))
        assert.strictEqual(missing._tag, "CacheNotFoundError")
        assert.strictEqual(missing.message, "numbers: there is no entry under \"a\"")
        yield* store.add("a", 1)
        const exists = yield* expectTag(store.add("a", 2), "CacheExistsError")
        assert.strictEqual(exists.message, "numbers: there is an entry under \"a\" already")
        assert.strictEqual(yield* store.get("a"), 1)
        yield* store.set("a", 3)
        assert.deepStrictEqual(yield* store.getOption("a"), Option.some(3))
        assert.isTrue(yield* store.has("a"))
        yield* store.remove("a")
        yield* expectTag(store.remove("a"), "CacheNotFoundError")
        yield* expectTag(store.pop("a"), "CacheNotFoundError")
        assert.deepStrictEqual(yield* store.getOption("a"), Option.none())
        yield* store.set("b", 4)
        assert.strictEqual(yield* store.pop("b"), 4)
        assert.strictEqual(yield* store.size, 0)
      }))

    it.scoped("undefined is a value", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, undefined>()
        yield* store.set("a", undefined)
        assert.deepStrictEqual(yield* store.getOption("a"), Option.some(undefined))
        assert.isUndefined(yield* store.getOrCompute("a", Effect.dieMessage("computed")))
      }))

    it.scoped("get and getOption are uses; peek, has, keys, values, entries and size are not", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ maxSize: 3 })
        for (const key of ["a", "b", "c"]) yield* store.set(key, 0)
        yield* store.peek("a")
        yield* store.has("a")
        yield* store.values
        yield* store.entries
        assert.deepStrictEqual(yield* store.keys, ["a", "b", "c"])
        yield* store.get("a")
        yield* store.getOption("b")
        assert.deepStrictEqual(yield* store.keys, ["c", "a", "b"])
        assert.deepStrictEqual(yield* store.popVictim, Option.some(["c", 0] as const))
        yield* store.clear
        assert.deepStrictEqual(yield* store.popVictim, Option.none())
      }))

    it.scoped("keys, values and entries are snapshots", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        yield* store.set("a", 1)
        const keys = yield* store.keys
        yield* store.set("b", 2)
        assert.deepStrictEqual(keys, ["a"])
        assert.deepStrictEqual(yield* store.values, [1, 2])
        assert.deepStrictEqual(yield* store.entries, [["a", 1], ["b", 2]])
      }))

    it.scoped("structural keys", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<{ readonly team: string }, number>()
        yield* store.set(Data.struct({ team: "core" }), 1)
        assert.strictEqual(yield* store.get(Data.struct({ team: "core" })), 1)
      }))

    it.scoped("resize evicts at once, the next victim first; a bad limit changes nothing", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ maxSize: 3 })
        for (const key of ["a", "b", "c"]) yield* store.set(key, 0)
        const bad = yield* expectTag(store.resize({ maxSize: -1 }), "CacheConfigError")
        assert.strictEqual(
          bad.message,
          "Store: maxSize is -1, but must be a whole number, 0 or more, or Infinity"
        )
        assert.strictEqual(yield* store.size, 3)
        yield* store.resize({ maxSize: 1 })
        assert.deepStrictEqual(yield* store.keys, ["c"])
      }))

    it.scoped("stats", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ maxSize: 1 })
        yield* store.getOption("a")
        yield* store.set("a", 1)
        yield* store.get("a")
        yield* store.set("b", 2)
        yield* store.set("b", 3)
        yield* store.getOrCompute("c", Effect.succeed(4))
        const stats = yield* store.stats
        assert.deepStrictEqual(stats, {
          hits: 1,
          misses: 2,
          coalesced: 0,
          computations: 1,
          computationFailures: 0,
          insertions: 3,
          rejections: 0,
          evicted: 2,
          expired: 0,
          replaced: 1,
          deleted: 0,
          cleared: 0,
          listenerFailures: 0,
          listenerSkips: 0,
          inFlight: 0,
          size: 1,
          maxSize: 1,
          weight: 1
        })
      }))

    it("infers its types", () => {
      class Denied extends Data.TaggedError("Denied")<{}> {}
      class Db extends Context.Tag("Db")<Db, number>() {}
      class Gone extends Data.TaggedError("Gone")<{}> {}
      const made = Store.make<string, number>()
      type Made = Effect.Effect.Success<typeof made>
      expectTypeOf<ReturnType<Made["get"]>>().toEqualTypeOf<Effect.Effect<number, CacheNotFoundError>>()
      expectTypeOf<Effect.Effect.Context<typeof made>>().toEqualTypeOf<Scope.Scope>()
      const compute = Effect.flatMap(Db, (n) => n > 0 ? Effect.succeed(n) : new Denied())
      const lookups = (store: Made) =>
        [
          store.getOrCompute("a", compute),
          store.refresh("a", compute),
          store.getOrCompute("a", Effect.succeed(1))
        ] as const
      expectTypeOf<ReturnType<typeof lookups>>().toEqualTypeOf<
        readonly [
          Effect.Effect<number, Denied, Db>,
          Effect.Effect<number, Denied, Db>,
          Effect.Effect<number>
        ]
      >()
      const many = (store: Made) =>
        store.getManyOrCompute(["a"], (missing) =>
          Effect.map(
            compute,
            (n) => missing.map((key) => [key, n > 1 ? n : Store.loadFailure(new Gone())] as const)
          ))
      expectTypeOf<ReturnType<typeof many>>().toEqualTypeOf<
        Effect.Effect<ReadonlyArray<Option.Option<number>>, Denied | Gone, Db>
      >()
      const memoized = (store: Made) => store.memoize((_) => compute)
      expectTypeOf<ReturnType<typeof memoized>>().toEqualTypeOf<
        Effect.Effect<(key: string) => Effect.Effect<number, Denied>, never, Db>
      >()
      // What is remembered is in the type of every lookup.
      const remembering = Store.make<string, number, Gone>({
        failure: (error) => error instanceof Gone,
        failureTimeToLive: "1 minute"
      })
      const remembered = (store: Effect.Effect.Success<typeof remembering>) => store.getOrCompute("a", compute)
      expectTypeOf<ReturnType<typeof remembered>>().toEqualTypeOf<Effect.Effect<number, Denied | Gone, Db>>()
    })
  })

  describe("options", () => {
    for (
      const [options, message] of [
        [{ maxSize: -1 }, "Store: maxSize is -1, but must be a whole number, 0 or more, or Infinity"],
        [{ maxSize: 1.5 }, "Store: maxSize is 1.5, but must be a whole number, 0 or more, or Infinity"],
        [{ maxSize: NaN }, "Store: maxSize is NaN, but must be a whole number, 0 or more, or Infinity"],
        [{ maxWeight: -1 }, "Store: maxWeight is -1, but must be a whole number, 0 or more, or Infinity"]
      ] as const
    ) {
      it.scoped(`refuses ${JSON.stringify(options)}`, () =>
        Effect.gen(function*() {
          const error = yield* expectTag(Store.make<string, number>(options), "CacheConfigError")
          assert.strictEqual(error.message, message)
        }))
    }

    for (
      const [text, message] of [
        ["{ \"weigher\": 5 }", "Store: weigher is 5, but must be a function"],
        ["{ \"onRemoval\": \"x\" }", "Store: onRemoval is \"x\", but must be a function"],
        ["{ \"jitter\": \"0.1\" }", "Store: jitter is \"0.1\", but must be a number from 0 to 1"],
        [
          "{ \"maxSize\": \"3\" }",
          "Store: maxSize is \"3\", but must be a whole number, 0 or more, or Infinity"
        ]
      ] as const
    ) {
      it.scoped(`refuses what a caller without types may give: ${text}`, () =>
        Effect.gen(function*() {
          const options: Store.Options<string, number> = JSON.parse(text)
          const error = yield* expectTag(Store.make(options), "CacheConfigError")
          assert.strictEqual(error.message, message)
        }))
    }

    it.scoped("refuses an object that has no text", () =>
      Effect.gen(function*() {
        const error = yield* expectTag(Store.make({ maxSize: Object.create(null) }), "CacheConfigError")
        assert.include(error.message, "Store: maxSize is {}, but must be a whole number, 0 or more")
      }))

    it.scoped("refuses a policy it does not know, and names those it does", () =>
      Effect.gen(function*() {
        // What a caller without types would do.
        const options: Store.Options<string, number> = JSON.parse("{ \"evictionPolicy\": \"FIFO\" }")
        const error = yield* expectTag(Store.make(options), "CacheConfigError")
        assert.include(error.message, "evictionPolicy is \"FIFO\", but must be \"LRU\", \"LFU\"")
      }))
  })

  describe("durations", () => {
    for (
      const [timeToLive, shown] of [
        [NaN, "NaN"],
        [-1, "-1"],
        [-1n, "-1"],
        ["-5 minutes", "\"-5 minutes\""],
        [[NaN, 0], "[NaN,0]"],
        [[-1, 0], "[-1,0]"]
      ] satisfies ReadonlyArray<readonly [Duration.DurationInput, string]>
    ) {
      it.scoped(`refuses a timeToLive of ${shown} instead of storing nothing (${typeof timeToLive})`, () =>
        Effect.gen(function*() {
          const error = yield* expectTag(Store.make<string, number>({ timeToLive }), "CacheConfigError")
          assert.strictEqual(
            error.message,
            `Store: timeToLive is ${shown}, but must be a duration of 0 milliseconds or more, such as 500 or "5 minutes", or a function that returns one`
          )
        }))
    }

    it.scoped("accepts zero and more in every form", () =>
      Effect.gen(function*() {
        const inputs = [
          0,
          0n,
          1n,
          "0 seconds",
          "5 minutes",
          [1, 5],
          Infinity,
          Duration.infinity,
          Duration.zero
        ] as const
        for (const timeToLive of inputs) yield* Store.make<string, number>({ timeToLive })
      }))

    it.scoped("a call or a function that brings none dies with an error that names it, and changes nothing", () =>
      Effect.gen(function*() {
        const answers: { timeToLive: Duration.DurationInput } = { timeToLive: "1 hour" }
        const store = yield* Store.make<string, number>({ name: "s", timeToLive: () => answers.timeToLive })
        yield* store.set("a", 1)
        // What a caller without types would do.
        const text: Duration.DurationInput = JSON.parse("\"10 minute s\"")
        const defectOf = (effect: Effect.Effect<unknown, unknown>) =>
          Effect.map(
            Effect.exit(effect),
            (exit) => Exit.isFailure(exit) && Cause.isDie(exit.cause) ? String(Cause.squash(exit.cause)) : "no defect"
          )
        const ofText = "s: timeToLive is \"10 minute s\", but must be a duration"
        const ofNaN = "s: timeToLive is NaN, but must be a duration"
        assert.include(yield* defectOf(store.set("a", 2, { timeToLive: text })), ofText)
        assert.include(yield* defectOf(store.set("a", 2, { timeToLive: NaN })), ofNaN)
        assert.include(yield* defectOf(store.add("b", 2, { timeToLive: text })), ofText)
        assert.include(yield* defectOf(store.setTimeToLive("a", text)), ofText)
        assert.include(yield* defectOf(store.setTimeToLive("a", NaN)), ofNaN)
        assert.include(
          yield* defectOf(store.getOrCompute("b", Effect.succeed(2), { timeToLive: text })),
          ofText
        )
        answers.timeToLive = NaN
        assert.include(yield* defectOf(store.set("a", 2)), ofNaN)
        assert.deepStrictEqual(yield* store.entries, [["a", 1]])
        assert.strictEqual(yield* expiryOf(store, "a"), 3_600_000)
      }))

    it.scoped("a negative one of a call is what is left of a time that has passed: zero", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        yield* store.set("a", 1)
        yield* store.setTimeToLive("a", -1)
        yield* store.set("b", 1, { timeToLive: "-5 seconds" })
        assert.strictEqual(yield* store.size, 0)
      }))
  })

  describe("expiry", () => {
    it.scoped("exactly at its millisecond, by Effect's clock", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ timeToLive: "1 second" })
        yield* store.set("a", 1)
        yield* TestClock.adjust(999)
        assert.strictEqual(yield* store.get("a"), 1)
        assert.strictEqual(yield* expiryOf(store, "a"), 1000)
        yield* TestClock.adjust(1)
        assert.isFalse(yield* store.has("a"))
        yield* expectTag(store.get("a"), "CacheNotFoundError")
        assert.deepStrictEqual(yield* store.peekEntry("a"), Option.none())
      }))

    it.scoped("time to live: zero is not stored, infinity never ends, a write decides for itself", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ timeToLive: (_, value) => Duration.seconds(value) })
        yield* store.set("zero", 0)
        yield* store.set("one", 1)
        yield* store.set("never", 1, { timeToLive: Duration.infinity })
        yield* store.set("two", 1, { timeToLive: "2 seconds" })
        assert.deepStrictEqual(yield* store.keys, ["one", "never", "two"])
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* store.keys, ["never", "two"])
        yield* store.setTimeToLive("never", "10 seconds")
        assert.strictEqual(yield* expiryOf(store, "never"), 11_000)
        yield* TestClock.adjust("1 days")
        assert.strictEqual(yield* store.size, 0)
      }))

    it.scoped("time to idle: lookups that find and writes put it off, looking on does not", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ timeToIdle: "1 minute", timeToLive: "5 minutes" })
        yield* store.set("read", 1)
        yield* store.set("written", 1)
        yield* store.set("seen", 1)
        yield* TestClock.adjust("50 seconds")
        assert.strictEqual(yield* store.getOrCompute("read", Effect.die("not computed")), 1)
        yield* store.set("written", 2)
        yield* Effect.all([store.peek("seen"), store.has("seen"), store.entries, store.peekEntry("seen")])
        const now = yield* Clock.currentTimeMillis
        // If it is not used until then.
        assert.strictEqual(yield* expiryOf(store, "read"), now + 60_000)
        yield* TestClock.adjust("10 seconds")
        assert.sameMembers([...yield* store.keys], ["read", "written"])
        for (const _ of [1, 2, 3, 4, 5]) {
          yield* TestClock.adjust("49 seconds")
          yield* Effect.all([store.getOption("read"), store.getOption("written")])
        }
        // However often it is used, its time to live ends.
        assert.deepStrictEqual(yield* store.keys, ["written"])
        yield* TestClock.adjust("49 seconds")
        assert.deepStrictEqual(yield* store.keys, [])
        assert.strictEqual((yield* store.stats).expired, 3)
      }))

    it.scoped("time to idle: zero stores nothing, and what is idle is not given out stale", () =>
      Effect.gen(function*() {
        const none = yield* Store.make<string, number>({ timeToIdle: 0 })
        yield* none.set("a", 1)
        assert.strictEqual(yield* none.size, 0)
        const stale = yield* Store.make<string, number>({
          timeToIdle: "2 minutes",
          timeToLive: "1 minute",
          staleWhileRevalidate: "1 hour"
        })
        yield* stale.set("a", 1)
        yield* TestClock.adjust("90 seconds")
        assert.strictEqual(yield* stale.getOrCompute("a", Effect.never), 1)
        yield* TestClock.adjust("2 minutes")
        yield* stale.remove("a").pipe(Effect.ignore)
        assert.strictEqual(yield* stale.getOrCompute("a", Effect.succeed(2)), 2)
        const error = yield* Effect.flip(Store.make({ timeToIdle: -1 }))
        assert.strictEqual(
          error.message,
          "Store: timeToIdle is -1, but must be a duration of 0 milliseconds or more, such as 500 or \"5 minutes\""
        )
      }))

    it.scoped("starts when the computation has ended, not when it began (effect-smol #1805)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ timeToLive: "1 second" })
        const fiber = yield* Effect.fork(store.getOrCompute("a", Effect.delay(Effect.succeed(1), "1 minute")))
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(fiber)
        yield* TestClock.adjust(999)
        assert.isTrue(yield* store.has("a"))
        yield* TestClock.adjust(1)
        assert.isFalse(yield* store.has("a"))
      }))

    it.scoped("a throwing time to live is a defect of that write and of nothing else (Effect #7609, #7612)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({
          timeToLive: (_, value) => {
            if (value === 0) throw new Error("no time")
            return "1 minute"
          }
        })
        yield* store.set("a", 1)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(store.set("a", 0))))
        const waiting = yield* Effect.forkAll(
          [1, 2, 3].map(() => Effect.exit(store.getOrCompute("b", Effect.succeed(0))))
        )
        for (const exit of yield* Fiber.join(waiting)) assert.isTrue(Exit.isFailure(exit))
        assert.strictEqual(yield* store.get("a"), 1)
        assert.strictEqual(yield* store.getOrCompute("b", Effect.succeed(2)), 2)
      }))
  })

  describe("weight", () => {
    it.scoped("an entry over the limit fails and touches nothing; computed, it is returned and not stored", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, string>({ maxWeight: 4, weigher: (_, value) => value.length })
        yield* store.set("a", "aa")
        yield* store.set("b", "bb")
        const error = yield* expectTag(store.set("a", "aaaaa"), "EntryTooLargeError")
        assert.strictEqual(error.message, "Store: the entry under \"a\" weighs 5, over the limit of 4")
        assert.deepStrictEqual(yield* store.entries, [["a", "aa"], ["b", "bb"]])
        assert.strictEqual(yield* store.getOrCompute("c", Effect.succeed("ccccc")), "ccccc")
        assert.isFalse(yield* store.has("c"))
        assert.strictEqual(yield* store.weight, 4)
      }))
  })

  describe("single flight", () => {
    const counted = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
      const calls = { started: 0, finished: 0, interrupted: 0 }
      return [
        calls,
        Effect.suspend(() => {
          calls.started++
          return Effect.onExit(effect, (exit) =>
            Effect.sync(() => {
              if (Exit.isInterrupted(exit)) calls.interrupted++
              else calls.finished++
            }))
        })
      ] as const
    }

    it.scoped("1,000 callers of one key share one computation", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const [calls, compute] = counted(Effect.delay(Effect.succeed(1), "1 second"))
        const fiber = yield* Effect.fork(
          Effect.forEach(Array.from({ length: 1000 }), () => store.getOrCompute("a", compute), {
            concurrency: "unbounded"
          })
        )
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* Fiber.join(fiber), Array.from({ length: 1000 }, () => 1))
        assert.deepStrictEqual(calls, { started: 1, finished: 1, interrupted: 0 })
        assert.strictEqual(yield* store.getOrCompute("a", compute), 1)
        assert.strictEqual(calls.started, 1)
      }))

    it.scoped("the interruption of the first caller does not reach the others (Effect #8389)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const [calls, compute] = counted(Effect.delay(Effect.succeed(1), "1 second"))
        const first = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* TestClock.adjust("1 millis")
        const second = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* TestClock.adjust("1 millis")
        yield* Fiber.interrupt(first)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(second), 1)
        assert.deepStrictEqual(calls, { started: 1, finished: 1, interrupted: 0 })
      }))

    it.scoped("a caller's time limit is its own (Effect #6304)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const [calls, compute] = counted(Effect.delay(Effect.succeed(1), "1 second"))
        const hasty = yield* Effect.fork(Effect.timeoutOption(store.getOrCompute("a", compute), "10 millis"))
        const patient = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* Fiber.join(hasty), Option.none())
        assert.strictEqual(yield* Fiber.join(patient), 1)
        assert.strictEqual(calls.started, 1)
      }))

    it.scoped("when the last caller leaves, the computation is interrupted and its finalizers are awaited (Effect #6494)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        let finalized = false
        const [calls, compute] = counted(
          Effect.ensuring(Effect.never, Effect.delay(Effect.sync(() => (finalized = true)), "1 second"))
        )
        const callers = yield* Effect.forEach([1, 2], () => Effect.fork(store.getOrCompute("a", compute)))
        yield* TestClock.adjust("1 millis")
        yield* Fiber.interrupt(callers[0] as Fiber.Fiber<number>)
        assert.strictEqual(calls.interrupted, 0)
        const leaving = yield* Effect.fork(Fiber.interrupt(callers[1] as Fiber.Fiber<number>))
        yield* TestClock.adjust("999 millis")
        assert.isTrue(Option.isNone(yield* Fiber.poll(leaving)))
        // The key is free again while the finalizers run.
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed(2)), 2)
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(leaving)
        assert.isTrue(finalized)
        assert.strictEqual(calls.interrupted, 1)
        assert.strictEqual(yield* store.get("a"), 2)
      }))

    it.scoped("interrupted before it began, it leaves nothing behind (Effect #7582, #7583)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const [calls, compute] = counted(Effect.never)
        const caller = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* Fiber.interrupt(caller)
        assert.strictEqual((yield* store.stats).inFlight, 0)
        assert.strictEqual(calls.finished, 0)
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed(1)), 1)
      }))

    it.scoped("failures and defects are not stored, and who waited computes by himself", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        for (const compute of [Effect.fail("broken"), Effect.die("defect"), Effect.interrupt]) {
          const [calls, counting] = counted(Effect.zipRight(Effect.sleep("1 second"), compute))
          const callers = yield* Effect.forEach([1, 2], () => Effect.fork(store.getOrCompute("a", counting)))
          yield* TestClock.adjust("2 seconds")
          const expected = yield* Effect.exit(compute)
          for (const caller of callers) {
            const exit = yield* Fiber.await(caller)
            assert.strictEqual(Exit.isInterrupted(exit), Exit.isInterrupted(expected))
            if (!Exit.isInterrupted(expected)) assert.deepStrictEqual(exit, expected)
          }
          assert.strictEqual(calls.started, 2)
          assert.isFalse(yield* store.has("a"))
        }
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed(1)), 1)
      }))

    it.scoped("a computation that throws instead of returning an effect settles its callers", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const exit = yield* Effect.exit(store.getOrCompute(
          "a",
          Effect.suspend((): Effect.Effect<number> => {
            throw new Error("thrown")
          })
        ))
        assert.isTrue(Exit.isFailure(exit))
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed(1)), 1)
      }))

    const meanwhile = (
      name: string,
      write: (store: Store.Store<string, number>) => Effect.Effect<unknown, unknown>,
      after: Option.Option<number>
    ) =>
      it.scoped(`${name} meanwhile wins over the result, which the callers still get`, () =>
        Effect.gen(function*() {
          const store = yield* Store.make<string, number>()
          const caller = yield* Effect.fork(store.getOrCompute("a", Effect.delay(Effect.succeed(1), "1 second")))
          yield* TestClock.adjust("1 millis")
          yield* Effect.exit(write(store))
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* Fiber.join(caller), 1)
          assert.deepStrictEqual(yield* store.peek("a"), after)
        }))
    meanwhile("set (Effect #6844)", (store) => store.set("a", 2), Option.some(2))
    meanwhile("add", (store) => store.add("a", 2), Option.some(2))
    meanwhile("remove", (store) => store.remove("a"), Option.none())
    meanwhile("pop", (store) => store.pop("a"), Option.none())
    meanwhile("clear", (store) => store.clear, Option.none())
    meanwhile("set of another key", (store) => store.set("b", 2), Option.some(1))

    it.scoped("after a removal the next caller computes anew, and the older result is dropped (Effect #7581)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const old = yield* Effect.fork(store.getOrCompute("a", Effect.delay(Effect.succeed(1), "2 seconds")))
        yield* TestClock.adjust("1 second")
        yield* Effect.exit(store.remove("a"))
        const fresh = yield* Effect.fork(store.getOrCompute("a", Effect.delay(Effect.succeed(2), "2 seconds")))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(old), 1)
        assert.isFalse(yield* store.has("a"))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(fresh), 2)
        assert.strictEqual(yield* store.get("a"), 2)
      }))

    it.scoped("a computation that interrupts itself at once is not kept (Effect #7608, #7614)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const caller = yield* Effect.fork(store.getOrCompute("a", Effect.interrupt))
        assert.isTrue(Exit.isInterrupted(yield* Fiber.await(caller)))
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed(1)), 1)
      }))

    it.scoped("a caller that is interrupted does not take a newer entry with it (Effect #7578)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const caller = yield* Effect.fork(store.getOrCompute("a", Effect.never))
        yield* TestClock.adjust("1 millis")
        yield* store.set("a", 2)
        yield* Fiber.interrupt(caller)
        assert.strictEqual(yield* store.get("a"), 2)
        assert.strictEqual((yield* store.stats).inFlight, 0)
      }))

    it.scoped("the refresh of an entry that was evicted meanwhile stays within the limit (Effect #7593)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({
          maxSize: 2,
          timeToLive: "1 minute",
          staleWhileRevalidate: "1 hour"
        })
        yield* store.set("a", 1)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* store.getOrCompute("a", Effect.delay(Effect.succeed(2), "1 second")), 1)
        yield* store.set("b", 0)
        yield* store.set("c", 0)
        assert.deepStrictEqual(yield* store.keys, ["b", "c"])
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* store.keys, ["c", "a"])
        assert.strictEqual(yield* store.size, 2)
      }))

    it.scoped("a listener that writes while everything is cleared keeps what it wrote (Effect #7602, #7606)", () =>
      Effect.gen(function*() {
        const map: BoundedMap<string, number> = new BoundedMap<string, number>({
          onRemoval: (key, value, reason) => {
            if (reason === "cleared" && key === "a") map.set("from the listener", value, 0)
          }
        })
        for (const key of ["a", "b", "c"]) map.set(key, 1, 0)
        map.clear(0)
        assert.deepStrictEqual(map.entries(0), [["from the listener", 1]])
        assert.deepStrictEqual(map.violations(), [])
      }))

    it.scoped("entries of one name do not alias those of another (Effect #7004)", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<ReadonlyArray<string>, number>()
        yield* store.set(Data.tuple("a", "bc"), 1)
        yield* store.set(Data.tuple("ab", "c"), 2)
        assert.strictEqual(yield* store.get(Data.tuple("a", "bc")), 1)
        assert.strictEqual(yield* store.get(Data.tuple("ab", "c")), 2)
      }))

    it.scoped("a store of no entries still shares computations", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ maxSize: 0 })
        const [calls, compute] = counted(Effect.delay(Effect.succeed(1), "1 second"))
        const callers = yield* Effect.fork(
          Effect.all([store.getOrCompute("a", compute), store.getOrCompute("a", compute)], { concurrency: 2 })
        )
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* Fiber.join(callers), [1, 1])
        assert.strictEqual(calls.started, 1)
        assert.strictEqual(yield* store.size, 0)
      }))

    it.scoped("more computations than entries: none is lost to eviction", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<number, number>({ maxSize: 1 })
        const [calls, compute] = counted(Effect.delay(Effect.succeed(1), "1 second"))
        const callers = yield* Effect.fork(
          Effect.forEach([1, 2, 3, 1, 2, 3], (key) => store.getOrCompute(key, compute), { concurrency: "unbounded" })
        )
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(callers)
        assert.strictEqual(calls.started, 3)
        assert.strictEqual(yield* store.size, 1)
      }))

    it.effect("runs with the services of its caller, and with the fiber references of the store", () =>
      Effect.gen(function*() {
        class Tenant extends Context.Tag("Tenant")<Tenant, string>() {}
        const locale = FiberRef.unsafeMake("default")
        const scope = yield* Scope.make()
        const store = yield* Store.make<string, string>().pipe(
          Effect.provideService(Tenant, "store"),
          Effect.locally(locale, "store"),
          Scope.extend(scope)
        )
        const seen = yield* store.getOrCompute(
          "a",
          Effect.zipWith(Tenant, FiberRef.get(locale), (tenant, locale) => `${tenant}, ${locale}`)
        ).pipe(Effect.provideService(Tenant, "caller"), Effect.locally(locale, "caller"))
        assert.strictEqual(seen, "caller, store")
        yield* Scope.close(scope, Exit.void)
      }))

    it.effect("closing the scope interrupts what is under way; later callers are interrupted, not left hanging", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const store = yield* Scope.extend(Store.make<string, number>(), scope)
        const [calls, compute] = counted(Effect.never)
        const caller = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* TestClock.adjust("1 millis")
        yield* Scope.close(scope, Exit.void)
        assert.isTrue(Exit.isInterrupted(yield* Fiber.await(caller)))
        assert.deepStrictEqual(calls, { started: 1, finished: 0, interrupted: 1 })
        const late = yield* Effect.fork(store.getOrCompute("b", Effect.succeed(1)))
        assert.isTrue(Exit.isInterrupted(yield* Fiber.await(late)))
      }))

    it.effect("a store made in an uninterruptible region has interruptible computations", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const store = yield* Effect.uninterruptible(Scope.extend(Store.make<string, number>(), scope))
        const [calls, compute] = counted(Effect.never)
        const caller = yield* Effect.fork(store.getOrCompute("a", compute))
        yield* TestClock.adjust("1 millis")
        yield* Fiber.interrupt(caller)
        assert.strictEqual(calls.interrupted, 1)
        yield* Scope.close(scope, Exit.void)
      }))

    it.scoped("a caller in an uninterruptible region waits to the end", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const seen: Array<number> = []
        const caller = yield* store.getOrCompute("a", Effect.delay(Effect.succeed(1), "1 second")).pipe(
          Effect.tap((value) => Effect.sync(() => seen.push(value))),
          Effect.uninterruptible,
          Effect.fork
        )
        yield* TestClock.adjust("1 millis")
        const interrupting = yield* Effect.fork(Fiber.interrupt(caller))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(interrupting)
        assert.deepStrictEqual(seen, [1])
      }))

    it.scoped("a computation that asks for its own key dies with a clear error", () =>
      Effect.gen(function*() {
        const store: Store.Store<string, number> = yield* Store.make<string, number>({ name: "self" })
        const compute: Effect.Effect<number> = Effect.suspend(() => store.getOrCompute("a", compute))
        const cause = yield* Effect.flip(Effect.sandbox(store.getOrCompute("a", compute)))
        assert.include(String(cause), "self: the computation for \"a\" waits for its own result")
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed(1)), 1)
      }))

    it.scoped("two computations that ask for each other, from two fibers, do not hang: who waited computes by himself", () =>
      Effect.gen(function*() {
        const one = yield* Store.make<string, number>({ name: "one" })
        const two = yield* Store.make<string, number>({ name: "two" })
        const pause = Effect.sleep("1 second")
        const callers = yield* Effect.forEach([
          one.getOrCompute("a", Effect.zipRight(pause, two.getOrCompute("b", Effect.succeed(0)))),
          two.getOrCompute("b", Effect.zipRight(pause, one.getOrCompute("a", Effect.succeed(0))))
        ], (ask) => Effect.fork(Effect.exit(ask)))
        yield* TestClock.adjust("2 seconds")
        const told = (yield* Effect.forEach(callers, Fiber.join)).map(Exit.match({
          onFailure: (cause) => Cause.pretty(cause),
          onSuccess: String
        }))
        assert.lengthOf(told.filter((text) => text === "0"), 1)
        assert.lengthOf(told.filter((text) => text.includes("waits for its own result")), 1)
      }))

    it.scoped("a computation may ask for other keys", () =>
      Effect.gen(function*() {
        const store: Store.Store<number, bigint> = yield* Store.make<number, bigint>()
        const fibonacci = (n: number): Effect.Effect<bigint> =>
          store.getOrCompute(
            n,
            Effect.suspend(() =>
              n < 2
                ? Effect.succeed(BigInt(n))
                : Effect.zipWith(fibonacci(n - 1), fibonacci(n - 2), (a, b) => a + b, { concurrent: true })
            )
          )
        let [a, b] = [0n, 1n]
        for (let n = 0; n < 300; n++) [a, b] = [b, a + b]
        assert.strictEqual(yield* fibonacci(300), a)
        assert.strictEqual((yield* store.stats).insertions, 301)
      }))

    it.scoped("its span is a root, linked to the caller that started it", () =>
      Effect.gen(function*() {
        const { spans } = yield* recordedSpans(Effect.gen(function*() {
          const scope = yield* Scope.make()
          const store = yield* Scope.extend(Store.make<string, number>({ name: "traced" }), scope)
          yield* Effect.withSpan(store.getOrCompute("a", Effect.succeed(1)), "request")
          yield* Effect.withSpan(store.getOrCompute("a", Effect.succeed(1)), "second request")
          yield* Scope.close(scope, Exit.void)
        }))
        assert.deepStrictEqual(spans.map((span) => span.name), [
          "request",
          "effect-aws-cache.Store.compute",
          "second request"
        ])
        assert.isTrue(Option.isNone(spans[1]?.parent ?? Option.none()))
        const [first] = spans
        assert(first !== undefined)
        assert.deepInclude(spans[1]?.links[0]?.span, {
          _tag: "ExternalSpan",
          spanId: first.spanId,
          traceId: first.traceId,
          sampled: true
        })
      }))

    it.scoped("waits for its latch without holding up other keys", () =>
      Effect.gen(function*() {
        const store = yield* Store.make<string, number>()
        const latch = yield* Deferred.make<number>()
        const slow = yield* Effect.fork(store.getOrCompute("slow", Deferred.await(latch)))
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* store.getOrCompute("quick", Effect.succeed(1)), 1)
        yield* Deferred.succeed(latch, 2)
        assert.strictEqual(yield* Fiber.join(slow), 2)
      }))
  })
})
