import { KeyValueStore } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Either, Layer, Logger, Option, Redacted, Schema, type Scope, TestClock } from "effect"
import type { CacheNotFoundError } from "effect-aws-cache/Cache"
import {
  type CacheDecodeReason,
  type EncryptionOptions,
  Keyspace,
  ObjectStore,
  type ObjectStoreError,
  type S3CacheOptions
} from "effect-aws-cache/S3Store"
import { Fault, Faults } from "effect-aws-cache/testing"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeEntryFormat } from "../../src/S3Store/entry/EntryFormat.js"
import { assemble, headOf } from "../../src/S3Store/entry/entryFrame.js"
import * as FaultProxy from "../servers/FaultProxy.js"
import { everyNth } from "../support/property.js"
import { makeBucket } from "./bucketOf.js"

const Space = Keyspace.make("space", {
  key: Schema.String,
  value: Schema.Number,
  failure: Schema.String,
  timeToLive: "1 hour",
  failureTimeToLive: "1 minute"
})
const key = Space.key("a")
const hour = 3_600_000

const keyOf = (id: string, fill: number) => ({ id, key: Redacted.make(new Uint8Array(32).fill(fill)) })
const encryption = (...keys: EncryptionOptions["keys"]): EncryptionOptions => ({ keys })

/** The header of an entry that is not to be read; what it says can be overridden. */
const header = {
  keyspace: "space",
  version: "1",
  key: key.id,
  created: 0,
  expires: hour,
  writeId: "w",
  tags: [] as Array<string>
}

interface Entry extends Partial<typeof header> {
  readonly outcome?: "success" | "failure"
}

const encoded = (entry: Entry, value: unknown, keys?: EncryptionOptions) =>
  Effect.flatMap(
    makeEntryFormat({ encryption: keys }),
    (format) => format.encode({ outcome: "success", ...header, ...entry }, "json", value)
  ).pipe(Effect.orDie)

/** For each reason: the bytes that lie there, and the options of the process that finds them. */
const unreadable: Record<
  CacheDecodeReason,
  readonly [bytes: (entry: Entry) => Effect.Effect<Uint8Array>, reader?: S3CacheOptions]
> = {
  NotAnEntry: [() => Effect.succeed(Buffer.from("not an entry of any cache"))],
  UnknownVersion: [(entry) => Effect.map(encoded(entry, 1), (body) => body.with(4, 9))],
  Unsupported: [
    (entry) =>
      Effect.sync(() =>
        assemble(
          headOf({
            outcome: "success",
            ...header,
            ...entry,
            codec: "cbor",
            size: 1,
            compression: "none",
            encryption: null
          }),
          Buffer.from("1")
        )
      )
  ],
  Damaged: [(entry) => Effect.map(encoded(entry, 12345), (body) => body.subarray(0, -1))],
  TooLarge: [(entry) => encoded(entry, "x".repeat(6000)), { maxEntryBytes: 5000 }],
  NotEncrypted: [(entry) => encoded(entry, 1), { encryption: encryption(keyOf("k1", 1)) }],
  KeyUnknown: [
    (entry) => encoded(entry, 1, encryption(keyOf("k2", 2))),
    { encryption: encryption(keyOf("k1", 1)) }
  ],
  KeyWrong: [(entry) => encoded(entry, 1, encryption(keyOf("k1", 2))), { encryption: encryption(keyOf("k1", 1)) }],
  Foreign: [(entry) => encoded({ ...entry, key: Space.key("other").id }, 1)],
  Schema: [(entry) => encoded(entry, "no number")]
}
const reasons = Object.entries(unreadable) as Array<[CacheDecodeReason, (typeof unreadable)[CacheDecodeReason]]>

const built = <R, E>(layer: Layer.Layer<ObjectStore, E, R>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), Context.get(ObjectStore))
const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "objects-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true }))
)
const stores: ReadonlyArray<readonly [name: string, make: Effect.Effect<ObjectStore, unknown, Scope.Scope>]> = [
  ["memory", built(ObjectStore.layerMemory())],
  ["S3", Effect.map(makeBucket({}, {}), ({ store }) => store)],
  [
    "files",
    Effect.flatMap(
      folder,
      (directory) => built(ObjectStore.layerFileSystem({ directory }).pipe(Layer.provide(NodeContext.layer)))
    )
  ],
  [
    "a key-value store",
    built(ObjectStore.layerKeyValueStore({ conditions: "process" }).pipe(Layer.provide(KeyValueStore.layerMemory)))
  ]
]

const quietly = Effect.provide(Logger.remove(Logger.defaultLogger))
const isThere = (store: ObjectStore) => Effect.map(store.load(key.objectName), ({ _tag }) => _tag !== "Absent")
const tagOf = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.either(effect), Either.match({ onLeft: ({ _tag }) => _tag, onRight: () => "ok" }))

for (const [nth, [storeName, makeStore]] of stores.entries()) {
  describe(`what cannot be read, over ${storeName}`, () => {
    // Quickly, all reasons over memory, and each over one of the others.
    for (const [reason, [bytes, reader]] of nth === 0 ? reasons : everyNth(stores.length - 1, reasons, nth)) {
      for (const onUnreadable of ["miss", "fail"] as const) {
        it.scoped(`${reason}, onUnreadable ${onUnreadable}: remove, pop and set remove it`, () =>
          Effect.gen(function*() {
            const store = yield* makeStore
            const cache = yield* makeS3CacheService(store, { ...reader, onUnreadable })
            const lay = Effect.flatMap(bytes({}), (body) => store.save(key.objectName, body))
            yield* lay
            const read = yield* Effect.either(cache.getOption(key))
            assert.strictEqual(Either.isLeft(read), onUnreadable === "fail")
            assert.strictEqual(yield* tagOf(cache.remove(key)), "ok")
            assert.isFalse(yield* isThere(store))
            assert.strictEqual(yield* tagOf(cache.remove(key)), "CacheNotFoundError")
            yield* lay
            const popped: CacheNotFoundError | ObjectStoreError = yield* Effect.flip(cache.pop(key))
            assert.strictEqual(popped._tag, "CacheNotFoundError")
            assert.include(popped.message, reason)
            assert.isAtMost(popped.message.length, 500)
            assert.isFalse(yield* isThere(store))
            yield* lay
            yield* cache.set(key, 2, { timeToLive: 0 })
            assert.isFalse(yield* isThere(store))
            yield* lay
            yield* cache.set(key, 2)
            assert.strictEqual(yield* (yield* makeS3CacheService(store, { ...reader, onUnreadable })).get(key), 2)
          }).pipe(quietly))
      }

      const givesWay = reason === "NotAnEntry" || reason === "Damaged"
      it.scoped(`${reason}: add ${givesWay ? "takes its place" : "leaves it"}, and what is computed takes its place`, () =>
        Effect.gen(function*() {
          const store = yield* makeStore
          const cache = yield* makeS3CacheService(store, reader)
          const body = yield* bytes({})
          yield* store.save(key.objectName, body)
          for (const timeToLive of ["0 millis", "1 hour"] as const) {
            const added = yield* Effect.either(cache.add(key, 2, { timeToLive }))
            if (givesWay) {
              assert.isTrue(Either.isRight(added))
            } else {
              assert(Either.isLeft(added) && added.left._tag === "ObjectStoreError")
              assert.strictEqual(added.left.reason, "Unreadable")
              assert.include(added.left.message, reason)
              assert.include(added.left.message, "remove")
              assert.isAtMost(added.left.message.length, 500)
              const there = yield* store.load(key.objectName)
              assert.deepStrictEqual(there._tag === "Found" ? Buffer.from(there.body) : there, Buffer.from(body))
            }
          }
          yield* store.save(key.objectName, body)
          const other = yield* makeS3CacheService(store, reader)
          assert.strictEqual(yield* Effect.flip(other.getOrCompute(key, Effect.fail("down"))), "down")
          assert.strictEqual(yield* Effect.flip(other.getOrCompute(key, Effect.succeed(1))), "down", "it is remembered")
          yield* TestClock.adjust("2 minutes")
          yield* store.save(key.objectName, body)
          assert.strictEqual(yield* other.getOrCompute(key, Effect.succeed(3)), 3)
          assert.strictEqual(yield* (yield* makeS3CacheService(store, reader)).get(key), 3)
        }).pipe(quietly))

      if (reason !== "NotAnEntry" && reason !== "UnknownVersion" && reason !== "Damaged") {
        it.scoped(`${reason}: what has expired, was invalidated or is a failure gives way to add, and nothing is there to remove`, () =>
          Effect.gen(function*() {
            const store = yield* makeStore
            const cache = yield* makeS3CacheService(store, reader)
            yield* TestClock.adjust("1 minute")
            yield* cache.invalidateTag("t")
            for (const entry of [{ expires: 1000 }, { tags: ["t"] }, { outcome: "failure" as const }]) {
              yield* store.save(key.objectName, yield* bytes(entry))
              const outcome = yield* tagOf(cache.remove(key))
              assert.strictEqual(outcome, "outcome" in entry ? "ok" : "CacheNotFoundError")
              assert.isFalse(yield* isThere(store))
              yield* store.save(key.objectName, yield* bytes(entry))
              yield* cache.add(key, 2)
              assert.strictEqual(yield* (yield* makeS3CacheService(store, reader)).get(key), 2)
            }
          }).pipe(quietly))
      }
    }

    it.scoped("a failure that is remembered is removed", () =>
      Effect.gen(function*() {
        const store = yield* makeStore
        const cache = yield* makeS3CacheService(store)
        yield* Effect.flip(cache.getOrCompute(key, Effect.fail("down")))
        assert.isTrue(yield* isThere(store))
        assert.strictEqual(yield* tagOf(cache.remove(key)), "ok")
        assert.strictEqual(yield* cache.getOrCompute(key, Effect.succeed(1)), 1)
      }))

    it.scoped("an entry with a header of more than 4 KiB is looked at by its header", () =>
      Effect.gen(function*() {
        const store = yield* makeStore
        const cache = yield* makeS3CacheService(store)
        const tags = Array.from({ length: 60 }, (_, n) => `${"t".repeat(100)}${n}`)
        yield* store.save(key.objectName, yield* encoded({ tags }, 1))
        assert.strictEqual(yield* tagOf(cache.remove(key)), "ok")
        yield* store.save(key.objectName, yield* encoded({ tags, expires: 0 }, 1))
        assert.strictEqual(yield* tagOf(cache.remove(key)), "CacheNotFoundError")
        assert.isFalse(yield* isThere(store))
      }))
  })
}

describe("one damaged answer", () => {
  /** The first load of the entry gives another byte than there is. */
  const damagingOnce = (store: ObjectStore, at: number) =>
    Effect.map(
      Faults.make(store, { faults: [{ fault: Fault.Corrupt({ at }), names: key.objectName, nth: 1 }] }),
      ({ store }) => store
    )
  for (const at of [0, 4, 20, 50, 100, 400]) {
    it.scoped(`in byte ${at} costs neither the winner of add nor pop the value`, () =>
      Effect.gen(function*() {
        const store = yield* built(ObjectStore.layerMemory())
        const winner = yield* makeS3CacheService(store)
        yield* winner.add(key, 1)
        const late = yield* makeS3CacheService(yield* damagingOnce(store, at))
        assert.strictEqual(yield* tagOf(late.add(key, 2)), "CacheExistsError")
        const popping = yield* makeS3CacheService(yield* damagingOnce(store, at))
        assert.strictEqual(yield* popping.pop(key), 1)
      }).pipe(quietly))
  }
})

describe("removal without reading", () => {
  const reading = ["AccessDenied", "Timeout", "Network", "Unavailable", "Throttled", "Unknown"] as const
  for (const reason of reading) {
    it.scoped(`remove removes where reading fails with ${reason}, and pop leaves what it could not read`, () =>
      Effect.gen(function*() {
        const store = yield* built(ObjectStore.layerMemory())
        yield* (yield* makeS3CacheService(store)).set(key, 1)
        const { store: unreadable } = yield* Faults.make(store, {
          faults: [{ fault: Fault.Fail({ reason }), operations: ["load"] }]
        })
        const blind = yield* makeS3CacheService(unreadable)
        const popped = yield* Effect.flip(blind.pop(key))
        assert(popped._tag === "ObjectStoreError")
        assert.strictEqual(popped.reason, reason)
        assert.isTrue(yield* isThere(store))
        assert.strictEqual(yield* tagOf(blind.remove(key)), "ok")
        assert.isFalse(yield* isThere(store))
      }))
  }

  it.scoped("remove transfers the first bytes only", () =>
    Effect.gen(function*() {
      const store = yield* built(ObjectStore.layerMemory())
      const asked: Array<number | undefined> = []
      const cache = yield* makeS3CacheService({
        ...store,
        load: (name, options) => {
          asked.push(options?.firstBytes)
          return store.load(name, options)
        }
      })
      yield* cache.set(key, 1)
      yield* cache.remove(key)
      assert.deepStrictEqual(asked, [4096])
    }))

  it.scoped("pop of what waits to be written loses nothing where the store is down", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket({}, {})
      const cache = yield* process({ write: "behind", writeBehind: { concurrency: 1 }, circuitBreaker: false })
      yield* proxy.set(FaultProxy.Fault.Hang())
      yield* cache.set(Space.key("busy"), 0)
      yield* Effect.yieldNow()
      yield* cache.set(key, 1)
      yield* proxy.set(FaultProxy.Fault.Refuse())
      assert.strictEqual((yield* Effect.flip(cache.pop(key)))._tag, "ObjectStoreError")
      yield* proxy.set(FaultProxy.Fault.Pass())
      assert.deepStrictEqual(yield* cache.peek(key), Option.some(1))
    }).pipe(quietly))
})

describe("rotating keys in a rolling deployment", () => {
  const oldKey = keyOf("old", 1)
  const newKey = keyOf("new", 2)
  const steps: ReadonlyArray<readonly [from: EncryptionOptions, to: EncryptionOptions]> = [
    [encryption(oldKey), encryption(oldKey, newKey)],
    [encryption(oldKey, newKey), encryption(newKey, oldKey)],
    [encryption(newKey, oldKey), encryption(newKey)]
  ]
  for (const [n, [from, to]] of steps.entries()) {
    it.scoped(`step ${n + 1} of 3: two versions side by side read, add and remove each other's entries`, () =>
      Effect.gen(function*() {
        const store = yield* built(ObjectStore.layerMemory())
        const version = (encryption: EncryptionOptions) => makeS3CacheService(store, { encryption, maxSize: 0 })
        const sides = [yield* version(from), yield* version(to)] as const
        for (const [writer, reader] of [[sides[0], sides[1]], [sides[1], sides[0]]] as const) {
          yield* writer.add(key, 1)
          assert.strictEqual(yield* reader.get(key), 1)
          assert.strictEqual(yield* tagOf(reader.add(key, 2)), "CacheExistsError")
          assert.strictEqual(yield* reader.getOrCompute(key, Effect.die("not computed")), 1)
          assert.strictEqual(yield* reader.pop(key), 1)
        }
      }))
  }

  it.scoped("in the wrong order add still has one winner, and a removal of the other side is one", () =>
    Effect.gen(function*() {
      const store = yield* built(ObjectStore.layerMemory())
      const before = yield* makeS3CacheService(store, { encryption: encryption(oldKey), maxSize: 0 })
      const after = yield* makeS3CacheService(store, { encryption: encryption(newKey, oldKey), maxSize: 0 })
      yield* after.add(key, 1)
      const late = yield* Effect.flip(before.add(key, 2))
      assert(late._tag === "ObjectStoreError")
      assert.strictEqual(late.reason, "Unreadable")
      assert.strictEqual(yield* after.get(key), 1)
      assert.strictEqual(yield* tagOf(before.remove(key)), "ok")
      assert.deepStrictEqual(yield* after.getOption(key), Option.none())
    }).pipe(quietly))
})
