import { assert, describe, it } from "@effect/vitest"
import { BoundedMap, CacheConfigError, LeasedStore, Store } from "effect-aws-cache/Cache"
import { type DictStats, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { turns, until } from "../support/until.js"
import { warnings } from "../support/warnings.js"

/** Functions that fail, as a caller in JavaScript could give them. */
const failing: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error("thrown")
  },
  rejects: () => Promise.reject(new Error("rejected")),
  "rejects later": async () => {
    await Promise.resolve()
    throw new Error("rejected")
  },
  "rejects with nothing": () => Promise.reject(undefined)
}

// What types would not allow.
const untyped = (options: Readonly<Record<string, unknown>>): never => options as never

const untypedFunction = async () => {
  throw new Error("rejected")
}

type Use = Effect.Effect<unknown, unknown, Scope.Scope>

const storeWith = (options: Readonly<Record<string, unknown>>): Use =>
  Effect.gen(function*() {
    const store = yield* Store.make<string, number>(untyped({ failure: () => true, ...options }))
    yield* Effect.exit(store.set("a", 1))
    yield* Effect.exit(store.set("b", 2))
    yield* Effect.exit(store.getOrCompute("c", Effect.fail("no") as Effect.Effect<never>))
    yield* Effect.exit(store.clear)
    return yield* store.stats
  })

const leasedWith = (options: Readonly<Record<string, unknown>>): Use =>
  Effect.gen(function*() {
    const store = yield* LeasedStore.make<string, number>(untyped({ acquire: () => Effect.succeed(1), ...options }))
    yield* Effect.exit(store.use("a", Effect.succeed))
    yield* Effect.exit(store.set("b", 2))
    yield* Effect.exit(store.clear)
    return yield* store.stats
  })

const dictWith = (options: Readonly<Record<string, unknown>>): Use =>
  Effect.gen(function*() {
    const dict = yield* TtlDict.make<string, number>(untyped({ failure: () => true, ...options }))
    yield* Effect.exit(dict.set("a", 1))
    yield* Effect.exit(dict.set("b", 2))
    yield* Effect.exit(dict.getOrCompute("c", Effect.fail("no") as Effect.Effect<never>))
    yield* Effect.exit(dict.clear)
    return yield* dict.stats
  })

const syncWith = (options: Readonly<Record<string, unknown>>): Use =>
  Effect.sync(() => {
    const attempt = (f: () => unknown) => {
      try {
        f()
      } catch {
        // The caller's own.
      }
    }
    attempt(() => {
      const dict = new SyncTtlDict<string, number>(untyped(options))
      attempt(() => dict.set("a", 1))
      attempt(() => dict.set("b", 2))
      attempt(() => dict.clear())
      attempt(() => dict.stats)
    })
  })

const mapWith = (options: Readonly<Record<string, unknown>>): Use =>
  Effect.try(() => {
    const map = new BoundedMap<string, number>(untyped(options))
    map.set("a", 1, 0)
    map.set("b", 2, 0)
    map.clear(0)
  }).pipe(Effect.exit)

/** Every function that a store may be given. */
const table: ReadonlyArray<
  readonly [what: string, use: (options: Readonly<Record<string, unknown>>) => Use, functions: ReadonlyArray<string>]
> = [
  ["BoundedMap", mapWith, ["weigher", "onRemoval"]],
  ["Store", storeWith, ["weigher", "onRemoval", "timeToLive", "failure", "failureTimeToLive"]],
  ["LeasedStore", leasedWith, ["weigher", "acquire", "release", "timeToLive"]],
  ["TtlDict", dictWith, ["weigher", "onRemoval", "failure", "failureTimeToLive"]],
  ["SyncTtlDict", syncWith, ["weigher", "onRemoval", "now"]]
]

describe("a function of the user's that fails does not end the process", () => {
  for (const [what, use, functions] of table) {
    for (const name of functions) {
      for (const [how, f] of Object.entries(failing)) {
        it.effect(`${name} of ${what} ${how}`, () =>
          Effect.gen(function*() {
            const unhandled: Array<unknown> = []
            const listener = (reason: unknown) => void unhandled.push(reason)
            process.on("unhandledRejection", listener)
            yield* Effect.exit(Effect.scoped(use({ [name]: f, maxSize: undefined })))
            yield* turns(3)
            process.off("unhandledRejection", listener)
            assert.deepStrictEqual(unhandled, [])
          }).pipe(Effect.provide(warnings().logger)))
      }
    }
  }

  for (const [how, f] of Object.entries(failing)) {
    it.effect(`the heap of memoryPressure ${how}: it says nothing, and the write is done`, () =>
      Effect.gen(function*() {
        const dict = new SyncTtlDict<number, number>(untyped({ memoryPressure: { heap: f } }))
        for (let key = 0; key < 600; key++) dict.set(key, key)
        yield* turns(2)
        assert.strictEqual(dict.size, 600)
      }))
  }

  it.effect("what is given to forEach rejects", () =>
    Effect.gen(function*() {
      const unhandled: Array<unknown> = []
      const listener = (reason: unknown) => void unhandled.push(reason)
      process.on("unhandledRejection", listener)
      new SyncTtlDict<string, number>({ entries: [["a", 1]] }).forEach(untypedFunction)
      yield* turns(3)
      process.off("unhandledRejection", listener)
      assert.deepStrictEqual(unhandled, [])
    }))

  const noReadings: Readonly<Record<string, unknown>> = {
    nothing: null,
    bigints: { used: 5n, limit: 4n },
    texts: { used: "5", limit: "4" },
    symbols: { used: Symbol("used"), limit: 1 },
    "what is no number and throws": {
      used: 5,
      limit: {
        valueOf: () => {
          throw new Error("no number")
        }
      }
    }
  }

  for (const [what, reading] of Object.entries(noReadings)) {
    it(`a heap that answers ${what} says nothing`, () => {
      const dict = new SyncTtlDict<number, number>(untyped({ memoryPressure: { heap: () => reading } }))
      for (let key = 0; key < 600; key++) dict.set(key, key)
      assert.strictEqual(dict.size, 600)
    })
  }

  it.scoped("failures of onRemoval are counted and warned of, the first ten and then ever fewer", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const listener = (warning: Error) => {
        if (warning.name === "StoreWarning") seen.push(warning.message)
      }
      process.on("warning", listener)
      let calls = 0
      const store = yield* Store.make<number, number>(untyped({
        name: "s",
        maxSize: 1,
        onRemoval: (key: number) => {
          if (calls++ % 2 === 0) throw new Error(`no ${key}`)
          return Promise.reject(new Error(`no ${key}`))
        }
      }))
      for (let key = 0; key <= 100; key++) yield* store.set(key, key)
      yield* turns(3)
      process.off("warning", listener)
      assert.strictEqual((yield* store.stats).listenerFailures, 100)
      assert.lengthOf(seen, 10 + 4)
      assert.strictEqual(seen[0], "s: onRemoval failed for 0 (evicted): Error: no 0")
      assert.include(seen.at(-1), "(88 failures so far)")
    }))

  it.scoped("a Store ends when entries put each other out in onRemoval, and says so once", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const listener = (warning: Error) => {
        if (warning.name === "StoreWarning") seen.push(warning.message)
      }
      process.on("warning", listener)
      let calls = 0
      const made: { store?: Store.Store<string, number> } = {}
      const store = made.store = yield* Store.make<string, number>({
        name: "s",
        maxSize: 1,
        onRemoval: (key, value) => {
          calls++
          if (made.store !== undefined) Effect.runSync(made.store.set(key, value))
        }
      })
      let removed = 0
      yield* Effect.forkScoped(Stream.runForEach(store.events, ({ _tag }) =>
        Effect.sync(() => {
          if (_tag === "Removed") removed++
        })))
      yield* turns(3)
      yield* store.set("a", 1)
      yield* store.set("b", 2)
      assert.strictEqual(calls, 100)
      assert.strictEqual(yield* store.size, 1)
      yield* store.set("c", 3)
      assert.strictEqual(calls, 200)
      assert.strictEqual((yield* store.stats).listenerSkips, 2)
      // Events tell of all of them.
      yield* until(() => removed === 202)
      assert.strictEqual((yield* store.stats).evicted, 202)
      yield* turns(3)
      process.off("warning", listener)
      assert.deepStrictEqual(seen, [
        "s: onRemoval removes entries, whose onRemoval removes entries, and so on: deeper than 100, it is skipped"
      ])
    }))

  it("a BoundedMap ends, also where each removal causes several", () => {
    for (const several of [1, 2, 3]) {
      let calls = 0
      const map: BoundedMap<string, number> = new BoundedMap({
        maxSize: 1,
        onRemoval: (key, value) => {
          calls++
          for (let at = 0; at < several; at++) map.set(key, value, 0)
        }
      })
      map.set("a", 1, 0)
      map.set("b", 2, 0)
      assert.strictEqual(map.size(0), 1)
      assert.isAbove(map.counters.listenerSkips, 0)
      if (several === 1) assert.strictEqual(calls, 101)
      const before = calls
      map.set("c", 3, 0)
      assert.isAbove(calls, before)
    }
  })

  it("a listener may clear a map however large it is, and is told of all of it", () => {
    let told = 0
    const many = 200_000
    const map: BoundedMap<number, number> = new BoundedMap({
      maxSize: many,
      onRemoval: () => {
        if (told++ === 0) map.clear(0)
      }
    })
    for (let key = 0; key <= many; key++) map.set(key, key, 0)
    assert.strictEqual(told, many + 1)
    assert.strictEqual(map.counters.listenerSkips, 0)
  })
})

describe("a promise where an Effect is expected", () => {
  const rejected = () => Promise.reject(new Error("rejected"))
  const defectOf = (exit: Exit.Exit<unknown, unknown>) => Exit.isFailure(exit) ? Cause.squash(exit.cause) : exit

  const cases: ReadonlyArray<readonly [what: string, run: Use]> = [
    [
      "LeasedStore: acquire",
      Effect.flatMap(LeasedStore.make(untyped({ acquire: rejected })), (store) => store.use("a", Effect.succeed))
    ],
    [
      "LeasedStore: acquire",
      Effect.flatMap(
        LeasedStore.make({ acquire: (_: string) => Effect.succeed(1) }),
        (store) => store.use("a", Effect.succeed, untyped({ acquire: rejected() }))
      )
    ],
    [
      "LeasedStore: use",
      Effect.flatMap(
        LeasedStore.make({ acquire: (_: string) => Effect.succeed(1) }),
        (store) => store.use("a", rejected as never)
      )
    ],
    [
      "Store: compute",
      Effect.flatMap(Store.make<string, number>(), (store) => store.getOrCompute("a", rejected() as never))
    ],
    [
      "TtlDict: compute",
      Effect.flatMap(TtlDict.make<string, number>(), (dict) => dict.getOrCompute("a", rejected as never))
    ]
  ]
  for (const [at, [what, run]] of cases.entries()) {
    it.effect(`${what} (${at}) dies with an error that names it`, () =>
      Effect.gen(function*() {
        const defect = defectOf(yield* Effect.exit(Effect.scoped(run)))
        yield* turns(3)
        assert.instanceOf(defect, CacheConfigError)
        assert.include(defect.message, `${what} is `)
        assert.include(defect.message, "wrap promises in Effect.tryPromise")
      }))
  }

  it.scoped("is not rejected before anybody looks at it, where another computes already", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const computed = yield* Deferred.make<number>()
      const first = yield* Effect.fork(store.getOrCompute("a", Deferred.await(computed)))
      yield* turns(3)
      const second = yield* Effect.fork(Effect.suspend(() => store.getOrCompute("a", rejected() as never)))
      yield* turns(3)
      yield* Deferred.succeed(computed, 1)
      assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(second)], [1, 1])
    }))

  it.effect("an async onRemoval of a TtlDict is a hook that fails", () => {
    const log = warnings()
    return Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, number>(untyped({ name: "d", onRemoval: rejected }))
      yield* dict.set("a", 1)
      yield* dict.clear
      yield* turns(3)
      const stats: DictStats = yield* dict.stats
      assert.strictEqual(stats.hooks.failed, 1)
      assert.include(log.messages()[0], "d: onRemoval failed for \"a\" (cleared)")
    }).pipe(Effect.scoped, Effect.provide(log.logger))
  })
})
