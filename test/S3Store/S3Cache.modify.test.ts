import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Cause, Context, Data, Deferred, Effect, Exit, Fiber, Option, Schema, TestClock } from "effect"
import { CacheNotFoundError, CacheReentryError, type EntryTooLargeError } from "effect-aws-cache/Cache"
import { type CacheEncodeError, Keyspace, type ObjectStoreError, S3Cache } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { settled } from "../support/settled.js"
import { makeBucket } from "./bucketOf.js"

class Offline extends Data.TaggedError("Offline")<{}> {}
class Step extends Context.Tag("test/Step")<Step, number>() {}

const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number })
const key = Numbers.key("a")

const increase = (value: number) => Effect.succeed(value + 1)

describe("modify", () => {
  it.scoped("makes a new value of the one in the bucket, for all processes, in two requests", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      yield* one.set(key, 1)
      assert.strictEqual(yield* other.modify(key, increase), 2)
      // It is not gone by what memory has.
      const before = requests().length
      assert.strictEqual(yield* one.modify(key, increase), 3)
      assert.strictEqual(requests().slice(before).map(({ method }) => method).join(" "), "GET PUT")
      assert.strictEqual(yield* one.get(key), 3)
      assert.strictEqual(yield* (yield* process()).get(key), 3)
    }))

  it.scoped("many of one key in several processes lose nothing", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(key, 0)
      let most = 0
      let running = 0
      const slow = (value: number) =>
        Effect.acquireUseRelease(
          Effect.sync(() => {
            most = Math.max(most, ++running)
          }),
          () => Effect.as(Effect.yieldNow(), value + 1),
          () => Effect.sync(() => running--)
        )
      yield* Effect.all(Array.from({ length: 12 }, () => cache.modify(key, slow)), { concurrency: "unbounded" })
      assert.strictEqual(yield* (yield* process()).get(key), 12)
      assert.strictEqual(most, 1)
    }))

  it.scoped("keeps the time to live that is left and the tags, unless it is told", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(key, 1, { timeToLive: "1 hour", tags: ["t"] })
      yield* TestClock.adjust("40 minutes")
      yield* cache.modify(key, increase)
      const kept = Option.getOrThrow(yield* cache.peekEntry(key))
      assert.deepStrictEqual([kept.remaining, kept.tags], [20 * 60_000, ["t"]])
      yield* cache.modify(key, increase, { timeToLive: "2 hours", tags: [] })
      const told = Option.getOrThrow(yield* cache.peekEntry(key))
      assert.deepStrictEqual([told.remaining, told.tags], [120 * 60_000, []])
      yield* cache.modify(key, increase, { timeToLive: 0 })
      assert.deepStrictEqual(yield* cache.getOption(key), Option.none())
    }))

  it.scoped("fails with CacheNotFoundError when there is none, and as what it is given", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process()
      assert.instanceOf(yield* Effect.flip(cache.modify(key, increase)), CacheNotFoundError)
      yield* cache.set(key, 1, { timeToLive: "1 second" })
      const error = yield* Effect.flip(cache.modify(key, () => new Offline()))
      assert.instanceOf(error, Offline)
      assert.strictEqual(
        yield* Effect.provideService(cache.modify(key, (value) => Effect.map(Step, (step) => value + step)), Step, 10),
        11
      )
      const died = yield* Effect.exit(cache.modify(key, () => Effect.die("a mistake")))
      assert.isTrue(Exit.isFailure(died) && Cause.isDie(died.cause))
      assert.strictEqual(yield* cache.get(key), 11)
      yield* TestClock.adjust("1 second")
      assert.instanceOf(yield* Effect.flip(cache.modify(key, increase)), CacheNotFoundError)
    }))

  it.scoped("runs again with what another has written meanwhile, four times at most", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const [one, other] = [yield* makeS3CacheService(store), yield* makeS3CacheService(store)]
      yield* one.set(key, 0)
      let races = 3
      const seen: Array<number> = []
      const raced = (value: number) =>
        Effect.suspend(() => {
          seen.push(value)
          return Effect.as(races-- > 0 ? Effect.orDie(other.set(key, value + 10)) : Effect.void, value + 1)
        })
      assert.strictEqual(yield* one.modify(key, raced), 31)
      assert.deepStrictEqual(seen, [0, 10, 20, 30])
      races = 100
      const error = yield* Effect.flip(one.modify(key, raced))
      assert.strictEqual(error._tag === "ObjectStoreError" && error.reason, "Conflict")
      assert.strictEqual(races, 96)
      assert.strictEqual(yield* one.get(key), 71)
    }))

  it.scoped("is not started where it waits for its turn and is interrupted, nor goes on after its caller", () =>
    Effect.gen(function*() {
      const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore)
      yield* cache.set(key, 0)
      const [started, go] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const first = yield* Effect.fork(
        cache.modify(
          key,
          (value) => Effect.as(Effect.zipRight(Deferred.succeed(started, undefined), Deferred.await(go)), value + 1)
        )
      )
      yield* Deferred.await(started)
      const second = yield* Effect.fork(cache.modify(key, () => Effect.succeed(100)))
      const third = yield* Effect.fork(cache.modify(key, increase))
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      yield* Fiber.interrupt(second)
      assert.strictEqual((yield* cache.stats).inFlight, 1)
      assert.deepStrictEqual(
        yield* Effect.fork(cache.settle({ within: "1 second" })).pipe(
          Effect.tap(() => TestClock.adjust("1 second")),
          Effect.flatMap(Fiber.join)
        ),
        settled({ computations: 1 })
      )
      yield* Fiber.interrupt(first)
      assert.strictEqual(yield* Fiber.join(third), 1)
      assert.strictEqual(yield* cache.get(key), 1)
    }))

  it.scoped("of what waits to be written, which is written first", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const cache = yield* process({ write: "behind" })
      yield* cache.set(key, 1)
      assert.strictEqual(yield* cache.modify(key, increase), 2)
      assert.strictEqual(yield* (yield* process()).get(key), 2)
    }))

  it.scoped("that waits for itself dies", () =>
    Effect.gen(function*() {
      const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore)
      yield* cache.set(key, 0)
      const exit = yield* Effect.exit(cache.modify(key, () => Effect.orDie(cache.modify(key, increase))))
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof CacheReentryError)
      assert.strictEqual(yield* cache.get(key), 0)
    }))

  it.scoped("over a store that ignores conditions is refused", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket({}, { conditionalWrites: false })
      const cache = yield* process()
      yield* cache.set(key, 1)
      const error = yield* Effect.flip(cache.modify(key, increase))
      assert.strictEqual(error._tag === "ObjectStoreError" && error.reason, "ConditionalWritesUnsupported")
      assert.strictEqual(yield* cache.get(key), 1)
    }))

  it("says in its type how it fails and what it needs", () => {
    expectTypeOf(S3Cache.modify(key, () => Effect.zipRight(new Offline(), Step))).toEqualTypeOf<
      Effect.Effect<
        number,
        Offline | CacheEncodeError | CacheNotFoundError | EntryTooLargeError | ObjectStoreError,
        S3Cache | Step
      >
    >()
  })
})
