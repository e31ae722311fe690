import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Exit, Fiber, Layer, Option, Schema, Stream, TestClock } from "effect"
import { type CacheKey, Keyspace, ObjectStore, S3Cache, type S3CacheEvent } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { Fault } from "../servers/FaultProxy.js"
import { eventually, turns, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"
import { progressOf } from "./progressOf.js"

const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, timeToLive: "1 hour" })
const keys = (...ids: ReadonlyArray<string>) => ids.map((id) => Numbers.key(id))

class Missing extends Schema.TaggedError<Missing>()("Missing", {}) {}

describe("verbs of an S3Cache", () => {
  it.scoped("has looks into both levels, peek only into memory", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      yield* (yield* process()).set(Numbers.key("a"), 1)
      const cache = yield* process()
      const before = requests().length
      assert.deepStrictEqual(yield* cache.peek(Numbers.key("a")), Option.none())
      assert.strictEqual(requests().length, before)
      assert.isTrue(yield* cache.has(Numbers.key("a")))
      assert.isFalse(yield* cache.has(Numbers.key("b")))
      assert.deepStrictEqual(yield* cache.peek(Numbers.key("a")), Option.some(1))
    }))

  it.scoped("pop returns what it removes", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(Numbers.key("a"), 1)
      assert.strictEqual(yield* cache.pop(Numbers.key("a")), 1)
      assert.strictEqual((yield* Effect.flip(cache.pop(Numbers.key("a"))))._tag, "CacheNotFoundError")
      assert.isFalse(yield* (yield* process()).has(Numbers.key("a")))
    }))

  it.scoped("add leaves what others may be able to use: an object of another schema, or of another key", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const cache = yield* process()
      const Texts = Keyspace.make("numbers", { key: Schema.String, value: Schema.String })
      yield* (yield* process()).set(Texts.key("a"), "one")
      yield* cache.set(Numbers.key("b"), 2)
      const copied = yield* direct.load(Numbers.key("b").objectName)
      assert(copied._tag === "Found")
      const Others = Keyspace.make("others", { key: Schema.String, value: Schema.Number })
      const Next = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, version: "2" })
      for (const key of [Numbers.key("c"), Others.key("b"), Next.key("b")]) {
        yield* direct.save(key.objectName, copied.body)
      }
      for (const key of [Numbers.key("a"), Numbers.key("c"), Others.key("b"), Next.key("b")]) {
        assert.deepStrictEqual(yield* cache.getOption(key), Option.none())
        const refused = yield* Effect.flip(cache.add(key, 5))
        assert.strictEqual(refused._tag === "ObjectStoreError" ? refused.reason : refused._tag, "Unreadable")
        yield* cache.remove(key)
        yield* cache.add(key, 5)
        assert.strictEqual(yield* (yield* process()).get(key), 5)
        assert.strictEqual((yield* Effect.flip(cache.add(key, 6)))._tag, "CacheExistsError")
      }
    }))

  it.scoped("setMany and getMany, in the order of the keys, with bounded concurrency", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const entries = Array.from({ length: 50 }, (_, n) => [Numbers.key(String(n)), n] as const)
      yield* (yield* process()).setMany(entries, { concurrency: 4 })
      assert.strictEqual(requests().filter(({ method }) => method === "PUT").length, 50)
      const cache = yield* process()
      const found = yield* cache.getMany([...keys("49", "no", "0"), ...keys("49")], { concurrency: 2 })
      assert.deepStrictEqual(found, [Option.some(49), Option.none(), Option.some(0), Option.some(49)])
      assert.isTrue(Exit.isFailure(yield* Effect.exit(cache.getMany(keys("0"), { concurrency: 0 }))))
    }))

  describe("getManyOrCompute", () => {
    it.scoped("asks the loader once, for what neither level has, and writes what it returns to both", () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        yield* (yield* process()).set(Numbers.key("a"), 1)
        const cache = yield* process()
        const asked: Array<ReadonlyArray<string>> = []
        const load = (missing: ReadonlyArray<CacheKey<string, number>>) =>
          Effect.sync(() => {
            asked.push(missing.map(({ input }) => input))
            return missing.filter(({ input }) => input !== "nobody").map((key) => [key, key.input.length] as const)
          })
        const inputs = ["a", "bb", "nobody", "ccc", "bb"].map(Numbers.key)
        assert.deepStrictEqual(yield* cache.getManyOrCompute(inputs, load), [
          Option.some(1),
          Option.some(2),
          Option.none(),
          Option.some(3),
          Option.some(2)
        ])
        assert.deepStrictEqual(asked, [["bb", "nobody", "ccc"]])
        assert.strictEqual(yield* (yield* process()).get(Numbers.key("ccc")), 3)
        yield* cache.getManyOrCompute(inputs, load)
        assert.deepStrictEqual(asked.slice(1), [["nobody"]])
      }))

    it.scoped("who asks for the same keys meanwhile shares the result, and outlives the one who came first", () =>
      Effect.gen(function*() {
        const { process } = yield* makeBucket()
        const cache = yield* process()
        const latch = yield* Deferred.make<void>()
        const asked: Array<ReadonlyArray<string>> = []
        const load = (missing: ReadonlyArray<CacheKey<string, number>>) =>
          Effect.suspend(() => {
            asked.push(missing.map(({ input }) => input))
            return Effect.as(Deferred.await(latch), missing.map((key) => [key, key.input.length] as const))
          })
        const first = yield* Effect.fork(cache.getManyOrCompute(["a", "bb"].map(Numbers.key), load))
        yield* until(() => asked.length === 1)
        const second = yield* Effect.fork(cache.getManyOrCompute(["bb", "ccc"].map(Numbers.key), load))
        yield* until(() => asked.length === 2)
        yield* Fiber.interrupt(first)
        yield* Deferred.succeed(latch, undefined)
        assert.deepStrictEqual(yield* Fiber.join(second), [Option.some(2), Option.some(3)])
        assert.deepStrictEqual(asked.map((missing) => [...missing].sort()), [["a", "bb"], ["ccc"]])
        assert.strictEqual((yield* cache.stats).computations, 3)
      }))

    it.scoped("the loader's failure is its caller's, and so is a second level that does not answer", () =>
      Effect.gen(function*() {
        const { process, proxy } = yield* makeBucket()
        const cache = yield* process()
        const error = yield* Effect.flip(cache.getManyOrCompute([Numbers.key("a")], () => Effect.fail(new Missing())))
        assert.instanceOf(error, Missing)
        yield* proxy.set(Fault.Refuse())
        const loaded = yield* cache.getManyOrCompute(
          ["a", "b"].map(Numbers.key),
          (missing) => Effect.succeed(missing.map((key) => [key, 1] as const))
        )
        assert.deepStrictEqual(loaded, [Option.some(1), Option.some(1)])
        assert.deepStrictEqual(yield* cache.peek(Numbers.key("a")), Option.some(1))
      }))
  })

  describe("getOrCompute", () => {
    it.scoped("callers share one computation, and its failure only where it is one of the keyspace", () =>
      Effect.gen(function*() {
        const Kind = Keyspace.make("kind", { key: Schema.String, value: Schema.Number, failure: Missing })
        const { process } = yield* makeBucket()
        const cache = yield* process()
        let calls = 0
        const all = <E>(key: CacheKey<string, number, Missing>, compute: Effect.Effect<number, E>) =>
          Effect.forEach(
            Array.from({ length: 20 }),
            () => Effect.either(cache.getOrCompute(key, Effect.suspend(() => (calls++, Effect.delay(compute, 10))))),
            { concurrency: "unbounded" }
          ).pipe(Effect.fork, Effect.tap(() => TestClock.adjust("10 millis")))
        const good = yield* all(Kind.key("good"), Effect.succeed(1))
        yield* eventually(Effect.zipRight(TestClock.adjust("10 millis"), Effect.map(Fiber.poll(good), Option.isSome)))
        assert.strictEqual(calls, 1)
        calls = 0
        const bad = yield* all(Kind.key("bad"), new Missing())
        yield* eventually(Effect.zipRight(TestClock.adjust("10 millis"), Effect.map(Fiber.poll(bad), Option.isSome)))
        assert.strictEqual(calls, 1)
        calls = 0
        const own = yield* all(Kind.key("own"), Effect.fail("own" as const))
        yield* eventually(Effect.zipRight(TestClock.adjust("10 millis"), Effect.map(Fiber.poll(own), Option.isSome)))
        assert.strictEqual(calls, 20)
      }))
  })

  it.scoped("list tells of the live entries of a keyspace, with their keys", () =>
    Effect.gen(function*() {
      const Other = Keyspace.make("numbers/other", { key: Schema.String, value: Schema.Number })
      const { direct, process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.setMany([[Numbers.key("a"), 1], [Numbers.key("b"), 2]], { tags: ["t"] })
      yield* cache.set(Other.key("c"), 3)
      yield* cache.set(Numbers.key("short"), 4, { timeToLive: "1 second" })
      yield* direct.save(Numbers.key("rubbish").objectName, Buffer.from("rubbish"))
      yield* TestClock.adjust("1 second")
      const listed = Chunk.toReadonlyArray(yield* Stream.runCollect((yield* process()).list(Numbers)))
      assert.deepStrictEqual(listed.map(({ key }) => key.input).sort(), ["a", "b"])
      for (const { bytes, freshUntil, key, made, tags } of listed) {
        assert.deepStrictEqual([made, freshUntil, tags], [0, 3_600_000, ["t"]])
        assert.isAbove(bytes, 50)
        assert.strictEqual(yield* cache.get(key), key.input === "a" ? 1 : 2)
      }
    }))

  it.scoped("purge removes what is of no use any more, and only that", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.setMany(
        Array.from({ length: 10 }, (_, n) => [Numbers.key(String(n)), n] as const),
        { timeToLive: "1 second" }
      )
      yield* cache.set(Numbers.key("tagged"), 1, { tags: ["gone"] })
      yield* cache.set(Numbers.key("live"), 1)
      yield* direct.save(Numbers.key("rubbish").objectName, Buffer.from("rubbish"))
      yield* TestClock.adjust("1 second")
      yield* cache.invalidateTag("gone")
      assert.deepStrictEqual(
        yield* progressOf((how) => cache.purge(Numbers, how)),
        [{ examined: 13, removed: 11, total: 13 }]
      )
      assert.deepStrictEqual(
        yield* progressOf((how) => cache.purge(Numbers, { unreadable: true, ...how })),
        [{ examined: 2, removed: 1, total: 2 }]
      )
      assert.strictEqual(yield* (yield* process()).get(Numbers.key("live")), 1)
    }))

  it.scoped("clear removes all of a keyspace, in both levels, and nothing else", () =>
    Effect.gen(function*() {
      const Next = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, version: "2" })
      const { process } = yield* makeBucket()
      const cache = yield* process({ write: "behind" })
      yield* cache.setMany(Array.from({ length: 30 }, (_, n) => [Numbers.key(String(n)), n] as const))
      yield* cache.set(Next.key("0"), 1)
      assert.strictEqual(yield* cache.clear(Numbers), 30)
      assert.deepStrictEqual(yield* cache.getOption(Numbers.key("0")), Option.none())
      assert.deepStrictEqual(yield* (yield* process()).getOption(Numbers.key("29")), Option.none())
      assert.strictEqual(yield* cache.get(Next.key("0")), 1)
      assert.strictEqual(yield* cache.clear(Numbers), 0)
    }))

  for (const write of ["through", "behind"] as const) {
    it.scoped(`clear wins over computations under way, with write: "${write}"`, () =>
      Effect.gen(function*() {
        const Other = Keyspace.make("other", { key: Schema.String, value: Schema.Number })
        const { process } = yield* makeBucket()
        const cache = yield* process({ write })
        const [started, go] = [yield* Effect.makeSemaphore(2), yield* Deferred.make<number>()]
        yield* started.take(2)
        const compute = () => Effect.zipRight(started.release(1), Deferred.await(go))
        const callers = yield* Effect.fork(Effect.all([
          (yield* cache.memoize(Numbers, compute))("a"),
          (yield* cache.memoize(Other, compute))("a")
        ], { concurrency: 2 }))
        yield* started.take(2)
        yield* cache.clear(Numbers)
        yield* Deferred.succeed(go, 1)
        assert.deepStrictEqual(yield* Fiber.join(callers), [1, 1])
        yield* cache.flush
        assert.deepStrictEqual(yield* cache.peek(Numbers.key("a")), Option.none())
        assert.deepStrictEqual(yield* (yield* process()).getOption(Numbers.key("a")), Option.none())
        assert.strictEqual(yield* (yield* process()).get(Other.key("a")), 1)
      }))
  }

  it.scoped("clear removes what is being written when it starts", () =>
    Effect.gen(function*() {
      const [saving, go] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const store = yield* makeMemoryObjectStore
      const cache = yield* makeS3CacheService({
        ...store,
        save: (name, body) =>
          Deferred.succeed(saving, undefined).pipe(
            Effect.zipRight(Deferred.await(go)),
            Effect.zipRight(store.save(name, body))
          )
      })
      const caller = yield* Effect.fork(cache.getOrCompute(Numbers.key("a"), Effect.succeed(1)))
      yield* Deferred.await(saving)
      const clearing = yield* Effect.fork(cache.clear(Numbers))
      yield* turns(20)
      yield* Deferred.succeed(go, undefined)
      assert.strictEqual(yield* Fiber.join(caller), 1)
      yield* Fiber.join(clearing)
      assert.deepStrictEqual(yield* cache.peek(Numbers.key("a")), Option.none())
      assert.strictEqual((yield* store.load(Numbers.key("a").objectName))._tag, "Absent")
    }))

  it.scoped("list, purge and clear leave alone what lies deeper, and what has another name", () =>
    Effect.gen(function*() {
      const Reports = Keyspace.make("reports", { key: Schema.String, value: Schema.Number, version: "2026" })
      const Inner = Keyspace.make("reports/2026", { key: Schema.String, value: Schema.Number })
      const { direct, process, requests } = yield* makeBucket()
      const cache = yield* process()
      const foreign = ["reports/2026/a.run", "reports/2026/notes", `reports/2026/${"0".repeat(64)}.tmp`]
      yield* cache.set(Reports.key("a"), 1)
      yield* cache.set(Inner.key("a"), 2)
      for (const name of foreign) yield* direct.save(name, Buffer.from("q"))
      const before = requests().length
      assert.strictEqual(yield* Stream.runCount(cache.list(Reports)), 1)
      assert.deepStrictEqual(
        yield* progressOf((how) => cache.purge(Reports, { unreadable: true, ...how })),
        [{ examined: 1, removed: 0, total: 1 }]
      )
      assert.deepStrictEqual(
        requests().slice(before).filter(({ method, name }) => method === "GET" && name !== "").map(({ name }) => name),
        [Reports.key("a").objectName, Reports.key("a").objectName]
      )
      assert.strictEqual(yield* cache.clear(Reports), 1)
      assert.strictEqual(yield* (yield* process()).get(Inner.key("a")), 2)
      for (const name of foreign) assert.strictEqual((yield* direct.load(name))._tag, "Found", name)
    }))

  it.scoped("events and metrics tell what happens, never a value", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process({ name: "watched", metrics: true })
      const events: Array<S3CacheEvent> = []
      yield* Effect.forkScoped(Stream.runForEach(cache.events, (event) => Effect.sync(() => events.push(event))))
      yield* until(() => true)
      yield* Effect.yieldNow()
      const lookup = yield* cache.memoize(Numbers, () => Effect.succeed(4_242_424))
      yield* lookup("a")
      yield* lookup("a")
      yield* until(() => events.length >= 5)
      assert.deepStrictEqual(events.map(({ _tag }) => _tag), [
        "Miss",
        "ComputationStarted",
        "ComputationEnded",
        "Inserted",
        "MemoryHit"
      ])
      assert.notInclude(JSON.stringify(events), "4242424")
    }))

  it.scoped("costs the requests that docs/requests.md names", () =>
    Effect.gen(function*() {
      const Leased = Keyspace.make("leased", { key: Schema.String, value: Schema.Number, coordination: "lease" })
      const { process, requests } = yield* makeBucket(
        { conditionalWrites: "required", conditionalDeletes: "required" },
        {}
      )
      const cache = yield* process()
      const cost = <A, E>(effect: Effect.Effect<A, E>) =>
        Effect.suspend(() => {
          const before = requests().length
          return Effect.map(Effect.exit(effect), () => requests().slice(before).map(({ method }) => method).join(" "))
        })
      const lookup = yield* cache.memoize(Numbers, () => Effect.succeed(1))
      const leased = yield* cache.memoize(Leased, () => Effect.succeed(1))
      assert.strictEqual(yield* cost(lookup("a")), "GET PUT")
      assert.strictEqual(yield* cost(lookup("a")), "")
      assert.strictEqual(yield* cost((yield* process()).get(Numbers.key("a"))), "GET")
      assert.strictEqual(yield* cost(leased("a")), "GET PUT GET PUT DELETE")
      assert.strictEqual(yield* cost(cache.set(Numbers.key("b"), 1)), "PUT")
      assert.strictEqual(yield* cost(cache.add(Numbers.key("c"), 1)), "PUT")
      assert.strictEqual(yield* cost(cache.add(Numbers.key("c"), 1)), "PUT GET")
      assert.strictEqual(yield* cost(cache.remove(Numbers.key("c"))), "GET DELETE")
      assert.strictEqual(yield* cost(cache.invalidateTag("t")), "GET PUT")
      assert.strictEqual(yield* cost(Stream.runDrain(cache.list(Numbers))), "GET GET GET")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* cost(lookup("a")), "GET DELETE PUT")
    }))

  it.scoped("every verb of the service is a static of S3Cache", () =>
    Effect.gen(function*() {
      yield* S3Cache.setMany([[Numbers.key("a"), 1]])
      assert.isTrue(yield* S3Cache.has(Numbers.key("a")))
      assert.deepStrictEqual(yield* S3Cache.peek(Numbers.key("a")), Option.some(1))
      assert.deepStrictEqual(yield* S3Cache.getMany(keys("a")), [Option.some(1)])
      assert.deepStrictEqual(
        yield* S3Cache.getManyOrCompute([Numbers.key("a")], () => Effect.succeed([])),
        [Option.some(1)]
      )
      assert.strictEqual(yield* S3Cache.getOrCompute(Numbers.key("a"), Effect.succeed(2)), 1)
      yield* S3Cache.flush
      yield* S3Cache.invalidateTag("t")
      yield* S3Cache.expireTag("t")
      assert.strictEqual(yield* Stream.runCount(S3Cache.list(Numbers)), 1)
      yield* S3Cache.purge(Numbers)
      assert.strictEqual(yield* S3Cache.pop(Numbers.key("a")), 1)
      yield* S3Cache.clear(Numbers)
      assert.strictEqual((yield* S3Cache.stats).size, 0)
    }).pipe(Effect.provide(S3Cache.layer()), Effect.provide(ObjectStore.layerMemory()), Effect.provide(Layer.empty)))
})
