import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Layer, Option, Schema, TestClock } from "effect"
import { Keyspace, ObjectStore, S3Cache, type S3CacheOptions } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { journalName } from "../../../src/S3Store/notice/Journal.js"
import { Fault } from "../../servers/FaultProxy.js"
import { eventually } from "../../support/until.js"
import { makeBucket } from "../bucketOf.js"

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
const one = Names.key(1)
const two = Names.key(2)
const journal = journalName("names/1")

/** Two processes that hear of each other, each with a memory. */
const makeTwo = (options: S3CacheOptions = {}) =>
  Effect.gen(function*() {
    const bucket = yield* makeBucket()
    const writer = yield* bucket.process({ notice: "5 seconds", ...options })
    const reader = yield* bucket.process({ notice: "5 seconds", ...options })
    const since = () => {
      const before = bucket.requests().length
      return () =>
        bucket.requests().slice(before).map(({ method, name, status }) =>
          `${method} ${
            name === journal ? "journal" : name === one.objectName ? "one" : name === two.objectName ? "two" : name
          } ${status}`
        )
    }
    return { ...bucket, writer, reader, since }
  })

/** Past the time in which a process that has just begun trusts nothing. */
const settled = (reader: { readonly get: (key: typeof one) => Effect.Effect<string, unknown> }) =>
  Effect.forEach(
    Array.from({ length: 30 }, () => one),
    (key) => Effect.zipRight(TestClock.adjust("2500 millis"), Effect.ignore(reader.get(key))),
    { discard: true }
  )

describe("an S3Cache that reads a journal of changes", () => {
  it.scoped("gives out nothing that another process replaced or removed 5 seconds ago", () =>
    Effect.gen(function*() {
      const { reader, writer } = yield* makeTwo()
      yield* writer.set(one, "Ada")
      for (let n = 0; n < 30; n++) {
        yield* reader.getOption(one)
        yield* TestClock.adjust("700 millis")
        yield* n % 3 === 2 ? writer.remove(one) : writer.set(one, `Ada ${n}`)
        const early = yield* reader.getOption(one)
        assert.isTrue(Option.isSome(early) || n % 3 === 0 || n % 3 === 2, String(n))
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* reader.getOption(one), n % 3 === 2 ? Option.none() : Option.some(`Ada ${n}`))
      }
    }))

  it.scoped("reads nothing but the journal while nothing changes, and that once in notice", () =>
    Effect.gen(function*() {
      const { reader, since, writer } = yield* makeTwo()
      yield* writer.set(one, "Ada")
      yield* writer.set(two, "Bob")
      yield* settled(reader)
      const requests = since()
      for (let n = 0; n < 100; n++) {
        yield* TestClock.adjust("450 millis")
        assert.strictEqual(yield* reader.get(one), "Ada")
      }
      yield* eventually(Effect.sync(() => requests().length >= 10))
      assert.deepStrictEqual(new Set(requests()), new Set(["GET journal 304"]))
      assert.isAtMost(requests().length, 11)
      // An entry that was idle for long needs no request of its own.
      const later = since()
      assert.strictEqual(yield* reader.get(one), "Ada")
      assert.deepStrictEqual(later(), [])
    }))

  it.scoped("is not read while the keyspace is not used; its first use reads it first", () =>
    Effect.gen(function*() {
      const { reader, since, writer } = yield* makeTwo()
      yield* writer.set(one, "Ada")
      yield* settled(reader)
      yield* TestClock.adjust("10 seconds")
      const requests = since()
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(requests(), [])
      yield* writer.set(one, "Alice")
      const later = since()
      assert.strictEqual(yield* reader.get(one), "Alice")
      assert.deepStrictEqual(later(), ["GET journal 200", "GET one 200"])
    }))

  it.scoped("a write is one request more; those at the same time, and soon after of the same key, share it", () =>
    Effect.gen(function*() {
      const { since, writer } = yield* makeTwo()
      yield* writer.set(one, "Ada")
      // How a server wants etags is found out with the first.
      yield* writer.set(Names.key(3), "Eve")
      const requests = since()
      yield* writer.set(two, "Bob")
      assert.deepStrictEqual(requests(), ["PUT journal 200", "PUT two 200"])
      yield* writer.set(two, "Bill")
      assert.deepStrictEqual(requests().slice(2), ["PUT two 200"])
      const many = since()
      yield* writer.setMany(Array.from({ length: 16 }, (_, n) => [Names.key(n + 10), "Eve"] as const))
      assert.strictEqual(many().filter((each) => each.includes("journal")).length, 1)
      yield* TestClock.adjust("1 minute")
      const again = since()
      yield* writer.set(two, "Ben")
      assert.deepStrictEqual(again(), ["PUT journal 200", "PUT two 200"])
    }))

  it.scoped("the own writes of a process cost it no more requests", () =>
    Effect.gen(function*() {
      const { reader, since, writer } = yield* makeTwo()
      yield* writer.set(one, "Ada")
      yield* settled(reader)
      yield* reader.set(one, "Alice")
      const requests = since()
      for (let n = 0; n < 20; n++) {
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* reader.get(one), "Alice")
      }
      assert.deepStrictEqual(new Set(requests()), new Set(["GET journal 304"]))
    }))

  it.scoped("hears of all that changes entries", () =>
    Effect.gen(function*() {
      const { reader, writer } = yield* makeTwo()
      const changes: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>, string | undefined]> = [
        ["modify", writer.modify(one, () => Effect.succeed("modified")), "modified"],
        ["pop", writer.pop(one), undefined],
        ["add", writer.add(one, "added"), "added"],
        ["expire", writer.expire(one), undefined],
        ["set", writer.set(one, "set"), "set"],
        ["invalidateWhen", writer.invalidateWhen(one, () => true), undefined],
        ["getOrCompute", writer.getOrCompute(one, Effect.succeed("computed")), "computed"],
        ["refresh", writer.refresh(one, Effect.succeed("refreshed")), "refreshed"],
        ["removeMany", writer.removeMany([one]), undefined],
        ["setMany", writer.setMany([[one, "many"]]), "many"],
        ["clear", writer.clear(Names), undefined]
      ]
      yield* writer.set(one, "Ada")
      for (const [what, change, value] of changes) {
        yield* reader.getOption(one)
        yield* TestClock.adjust("1 second")
        yield* reader.getOption(one)
        yield* change
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* reader.getOption(one), Option.fromNullable(value), what)
      }
    }))

  it.scoped("is of the keyspaces that want it", () =>
    Effect.gen(function*() {
      const { process, since } = yield* makeTwo()
      const Own = Keyspace.make("own", { key: Schema.Number, value: Schema.String, notice: "1 second" })
      const Without = Keyspace.make("without", { key: Schema.Number, value: Schema.String, notice: Duration.infinity })
      const cache = yield* process()
      const heard = yield* process({ notice: "5 seconds" })
      const journals = () => requests().filter((request) => request.includes(".notice/")).length
      const requests = since()
      yield* cache.set(one, "Ada")
      yield* heard.set(Without.key(1), "Ada")
      yield* heard.clear(Without)
      assert.strictEqual(journals(), 0)
      yield* cache.set(Own.key(1), "Ada")
      assert.isAbove(journals(), 0)
      const before = journals()
      yield* heard.clear(Keyspace.make("names", { key: Schema.Number, value: Schema.String, version: "0" }))
      assert.strictEqual(journals(), before)
    }))

  it.scoped("hears of what came into memory by warm or from a snapshot, too", () =>
    Effect.gen(function*() {
      const { process } = yield* makeTwo()
      const Own = Keyspace.make("own", { key: Schema.Number, value: Schema.String, notice: "5 seconds" })
      const key = Own.key(1)
      const writer = yield* process()
      yield* writer.set(key, "Ada")
      const directory = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
      const snapshot = `${directory}/memory`
      yield* writer.snapshot(snapshot)
      const warmed = yield* process()
      const restored = yield* process()
      // So long ago that nothing is believed for being new.
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* warmed.warm(Own)).loaded, 1)
      assert.strictEqual((yield* restored.restore(snapshot, [Own], { trust: true })).entries, 1)
      yield* writer.set(key, "Alice")
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* warmed.get(key), "Alice")
      assert.strictEqual(yield* restored.get(key), "Alice")
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scoped("gives out nothing older when the clock is set back, before it polls and while it does not", () =>
    Effect.gen(function*() {
      const { reader, writer } = yield* makeTwo()
      yield* TestClock.setTime(86_400_000)
      // The steady clock of tests is set back, too: so that no time is lost, everybody looks before and after it.
      const look = Effect.zip(writer.getOption(two), reader.getOption(two))
      for (const [n, isIdle] of [false, true].entries()) {
        yield* writer.set(one, `old ${n}`)
        if (isIdle) yield* settled(reader)
        assert.strictEqual(yield* reader.get(one), `old ${n}`)
        if (isIdle) yield* TestClock.adjust("1 minute")
        yield* look
        yield* TestClock.setTime((yield* Clock.currentTimeMillis) - 3_600_000)
        yield* look
        yield* writer.set(one, `new ${n}`)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* reader.getOrCompute(one, Effect.succeed("computed")), `new ${n}`)
      }
    }))

  it.scoped("misses nothing of a journal that came and went, or was put back, while it did not look", () =>
    Effect.gen(function*() {
      const store = yield* ObjectStore
      const plain = yield* makeS3CacheService(store)
      const writer = yield* makeS3CacheService(store, { notice: "5 seconds" })
      const reader = yield* makeS3CacheService(store, { notice: "5 seconds" })
      yield* plain.set(one, "old")
      yield* settled(reader)
      yield* TestClock.adjust("1 day")
      yield* writer.set(one, "new")
      yield* TestClock.adjust("1 day")
      yield* store.remove(journal)
      assert.strictEqual(yield* reader.get(one), "new")

      yield* writer.set(one, "newer")
      yield* settled(reader)
      yield* TestClock.adjust("1 minute")
      const before = yield* store.load(journal)
      assert(before._tag === "Found")
      yield* writer.set(one, "newest")
      yield* store.save(journal, before.body)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* reader.get(one), "newest")
    }).pipe(Effect.provide(ObjectStore.layerMemory())))

  it.scoped("has missed something but once where a journal is damaged", () =>
    Effect.gen(function*() {
      const { direct, reader, writer } = yield* makeTwo()
      yield* writer.set(one, "Ada")
      yield* settled(reader)
      const { missed } = (yield* reader.stats).notice
      yield* direct.save(journal, new Uint8Array([1, 2, 3]))
      yield* settled(reader)
      assert.strictEqual((yield* reader.stats).notice.missed, missed + 1)
    }))

  it.scoped("what is written behind is heard of when it is written", () =>
    Effect.gen(function*() {
      const { reader, writer } = yield* makeTwo({ write: "behind" })
      yield* writer.set(one, "Ada")
      yield* writer.flush
      assert.strictEqual(yield* reader.get(one), "Ada")
      yield* writer.set(one, "Alice")
      yield* writer.flush
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* reader.get(one), "Alice")
    }))

  it.scoped("a journal that cannot be read makes it ask for each entry, as revalidateAfter does", () =>
    Effect.gen(function*() {
      const { direct, reader, since, writer } = yield* makeTwo()
      yield* writer.set(one, "Ada")
      yield* settled(reader)
      for (const spoil of [direct.save(journal, new Uint8Array([1, 2, 3])), direct.remove(journal)]) {
        yield* spoil
        yield* TestClock.adjust("5 seconds")
        const requests = since()
        assert.strictEqual(yield* reader.get(one), "Ada")
        yield* eventually(Effect.sync(() => requests().includes("GET one 304")))
        yield* writer.set(one, "Alice")
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* reader.get(one), "Alice")
        yield* TestClock.adjust("1 minute")
        yield* writer.set(one, "Ada")
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* reader.get(one), "Ada")
      }
    }))

  it.scoped("while nothing answers, memory serves on, and hears of everything after that", () =>
    Effect.gen(function*() {
      const { proxy, reader, writer } = yield* makeTwo({ circuitBreaker: false })
      yield* writer.set(one, "Ada")
      yield* settled(reader)
      yield* proxy.set(Fault.Reset())
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* reader.get(one), "Ada")
      yield* proxy.set(Fault.Pass())
      yield* writer.set(one, "Alice")
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* reader.get(one), "Alice")
    }))

  it.scopedLive("is kept in a folder that processes share, too", () =>
    Effect.gen(function*() {
      const directory = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
      const process = Effect.flatMap(
        Layer.build(S3Cache.layerFileSystem({ directory, notice: "100 millis" })),
        (context) => Effect.succeed(Context.get(context, S3Cache))
      )
      const writer = yield* process
      const reader = yield* process
      for (let n = 0; n < 10; n++) {
        yield* writer.set(one, `Ada ${n}`)
        yield* Effect.sleep("100 millis")
        assert.strictEqual(yield* reader.get(one), `Ada ${n}`)
      }
      yield* writer.remove(one)
      yield* Effect.sleep("100 millis")
      assert.isTrue(Option.isNone(yield* reader.getOption(one)))
    }).pipe(Effect.provide(NodeContext.layer)))
})
