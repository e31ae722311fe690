import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Context, Data, Deferred, Effect, Exit, Fiber, FiberRef, Layer, Option, Schema, Scope, TestClock } from "effect"
import { type CacheKey, Keyspace, ObjectStore, S3Cache, type S3CacheService } from "effect-aws-cache/S3Store"
import { turns, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

class Offline extends Data.TaggedError("Offline")<{ readonly by: string }> {}

class Db
  extends Context.Tag("test/Db")<Db, { readonly name: string; readonly query: Effect.Effect<number, Offline> }>()
{}

const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, timeToLive: "1 hour" })
const key = Numbers.key("a")

const db = (name: string, query: Effect.Effect<number, Offline>) => Layer.succeed(Db, { name, query })

const query = Effect.flatMap(Db, ({ query }) => query)

/** A lookup that computes by what it is given, each time. */
type Ask = (
  cache: S3CacheService,
  compute: Effect.Effect<number, Offline, Db>
) => Effect.Effect<number, Offline, Db>

const load = (compute: Effect.Effect<number, Offline, Db>) => (missing: ReadonlyArray<CacheKey<string, number>>) =>
  Effect.map(compute, (value) => missing.map((key) => [key, value] as const))

const asks: Readonly<Record<string, Ask>> = {
  getOrCompute: (cache, compute) => cache.getOrCompute(key, compute),
  refresh: (cache, compute) => cache.refresh(key, compute),
  getManyOrCompute: (cache, compute) =>
    Effect.map(cache.getManyOrCompute([key], load(compute)), ([found = Option.none()]) => Option.getOrThrow(found))
}

const makeCache = Effect.flatMap(makeBucket(), ({ process }) => process())

describe("what a computation needs, and how it fails", () => {
  for (const [verb, ask] of Object.entries(asks)) {
    it.scoped(`${verb}: the services are its caller's`, () =>
      Effect.gen(function*() {
        const cache = yield* makeCache
        const found = yield* Effect.provide(ask(cache, query), db("one", Effect.succeed(7)))
        assert.strictEqual(found, 7)
        assert.strictEqual(yield* cache.get(key), 7)
      }))

    it.scoped(`${verb}: its failure is its caller's`, () =>
      Effect.gen(function*() {
        const cache = yield* makeCache
        const error = yield* Effect.flip(
          Effect.provide(ask(cache, query), db("one", Effect.fail(new Offline({ by: "one" }))))
        )
        assert.deepStrictEqual(error, new Offline({ by: "one" }))
        assert.deepStrictEqual(yield* cache.getOption(key), Option.none())
      }))

    for (const [how, end] of [["failed", new Offline({ by: "first" })], ["died", Effect.die("first")]] as const) {
      it.scoped(`${verb}: who waited for another's computation that ${how} tries its own, with services of its own`, () =>
        Effect.gen(function*() {
          const cache = yield* makeCache
          const latch = yield* Deferred.make<void>()
          let started = 0
          const failing = db("first", Effect.zipRight(Effect.suspend(() => (started++, Deferred.await(latch))), end))
          const first = yield* Effect.fork(Effect.provide(ask(cache, query), failing))
          yield* until(() => started === 1)
          const others = yield* Effect.forEach(
            ["second", "third"],
            (name, n) => Effect.fork(Effect.provide(ask(cache, query), db(name, Effect.sync(() => (started++, n)))))
          )
          if (verb !== "getManyOrCompute") yield* Effect.repeatN(Effect.yieldNow(), 200)
          yield* Deferred.succeed(latch, undefined)
          const failed = yield* Fiber.await(first)
          assert.isTrue(Exit.isFailure(failed))
          const found = yield* Effect.forEach(others, Fiber.join)
          assert.strictEqual(yield* cache.get(key), found.at(-1))
          assert.isAtMost(started, 3)
        }))
    }

    it.scoped(`${verb}: everything but the services is the cache's`, () =>
      Effect.gen(function*() {
        const local = yield* FiberRef.make("the cache's")
        const cache = yield* makeCache
        const seen = yield* ask(
          cache,
          Effect.zipWith(FiberRef.get(local), Effect.option(Effect.currentParentSpan), (local, span) => {
            assert.strictEqual(local, "the cache's")
            assert.isFalse(Option.exists(span, (span) => span._tag === "Span" && span.name === "caller"))
            return 1
          })
        ).pipe(
          Effect.withSpan("caller"),
          Effect.locally(local, "the caller's"),
          Effect.provide(db("one", Effect.succeed(1)))
        )
        assert.strictEqual(seen, 1)
      }))
  }

  it.scoped("who interrupts the one that came first leaves the others their value, by his services", () =>
    Effect.gen(function*() {
      const cache = yield* makeCache
      const latch = yield* Deferred.make<void>()
      let by = ""
      const slow = Effect.flatMap(Db, ({ name }) => Effect.as(Effect.sync(() => by = name), 1)).pipe(
        Effect.zipLeft(Deferred.await(latch))
      )
      const first = yield* Effect.fork(Effect.provide(cache.getOrCompute(key, slow), db("first", Effect.succeed(0))))
      yield* until(() => by === "first")
      const second = yield* Effect.fork(Effect.provide(cache.getOrCompute(key, slow), db("second", Effect.succeed(0))))
      yield* Effect.repeatN(Effect.yieldNow(), 100)
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(latch, undefined)
      assert.strictEqual(yield* Fiber.join(second), 1)
      assert.strictEqual(by, "first")
    }))

  it.scoped("memoize takes them once, and who shares the function shares its failure", () =>
    Effect.gen(function*() {
      const cache = yield* makeCache
      let queries = 0
      const failing = Effect.zipRight(Effect.sync(() => queries++), Effect.yieldNow()).pipe(
        Effect.zipRight(new Offline({ by: "memo" }))
      )
      const numberOf = yield* Effect.provide(cache.memoize(Numbers, () => query), db("memo", failing))
      expectTypeOf(numberOf).toEqualTypeOf<(key: string) => Effect.Effect<number, Offline>>()
      const errors = yield* Effect.all([Effect.flip(numberOf("a")), Effect.flip(numberOf("a"))], { concurrency: 2 })
      assert.strictEqual(errors[0], errors[1])
      assert.strictEqual(queries, 1)
    }))

  it.scoped("a scope among the services is the computation's own", () =>
    Effect.gen(function*() {
      const cache = yield* makeCache
      const scope = yield* Scope.make()
      let open = 0
      const resource = Effect.acquireRelease(Effect.sync(() => ++open), () => Effect.sync(() => open--))
      assert.strictEqual(yield* Scope.extend(cache.getOrCompute(key, resource), scope), 1)
      assert.strictEqual(open, 0)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(open, 0)
    }))

  it("stand in the type of the lookup", () => {
    expectTypeOf(S3Cache.getOrCompute(key, query)).toEqualTypeOf<Effect.Effect<number, Offline, S3Cache | Db>>()
    expectTypeOf(S3Cache.refresh(key, query)).toEqualTypeOf<Effect.Effect<number, Offline, S3Cache | Db>>()
    expectTypeOf(S3Cache.getManyOrCompute([key], load(query))).toEqualTypeOf<
      Effect.Effect<ReadonlyArray<Option.Option<number>>, Offline, S3Cache | Db>
    >()
    expectTypeOf(S3Cache.memoize(Numbers, () => query)).toEqualTypeOf<
      Effect.Effect<(key: string) => Effect.Effect<number, Offline>, never, S3Cache | Db>
    >()
  })
})

describe("getManyOrCompute", () => {
  it.scoped("who shares a load that fails waits for two of others at the most", () =>
    Effect.gen(function*() {
      const cache = yield* S3Cache.make()
      let started = 0
      const loading = () => Effect.zipRight(Effect.sleep("1 second"), Effect.fail(`no ${++started}`))
      const load = () => Effect.suspend(loading)
      const asking = yield* Effect.forEach(
        Array.from({ length: 10 }),
        () => Effect.fork(Effect.flip(cache.getManyOrCompute([key], load)))
      )
      for (let second = 0; second < 3; second++) {
        yield* turns(100)
        yield* TestClock.adjust("1 second")
      }
      yield* turns(100)
      const ended = yield* Effect.forEach(asking, Fiber.poll)
      assert.isTrue(ended.every(Option.isSome))
      assert.strictEqual(new Set(yield* Fiber.join(Fiber.all(asking))).size, 10)
      assert.strictEqual(started, 10)
    }).pipe(Effect.provide(ObjectStore.layerMemory())))

  it.scoped("takes keys of several keyspaces with the same types", () =>
    Effect.gen(function*() {
      const Others = Keyspace.make("others", { key: Schema.String, value: Schema.Number })
      const cache = yield* makeCache
      yield* cache.set(Others.key("a"), 10)
      const asked: Array<string> = []
      const found = yield* cache.getManyOrCompute([key, Others.key("a"), Others.key("b")], (missing) =>
        Effect.sync(() => {
          asked.push(...missing.map(String))
          return missing.map((key) =>
            [key, key.keyspace.length] as const
          )
        }))
      assert.deepStrictEqual(found, [Option.some(7), Option.some(10), Option.some(6)])
      assert.deepStrictEqual(asked, ["numbers(\"a\")", "others(\"b\")"])
      assert.deepStrictEqual(yield* cache.getManyOrCompute([], () => Effect.die("there is nothing to load")), [])
    }))
})
