import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option, Schema, TestClock } from "effect"
import {
  Keyspace,
  ObjectStore,
  type S3CacheOptions,
  type S3CacheRestoreReport,
  type S3CacheService
} from "effect-aws-cache/S3Store"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { type Hearing, noticeSourceTag } from "../../src/S3Store/notice/NoticeSource.js"
import { everyNth } from "../support/property.js"

class NoSuch extends Schema.TaggedError<NoSuch>()("NoSuch", { id: Schema.Number }) {}

const parts = {
  key: Schema.Number,
  value: Schema.String,
  timeToLive: "1 day",
  failure: NoSuch
} as const
const Texts = Keyspace.make("texts", { ...parts, tags: (id) => [`t${id}`] })
const Behind = Keyspace.make("texts", { ...parts, write: "behind" })
const Late = Keyspace.make("texts", { ...parts, staleIfError: "1 day" })
const one = Texts.key(1)

/** Each has a read of the file for itself. */
const filler = "x".repeat(300_000)

/** Changes the entry, or lets this process know of a change. */
type Way = (cache: S3CacheService, other: S3CacheService) => Effect.Effect<unknown, unknown>

const short = { timeToLive: "1 second" } as const
const passed = TestClock.adjust("2 seconds")

/** What is in memory by then hears of nothing. */
const unlessHeld = (cache: S3CacheService, change: Effect.Effect<unknown, unknown>) =>
  Effect.flatMap(
    cache.peek(one),
    (held): Effect.Effect<unknown, unknown> => Option.isSome(held) ? cache.invalidate(one) : change
  )

/** What is set for a short time is over by the time that the old value comes. */
const ways = {
  remove: (cache) => cache.remove(one),
  invalidate: (cache) => cache.invalidate(one),
  invalidateWhen: (cache) => cache.invalidateWhen(one, () => true),
  pop: (cache) => cache.pop(one),
  removeMany: (cache) => cache.removeMany([one]),
  clear: (cache) => cache.clear(Texts),
  "clear of a version by its name": (cache) => cache.clear(Texts, { folder: "1" }),
  invalidateTag: (cache) => cache.invalidateTag("t1"),
  expireTag: (cache) => cache.expireTag("t1"),
  expire: (cache) => cache.expire(one),
  "expire of what may be given out late": (cache) => cache.expire(Late.key(1)),
  set: (cache) => cache.set(one, "new"),
  "set for a short time": (cache) => Effect.zipRight(cache.set(one, "new", short), passed),
  "set behind for a short time": (cache) =>
    Effect.zipRight(Effect.zipRight(cache.set(Behind.key(1), "new", short), cache.flush), passed),
  setMany: (cache) => Effect.zipRight(cache.setMany([[one, "new"]], short), passed),
  "remove and add": (cache) =>
    Effect.zipRight(cache.remove(one), Effect.zipRight(cache.add(one, "new", short), passed)),
  modify: (cache) => Effect.zipRight(cache.modify(one, () => Effect.succeed("new"), short), passed),
  refresh: (cache) => Effect.zipRight(cache.refresh(one, Effect.succeed("new"), short), passed),
  "a refresh that knows of no such thing": (cache) => Effect.flip(cache.refresh(one, new NoSuch({ id: 1 }))),
  getOrCompute: (cache, other) =>
    Effect.zipRight(
      Effect.orDie(other.remove(one)),
      unlessHeld(cache, Effect.zipRight(cache.getOrCompute(one, Effect.succeed("new"), short), passed))
    ),
  "a lookup that finds nothing": (cache, other) =>
    Effect.zipRight(Effect.orDie(other.remove(one)), unlessHeld(cache, cache.getOption(one)))
} satisfies Record<string, Way>

const makeFile = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "s3-brought-in-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  return join(folder, "memory")
})

/** A second level, a file with what was in memory over it (the entry first), and more such stores. */
const makeOld = Effect.gen(function*() {
  const path = yield* makeFile
  const filled = Effect.gen(function*() {
    const store = yield* ObjectStore.makeMemory
    const old = yield* makeS3CacheService(store, { evictionPolicy: "LRU" })
    yield* old.set(one, "old")
    for (const id of [2, 3]) yield* old.set(Texts.key(id), filler)
    return { store, old }
  })
  const { old } = yield* filled
  yield* old.snapshot(path)
  return { path, filled }
})

/** Files, in which something happens before one of all reads. */
const meanwhile = (nth: number, happens: Effect.Effect<unknown>, seen = { reads: 0 }) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs): FileSystem.FileSystem => ({
      ...fs,
      open: (path, options) =>
        Effect.map(fs.open(path, options), (file): FileSystem.File => {
          const read = file.read.bind(file)
          const value: typeof read = (buffer) =>
            Effect.suspend(() => seen.reads++ === nth ? Effect.zipRight(happens, read(buffer)) : read(buffer))
          return Object.defineProperty(file, "read", { value })
        })
    }))
  )

const restoreWhile = (
  cache: S3CacheService,
  path: string,
  trust: boolean,
  nth: number,
  happens: Effect.Effect<unknown>,
  seen?: { reads: number }
) => Effect.provide(cache.restore(path, [Texts], { trust }), meanwhile(nth, happens, seen))

const sumOf = ({ entries, expired, refused, skipped }: S3CacheRestoreReport) => entries + expired + refused + skipped

/** Memory has what a process finds that has just begun; or nothing. */
const isTrue = (cache: S3CacheService, store: ObjectStore, what: string) =>
  Effect.gen(function*() {
    yield* cache.flush
    const there = yield* (yield* makeS3CacheService(store)).getOption(one)
    const held = yield* cache.peek(one)
    if (Option.isSome(held)) assert.deepStrictEqual(held, there, what)
    assert.deepStrictEqual(yield* cache.getOption(one), there, what)
  })

const readsOf = (cache: S3CacheService, path: string) =>
  Effect.gen(function*() {
    const seen = { reads: 0 }
    assert.strictEqual((yield* restoreWhile(cache, path, true, -1, Effect.void, seen)).entries, 3)
    assert.deepStrictEqual(yield* cache.peek(one), Option.some("old"))
    return seen.reads
  })

/** Changes of objects, which wait. */
const heldBack = (store: ObjectStore, gate: Deferred.Deferred<void>, begun: Deferred.Deferred<void>): ObjectStore => {
  const wait = <A, E>(change: Effect.Effect<A, E>) =>
    Effect.zipRight(Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(gate)), change)
  const { saveOnce } = store
  return {
    ...store,
    save: (name, body) => wait(store.save(name, body)),
    saveOnce: saveOnce && ((name, body) => wait(saveOnce(name, body))),
    add: (name, body) => wait(store.add(name, body)),
    replace: (name, body, etag) => wait(store.replace(name, body, etag)),
    remove: (name) => wait(store.remove(name)),
    removeIfMatch: (name, etag) => wait(store.removeIfMatch(name, etag)),
    removeAll: (names) => wait(store.removeAll(names))
  }
}

const onFiles = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, NodeFileSystem.layer)

describe("what comes into memory from a file or from the second level", () => {
  for (const [nth, [name, way]] of Object.entries(ways).entries()) {
    it.scoped(`${name}: holds over a restore, whenever it comes`, () =>
      onFiles(Effect.gen(function*() {
        const { filled, path } = yield* makeOld
        const reads = yield* readsOf(yield* makeS3CacheService((yield* filled).store), path)
        assert.isAbove(reads, 6)
        for (const at of everyNth(3, Array.from({ length: reads }, (_, at) => at), nth)) {
          for (const trust of at < 3 ? [true, false] : [true]) {
            const { store } = yield* filled
            const cache = yield* makeS3CacheService(store)
            const happens = Effect.flatMap(makeS3CacheService(store), (other) => way(cache, other))
            const report = yield* restoreWhile(cache, path, trust, at, Effect.orDie(Effect.scoped(happens)))
            assert.strictEqual(sumOf(report), 3)
            yield* isTrue(cache, store, `before read ${at} of ${reads}, trust: ${trust}`)
          }
        }
      })))

    it.scoped(`${name}: holds over a restore that begins and ends meanwhile`, () =>
      onFiles(Effect.gen(function*() {
        const { filled, path } = yield* makeOld
        const { store } = yield* filled
        const gate = yield* Deferred.make<void>()
        const begun = yield* Deferred.make<void>()
        const cache = yield* makeS3CacheService(heldBack(store, gate, begun))
        const other = yield* makeS3CacheService(store)
        const changing = yield* Effect.fork(way(cache, other))
        yield* Effect.raceFirst(Deferred.await(begun), Fiber.await(changing))
        // A look alone has ended by now.
        if (!(yield* Deferred.isDone(begun))) return
        yield* cache.restore(path, [Texts], { trust: true })
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(changing)
        yield* isTrue(cache, store, "afterwards")
      })))

    it.scoped(`${name}: holds over a warm, whenever it comes`, () =>
      Effect.gen(function*() {
        const { filled } = yield* Effect.provide(makeOld, NodeFileSystem.layer)
        for (const isBefore of [true, false]) {
          for (const at of [1, 2, 3]) {
            const { store } = yield* filled
            let happens: Effect.Effect<unknown> | undefined
            const change = Effect.suspend(() => {
              const own = happens
              happens = undefined
              return own ?? Effect.void
            })
            const slow: ObjectStore = {
              ...store,
              load: (name, options) => {
                const loaded = store.load(name, options)
                if (name !== Texts.key(at).objectName) return loaded
                return isBefore ? Effect.zipRight(change, loaded) : Effect.zipLeft(loaded, change)
              }
            }
            const cache = yield* makeS3CacheService(slow)
            const other = yield* makeS3CacheService(store)
            happens = Effect.orDie(way(cache, other))
            yield* cache.warm(Texts, { concurrency: 1 })
            assert.isUndefined(happens)
            yield* isTrue(cache, store, `${isBefore ? "before" : "after"} load ${at}`)
          }
        }
      }))
  }

  it.scoped("stays out of memory while a computation is about to remove it from the second level", () =>
    onFiles(Effect.gen(function*() {
      const { filled, path } = yield* makeOld
      const waysIn: ReadonlyArray<(cache: S3CacheService) => Effect.Effect<unknown, unknown, FileSystem.FileSystem>> = [
        (cache) => cache.restore(path, [Texts], { trust: true }),
        (cache) => cache.warm(Texts)
      ]
      for (const comesIn of waysIn) {
        const { store } = yield* filled
        const others = [4, 5, 6]
        const other = yield* makeS3CacheService(store)
        for (const id of others) yield* other.set(Texts.key(id), "x", { timeToLive: "1 minute" })
        const gate = yield* Deferred.make<void>()
        const begun = yield* Deferred.make<void>()
        const cache = yield* makeS3CacheService(heldBack(store, gate, begun), { maxSize: 3, evictionPolicy: "LRU" })
        const removing = yield* Effect.fork(ways["a refresh that knows of no such thing"](cache))
        yield* Deferred.await(begun)
        // What the computation has loaded leaves memory, where there is room again a minute later.
        for (const id of others) yield* cache.get(Texts.key(id))
        assert.deepStrictEqual(yield* cache.peek(one), Option.none())
        yield* TestClock.adjust("1 minute")
        yield* comesIn(cache)
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(removing)
        yield* isTrue(cache, store, "afterwards")
      }
    })))

  it.scoped("is counted as skipped where it was removed meanwhile", () =>
    onFiles(Effect.gen(function*() {
      const { filled, path } = yield* makeOld
      for (const happens of [ways.remove, ways.clear]) {
        const cache = yield* makeS3CacheService((yield* filled).store)
        const report = yield* restoreWhile(cache, path, true, 0, Effect.orDie(happens(cache)))
        const skipped = happens === ways.clear ? 3 : 1
        assert.deepStrictEqual(report, {
          outcome: "restored",
          entries: 3 - skipped,
          expired: 0,
          skipped,
          refused: 0
        })
      }
    })))

  it.scoped("is confirmed at its first use where somebody else has changed it meanwhile, as far as that is heard", () =>
    onFiles(Effect.gen(function*() {
      const { filled, path } = yield* makeOld
      const reads = yield* readsOf(yield* makeS3CacheService((yield* filled).store), path)
      const heard: ReadonlyArray<(hearing: Hearing) => Effect.Effect<void>> = [
        (hearing) => hearing.changed(one.objectName),
        (hearing) => hearing.missed
      ]
      for (const hears of heard) {
        for (let at = 0; at < reads; at++) {
          const { store } = yield* filled
          const heardOf = yield* Deferred.make<Hearing>()
          const cache = yield* Effect.provideService(
            makeS3CacheService(store, { notice: "pushed", tagsAge: "1 hour" }),
            noticeSourceTag,
            { listen: (_, hearing) => Effect.asVoid(Deferred.succeed(heardOf, hearing)) }
          )
          const hearing = yield* Deferred.await(heardOf)
          const other = yield* makeS3CacheService(store)
          const happens = Effect.zipRight(Effect.orDie(other.set(one, "new")), hears(hearing))
          assert.strictEqual((yield* restoreWhile(cache, path, true, at, happens)).entries, 3)
          assert.strictEqual(yield* cache.get(one), "new")
        }
      }
    })))

  it.scoped("is no older than the notice of its keyspace, where that is pulled", () =>
    onFiles(Effect.gen(function*() {
      const { filled, path } = yield* makeOld
      const reads = yield* readsOf(yield* makeS3CacheService((yield* filled).store), path)
      const notice: S3CacheOptions = { notice: "5 seconds" }
      for (let at = 0; at < reads; at++) {
        const { store } = yield* filled
        const cache = yield* makeS3CacheService(store, notice)
        const other = yield* makeS3CacheService(store, notice)
        yield* restoreWhile(cache, path, true, at, Effect.orDie(other.set(one, "new")))
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* cache.get(one), "new")
      }
    })))

  it.scoped("stays out of memory once more has changed meanwhile than is noted", () =>
    onFiles(Effect.gen(function*() {
      const { filled, path } = yield* makeOld
      const Others = Keyspace.make("others", { key: Schema.Number, value: Schema.Number })
      const cache = yield* makeS3CacheService((yield* filled).store, { maxSize: 20_000 })
      const many = Effect.forEach(Array.from({ length: 10_001 }).keys(), (id) => cache.set(Others.key(id), id), {
        discard: true
      })
      const report = yield* restoreWhile(cache, path, true, 0, Effect.orDie(many))
      assert.deepStrictEqual([report.entries, report.skipped], [0, 3])
      // Only for as long as it runs.
      assert.strictEqual((yield* cache.restore(path, [Texts], { trust: true })).entries, 3)
    })))
})
