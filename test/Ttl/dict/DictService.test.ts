import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { CacheKeyError, TtlDict, TtlDictLive } from "effect-aws-cache/Ttl"
import * as Chunk from "effect/Chunk"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { inspect } from "node:util"

const Session = Schema.Struct({ user: Schema.String, token: Schema.optional(Schema.String.pipe(Schema.minLength(5))) })

class Sessions extends TtlDict.Service<Sessions>()("app/Sessions", {
  key: Schema.NonEmptyString,
  value: Session,
  timeToLive: "15 minutes",
  maxSize: 2,
  maxBytes: "64K"
}) {}

const TeamKey = Schema.Struct({
  team: Schema.String,
  at: Schema.optional(Schema.Struct({ path: Schema.Array(Schema.String) }))
})

class Teams extends TtlDict.Service<Teams>()("app/Teams", { key: TeamKey, value: Schema.Number }) {}

class Places extends TtlDict.Service<Places>()("app/Places", {
  key: Schema.String,
  value: Schema.Struct({
    at: Schema.Struct({ n: Schema.Positive }),
    list: Schema.optional(Schema.Array(Schema.Union(Schema.String, Schema.Number)))
  })
}) {}

class User extends Schema.Class<User>("User")({ id: Schema.Number }) {}

class Users extends TtlDict.Service<Users>()("app/Users", {
  key: User,
  value: Schema.NullOr(Schema.Date),
  weigher: (key) => key.id
}) {}

class Team extends Schema.Class<Team>("Team")({ at: Schema.Struct({ n: Schema.Number }) }) {}

class Anything extends TtlDict.Service<Anything>()("app/Anything", { key: Schema.Unknown, value: Schema.Number }) {}

/** What untyped code may pass, under a type that hides it. */
const untyped = (json: string) => Effect.sync(() => JSON.parse(json))

describe("TtlDict.Service", () => {
  it.effect("refuses options of snapshots that there are not, or of another kind, and touches no file", () =>
    Effect.gen(function*() {
      const path = "/nowhere/at/all"
      const wrong = [`{ "ttl": 5 }`, "5", "null", "[]", `{ "timeout": "soon" }`, `{ "timeout": -1 }`]
      for (const json of [...wrong, `{ "limits": "forget" }`]) {
        const how = yield* untyped(json)
        assert.strictEqual((yield* Effect.flip(Sessions.snapshot(path, how)))._tag, "CacheConfigError", json)
        const restoring: Effect.Effect<unknown, { readonly _tag: string }, Sessions | FileSystem.FileSystem> = Sessions
          .restore(path, how)
        assert.strictEqual((yield* Effect.flip(restoring))._tag, "CacheConfigError", json)
      }
    }).pipe(Effect.provide(Layer.merge(Sessions.layer(), FileSystem.layerNoop({})))))

  it.effect("its members use the dictionary that the layer provides", () =>
    Effect.gen(function*() {
      const session = { user: "ada" }
      yield* Sessions.set("foo", session)
      yield* Sessions.add("bar", { user: "grace" }, { timeToLive: "1 minute" })
      assert.strictEqual(yield* Sessions.get("foo"), session)
      assert.deepStrictEqual(yield* Sessions.getOption("nobody"), Option.none())
      assert.isTrue(yield* Sessions.has("foo"))
      assert.deepStrictEqual(yield* Sessions.peek("foo"), Option.some(session))
      assert.deepStrictEqual(yield* Sessions.timeToLive("bar"), Duration.minutes(1))
      yield* Sessions.setTimeToLive("bar", "2 minutes")
      assert.deepStrictEqual(yield* Sessions.isExpired("bar", 120_000), Option.some(true))
      assert.deepStrictEqual(yield* Sessions.keys, ["bar", "foo"])
      assert.deepStrictEqual(yield* Sessions.values, [{ user: "grace" }, session])
      assert.deepStrictEqual(yield* Sessions.entries, [["bar", { user: "grace" }], ["foo", session]])
      assert.strictEqual(yield* Sessions.size, 2)
      assert.isAbove(yield* Sessions.byteSize, 0)
      yield* Sessions.purge
      assert.deepStrictEqual(yield* Sessions.popVictim, Option.some(["bar", { user: "grace" }] as const))
      assert.strictEqual(yield* Sessions.pop("foo"), session)
      assert.strictEqual((yield* Effect.flip(Sessions.remove("foo")))._tag, "CacheNotFoundError")
      yield* Sessions.set("foo", session)
      yield* Sessions.clear
      assert.strictEqual((yield* Sessions.stats).cleared, 1)
      assert.include(String(yield* Sessions), "app/Sessions")
    }).pipe(Effect.provide(Sessions.layer())))

  it.effect("its limits hold", () =>
    Effect.gen(function*() {
      for (const key of ["a", "b", "c"]) yield* Sessions.set(key, { user: key })
      assert.deepStrictEqual(yield* Sessions.keys, ["b", "c"])
      const large = yield* Effect.flip(Sessions.set("d", { user: "x".repeat(70_000) }))
      assert.strictEqual(large._tag, "EntryTooLargeError")
      yield* TestClock.adjust("15 minutes")
      assert.deepStrictEqual(yield* Sessions.keys, [])
    }).pipe(Effect.provide(Sessions.layer())))

  it.effect("a bad key is a mistake in the program: every operation dies, and nothing changes", () =>
    Effect.gen(function*() {
      const session = { user: "c" }
      yield* Sessions.set("a", { user: "a" })
      yield* Sessions.set("b", { user: "b" })
      const number: string = yield* untyped("42")
      const operations = (key: string): Record<string, Effect.Effect<unknown, unknown, Sessions>> => ({
        get: Sessions.get(key),
        getOption: Sessions.getOption(key),
        getOrCompute: Sessions.getOrCompute(key, Effect.succeed(session)),
        getManyOrCompute: Sessions.getManyOrCompute(["a", key], () => Effect.succeed([])),
        memoize: Effect.flatMap(Sessions.memoize(() => Effect.succeed(session)), (memoized) => memoized(key)),
        refresh: Sessions.refresh(key, Effect.succeed(session)),
        modify: Sessions.modify(key, () => Effect.succeed(session)),
        add: Sessions.add(key, session),
        set: Sessions.set(key, session),
        getOrInsert: Sessions.getOrInsert(key, session),
        setMany: Sessions.setMany([["c", session], [key, session]]),
        has: Sessions.has(key),
        hasMany: Sessions.hasMany(["a", key]),
        peek: Sessions.peek(key),
        peekEntry: Sessions.peekEntry(key),
        getMany: Sessions.getMany(["a", key]),
        invalidate: Sessions.invalidate(key),
        invalidateWhen: Sessions.invalidateWhen(key, () => true),
        expire: Sessions.expire(key),
        remove: Sessions.remove(key),
        removeMany: Sessions.removeMany(["a", key]),
        pop: Sessions.pop(key),
        reweigh: Sessions.reweigh(key),
        timeToLive: Sessions.timeToLive(key),
        setTimeToLive: Sessions.setTimeToLive(key, "1 second"),
        setExpiresAt: Sessions.setExpiresAt(key, 0),
        isExpired: Sessions.isExpired(key),
        moveToEnd: Sessions.moveToEnd(key)
      })
      for (const [key, shown] of [["", "\"\""], [number, "42"]] as const) {
        for (const [verb, operation] of Object.entries(operations(key))) {
          const error = yield* operation.pipe(
            Effect.catchAll(() => Effect.fail("a failure")),
            Effect.catchAllDefect(Effect.succeed)
          )
          assert.instanceOf(error, CacheKeyError, verb)
          assert.strictEqual(error.message, `app/Sessions: key is ${shown}, but must be NonEmptyString`)
          assert.deepStrictEqual(yield* Sessions.keys, ["a", "b"], verb)
        }
      }
    }).pipe(Effect.provide(Sessions.layer())))

  it("keyEither tells what is wrong with a key from outside", () => {
    const fromOutside: unknown = JSON.parse("{\"team\":\"core\",\"at\":{\"path\":[1]}}")
    assert.deepStrictEqual(Sessions.keyEither("a"), Either.right("a"))
    const wrong = Either.flip(Teams.keyEither(fromOutside))
    assert.include(Either.getOrThrow(wrong).message, "app/Teams: at.path.0 is ")
    assert.deepStrictEqual(Teams.keyEither({ team: "core" }), Either.right({ team: "core" }))
  })

  it.effect("a bad value fails its write, changes nothing, and is not shown", () =>
    Effect.gen(function*() {
      const session = { user: "a", token: "old token" }
      yield* Sessions.set("a", session)
      const error = yield* Effect.flip(Sessions.set("a", { user: "a", token: "hush" }))
      assert.strictEqual(error._tag, "CacheValueError")
      assert.match(error.message, /^app\/Sessions: under "a", token is not (?!\{ readonly)/)
      for (const text of [String(error), JSON.stringify(error), inspect(error, { depth: 10 })]) {
        assert.notInclude(text, "hush")
      }
      const whole = yield* Effect.flip(Sessions.add("b", yield* untyped("\"hush\"")))
      assert.strictEqual(whole._tag, "CacheValueError")
      assert.include(whole.message, "under \"b\", the value is not {")
      assert.notInclude(whole.message, "hush")
      assert.deepStrictEqual(yield* Sessions.entries, [["a", session]])
    }).pipe(Effect.provide(Sessions.layer())))

  it.effect("a bad value is told by its place, and by what is accepted there", () =>
    Effect.gen(function*() {
      const errors: Array<string> = []
      for (
        const value of [{}, { at: 5 }, { at: { n: "hush" } }, { at: { n: -1 } }, { at: { n: 1 }, list: [1, true] }]
      ) {
        errors.push((yield* Effect.flip(Places.set("a", value as never))).message)
      }
      assert.deepStrictEqual(errors, [
        "app/Places: under \"a\", at is not { readonly n: Positive }",
        "app/Places: under \"a\", at is not { readonly n: Positive }",
        "app/Places: under \"a\", at.n is not Positive",
        "app/Places: under \"a\", at.n is not Positive",
        "app/Places: under \"a\", list.1 is not string | number"
      ])
    }).pipe(Effect.provide(Places.layer())))

  it.effect("plain objects as keys are found by structure, at every depth", () =>
    Effect.gen(function*() {
      const key = { team: "core", at: { path: ["a", "b"] } }
      yield* Teams.set(key, 1)
      assert.strictEqual(yield* Teams.get({ at: { path: ["a", "b"] }, team: "core" }), 1)
      assert.strictEqual(yield* Teams.get(Data.struct(key)), 1)
      assert.isFalse(yield* Teams.has({ team: "core", at: { path: ["b", "a"] } }))
      assert.isFalse(yield* Teams.has({ team: "core" }))
      yield* Teams.set({ team: "core", at: { path: ["a", "b"] } }, 2)
      assert.strictEqual(yield* Teams.size, 1)
      const keys = yield* Teams.keys
      assert.strictEqual(JSON.stringify(keys), "[{\"team\":\"core\",\"at\":{\"path\":[\"a\",\"b\"]}}]")
      yield* Teams.remove({ team: "core", at: { path: ["a", "b"] } })
      assert.strictEqual(yield* Teams.size, 0)
    }).pipe(Effect.provide(Teams.layer())))

  it.effect("a key that is changed after the write is still found by what it was", () =>
    Effect.gen(function*() {
      const path = ["a"]
      const key = { team: "core", at: { path } }
      yield* Teams.set(key, 1)
      path.push("b")
      key.team = "other"
      assert.strictEqual(yield* Teams.get({ team: "core", at: { path: ["a"] } }), 1)
    }).pipe(Effect.provide(Teams.layer())))

  it.effect("an undefined field of a key is an absent one", () =>
    Effect.gen(function*() {
      yield* Teams.set({ team: "core", at: undefined }, 1)
      assert.strictEqual(yield* Teams.get({ team: "core" }), 1)
    }).pipe(Effect.provide(Teams.layer())))

  it.effect("a bad field of a key is named", () =>
    Effect.gen(function*() {
      const key = yield* untyped("{\"team\":\"core\",\"at\":{\"path\":[1]}}")
      const error = yield* Effect.catchAllDefect(Effect.flip(Teams.set(key, 1)), Effect.succeed)
      assert.instanceOf(error, CacheKeyError)
      assert.include(error.message, "at.path.0 is ")
    }).pipe(Effect.provide(Teams.layer())))

  it.effect("keys and values may be instances of classes, and a weigher sees their types", () =>
    Effect.gen(function*() {
      const ada = new User({ id: 7 })
      yield* Users.set(ada, null)
      assert.isNull(yield* Users.get(new User({ id: 7 })))
      assert.strictEqual(yield* Users.byteSize, 7)
      assert.strictEqual((yield* Users.keys)[0], ada)
    }).pipe(Effect.provide(Users.layer())))

  const withContent: ReadonlyArray<readonly [name: string, make: (n: number) => unknown]> = [
    ["a Date", (n) => new Date(n)],
    ["an invalid Date", (n) => n === 1 ? new Date(Number.NaN) : new Date(n)],
    ["a URL", (n) => new URL(`http://a/${n}`)],
    ["bytes", (n) => new Uint8Array([1, n])],
    ["a Buffer", (n) => Buffer.from([1, n])],
    ["a Map", (n) => new Map([[{ name: "a" }, [n]]])],
    ["a Set", (n) => new Set([{ name: n }, "b"])],
    ["NaN", (n) => n === 1 ? Number.NaN : n],
    ["an Option", (n) => Option.some({ n })],
    ["an Either", (n) => Either.left({ n })],
    ["a Chunk", (n) => Chunk.make({ n }, "b")],
    ["a HashSet", (n) => HashSet.make(n, new Date(n))],
    ["a HashMap", (n) => HashMap.make(["a", new Date(n)])],
    ["a Duration", (n) => Duration.millis(n)],
    ["Data.struct", (n) => Data.struct({ at: new Date(n), n: { n }, nan: Number.NaN })],
    ["a Schema.Class", (n) => new Team({ at: { n } })]
  ]

  for (const [name, make] of withContent) {
    it.effect(`${name} is found by what is in it, as a key and within one`, () =>
      Effect.gen(function*() {
        const places: ReadonlyArray<(n: number) => unknown> = [
          make,
          (n) => ({ in: make(n), nan: Number.NaN }),
          (n) => ({ in: make(n) }),
          (n) => [Number.NaN, make(n)],
          (n) => ({ deep: [{ in: make(n) }] }),
          (n) => new Map([["in", make(n)]]),
          (n) => Option.some([make(n)]),
          (n) => Data.struct({ in: make(n) })
        ]
        for (const [place, keyOf] of places.entries()) {
          let computed = 0
          const lookup = (n: number) => Anything.getOrCompute(keyOf(n), Effect.sync(() => ++computed))
          yield* lookup(1)
          yield* lookup(1)
          yield* Effect.all([lookup(2), lookup(2)], { concurrency: "unbounded" })
          assert.strictEqual(computed, 2, `${place}`)
          assert.strictEqual(yield* Anything.size, 2)
          assert.strictEqual(yield* Anything.get(keyOf(1)), 1)
          assert.deepStrictEqual(
            yield* Anything.getManyOrCompute(
              [keyOf(2), keyOf(3), keyOf(3)],
              (missing) => Effect.succeed(missing.map((key) => [key, 3] as const))
            ),
            [Option.some(2), Option.some(3), Option.some(3)]
          )
          yield* Anything.set(keyOf(1), 4)
          assert.strictEqual(yield* Anything.size, 3)
          // What it gives out is found too.
          for (const key of yield* Anything.keys) assert.isTrue(yield* Anything.has(key))
          yield* Anything.remove(keyOf(1))
          assert.isFalse(yield* Anything.has(keyOf(1)))
          yield* Anything.clear
        }
      }).pipe(Effect.provide(Anything.layer())))
  }

  it.effect("keys it gives out are of the classes that were written", () =>
    Effect.gen(function*() {
      const keys = [new Date(5), new URL("http://a/"), Buffer.from("a"), new Map([[1, 2]]), new Set([1])]
      for (const key of keys) yield* Anything.set(key, 1)
      const held = yield* Anything.keys
      for (const [at, key] of keys.entries()) {
        assert.strictEqual(Reflect.get(Object(held[at]), "constructor"), key.constructor)
      }
      assert.deepStrictEqual(held.map(String), keys.map(String))
      assert.strictEqual(JSON.stringify(held), JSON.stringify(keys))
      assert.deepStrictEqual(structuredClone(held[3]), keys[3])
    }).pipe(Effect.provide(Anything.layer())))

  it.effect("a Date or bytes changed after the write are still found by what they were", () =>
    Effect.gen(function*() {
      const at = new Date(5)
      const bytes = new Uint8Array([1])
      yield* Anything.set({ at, bytes }, 1)
      at.setTime(6)
      bytes[0] = 2
      assert.strictEqual(yield* Anything.get({ at: new Date(5), bytes: new Uint8Array([1]) }), 1)
    }).pipe(Effect.provide(Anything.layer())))

  it.effect("a key that only itself would find is refused by every operation", () =>
    Effect.gen(function*() {
      const message = (place: string) =>
        `app/Anything: key is ${place}, but must be found by what is in it: made of primitives, plain objects, arrays, Date, ` +
        "URL, Uint8Array, Map, Set, and what implements Effect's Equal"
      const wrong = [
        [new WeakMap(), "an instance of WeakMap"],
        [{ at: [new WeakMap()] }, "{\"at\":[{}]}, with an instance of WeakMap in it"],
        [Option.some(Number.NaN), null],
        [HashMap.make(["a", { n: 1 }]), null]
      ] as const
      for (const [key, place] of wrong) {
        const effects: ReadonlyArray<Effect.Effect<unknown, unknown, Anything>> = [
          Anything.get(key),
          Anything.set(key, 1),
          Anything.has(key),
          Anything.getMany([key]),
          Anything.setMany([[key, 1]]),
          Anything.getOrCompute(key, Effect.succeed(1)),
          Anything.getManyOrCompute([key], () => Effect.succeed([])),
          Anything.equals([[key, 1]]),
          Anything.timeToLive(key)
        ]
        for (const effect of effects) {
          const error = yield* Effect.catchAllDefect(Effect.flip(effect), Effect.succeed)
          assert.instanceOf(error, CacheKeyError)
          if (place !== null) assert.strictEqual(error.message, message(place))
        }
        assert.isTrue(Either.isLeft(Anything.keyEither(key)))
      }
      assert.strictEqual(yield* Anything.size, 0)
    }).pipe(Effect.provide(Anything.layer())))

  it.effect("is called by its identifier, or by the name that it is given", () =>
    Effect.gen(function*() {
      class Named extends TtlDict.Service<Named>()("app/Named", { key: User, value: Session, name: "people" }) {}
      assert.strictEqual((yield* Effect.flip(Sessions.get("a"))).cache, "app/Sessions")
      assert.strictEqual(Either.getOrThrow(Either.flip(Named.keyEither(1))).cache, "people")
      const error = yield* Effect.provide(Effect.flip(Named.get(new User({ id: 1 }))), Named.layer())
      assert.strictEqual(error.cache, "people")
    }).pipe(Effect.provide(Sessions.layer())))

  it.effect("layer overrides the limits that are given, and only these", () =>
    Effect.gen(function*() {
      for (const key of ["a", "b", "c"]) yield* Sessions.set(key, { user: key })
      assert.deepStrictEqual(yield* Sessions.keys, ["c"])
      assert.deepStrictEqual(yield* Sessions.timeToLive("c"), Duration.minutes(15))
    }).pipe(Effect.provide(Sessions.layer({ maxSize: 1, timeToLive: undefined }))))

  it.scoped("make makes one that is no service", () =>
    Effect.gen(function*() {
      const sessions = yield* Sessions.make({ maxSize: 1 })
      yield* sessions.set("a", { user: "a" })
      yield* sessions.set("b", { user: "b" })
      assert.deepStrictEqual(yield* sessions.keys, ["b"])
      assert.strictEqual((yield* Effect.flip(sessions.get("a"))).cache, "app/Sessions")
      assert.deepStrictEqual(yield* Effect.provide(Sessions.keys, Sessions.layer()), [])
    }))

  it.effect("layerConfig reads them from the configuration", () =>
    Effect.gen(function*() {
      yield* Sessions.set("a", { user: "a" })
      assert.deepStrictEqual(yield* Sessions.timeToLive("a"), Duration.seconds(5))
      assert.strictEqual(
        (yield* Effect.flip(Sessions.set("b", { user: "x".repeat(1000) })))._tag,
        "EntryTooLargeError"
      )
    }).pipe(
      Effect.provide(
        Sessions.layerConfig({ timeToLive: Config.duration("SESSION_TTL"), maxBytes: Config.string("SESSION_BYTES") })
      ),
      Effect.withConfigProvider(
        ConfigProvider.fromMap(new Map([["SESSION_TTL", "5 seconds"], ["SESSION_BYTES", "1K"]]))
      )
    ))

  it.effect("a bad limit fails the layer", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Effect.provide(Sessions.size, Sessions.layer({ maxBytes: "64MB" }))
      )
      assert.strictEqual(error._tag, "CacheConfigError")
      assert.include(error.message, "app/Sessions: maxBytes is \"64MB\"")
    }))

  it.effect("two classes are two services", () =>
    Effect.gen(function*() {
      yield* Sessions.set("a", { user: "a" })
      yield* Teams.set({ team: "a" }, 1)
      assert.strictEqual(yield* Sessions.size, 1)
      assert.strictEqual(yield* Teams.size, 1)
    }).pipe(Effect.provide([Sessions.layer(), Teams.layer()])))

  it.effect("users' tests can fake it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Sessions.get("any"), { user: "fake" })
    }).pipe(Effect.provide(Layer.mock(Sessions, { get: () => Effect.succeed({ user: "fake" }) }))))
})

describe("TtlDict", () => {
  it.effect("is a dictionary from strings to anything", () =>
    Effect.gen(function*() {
      yield* TtlDict.set("a", 1)
      yield* TtlDict.add("b", { two: 2 }, { timeToLive: "1 second" })
      assert.strictEqual(yield* TtlDict.get("a"), 1)
      assert.deepStrictEqual(yield* TtlDict.entries, [["b", { two: 2 }], ["a", 1]])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* TtlDict.keys, ["a"])
      yield* TestClock.adjust("36500 days")
      assert.strictEqual(yield* TtlDict.size, 1)
      assert.include(String(yield* TtlDict), "TtlDict")
    }).pipe(Effect.provide(TtlDictLive)))

  it.effect("TtlDictLive takes a quarter of the memory of the Lambda function", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(TtlDict.set("a", new Uint8Array(32 * 1024 * 1024)))
      assert.strictEqual(error._tag, "EntryTooLargeError")
      assert.strictEqual(error.maxWeight, 32 * 1024 * 1024)
      yield* TtlDict.set("a", new Uint8Array(31 * 1024 * 1024))
    }).pipe(
      Effect.provide(TtlDictLive),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"]])))
    ))

  it.effect("layer and layerConfig take limits", () =>
    Effect.gen(function*() {
      const fill = Effect.gen(function*() {
        yield* TtlDict.set("a", 1)
        yield* TtlDict.set("b", 2)
        return yield* TtlDict.keys
      })
      assert.deepStrictEqual(yield* Effect.provide(fill, TtlDict.layer({ maxSize: 1 })), ["b"])
      const fromConfig = Effect.provide(fill, TtlDict.layerConfig({ maxSize: Config.integer("ITEMS") }))
      assert.deepStrictEqual(
        yield* Effect.withConfigProvider(fromConfig, ConfigProvider.fromMap(new Map([["ITEMS", "1"]]))),
        ["b"]
      )
      const missing = yield* Effect.flip(Effect.withConfigProvider(fromConfig, ConfigProvider.fromMap(new Map())))
      assert.include(String(missing), "ITEMS")
    }))

  it.scoped("a dictionary that was made can be provided", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, unknown>()
      yield* Effect.provideService(TtlDict.set("a", 1), TtlDict, dict)
      yield* Effect.provide(TtlDict.set("b", 2), Layer.succeed(TtlDict, dict))
      assert.deepStrictEqual(yield* dict.keys, ["a", "b"])
    }))
})
