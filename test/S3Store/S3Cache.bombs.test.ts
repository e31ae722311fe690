import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Logger, Option, Schema, Stream } from "effect"
import { CacheDecodeError, Keyspace, ObjectStoreError, type S3CacheService } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeEntryFormat } from "../../src/S3Store/entry/EntryFormat.js"
import { assemble, headOf } from "../../src/S3Store/entry/entryFrame.js"
import type { EntryHeader } from "../../src/S3Store/entry/EntryHeader.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { digestName } from "../../src/S3Store/objects/objectName.js"
import { encryption } from "./entry/goldenEntries.js"

const compression = { algorithm: "gzip", threshold: 0 } as const

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

const plantedHeader: EntryHeader = {
  keyspace: "texts",
  version: "1",
  key: key.id,
  created: 0,
  expires: Number.POSITIVE_INFINITY,
  writeId: "w",
  outcome: "success",
  tags: []
}

/** An entry as a stranger may put it there. */
const planted = (more: Partial<EntryHeader>): Uint8Array => {
  const payload = Buffer.from("\"planted\"")
  return assemble(
    headOf({
      ...plantedHeader,
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
  error instanceof ObjectStoreError && error.cause instanceof CacheDecodeError ? error.cause.reason : error

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

  it.scoped("more or longer ones than may be, planted: a miss that costs one request, and purge removes it", () =>
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
        yield* cache.purge(Texts, { unreadable: true })
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
            assert.instanceOf(outcome.left, ObjectStoreError)
            assert.strictEqual(outcome.left.reason, "BadName")
            assert.include(outcome.left.message, "512 at most")
            assert.isAtMost(outcome.left.message.length, 500)
            assert.strictEqual(store.asked.loads, 0)
          }
        }
      }
    }))
})

const longKeys: ReadonlyArray<string> = [10, 1000, 65_000, 65_300, 65_536, 80_000, 500_000].flatMap((length) => [
  "k".repeat(length),
  "\u65e5\"".repeat(length / 2)
])

describe("keys of any length", () => {
  for (
    const [name, options] of Object.entries({
      "as they are": {},
      encrypted: { encryption },
      "by gzip": { compression }
    })
  ) {
    it.scoped(`are read, listed, added, popped, purged and removed, ${name}`, () =>
      Effect.gen(function*() {
        const store = yield* makeCounted
        const writer = yield* makeS3CacheService(store, options)
        for (const [at, text] of longKeys.entries()) {
          const tag = `t${at}`
          const key = Texts.key(text)
          yield* writer.set(key, "v", { tags: [tag] })
          const other = yield* makeS3CacheService(store, options)
          assert.strictEqual(yield* other.get(key), "v")
          assert.strictEqual((yield* Effect.flip(other.add(key, "w")))._tag, "CacheExistsError")
          const listed = yield* Stream.runCollect(other.list(Texts))
          assert.deepStrictEqual(Array.from(listed, ({ key, tags }) => [key.input, tags]), [[text, [tag]]])
          yield* other.purge(Texts, { unreadable: true })
          yield* other.purge(Texts, { unreadable: true, verifyPayload: true })
          const found = yield* store.load(key.objectName)
          assert.isTrue(found._tag === "Found" && found.body.length < key.id.length * 4 + 1000)
          assert.isTrue(found._tag === "Found" && Buffer.from(found.body).readUInt32BE(5) <= 65_536)
          yield* other.invalidateTag(tag)
          assert.strictEqual(
            (yield* Effect.flip((yield* makeS3CacheService(store, options)).get(key)))._tag,
            "CacheNotFoundError"
          )
          yield* other.set(key, "w")
          assert.strictEqual(yield* other.pop(key), "w")
          yield* other.set(key, "w")
          yield* other.remove(key)
          assert.strictEqual((yield* store.load(key.objectName))._tag, "Absent")
        }
      }))
  }

  it.scoped("are not mistaken for one another, wherever an entry is copied to", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const cache = yield* makeS3CacheService(store, { onUnreadable: "fail", maxSize: 0 })
      const [one, other] = [Texts.key("a".repeat(80_000)), Texts.key("b".repeat(80_000))]
      yield* cache.set(one, "v")
      const found = yield* store.load(one.objectName)
      if (found._tag !== "Found") return assert.fail(found._tag)
      yield* store.save(other.objectName, found.body)
      const error = yield* Effect.flip(cache.get(other))
      assert.strictEqual(reasonOf(error), "Foreign")
      assert.isAtMost(error.message.length, 500)
      for (const at of [5, 10, 45, 80, 200, 500, 1000, 80_000, found.body.length - 1]) {
        const body = Buffer.from(found.body)
        body.writeUInt8(body.readUInt8(at) ^ 1, at)
        yield* store.save(one.objectName, body)
        assert.include(["Damaged", "TooLarge"], reasonOf(yield* Effect.flip(cache.get(one))))
      }
    }))

  it.effect("that are changed under new checksums are no entries, encrypted or not", () =>
    Effect.gen(function*() {
      for (const options of [{}, { encryption }]) {
        const format = yield* makeEntryFormat(options)
        const header = { ...plantedHeader, key: "k".repeat(80_000) }
        const start = headOf({ ...header, codec: "json", size: 9, compression: "none", encryption: null })
        for (const key of [Buffer.alloc(80_000, "x"), Buffer.alloc(79_999, "k"), Buffer.alloc(0)]) {
          const error = yield* Effect.flip(format.decode(assemble({ ...start, key }, Buffer.from("\"planted\""))))
          assert.strictEqual(error.reason, "Damaged")
        }
      }
    }))
})

describe("a header of more than 64 KiB", () => {
  /** One that claims to be as long as that, and is. */
  const claiming = (version: number, length: number): Uint8Array => {
    const prefix = Buffer.from([69, 65, 87, 67, version, 0, 0, 0, 0])
    prefix.writeUInt32BE(length, 5)
    return Buffer.concat([prefix, Buffer.alloc(64 + length, " ")])
  }

  for (const version of [1, 2, 3, 4]) {
    it.scoped(`is not looked at, in version ${version}: a miss of one request, listed by nobody, purged`, () =>
      Effect.gen(function*() {
        for (const length of [65_537, 1_000_000, 8_000_000]) {
          const store = yield* makeCounted
          yield* store.save(key.objectName, claiming(version, length))
          for (const options of [{}, { encryption }]) {
            const cache = yield* makeS3CacheService(store, { onUnreadable: "fail", ...options })
            store.asked.loads = 0
            const error = yield* Effect.flip(cache.get(key))
            assert.strictEqual(reasonOf(error), "TooLarge")
            assert.include(error.message, "65536")
            assert.strictEqual(store.asked.loads, 1)
            store.asked.loads = 0
            assert.strictEqual((yield* Stream.runCollect(cache.list(Texts))).length, 0)
            assert.strictEqual(store.asked.loads, 1)
            assert.strictEqual((yield* Effect.flip(cache.add(key, "v")))._tag, "ObjectStoreError")
          }
          const cache = yield* makeS3CacheService(store)
          yield* cache.purge(Texts, { unreadable: true })
          assert.strictEqual((yield* store.load(key.objectName))._tag, "Absent")
        }
      }))
  }

  it.effect("is refused before anything of it is hashed or parsed", () =>
    Effect.gen(function*() {
      const format = yield* makeEntryFormat()
      for (const version of [1, 2, 3, 4]) {
        // What is not there cannot be hashed.
        const claimed = claiming(version, 0).subarray(0, 9)
        Buffer.from(claimed.buffer, claimed.byteOffset).writeUInt32BE(4_000_000_000, 5)
        assert.strictEqual((yield* Effect.flip(format.decode(claimed))).reason, "TooLarge")
        assert.strictEqual(Option.getOrThrow(Either.getLeft(format.decodeHeader(claimed))).reason, "TooLarge")
      }
    }))

  it.scoped("is not written: tags that take too many bytes are refused", () =>
    Effect.gen(function*() {
      const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore)
      const tags = Array.from({ length: 64 }, (_, n) => "\u0001".repeat(500) + n)
      for (const text of ["a", "a".repeat(80_000)]) {
        const error = yield* Effect.flip(cache.set(Texts.key(text), "v", { tags }))
        assert.strictEqual(error._tag, "CacheEncodeError")
        assert.include(error.message, "65536")
      }
      yield* cache.set(key, "v", { tags: tags.slice(0, 10) })
    }))
})

describe("the marker of a tag", () => {
  it.scoped("is read up to 8 KiB only, and written anew where it is longer", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const read: Array<number> = []
      const load: typeof store.load = (name, options) =>
        Effect.tap(store.load(name, options), (found) => {
          if (name.startsWith(".tags/") && found._tag === "Found") read.push(found.body.length)
          return Effect.void
        })
      const tags = ["\u0001".repeat(512)]
      const cache = yield* makeS3CacheService({ ...store, load }, { onTagsUnknown: "miss" })
      for (const tag of tags) yield* cache.invalidateTag(tag)
      yield* cache.set(key, "v", { tags })
      const reader = yield* makeS3CacheService({ ...store, load }, { onTagsUnknown: "miss" })
      assert.strictEqual(yield* reader.get(key), "v")
      const marker = `.tags/${digestName(tags[0] ?? "")}`
      yield* store.save(marker, Buffer.alloc(20_000_000, " "))
      const unsure = yield* makeS3CacheService({ ...store, load }, { onTagsUnknown: "miss" })
      assert.strictEqual((yield* Effect.flip(unsure.get(key)))._tag, "CacheNotFoundError")
      for (const tag of tags) yield* unsure.invalidateTag(tag)
      const written = yield* store.load(marker)
      assert.isTrue(written._tag === "Found" && written.size < 8192)
      yield* unsure.set(key, "w", { tags })
      assert.strictEqual(yield* (yield* makeS3CacheService(store)).get(key), "w")
      assert.isAbove(read.length, 2)
      assert.isAtMost(Math.max(...read), 8192)
    }))
})
