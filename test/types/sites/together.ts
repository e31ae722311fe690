/**
 * Calls among others, where their types are not asked for by themselves.
 */
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
import { Effect, Layer, Schema } from "effect"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { ClientCache, ResourceCache, Session } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"

class Rates extends TtlDict.Service<Rates>()("app/Rates", { key: Schema.String, value: Schema.Number }) {}

const Texts = Keyspace.make("texts", { key: Schema.Number, value: Schema.String })
const key = Texts.key(1)

export const reading = Effect.all([
  S3Cache.get(key),
  S3Cache.getOption(key),
  S3Cache.getOrCompute(key, Effect.succeed("one")),
  S3Cache.refresh(key, Effect.succeed("one")),
  S3Cache.memoize(Texts, (id) => Effect.succeed(`${id}`)),
  S3Cache.has(key),
  S3Cache.modify(key, (text) => Effect.succeed(`${text}!`)),
  Rates.modify("EUR", (rate) => Effect.succeed(rate * 2)),
  Rates.getOrCompute("EUR", Effect.succeed(1.1)),
  Rates.getOption("EUR")
])

export const clearing = Effect.all([
  S3Cache.purge(Texts),
  S3Cache.clear(Texts),
  S3Cache.invalidate(key),
  S3Cache.removeMany([key]),
  Rates.clear,
  Rates.purge
], { discard: true })

export const requests = Effect.all({
  client: ClientCache.client(S3Client),
  region: ClientCache.withClient(S3Client, {}, (s3) => Effect.promise(() => s3.config.region())),
  buckets: ClientCache.send(S3Client, {}, new ListBucketsCommand({})),
  ofSession: Session.send(S3Client, {}, new ListBucketsCommand({}))
}, { concurrency: "unbounded" })

export const made = Effect.all([
  Store.make<string, number>(),
  Store.memoize((text: string) => Effect.succeed(text.length)),
  LeasedStore.make({ acquire: (host: string) => Effect.succeed({ host }) }),
  TtlDict.make<string, number>(),
  S3Cache.make(),
  ClientCache.make(),
  ResourceCache.make(),
  Session.make()
])

export const leasing = Effect.flatMap(
  LeasedStore.make({ acquire: (host: string) => Effect.succeed({ host }) }),
  (pools) =>
    Effect.all([
      pools.use("db-1", ({ host }) => Effect.succeed(host)),
      Effect.map(pools.lease("db-1"), ({ host }) => host),
      pools.refresh("db-1")
    ])
).pipe(Effect.scoped)

export const AppLive = Layer.mergeAll(S3Cache.layerMemory(), TtlDict.layer(), Rates.layer(), Session.layer())

export const cleared = clearing.pipe(Effect.as("cleared"), Effect.provide([S3Cache.layerMemory(), Rates.layer()]))
export const provided = TtlDict.size.pipe(Effect.provide([TtlDict.layer(), ClientCache.layer()]))
