import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Schema, Stream, TestClock } from "effect"
import {
  type CacheKey,
  Keyspace,
  ObjectStore,
  type S3CacheOptions,
  type S3CacheService
} from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { effectProperty } from "../support/effectProperty.js"
import { property } from "../support/property.js"
import { makeBucket } from "./bucketOf.js"

const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.String, timeToLive: "1 day" })

const nothing = { older: 0, held: 0, full: 0, outdated: 0, unreadable: 0 }

/** Writes entries by another process, a minute after each other. */
const written = (store: ObjectStore, count: number, space = Numbers) =>
  Effect.scoped(Effect.gen(function*() {
    const writer = yield* makeS3CacheService(store)
    for (let id = 0; id < count; id++) {
      yield* writer.set(space.key(id), `value ${id}`)
      yield* TestClock.adjust("1 minute")
    }
  }))

const makeFull = (count: number, options?: S3CacheOptions) =>
  Effect.gen(function*() {
    const store = yield* ObjectStore.makeMemory
    yield* written(store, count)
    return { store, cache: yield* makeS3CacheService(store, options) }
  })

const held = (cache: S3CacheService, count: number, space = Numbers) =>
  Effect.map(
    Effect.forEach(Array.from({ length: count }, (_, id) => space.key(id)), (key) => cache.peek(key)),
    (found) => found.flatMap((value, id) => Option.isSome(value) ? [id] : [])
  )

describe("warm", () => {
  it.scoped("fills memory with what was written last", () =>
    Effect.gen(function*() {
      const { cache } = yield* makeFull(10)
      const warmed = yield* cache.warm(Numbers, { limit: 3 })
      assert.deepStrictEqual(warmed, { listed: 10, loaded: 3, skipped: { ...nothing, older: 7 } })
      assert.deepStrictEqual(yield* held(cache, 10), [7, 8, 9])
      assert.deepStrictEqual(yield* cache.warm(Numbers), {
        listed: 10,
        loaded: 7,
        skipped: { ...nothing, held: 3 }
      })
      assert.strictEqual(yield* cache.get(Numbers.key(0)), "value 0")
      const { memoryHits, misses, storeHits } = yield* cache.stats
      assert.deepStrictEqual({ memoryHits, misses, storeHits }, { memoryHits: 1, misses: 0, storeHits: 0 })
    }))

  it.scoped("leaves out what is older than newerThan", () =>
    Effect.gen(function*() {
      const { cache } = yield* makeFull(10)
      const warmed = yield* cache.warm(Numbers, { newerThan: "4.5 minutes" })
      assert.deepStrictEqual(warmed, { listed: 10, loaded: 4, skipped: { ...nothing, older: 6 } })
      assert.deepStrictEqual(yield* held(cache, 10), [6, 7, 8, 9])
    }))

  it.scoped("puts out nothing: it stops where there is no room, in entries or in bytes", () =>
    Effect.gen(function*() {
      const { cache, store } = yield* makeFull(10, { maxSize: 4, evictionPolicy: "LRU" })
      const Others = Keyspace.make("others", { key: Schema.Number, value: Schema.String })
      yield* cache.set(Others.key(1), "in use")
      assert.deepStrictEqual(yield* cache.warm(Numbers, { limit: 8 }), {
        listed: 10,
        loaded: 3,
        skipped: { ...nothing, older: 2, full: 5 }
      })
      assert.isTrue(Option.isSome(yield* cache.peek(Others.key(1))))
      assert.strictEqual((yield* cache.stats).evicted, 0)
      const few = yield* makeS3CacheService(store, { maxBytes: "1K" })
      const { loaded, skipped } = yield* few.warm(Numbers)
      assert.deepStrictEqual({ sum: loaded + skipped.full, skipped }, {
        sum: 10,
        skipped: { ...nothing, full: 10 - loaded }
      })
      assert.isAbove(loaded, 1)
      assert.isAtMost((yield* few.stats).byteSize ?? 0, 1024)
      assert.strictEqual((yield* few.stats).evicted, 0)
      const none = yield* makeS3CacheService(store, { maxSize: 0 })
      assert.deepStrictEqual(yield* none.warm(Numbers), { listed: 10, loaded: 0, skipped: { ...nothing, full: 10 } })
      assert.deepStrictEqual((yield* none.warm(Numbers, { newerThan: "5 minutes" })).skipped, {
        ...nothing,
        older: 6,
        full: 4
      })
    }))

  it.scoped("goes on past what it has, what is over, unreadable or too large, until memory is full", () =>
    Effect.gen(function*() {
      type Row = readonly [
        name: string,
        options: S3CacheOptions,
        spoil: (writer: S3CacheService, cache: S3CacheService, store: ObjectStore) => Effect.Effect<unknown, unknown>,
        limit: number | undefined,
        loaded: ReadonlyArray<number>,
        skipped: Partial<typeof nothing>
      ]
      const last = (count: number) => Array.from({ length: count }, (_, at) => 19 - at)
      const each = (ids: ReadonlyArray<number>, change: (id: number) => Effect.Effect<unknown, unknown>) =>
        Effect.forEach(ids, change, { discard: true })
      const hold: Row[2] = (_, cache) => each(last(5), (id) => cache.getOption(Numbers.key(id)))
      const end: Row[2] = (writer) =>
        each(last(10), (id) => writer.set(Numbers.key(id), "short", { timeToLive: "1 second" }))
      const damage: Row[2] = (_, __, store) =>
        each(last(7), (id) => store.save(Numbers.key(id).objectName, new Uint8Array([1])))
      const grow: Row[2] = (writer) => each([19, 18], (id) => writer.set(Numbers.key(id), "x".repeat(6000)))
      const rows: ReadonlyArray<Row> = [
        ["held", { maxSize: 10 }, hold, undefined, [14, 13, 12, 11, 10], { held: 5, full: 10 }],
        ["held, with a limit", {}, hold, 3, [14, 13, 12], { held: 5, older: 12 }],
        ["over", { maxSize: 10 }, end, undefined, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], { outdated: 10 }],
        ["over, with less room", { maxSize: 3 }, end, undefined, [9, 8, 7], { outdated: 10, full: 7 }],
        ["over, with a limit", { maxSize: 10 }, end, 4, [9, 8, 7, 6], { outdated: 10, older: 6 }],
        ["unreadable", { maxSize: 2 }, damage, undefined, [12, 11], { unreadable: 7, full: 11 }],
        ["too large", { maxBytes: 5800 }, grow, undefined, last(20).slice(2), { full: 2 }],
        ["too large, with a limit", { maxBytes: 5800 }, grow, 4, [17, 16, 15, 14], { full: 2, older: 14 }],
        ["all of it", { maxSize: 8 }, (...given) => Effect.zipRight(end(...given), hold(...given)), 20, [
          9,
          8,
          7,
          6,
          5,
          4,
          3,
          2
        ], { outdated: 10, full: 2 }]
      ]
      for (const [name, options, spoil, limit, loaded, skipped] of rows) {
        const store = yield* ObjectStore.makeMemory
        yield* written(store, 20)
        const writer = yield* makeS3CacheService(store)
        const cache = yield* makeS3CacheService(store, options)
        const began = yield* Effect.exit(spoil(writer, cache, store))
        assert.isTrue(Exit.isSuccess(began), name)
        yield* TestClock.adjust("1 minute")
        const before = yield* held(cache, 20)
        const told: Array<{ readonly chosen: number; readonly examined: number; readonly loaded: number }> = []
        const warmed = yield* cache.warm(Numbers, {
          ...(limit === undefined ? {} : { limit }),
          onProgress: (progress) => Effect.sync(() => told.push(progress))
        })
        assert.deepStrictEqual(
          warmed,
          { listed: 20, loaded: loaded.length, skipped: { ...nothing, ...skipped } },
          name
        )
        assert.sameMembers(yield* held(cache, 20), [...before, ...loaded], name)
        assert.strictEqual((yield* cache.stats).evicted, 0, name)
        const end = told.at(-1)
        assert.deepStrictEqual([end?.examined, end?.loaded], [end?.chosen, loaded.length], name)
      }
    }))

  it.scoped("fills the room of its keyspace, and of no other", () =>
    Effect.gen(function*() {
      const { cache } = yield* makeFull(10)
      const Own = Keyspace.make("numbers", {
        key: Schema.Number,
        value: Schema.String,
        timeToLive: "1 day",
        maxSize: 2
      })
      assert.strictEqual((yield* cache.warm(Own)).loaded, 2)
      assert.deepStrictEqual(yield* held(cache, 10, Own), [8, 9])
    }))

  it.scoped("brings nothing that is over, or whose tags are invalidated, and goes on where one cannot be read", () =>
    Effect.gen(function*() {
      const store = yield* ObjectStore.makeMemory
      const Tagged = Keyspace.make("tagged", { key: Schema.Number, value: Schema.String, tags: (id) => [`t${id}`] })
      const writer = yield* makeS3CacheService(store)
      for (const id of [0, 1, 2, 3]) {
        yield* writer.set(Tagged.key(id), "x", { timeToLive: id === 0 ? "1 second" : "1 day" })
      }
      yield* TestClock.adjust("1 minute")
      yield* writer.invalidateTag("t1")
      yield* store.save(Tagged.key(2).objectName, new TextEncoder().encode("damaged"))
      yield* store.save(`tagged/1/${"0".repeat(64)}.run`, new Uint8Array(10))
      const cache = yield* makeS3CacheService(store)
      assert.deepStrictEqual(yield* cache.warm(Tagged), {
        listed: 4,
        loaded: 1,
        skipped: { ...nothing, outdated: 2, unreadable: 1 }
      })
      assert.strictEqual(yield* cache.get(Tagged.key(3)), "x")
      yield* writer.invalidateTag("t3")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* cache.getOption(Tagged.key(3)), Option.none())
    }))

  it.scoped("brings nothing that this process changes while it is loaded", () =>
    Effect.gen(function*() {
      const store = yield* ObjectStore.makeMemory
      yield* written(store, 4)
      const changes: Array<(cache: S3CacheService) => Effect.Effect<unknown, unknown>> = [
        (cache) => cache.invalidate(Numbers.key(0)),
        (cache) => cache.set(Numbers.key(1), "new"),
        (cache) => cache.getOrCompute(Numbers.key(2), Effect.succeed("other")),
        (cache) => cache.clear(Numbers)
      ]
      for (const [id, change] of changes.entries()) {
        let cache: S3CacheService | undefined
        const slow: ObjectStore = {
          ...store,
          load: (name, options) =>
            Effect.tap(store.load(name, options), () => {
              const changing = cache
              cache = undefined
              return changing !== undefined && name === Numbers.key(id).objectName
                ? Effect.orDie(change(changing))
                : Effect.sync(() => void (cache = changing))
            })
        }
        const own = yield* makeS3CacheService(slow)
        cache = own
        const { skipped } = yield* own.warm(Numbers, { concurrency: 1 })
        assert.isAbove(skipped.outdated + skipped.held, 0)
        const inMemory = yield* own.peek(Numbers.key(id))
        const inStore = yield* (yield* makeS3CacheService(store)).getOption(Numbers.key(id))
        if (Option.isSome(inMemory)) assert.deepStrictEqual(inMemory, inStore)
        yield* written(store, 4)
      }
    }))

  it.scoped("tells how far it is, and ends where that fails or it is interrupted", () =>
    Effect.gen(function*() {
      const { cache, store } = yield* makeFull(3)
      const told: Array<unknown> = []
      yield* cache.warm(Numbers, { onProgress: (progress) => Effect.sync(() => told.push(progress)) })
      assert.deepStrictEqual(told, [
        { listed: 3, chosen: 0, examined: 0, loaded: 0 },
        { listed: 3, chosen: 3, examined: 3, loaded: 3 }
      ])
      const error = yield* Effect.flip(cache.warm(Numbers, { onProgress: () => Effect.fail("enough") }))
      assert.strictEqual(error, "enough")
      const hanging = yield* makeS3CacheService({ ...store, load: () => Effect.never })
      const warming = yield* Effect.fork(hanging.warm(Numbers))
      yield* Effect.repeatN(Effect.yieldNow(), 50)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(warming)))
    }))

  it.scoped("holds the newest only, however many there are", () =>
    Effect.gen(function*() {
      const store = yield* ObjectStore.makeMemory
      yield* written(store, 3)
      const count = 300_000
      const old = Stream.map(Stream.range(1, count), (at) => ({
        name: `numbers/1/${at.toString(16).padStart(64, "0")}`,
        size: 100,
        etag: "x",
        modified: -at
      }))
      const cache = yield* makeS3CacheService({ ...store, list: (prefix) => Stream.concat(old, store.list(prefix)) })
      assert.deepStrictEqual(yield* cache.warm(Numbers, { limit: 3 }), {
        listed: count + 3,
        loaded: 3,
        skipped: { ...nothing, older: count }
      })
    }))

  it.scoped("costs a listing and a request for each entry, and lookups then cost none", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const writer = yield* process()
      for (const id of [1, 2, 3]) yield* writer.set(Numbers.key(id), `value ${id}`)
      const before = requests().length
      const cache = yield* process()
      assert.strictEqual((yield* cache.warm(Numbers)).loaded, 3)
      const made = requests().slice(before).map(({ method }) => method)
      assert.deepStrictEqual(made, ["GET", "GET", "GET", "GET"])
      for (const id of [1, 2, 3]) assert.strictEqual(yield* cache.get(Numbers.key(id)), `value ${id}`)
      assert.strictEqual(requests().length, before + 4)
    }))

  effectProperty(
    "counts every entry once, and what it brings is what the second level has",
    [
      fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom("value", "short", "damaged")), {
        maxLength: 20
      }),
      fc.record({ limit: fc.option(fc.integer({ min: 1, max: 20 })), maxSize: fc.integer({ min: 0, max: 20 }) }),
      fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 5 })
    ],
    ([entries, { limit, maxSize }, known]) =>
      Effect.scoped(Effect.gen(function*() {
        const store = yield* ObjectStore.makeMemory
        const writer = yield* makeS3CacheService(store)
        for (const [id, kind] of entries) {
          const key: CacheKey<number, string> = Numbers.key(id)
          yield* writer.set(key, `${kind} ${id}`, { timeToLive: kind === "short" ? "1 second" : "1 day" })
          if (kind === "damaged") yield* store.save(key.objectName, new Uint8Array([1, 2, 3]))
        }
        yield* TestClock.adjust("1 minute")
        const cache = yield* makeS3CacheService(store, { maxSize })
        for (const id of known) yield* cache.getOption(Numbers.key(id))
        const before = yield* cache.stats
        const { listed, loaded, skipped } = yield* cache.warm(Numbers, limit === null ? {} : { limit })
        const after = yield* cache.stats
        assert.strictEqual(listed, loaded + Object.values(skipped).reduce((sum, count) => sum + count, 0))
        assert.strictEqual(after.size, before.size + loaded)
        assert.strictEqual(after.evicted, before.evicted)
        for (const id of Array.from({ length: 16 }).keys()) {
          const found = yield* cache.peek(Numbers.key(id))
          if (Option.isSome(found)) assert.strictEqual(found.value, `value ${id}`)
        }
      })),
    property(200)
  )
})
