/** What boto3-client-cache promises of resources, and the bugs it has there. */
import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, Layer, Option, Schema } from "effect"
import {
  ClientCache,
  ClientCacheKey,
  ClientCacheLive,
  ResourceCache,
  ResourceCacheKey,
  ResourceCacheLive,
  ResourceDefinition
} from "effect-aws-cache/ClientLayer"

const config = { region: "us-west-2" }
const Named = ResourceDefinition.make({
  name: "Named",
  client: S3Client,
  options: Schema.Struct({ name: Schema.String }),
  make: (_client, { name }) => ({ name })
})

const named = (name: string) => ResourceCache.resource(Named, config, { name })
const keyOf = (name: string) => ResourceCacheKey.make(Named, config, { name })
const filled = (...names: ReadonlyArray<string>) => Effect.forEach(names, named)
const isNamed = Schema.is(Schema.Struct({ name: Schema.String }))
const names = Effect.map(ResourceCache.values, (values) => values.filter(isNamed).map(({ name }) => name).join(" "))
const layer = (evictionPolicy: "LRU" | "LFU", maxSize = 3) =>
  Layer.provideMerge(ResourceCache.layer({ evictionPolicy, maxSize }), ClientCacheLive)

describe("keys of resources, as in boto3-client-cache", () => {
  it.effect("equal input, equal keys; None is absent; other input, other keys", () =>
    Effect.gen(function*() {
      const key = ResourceCacheKey.make(Named, { region: "us-west-2", profile: undefined }, { name: "a" })
      assert.isTrue(Equal.equals(key, keyOf("a")))
      assert.isFalse(Equal.equals(key, keyOf("b")))
      assert.match(key.label, /^Named\(region=us-west-2, options=#[0-9a-f]{4}\)$/)
      assert.strictEqual(String(key), key.label)
    }))

  it.effect("the key of a client and the key of a resource are never equal, however alike they are", () =>
    Effect.gen(function*() {
      const S3 = ResourceDefinition.make({ name: "S3Client", client: S3Client, make: (client) => client })
      const resource = ResourceCacheKey.make(S3, config)
      const client = ClientCacheKey.make(S3Client, config)
      assert.strictEqual(String(resource), String(client))
      assert.isFalse(Equal.equals<unknown, unknown>(resource, client))
    }))
})

describe("the cache of resources, as in boto3-client-cache", () => {
  it.effect("10 resources, LRU, when nothing else is said", () =>
    Effect.gen(function*() {
      yield* filled(...Array.from({ length: 11 }, (_, n) => String(n)))
      const { maxSize, size } = yield* ResourceCache.stats
      assert.deepStrictEqual({ maxSize, size }, { maxSize: 10, size: 10 })
      assert.isFalse(yield* ResourceCache.has(keyOf("0")))
    }).pipe(Effect.provide(ResourceCacheLive)))

  it.effect("LRU: get, getOption, resource and leases are uses; peek, has and snapshots are none", () =>
    Effect.gen(function*() {
      yield* filled("a", "b", "c")
      const key = keyOf("a")
      yield* ResourceCache.peek(key)
      yield* ResourceCache.has(key)
      yield* Effect.all([ResourceCache.keys, ResourceCache.values, ResourceCache.entries, ResourceCache.size])
      assert.strictEqual(yield* names, "a b c")
      yield* ResourceCache.get(key)
      assert.strictEqual(yield* names, "b c a")
      yield* ResourceCache.getOption(keyOf("b"))
      assert.strictEqual(yield* names, "c a b")
      yield* Effect.scoped(ResourceCache.leaseKey(keyOf("c")))
      assert.strictEqual(yield* names, "a b c")
      yield* ResourceCache.withResource(Named, config, () => Effect.void, { name: "a" })
      assert.strictEqual(yield* names, "b c a")
    }).pipe(Effect.provide(layer("LRU"))))

  it.effect("LFU: the least often used leaves first, of those the least recently used; clear forgets", () =>
    Effect.gen(function*() {
      yield* filled("a", "b", "c", "a", "c")
      yield* ResourceCache.getOption(keyOf("d"))
      assert.strictEqual(yield* names, "b a c")
      yield* named("d")
      assert.strictEqual(yield* names, "d a c")
      yield* ResourceCache.clear
      yield* filled("a", "d", "d", "c", "c", "e")
      assert.strictEqual(yield* names, "e d c")
    }).pipe(Effect.provide(layer("LFU"))))

  for (const policy of ["LRU", "LFU"] as const) {
    it.effect(`${policy}: popVictim takes the one that would be evicted, until there is none`, () =>
      Effect.gen(function*() {
        yield* filled("a", "b", "a")
        const next = Effect.map(Effect.scoped(ResourceCache.popVictim), Option.map(([key]) => key.label))
        assert.deepStrictEqual(yield* next, Option.some(keyOf("b").label))
        assert.deepStrictEqual(yield* next, Option.some(keyOf("a").label))
        assert.deepStrictEqual(yield* next, Option.none())
      }).pipe(Effect.provide(layer(policy))))

    it.effect(`${policy}: a smaller limit evicts at once, a larger one nobody`, () =>
      Effect.gen(function*() {
        yield* filled("a", "b", "c", "a")
        yield* ResourceCache.resize({ maxSize: 1 })
        assert.strictEqual(yield* names, "a")
        yield* ResourceCache.resize({ maxSize: 2 })
        assert.strictEqual((yield* ResourceCache.stats).maxSize, 2)
        yield* filled("b")
        assert.strictEqual(yield* ResourceCache.size, 2)
      }).pipe(Effect.provide(layer(policy))))

    it.effect(`${policy}: the resource that is asked for is never its own victim`, () =>
      Effect.gen(function*() {
        yield* filled("a", "a", "b", "b")
        assert.strictEqual((yield* named("c")).name, "c")
        assert.isTrue(yield* ResourceCache.has(keyOf("c")))
        yield* ResourceCache.resize({ maxSize: 0 })
        assert.strictEqual((yield* named("d")).name, "d")
        assert.strictEqual(yield* ResourceCache.size, 0)
      }).pipe(Effect.provide(layer(policy, 2))))
  }

  it.effect("the errors speak of resources, not of clients", () =>
    Effect.gen(function*() {
      const key = keyOf("a")
      yield* ResourceCache.add(key, { name: "mine" })
      const there = yield* Effect.flip(ResourceCache.add(key, { name: "other" }))
      assert.strictEqual(there.message, `ResourceCache: there is an entry under ${key.label} already`)
      yield* ResourceCache.remove(key)
      const absent = yield* Effect.flip(ResourceCache.remove(key))
      assert.strictEqual(absent.message, `ResourceCache: there is no entry under ${key.label}`)
    }).pipe(Effect.provide(ResourceCacheLive)))

  it.effect("a policy it does not know is an error that lists those it knows", () =>
    Effect.gen(function*() {
      const options: object = { evictionPolicy: "FIFO" }
      const error = yield* Effect.flip(Effect.provide(
        ResourceCache.size,
        Layer.provide(ResourceCache.layer(options), ClientCacheLive)
      ))
      assert.strictEqual(error._tag, "CacheConfigError")
      assert.include(error.message, "ResourceCache: evictionPolicy is \"FIFO\"")
      assert.include(error.message, "LRU")
      assert.include(error.message, "LFU")
    }))

  it.effect("one resource is one place here and one among the clients, where others share it", () =>
    Effect.gen(function*() {
      yield* filled("a", "b", "c")
      assert.strictEqual(yield* ResourceCache.size, 3)
      assert.strictEqual(yield* ClientCache.size, 1)
    }).pipe(Effect.provide(layer("LRU"))))
})
