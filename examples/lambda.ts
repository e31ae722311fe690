import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Config, Effect, Layer, Schema } from "effect"
import * as Lambda from "effect-aws-cache/lambda"
import { TtlDict } from "effect-aws-cache/Ttl"

// What invocations keep for each other: for a minute, in at most a tenth of the function's memory.
class Rates extends TtlDict.Service<Rates>()("app/Rates", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 minute",
  maxBytes: "10%",
  memoryPressure: true
}) {}

// The execution environment keeps this folder when the process of the function is started anew.
const file = Config.withDefault(Config.string("RATES_FILE"), "/tmp/rates.snapshot")

// What is left of an earlier process is brought back first; without a file the dictionary starts empty.
const restored = Layer.effectDiscard(Effect.flatMap(file, (path) => Rates.restore(path)))

// Something slow.
const fetchRate = (currency: string) => Effect.delay(Effect.succeed(currency.length / 2), "50 millis")

const rateOf = Effect.fn("rateOf")(function*(currency: string) {
  const cached = yield* Rates.has(currency)
  const rate = yield* Rates.getOrCompute(currency, fetchRate(currency))
  // What is worth keeping is written when it is new, not at every invocation.
  if (!cached) yield* Effect.ignoreLogged(Effect.flatMap(file, Rates.snapshot))
  return { rate, cached }
})

// The layer is built once: the dictionary lasts from one invocation to the next.
export const handler = Lambda.handler(
  (event: { readonly currency: string }) => rateOf(event.currency),
  { layer: Layer.provideMerge(restored, Layer.merge(Rates.layer(), NodeFileSystem.layer)) }
)
