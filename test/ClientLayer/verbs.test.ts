import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Layer, Option, TestClock } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import {
  ClientCache,
  ClientCacheKey,
  ResourceCache,
  ResourceCacheKey,
  ResourceDefinition
} from "effect-aws-cache/ClientLayer"
import { badKeyOf } from "../support/badKeyOf.js"
import { kindOf } from "../support/majors.js"
import { fetchObject, localS3 } from "./localS3.js"

const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (s3) => ({ s3 }) })

const regions = ["us-west-1", "us-west-2", "eu-west-1"] as const
const [west, west2, europe] = regions

const layer = Layer.provideMerge(
  ResourceCache.layer({ timeToLive: "1 hour" }),
  ClientCache.layer({ timeToLive: "1 hour" })
)

/** The verbs that both caches have alike, on keys by region, and what fills them. */
const caches = {
  ClientCache: {
    keyOf: (region: string) => ClientCacheKey.make(S3Client, { region }),
    fill: (region: string): Effect.Effect<unknown, unknown, ClientCache | ResourceCache> =>
      ClientCache.client(S3Client, { region }),
    over: <A, E>(f: (verbs: Verbs<ClientCacheKey<unknown>>) => Effect.Effect<A, E, ClientCache | ResourceCache>) =>
      Effect.flatMap(ClientCache, f)
  },
  ResourceCache: {
    keyOf: (region: string) => ResourceCacheKey.make(Plain, { region }),
    fill: (region: string): Effect.Effect<unknown, unknown, ClientCache | ResourceCache> =>
      ResourceCache.resource(Plain, { region }),
    over: <A, E>(f: (verbs: Verbs<ResourceCacheKey<unknown>>) => Effect.Effect<A, E, ClientCache | ResourceCache>) =>
      Effect.flatMap(ResourceCache, f)
  }
}

interface Verbs<K> {
  readonly clear: Effect.Effect<number>
  readonly purge: Effect.Effect<number>
  readonly size: Effect.Effect<number>
  readonly limits: Effect.Effect<{ readonly maxSize: number }>
  readonly resize: (limits: { readonly maxSize?: number | undefined }) => Effect.Effect<void, CacheConfigError>
  readonly hasMany: (keys: Iterable<K>) => Effect.Effect<ReadonlyArray<boolean>>
  readonly getMany: (keys: Iterable<K>) => Effect.Effect<ReadonlyArray<Option.Option<unknown>>>
  readonly removeMany: (keys: Iterable<K>) => Effect.Effect<number>
  readonly invalidate: (key: K) => Effect.Effect<void>
  readonly invalidateWhen: (key: K, predicate: (value: unknown) => boolean) => Effect.Effect<boolean>
  readonly expire: (key: K) => Effect.Effect<void>
  readonly timeToLive: (key: K) => Effect.Effect<Duration.Duration, unknown>
  readonly setTimeToLive: (key: K, timeToLive: Duration.DurationInput) => Effect.Effect<void, unknown>
  readonly setExpiresAt: (key: K, millis: number) => Effect.Effect<void, unknown>
  readonly peekEntry: (key: K) => Effect.Effect<Option.Option<{ readonly expiresAt: number; readonly leases: number }>>
  readonly stats: Effect.Effect<{ readonly deleted: number; readonly expired: number; readonly cleared: number }>
}

const verbsOf = <K>(
  name: string,
  { fill, keyOf, over }: {
    readonly keyOf: (region: string) => K
    readonly fill: (region: string) => Effect.Effect<unknown, unknown, ClientCache | ResourceCache>
    readonly over: <A, E>(
      f: (verbs: Verbs<K>) => Effect.Effect<A, E, ClientCache | ResourceCache>
    ) => Effect.Effect<A, E, ClientCache | ResourceCache>
  }
) => {
  const test = <E>(what: string, f: (verbs: Verbs<K>) => Effect.Effect<void, E, ClientCache | ResourceCache>) =>
    it.effect(`${name}: ${what}`, () => Effect.provide(Effect.zipRight(Effect.forEach(regions, fill), over(f)), layer))

  test("clear and removeMany tell how many there were", (cache) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* cache.removeMany([keyOf(west), keyOf("sa-east-1")]), 1)
      assert.deepStrictEqual(yield* cache.hasMany(regions.map(keyOf)), [false, true, true])
      assert.strictEqual(yield* cache.clear, 2)
      assert.strictEqual(yield* cache.clear, 0)
      const { cleared, deleted } = yield* cache.stats
      assert.deepStrictEqual([cleared, deleted], [2, 1])
    }))

  test("invalidate and expire never fail for absence", (cache) =>
    Effect.gen(function*() {
      for (const _ of [1, 2]) {
        yield* cache.invalidate(keyOf(west))
        yield* cache.expire(keyOf(west2))
      }
      assert.deepStrictEqual(yield* cache.hasMany(regions.map(keyOf)), [false, false, true])
      const { deleted, expired } = yield* cache.stats
      assert.deepStrictEqual([deleted, expired], [1, 1])
    }))

  test("invalidateWhen removes what its predicate picks, and nothing when it throws", (cache) =>
    Effect.gen(function*() {
      const [value] = yield* cache.getMany([keyOf(west)])
      const isIt = (other: unknown) => Option.contains(value ?? Option.none(), other)
      assert.isFalse(yield* cache.invalidateWhen(keyOf(west), (other) => !isIt(other)))
      const exit = yield* Effect.exit(cache.invalidateWhen(keyOf(west), () => {
        throw new Error("no")
      }))
      assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "Error: no")
      assert.strictEqual(yield* cache.size, 3)
      assert.isTrue(yield* cache.invalidateWhen(keyOf(west), isIt))
      assert.isFalse(yield* cache.invalidateWhen(keyOf(west), () => true))
      const wrong = yield* Effect.exit(cache.invalidateWhen(keyOf(west), 5 as never))
      assert.include(Exit.isFailure(wrong) ? Cause.pretty(wrong.cause) : "", "predicate is 5")
    }))

  test("getMany gives what there is, in the order of the keys", (cache) =>
    Effect.gen(function*() {
      const found = yield* cache.getMany([keyOf(europe), keyOf("sa-east-1"), keyOf(west)])
      assert.deepStrictEqual(found.map(Option.isSome), [true, false, true])
      yield* badKeyOf(cache.getMany(["no key" as never]))
      yield* badKeyOf(cache.hasMany([keyOf(west), undefined as never]))
      yield* badKeyOf(cache.removeMany([keyOf(west), {} as never]))
      assert.strictEqual(yield* cache.size, 3)
      assert.strictEqual(kindOf(yield* Effect.flip(Effect.sandbox(cache.removeMany("us" as never)))), "Fail")
    }))

  test("limits are what resize says", (cache) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* cache.limits, { maxSize: 10 })
      yield* cache.resize({ maxSize: 1 })
      assert.deepStrictEqual([yield* cache.limits, yield* cache.size], [{ maxSize: 1 }, 1])
      yield* cache.resize({})
      assert.deepStrictEqual(yield* cache.limits, { maxSize: 1 })
      for (const limits of [{ maxSize: -1 }, { maxWeight: 5 }, 5, null]) {
        assert.instanceOf(yield* Effect.flip(cache.resize(limits as never)), CacheConfigError)
      }
      yield* cache.resize({ maxSize: Infinity })
      assert.deepStrictEqual(yield* cache.limits, { maxSize: Infinity })
    }))

  test("times to live are read and set", (cache) =>
    Effect.gen(function*() {
      const key = keyOf(west)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(Duration.toMinutes(yield* cache.timeToLive(key)), 50)
      const entry = Option.getOrThrow(yield* cache.peekEntry(key))
      assert.deepStrictEqual([entry.expiresAt, entry.leases], [60 * 60_000, 0])
      yield* cache.setTimeToLive(key, "1 minute")
      yield* cache.setExpiresAt(keyOf(west2), Infinity)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* cache.hasMany(regions.map(keyOf)), [false, true, false])
      assert.strictEqual(yield* cache.purge, 0)
      assert.propertyVal(yield* Effect.flip(cache.timeToLive(key)), "_tag", "CacheNotFoundError")
      assert.isTrue(Option.isNone(yield* cache.peekEntry(key)))
    }))
}

describe("verbs of caches", () => {
  verbsOf("ClientCache", caches.ClientCache)
  verbsOf("ResourceCache", caches.ResourceCache)

  it.effect("are statics too", () =>
    Effect.gen(function*() {
      const key = ClientCacheKey.make(S3Client, { region: west })
      const s3 = yield* ClientCache.client(S3Client, { region: west })
      assert.deepStrictEqual(yield* ClientCache.getMany([key]), [Option.some(s3)])
      assert.deepStrictEqual(yield* ClientCache.hasMany([key]), [true])
      assert.isTrue(yield* ClientCache.invalidateWhen(key, (client) => client === s3))
      yield* ClientCache.invalidate(key)
      yield* ClientCache.expire(key)
      assert.strictEqual(yield* ClientCache.removeMany([key]), 0)
      assert.deepStrictEqual(yield* ClientCache.limits, { maxSize: 10 })
      assert.strictEqual(yield* ClientCache.purge, 0)
      const other = ResourceCacheKey.make(Plain, { region: west })
      const resource = yield* ResourceCache.resource(Plain, { region: west })
      assert.deepStrictEqual(yield* ResourceCache.getMany([other]), [Option.some(resource)])
      assert.isTrue(yield* ResourceCache.invalidateWhen(other, (it) => it === resource))
      yield* ResourceCache.invalidate(other)
      assert.strictEqual(yield* ResourceCache.clear, 0)
    }).pipe(Effect.provide(layer)))

  it.scoped("a client that is leased works on after it was invalidated, and is drained afterwards", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* Effect.gen(function*() {
        const config = server.config()
        yield* ClientCache.withClient(S3Client, config, (s3) =>
          Effect.gen(function*() {
            yield* fetchObject(s3, "before")
            yield* ClientCache.invalidate(yield* ClientCache.clientKey(S3Client, config))
            yield* fetchObject(s3, "after")
            assert.strictEqual((yield* ClientCache.stats).retired, 1)
          }))
        assert.strictEqual((yield* ClientCache.stats).retired, 0)
        assert.deepStrictEqual([server.executions("before"), server.executions("after")], [1, 1])
      }).pipe(Effect.provide(layer))
    }))
})
