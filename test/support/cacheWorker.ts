/**
 * A process of its own that looks keys up through a cache, and computes what nobody has by asking a source over HTTP. It
 * waits for the source's `GET /start` first, so that several start at once, and prints what it came to as one line of
 * JSON.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** What a worker came to. */
export const WorkerReport = Schema.parseJson(Schema.Struct({
  values: Schema.Array(Schema.String),
  computations: Schema.Number,
  awaited: Schema.Number
}))

const Values = Keyspace.make("workers", { key: Schema.String, value: Schema.String })

const get = (url: string) => Effect.scoped(Effect.flatMap(HttpClient.get(url), (response) => response.text))

const program = Effect.gen(function*() {
  const source = yield* Config.string("WORKER_SOURCE")
  const keys = yield* Config.array(Config.string(), "WORKER_KEYS")
  const lookup = yield* S3Cache.memoize(Values, (key) => get(`${source}/compute/${key}`))
  yield* get(`${source}/start`)
  const values = yield* Effect.forEach(keys, lookup, { concurrency: 16 })
  const { computations, leases } = yield* S3Cache.stats
  yield* Console.log(yield* Schema.encode(WorkerReport)({ values, computations, awaited: leases.awaited }))
})

const layer = Effect.gen(function*() {
  return S3Cache.layerS3({
    bucket: yield* Config.string("WORKER_BUCKET"),
    coordination: yield* Config.literal("none", "lease")("WORKER_COORDINATION"),
    leaseTime: yield* Config.duration("WORKER_LEASE_TIME"),
    clientConfig: { endpoint: yield* Config.string("WORKER_ENDPOINT"), forcePathStyle: true }
  })
})

/** The worker's work; where it fails, so does this. */
export const work: Effect.Effect<void, unknown> = Effect.flatMap(layer, (layer) =>
  program.pipe(
    Effect.provide(layer),
    Effect.provide(ClientCacheLive),
    Effect.provide(FetchHttpClient.layer),
    Effect.scoped
  ))
