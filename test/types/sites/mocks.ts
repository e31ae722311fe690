/**
 * Mocks of one method each.
 */
import { Context, Effect, Layer, Schema } from "effect"
import type { LeasedStore, Store } from "effect-aws-cache/Cache"
import { ClientCache, ResourceCache, Session } from "effect-aws-cache/ClientLayer"
import { Keyspace, LoadOutcome, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"

export class Reports extends S3Cache.Service<Reports>()("app/Reports") {}
export class Rates extends TtlDict.Service<Rates>()("app/Rates", { key: Schema.String, value: Schema.Number }) {}
export class Answers extends Context.Tag("app/Answers")<Answers, Store.Store<string, number>>() {}
export class Pools
  extends Context.Tag("app/Pools")<Pools, LeasedStore.LeasedStore<string, { readonly id: number }>>()
{}

export const Mocks = Layer.mergeAll(
  Layer.mock(S3Cache, { getOption: () => Effect.succeedNone }),
  Layer.mock(Reports, { has: () => Effect.succeed(true) }),
  Layer.mock(ObjectStore, { load: () => Effect.succeed(LoadOutcome.Absent()) }),
  Layer.mock(ClientCache, { size: Effect.succeed(1) }),
  Layer.mock(ResourceCache, { size: Effect.succeed(2) }),
  Layer.mock(Session, { regionName: Effect.succeedSome("eu-west-1") }),
  Layer.mock(TtlDict, { size: Effect.succeed(3) }),
  Layer.mock(Rates, { get: () => Effect.succeed(1.5) }),
  Layer.mock(Answers, { get: () => Effect.succeed(42) }),
  Layer.mock(Pools, { size: Effect.succeed(4) })
)

const Texts = Keyspace.make("texts", { key: Schema.Number, value: Schema.String })

export const mocked = Effect.gen(function*() {
  const answers = yield* Answers
  const pools = yield* Pools
  return [
    yield* S3Cache.getOption(Texts.key(1)),
    yield* Reports.has(Texts.key(1)),
    yield* ClientCache.size,
    yield* ResourceCache.size,
    yield* Session.regionName,
    yield* TtlDict.size,
    yield* Rates.get("EUR"),
    yield* answers.get("a"),
    yield* pools.size
  ] as const
}).pipe(Effect.provide(Mocks))
