/**
 * What is compared: getting a client from the cache, leased or not, building one, and leasing something as cheaply as a
 * fiber can. Nothing here reaches the network.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3Client } from "@aws-sdk/client-s3"
import { ClientCache, ClientCacheKey, type ClientCacheService } from "effect-aws-cache/ClientLayer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { OperationSubject } from "./Operation.js"
import { bareUse } from "./store.js"

const region = { region: "us-west-2" }
const full = {
  region: "us-west-2",
  endpoint: "http://127.0.0.1:9000",
  forcePathStyle: true,
  maxAttempts: 5,
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" }
}

const build = (name: string, make: () => { readonly destroy: () => void }): OperationSubject => ({
  name,
  ours: false,
  setUp: () => Effect.succeed(() => Effect.sync(() => make().destroy()))
})

const cached = (
  name: string,
  operation: (cache: ClientCacheService) => Effect.Effect<unknown, unknown>
): OperationSubject => ({
  name,
  ours: true,
  setUp: () =>
    Effect.gen(function*() {
      const cache = Context.get(yield* Layer.build(ClientCache.layer()), ClientCache)
      // The first one builds the client.
      yield* operation(cache)
      return () => operation(cache)
    })
})

// It runs something: what has nothing to run needs no lease.
const use = Effect.sync(() => {})
const used = () => use

/** All of them, in the order of the table. */
export const subjects: ReadonlyArray<OperationSubject> = [
  build("new S3Client(region)", () => new S3Client(region)),
  build("new S3Client(full)", () => new S3Client(full)),
  build("new DynamoDBClient(region)", () => new DynamoDBClient(region)),
  cached("ClientCache.client(S3Client, region)", (cache) => cache.client(S3Client, region)),
  cached("ClientCache.client(S3Client, full)", (cache) => cache.client(S3Client, full)),
  cached("ClientCache.client(S3Client, region), a new object", (cache) => cache.client(S3Client, { ...region })),
  cached(
    "ClientCache.client(S3Client, full), new objects",
    (cache) => cache.client(S3Client, { ...full, credentials: { ...full.credentials } })
  ),
  cached("ClientCache.client(DynamoDBClient, region)", (cache) => cache.client(DynamoDBClient, region)),
  {
    name: "ClientCache.get(key)",
    ours: true,
    setUp: () =>
      Effect.gen(function*() {
        const cache = Context.get(yield* Layer.build(ClientCache.layer()), ClientCache)
        const key = ClientCacheKey.make(S3Client, full)
        yield* cache.client(S3Client, full)
        return () => cache.get(key)
      })
  },
  {
    name: bareUse,
    ours: false,
    setUp: () =>
      Effect.sync(() => {
        const entry = { client: new S3Client(region), leases: 0 }
        const acquire = Effect.sync(() => {
          entry.leases++
          return entry
        })
        return () =>
          Effect.acquireUseRelease(acquire, used, (leased) =>
            Effect.sync(() => {
              leased.leases--
            }))
      })
  },
  cached("ClientCache.withClient(S3Client, region)", (cache) => cache.withClient(S3Client, region, used)),
  cached(
    "ClientCache.withClient(S3Client, region), a new object",
    (cache) => cache.withClient(S3Client, { ...region }, used)
  ),
  cached("ClientCache.withClient(S3Client, full)", (cache) => cache.withClient(S3Client, full, used)),
  cached("ClientCache.lease(S3Client, region), scoped", (cache) => Effect.scoped(cache.lease(S3Client, region)))
]
