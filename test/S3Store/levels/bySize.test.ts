import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Layer, Option, Schema, Stream, TestClock } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, LoadOutcome, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { EmbeddedS3, Fault, Faults } from "effect-aws-cache/testing"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { disassembleHeader } from "../../../src/S3Store/entry/entryFrame.js"
import {
  contentFolder,
  contentNameOf,
  decodePointer,
  encodePointer,
  mayPoint,
  ownerOfContent
} from "../../../src/S3Store/levels/contentPointer.js"
import * as DynamoDBServer from "../../servers/DynamoDBServer.js"
import { conformance } from "../objects/ObjectStore.conformance.js"
import { asEntries, entryName } from "./asEntries.js"

const bytes = (text: string) => new TextEncoder().encode(text)

const one = entryName("one")
const short = "short"
const long = "long ".repeat(20)

const textIn = (store: ObjectStore, name: string) =>
  Effect.map(
    store.load(name),
    (loaded) => loaded._tag === "Found" ? new TextDecoder().decode(loaded.body) : loaded._tag
  )

const namesIn = (store: ObjectStore) =>
  Effect.map(Stream.runCollect(store.list("")), (objects) => Array.from(objects, ({ name }) => name))

/** Two stores with faults, and the one over both. */
const bySize = (limit = 20) =>
  Effect.gen(function*() {
    const memories = { small: yield* ObjectStore.makeMemory, large: yield* ObjectStore.makeMemory }
    const small = yield* Faults.make(memories.small)
    const large = yield* Faults.make(memories.large)
    const make = ObjectStore.makeBySize({ small: small.store, large: large.store, limit })
    // The other one knows nothing of what this one has seen.
    return { memories, small, large, store: yield* make, other: yield* make }
  })

const layerOfMemory = Layer.effect(ObjectStore, Effect.map(bySize(2), ({ store }) => store))

const all = { conditions: true, deletes: true, lists: true }

/** What is written under any name, as if it were an entry, so that what has more than two bytes is large. */
const ofEntries = <E, R>(layer: Layer.Layer<ObjectStore, E, R>) =>
  Layer.effect(ObjectStore, Effect.map(ObjectStore, asEntries)).pipe(Layer.provide(layer))

const folder = Layer.unwrapScoped(
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "by-size-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true }))
    ),
    (directory) => ObjectStore.layerFileSystem({ directory })
  )
).pipe(Layer.provide(NodeContext.layer))

const bucket = Layer.unwrapScoped(
  Effect.map(
    EmbeddedS3.make({ buckets: ["large"] }),
    ({ clientConfig }) => ObjectStore.layerS3({ bucket: "large", clientConfig })
  )
).pipe(Layer.provide(ClientCache.layer()))

const table = Layer.unwrapScoped(
  Effect.map(
    DynamoDBServer.make,
    ({ clientConfig, table }) => ObjectStore.layerDynamoDB({ table, clientConfig, partitions: 3 })
  )
).pipe(Layer.provide(ClientCache.layer()))

conformance("by size, of entries", ofEntries(layerOfMemory), { ...all, modelRuns: 100 })
conformance("by size, of what is no entry", layerOfMemory, { ...all, modelRuns: 100 })
conformance(
  "by size, a folder and a bucket",
  ofEntries(ObjectStore.layerBySize({ small: folder, large: bucket, limit: 2 })),
  {
    ...all,
    modelRuns: 10
  }
)
conformance(
  "by size, a table and a bucket",
  ofEntries(ObjectStore.layerBySize({ small: table, large: bucket, limit: 2 })),
  {
    ...all,
    modelRuns: 5
  }
)
conformance(
  "a chain over two stores by size",
  ofEntries(ObjectStore.layerChain({ near: ObjectStore.layerMemory(), far: layerOfMemory })),
  { ...all, modelRuns: 50 }
)
conformance(
  "by size, with a chain for what is large",
  ofEntries(ObjectStore.layerBySize({
    small: ObjectStore.layerMemory(),
    large: ObjectStore.layerChain({ near: ObjectStore.layerMemory(), far: ObjectStore.layerMemory() }),
    limit: 2
  })),
  { ...all, modelRuns: 50 }
)
conformance(
  "by size, with such a one for what is small",
  ofEntries(ObjectStore.layerBySize({ small: layerOfMemory, large: ObjectStore.layerMemory(), limit: 4 })),
  { ...all, modelRuns: 50 }
)

describe("two stores by size", () => {
  it.effect("keep what is small in one, and of what is large the content in the other", () =>
    Effect.gen(function*() {
      const { large, memories, small, store } = yield* bySize()
      yield* store.save(one, bytes(short))
      assert.strictEqual(yield* textIn(store, one), short)
      assert.strictEqual((yield* large.faults.requests).length, 0)
      assert.deepStrictEqual((yield* small.faults.requests).map(({ operation }) => operation), ["save", "load"])
      yield* store.save(one, bytes(long))
      assert.strictEqual(yield* textIn(store, one), long)
      const [content = ""] = yield* namesIn(memories.large)
      assert.strictEqual(ownerOfContent(content)?.name, one)
      assert.strictEqual(yield* textIn(memories.large, content), long)
      yield* store.save(one, bytes(short))
      assert.deepStrictEqual(yield* namesIn(memories.large), [])
      assert.deepStrictEqual(yield* namesIn(store), [one])
    }))

  it.effect("keep all that is no entry in the small one, as far as that takes it", () =>
    Effect.gen(function*() {
      const { memories } = yield* bySize()
      const small: ObjectStore = { ...memories.small, maxObjectBytes: 200 }
      const store = yield* ObjectStore.makeBySize({ small, large: memories.large, limit: 1000 })
      yield* store.save(".tags/1", bytes(long))
      yield* store.save(`${one}.run`, bytes(long))
      assert.deepStrictEqual(yield* namesIn(memories.large), [])
      yield* store.save(".tags/1", bytes(long.repeat(3)))
      yield* store.save(one, bytes(long.repeat(3)))
      assert.strictEqual((yield* namesIn(memories.large)).length, 2)
      assert.strictEqual(yield* textIn(store, ".tags/1"), long.repeat(3))
      assert.strictEqual(yield* textIn(store, one), long.repeat(3))
    }))

  it.effect("list every object once, with the size of its content, and its etag", () =>
    Effect.gen(function*() {
      const { store } = yield* bySize()
      yield* store.save(one, bytes(long))
      yield* store.save(entryName("two"), bytes(short))
      // As long as a pointer, and none.
      yield* store.save("three", new Uint8Array(768))
      const listed = yield* Stream.runCollect(store.list(""))
      assert.sameDeepMembers(Array.from(listed, ({ name, size }) => [name, size]), [
        [one, 100],
        [entryName("two"), 5],
        ["three", 768]
      ])
      for (const { etag, name } of listed) {
        assert.deepStrictEqual(yield* store.load(name, { ifNoneMatch: etag }), LoadOutcome.Unchanged())
      }
    }))

  it.effect("remove contents with their objects, whoever wrote them", () =>
    Effect.gen(function*() {
      const { memories, other, store } = yield* bySize()
      const saved = yield* store.save(one, bytes(long))
      assert.strictEqual(yield* other.removeIfMatch(one, Option.getOrElse(saved, () => "")), "removed")
      assert.deepStrictEqual(yield* namesIn(memories.large), [])
      yield* store.save(one, bytes(long))
      yield* other.remove(one)
      assert.deepStrictEqual(yield* namesIn(memories.large), [])
      yield* store.save(one, bytes(long))
      yield* other.removeAll(yield* namesIn(other))
      assert.deepStrictEqual(yield* namesIn(memories.large), [])
      const first = yield* store.add(one, bytes(long))
      assert.strictEqual(first._tag, "Written")
      assert.strictEqual((yield* other.add(one, bytes(long)))._tag, "Refused")
      assert.strictEqual((yield* other.replace(one, bytes(long), "\"another\""))._tag, "Refused")
      assert.strictEqual((yield* namesIn(memories.large)).length, 1)
      yield* other.save(one, bytes(long))
      assert.strictEqual((yield* namesIn(memories.large)).length, 1)
    }))

  it.effect("follow a pointer that was replaced while they loaded, and not for ever", () =>
    Effect.gen(function*() {
      const { large, memories, other, store } = yield* bySize()
      yield* store.save(one, bytes(long))
      yield* large.faults.hold
      const load = yield* Effect.fork(textIn(store, one))
      yield* Effect.yieldNow()
      const direct = yield* ObjectStore.makeBySize({ ...memories, limit: 20 })
      yield* direct.save(one, bytes(`${long}again`))
      yield* large.faults.up
      assert.strictEqual(yield* Fiber.join(load), `${long}again`)
      let replaced = 0
      const restless: ObjectStore = {
        ...memories.large,
        load: (name, options) =>
          Effect.zipRight(direct.save(one, bytes(`${long}${++replaced}`)), memories.large.load(name, options))
      }
      const late = yield* ObjectStore.makeBySize({ small: memories.small, large: restless, limit: 20 })
      const error = yield* Effect.flip(late.load(one))
      assert.strictEqual(error.reason, "Conflict")
      assert.strictEqual(replaced, 8)
      assert.strictEqual(yield* textIn(other, one), `${long}8`)
    }))

  it.effect("find nothing where a content is lost, and let it be added again", () =>
    Effect.gen(function*() {
      for (const again of [short, long]) {
        const { memories, other, store } = yield* bySize()
        yield* store.save(one, bytes(long))
        yield* memories.large.removeAll(yield* namesIn(memories.large))
        assert.strictEqual(yield* textIn(store, one), "Absent")
        assert.strictEqual((yield* other.load(one, { isCertain: true, firstBytes: 3 }))._tag, "Absent")
        assert.strictEqual((yield* store.add(one, bytes(again)))._tag, "Written")
        assert.strictEqual(yield* textIn(other, one), again)
        assert.strictEqual((yield* namesIn(memories.large)).length, again === long ? 1 : 0)
      }
    }))

  it.effect("take for lost only what is certainly not there", () =>
    Effect.gen(function*() {
      const { large, memories, store } = yield* bySize()
      yield* store.save(one, bytes(long))
      yield* large.faults.down("AccessDenied")
      assert.strictEqual((yield* Effect.flip(store.load(one))).reason, "AccessDenied")
      assert.strictEqual((yield* store.add(one, bytes(short)))._tag, "Refused")
      yield* large.faults.up
      // As a bucket does where `onAccessDenied` is "miss".
      const denied: ObjectStore = {
        ...memories.large,
        load: (name, options) =>
          options?.isCertain === true ? large.store.load(name, options) : Effect.succeed(LoadOutcome.Absent())
      }
      const missing = yield* ObjectStore.makeBySize({ small: memories.small, large: denied, limit: 20 })
      assert.strictEqual(yield* textIn(missing, one), "Absent")
      assert.strictEqual((yield* missing.add(one, bytes(short)))._tag, "Refused")
      assert.strictEqual(yield* textIn(store, one), long)
    }))

  it.effect("know a pointer again that was sent twice", () =>
    Effect.gen(function*() {
      for (const verb of ["add", "replace"] as const) {
        const { memories, small, store } = yield* bySize()
        const before = yield* memories.small.save(one, bytes(short))
        if (verb === "add") yield* memories.small.remove(one)
        yield* small.faults.set([{ fault: Fault.Repeat(), operations: [verb], nth: 1 }])
        const written = verb === "add"
          ? yield* store.add(one, bytes(long))
          : yield* store.replace(one, bytes(long), Option.getOrElse(before, () => ""))
        const found = yield* store.load(one)
        assert.deepStrictEqual(
          written._tag === "Written" ? Option.getOrNull(written.etag) : written._tag,
          found._tag === "Found" ? found.etag : found._tag
        )
        assert.strictEqual(yield* textIn(store, one), long)
      }
    }))

  it.effect("leave a content where nobody knows whether something points to it, and remove it later", () =>
    Effect.gen(function*() {
      const { large, memories, small, store } = yield* bySize()
      yield* store.save(one, bytes(long))
      yield* small.faults.set([{ fault: Fault.LostAnswer({}), operations: ["save"], nth: 1 }])
      yield* Effect.flip(store.save(one, bytes(`${long}2`)))
      assert.strictEqual(yield* textIn(store, one), `${long}2`)
      assert.strictEqual((yield* namesIn(memories.large)).length, 2)
      yield* small.faults.set([{ fault: Fault.Fail({ reason: "AccessDenied" }), operations: ["save"] }])
      yield* Effect.flip(store.save(one, bytes(`${long}3`)))
      assert.strictEqual((yield* namesIn(memories.large)).length, 2)
      yield* small.faults.set([])
      yield* large.faults.set([{ fault: Fault.Fail({ reason: "Unavailable" }), operations: ["remove"] }])
      yield* store.save(one, bytes(short))
      yield* large.faults.set([])
      assert.strictEqual((yield* namesIn(memories.large)).length, 2)
      yield* TestClock.adjust("23 hours")
      assert.deepStrictEqual(yield* store.removeOrphans(), { examined: 2, removed: 0 })
      assert.deepStrictEqual(yield* store.removeOrphans({ olderThan: "1 hour" }), { examined: 2, removed: 2 })
      assert.strictEqual(yield* textIn(store, one), short)
    }))

  it.effect("leave alone what is no content, and every content that something points to", () =>
    Effect.gen(function*() {
      const { memories, store } = yield* bySize()
      yield* store.save(one, bytes(long))
      yield* memories.large.save(`${contentFolder}note`, bytes(short))
      yield* memories.large.save(entryName("another"), bytes(short))
      yield* TestClock.adjust("2 days")
      assert.deepStrictEqual(yield* store.removeOrphans(), { examined: 2, removed: 0 })
      assert.strictEqual(yield* textIn(store, one), long)
    }))

  it.effect("write what is small while the large one is out of reach, and say whose fault it is", () =>
    Effect.gen(function*() {
      const { large, store } = yield* bySize()
      yield* store.save(one, bytes(long))
      yield* large.faults.hold
      const write = yield* Effect.fork(store.save(one, bytes(short)))
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(write)
      assert.strictEqual(yield* textIn(store, one), short)
      yield* large.faults.up
      yield* large.faults.down()
      assert.strictEqual((yield* Effect.flip(store.save(one, bytes(long)))).reason, "Unavailable")
      assert.strictEqual(yield* textIn(store, one), short)
    }))

  it.effect("remove many without waiting for a large store that does not answer", () =>
    Effect.gen(function*() {
      const { large, memories, store } = yield* bySize()
      yield* store.save(one, bytes(long))
      yield* large.faults.hold
      const removing = yield* Effect.fork(store.removeAll([one]))
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(removing)
      yield* large.faults.up
      assert.deepStrictEqual(yield* namesIn(memories.small), [])
    }))

  it.effect("read some bytes, and say what is too large", () =>
    Effect.gen(function*() {
      const { memories } = yield* bySize()
      const large: ObjectStore = { ...memories.large, maxObjectBytes: 200 }
      const store = yield* ObjectStore.makeBySize({ small: memories.small, large, limit: 20 })
      assert.strictEqual(store.maxObjectBytes, 200)
      yield* store.save(one, bytes(long))
      const some = yield* store.load(one, { firstBytes: 7 })
      assert.deepStrictEqual(
        some._tag === "Found" ? [new TextDecoder().decode(some.body.subarray(0, 7)), some.size] : some._tag,
        ["long lo", 100]
      )
      const tooLarge: ObjectStore = {
        ...large,
        load: (name, options) =>
          Effect.map(large.load(name, options), (loaded) =>
            loaded._tag === "Found" ? LoadOutcome.TooLarge({ size: loaded.size, etag: loaded.etag }) : loaded)
      }
      const strict = yield* ObjectStore.makeBySize({ small: memories.small, large: tooLarge, limit: 20 })
      const etag = some._tag === "Found" ? some.etag : ""
      assert.deepStrictEqual(yield* strict.load(one), LoadOutcome.TooLarge({ size: 100, etag }))
    }))

  it.effect("take no content for a pointer", () =>
    Effect.gen(function*() {
      const { memories, store } = yield* bySize(2000)
      const pointer = new Uint8Array(encodePointer(bytes(long), "0".repeat(24)))
      for (const name of [one, "other"]) {
        yield* store.save(name, pointer)
        const loaded = yield* store.load(name)
        assert.deepStrictEqual(loaded._tag === "Found" && new Uint8Array(loaded.body), pointer)
      }
      assert.strictEqual((yield* namesIn(memories.large)).length, 2)
    }))

  it("know damaged pointers", () => {
    const pointer = encodePointer(bytes(long), "0123456789abcdef01234567")
    assert.strictEqual(pointer.length, 768)
    assert.deepInclude(decodePointer(pointer), { generation: "0123456789abcdef01234567", size: 100 })
    for (let at = 0; at < pointer.length; at++) {
      assert.isUndefined(decodePointer(pointer.map((byte, index) => index === at ? byte ^ 4 : byte)))
    }
    assert.isUndefined(decodePointer(pointer.subarray(0, 767)))
    assert.isUndefined(decodePointer(new Uint8Array(768)))
    assert.isUndefined(decodePointer(new Uint8Array(0)))
  })

  it("name contents so that their owners are known", () => {
    const generation = "0123456789abcdef01234567"
    assert.deepStrictEqual(ownerOfContent(contentNameOf(one, generation)), { name: one, generation })
    assert.isUndefined(ownerOfContent(`${contentFolder}${one}`))
    assert.isUndefined(ownerOfContent(one))
    assert.isTrue(mayPoint(one))
    assert.isFalse(mayPoint(`${"a".repeat(230)}/1/${"0".repeat(64)}`))
  })

  for (const [option, value] of [["limit", -1], ["limit", 1.5], ["small", 1], ["large", "s3"], ["near", {}]] as const) {
    it.effect(`do not take ${JSON.stringify(value)} for ${option}`, () =>
      Effect.gen(function*() {
        const store = yield* ObjectStore.makeMemory
        const error = yield* Effect.flip(ObjectStore.makeBySize({ small: store, large: store, [option]: value }))
        assert.instanceOf(error, CacheConfigError)
        assert.strictEqual(error.option, option)
      }))
  }

  it.effect("remove nothing that may be of a write under way", () =>
    Effect.gen(function*() {
      const { store } = yield* bySize()
      for (const olderThan of ["59 minutes", -1, "soon"]) {
        const error = yield* Effect.flip(store.removeOrphans(JSON.parse(JSON.stringify({ olderThan }))))
        assert.instanceOf(error, CacheConfigError)
      }
    }))
})

const Pages = Keyspace.make("pages", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })

const Others = Keyspace.make("others", { key: Schema.Number, value: Schema.String })

describe("a cache over two stores by size", () => {
  it.scoped("has entries that grow and shrink", () =>
    Effect.gen(function*() {
      const { memories, store } = yield* bySize(1000)
      const first = yield* makeS3CacheService(store)
      const second = yield* makeS3CacheService(store, { maxSize: 1 })
      for (const length of [10, 10_000, 20_000, 10, 30_000]) {
        yield* first.set(Pages.key(1), "x".repeat(length), { tags: ["all"] })
        yield* second.set(Others.key(0), "what else is in memory")
        assert.strictEqual((yield* second.get(Pages.key(1))).length, length)
        assert.strictEqual((yield* namesIn(memories.large)).length, length > 1000 ? 1 : 0)
        const [listed] = yield* Stream.runCollect(second.list(Pages))
        assert.isTrue(listed !== undefined && Math.abs(listed.bytes - length) < 1000)
      }
      yield* second.invalidateTag("all")
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(yield* second.getOption(Pages.key(1)), Option.none())
      assert.deepStrictEqual(yield* namesIn(memories.large), [])
      yield* first.set(Pages.key(1), "x".repeat(5000))
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* second.purge(Pages), 1)
      assert.deepStrictEqual(yield* namesIn(memories.large), [])
      yield* first.set(Pages.key(2), "x".repeat(5000))
      yield* first.set(Pages.key(3), "x")
      assert.strictEqual(yield* second.clear(Pages), 2)
      assert.deepStrictEqual(yield* namesIn(memories.large), [])
    }))

  it.scoped("has pointers that say when their entries are over", () =>
    Effect.gen(function*() {
      const { memories, store } = yield* bySize(0)
      const cache = yield* makeS3CacheService(store)
      yield* cache.set(Pages.key(1), "x", { tags: Array.from({ length: 10 }, (_, at) => `tag ${at}`) })
      const [object] = yield* Stream.runCollect(memories.small.list("pages/"))
      const pointer = yield* memories.small.load(object?.name ?? "")
      const body = pointer._tag === "Found" ? pointer.body : new Uint8Array(0)
      assert.strictEqual(body.length, 768)
      const header = Either.getOrThrow(disassembleHeader(body))
      assert.strictEqual(header.expires, 3_600_000)
      assert.strictEqual(
        decodePointer(body)?.head.length,
        decodePointer(encodePointer(body, "0".repeat(24)))?.head.length
      )
    }))

  it.effect("is a layer over two others", () =>
    Effect.gen(function*() {
      yield* S3Cache.set(Pages.key(1), "Ada")
      assert.strictEqual(yield* S3Cache.get(Pages.key(1)), "Ada")
      const check = yield* S3Cache.check
      assert.isTrue(check.isFine, String(check))
    }).pipe(
      Effect.provide(S3Cache.layer({ coordination: "lease" })),
      Effect.provide(
        ObjectStore.layerBySize({ small: ObjectStore.layerMemory(), large: ObjectStore.layerMemory(), limit: 0 })
      )
    ))
})
