/**
 * A process that writes eight entries through a cache over S3 at once, and then reads them again, within
 * `FROZEN_TIMEOUT`; it prints what failed as one line of JSON.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Numbers = Keyspace.make("frozen", { key: Schema.Number, value: Schema.Number })

const eight = Array.from({ length: 8 }, (_, at) => at)

const each = <A, E>(work: (at: number) => Effect.Effect<A, E, S3Cache>) =>
  Effect.forEach(eight, (at) => Effect.either(work(at)), { concurrency: "unbounded" })

const program = Effect.gen(function*() {
  const writes = yield* each((at) => S3Cache.set(Numbers.key(at), at))
  const reads = yield* each((at) => S3Cache.getOption(Numbers.key(at)))
  const { circuit } = yield* S3Cache.stats
  yield* Console.log(JSON.stringify({
    written: writes.filter(Either.isRight).length,
    read: reads.filter((read) => Either.isRight(read) && Option.isSome(read.right)).length,
    circuit
  }))
})

const layer = Effect.gen(function*() {
  const timeout = yield* Config.duration("FROZEN_TIMEOUT")
  return S3Cache.layerS3({
    bucket: "frozen",
    requestTimeout: timeout,
    loadTimeout: timeout,
    saveTimeout: timeout,
    maxSize: 0,
    clientConfig: { endpoint: yield* Config.string("FROZEN_ENDPOINT"), forcePathStyle: true, maxAttempts: 1 }
  })
})

NodeRuntime.runMain(
  Effect.flatMap(layer, (layer) => program.pipe(Effect.provide(layer), Effect.provide(ClientCacheLive)))
)
