/**
 * The words that users begin with.
 */
import { S3Client } from "@aws-sdk/client-s3"
import { Effect, Layer, Schema } from "effect"
import { CacheExistsError, CacheNotFoundError } from "effect-aws-cache/Cache"
import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache, S3CacheLive } from "effect-aws-cache/S3Store"
import { TtlDict, TtlDictLive } from "effect-aws-cache/Ttl"

export const Greetings = Keyspace.make("greetings", { key: Schema.String, value: Schema.String })

export const key = Greetings.key("en")

export const read = Effect.gen(function*() {
  return yield* S3Cache.get(key)
})

export const written = Effect.gen(function*() {
  yield* S3Cache.add(key, "hello")
  const exists = yield* Effect.flip(S3Cache.add(key, "hello again"))
  const greeting = yield* S3Cache.get(key)
  yield* S3Cache.remove(key)
  const missing = yield* Effect.flip(S3Cache.get(key))
  return [greeting, exists instanceof CacheExistsError, missing instanceof CacheNotFoundError]
}).pipe(Effect.provide(S3Cache.layerMemory()))

export const orElse = read.pipe(
  Effect.catchTag("CacheNotFoundError", () => Effect.succeed("hi")),
  Effect.catchTag("ObjectStoreError", (error) => Effect.succeed(error.reason)),
  Effect.provide(S3Cache.layerMemory())
)

export const sameClient = Effect.gen(function*() {
  const one = yield* ClientCache.client(S3Client, { region: "eu-west-1" })
  const other = yield* ClientCache.client(S3Client, { region: "eu-west-1" })
  return one === other
}).pipe(Effect.provide(ClientCacheLive))

/** What a program gets at its edge. */
export const AppLive = Layer.mergeAll(S3CacheLive, ClientCacheLive, TtlDictLive)

/** The same of a test: one service is real, the others are mocks. */
export const AppTest = Layer.mergeAll(
  S3Cache.layerMemory({ name: "test" }),
  Layer.mock(ClientCache, { size: Effect.succeed(3) }),
  Layer.mock(TtlDict, { has: (word) => Effect.succeed(word === "known") })
)

export const composed = Effect.gen(function*() {
  yield* S3Cache.set(key, "hello")
  return [yield* S3Cache.get(key), yield* ClientCache.size, yield* TtlDict.has("known")] as const
}).pipe(Effect.provide(AppTest))
