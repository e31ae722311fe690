/**
 * A function of AWS Lambda that writes and refreshes in the background, for `lambdaRuntimeMain`. `FREEZE_SETTLE` is how
 * long its answers wait for that; with `FREEZE_HANGS` its layer does not close.
 */
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import * as Lambda from "effect-aws-cache/lambda"
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import process from "node:process"
import { Ahead, Behind, Stale } from "./freezingKeyspaces.js"

const CacheLive = Layer.unwrapEffect(
  Effect.map(
    Config.string("FREEZE_ENDPOINT"),
    (endpoint) => S3Cache.layerS3({ bucket: "freezing", clientConfig: { endpoint, forcePathStyle: true } })
  )
).pipe(Layer.provide(ClientCacheLive))

const ClosingLive = Layer.scopedDiscard(
  Effect.addFinalizer(() =>
    Effect.zipRight(
      Console.log("closed"),
      process.env["FREEZE_HANGS"] === undefined ? Effect.void : Effect.never
    )
  )
)

/** A value that takes its time. */
const computed = (value: number) => Effect.delay(Effect.succeed(value), "3 millis")

export const handler = Lambda.handler(
  ({ key, round }: { readonly key: number; readonly round: number }) =>
    Effect.gen(function*() {
      yield* S3Cache.set(Behind.key(key), round)
      const stale = yield* S3Cache.getOrCompute(Stale.key(key), computed(round))
      const ahead = yield* S3Cache.getOrCompute(Ahead.key(key), computed(round))
      return { stale, ahead }
    }),
  { layer: Layer.provideMerge(CacheLive, ClosingLive), settle: Number(process.env["FREEZE_SETTLE"] ?? 60_000) }
)
