import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Option, Schema, TestClock, type Tracer } from "effect"
import { LeasedStore, Store, type Tracing } from "effect-aws-cache/Cache"
import { ClientCache, ResourceCache, ResourceDefinition, Session } from "effect-aws-cache/ClientLayer"
import { Keyspace } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { recordedSpans } from "../support/recordedSpans.js"

const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number, timeToLive: "1 minute" })
const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (s3) => ({ s3 }) })

const lookupsIn = (spans: ReadonlyArray<Tracer.Span>) => spans.filter(({ name }) => name === "cache.get")

/** The lookups of something done within a span: where each value was from, or that there was none. */
const tiersOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(
    recordedSpans(Effect.withSpan(Effect.exit(effect), "work")),
    ({ spans }) =>
      lookupsIn(spans).map(({ attributes }) =>
        `${attributes.get("cache.hit") === true ? "hit" : "miss"} ${attributes.get("cache.tier") ?? "nowhere"}`
      )
  )

const storeOf = (tracing: Tracing) =>
  Store.make<number, number>({
    name: "numbers",
    tracing,
    timeToLive: "1 minute",
    staleWhileRevalidate: "1 minute",
    staleIfError: "1 hour"
  })

describe("spans of lookups", () => {
  for (
    const [tracing, expected] of [
      ["all", ["miss nowhere", "miss computed", "hit memory", "hit memory"]],
      ["misses", ["miss nowhere", "miss computed"]],
      ["none", []]
    ] as const
  ) {
    it.scoped(`of ${tracing === "all" ? "all of them" : tracing}`, () =>
      Effect.gen(function*() {
        const store = yield* storeOf(tracing)
        const tiers = yield* tiersOf(Effect.gen(function*() {
          yield* store.getOption(1)
          yield* store.getOrCompute(1, Effect.succeed(1))
          yield* store.getOrCompute(1, Effect.succeed(1))
          yield* store.get(1)
        }))
        assert.deepStrictEqual(tiers, [...expected])
      }))
  }

  it.scoped("are parts of the span they are made in, and what is computed is linked to them", () =>
    Effect.gen(function*() {
      const store = yield* storeOf("all")
      const { spans } = yield* recordedSpans(
        Effect.zipRight(
          store.getOrCompute(1, Effect.succeed(1)).pipe(Effect.withSpan("work")),
          // In no span there is none.
          store.get(1)
        )
      )
      const [work, lookup, compute] = spans
      assert.deepStrictEqual(spans.map(({ name }) => name), ["work", "cache.get", "effect-aws-cache.Store.compute"])
      assert.strictEqual(lookup && Option.getOrUndefined(lookup.parent)?.spanId, work?.spanId)
      assert.deepStrictEqual(compute?.links.map(({ span }) => span.spanId), [lookup?.spanId])
      for (const { status } of spans) assert.strictEqual(status._tag, "Ended")
    }))

  it.scoped("are none where Effect's own tracer is, which tells nobody", () =>
    Effect.gen(function*() {
      const store = yield* storeOf("all")
      const parent = yield* store.getOrCompute(1, Effect.map(Effect.currentSpan, ({ links }) => links.length)).pipe(
        Effect.withSpan("work")
      )
      assert.strictEqual(parent, 1)
      const inside = yield* store.modify(1, () => Effect.succeed(2)).pipe(
        Effect.zipRight(store.get(1)),
        Effect.zipRight(Effect.currentSpan),
        Effect.withSpan("work")
      )
      assert.strictEqual(inside.name, "work")
    }))

  it.scoped("tell what is stale, and how a computation failed", () =>
    Effect.gen(function*() {
      const store = yield* storeOf("all")
      const fails = store.getOrCompute(1, Effect.fail("no"))
      yield* store.set(1, 1)
      yield* TestClock.adjust("90 seconds")
      assert.deepStrictEqual(yield* tiersOf(fails), ["hit stale"])
      yield* TestClock.adjust("90 seconds")
      assert.deepStrictEqual(yield* tiersOf(fails), ["miss stale"])
      assert.deepStrictEqual(yield* tiersOf(store.getOrCompute(2, Effect.fail("no"))), ["miss nowhere"])
      const { spans } = yield* recordedSpans(
        Effect.withSpan(Effect.exit(store.getOrCompute(2, Effect.fail("no"))), "work")
      )
      const [{ status } = { status: undefined }] = lookupsIn(spans)
      assert.isTrue(status?._tag === "Ended" && Exit.isFailure(status.exit))
    }))

  it.scoped("say the key only on demand, and no more of it than messages do", () =>
    Effect.gen(function*() {
      for (const keys of [false, true]) {
        const store = yield* Store.make<string, number>({ tracing: { lookups: "all", keys } })
        const { spans } = yield* recordedSpans(Effect.withSpan(store.getOption("k".repeat(1000)), "work"))
        const [lookup] = lookupsIn(spans)
        const told = lookup?.attributes.get("cache.key")
        if (!keys) assert.isUndefined(told)
        else {
          assert.isArray(told)
          assert.isAtMost(String(told).length, 210)
        }
        assert.strictEqual(lookup?.attributes.get("cache.name"), "Store")
        assert.strictEqual(lookup?.attributes.get("cache.operation"), "get")
      }
    }))

  it.scoped("of dictionaries say how many bytes an entry has", () =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, string>({ tracing: "all" })
      yield* dict.set("a", "abc")
      const { result, spans } = yield* recordedSpans(
        Effect.withSpan(Effect.zipRight(dict.getOption("b"), Effect.zipRight(dict.get("a"), dict.byteSize)), "work")
      )
      assert.deepStrictEqual(lookupsIn(spans).map(({ attributes }) => attributes.get("cache.item_size")), [
        undefined,
        result
      ])
      assert.deepStrictEqual(yield* tiersOf(dict.getOrCompute("c", Effect.succeed("c"))), ["miss computed"])
    }))

  it.scoped("of leased values, clients and resources", () =>
    Effect.gen(function*() {
      const leased = yield* LeasedStore.make({ tracing: "all", acquire: (key: number) => Effect.succeed(key) })
      const used = Effect.all([
        leased.useOption(1, Effect.succeed),
        leased.use(1, Effect.succeed),
        leased.use(1, Effect.succeed),
        Effect.scoped(leased.lease(1)),
        leased.refresh(1)
      ])
      assert.deepStrictEqual(yield* tiersOf(used), ["miss nowhere", "miss computed", "hit memory", "hit memory"])

      const config = { region: "us-east-1" }
      const clients = Effect.all([
        ClientCache.client(S3Client, config),
        ClientCache.client(S3Client, config),
        ResourceCache.resource(Plain, config)
      ]).pipe(
        Effect.provide(ResourceCache.layer({ tracing: "all" })),
        Effect.provide(ClientCache.layer({ tracing: "all" }))
      )
      // The resource looks for its client.
      assert.deepStrictEqual(yield* tiersOf(clients), ["miss computed", "hit memory", "miss computed", "hit memory"])
      const session = yield* Session.make({ region: "eu-central-1", tracing: { lookups: "misses" } })
      const asked = Effect.all([session.client(S3Client, {}), session.client(S3Client, {})])
      assert.deepStrictEqual(yield* tiersOf(asked), ["miss computed"])
    }))

  it.scoped("of two levels", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      const make = makeS3CacheService(store, {
        tracing: { lookups: "all", keys: true },
        staleWhileRevalidate: "1 minute"
      })
      const [here, there] = [yield* make, yield* make]
      const key = Numbers.key(1)
      const lookup = (cache: typeof here) => cache.getOrCompute(key, Effect.succeed(1))
      assert.deepStrictEqual(yield* tiersOf(here.getOption(key)), ["miss nowhere"])
      assert.deepStrictEqual(yield* tiersOf(lookup(here)), ["miss computed"])
      assert.deepStrictEqual(yield* tiersOf(lookup(here)), ["hit memory"])
      assert.deepStrictEqual(yield* tiersOf(here.get(key)), ["hit memory"])
      assert.deepStrictEqual(yield* tiersOf(there.get(key)), ["hit s3"])
      assert.deepStrictEqual(yield* tiersOf(lookup(yield* make)), ["hit s3"])
      const { spans } = yield* recordedSpans(Effect.withSpan(there.get(key), "work"))
      const [span] = lookupsIn(spans)
      assert.strictEqual(span?.attributes.get("cache.keyspace"), "numbers")
      assert.deepStrictEqual(span?.attributes.get("cache.key"), [String(key)])
      assert.isAbove(Number(span?.attributes.get("cache.item_size")), 0)
      yield* TestClock.adjust("90 seconds")
      assert.deepStrictEqual(yield* tiersOf(lookup(there)), ["hit stale"])
    }))

  it.effect("are asked for rightly, or refused", () =>
    Effect.gen(function*() {
      const wrong: Tracing = JSON.parse(`{ "lookups": "some" }`)
      const error = yield* Effect.flip(Effect.scoped(Store.make({ tracing: wrong })))
      assert.include(error.message, "Store: tracing is")
      assert.include(error.message, `must be "none", "misses" or "all"`)
    }))
})
