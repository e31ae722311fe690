import { assert, describe, it } from "@effect/vitest"
import { BoundedMap, CacheConfigError, LeasedStore, Store } from "effect-aws-cache/Cache"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

type Use = Effect.Effect<unknown, unknown, Scope.Scope>

// What types would not allow.
const untyped = (options: unknown): never => options as never

const acquire = () => Effect.succeed(1)

const withAcquire = (options: unknown) =>
  typeof options === "object" && options !== null && !Array.isArray(options) && !(options instanceof Map)
    ? { acquire, ...options }
    : options

class Numbers extends TtlDict.Service<Numbers>()("Numbers", { key: Schema.String, value: Schema.Number }) {}

/** Everything that is made with options. */
const makers: Readonly<Record<string, (options: unknown) => Use>> = {
  BoundedMap: (options) => Effect.try({ try: () => new BoundedMap(untyped(options)), catch: (error) => error }),
  Store: (options) => Store.make(untyped(options)),
  LeasedStore: (options) => LeasedStore.make(untyped(withAcquire(options))),
  TtlDict: (options) => TtlDict.make(untyped(options)),
  SyncTtlDict: (options) => Effect.try({ try: () => new SyncTtlDict(untyped(options)), catch: (error) => error })
}

/** Everything that takes options in a call, with nothing stored before. */
const calls: Readonly<Record<string, (options: unknown) => Use>> = {
  "set of Store": (options) => Effect.flatMap(Store.make(), (store) => store.set(1, 2, untyped(options))),
  "add of Store": (options) => Effect.flatMap(Store.make(), (store) => store.add(1, 2, untyped(options))),
  "getOrCompute of Store": (options) =>
    Effect.flatMap(Store.make(), (store) => store.getOrCompute(1, Effect.succeed(2), untyped(options))),
  "set of LeasedStore": (options) =>
    Effect.flatMap(LeasedStore.make({ acquire }), (store) => store.set(1, 2, untyped(options))),
  "add of LeasedStore": (options) =>
    Effect.flatMap(LeasedStore.make({ acquire }), (store) => store.add(1, 2, untyped(options))),
  "use of LeasedStore": (options) =>
    Effect.flatMap(LeasedStore.make({ acquire }), (store) => store.use(1, Effect.succeed, untyped(options))),
  "lease of LeasedStore": (options) =>
    Effect.flatMap(LeasedStore.make({ acquire }), (store) => store.lease(1, untyped(options))),
  "set of TtlDict": (options) => Effect.flatMap(TtlDict.make(), (dict) => dict.set(1, 2, untyped(options))),
  "add of TtlDict": (options) => Effect.flatMap(TtlDict.make(), (dict) => dict.add(1, 2, untyped(options))),
  "getOrInsert of TtlDict": (options) =>
    Effect.flatMap(TtlDict.make(), (dict) => dict.getOrInsert(1, 2, untyped(options))),
  "getOrCompute of TtlDict": (options) =>
    Effect.flatMap(TtlDict.make(), (dict) => dict.getOrCompute(1, Effect.succeed(2), untyped(options))),
  "setMany of TtlDict": (options) =>
    Effect.flatMap(TtlDict.make(), (dict) => dict.setMany([[0, 0], [1, 2, untyped(options)]])),
  "entries of TtlDict": (options) => TtlDict.make({ entries: [[0, 0], [1, 2, untyped(options)]] }),
  "set of a service": (options) => Effect.provide(Numbers.set("a", 1, untyped(options)), Numbers.layer()),
  "set of SyncTtlDict": (options) => sync((dict) => dict.set(1, 2, untyped(options))),
  "add of SyncTtlDict": (options) => sync((dict) => dict.add(1, 2, untyped(options))),
  "getOrInsert of SyncTtlDict": (options) => sync((dict) => dict.getOrInsert(1, 2, untyped(options))),
  "getOrCompute of SyncTtlDict": (options) => sync((dict) => dict.getOrCompute(1, () => 2, untyped(options))),
  "setMany of SyncTtlDict": (options) => sync((dict) => dict.setMany([[0, 0], [1, 2, untyped(options)]])),
  "entries of SyncTtlDict": (options) => sync(() => new SyncTtlDict({ entries: [[0, 0], [1, 2, untyped(options)]] }))
}

const sync = (f: (dict: SyncTtlDict<number, number>) => unknown): Use =>
  Effect.suspend(() => {
    const dict = new SyncTtlDict<number, number>()
    return Effect.tapError(
      Effect.try({ try: () => f(dict), catch: (error) => error }),
      () => Effect.sync(() => assert.strictEqual(dict.size, 0))
    )
  })

const failureOf = (use: Use) =>
  Effect.map(Effect.exit(Effect.scoped(use)), (exit) => {
    if (Exit.isSuccess(exit)) return undefined
    assert.isTrue(Cause.isFailure(exit.cause), "it fails, it does not die")
    const error = Cause.squash(exit.cause)
    assert.instanceOf(error, Error)
    assert.isAtMost(error.message.length, 500)
    return error
  })

describe("options that there are not", () => {
  const unknown: ReadonlyArray<readonly [option: string, meant: Readonly<Record<string, string>>]> = [
    ["ttl", { Store: "timeToLive", LeasedStore: "timeToLive", TtlDict: "timeToLive", SyncTtlDict: "timeToLive" }],
    ["maxAge", { Store: "timeToLive", TtlDict: "timeToLive" }],
    ["maxsize", { BoundedMap: "maxSize", Store: "maxSize", LeasedStore: "maxSize", TtlDict: "maxSize" }],
    ["max", { BoundedMap: "maxSize", Store: "maxSize", TtlDict: "maxSize", SyncTtlDict: "maxSize" }],
    ["maxWieght", { BoundedMap: "maxWeight", Store: "maxWeight", LeasedStore: "maxWeight" }],
    ["onRemoved", { Store: "onRemoval", TtlDict: "onRemoval", SyncTtlDict: "onRemoval" }],
    ["dispose", { BoundedMap: "onRemoval", Store: "onRemoval", LeasedStore: "release", TtlDict: "onRemoval" }],
    ["timeToLiv", { Store: "timeToLive", SyncTtlDict: "timeToLive" }],
    ["evictPolicy", { BoundedMap: "evictionPolicy", Store: "evictionPolicy" }],
    ["nam", { Store: "name", TtlDict: "name", SyncTtlDict: "name" }],
    ["toString", {}],
    ["constructor", {}],
    ["x".repeat(10_000), {}],
    ["say \"hi\"\n", {}]
  ]
  for (const [what, make] of Object.entries(makers)) {
    it.effect(`${what}: are refused by name, with the one that may be meant, and without the value`, () =>
      Effect.gen(function*() {
        for (const [option, meant] of unknown) {
          const error = yield* failureOf(make({ [option]: "private-value" }))
          assert.isDefined(error, option)
          assert.include(error?.message, option === "x".repeat(10_000) ? "xxx" : JSON.stringify(option).slice(1, -1))
          assert.notInclude(error?.message, "private-value")
          const expected = meant[what]
          if (expected !== undefined) assert.include(error?.message, `did you mean ${expected}?`)
          if (what !== "BoundedMap") assert.instanceOf(error, CacheConfigError)
        }
      }))

    it.effect(`${what}: options that are no object are refused`, () =>
      Effect.gen(function*() {
        for (const options of [null, 5, "5 minutes", true, [], [["a", 1]], new Map([["a", 1]]), () => ({})]) {
          const error = yield* failureOf(make(options))
          assert.include(error?.message, "options is ")
          assert.include(error?.message, "an object with options")
        }
      }))

    it.effect(`${what}: what is undefined is absent`, () =>
      Effect.gen(function*() {
        assert.isUndefined(yield* failureOf(make({})))
        assert.isUndefined(yield* failureOf(make({ maxSize: undefined }["maxSize"] ?? {})))
      }))
  }

  for (const [what, call] of Object.entries(calls)) {
    it.effect(`${what}: is refused, and nothing is written`, () =>
      Effect.gen(function*() {
        for (
          const [options, message] of [
            [5, "options is 5, but must be an object with"],
            ["5 minutes", "options is a string, but must be an object with"],
            [null, "options is null, but must be an object with"],
            [[], "options is an array, but must be an object with"],
            [{ ttl: 5 }, "ttl is no option, but must be one of the options: did you mean timeToLive?"],
            [{ timeToLive: 5, expires: 5 }, "expires is no option"],
            [{ timetolive: "1 minute" }, "did you mean timeToLive?"]
          ] as const
        ) {
          const error = yield* failureOf(call(options))
          assert.instanceOf(error, CacheConfigError)
          assert.include(error.message, message)
        }
        assert.isUndefined(yield* failureOf(call(undefined)))
        assert.isUndefined(yield* failureOf(call({ timeToLive: "1 minute" })))
        assert.isUndefined(yield* failureOf(call({ timeToLive: undefined })))
      }))
  }
})

describe("options of another kind", () => {
  const table: ReadonlyArray<readonly [what: string, options: object, message: string]> = [
    ["Store", { name: 5 }, "Store: name is 5, but must be a text"],
    ["Store", { metrics: "yes" }, "Store: metrics is \"yes\", but must be true, false or \"emf\""],
    ["Store", { onRemoval: "log" }, "Store: onRemoval is \"log\", but must be a function"],
    ["Store", { weigher: 5 }, "Store: weigher is 5, but must be a function"],
    ["Store", { name: "users", maxSize: "many" }, "users: maxSize is \"many\""],
    ["LeasedStore", { acquire: undefined }, "LeasedStore: acquire is undefined, but must be a function"],
    ["LeasedStore", { acquire: 5 }, "LeasedStore: acquire is 5, but must be a function"],
    ["LeasedStore", { release: {} }, "LeasedStore: release is {}, but must be a function"],
    ["LeasedStore", { metrics: 1 }, "LeasedStore: metrics is 1, but must be true, false or \"emf\""],
    ["TtlDict", { onRemoval: 5 }, "TtlDict: onRemoval is 5, but must be a function"],
    ["TtlDict", { entries: 5 }, "TtlDict: entries is 5, but must be an array"],
    ["TtlDict", { entries: { a: 1 } }, "TtlDict: entries is {\"a\":1}, but must be an array"],
    ["TtlDict", { entries: ["ab"] }, "TtlDict: entries is one with something else in it"],
    ["TtlDict", { name: {} }, "TtlDict: name is {}, but must be a text"],
    ["TtlDict", { memoryPressure: null }, "TtlDict: memoryPressure is null"],
    ["TtlDict", { memoryPressure: { shares: 0.5 } }, "TtlDict: memoryPressure.shares is no option"],
    ["TtlDict", { removalQueue: { maxitems: 5 } }, "TtlDict: removalQueue.maxitems is no option"],
    ["TtlDict", { removalQueue: 5 }, "TtlDict: removalQueue is 5, but must be an object with options"],
    ["SyncTtlDict", { onRemoval: true }, "TtlDict: onRemoval is true, but must be a function"],
    ["SyncTtlDict", { now: 5 }, "TtlDict: now is 5"],
    ["SyncTtlDict", { entries: "ab" }, "TtlDict: entries is \"ab\", but must be an array"],
    ["SyncTtlDict", { sweepInterval: "1 minute" }, "TtlDict: sweepInterval is no option"],
    ["BoundedMap", { equality: true }, "equality is true, but must be an object"],
    ["BoundedMap", { onRemoval: 5 }, "onRemoval is 5, but must be a function"]
  ]
  for (const [at, [what, options, message]] of table.entries()) {
    it.effect(`${message} (${at})`, () =>
      Effect.gen(function*() {
        const make = makers[what]
        assert.isDefined(make)
        assert.include((yield* failureOf(make === undefined ? Effect.void : make(options)))?.message, message)
      }))
  }

  it.effect("limits of a resize, and what says how to move and to compare", () =>
    Effect.gen(function*() {
      const dict = new SyncTtlDict<number, number>({ entries: [[1, 1], [2, 2]] })
      const cases: ReadonlyArray<readonly [use: Use, message: string]> = [
        [Effect.flatMap(Store.make(), (store) => store.resize(untyped({ maxsize: 5 }))), "did you mean maxSize?"],
        [Effect.flatMap(Store.make(), (store) => store.resize(untyped(5))), "options is 5"],
        [
          Effect.flatMap(LeasedStore.make({ acquire }), (store) => store.resize(untyped({ maxItems: 5 }))),
          "did you mean maxSize?"
        ],
        [Effect.flatMap(TtlDict.make(), (it) => it.moveToEnd(1, untyped(false))), "options is false"],
        [Effect.flatMap(TtlDict.make(), (it) => it.moveToEnd(1, untyped({ last: 0 }))), "last is 0"],
        [Effect.flatMap(TtlDict.make(), (it) => it.equals([], untyped({ order: true }))), "did you mean ordered?"],
        [Effect.try({ try: () => dict.moveToEnd(1, untyped(false)), catch: (error) => error }), "options is false"],
        [Effect.try({ try: () => dict.equals([], untyped(true)), catch: (error) => error }), "options is true"],
        [Effect.provide(Numbers.size, Numbers.layer(untyped({ maxitems: 5 }))), "did you mean maxSize?"]
      ]
      for (const [use, message] of cases) assert.include((yield* failureOf(use))?.message, message)
      assert.deepStrictEqual([...dict.keys()], [1, 2])
    }))
})

describe("options that are not fields of the object itself", () => {
  class Inherited {
    get timeToIdle(): number {
      return -1
    }
  }
  const hidden = Object.defineProperty({}, "timeToIdle", { value: -1 })
  const given = {
    inherited: () => new Inherited(),
    "from a prototype": () => Object.create({ timeToIdle: -1 }),
    hidden: () => hidden
  }

  for (const [name, make] of Object.entries(makers)) {
    for (const [how, options] of Object.entries(given)) {
      if (name === "LeasedStore") continue
      it.scoped(`${name} refuses a wrong one: ${how}`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(make(options()))
          assert.include(String(error), "timeToIdle is -1, but must be ")
        }))
    }
  }

  it.scoped("LeasedStore refuses a wrong one", () =>
    Effect.gen(function*() {
      const options: never = untyped(Object.assign(Object.create({ timeToIdle: -1 }), { acquire }))
      assert.instanceOf(yield* Effect.flip(LeasedStore.make(options)), CacheConfigError)
    }))

  it.scoped("a getter that throws is a defect of the effect, and is not thrown where that is made", () =>
    Effect.gen(function*() {
      const throwing = (name: string) =>
        Object.defineProperty({}, name, {
          enumerable: true,
          get: () => {
            throw new Error("a getter")
          }
        })
      const store = yield* Store.make<number, number>()
      const dict = yield* TtlDict.make<number, number>()
      const uses: ReadonlyArray<Use> = [
        Store.make(untyped(throwing("name"))),
        TtlDict.make(untyped(throwing("name"))),
        LeasedStore.make(untyped(throwing("name"))),
        store.getOrCompute(1, Effect.succeed(1), untyped(throwing("timeToLive"))),
        store.set(1, 1, untyped(throwing("timeToLive"))),
        dict.set(1, 1, untyped(throwing("timeToLive")))
      ]
      for (const use of uses) {
        const exit = yield* Effect.exit(use)
        assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      }
    }))
})
