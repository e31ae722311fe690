import { Console, Effect, Layer, Schema } from "effect"
import { CacheNotFoundError } from "effect-aws-cache/Cache"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import assert from "node:assert/strict"

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })

// What is to be tested.
const greet = (id: number) =>
  S3Cache.get(Names.key(id)).pipe(
    Effect.map((name) => `Hello, ${name}`),
    Effect.catchTag("CacheNotFoundError", () => Effect.succeed("Hello, stranger"))
  )

// A whole cache in memory: no bucket, no network.
const withMemory = Effect.gen(function*() {
  yield* S3Cache.set(Names.key(1), "Ada")
  yield* Console.log(`greeting: ${yield* greet(1)}`)
}).pipe(Effect.provide(S3Cache.layerMemory()))

// Or a mock of what the test needs: whatever else is called is a defect.
const withMock = Effect.gen(function*() {
  assert.equal(yield* greet(1), "Hello, stranger")
}).pipe(Effect.provide(Layer.mock(S3Cache, { get: () => new CacheNotFoundError({ cache: "mock", key: "1" }) })))

Effect.runPromise(Effect.zipRight(withMemory, withMock))
