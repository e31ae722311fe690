import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, type Duration, Effect, Fiber, Option, Schema, Stream, TestClock } from "effect"
import { Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import { Fault, Faults, type FaultsOptions } from "effect-aws-cache/testing"
import { createHash } from "node:crypto"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import type { ObjectStore } from "../../src/S3Store/objects/ObjectStore.js"
import { PlainClock } from "../support/PlainClock.js"
import { amount } from "../support/property.js"
import { makeBucket } from "./bucketOf.js"

const Space = Keyspace.make("space", {
  key: Schema.Number,
  value: Schema.String,
  failure: Schema.String,
  failureTimeToLive: "1 minute",
  timeToLive: "1 day",
  staleWhileRevalidate: "1 hour",
  tags: (key) => [`t${key}`, "all"]
})
const marker = (tag: string) => `.tags/${createHash("sha256").update(tag).digest("hex")}`

/** A store whose loads take several turns of everybody else. */
const slowToLoad = (store: ObjectStore): ObjectStore => ({
  ...store,
  load: (name, options) => Effect.tap(store.load(name, options), () => Effect.repeatN(Effect.yieldNow(), 5))
})

/** A clock that is ahead of the clock that tests turn. */
const ahead = <A, E, R>(millis: number, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.clock, (clock) =>
    Effect.withClock(
      effect,
      new (class extends PlainClock {
        unsafeCurrentTimeMillis = () => clock.unsafeCurrentTimeMillis() + millis
        unsafeCurrentTimeNanos = () => clock.unsafeCurrentTimeNanos() + BigInt(millis) * 1_000_000n
        sleep = (duration: Duration.Duration) => clock.sleep(duration)
      })()
    ))

/** A store, and its faults. */
const unreliable = (options?: FaultsOptions) =>
  Effect.flatMap(
    makeMemoryObjectStore,
    (memory) => Effect.map(Effect.orDie(Faults.make(memory, options)), (made) => ({ memory, ...made }))
  )

const stores: ReadonlyArray<readonly [name: string, make: Effect.Effect<ObjectStore>]> = [
  ["in memory", makeMemoryObjectStore],
  ["without conditions", Effect.map(unreliable({ conditionalWrites: false }), ({ store }) => store)]
]

/** What brings a value under a key, in all ways there are. */
const verbs: Record<string, (cache: S3CacheService, key: number, value: string) => Effect.Effect<unknown, unknown>> = {
  set: (cache, key, value) => cache.set(Space.key(key), value),
  setMany: (cache, key, value) => cache.setMany([[Space.key(key), value]]),
  add: (cache, key, value) => cache.add(Space.key(key), value),
  getOrCompute: (cache, key, value) => cache.getOrCompute(Space.key(key), Effect.succeed(value)),
  memoize: (cache, key, value) =>
    Effect.flatMap(cache.memoize(Space, () => Effect.succeed(value)), (lookup) => lookup(key)),
  getManyOrCompute: (cache, key, value) =>
    cache.getManyOrCompute([Space.key(key)], (keys) => Effect.succeed(keys.map((key) => [key, value] as const)))
}

describe("the order of marks and entries", () => {
  for (const [name, make] of stores) {
    for (const how of ["invalidateTag", "expireTag"] as const) {
      for (const [verb, write] of Object.entries(verbs)) {
        if (name === "without conditions" && verb === "add") continue
        for (const options of [{}, { maxSize: 0 }, { write: "behind" as const }]) {
          it.scoped(`${how}, then ${verb}, under a clock that stands: ${name}, ${JSON.stringify(options)}`, () =>
            Effect.gen(function*() {
              const store = yield* make
              const cache = yield* makeS3CacheService(store, options)
              for (let round = 0; round < amount(2, 5); round++) {
                yield* cache[how]("all")
                yield* cache[how]("t1")
                assert.deepStrictEqual(yield* cache.getOption(Space.key(1)), Option.none())
                if (how === "expireTag") yield* Effect.ignore(cache.remove(Space.key(1)))
                yield* write(cache, 1, `value ${round}`)
                yield* cache.flush
                assert.deepStrictEqual(yield* cache.getOption(Space.key(1)), Option.some(`value ${round}`))
                const other = yield* makeS3CacheService(store)
                assert.deepStrictEqual(yield* other.getOption(Space.key(1)), Option.some(`value ${round}`))
              }
              yield* cache[how]("t1")
              assert.deepStrictEqual(yield* cache.getOption(Space.key(1)), Option.none())
              assert.deepStrictEqual(yield* cache.peek(Space.key(1)), Option.none())
              const other = yield* makeS3CacheService(store)
              assert.deepStrictEqual(yield* other.getOption(Space.key(1)), Option.none())
            }))
        }
      }
    }

    it.scoped(`what began before a mark is older, whatever the other tags say: ${name}`, () =>
      Effect.gen(function*() {
        const cache = yield* makeS3CacheService(yield* make)
        for (let round = 0; round < 3; round++) yield* cache.invalidateTag("all")
        const latch = yield* Deferred.make<string>()
        const slow = yield* Effect.fork(cache.getOrCompute(Space.key(1), Deferred.await(latch)))
        const many = yield* Effect.fork(
          cache.getManyOrCompute([Space.key(2)], (keys) =>
            Effect.map(Deferred.await(latch), (value) => keys.map((key) => [key, value] as const)))
        )
        yield* Effect.repeatN(Effect.yieldNow(), 100)
        yield* cache.invalidateTag("t1")
        yield* cache.invalidateTag("t2")
        yield* Deferred.succeed(latch, "old")
        yield* Fiber.join(slow)
        yield* Fiber.join(many)
        assert.deepStrictEqual(yield* cache.getMany([Space.key(1), Space.key(2)]), [Option.none(), Option.none()])
      }))

    it.scoped(`a clock that steps back does not let an old entry survive: ${name}`, () =>
      Effect.gen(function*() {
        const cache = yield* makeS3CacheService(yield* make)
        yield* ahead(3000, cache.set(Space.key(1), "old"))
        yield* cache.invalidateTag("t1")
        assert.deepStrictEqual(yield* cache.getOption(Space.key(1)), Option.none())
      }))

    it.scoped(`of 200 pairs of simultaneous marks by two processes none is lost: ${name}`, () =>
      Effect.gen(function*() {
        const store = slowToLoad(yield* make)
        const [one, other] = [yield* makeS3CacheService(store), yield* makeS3CacheService(store)]
        const keys = Array.from({ length: 200 }, (_, key) => key)
        yield* one.setMany(keys.map((key) => [Space.key(key), "old"] as const))
        yield* Effect.forEach(
          keys,
          (key) => Effect.all([one.expireTag(`t${key}`), other.invalidateTag(`t${key}`)], { concurrency: "unbounded" }),
          { concurrency: 20 }
        )
        const reader = yield* makeS3CacheService(store, { maxSize: 0 })
        const given = yield* Effect.forEach(
          keys,
          (key) => reader.getOrCompute(Space.key(key), Effect.succeed("new"))
        )
        assert.deepStrictEqual(given.filter((value) => value !== "new"), [])
      }))

    it.scoped(`many processes mark one tag at once, and each of them is heard: ${name}`, () =>
      Effect.gen(function*() {
        const store = slowToLoad(yield* make)
        const caches = yield* Effect.forEach(Array.from({ length: 8 }), () => makeS3CacheService(store))
        yield* Effect.forEach(caches, (cache, index) => cache.set(Space.key(index), "old"))
        yield* Effect.forEach(
          caches,
          (cache, index) => index % 2 === 0 ? cache.invalidateTag("all") : cache.expireTag("all"),
          { concurrency: "unbounded", discard: true }
        )
        const reader = yield* makeS3CacheService(store)
        const found = yield* reader.getMany(caches.map((_, index) => Space.key(index)))
        assert.isTrue(found.every(Option.isNone))
      }))
  }

  it.scoped("on S3, simultaneous marks are both there, and cost one GET and one PUT each", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      const keys = Array.from({ length: 20 }, (_, key) => key)
      yield* one.setMany(keys.map((key) => [Space.key(key), "old"] as const))
      yield* Effect.forEach(
        keys,
        (key) => Effect.all([one.expireTag(`t${key}`), other.invalidateTag(`t${key}`)], { concurrency: "unbounded" })
      )
      const before = requests().length
      yield* one.invalidateTag("t0")
      assert.deepStrictEqual(requests().slice(before).map(({ method }) => method), ["GET", "PUT"])
      const reader = yield* process()
      for (const key of keys) {
        assert.strictEqual(yield* reader.getOrCompute(Space.key(key), Effect.succeed("new")), "new")
      }
    }))
})

describe("clocks that are ahead", () => {
  const quarter = 900_000

  it.scoped("a mark from a quarter of an hour ahead switches no tag off, and is told", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      yield* TestClock.adjust("1 hour")
      const skewed = yield* makeS3CacheService(store)
      const good = yield* makeS3CacheService(store)
      yield* ahead(quarter, skewed.invalidateTag("t1"))
      yield* TestClock.adjust("10 seconds")
      let computed = 0
      const compute = Effect.sync(() => `${++computed}`)
      for (let i = 0; i < 5; i++) yield* good.getOrCompute(Space.key(1), compute)
      assert.strictEqual(computed, 1)
      assert.isAbove((yield* good.stats).clockSkews, 0)
      yield* good.invalidateTag("t1")
      for (let i = 0; i < 5; i++) yield* good.getOrCompute(Space.key(1), compute)
      assert.strictEqual(computed, 2)
      // Once its clock was set back, it sees what the others see.
      assert.strictEqual(yield* skewed.getOrCompute(Space.key(1), compute), "2")
      assert.strictEqual((yield* skewed.stats).tagsUnknown, 0)
    }))

  it.scoped("an entry from a quarter of an hour ahead is invalidated all the same", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      yield* TestClock.adjust("1 hour")
      const skewed = yield* makeS3CacheService(store)
      const good = yield* makeS3CacheService(store)
      const events = yield* Effect.fork(
        Stream.runCollect(Stream.take(Stream.filter(good.events, ({ _tag }) => _tag === "ClockSkewed"), 1))
      )
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      yield* ahead(quarter, skewed.set(Space.key(1), "old"))
      assert.strictEqual(yield* good.get(Space.key(1)), "old")
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(events)), [
        { _tag: "ClockSkewed", name: Space.key(1).objectName, millis: quarter }
      ])
      yield* TestClock.adjust(1)
      yield* good.invalidateTag("t1")
      assert.deepStrictEqual(yield* good.getOption(Space.key(1)), Option.none())
      assert.deepStrictEqual(yield* (yield* makeS3CacheService(store)).getOption(Space.key(1)), Option.none())
    }))

  it.scoped("without a clock of the store, a later mark by a right clock and what follows it hold", () =>
    Effect.gen(function*() {
      const memory = yield* makeMemoryObjectStore
      const store: ObjectStore = {
        ...memory,
        load: (name, options) =>
          Effect.map(
            memory.load(name, options),
            (found) => found._tag === "Found" ? { ...found, modified: undefined } : found
          )
      }
      const skewed = yield* makeS3CacheService(store)
      const good = yield* makeS3CacheService(store)
      yield* ahead(quarter, skewed.invalidateTag("t1"))
      yield* good.invalidateTag("t1")
      yield* good.set(Space.key(1), "new")
      assert.strictEqual(yield* good.get(Space.key(1)), "new")
      yield* good.invalidateTag("t1")
      assert.deepStrictEqual(yield* good.getOption(Space.key(1)), Option.none())
    }))
})

describe("tags that cannot be asked for", () => {
  /** No marker can be read. */
  const denied = [{ fault: Fault.Fail({ reason: "AccessDenied" }), operations: ["load"], names: ".tags/" }] as const

  it.scoped("a mark that was made or met holds when the marker is gone, or an older one is back", () =>
    Effect.gen(function*() {
      const memory = yield* makeMemoryObjectStore
      const [one, other] = [yield* makeS3CacheService(memory), yield* makeS3CacheService(memory)]
      yield* one.setMany([[Space.key(1), "old"], [Space.key(2), "old"], [Space.key(3), "old"]])
      yield* TestClock.adjust(1)
      yield* one.invalidateTag("all")
      assert.deepStrictEqual(yield* other.getOption(Space.key(1)), Option.none())
      yield* memory.remove(marker("all"))
      yield* TestClock.adjust("1 hour")
      for (const cache of [one, other]) {
        assert.deepStrictEqual(yield* cache.getOption(Space.key(2)), Option.none())
        assert.deepStrictEqual(yield* cache.peek(Space.key(2)), Option.none())
      }
      const older = JSON.stringify({ format: 1, tag: "all", invalidated: -5, expired: null })
      yield* memory.save(marker("all"), Buffer.from(older))
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* one.getOption(Space.key(3)), Option.none())
    }))

  it.scoped("the next mark writes what was known into a marker that is gone", () =>
    Effect.gen(function*() {
      const memory = yield* makeMemoryObjectStore
      const one = yield* makeS3CacheService(memory)
      yield* one.set(Space.key(1), "old")
      yield* TestClock.adjust(1)
      yield* one.invalidateTag("all")
      yield* memory.remove(marker("all"))
      yield* one.expireTag("all")
      assert.deepStrictEqual(
        yield* (yield* makeS3CacheService(memory)).getOrCompute(Space.key(1), Effect.succeed("new")),
        "new"
      )
    }))

  for (
    const [options, millis] of [
      [{}, 60_000],
      [{ tagsTrustedFor: "10 minutes" }, 600_000],
      [{ onTagsUnknown: "serve" }, Number.POSITIVE_INFINITY],
      [{ onTagsUnknown: "miss" }, 5000]
    ] as const
  ) {
    it.scoped(`they are trusted for so long and no longer, by peek, get and lookups: ${JSON.stringify(options)}`, () =>
      Effect.gen(function*() {
        const { faults, store } = yield* unreliable()
        const cache = yield* makeS3CacheService(store, options)
        yield* cache.set(Space.key(1), "known")
        yield* cache.get(Space.key(1))
        yield* faults.set(denied)
        yield* TestClock.adjust(Math.min(millis, 86_000_000) - 1)
        assert.deepStrictEqual(yield* cache.getOption(Space.key(1)), Option.some("known"))
        assert.deepStrictEqual(yield* cache.peek(Space.key(1)), Option.some("known"))
        if (!Number.isFinite(millis)) return
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(yield* cache.getOption(Space.key(1)), Option.none())
        assert.deepStrictEqual(yield* cache.peek(Space.key(1)), Option.none())
        assert.strictEqual(yield* cache.getOrCompute(Space.key(1), Effect.succeed("new")), "new")
        assert.deepStrictEqual(yield* cache.getOption(Space.key(1)), Option.some("new"), "it made that itself")
        const asked = (yield* faults.counts).faults
        for (let i = 0; i < 10; i++) yield* cache.getOption(Space.key(1))
        assert.strictEqual((yield* faults.counts).faults, asked, "each tag is asked for once per tagsAge")
        assert.strictEqual((yield* cache.stats).tagsUnknown, asked)
      }))
  }

  it.scoped("a process that never heard of a tag does not take it for valid, and removes nothing", () =>
    Effect.gen(function*() {
      const { faults, memory, store } = yield* unreliable()
      const one = yield* makeS3CacheService(memory)
      yield* one.set(Space.key(1), "old")
      yield* faults.set(denied)
      const fresh = yield* makeS3CacheService(store)
      assert.deepStrictEqual(yield* fresh.getOption(Space.key(1)), Option.none())
      yield* faults.set([])
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* fresh.getOption(Space.key(1)), Option.some("old"))
    }))

  for (
    const [what, body] of [
      ["rubbish", "rubbish"],
      ["empty", ""],
      ["of another tag", JSON.stringify({ format: 1, tag: "x", invalidated: 1, expired: null })],
      ["of no time", JSON.stringify({ format: 1, tag: "all", invalidated: 1e300, expired: null })]
    ] as const
  ) {
    it.scoped(`a damaged marker fails no read, and the next mark writes it anew: ${what}`, () =>
      Effect.gen(function*() {
        const memory = yield* makeMemoryObjectStore
        yield* memory.save(marker("all"), Buffer.from(body))
        const cache = yield* makeS3CacheService(memory)
        yield* cache.set(Space.key(1), "v")
        assert.deepStrictEqual(yield* cache.getOption(Space.key(1)), Option.some("v"))
        const fresh = yield* makeS3CacheService(memory)
        assert.deepStrictEqual(yield* fresh.getOption(Space.key(1)), Option.none())
        yield* fresh.expireTag("all")
        assert.deepStrictEqual(yield* fresh.getOption(Space.key(1)), Option.none())
        yield* fresh.set(Space.key(1), "w")
        assert.deepStrictEqual(
          yield* (yield* makeS3CacheService(memory)).getOption(Space.key(1)),
          Option.some("w")
        )
      }))
  }

  it.scoped("a bound for a cache that trusts nothing is refused", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        makeS3CacheService(yield* makeMemoryObjectStore, { onTagsUnknown: "miss", tagsTrustedFor: "1 minute" })
      )
      assert.strictEqual(error.option, "tagsTrustedFor")
    }))
})
