import { assert, describe, it } from "@effect/vitest"
import { Data, Deferred, Effect, Exit, Fiber, Option, Schema, TestClock } from "effect"
import { Store } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as fc from "fast-check"
import { anyFailure } from "../../support/anyFailure.js"
import { expiryOf } from "../../support/expiryOf.js"
import { ManualClock } from "../../support/ManualClock.js"
import { property } from "../../support/property.js"

type Many<K, E> = Pick<
  Store.Store<K, string, E>,
  "getManyOrCompute" | "getOrCompute" | "getOption" | "set" | "remove" | "events"
>

interface Common {
  readonly hits: number
  readonly misses: number
  readonly coalesced: number
  readonly inFlight: number
}

const options = { timeToLive: "1 minute", failure: anyFailure, failureTimeToLive: "1 minute" } as const

const stores = [
  [
    "Store",
    <K>() =>
      Effect.map(Store.make<K, string, string>(options), (store) => {
        const stats: Effect.Effect<Common> = store.stats
        const many: Many<K, string> = store
        return { ...many, stats }
      })
  ],
  [
    "TtlDict",
    <K>() =>
      Effect.map(TtlDict.make<K, string, string>(options), (dict) => {
        const stats: Effect.Effect<Common> = dict.stats
        const many: Many<K, string> = dict
        return { ...many, stats }
      })
  ]
] as const

/** A loader that remembers what it was asked for. */
const loading = <K>(
  of: (key: K) => string | Store.LoadFailure<string> | undefined,
  around: Effect.Effect<void, string> = Effect.void
) => {
  const calls: Array<ReadonlyArray<K>> = []
  return {
    calls,
    load: (missing: ReadonlyArray<K>) =>
      Effect.suspend(() => {
        calls.push([...missing])
        return Effect.as(
          around,
          missing.flatMap((key) => {
            const value = of(key)
            return value === undefined ? [] : [[key, value] as const]
          })
        )
      })
  }
}

const some = (...values: ReadonlyArray<string | undefined>) => values.map(Option.fromNullable)

describe("getManyOrCompute", () => {
  for (const [what, make] of stores) {
    it.scoped(`computes what is missing by one call, in the order of the keys: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        const { calls, load } = loading<number>((n) => `${n}`)
        yield* Effect.orDie(store.set(2, "two"))
        assert.deepStrictEqual(yield* store.getManyOrCompute([3, 1, 2, 3, 1], load), some("3", "1", "two", "3", "1"))
        assert.deepStrictEqual(calls, [[3, 1]])
        assert.deepStrictEqual(yield* store.getManyOrCompute(new Set([1, 2, 4]), load), some("1", "two", "4"))
        assert.deepStrictEqual(calls, [[3, 1], [4]])
        assert.deepStrictEqual(yield* store.getManyOrCompute([1, 2, 3, 4], load), some("1", "two", "3", "4"))
        assert.deepStrictEqual(yield* store.getManyOrCompute([], load), [])
        assert.deepStrictEqual(calls.length, 2)
        const { coalesced, hits, inFlight, misses } = yield* store.stats
        assert.deepStrictEqual({ coalesced, hits, inFlight, misses }, { coalesced: 0, hits: 7, inFlight: 0, misses: 3 })
      }))

    it.scoped(`finds structural keys, and what the loader gives under equal ones: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<{ readonly n: number }>()
        const key = (n: number) => Data.struct({ n })
        const { calls, load } = loading<{ readonly n: number }>(({ n }) => `${n}`)
        const copied = (missing: ReadonlyArray<{ readonly n: number }>) =>
          Effect.map(load(missing), (pairs) => [
            [key(1), "another of the same key"] as const,
            ...pairs.map(([{ n }, value]) => [key(n), value] as const),
            [key(99), "nobody asked for"] as const
          ])
        assert.deepStrictEqual(yield* store.getManyOrCompute([key(1), key(2), key(1)], copied), some("1", "2", "1"))
        assert.deepStrictEqual(calls, [[key(1), key(2)]])
        assert.isTrue(Option.isNone(yield* store.getOption(key(99))))
      }))

    it.scoped(`there is nothing under a key that the loader has no value for: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        const { calls, load } = loading<number>((n) => n === 2 ? undefined : `${n}`)
        assert.deepStrictEqual(yield* store.getManyOrCompute([1, 2, 2], load), some("1", undefined, undefined))
        assert.deepStrictEqual(yield* store.getManyOrCompute([1, 2], load), some("1", undefined))
        assert.deepStrictEqual(calls, [[1, 2], [2]])
        assert.strictEqual(yield* store.getOrCompute(2, Effect.succeed("own")), "own")
      }))

    it.scoped(`a loader that fails does for all of its keys, and each remembers it: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        yield* Effect.orDie(store.set(1, "one"))
        assert.strictEqual(yield* Effect.flip(store.getManyOrCompute([1, 2, 3], () => Effect.fail("down"))), "down")
        assert.strictEqual(yield* Effect.flip(store.getOrCompute(3, Effect.succeed("3"))), "down")
        // Those that have not failed are loaded all the same.
        const { calls, load } = loading<number>((n) => `${n}`)
        assert.strictEqual(yield* Effect.flip(store.getManyOrCompute([4, 3, 1], load)), "down")
        assert.deepStrictEqual(calls, [[4]])
        assert.deepStrictEqual(yield* store.getOption(4), Option.some("4"))
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* store.getManyOrCompute([2, 3], load), some("2", "3"))
        const died = yield* Effect.exit(store.getManyOrCompute([7], () => Effect.die("dead")))
        assert.deepStrictEqual(died, Exit.die("dead"))
        assert.deepStrictEqual(yield* store.getManyOrCompute([7], load), some("7"))
      }))

    it.scoped(`single keys can fail: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        const { calls, load } = loading<number>((n) => n % 2 === 0 ? Store.loadFailure(`no ${n}`) : `${n}`)
        assert.strictEqual(yield* Effect.flip(store.getManyOrCompute([1, 4, 2, 3], load)), "no 4")
        assert.deepStrictEqual(calls, [[1, 4, 2, 3]])
        assert.deepStrictEqual(yield* store.getManyOrCompute([3, 1], load), some("3", "1"))
        assert.strictEqual(yield* Effect.flip(store.getOrCompute(2, Effect.succeed("2"))), "no 2")
        assert.strictEqual(calls.length, 1)
      }))

    it.scoped(`shares computations of each key with everybody: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        const gate = yield* Deferred.make<void>()
        const one = loading<number>((n) => n === 4 ? undefined : `one ${n}`, Deferred.await(gate))
        const two = loading<number>((n) => `two ${n}`)
        const single = yield* Effect.fork(store.getOrCompute(1, Effect.as(Deferred.await(gate), "single 1")))
        yield* Effect.yieldNow()
        const first = yield* Effect.fork(store.getManyOrCompute([1, 2, 3, 4], one.load))
        yield* Effect.yieldNow()
        const second = yield* Effect.fork(store.getManyOrCompute([3, 4, 5], two.load))
        const joining = yield* Effect.fork(store.getOrCompute(2, Effect.succeed("own 2")))
        const own = yield* Effect.fork(store.getOrCompute(4, Effect.succeed("own 4")))
        for (let n = 0; n < 10; n++) yield* Effect.yieldNow()
        assert.deepStrictEqual([one.calls, two.calls], [[[2, 3, 4]], [[5]]])
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual(yield* Fiber.join(single), "single 1")
        assert.deepStrictEqual(yield* Fiber.join(first), some("single 1", "one 2", "one 3", undefined))
        assert.strictEqual(yield* Fiber.join(joining), "one 2")
        // The first loader had nothing for them: that is said to nobody else.
        const four = yield* Fiber.join(own)
        const [three, alsoFour, five] = yield* Fiber.join(second)
        assert.deepStrictEqual([three, five], some("one 3", "two 5"))
        assert.include(["own 4", "two 4"], four)
        assert.deepStrictEqual(alsoFour, Option.some(four))
        assert.strictEqual((yield* store.stats).inFlight, 0)
      }))

    it.scoped(`goes on as long as anybody waits for one of its keys: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        const gate = yield* Deferred.make<void>()
        let interrupted = 0
        const { calls, load } = loading<number>(
          (n) => `${n}`,
          Effect.onInterrupt(Deferred.await(gate), () => Effect.sync(() => interrupted++))
        )
        const first = yield* Effect.fork(store.getManyOrCompute([1, 2], load))
        for (let n = 0; n < 5; n++) yield* Effect.yieldNow()
        const joining = yield* Effect.fork(store.getOrCompute(2, Effect.succeed("own 2")))
        for (let n = 0; n < 5; n++) yield* Effect.yieldNow()
        yield* Fiber.interrupt(first)
        assert.deepStrictEqual([interrupted, (yield* store.stats).inFlight], [0, 1])
        const second = yield* Effect.fork(store.getManyOrCompute([1], load))
        for (let n = 0; n < 5; n++) yield* Effect.yieldNow()
        yield* Fiber.interrupt(second)
        assert.strictEqual(interrupted, 1)
        yield* Fiber.interrupt(joining)
        assert.deepStrictEqual([interrupted, (yield* store.stats).inFlight], [2, 0])
        yield* Deferred.succeed(gate, undefined)
        assert.deepStrictEqual(yield* store.getManyOrCompute([1, 2], load), some("1", "2"))
        assert.deepStrictEqual(calls, [[1, 2], [1], [1, 2]])
      }))

    it.scoped(`what is written or removed meanwhile wins: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        const gate = yield* Deferred.make<void>()
        const { load } = loading<number>((n) => `${n}`, Deferred.await(gate))
        yield* Effect.orDie(store.set(1, "one"))
        const asking = yield* Effect.fork(store.getManyOrCompute([1, 2, 3], load))
        for (let n = 0; n < 5; n++) yield* Effect.yieldNow()
        yield* Effect.orDie(store.set(2, "written"))
        yield* Deferred.succeed(gate, undefined)
        assert.deepStrictEqual(yield* Fiber.join(asking), some("one", "2", "3"))
        assert.deepStrictEqual(yield* store.getManyOrCompute([2, 3], load), some("written", "3"))
      }))

    it.scoped(`a loader that asks for what it loads gets an error: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        const again = (
          missing: ReadonlyArray<number>
        ): Effect.Effect<ReadonlyArray<readonly [number, string]>, string> =>
          Effect.as(store.getManyOrCompute(missing, again), [])
        const exit = yield* Effect.exit(store.getManyOrCompute([1, 2], again))
        assert.isTrue(Exit.isFailure(exit) && String(exit.cause).includes("waits for its own result"))
        assert.strictEqual((yield* store.stats).inFlight, 0)
      }))

    it.scoped(`tells what is no Effect: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<number>()
        const none: Effect.Effect<ReadonlyArray<readonly [number, string]>> = JSON.parse("5")
        const exit = yield* Effect.exit(store.getManyOrCompute([1], () => none))
        assert.isTrue(Exit.isFailure(exit) && String(exit.cause).includes("load is one that returns 5"))
        const throws = yield* Effect.exit(store.getManyOrCompute([1], () => {
          throw new Error("thrown")
        }))
        assert.isTrue(Exit.isFailure(throws) && String(throws.cause).includes("thrown"))
      }))

    it.scoped(`tells what are no pairs: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<string>()
        const given: ReadonlyArray<readonly [given: string, told: string]> = [
          ["null", " null"],
          ["5", " 5"],
          ["\"ab\"", " a string"],
          ["{ \"a\": 1 }", " an object"],
          ["[{ \"id\": 1 }]", ", at 0, an object that is no such pair"],
          ["[[\"a\", \"x\"], \"ab\"]", ", at 1, a string that is no such pair"],
          ["[[\"a\", \"x\", 5]]", ", at 0, an array that is no such pair"],
          ["[null]", ", at 0, null that is no such pair"]
        ]
        for (const [json, told] of given) {
          const exit = yield* Effect.exit(store.getManyOrCompute(["a", "b"], () => Effect.sync(() => JSON.parse(json))))
          const message =
            `${what}: load is one that gives${told}, but must be a function whose Effect gives pairs of a key ` +
            "and a value, as an array, a Map or something else to iterate over"
          assert.isTrue(Exit.isFailure(exit) && String(exit.cause).includes(message), String(exit))
          assert.isTrue(Option.isNone(yield* store.getOption("a")))
        }
        const pairs = new Map([["a", "x"]])
        assert.deepStrictEqual(
          yield* store.getManyOrCompute(["a", "b"], () => Effect.succeed(pairs)),
          some("x", undefined)
        )
        assert.deepStrictEqual(
          yield* store.getManyOrCompute(["b"], () => Effect.sync(() => new Map([["b", "y"]]).entries())),
          some("y")
        )
      }))

    it.scoped(`a loader that asks for a key of its own fails for all, by that key, and nothing is kept: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make<string>()
        const inner = yield* make<string>()
        const loading = (within: Effect.Effect<unknown>) => (missing: ReadonlyArray<string>) =>
          Effect.as(within, missing.map((key) => [key, "bulk"] as const))
        for (const asked of ["x", "y"]) {
          const lookup = store.getOrCompute(asked, Effect.succeed("inner")).pipe(Effect.orDie)
          for (const within of [lookup, Effect.orDie(inner.getOrCompute("any", Effect.orDie(lookup)))]) {
            const exit = yield* Effect.exit(store.getManyOrCompute(["x", "y"], loading(within)))
            const message = `${what}: the computation for "${asked}" waits for its own result`
            assert.isTrue(Exit.isFailure(exit) && String(exit.cause).includes(message), String(exit))
            assert.deepStrictEqual(
              yield* Effect.all([store.getOption("x"), store.getOption("y")]),
              some(undefined, undefined)
            )
          }
        }
        const other = Effect.orDie(store.getOrCompute("z", Effect.succeed("inner")))
        assert.deepStrictEqual(yield* store.getManyOrCompute(["x", "y"], loading(other)), some("bulk", "bulk"))
        assert.deepStrictEqual(yield* store.getOption("z"), Option.some("inner"))
        yield* store.remove("x")
        // What is written by the loader itself is there, and is no computation.
        const written = Effect.zipRight(Effect.orDie(store.set("x", "set")), store.getOption("x"))
        assert.deepStrictEqual(yield* store.getManyOrCompute(["x", "y"], loading(written)), some("bulk", "bulk"))
        assert.deepStrictEqual(yield* store.getOption("x"), Option.some("set"))
      }))

    it(`runs synchronously where the loader does: ${what}`, () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const store = yield* make<number>()
        const { load } = loading<number>((n) => `${n}`)
        assert.deepStrictEqual(Effect.runSync(store.getManyOrCompute([1, 2], load)), some("1", "2"))
      }))))

    it(`like lookups one by one, but for the number of calls: ${what}`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              at: fc.nat({ max: 20 }),
              keys: fc.array(fc.nat({ max: 5 }), { maxLength: 6 }),
              takes: fc.nat({ max: 5 }),
              leaves: fc.option(fc.nat({ max: 5 }))
            }),
            { maxLength: 8 }
          ),
          (callers) => {
            const clock = new ManualClock()
            return Effect.runPromise(
              Effect.gen(function*() {
                const store = yield* make<number>()
                const asking: Array<Fiber.RuntimeFiber<ReadonlyArray<Option.Option<string>>, string>> = []
                const underWay = new Map<number, number>()
                for (let now = 0; now < 40; now++) {
                  for (const { at, keys, leaves, takes } of callers) {
                    if (at !== now) continue
                    const asked = yield* Effect.fork(
                      store.getManyOrCompute(keys, (missing) => {
                        for (const key of missing) {
                          const count = (underWay.get(key) ?? 0) + 1
                          assert.strictEqual(count, 1, "two computations of one key")
                          underWay.set(key, count)
                        }
                        return Effect.sleep(takes).pipe(
                          Effect.as(missing.map((key) => [key, `${key}`] as const)),
                          Effect.ensuring(Effect.sync(() => {
                            for (const key of missing) underWay.set(key, 0)
                          }))
                        )
                      })
                    )
                    asking.push(asked)
                    if (leaves !== null) {
                      // What nobody waits for any more is given up, though its load may go on for the sake of other keys.
                      const givenUp = Effect.sync(() => keys.forEach((key) => underWay.set(key, 0)))
                      yield* Effect.fork(
                        Effect.sleep(leaves).pipe(
                          Effect.zipRight(givenUp),
                          Effect.zipRight(Fiber.interrupt(asked)),
                          Effect.zipRight(givenUp)
                        )
                      )
                    }
                  }
                  yield* clock.advance(1)
                }
                const exits = yield* Effect.forEach(asking, Fiber.await)
                const inOrder = callers.toSorted((one, other) => one.at - other.at)
                for (const [at, exit] of exits.entries()) {
                  const { keys = [], leaves } = inOrder[at] ?? {}
                  if (Exit.isFailure(exit)) assert.isTrue(Exit.isInterrupted(exit) && leaves !== null)
                  else assert.deepStrictEqual(exit.value, some(...keys.map((key) => `${key}`)))
                }
                assert.strictEqual((yield* store.stats).inFlight, 0)
              }).pipe(Effect.scoped, Effect.withClock(clock))
            )
          }
        ),
        property(60)
      ))
  }

  it.scoped("serves stale values, and loads those anew in the background by one call", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<number, string, string>({
        timeToLive: "1 minute",
        staleWhileRevalidate: "1 hour",
        staleIfError: "2 hours"
      })
      const old = loading<number>((n) => `old ${n}`)
      const young = loading<number>((n) => `new ${n}`)
      yield* store.getManyOrCompute([1, 2, 3], old.load)
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* store.getManyOrCompute([1, 2], young.load), some("old 1", "old 2"))
      for (let n = 0; n < 10; n++) yield* Effect.yieldNow()
      assert.deepStrictEqual(young.calls, [[1, 2]])
      assert.deepStrictEqual(yield* store.getManyOrCompute([1, 2], young.load), some("new 1", "new 2"))
      yield* TestClock.adjust("90 minutes")
      assert.deepStrictEqual(yield* store.getManyOrCompute([3], () => Effect.fail("down")), some("old 3"))
    }))

  it.scoped("draws the jitter of each entry for itself", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<number, string>({ timeToLive: "1 hour", jitter: 1 })
      const keys = Array.from({ length: 20 }, (_, n) => n)
      yield* store.getManyOrCompute(keys, (missing) => Effect.succeed(missing.map((n) => [n, `${n}`] as const)))
      const moments = yield* Effect.forEach(keys, (key) => expiryOf(store, key))
      assert.isAbove(new Set(moments).size, 15)
    }))

  it.scoped("checks keys and values against the schemas of a dictionary", () =>
    Effect.gen(function*() {
      class Names extends TtlDict.Service<Names>()("test/Names", {
        key: Schema.Number.pipe(Schema.positive()),
        value: Schema.String.pipe(Schema.maxLength(3))
      }) {}
      const load = (missing: ReadonlyArray<number>) =>
        Effect.succeed(missing.map((n) => [n, n === 5 ? "too long" : `${n}`] as const))
      yield* Effect.gen(function*() {
        assert.deepStrictEqual(yield* Names.getManyOrCompute([1, 2], load), some("1", "2"))
        const badKey = yield* Effect.catchAllDefect(
          Effect.flip(Names.getManyOrCompute([3, -1], load)),
          Effect.succeed
        )
        assert.propertyVal(badKey, "_tag", "CacheKeyError")
        const badValue = yield* Effect.flip(Names.getManyOrCompute([4, 5], load))
        assert.propertyVal(badValue, "_tag", "CacheValueError")
        assert.deepStrictEqual(yield* Names.keys, [1, 2, 4])
      }).pipe(Effect.provide(Names.layer()))
    }))
})
