import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Logger, Schema, Stream } from "effect"
import { CacheDecodeError, Keyspace, type S3CacheService, S3StoreError } from "effect-aws-cache/S3Store"
import { assemble, headOf } from "../../src/S3Store/entryBytes.js"
import type { EntryHeader } from "../../src/S3Store/EntryHeader.js"
import { makeS3CacheService } from "../../src/S3Store/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/memoryObjectStore.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String, timeToLive: "1 hour" })
const key = Texts.key("a")

/** Tags as numerous and as long as they may be, and more. */
const tagsOf = (count: number, length: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => String(n).padEnd(length, "t"))

const table: ReadonlyArray<readonly [tags: ReadonlyArray<string>, limit: string | undefined]> = [
  [[], undefined],
  [tagsOf(64, 3), undefined],
  [tagsOf(1, 512), undefined],
  [tagsOf(64, 512), undefined],
  [tagsOf(65, 3), "64 at most"],
  [tagsOf(5000, 3), "64 at most"],
  [tagsOf(1, 513), "512 at most"],
  [tagsOf(64, 100_000), "512 at most"]
]

/** A store in memory that counts what it is asked. */
const makeCounted = Effect.map(makeMemoryObjectStore, (store) => {
  const asked = { loads: 0 }
  const load: typeof store.load = (name, options) =>
    Effect.suspend(() => {
      asked.loads++
      return store.load(name, options)
    })
  return { ...store, load, asked }
})

/** An entry as a stranger may put it there. */
const planted = (more: Partial<EntryHeader>): Uint8Array => {
  const payload = Buffer.from("\"planted\"")
  return assemble(
    headOf({
      keyspace: "texts",
      version: "1",
      key: key.id,
      created: 0,
      expires: Number.POSITIVE_INFINITY,
      writeId: "w",
      outcome: "success",
      tags: [],
      codec: "json",
      size: payload.length,
      compression: "none",
      encryption: null,
      ...more
    }),
    payload
  )
}

/** Why an object could not be read. */
const reasonOf = (error: unknown): unknown =>
  error instanceof S3StoreError && error.cause instanceof CacheDecodeError ? error.cause.reason : error

const verbs: Readonly<
  Record<string, (cache: S3CacheService, tags: ReadonlyArray<string>) => Effect.Effect<unknown, unknown>>
> = {
  set: (cache, tags) => cache.set(key, "v", { tags }),
  add: (cache, tags) => cache.add(key, "v", { tags }),
  "set in a keyspace whose function says so": (cache, tags) =>
    cache.set(
      Keyspace.make("f", { key: Schema.String, value: Schema.String, tags: () => tags, timeToLive: "1 hour" }).key("a"),
      "v"
    ),
  "set, written behind": (cache, tags) =>
    cache.set(
      Keyspace.make("b", { key: Schema.String, value: Schema.String, write: "behind", timeToLive: "1 hour" }).key("a"),
      "v",
      { tags }
    )
}

describe("tags of an entry", () => {
  for (const [verb, write] of Object.entries(verbs)) {
    it.scoped(`more or longer ones than may be are refused by ${verb}`, () =>
      Effect.gen(function*() {
        for (const [tags, limit] of table) {
          const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore)
          const outcome = yield* Effect.either(write(cache, tags))
          const message = Either.isLeft(outcome) ? String(outcome.left) : ""
          assert.strictEqual(Either.isLeft(outcome), limit !== undefined, message)
          assert.isAtMost(message.length, 520)
          if (limit !== undefined) {
            assert.include(message, limit)
            assert.include(message, "CacheEncodeError")
            assert.notInclude(message, "ttt")
          }
        }
      }))
  }

  it("more or longer ones than may be are refused when a keyspace is built that lists them", () => {
    for (const [tags, limit] of table) {
      const make = () => Keyspace.make("k", { key: Schema.String, value: Schema.String, tags })
      if (limit === undefined) make()
      else assert.throws(make, /tags .*64 .*512/)
    }
  })

  it.scoped("too many for a computed value: it reaches its callers, and costs one request", () =>
    Effect.gen(function*() {
      for (const [tags, limit] of table) {
        const store = yield* makeCounted
        const cache = yield* makeS3CacheService(store)
        const lookup = yield* cache.memoize(Texts, () => Effect.succeed("computed"), { tags })
        assert.strictEqual(yield* lookup("a"), "computed")
        if (limit === undefined || tags.length <= 64) assert.strictEqual(yield* lookup("a"), "computed")
        assert.isAtMost(store.asked.loads, 65)
      }
    }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, Logger.none))))

  it.scoped("as many as may be cost a request each, and never more than 65 in all", () =>
    Effect.gen(function*() {
      const store = yield* makeCounted
      yield* (yield* makeS3CacheService(store)).set(key, "v", { tags: tagsOf(64, 512) })
      const reader = yield* makeS3CacheService(store)
      store.asked.loads = 0
      assert.strictEqual(yield* reader.get(key), "v")
      assert.strictEqual(store.asked.loads, 65)
    }))

  it.scoped("more or longer ones than may be, planted: a miss that costs one request, and prune removes it", () =>
    Effect.gen(function*() {
      for (const [tags, limit] of table) {
        if (limit === undefined || tags.join("").length > 60_000) continue
        const store = yield* makeCounted
        yield* store.save(key.objectName, planted({ tags }))
        const cache = yield* makeS3CacheService(store, { onUnreadable: "fail" })
        const error = yield* Effect.flip(cache.get(key))
        assert.strictEqual(reasonOf(error), "Damaged")
        assert.isAtMost(error.message.length, 520)
        assert.strictEqual(store.asked.loads, 1)
        assert.strictEqual((yield* Stream.runCollect(cache.list(Texts))).length, 0)
        yield* Stream.runDrain(cache.prune(Texts, { unreadable: true }))
        assert.strictEqual((yield* store.load(key.objectName))._tag, "Absent")
      }
    }))

  it.scoped("that nobody can carry are marked by nobody", () =>
    Effect.gen(function*() {
      const store = yield* makeCounted
      const cache = yield* makeS3CacheService(store)
      for (const length of [0, 1, 512, 513, 100_000]) {
        for (const mark of [cache.invalidateTag, cache.expireTag]) {
          store.asked.loads = 0
          const outcome = yield* Effect.either(mark("t".repeat(length)))
          assert.strictEqual(Either.isLeft(outcome), length > 512)
          if (Either.isLeft(outcome)) {
            assert.instanceOf(outcome.left, S3StoreError)
            assert.strictEqual(outcome.left.reason, "BadName")
            assert.include(outcome.left.message, "512 at most")
            assert.isAtMost(outcome.left.message.length, 500)
            assert.strictEqual(store.asked.loads, 0)
          }
        }
      }
    }))
})
