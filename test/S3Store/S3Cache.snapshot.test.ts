import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted, Schema, TestClock } from "effect"
import {
  type CacheSnapshotError,
  Keyspace,
  ObjectStore,
  type S3CacheOptions,
  type S3CacheService
} from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { effectProperty } from "../support/effectProperty.js"
import { amount, property } from "../support/property.js"
import { withWarnings } from "../support/warningsOf.js"
import { makeBucket } from "./bucketOf.js"

class NoSuch extends Schema.TaggedError<NoSuch>()("NoSuch", { id: Schema.Number }) {}

const Users = Keyspace.make("users", {
  key: Schema.Number,
  value: Schema.Struct({ name: Schema.String, since: Schema.DateFromString }),
  timeToLive: "1 hour",
  failure: NoSuch,
  failureTimeToLive: "10 minutes",
  tags: (id) => [`user-${id}`]
})
const Blobs = Keyspace.make("blobs", { key: Schema.String, value: Schema.Uint8ArrayFromSelf, codec: "raw" })
const Packed = Keyspace.make("packed", {
  key: Schema.Struct({ a: Schema.Number }),
  value: Schema.Map({ key: Schema.String, value: Schema.Number }),
  codec: "msgpack",
  maxSize: 5
})

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "s3-snapshot-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const fileIn = Effect.map(folder, (path) => join(path, "memory"))

const user = (id: number) => ({ name: `user ${id}`, since: new Date(id * 1000) })

const fill = (cache: S3CacheService) =>
  Effect.gen(function*() {
    for (const id of [1, 2, 3]) yield* cache.set(Users.key(id), user(id), { timeToLive: `${id} minutes` })
    yield* Effect.flip(cache.getOrCompute(Users.key(4), new NoSuch({ id: 4 })))
    yield* cache.set(Blobs.key("b"), new Uint8Array([1, 2, 3]))
    yield* cache.set(Packed.key({ a: 1 }), new Map([["x", 1]]))
  })

const all = [Users, Blobs, Packed]

const refusalOf = (effect: Effect.Effect<unknown, CacheSnapshotError>) =>
  Effect.map(Effect.flip(effect), ({ operation, reason }) => [operation, reason])

const onFiles = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, NodeFileSystem.layer)

describe("snapshots of memory", () => {
  it.scoped("bring back values, failures, times and tags", () =>
    onFiles(Effect.gen(function*() {
      const path = yield* fileIn
      const store = yield* ObjectStore.makeMemory
      const old = yield* makeS3CacheService(store)
      yield* fill(old)
      const before = yield* Effect.forEach([1, 2, 3], (id) => old.peekEntry(Users.key(id)))
      assert.deepStrictEqual(yield* old.snapshot(path), { entries: 6, skipped: 0 })
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)

      const cache = yield* makeS3CacheService(store)
      assert.deepStrictEqual(yield* cache.restore(path, all, { trust: true }), {
        outcome: "restored",
        entries: 6,
        expired: 0,
        skipped: 0,
        refused: 0
      })
      const after = yield* Effect.forEach([1, 2, 3], (id) => cache.peekEntry(Users.key(id)))
      assert.deepStrictEqual(after, before)
      assert.deepStrictEqual(yield* cache.get(Users.key(2)), user(2))
      const failure = yield* Effect.flip(cache.getOrCompute(Users.key(4), Effect.die("computed")))
      assert.deepStrictEqual(failure, new NoSuch({ id: 4 }))
      assert.deepStrictEqual(yield* cache.get(Blobs.key("b")), new Uint8Array([1, 2, 3]))
      assert.deepStrictEqual(yield* cache.get(Packed.key({ a: 1 })), new Map([["x", 1]]))
      assert.strictEqual((yield* cache.stats).storeHits, 0)
      // Until their time is over, and no longer.
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* cache.peek(Users.key(1)), Option.none())
      assert.deepStrictEqual(yield* cache.peek(Users.key(2)), Option.none())
      assert.isTrue(Option.isSome(yield* cache.peek(Users.key(3))))
      yield* old.invalidateTag("user-3")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* cache.getOption(Users.key(3)), Option.none())
    })))

  it.scoped("leave out what has expired, what no keyspace is named for, and what is there already", () =>
    onFiles(Effect.gen(function*() {
      const path = yield* fileIn
      const store = yield* ObjectStore.makeMemory
      yield* fill(
        yield* Effect.tap(makeS3CacheService(store), (cache) => Effect.zipRight(fill(cache), cache.snapshot(path)))
      )
      yield* TestClock.adjust("90 seconds")
      const cache = yield* makeS3CacheService(store)
      yield* cache.set(Users.key(3), user(33))
      assert.deepStrictEqual(yield* cache.restore(path, [Users]), {
        outcome: "restored",
        entries: 2,
        expired: 1,
        skipped: 3,
        refused: 0
      })
      assert.deepStrictEqual(yield* cache.get(Users.key(3)), user(33))
      assert.deepStrictEqual(yield* cache.restore(join(path, "..", "none"), [Users]), {
        outcome: "missing",
        entries: 0,
        expired: 0,
        skipped: 0,
        refused: 0
      })
    })))

  it.scoped("are confirmed at the first use: a 304 each, and what has changed is found", () =>
    onFiles(Effect.gen(function*() {
      const path = yield* fileIn
      const { process, requests } = yield* makeBucket()
      const Plain = Keyspace.make("plain", { key: Schema.Number, value: Schema.String })
      const old = yield* process()
      for (const id of [1, 2, 3]) yield* old.set(Plain.key(id), `old ${id}`)
      yield* old.snapshot(path)
      yield* old.set(Plain.key(2), "new 2")
      yield* old.remove(Plain.key(3))

      const cache = yield* process()
      assert.strictEqual((yield* cache.restore(path, [Plain])).entries, 3)
      const before = requests().length
      for (const _ of [1, 2, 3]) assert.strictEqual(yield* cache.get(Plain.key(1)), "old 1")
      assert.deepStrictEqual(requests().slice(before).map(({ method, status }) => [method, status]), [["GET", 304]])
      assert.strictEqual(yield* cache.get(Plain.key(2)), "new 2")
      assert.deepStrictEqual(yield* cache.getOption(Plain.key(3)), Option.none())
      assert.strictEqual((yield* cache.stats).revalidations, 3)

      const trusting = yield* process()
      yield* trusting.restore(path, [Plain], { trust: true })
      const then = requests().length
      assert.strictEqual(yield* trusting.get(Plain.key(2)), "old 2")
      assert.strictEqual(requests().length, then)
    })))

  it.scoped("are encrypted where the cache encrypts, and read by its keys alone", () =>
    onFiles(withWarnings((warnings) =>
      Effect.gen(function*() {
        const path = yield* fileIn
        const store = yield* ObjectStore.makeMemory
        const encryption = (byte: number): S3CacheOptions => ({
          encryption: { keys: [{ id: "k", key: Redacted.make(new Uint8Array(32).fill(byte)) }] }
        })
        const old = yield* makeS3CacheService(store, encryption(1))
        yield* old.set(Users.key(1), { name: "a secret name", since: new Date(0) })
        yield* old.snapshot(path)
        assert.notInclude(readFileSync(path, "latin1"), "a secret name")
        const cache = yield* makeS3CacheService(store, encryption(1))
        assert.strictEqual((yield* cache.restore(path, [Users])).entries, 1)
        assert.strictEqual((yield* cache.get(Users.key(1))).name, "a secret name")
        for (const options of [encryption(2), {}]) {
          const other = yield* makeS3CacheService(store, options)
          assert.deepStrictEqual(yield* refusalOf(onFiles(other.restore(path, [Users]))), ["restore", "Damaged"])
          assert.strictEqual((yield* other.stats).size, 0)
        }
        assert.deepStrictEqual(warnings(), [])
      })
    )))

  it.scoped("of another cache, another kind or version, or that others may use, are refused, and change nothing", () =>
    onFiles(Effect.gen(function*() {
      const path = yield* fileIn
      const store = yield* ObjectStore.makeMemory
      const old = yield* makeS3CacheService(store)
      yield* fill(old)
      yield* old.snapshot(path)
      const whole = readFileSync(path)
      const cache = yield* makeS3CacheService(store)
      const refused = (bytes: Uint8Array, mode = 0o600) =>
        Effect.suspend(() => {
          writeFileSync(path, bytes)
          return Effect.zipRight(
            Effect.promise(() => import("node:fs/promises").then(({ chmod }) => chmod(path, mode))),
            refusalOf(onFiles(cache.restore(path, all)))
          )
        })
      assert.deepStrictEqual(yield* refused(Buffer.from("something else")), ["restore", "Foreign"])
      const newer = Buffer.from(whole)
      newer.write("2", "effect-aws-cache/s3-memory ".length)
      assert.deepStrictEqual(yield* refused(newer), ["restore", "UnknownVersion"])
      assert.deepStrictEqual(yield* refused(whole.subarray(0, whole.length - 1)), ["restore", "Damaged"])
      assert.deepStrictEqual(yield* refused(whole, 0o644), ["restore", "PermissionDenied"])
      const other = yield* makeS3CacheService(store, { name: "other" })
      yield* Effect.promise(() => import("node:fs/promises").then(({ chmod }) => chmod(path, 0o600)))
      assert.deepStrictEqual(yield* refusalOf(onFiles(other.restore(path, all))), ["restore", "Foreign"])
      assert.deepStrictEqual(yield* refusalOf(onFiles(cache.restore(join(path, ".."), all))), [
        "restore",
        "PermissionDenied"
      ])
      assert.strictEqual((yield* cache.stats).size, 0)
      assert.strictEqual((yield* other.stats).size, 0)
      assert.strictEqual((yield* cache.restore(path, all)).entries, 6)
      assert.deepStrictEqual(yield* refusalOf(onFiles(old.snapshot(join(path, "..", "no", "file")))), [
        "snapshot",
        "NotFound"
      ])
    })))

  it.scoped("bring back what was used last, where not all has room, and put out nothing", () =>
    onFiles(Effect.gen(function*() {
      const path = yield* fileIn
      const store = yield* ObjectStore.makeMemory
      const Plain = Keyspace.make("plain", { key: Schema.Number, value: Schema.String })
      const old = yield* makeS3CacheService(store, { evictionPolicy: "LRU" })
      for (let id = 0; id < 20; id++) yield* old.set(Plain.key(id), "x")
      for (const id of [3, 4]) yield* old.get(Plain.key(id))
      yield* old.snapshot(path)
      const small = yield* makeS3CacheService(store, { maxSize: 5, evictionPolicy: "LRU" })
      yield* small.set(Plain.key(100), "in use")
      const report = yield* small.restore(path, [Plain])
      assert.deepStrictEqual(report, { outcome: "restored", entries: 4, expired: 0, skipped: 16, refused: 0 })
      const held = yield* Effect.filter(
        [3, 4, 18, 19, 100],
        (id) => Effect.map(small.peek(Plain.key(id)), Option.isSome)
      )
      assert.deepStrictEqual(held, [3, 4, 18, 19, 100])
      // Their order is that of their use: 100 came before them, and then 18 is the next to go.
      yield* small.set(Plain.key(101), "x")
      yield* small.set(Plain.key(102), "x")
      assert.deepStrictEqual(yield* small.peek(Plain.key(18)), Option.none())
      assert.isTrue(Option.isSome(yield* small.peek(Plain.key(19))))
    })))

  it.scoped("fill the room beside what is there already, also of the same entries", () =>
    onFiles(Effect.gen(function*() {
      const path = yield* fileIn
      const store = yield* ObjectStore.makeMemory
      const plainOf = (name: string, room: { readonly maxSize?: number; readonly maxBytes?: number } = {}) =>
        Keyspace.make(name, { key: Schema.Number, value: Schema.String, ...room })
      const old = yield* makeS3CacheService(store, { maxBytes: "1M" })
      for (const space of [plainOf("whole"), plainOf("owned")]) {
        for (let id = 0; id < 4; id++) yield* old.set(space.key(id), "x")
      }
      yield* old.snapshot(path)
      const bytes = ((yield* old.stats).byteSize ?? 0) / 8
      // Which of the four are there already, and for how many there is room: in all memory, or of the keyspace alone.
      for (const there of [[], [0], [3], [1, 2], [0, 1, 2, 3]]) {
        for (const fits of [2, 3, 4]) {
          for (const room of [{ maxSize: fits }, { maxSize: 10, maxBytes: fits * bytes }]) {
            for (const name of ["whole", "owned"]) {
              const space = plainOf(name, name === "owned" ? room : {})
              const cache = yield* makeS3CacheService(store, name === "owned" ? { maxBytes: "1M" } : room)
              for (const id of there) yield* cache.get(space.key(id))
              const before = Math.min(fits, there.length)
              const { entries, skipped } = yield* cache.restore(path, [space])
              const of = `${name}: ${there.join()} of ${JSON.stringify(room)}`
              assert.deepStrictEqual([entries, skipped], [fits - before, 8 - fits + before], of)
              assert.strictEqual((yield* cache.stats).size, fits, of)
            }
          }
        }
      }
    })))

  it.scoped("leave out what cannot be encoded, and refuse what the schemas do not accept any more", () =>
    onFiles(withWarnings((warnings) =>
      Effect.gen(function*() {
        const path = yield* fileIn
        const store = yield* ObjectStore.makeMemory
        const old = yield* makeS3CacheService(store)
        const Odd = Keyspace.make("odd", { key: Schema.Number, value: Schema.Unknown })
        yield* old.getOrCompute(Odd.key(1), Effect.succeed(1n))
        yield* old.set(Odd.key(2), 2)
        yield* old.set(Odd.key(3), "three")
        assert.deepStrictEqual(yield* old.snapshot(path), { entries: 2, skipped: 1 })
        const Numbers = Keyspace.make("odd", { key: Schema.Number, value: Schema.Number })
        const cache = yield* makeS3CacheService(store)
        const report = yield* cache.restore(path, [Numbers])
        assert.deepStrictEqual(report, { outcome: "restored", entries: 1, expired: 0, skipped: 0, refused: 1 })
        assert.strictEqual(yield* cache.get(Numbers.key(2)), 2)
        assert.deepStrictEqual(warnings().slice(1), [
          "S3Cache: 1 of 3 entries in memory cannot be encoded, and are not in the snapshot",
          `S3Cache: 1 entries of the snapshot ${path} cannot be read, or the schemas do not accept them`
        ])
      })
    )))

  it.scoped("end with an entry of any size", () =>
    onFiles(Effect.gen(function*() {
      const path = yield* fileIn
      const store = yield* ObjectStore.makeMemory
      const old = yield* makeS3CacheService(store)
      yield* old.set(Blobs.key("large"), new Uint8Array(300_000))
      assert.deepStrictEqual(yield* old.snapshot(path), { entries: 1, skipped: 0 })
      const cache = yield* makeS3CacheService(store)
      assert.strictEqual((yield* cache.restore(path, all, { trust: true })).entries, 1)
      assert.deepStrictEqual(yield* cache.get(Blobs.key("large")), new Uint8Array(300_000))
    })))

  it.scoped("take the place of an older one only when they are complete, and leave nothing behind", () =>
    onFiles(Effect.gen(function*() {
      const path = yield* fileIn
      const cache = yield* makeS3CacheService(yield* ObjectStore.makeMemory)
      yield* fill(cache)
      yield* cache.snapshot(path)
      yield* cache.snapshot(path)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(path, ".."))), ["memory"])
    })))

  const options: ReadonlyArray<S3CacheOptions> = [
    {},
    { encryption: { keys: [{ id: "k", key: Redacted.make(new Uint8Array(32).fill(7)) }] } },
    { compression: { algorithm: "gzip", threshold: 10 } }
  ]
  effectProperty(
    "come back as they were, and never as anything else, whatever bytes are changed or missing",
    [
      fc.constantFrom(...options),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.string(), fc.integer({ min: 1, max: 100 })), {
        maxLength: 12
      }),
      fc.array(fc.record({ at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }), cuts: fc.boolean() }), {
        minLength: 1,
        maxLength: 8
      })
    ],
    ([how, entries, damages]) =>
      onFiles(Effect.scoped(Effect.gen(function*() {
        const path = yield* fileIn
        const Texts = Keyspace.make("texts", { key: Schema.Number, value: Schema.String, tags: (id) => [`t${id}`] })
        const store = yield* ObjectStore.makeMemory
        const old = yield* makeS3CacheService(store, how)
        for (const [id, text, minutes] of entries) {
          yield* old.set(Texts.key(id), text, { timeToLive: `${minutes} minutes` })
        }
        const keys = Array.from({ length: 10 }, (_, id) => Texts.key(id))
        const infosOf = (cache: S3CacheService) => Effect.forEach(keys, (key) => cache.peekEntry(key))
        const before = yield* infosOf(old)
        yield* old.snapshot(path)
        const whole = readFileSync(path)
        const back = yield* makeS3CacheService(store, how)
        assert.strictEqual((yield* back.restore(path, [Texts], { trust: true })).refused, 0)
        assert.deepStrictEqual(yield* infosOf(back), before)
        for (const { at, bit, cuts } of damages) {
          const damaged = Buffer.from(cuts ? whole.subarray(0, at % whole.length) : whole)
          if (!cuts) damaged.writeUInt8(damaged.readUInt8(at % whole.length) ^ (1 << bit), at % whole.length)
          writeFileSync(path, damaged)
          const cache = yield* makeS3CacheService(store, how)
          const error = yield* Effect.flip(cache.restore(path, [Texts], { trust: true }))
          assert.include(["Damaged", "Foreign", "UnknownVersion"], error.reason)
          assert.strictEqual((yield* cache.stats).size, 0)
        }
      }))),
    { ...property(1), numRuns: amount(20, 600) }
  )
})
