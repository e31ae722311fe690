/**
 * What a writer promises of an entry whose time is over, to those that may have it late for longer than who reads: whoever
 * tidies up leaves it until then.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, Option, Schema, TestClock } from "effect"
import { type CacheKey, Keyspace, ObjectStore, type S3CacheService } from "effect-aws-cache/S3Store"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { prune } from "../../src/Command/bucket/prune.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import * as DynamoDBServer from "../servers/DynamoDBServer.js"
import * as S3Server from "../servers/S3Server.js"
import { everyNth } from "../support/property.js"
import { makeBucket } from "./bucketOf.js"

const table = Effect.flatMap(
  DynamoDBServer.make,
  ({ client, table }) => ObjectStore.makeDynamoDBClient(client, { table, partitions: 1 })
)
const bucket = Effect.map(makeBucket(), ({ store }) => store)
const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "promised-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true }))
).pipe(
  Effect.flatMap((directory) => ObjectStore.makeFileSystem({ directory })),
  Effect.provide(NodeContext.layer)
)

const stores = {
  memory: ObjectStore.makeMemory,
  folder,
  bucket,
  table,
  "table before bucket, by size": Effect.flatMap(
    Effect.all([table, bucket]),
    ([small, large]) => ObjectStore.makeBySize({ small, large, limit: 10 })
  ),
  "folder before bucket": Effect.flatMap(
    Effect.all([folder, bucket]),
    ([near, far]) => ObjectStore.makeChain({ near, far, revalidateAfter: "1 minute" })
  )
} as const

const minute = 60_000

/** For how long writers and readers may have values late, in minutes, and how long ago the time of an entry was over. */
const windows = [0, 10, 60]
const ages = [5, 30, 120]

const spaceOf = (name: string) =>
  Keyspace.make(name, { key: Schema.String, value: Schema.String, timeToLive: "1 minute", tags: ["all"] })

type Key = CacheKey<string, string>

/** Who comes upon it, and what becomes of what is promised to nobody. */
const comers: ReadonlyArray<
  readonly [
    name: string,
    come: (cache: S3CacheService, key: Key, store: ObjectStore) => Effect.Effect<unknown, unknown>,
    tidies: boolean
  ]
> = [
  ["getOption", (cache, key) => cache.getOption(key), true],
  ["getOrCompute", (cache, key) => Effect.either(cache.getOrCompute(key, Effect.fail("down"))), true],
  ["getMany", (cache, key) => cache.getMany([key]), true],
  ["expire", (cache, key) => cache.expire(key), true],
  ["modify", (cache, key) => Effect.either(cache.modify(key, Effect.succeed)), true],
  ["invalidateWhen, of another", (cache, key) => cache.invalidateWhen(key, () => false), true],
  ["purge", (cache, key) => cache.purge(key.space), true],
  ["purge, of all bytes", (cache, key) => cache.purge(key.space, { verifyPayload: true, unreadable: true }), true],
  ["warm", (cache, key) => cache.warm(key.space), false],
  ["the command, prune", (_, key, store) =>
    Effect.scoped(prune(
      store,
      { expiredFor: 0, unreadable: true, wanted: { keyspace: key.keyspace, version: undefined } },
      { isDry: false, concurrency: 4 }
    )), true]
]

/** How the time of entries comes to its end, and how long ago it was a minute after they were written. */
const ends = {
  "by itself": (_: S3CacheService) => TestClock.adjust(minute),
  "by a tag": (cache: S3CacheService) =>
    Effect.gen(function*() {
      yield* TestClock.adjust(1000)
      yield* cache.expireTag("all")
      yield* TestClock.adjust(minute)
    })
} as const

/** What somebody gets who comes after, has nothing in memory, and finds the source of values down. */
const late = (store: ObjectStore, minutes: number, key: Key) =>
  Effect.scoped(
    Effect.flatMap(
      makeS3CacheService(store, { staleIfError: minutes * minute }),
      (cache) => Effect.option(cache.getOrCompute(key, Effect.fail("down")))
    )
  )

/** Whether it removes one particular object: else what is over stays until something takes its place. */
const removesOnConditions = (store: keyof typeof stores) =>
  S3Server.isEmbedded || (store !== "bucket" && store !== "folder before bucket")

const quietly = Effect.provide(Logger.remove(Logger.defaultLogger))

describe("what a writer promises", () => {
  const names = ["memory", "folder", "bucket", "table", "table before bucket, by size", "folder before bucket"] as const
  for (const [nth, store] of names.entries()) {
    for (const end of ["by itself", "by a tag"] as const) {
      it.scoped(`stays until then, whoever comes, whose time ended ${end}: ${store}`, () =>
        Effect.gen(function*() {
          const made = yield* stores[store]
          const all = comers.flatMap((comer, nth) =>
            windows.flatMap((ofWriter) =>
              windows.flatMap((ofReader) =>
                ages.map((age) => {
                  const key = spaceOf(`s${nth}-${ofWriter}-${ofReader}-${age}`).key("EUR")
                  return { comer, ofWriter, ofReader, age, key }
                })
              )
            )
          )
          // Stores are alike: of each a part will do.
          const cases = everyNth(nth === 0 ? 2 : 7, all, nth)
          for (const window of windows) {
            const writer = yield* makeS3CacheService(made, { staleIfError: window * minute })
            yield* Effect.forEach(
              cases.filter(({ ofWriter }) => ofWriter === window),
              ({ key }) => writer.set(key, "a value of more than ten bytes"),
              { concurrency: 8, discard: true }
            )
          }
          yield* ends[end](yield* makeS3CacheService(made))
          let past = 0
          for (const age of ages) {
            yield* TestClock.adjust((age - past) * minute)
            past = age
            for (const window of windows) {
              const reader = yield* makeS3CacheService(made, { staleIfError: window * minute })
              for (const each of cases.filter((each) => each.ofReader === window && each.age === age)) {
                const { comer: [name, come, tidies], key, ofWriter } = each
                const of = `${name}: writer ${ofWriter}, reader ${window}, after ${age} minutes`
                yield* come(reader, key, made)
                const isCommand = name === "the command, prune"
                const isPromised = age < ofWriter || (age < window && !isCommand)
                const { _tag } = yield* made.load(key.objectName)
                if (isPromised || !tidies) assert.strictEqual(_tag, "Found", of)
                else if (removesOnConditions(store)) assert.strictEqual(_tag, "Absent", of)
                if (!isPromised || ofWriter <= age) continue
                const value = yield* late(made, ofWriter, key)
                assert.deepStrictEqual(value, Option.some("a value of more than ten bytes"), of)
              }
            }
          }
        }).pipe(quietly))
    }
  }
})

/** A value that is late, and may be given out by its writer only. */
const promised = (space: Keyspace<string, string, never> = spaceOf("rates")) =>
  Effect.gen(function*() {
    const store = yield* ObjectStore.makeMemory
    const key = space.key("EUR")
    const writer = yield* makeS3CacheService(store, { staleIfError: "1 hour" })
    yield* writer.set(key, "old")
    yield* TestClock.adjust("2 minutes")
    const find = Effect.map(late(store, 60, key), Option.getOrUndefined)
    return { store, key, writer, find, reader: yield* makeS3CacheService(store) }
  })

describe("a value that others are promised", () => {
  it.scoped("is nothing to who has shorter windows", () =>
    Effect.gen(function*() {
      const { find, key, reader, store } = yield* promised()
      assert.deepStrictEqual(yield* reader.getOption(key), Option.none())
      assert.strictEqual(yield* Effect.flip(reader.getOrCompute(key, Effect.fail("down"))), "down")
      const { expired, storeHits } = yield* reader.stats
      assert.deepStrictEqual([expired, storeHits], [0, 0])
      assert.strictEqual(yield* find, "old")
      // What takes its place does so for all.
      assert.strictEqual(yield* reader.getOrCompute(key, Effect.succeed("new")), "new")
      assert.strictEqual(yield* find, "new")
      assert.strictEqual((yield* store.load(key.objectName))._tag, "Found")
    }).pipe(quietly))

  it.scoped("gives way to what is computed under a lease", () =>
    Effect.gen(function*() {
      const { find, key, store } = yield* promised()
      const reader = yield* makeS3CacheService(store, { coordination: "lease" })
      assert.strictEqual(yield* reader.getOrCompute(key, Effect.succeed("new")), "new")
      assert.strictEqual((yield* reader.stats).leases.lost, 0)
      assert.strictEqual(yield* find, "new")
    }))

  it.scoped("is no loss to what is computed under a lease when it is tidied away meanwhile", () =>
    Effect.gen(function*() {
      const { key, store } = yield* promised()
      const reader = yield* makeS3CacheService(store, { coordination: "lease", staleIfError: "1 day" })
      const other = yield* makeS3CacheService(store)
      yield* TestClock.adjust("58 minutes")
      const compute = TestClock.adjust("2 minutes").pipe(
        Effect.zipRight(other.getOption(key)),
        Effect.zipRight(store.load(key.objectName)),
        Effect.map(({ _tag }) => `new, in place of what is ${_tag}`)
      )
      const value = yield* Effect.orDie(reader.getOrCompute(key, Effect.orDie(compute)))
      assert.strictEqual(value, "new, in place of what is Absent")
      assert.deepStrictEqual(yield* other.getOption(key), Option.some(value))
    }).pipe(quietly))

  for (
    const [name, remove] of [
      ["remove", (cache: S3CacheService, key: Key) => Effect.either(cache.remove(key))],
      ["pop", (cache: S3CacheService, key: Key) => Effect.either(cache.pop(key))],
      ["invalidate", (cache: S3CacheService, key: Key) => cache.invalidate(key)],
      ["invalidateWhen", (cache: S3CacheService, key: Key) => cache.invalidateWhen(key, (value) => value === "old")],
      ["invalidateTag", (cache: S3CacheService) => cache.invalidateTag("all")],
      ["clear", (cache: S3CacheService, key: Key) => cache.clear(key.space)]
    ] as const
  ) {
    it.scoped(`goes where it is removed on purpose: ${name}`, () =>
      Effect.gen(function*() {
        const { find, key, reader } = yield* promised()
        yield* remove(reader, key)
        assert.strictEqual(yield* find, undefined)
      }).pipe(quietly))
  }

  it.scoped("goes where a failure is the answer", () =>
    Effect.gen(function*() {
      const failing = Keyspace.make("rates", {
        key: Schema.String,
        value: Schema.String,
        failure: Schema.Literal("none"),
        timeToLive: "1 minute"
      })
      for (const failureTimeToLive of [0, minute]) {
        const { find, key, store } = yield* promised()
        const reader = yield* makeS3CacheService(store, { failureTimeToLive })
        assert.strictEqual(
          yield* Effect.flip(reader.getOrCompute(failing.key("EUR"), Effect.fail("none" as const))),
          "none"
        )
        assert.strictEqual(yield* find, undefined)
        assert.deepStrictEqual(yield* reader.getOption(key), Option.none())
      }
    }).pipe(quietly))

  it.scoped("stays promised where somebody with shorter windows lets it expire", () =>
    Effect.gen(function*() {
      for (const minutes of [0, 1, 120]) {
        const store = yield* ObjectStore.makeMemory
        const key = spaceOf("rates").key("EUR")
        const writer = yield* makeS3CacheService(store, { staleIfError: "1 hour" })
        yield* writer.set(key, "old")
        yield* TestClock.adjust("30 seconds")
        yield* Effect.flatMap(
          makeS3CacheService(store, { staleIfError: minutes * minute }),
          (cache) => cache.expire(key)
        )
        assert.deepStrictEqual(
          yield* Effect.flatMap(makeS3CacheService(store), (cache) => cache.getOption(key)),
          Option.none()
        )
        yield* TestClock.adjust("59 minutes")
        assert.deepStrictEqual(yield* late(store, 60, key), Option.some("old"))
        yield* TestClock.adjust("2 minutes")
        yield* Effect.flatMap(makeS3CacheService(store), (cache) => cache.getOption(key))
        assert.strictEqual((yield* store.load(key.objectName))._tag, minutes === 120 ? "Found" : "Absent")
      }
    }).pipe(quietly))

  it.scoped("is found by a keyspace with longer windows beside one with shorter ones, in one program", () =>
    Effect.gen(function*() {
      const { key, reader, store } = yield* promised()
      const longer = Keyspace.make("rates", {
        key: Schema.String,
        value: Schema.String,
        timeToLive: "1 minute",
        staleIfError: "1 hour"
      })
      assert.strictEqual(key.objectName, longer.key("EUR").objectName)
      const [short, long] = yield* Effect.all(
        [
          reader.getOption(key),
          reader.getOrCompute(longer.key("EUR"), Effect.fail("down"))
        ],
        { concurrency: 2 }
      )
      assert.deepStrictEqual([short, long], [Option.none(), "old"])
      assert.strictEqual((yield* store.load(key.objectName))._tag, "Found")
    }).pipe(quietly))
})
