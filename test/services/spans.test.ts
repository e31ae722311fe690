import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema, Stream } from "effect"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { ClientCache, ResourceCache, ResourceDefinition, Session } from "effect-aws-cache/ClientLayer"
import { Keyspace } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import { readFileSync } from "node:fs"
import { localBucket } from "../ClientLayer/credentialSources.js"
import { makeBucket } from "../S3Store/bucketOf.js"
import { recordedSpans } from "../support/recordedSpans.js"

const page = readFileSync(new URL("../../docs/spans.md", import.meta.url), "utf8")
const documented = [...page.matchAll(/^\| `(effect-aws-cache\.[^`]+)`/gm)].map(([, name]) => name)

const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number })
const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (s3) => ({ s3 }) })
const squares = (keys: ReadonlyArray<number>) => Effect.succeed(keys.map((key) => [key, key * key] as const))

const inMemory = Effect.gen(function*() {
  const store = yield* Store.make<number, number>()
  yield* store.getOrCompute(1, Effect.succeed(1))
  yield* store.getManyOrCompute([2, 3], squares)
  yield* store.modify(1, Effect.succeed)
  const dict = yield* TtlDict.make<number, number>()
  yield* dict.getOrCompute(1, Effect.succeed(1))
  yield* dict.getManyOrCompute([2, 3], squares)
  yield* dict.modify(1, Effect.succeed)
  const leased = yield* LeasedStore.make({ acquire: (key: number) => Effect.succeed(key) })
  yield* leased.use(1, Effect.succeed)
})

const clients = Effect.gen(function*() {
  const bucket = yield* localBucket
  yield* ClientCache.client(S3Client, bucket.config)
  yield* ResourceCache.resource(Plain, bucket.config)
  const session = yield* Session.make({
    region: "eu-central-1",
    credentials: () => Promise.resolve({ accessKeyId: "id", secretAccessKey: "secret" })
  })
  yield* session.getCredentials()
}).pipe(Effect.provide(ResourceCache.layer()), Effect.provide(ClientCache.layer()))

const twoLevels = Effect.gen(function*() {
  const { process, store } = yield* makeBucket()
  const cache = yield* process()
  const key = Numbers.key(1)
  yield* cache.getOrCompute(key, Effect.succeed(1))
  yield* cache.getOption(Numbers.key(9))
  yield* cache.getManyOrCompute(
    [2, 3].map(Numbers.key),
    (keys) => Effect.succeed(keys.map((key) => [key, key.input ** 2] as const))
  )
  yield* cache.add(Numbers.key(4), 4)
  yield* cache.set(key, 2)
  yield* cache.modify(key, (value) => Effect.succeed(value + 1))
  yield* store.replace("spans", new Uint8Array(1), "\"another\"")
  yield* cache.remove(key)
  yield* Stream.runDrain(cache.list(Numbers))
})

describe("spans", () => {
  it.scoped("are called what the documentation says, and no other name is given", () =>
    Effect.gen(function*() {
      const { spans } = yield* recordedSpans(Effect.all([inMemory, clients, twoLevels]))
      yield* Effect.yieldNow()
      const names = new Set(spans.map(({ name }) => name))
      assert.deepStrictEqual([...names].filter((name) => !documented.includes(name)), [])
      assert.deepStrictEqual(documented.filter((name) => !names.has(name ?? "")), [])
    }))

  it.scoped("of acquisitions are called what a store is told", () =>
    Effect.gen(function*() {
      const { spans } = yield* recordedSpans(
        Effect.flatMap(
          LeasedStore.make({ spanName: "pool.connect", acquire: (key: number) => Effect.succeed(key) }),
          (pool) => Effect.zip(Effect.fork(pool.use(1, Effect.succeed)), Effect.fork(pool.use(1, Effect.succeed)))
        ).pipe(Effect.flatMap(([one, other]) => Fiber.joinAll([one, other])))
      )
      assert.deepStrictEqual(spans.map(({ name }) => name), ["pool.connect"])
    }))
})
