/**
 * A process that writes entries of all sizes through a cache over S3, one after another in eight fibers, until it is
 * killed: it sets, adds, removes and computes. `WRITER_SEED` decides what it writes.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { isAlwaysThere, names, nextText, Texts } from "./wholeTexts.js"

const one = Effect.gen(function*() {
  const name = yield* Random.choice(names)
  const key = Texts.key(name)
  const text = yield* nextText(name)
  const work = yield* Random.nextIntBetween(0, isAlwaysThere(name) ? 1 : 4)
  if (work === 0) return yield* S3Cache.set(key, text)
  if (work === 1) return yield* Effect.ignore(S3Cache.remove(key))
  if (work === 2) return yield* Effect.catchTag(S3Cache.add(key, text), "CacheExistsError", () => Effect.void)
  yield* S3Cache.getOrCompute(key, Effect.succeed(text))
})

const program = Effect.gen(function*() {
  const seed = yield* Config.string("WRITER_SEED")
  const layer = S3Cache.layerS3({
    bucket: yield* Config.string("WRITER_BUCKET"),
    keyPrefix: yield* Config.string("WRITER_KEY_PREFIX"),
    clientConfig: { endpoint: yield* Config.string("WRITER_ENDPOINT"), forcePathStyle: true },
    coordination: "lease",
    leaseTime: "1 second",
    maxSize: 0
  })
  const fibers = Array.from(
    { length: 8 },
    (_, at) => Effect.withRandom(Effect.forever(one), Random.make(`${seed} ${at}`))
  )
  yield* Effect.provide(Effect.all(fibers, { concurrency: "unbounded" }), layer)
})

NodeRuntime.runMain(Effect.provide(program, ClientCacheLive))
