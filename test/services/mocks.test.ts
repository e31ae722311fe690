import { S3Client } from "@aws-sdk/client-s3"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Exit, Layer, Option, Schema, Stream } from "effect"
import { CacheNotFoundError, type LeasedStore, type Store } from "effect-aws-cache/Cache"
import {
  ClientBuildError,
  ClientCache,
  ClientCacheKey,
  ResourceCache,
  ResourceDefinition,
  Session,
  SessionCaches,
  type SessionService
} from "effect-aws-cache/ClientLayer"
import { Keyspace, LoadOutcome, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"

class Answers extends Context.Tag("app/Answers")<Answers, Store.Store<string, number>>() {}
class Pools extends Context.Tag("app/Pools")<Pools, LeasedStore.LeasedStore<string, { readonly id: number }>>() {}
class Rates extends TtlDict.Service<Rates>()("app/Rates", { key: Schema.String, value: Schema.Number }) {}

const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (s3) => ({ s3 }) })
const Needy = ResourceDefinition.make({
  name: "Needy",
  client: S3Client,
  options: Schema.Struct({ bucket: Schema.String }),
  make: (s3, { bucket }) => ({ s3, bucket })
})
const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number })
const refused = new ClientBuildError({
  cache: "mock",
  key: "S3Client()",
  reason: "Constructor",
  detail: "the test says so"
})

// Every layer here is a mock of one method (or of none): that these lines compile is the test.
const mocks = {
  ClientCache: Layer.mock(ClientCache, { size: Effect.succeed(7) }),
  ResourceCache: Layer.mock(ResourceCache, { size: Effect.succeed(7) }),
  Session: Layer.mock(Session, { regionName: Effect.succeedSome("us-west-2") }),
  ObjectStore: Layer.mock(ObjectStore, { load: () => Effect.succeed(LoadOutcome.Absent()) }),
  S3Cache: Layer.mock(S3Cache, { getOption: () => Effect.succeedNone }),
  TtlDict: Layer.mock(TtlDict, { size: Effect.succeed(7) }),
  Rates: Layer.mock(Rates, { get: () => Effect.succeed(1.5) }),
  Answers: Layer.mock(Answers, { get: () => Effect.succeed(42) }),
  Pools: Layer.mock(Pools, { size: Effect.succeed(7) })
}

// Each method that a test is likely to want alone, generic ones and those with options at the end included.
export const mocksOfOthers = [
  Layer.mock(ClientCache, {}),
  Layer.mock(ClientCache, { client: () => Effect.fail(refused) }),
  Layer.mock(ClientCache, { lease: () => Effect.fail(refused) }),
  Layer.mock(ClientCache, { withClient: () => Effect.fail(refused) }),
  Layer.mock(ClientCache, { send: () => Effect.fail(refused) }),
  Layer.mock(ClientCache, { send: () => Effect.fail(refused) }),
  Layer.mock(ClientCache, { get: (key) => new CacheNotFoundError({ cache: "mock", key: key.label }) }),
  Layer.mock(ClientCache, { events: Stream.empty }),
  Layer.mock(ResourceCache, {}),
  Layer.mock(ResourceCache, { resource: () => Effect.fail(refused) }),
  Layer.mock(ResourceCache, { lease: () => Effect.fail(refused) }),
  Layer.mock(ResourceCache, { withResource: () => Effect.fail(refused) }),
  Layer.mock(Session, {}),
  Layer.mock(Session, { client: () => Effect.fail(refused) }),
  Layer.mock(Session, { withClient: () => Effect.fail(refused) }),
  Layer.mock(Session, { send: () => Effect.fail(refused) }),
  Layer.mock(Session, { credentialProvider: Effect.die("none") }),
  Layer.mock(Session, { send: () => Effect.fail(refused) }),
  Layer.mock(Session, { resource: () => Effect.fail(refused) }),
  Layer.mock(Session, { leaseResource: () => Effect.fail(refused) }),
  Layer.mock(Session, { withResource: () => Effect.fail(refused) }),
  Layer.mock(Session, { getCredentials: () => Effect.succeedNone }),
  Layer.mock(Session)({ reload: Effect.void }),
  Layer.mock(ObjectStore, {}),
  Layer.mock(ObjectStore, { list: () => Stream.empty }),
  Layer.mock(S3Cache, {}),
  Layer.mock(S3Cache, { clear: () => Effect.succeed(0) }),
  Layer.mock(TtlDict, {}),
  Layer.mock(TtlDict, { getOption: () => Effect.succeedNone }),
  Layer.mock(Answers, {}),
  Layer.mock(Answers, { getOrCompute: (_key, compute) => compute }),
  Layer.mock(Pools, {}),
  Layer.mock(Pools, { use: (_key, f) => f({ id: 1 }) })
]

/** What is not mocked dies, and says which method of which service it is. */
const assertDies = (effect: Effect.Effect<unknown, unknown>, message: string) =>
  Effect.map(Effect.exit(effect), (exit) => {
    assert.isTrue(Exit.isFailure(exit))
    const defect = Option.getOrThrow(Exit.isFailure(exit) ? Cause.dieOption(exit.cause) : Option.none())
    assert.include(String(defect), message)
  })

describe("Layer.mock", () => {
  it.effect("gives what it was given", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Effect.provide(ClientCache.size, mocks.ClientCache), 7)
      assert.strictEqual(yield* Effect.provide(ResourceCache.size, mocks.ResourceCache), 7)
      assert.deepStrictEqual(yield* Effect.provide(Session.regionName, mocks.Session), Option.some("us-west-2"))
      assert.deepStrictEqual(yield* Effect.provide(S3Cache.getOption(Numbers.key(1)), mocks.S3Cache), Option.none())
      assert.strictEqual(yield* Effect.provide(TtlDict.size, mocks.TtlDict), 7)
      assert.strictEqual(yield* Effect.provide(Rates.get("EUR"), mocks.Rates), 1.5)
      assert.strictEqual(yield* Effect.provide(Effect.flatMap(Answers, (it) => it.get("life")), mocks.Answers), 42)
      assert.strictEqual(yield* Effect.provide(Effect.flatMap(Pools, (it) => it.size), mocks.Pools), 7)
    }))

  const dying: Readonly<Record<string, Effect.Effect<unknown, unknown>>> = {
    "effect-aws-cache/ClientCache: Unimplemented method \"client\"": Effect.provide(
      ClientCache.client(S3Client, {}),
      mocks.ClientCache
    ),
    "effect-aws-cache/ClientCache: Unimplemented method \"lease\"": Effect.provide(
      Effect.scoped(ClientCache.lease(S3Client, {})),
      mocks.ClientCache
    ),
    "effect-aws-cache/ClientCache: Unimplemented method \"peek\"": Effect.provide(
      ClientCache.peek(ClientCacheKey.make(S3Client, { region: "us-west-2" })),
      mocks.ClientCache
    ),
    "effect-aws-cache/ClientCache: Unimplemented method \"stats\"": Effect.provide(
      ClientCache.stats,
      mocks.ClientCache
    ),
    "effect-aws-cache/ResourceCache: Unimplemented method \"resource\"": Effect.provide(
      ResourceCache.resource(Needy, {}, { bucket: "b" }),
      mocks.ResourceCache
    ),
    "effect-aws-cache/ResourceCache: Unimplemented method \"keys\"": Effect.provide(
      ResourceCache.keys,
      mocks.ResourceCache
    ),
    "effect-aws-cache/Session: Unimplemented method \"withResource\"": Effect.provide(
      Session.withResource(Plain, {}, Effect.succeed),
      mocks.Session
    ),
    "effect-aws-cache/Session: Unimplemented method \"getCredentials\"": Effect.provide(
      Session.getCredentials(),
      mocks.Session
    ),
    "effect-aws-cache/Session: Unimplemented method \"caches\"": Effect.provide(Session.caches, mocks.Session),
    "effect-aws-cache/ObjectStore: Unimplemented method \"list\"": Effect.provide(
      Effect.flatMap(ObjectStore, (store) => Stream.runDrain(store.list(""))),
      mocks.ObjectStore
    ),
    "effect-aws-cache/S3Cache: Unimplemented method \"invalidateTag\"": Effect.provide(
      S3Cache.invalidateTag("tag"),
      mocks.S3Cache
    ),
    "effect-aws-cache/TtlDict: Unimplemented method \"set\"": Effect.provide(TtlDict.set("a", 1), mocks.TtlDict),
    "app/Rates: Unimplemented method \"stats\"": Effect.provide(Rates.stats, mocks.Rates),
    "app/Answers: Unimplemented method \"clear\"": Effect.provide(
      Effect.flatMap(Answers, (it) => it.clear),
      mocks.Answers
    ),
    "app/Pools: Unimplemented method \"lease\"": Effect.provide(
      Effect.scoped(Effect.flatMap(Pools, (it) => it.lease("a"))),
      mocks.Pools
    )
  }
  for (const [message, effect] of Object.entries(dying)) {
    it.effect(`dies with: ${message}`, () => assertDies(effect, message))
  }

  it.effect("of a session gives its caches to the layers over it", () =>
    Effect.gen(function*() {
      const cached = (layer: Layer.Layer<Session>) =>
        Effect.provide(ClientCache.size, Layer.provide(Session.layerClientCache("LFU"), layer))
      yield* assertDies(cached(mocks.Session), "effect-aws-cache/Session: Unimplemented method \"caches\"")
      const client = yield* Effect.provide(ClientCache, mocks.ClientCache)
      const resource = yield* Effect.provide(ResourceCache, mocks.ResourceCache)
      const caches: SessionService["caches"] = new SessionCaches({
        client: { LRU: client, LFU: client },
        resource: { LRU: resource, LFU: resource }
      })
      assert.strictEqual(yield* caches, caches)
      assert.strictEqual(yield* cached(Layer.mock(Session, { caches })), 7)
    }))

  it.effect("of a second level is one for a cache: what may be absent is, the rest dies", () =>
    Effect.gen(function*() {
      const saved: Array<string> = []
      const layer = Layer.mock(ObjectStore, {
        load: () => Effect.succeed(LoadOutcome.Absent()),
        save: (name) => Effect.sync(() => saved.push(name)).pipe(Effect.as(Option.none()))
      })
      yield* Effect.gen(function*() {
        assert.strictEqual(yield* S3Cache.getOrCompute(Numbers.key(1), Effect.succeed(1)), 1)
        yield* S3Cache.set(Numbers.key(2), 2)
        assert.strictEqual(yield* S3Cache.get(Numbers.key(2)), 2)
        assert.strictEqual(saved.length, 2)
        assert.match(`${yield* S3Cache}`, /"over": "second level\/"/)
        yield* assertDies(Stream.runDrain(yield* Effect.map(S3Cache, (it) => it.list(Numbers))), "method \"list\"")
      }).pipe(Effect.provide(Layer.provide(S3Cache.layer(), layer)))
      yield* Effect.gen(function*() {
        yield* Effect.flatMap(KeyValueStore.KeyValueStore, (store) => store.set("a", "b"))
        assert.strictEqual(saved.length, 3)
      }).pipe(Effect.provide(Layer.provide(ObjectStore.layerToKeyValueStore(), layer)))
    }))

  it.effect("of a second level is described as it says", () =>
    Effect.gen(function*() {
      const described = Layer.provide(S3Cache.layer(), Layer.mock(ObjectStore, { description: "mocked/" }))
      assert.match(`${yield* Effect.provide(S3Cache, described)}`, /"over": "mocked\/"/)
      yield* assertDies(
        Effect.provide(S3Cache.check, described),
        "effect-aws-cache/ObjectStore: Unimplemented method \"save\""
      )
    }))
})
