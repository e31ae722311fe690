/**
 * A process that changes numbers in a cache over S3, in four fibers, and tells of each change once it is acknowledged, until
 * it is killed.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { Counted, isRemoval, keyOf, notice } from "./countedNumbers.js"

const program = Effect.gen(function*() {
  const writer = yield* Config.integer("WRITER")
  let next = yield* Config.integer("WRITER_FROM")
  const layer = S3Cache.layerS3({
    bucket: yield* Config.string("WRITER_BUCKET"),
    keyPrefix: yield* Config.string("WRITER_KEY_PREFIX"),
    clientConfig: { endpoint: yield* Config.string("WRITER_ENDPOINT"), forcePathStyle: true },
    notice
  })
  const busy = new Set<string>()
  const one = Effect.suspend(() => {
    const change = next++
    const name = keyOf(writer, change)
    if (busy.has(name)) return Effect.yieldNow()
    busy.add(name)
    const key = Counted.key(name)
    return (isRemoval(change) ? Effect.ignore(S3Cache.remove(key)) : S3Cache.set(key, change)).pipe(
      Effect.map(() => void process.stdout.write(`${change}\n`)),
      Effect.ensuring(Effect.sync(() => busy.delete(name)))
    )
  })
  yield* Effect.provide(Effect.all([1, 2, 3, 4].map(() => Effect.forever(one)), { concurrency: "unbounded" }), layer)
})

NodeRuntime.runMain(Effect.provide(program, ClientCacheLive))
