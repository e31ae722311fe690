/**
 * Dictionaries of a function.
 */
import { FileSystem } from "@effect/platform"
import { Config, ConfigProvider, Context, Data, Effect, Layer, ManagedRuntime, Schema } from "effect"
import { SyncTtlDict as SmallDict } from "effect-aws-cache/Sync"
import { ByteSize, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"

export const SessionId = Schema.String.pipe(Schema.brand("SessionId"))
export class User extends Schema.Class<User>("User")({ name: Schema.String }) {}

export class Sessions extends TtlDict.Service<Sessions>()("app/Sessions", {
  key: SessionId,
  value: User,
  timeToLive: "30 minutes",
  maxBytes: "16M"
}) {}

export class Rates extends TtlDict.Service<Rates>()("app/Rates", { key: Schema.String, value: Schema.Number }) {}

const id = SessionId.make("s-1")

export const session = Effect.gen(function*() {
  yield* Sessions.set(id, new User({ name: "Ada" }))
  return (yield* Sessions.get(id)).name
}).pipe(Effect.provide(Sessions.layer()))

// A handler: what it remembers lasts from one invocation to the next.

export const runtime = ManagedRuntime.make(Rates.layer({ maxBytes: "1M" }))

export const handler = (currency: string) =>
  runtime.runPromise(Rates.getOrInsert(currency, 1).pipe(Effect.zipRight(Rates.size)))

export const invocations = Effect.promise(async () => {
  const sizes = [await handler("EUR"), await handler("USD")]
  await runtime.dispose()
  return sizes
})

// A computation that needs a service, and may fail.

export class Closed extends Data.TaggedError("Closed")<{ readonly currency: string }> {}
export class Market extends Context.Tag("app/Market")<
  Market,
  { readonly rate: (currency: string) => Effect.Effect<number, Closed> }
>() {}

export const MarketTest = Layer.succeed(Market, {
  rate: (currency) => currency === "EUR" ? Effect.succeed(1.1) : Effect.fail(new Closed({ currency }))
})

export const rateOf = (currency: string) =>
  Rates.getOrCompute(currency, Effect.flatMap(Market, (market) => market.rate(currency)))

export const rates = Effect.gen(function*() {
  const euro = yield* rateOf("EUR")
  const closed = yield* Effect.flip(rateOf("USD"))
  yield* Rates.expire("EUR")
  const removed = yield* Rates.invalidateWhen("EUR", (rate) => rate > 2)
  return [euro, closed._tag, removed]
}).pipe(Effect.provide([Rates.layer(), MarketTest]))

// Failures that are remembered, by their schema.

export class Unlisted extends Schema.TaggedError<Unlisted>()("Unlisted", { currency: Schema.String }) {}

export class Quotes extends TtlDict.Service<Quotes>()("app/Quotes", {
  key: Schema.String,
  value: Schema.Number,
  failure: Unlisted,
  failureTimeToLive: "1 minute"
}) {}

export const quoteOf = (currency: string) =>
  Quotes.getOrCompute(currency, Effect.fail<Unlisted | Closed>(new Unlisted({ currency })))

export const quotes = Effect.gen(function*() {
  const unlisted = yield* Effect.flip(quoteOf("XXX"))
  const again = yield* Effect.flip(Quotes.getOrCompute("XXX", Effect.succeed(1)))
  yield* Quotes.set("EUR", 1)
  return [unlisted._tag, again._tag, yield* Quotes.modify("EUR", (quote) => Effect.succeed(quote * 2))]
}).pipe(Effect.provide(Quotes.layer()))

// Snapshots, limits and statistics.

export const snapshot = Rates.snapshot("rates.json")
export const restored = Rates.restore("rates.json")
export const limits = Rates.limits
export const stats = Rates.stats
export const events = Rates.events

export const restoredNothing = Effect.map(restored, (report) => Object.keys(report).length > 0).pipe(
  Effect.provide([Rates.layer(), FileSystem.layerNoop({})])
)

export const ConfiguredLive = Rates.layerConfig({
  maxBytes: Config.string("MAX_BYTES"),
  maxSize: Config.integer("MAX")
})

export const configured = Effect.flatMap(Rates.limits, ({ maxSize }) => Effect.succeed(maxSize)).pipe(
  Effect.provide(ConfiguredLive),
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["MAX_BYTES", "2M"], ["MAX", "9"]])))
)

// Without Effect.

export const dict = new SyncTtlDict<string, number>({ timeToLive: "5 minutes", maxSize: 100 })
export const small = new SmallDict<string, number>({ maxSize: 10 })
export const lengthOf = (word: string) => dict.getOrCompute(word, (text) => text.length)
export const fetched = (word: string) => dict.fetch(word, async (text) => text.length)
export const bytes = ByteSize.parse("64M", 2 ** 30)

export const counted = Effect.promise(async () => [lengthOf("four"), await fetched("three")])
