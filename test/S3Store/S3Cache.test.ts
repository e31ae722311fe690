import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import {
  Context,
  Deferred,
  Duration,
  Effect,
  Either,
  Equal,
  Exit,
  Fiber,
  Hash,
  Layer,
  Option,
  Schema,
  type Scope,
  TestClock
} from "effect"
import type { CacheNotFoundError, EntryTooLargeError } from "effect-aws-cache/Cache"
import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
import {
  type CacheEncodeError,
  type CacheKey,
  Keyspace,
  type KeyspaceOptions,
  ObjectStore,
  type ObjectStoreError,
  S3Cache,
  type S3CacheService
} from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as S3Server from "../servers/S3Server.js"

class User extends Schema.Class<User>("User")({ name: Schema.String, since: Schema.DateFromString }) {}

const Users = Keyspace.make("directory/users", {
  key: Schema.Struct({ team: Schema.String, page: Schema.optional(Schema.Number) }),
  value: Schema.Array(User),
  timeToLive: "1 hour"
})
const throwing = Schema.transform(Schema.String, Schema.String, {
  decode: (text) => text,
  encode: () => {
    throw new Error("no")
  }
})
const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.NullOr(Schema.Number) })
const Maybe = Keyspace.make("maybe", { key: Schema.String, value: Schema.UndefinedOr(Schema.String) })

const ada = new User({ name: "Ada", since: new Date(0) })

const bucket = "cache-tests"
const embedded = EmbeddedS3.layer({ buckets: [bucket] })
const s3Store = Layer.unwrapScoped(
  Effect.map(
    S3Server.make,
    ({ bucket, clientConfig, keyPrefix }) => ObjectStore.layerS3({ bucket, clientConfig, keyPrefix })
  )
).pipe(Layer.provide(ClientCacheLive), Layer.orDie)

/** Another process, as far as the cache can tell: a memory level of its own over the same second level. */
const another = Effect.map(Layer.build(Layer.fresh(S3Cache.layer())), Context.get(S3Cache))

const suite = (name: string, store: Layer.Layer<ObjectStore>) => {
  const test = (
    title: string,
    body: Effect.Effect<void, unknown, S3Cache | ObjectStore | Scope.Scope>
  ) => it.scoped(title, () => body.pipe(Effect.provide(Layer.provideMerge(S3Cache.layer(), store))))

  describe(`S3Cache over ${name}`, () => {
    test(
      "get, getOption, set, remove",
      Effect.gen(function*() {
        const key = Users.key({ team: "core" })
        const missing = yield* Effect.flip(S3Cache.get(key))
        assert.strictEqual(missing._tag, "CacheNotFoundError")
        assert.strictEqual(missing.message, "S3Cache: there is no entry under directory/users({\"team\":\"core\"})")
        assert.deepStrictEqual(yield* S3Cache.getOption(key), Option.none())
        yield* S3Cache.set(key, [ada])
        assert.deepStrictEqual(yield* S3Cache.get(Users.key({ team: "core" })), [ada])
        yield* S3Cache.remove(key)
        assert.strictEqual((yield* Effect.flip(S3Cache.remove(key)))._tag, "CacheNotFoundError")
        assert.deepStrictEqual(yield* S3Cache.getOption(key), Option.none())
      })
    )

    test(
      "another process finds what this one wrote, decoded by its schema, and refills its memory",
      Effect.gen(function*() {
        const key = Users.key({ team: "shared" })
        yield* S3Cache.set(key, [ada])
        const other = yield* another
        const [found] = yield* other.get(key)
        assert.instanceOf(found, User)
        assert.deepStrictEqual(found?.since, new Date(0))
        yield* other.get(key)
        const stats = yield* other.stats
        assert.deepStrictEqual([stats.storeHits, stats.memoryHits, stats.size], [1, 1, 1])
      })
    )

    test(
      "null and undefined are values",
      Effect.gen(function*() {
        yield* S3Cache.set(Numbers.key("null"), null)
        yield* S3Cache.set(Maybe.key("undefined"), undefined)
        const other = yield* another
        for (const cache of [yield* S3Cache, other]) {
          assert.deepStrictEqual(yield* cache.getOption(Numbers.key("null")), Option.some(null))
          assert.deepStrictEqual(yield* cache.getOption(Maybe.key("undefined")), Option.some(undefined))
        }
      })
    )

    test(
      "keyspaces and versions do not mix",
      Effect.gen(function*() {
        const Other = Keyspace.make("numbers/other", { key: Schema.String, value: Schema.Number })
        const Next = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, version: "2" })
        yield* S3Cache.set(Numbers.key("separate"), 1)
        yield* S3Cache.set(Other.key("separate"), 2)
        yield* S3Cache.set(Next.key("separate"), 3)
        assert.strictEqual(yield* S3Cache.get(Numbers.key("separate")), 1)
        assert.strictEqual(yield* S3Cache.get(Other.key("separate")), 2)
        assert.strictEqual(yield* S3Cache.get(Next.key("separate")), 3)
      })
    )

    test(
      "odd keys",
      Effect.gen(function*() {
        const keys = ["", " ", "/", "..", "a/../b", "%2F", "+", "日本", "\u0000", "k".repeat(5000), "\ud83d\ude00"]
        for (const [at, key] of keys.entries()) yield* S3Cache.set(Numbers.key(key), at)
        const other = yield* another
        for (const [at, key] of keys.entries()) assert.strictEqual(yield* other.get(Numbers.key(key)), at)
      })
    )

    test(
      "expires exactly, refills memory for the remaining time, and removes what has expired",
      Effect.gen(function*() {
        const key = Users.key({ team: "expiring" })
        yield* S3Cache.set(key, [ada])
        yield* TestClock.adjust("59 minutes")
        const other = yield* another
        yield* other.get(key)
        yield* TestClock.adjust(Duration.millis(59_999))
        assert.isTrue(Option.isSome(yield* other.getOption(key)))
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(yield* other.getOption(key), Option.none())
        assert.deepStrictEqual(yield* S3Cache.getOption(key), Option.none())
        // Some servers ignore the condition on which it is removed; there it stays, and is none for readers.
        if (S3Server.isEmbedded) {
          assert.strictEqual((yield* other.stats).expired, 1)
          assert.strictEqual((yield* (yield* ObjectStore).load(key.objectName))._tag, "Absent")
        }
      })
    )

    test(
      "a write decides how long its entry lives; zero removes it",
      Effect.gen(function*() {
        const key = Users.key({ team: "own time" })
        yield* S3Cache.set(key, [ada], { timeToLive: "1 second" })
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* S3Cache.getOption(key), Option.none())
        yield* S3Cache.set(key, [ada], { timeToLive: Duration.infinity })
        yield* TestClock.adjust("1000 days")
        assert.isTrue(Option.isSome(yield* S3Cache.getOption(key)))
        yield* S3Cache.set(key, [ada], { timeToLive: 0 })
        assert.deepStrictEqual(yield* (yield* another).getOption(key), Option.none())
      })
    )

    test(
      "add: of 100 writers in ten processes exactly one wins",
      Effect.gen(function*() {
        const caches = yield* Effect.all(Array.from({ length: 10 }, () => another))
        const outcomes = yield* Effect.forEach(
          Array.from({ length: 100 }, (_, at) => at),
          (at) => Effect.either((caches[at % 10] as S3CacheService).add(Numbers.key("race"), at)),
          { concurrency: "unbounded" }
        )
        const winners = outcomes.flatMap((outcome, at) => Either.isRight(outcome) ? [at] : [])
        assert.strictEqual(winners.length, 1)
        for (const outcome of outcomes) {
          if (Either.isLeft(outcome)) assert.strictEqual(outcome.left._tag, "CacheExistsError")
        }
        for (const cache of caches) assert.strictEqual(yield* cache.get(Numbers.key("race")), winners[0])
      })
    )

    test(
      "add takes the place of an entry that has expired, and of one that is none",
      Effect.gen(function*() {
        const key = Users.key({ team: "again" })
        yield* S3Cache.add(key, [ada])
        assert.strictEqual((yield* Effect.flip(S3Cache.add(key, [])))._tag, "CacheExistsError")
        yield* TestClock.adjust("1 hour")
        const other = yield* another
        const outcomes = yield* Effect.forEach(
          [yield* S3Cache, other, yield* another],
          (cache) => Effect.either(cache.add(key, [])),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(outcomes.filter(Either.isRight).length, 1)
        assert.deepStrictEqual(yield* S3Cache.get(key), [])
        const damaged = Users.key({ team: "damaged" })
        yield* (yield* ObjectStore).save(damaged.objectName, Buffer.from("not an entry"))
        yield* S3Cache.add(damaged, [ada])
        assert.deepStrictEqual(yield* (yield* another).get(damaged), [ada])
      })
    )

    test(
      "damaged and foreign objects are misses, and a write heals them",
      Effect.gen(function*() {
        const store = yield* ObjectStore
        const [one, two] = [Numbers.key("one"), Numbers.key("two")]
        yield* S3Cache.set(one, 1)
        const loaded = yield* store.load(one.objectName)
        const body = loaded._tag === "Found" ? loaded.body : assert.fail("the entry is there")
        const cut = body.subarray(0, body.length - 1)
        for (const foreign of [Buffer.alloc(0), Buffer.from("<html>"), cut, body]) {
          yield* store.save(two.objectName, foreign)
          const other = yield* another
          assert.deepStrictEqual(yield* other.getOption(two), Option.none())
          assert.strictEqual((yield* other.stats).unreadable, 1)
          yield* other.set(two, 2)
          assert.strictEqual(yield* (yield* another).get(two), 2)
        }
      })
    )

    test(
      "an entry that no longer fits its schema is a miss",
      Effect.gen(function*() {
        const Words = Keyspace.make("numbers", { key: Schema.String, value: Schema.String })
        yield* S3Cache.set(Numbers.key("changed"), 1)
        assert.deepStrictEqual(yield* S3Cache.getOption(Words.key("changed")), Option.none())
        assert.deepStrictEqual(yield* (yield* another).getOption(Words.key("changed")), Option.none())
        assert.strictEqual(yield* S3Cache.get(Numbers.key("changed")), 1)
      })
    )

    test(
      "a value that cannot be encoded is refused, and nothing has changed",
      Effect.gen(function*() {
        const key = Keyspace.make("numbers", { key: Schema.String, value: Schema.Any }).key("encode")
        yield* S3Cache.set(key, 1)
        for (const write of [S3Cache.set(key, NaN), S3Cache.add(key, NaN)]) {
          const error = yield* Effect.flip(write)
          assert.strictEqual(error._tag, "CacheEncodeError")
          assert.include(error.message, ": the value under numbers(\"encode\") cannot be encoded: $ is NaN")
        }
        assert.strictEqual(yield* S3Cache.get(key), 1)
        assert.strictEqual(yield* (yield* another).get(key), 1)
      })
    )

    test(
      "loads of one key are shared",
      Effect.gen(function*() {
        const key = Numbers.key("shared load")
        yield* S3Cache.set(key, 1)
        const other = yield* another
        const values = yield* Effect.forEach(Array.from({ length: 200 }), () => other.get(key), {
          concurrency: "unbounded"
        })
        assert.strictEqual(values.length, 200)
        assert.strictEqual((yield* other.stats).storeHits, 1)
      })
    )

    test(
      "memoize computes once for all callers, processes and runs",
      Effect.gen(function*() {
        let calls = 0
        const compute = (key: string) =>
          Effect.sync(() => {
            calls++
            return key.length
          })
        const length = yield* S3Cache.memoize(Numbers, compute)
        const values = yield* Effect.forEach(Array.from({ length: 50 }), () => length("memoized"), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(new Set(values), new Set([8]))
        const other = yield* another
        const elsewhere = yield* other.memoize(Numbers, compute)
        assert.strictEqual(yield* elsewhere("memoized"), 8)
        assert.strictEqual(yield* elsewhere("memoized"), 8)
        assert.strictEqual(calls, 1)
        const stats = yield* other.stats
        assert.deepStrictEqual([stats.storeHits, stats.memoryHits, stats.computations], [1, 1, 0])
      })
    )

    test(
      "memoize: failures reach the callers and are not kept",
      Effect.gen(function*() {
        let calls = 0
        const flaky = yield* S3Cache.memoize(
          Numbers,
          () => Effect.suspend(() => ++calls === 1 ? Effect.fail("broken" as const) : Effect.succeed(calls))
        )
        assert.strictEqual(yield* Effect.flip(flaky("flaky")), "broken")
        assert.strictEqual(yield* flaky("flaky"), 2)
      })
    )

    test(
      "memoize: a function that fails to encode or throws does not break the cache",
      Effect.gen(function*() {
        const nan = yield* S3Cache.memoize(Numbers, () => Effect.succeed(NaN))
        assert.isNaN(yield* nan("nan"))
        // It stays in memory, though nothing could be written.
        assert.deepStrictEqual(yield* S3Cache.getOption(Numbers.key("nan")), Option.some(NaN))
        const throwing = yield* S3Cache.memoize(Numbers, (): Effect.Effect<number> => {
          throw new Error("thrown")
        })
        assert.isTrue(Exit.isFailure(yield* Effect.exit(throwing("throwing"))))
      })
    )

    test(
      "memoize runs with the context it was made in, not with its caller's",
      Effect.gen(function*() {
        class Tenant extends Context.Tag("Tenant")<Tenant, number>() {}
        const tenant = yield* Effect.provideService(S3Cache.memoize(Numbers, () => Tenant), Tenant, 1)
        assert.strictEqual(yield* Effect.provideService(tenant("tenant"), Tenant, 2), 1)
      })
    )

    const overtaking: ReadonlyArray<readonly [string, Effect.Effect<void, unknown, S3Cache>, Option.Option<number>]> = [
      ["set", S3Cache.set(Numbers.key("meanwhile"), 2), Option.some(2)],
      ["remove", S3Cache.remove(Numbers.key("meanwhile")), Option.none()]
    ]
    for (const [verb, write, after] of overtaking) {
      test(
        `${verb} during a computation wins over its result, in both levels`,
        Effect.gen(function*() {
          const latch = yield* Deferred.make<number>()
          const started = yield* Deferred.make<void>()
          const slow = yield* S3Cache.memoize(
            Numbers,
            () => Effect.zipRight(Deferred.succeed(started, undefined), Deferred.await(latch))
          )
          const caller = yield* Effect.fork(slow("meanwhile"))
          yield* Deferred.await(started)
          yield* Effect.exit(write)
          yield* Deferred.succeed(latch, 1)
          assert.strictEqual(yield* Fiber.join(caller), 1)
          assert.deepStrictEqual(yield* S3Cache.getOption(Numbers.key("meanwhile")), after)
          assert.deepStrictEqual(yield* (yield* another).getOption(Numbers.key("meanwhile")), after)
        })
      )
    }

    test(
      "writes of one key reach both levels in the same order",
      Effect.gen(function*() {
        const key = Numbers.key("ordered")
        yield* Effect.forEach(Array.from({ length: 20 }, (_, at) => at), (at) => S3Cache.set(key, at), {
          concurrency: "unbounded"
        })
        assert.strictEqual(yield* S3Cache.get(key), yield* (yield* another).get(key))
      })
    )

    test(
      "the memory level is bounded; what leaves it stays in the second level",
      Effect.gen(function*() {
        const store = yield* ObjectStore
        const context = yield* Layer.build(
          S3Cache.layer({ maxSize: 2 }).pipe(Layer.provide(Layer.succeed(ObjectStore, store)))
        )
        const cache = Context.get(context, S3Cache)
        for (const n of [1, 2, 3]) yield* cache.set(Numbers.key(`bounded ${n}`), n)
        assert.strictEqual((yield* cache.stats).size, 2)
        for (const n of [1, 2, 3]) assert.strictEqual(yield* cache.get(Numbers.key(`bounded ${n}`)), n)
      })
    )
  })
}

suite("memory", ObjectStore.layerMemory())
suite("a real S3 server", s3Store)

describe("Keyspace", () => {
  it("makes keys that are structurally equal whatever the order of fields", () => {
    const one = Users.key({ team: "core", page: 1 })
    const other = Users.key({ page: 1, team: "core" })
    assert.isTrue(Equal.equals(one, other))
    assert.strictEqual(Hash.hash(one), Hash.hash(other))
    assert.strictEqual(one.objectName, other.objectName)
    assert.match(one.objectName, /^directory\/users\/1\/[0-9a-f]{64}$/)
    assert.strictEqual(String(one), "directory/users({\"page\":1,\"team\":\"core\"})")
    assert.notStrictEqual(Users.key({ team: "core", page: 1 }).id, Users.key({ team: "core" }).id)
  })

  it("refuses keys that do not fit their schema, and says why", () => {
    const Positive = Keyspace.make("positive", { key: Schema.Positive, value: Schema.Number })
    assert.throws(() => Positive.key(-1), "Keyspace positive: key is -1, but must be Positive")
    assert.isTrue(Either.isLeft(Positive.keyEither(-1)))
    const Teams = Keyspace.make("teams", {
      key: Schema.Struct({ team: Schema.String, at: Schema.Struct({ path: Schema.Array(Schema.String) }) }),
      value: Schema.Number
    })
    const fromOutside: unknown = JSON.parse("{\"team\":\"core\",\"at\":{\"path\":[1]}}")
    const wrong = Either.flip(Teams.keyEither(fromOutside))
    assert.deepInclude(Either.getOrThrow(wrong), { cache: "Keyspace teams", field: "at.path.0", accepted: "string" })
    const key = Teams.keyEither({ team: "core", at: { path: ["a"] } })
    assert.deepStrictEqual(key, Either.right(Teams.key({ team: "core", at: { path: ["a"] } })))
    // What JSON has for a date is no Date: the decoded side is asked for.
    const Days = Keyspace.make("days", { key: Schema.Date, value: Schema.Number })
    assert.isTrue(Either.isLeft(Days.keyEither("1970-01-01T00:00:00.000Z")))
    assert.isTrue(Either.isRight(Days.keyEither(new Date(0))))
    const When = Keyspace.make("when", { key: Schema.Any, value: Schema.Number })
    assert.throws(() => When.key(new Date(0)), /\$ is an instance of Date, which JSON cannot represent/)
  })

  for (const name of ["", "/", "a//b", "/a", "a/", "..", "a/../b", "a b", "ü", "a".repeat(201)]) {
    it(`refuses the name ${JSON.stringify(name.slice(0, 10))}`, () => {
      assert.throws(() => Keyspace.make(name, { key: Schema.String, value: Schema.String }), /name is/)
    })
  }

  it("refuses a bad version", () => {
    assert.throws(
      () => Keyspace.make("a", { key: Schema.String, value: Schema.String, version: "1/2" }),
      /version is "1\/2"/
    )
  })

  for (const [option, value] of [["codec", "xml"], ["onStoreError", "hope"]] as const) {
    it(`refuses a bad ${option}`, () => {
      const options: object = { [option]: value }
      assert.throws(
        () => Keyspace.make("bad", { key: Schema.String, value: Schema.String, ...options }),
        `Keyspace bad: ${option} is "${value}", but must be "`
      )
    })
  }

  it("what lookups may fail with is told by onStoreError, and names what is wrong with other options", () => {
    const schemas = { key: Schema.String, value: Schema.Number }
    const computes = Keyspace.make("a", schemas)
    expectTypeOf(computes).toEqualTypeOf<Keyspace<string, number>>()
    const asToldByDefault = Keyspace.make("a", { ...schemas, onStoreError: undefined })
    expectTypeOf(asToldByDefault).toEqualTypeOf<Keyspace<string, number>>()
    const fallsThrough = Keyspace.make("a", { ...schemas, onStoreError: "fallThrough" })
    expectTypeOf(fallsThrough).toEqualTypeOf<Keyspace<string, number>>()
    const fails = Keyspace.make("a", { ...schemas, onStoreError: "fail" })
    expectTypeOf(fails).toEqualTypeOf<Keyspace<string, number, ObjectStoreError>>()
    const failure = Schema.Literal("no")
    const both = Keyspace.make("a", { ...schemas, failure, onStoreError: "fail" })
    expectTypeOf(both).toEqualTypeOf<Keyspace<string, number, ObjectStoreError | "no">>()
    const given = (more: Partial<KeyspaceOptions<string, string, number, number>>) =>
      Keyspace.make("a", { ...more, ...schemas })
    expectTypeOf(given({})).toEqualTypeOf<Keyspace<string, number, ObjectStoreError>>()
    expectTypeOf<[Keyspace.Key<typeof both>, Keyspace.Value<typeof both>, Keyspace.Failure<typeof both>]>()
      .toEqualTypeOf<[string, number, ObjectStoreError | "no"]>()
    expectTypeOf(both).toExtend<Keyspace.Any>()
    assert.throws(
      // @ts-expect-error it is timeToLive
      () => Keyspace.make("a", { key: Schema.String, value: Schema.Number, timeToLife: "1 hour" }),
      "Keyspace a: timeToLife"
    )
  })

  it("keyEither tells of a schema that throws and of a key that is too deep", () => {
    const Throwing = Keyspace.make("throwing", { key: throwing, value: Schema.Number })
    const thrown = Throwing.keyEither("a")
    assert.include(Either.isLeft(thrown) ? thrown.left.message : "", "it cannot be encoded: its schema threw Error")
    let deep: unknown = 1
    for (let level = 0; level < 20_000; level++) deep = [deep]
    const nested = Keyspace.make("deep", { key: Schema.Any, value: Schema.Number }).keyEither(deep)
    assert.strictEqual(Either.isLeft(nested) ? nested.left._tag : "a key", "CacheKeyError")
  })

  it.scoped("set tells of a schema that throws and of a value that is too deep", () =>
    Effect.gen(function*() {
      const cache = yield* S3Cache
      const Throwing = Keyspace.make("throwing", { key: Schema.String, value: throwing })
      const thrown = yield* Effect.flip(cache.set(Throwing.key("a"), "a"))
      assert.strictEqual(thrown._tag, "CacheEncodeError")
      assert.include(thrown.message, "it cannot be encoded: its schema threw Error")
      const Deep = Keyspace.make("deep", { key: Schema.String, value: Schema.Unknown })
      let deep: unknown = 1
      for (let level = 0; level < 20_000; level++) deep = [deep]
      assert.strictEqual((yield* Effect.flip(cache.set(Deep.key("a"), deep)))._tag, "CacheEncodeError")
    }).pipe(Effect.provide(S3Cache.layerMemory())))

  it("types keys and values", () => {
    expectTypeOf(Users.key).toEqualTypeOf<
      (key: { readonly team: string; readonly page?: number | undefined }) => CacheKey<
        { readonly team: string; readonly page?: number | undefined },
        ReadonlyArray<User>
      >
    >()
    expectTypeOf(S3Cache.get(Users.key({ team: "a" }))).toEqualTypeOf<
      Effect.Effect<ReadonlyArray<User>, CacheNotFoundError | ObjectStoreError, S3Cache>
    >()
    expectTypeOf(S3Cache.set(Numbers.key("a"), 1)).toEqualTypeOf<
      Effect.Effect<void, CacheEncodeError | EntryTooLargeError | ObjectStoreError, S3Cache>
    >()
    expectTypeOf(S3Cache.memoize(Numbers, (key: string) => Effect.fail(key))).toEqualTypeOf<
      Effect.Effect<(key: string) => Effect.Effect<number | null, string>, never, S3Cache>
    >()
    // @ts-expect-error a value of another keyspace
    S3Cache.set(Numbers.key("a"), [ada])
  })
})

describe("layers", () => {
  it.scoped("S3Cache and a user share one client of the ClientCache", () =>
    Effect.gen(function*() {
      const { clientConfig } = yield* EmbeddedS3
      yield* Effect.gen(function*() {
        yield* ClientCache.client(S3Client, clientConfig)
        yield* S3Cache.set(Numbers.key("client"), 1)
        assert.strictEqual((yield* ClientCache.stats).computations, 1)
      }).pipe(
        Effect.provide(S3Cache.layerS3({ bucket, clientConfig })),
        Effect.provide(ClientCacheLive)
      )
    }).pipe(Effect.provide(embedded)))
})
