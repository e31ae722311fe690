import { S3Client } from "@aws-sdk/client-s3"
import { KeyValueStore } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, TestClock } from "effect"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { ClientCache, ClientCacheLive, ResourceCache, ResourceDefinition, Session } from "effect-aws-cache/ClientLayer"
import { ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import { inspect } from "node:util"
import { sessionEnvironment } from "../ClientLayer/sessionEnvironment.js"

const secret = "planted-secret"
const keys = { accessKeyId: `AKID-${secret}`, secretAccessKey: secret, sessionToken: `token-${secret}` }

const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (s3) => ({ s3 }) })

class Sessions extends TtlDict.Service<Sessions>()("app/Sessions", {
  key: Schema.String,
  value: Schema.Unknown,
  maxSize: 10,
  maxBytes: "1K"
}) {}

const json = (service: unknown): unknown => JSON.parse(JSON.stringify(service))

const texts = (service: object) => ({
  String: String(service),
  template: `${service}`,
  inspect: inspect(service),
  "inspect, deep": inspect({ in: { an: { object: service } } }, { depth: 10 }),
  JSON: JSON.stringify({ service })
})

/** Nothing of the insides of the library or of Effect, no secret, and not much. */
const assertShort = (service: object, ...names: ReadonlyArray<string>) => {
  for (const [how, text] of Object.entries(texts(service))) {
    assert.notMatch(text, /effect_instruction|\[Function|=>|EffectPrimitive/, how)
    assert.notInclude(text, secret, how)
    assert.isBelow(text.length, 2000, how)
    assert.isBelow(text.split("\n").length, 25, how)
    for (const name of names) assert.include(text, name, how)
  }
}

const cached = Layer.provideMerge(
  ResourceCache.layer({ maxSize: 3, evictionPolicy: "LFU" }),
  ClientCache.layer({ maxSize: 5 })
)

describe("a printed cache of clients or resources", () => {
  it.effect("shows its policy, its limit, and its keys, the next victim first", () =>
    Effect.gen(function*() {
      const clients = yield* ClientCache
      assert.strictEqual(String(clients), "ClientCache(LRU, 0 of 5)")
      yield* clients.client(S3Client, { region: "us-west-2", credentials: keys })
      yield* clients.client(S3Client, { region: "eu-west-1" })
      yield* clients.client(S3Client, { region: "us-west-2", credentials: keys })
      const key = (yield* clients.stats).clients[1]?.key ?? ""
      assert.match(key, /^S3Client\(region=us-west-2, credentials=#[0-9a-f]{4}\)$/)
      const line = `ClientCache(LRU, 2 of 5): S3Client(region=eu-west-1), ${key}`
      assert.strictEqual(String(clients), line)
      assert.strictEqual(inspect(clients), line)
      assert.deepStrictEqual(json(clients), {
        _id: "ClientCache",
        name: "ClientCache",
        evictionPolicy: "LRU",
        size: 2,
        maxSize: 5,
        keys: ["S3Client(region=eu-west-1)", key],
        more: 0
      })
      const resources = yield* ResourceCache
      yield* resources.resource(Plain, { region: "eu-west-1" })
      assert.strictEqual(String(resources), "ResourceCache(LFU, 1 of 3): Plain(region=eu-west-1)")
      assert.include(json(resources), { _id: "ResourceCache", evictionPolicy: "LFU", size: 1, maxSize: 3 })
      yield* resources.resize({ maxSize: 8 })
      assert.include(String(resources), "(LFU, 1 of 8)")
      assertShort(clients, "ClientCache", key)
      assertShort(resources, "ResourceCache", "Plain(region=eu-west-1)")
    }).pipe(Effect.provide(cached)))

  it.effect("shows its name, where it has one of its own", () =>
    Effect.gen(function*() {
      assert.strictEqual(String(yield* ClientCache), "ClientCache(tenants, LRU, 0 of Infinity)")
    }).pipe(Effect.provide(ClientCache.layer({ name: "tenants", maxSize: Number.POSITIVE_INFINITY }))))

  it.effect("shows 10 keys at the most, and as many characters as fit on a few lines", () =>
    Effect.gen(function*() {
      const clients = yield* ClientCache
      yield* Effect.forEach(Array.from({ length: 40 }), (_, n) =>
        clients.client(S3Client, { region: "us-west-2", maxAttempts: n }))
      const shown = Array.from({ length: 10 }, (_, n) =>
        `S3Client(region=us-west-2, maxAttempts=${n})`)
      assert.strictEqual(
        String(clients).replace(/^n+\.{3}/, "n"),
        `ClientCache(${"n".repeat(97)}..., LRU, 40 of 40): ${shown.join(", ")}, and 30 more`
      )
      assertShort(clients, "S3Client(region=us-west-2, maxAttempts=0)")
      yield* clients.clear
      yield* Effect.forEach(Array.from({ length: 40 }), (_, n) =>
        clients.client(S3Client, {
          region: "us-west-2",
          endpoint: `https://${"long.".repeat(40)}example.com`,
          maxAttempts: n
        }))
      assert.match(String(clients), /, and 3\d more$/)
      assert.isBelow(String(clients).length, 1100)
      assertShort(clients)
    }).pipe(Effect.provide(ClientCache.layer({ name: "n".repeat(10_000), maxSize: 40 }))))

  it.effect("is not used by it", () =>
    Effect.gen(function*() {
      const clients = yield* ClientCache
      for (const region of ["us-east-1", "us-west-2", "us-east-1"]) yield* clients.client(S3Client, { region })
      const before = yield* clients.stats
      texts(clients)
      assert.deepStrictEqual(yield* clients.stats, before)
      assert.deepStrictEqual((yield* clients.keys).map(String), [
        "S3Client(region=us-west-2)",
        "S3Client(region=us-east-1)"
      ])
    }).pipe(Effect.provide(ClientCache.layer({ evictionPolicy: "LFU" }))))

  it.effect("shows no key that has expired", () =>
    Effect.gen(function*() {
      const clients = yield* ClientCache
      yield* clients.client(S3Client, { region: "us-east-1" })
      yield* TestClock.adjust("1 minute")
      yield* clients.client(S3Client, { region: "us-west-2" })
      yield* TestClock.adjust("4 minutes")
      assert.strictEqual(String(clients), "ClientCache(LRU, 1 of 10): S3Client(region=us-west-2)")
    }).pipe(Effect.provide(ClientCache.layer({ timeToLive: "5 minutes" }))))

  it.effect("has a copy with its operations only", () =>
    Effect.gen(function*() {
      const clients = yield* ClientCache
      assert.notIncludeMembers(Object.keys(clients), ["toString", "toJSON"])
      assert.strictEqual(String({ ...clients }), "[object Object]")
    }).pipe(Effect.provide(ClientCacheLive)))
})

describe("a printed session", () => {
  it.scoped("shows its profile, its region and the keys in its caches", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment({ config: "[profile eu]\nregion = eu-west-1\n" })
      const session = yield* Session.make({ profile: "eu", credentials: keys })
      assert.strictEqual(String(session), "Session(LRU, profile=eu, region=eu-west-1)")
      yield* session.client(S3Client)
      yield* session.resource(Plain, {}, {}, { evictionPolicy: "LFU", maxSize: 4 })
      const line = "Session(LRU, profile=eu, region=eu-west-1): client.LRU(1 of 10): "
        + "S3Client(region=eu-west-1, profile=eu); client.LFU(1 of 10): S3Client(region=eu-west-1, profile=eu); "
        + "resource.LFU(1 of 4): Plain(region=eu-west-1, profile=eu)"
      assert.strictEqual(String(session), line)
      assert.strictEqual(inspect(session), line)
      assert.deepInclude(json(session), {
        _id: "Session",
        name: "Session",
        evictionPolicy: "LRU",
        profile: "eu",
        region: "eu-west-1"
      })
      assertShort(session, "Session", "Plain(region=eu-west-1, profile=eu)")
      assert.strictEqual(
        inspect(session.caches.client.LRU),
        "ClientCache(Session.client.LRU, LRU, 1 of 10): S3Client(region=eu-west-1, profile=eu)"
      )
    }))

  it.scoped("is short, however full its caches are", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const session = yield* Session.make({
        name: "n".repeat(1000),
        region: "us-west-2",
        credentials: keys,
        maxSize: 15
      })
      const endpoint = `https://${"long.".repeat(40)}example.com`
      for (const evictionPolicy of ["LRU", "LFU"] as const) {
        yield* Effect.forEach(Array.from({ length: 15 }), (_, maxAttempts) =>
          session.resource(Plain, { endpoint, maxAttempts }, {}, { evictionPolicy }))
      }
      assert.include(String(session), "resource.LFU(15 of 15): Plain(region=us-west-2, endpoint=https://long.long.")
      assertShort(session)
    }))

  it.scoped("without a region shows none", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      assert.strictEqual(String(yield* Session.make()), "Session(LRU, profile=default)")
    }))
})

describe("a printed store", () => {
  it.scoped("shows its policy, its sizes and its limits, but neither keys nor values", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, unknown>({ maxSize: 7, evictionPolicy: "W-TinyLFU" })
      yield* store.set(secret, { secret })
      assert.deepStrictEqual(json(store), {
        _id: "Store",
        name: "Store",
        evictionPolicy: "W-TinyLFU",
        maxSize: 7,
        maxWeight: null,
        size: 1,
        weight: 1
      })
      const leased = yield* LeasedStore.make({
        name: "pools",
        acquire: (key: string) => Effect.succeed({ key }),
        maxWeight: 10,
        weigher: () => 3
      })
      yield* leased.use(secret, () => Effect.void)
      assert.deepStrictEqual(json(leased), {
        _id: "LeasedStore",
        name: "pools",
        evictionPolicy: "LRU",
        maxSize: 100,
        maxWeight: 10,
        size: 1,
        weight: 3
      })
      const dict = yield* TtlDict.make<string, unknown>({ maxSize: 5, maxBytes: 1000, timeToLive: "1 minute" })
      yield* dict.set(secret, { secret })
      const byteSize = yield* dict.byteSize
      const limits = { evictionPolicy: "LRU", timeToLive: 60_000, maxBytes: 1000, maxSize: 5 }
      assert.deepStrictEqual(json(dict), { _id: "TtlDict", name: "TtlDict", ...limits, byteSize, size: 1 })
      assertShort(store, "Store", "maxSize")
      assertShort(leased, "LeasedStore", "pools", "maxSize")
      assertShort(dict, "TtlDict", "maxSize", "size")
    }))

  it.effect("does so as a service with schemas, too", () =>
    Effect.gen(function*() {
      yield* Sessions.set(secret, secret)
      const sessions = yield* Sessions
      assert.include(json(sessions), { _id: "TtlDict", name: "app/Sessions", maxSize: 10, maxBytes: 1024, size: 1 })
      assertShort(sessions, "app/Sessions", "size")
    }).pipe(Effect.provide(Sessions.layer())))

  it.scoped("keeps what has expired until it is asked for otherwise, in its place", () =>
    Effect.gen(function*() {
      const removed: Array<string> = []
      const onRemoval = (key: string) => removed.push(key)
      const store = yield* Store.make<string, number>({ maxSize: 3, timeToLive: "1 second", onRemoval })
      for (const key of ["a", "b", "c", "a"]) yield* store.getOrCompute(key, Effect.succeed(1))
      const before = yield* store.stats
      texts(store)
      assert.deepStrictEqual(yield* store.stats, before)
      assert.deepStrictEqual(yield* store.keys, ["b", "c", "a"])
      yield* TestClock.adjust("1 second")
      texts(store)
      assert.deepStrictEqual(removed, [])
      yield* store.purge
      assert.sameMembers(removed, ["a", "b", "c"])
      assert.include(json(store), { size: 0 })
    }))

  it.scoped("is short, whatever its name is", () =>
    Effect.gen(function*() {
      const name = "n".repeat(10_000)
      assertShort(yield* Store.make({ name }))
      assertShort(yield* LeasedStore.make({ name, acquire: () => Effect.void }))
      assertShort(yield* TtlDict.make({ name }))
      assertShort(yield* Effect.provide(S3Cache, S3Cache.layerMemory({ name })))
    }))
})

describe("a printed second level", () => {
  it.scoped("shows where it is, with or without a cache over it", () =>
    Effect.gen(function*() {
      const s3 = { send: () => Promise.reject(new Error(secret)) }
      const layers = {
        "s3://bucket/folder/": ObjectStore.layerS3Client(s3, { bucket: "bucket", keyPrefix: "folder/" }),
        memory: ObjectStore.layerMemory(),
        "/tmp": Layer.provide(ObjectStore.layerFileSystem({ directory: "/tmp" }), NodeContext.layer),
        "key-value store": Layer.provide(ObjectStore.layerKeyValueStore(), KeyValueStore.layerMemory)
      }
      for (const [description, layer] of Object.entries(layers)) {
        yield* Effect.gen(function*() {
          assertShort(yield* ObjectStore, "ObjectStore", description)
          assertShort(yield* S3Cache, "S3Cache", description)
        }).pipe(Effect.provide(Layer.provideMerge(S3Cache.layer(), layer)))
      }
    }))
})

describe("a printed tag", () => {
  it("shows its key", () => {
    for (const tag of [ClientCache, ResourceCache, Session, ObjectStore, S3Cache, TtlDict]) assertShort(tag, tag.key)
    assertShort(Sessions, "app/Sessions")
  })
})
