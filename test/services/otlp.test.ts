import * as Otlp from "@effect/opentelemetry/Otlp"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as OtlpCollector from "../servers/OtlpCollector.js"

const Squares = Keyspace.make("squares", { key: Schema.Number, value: Schema.Number })

const CacheLive = S3Cache.layerMemory({
  name: "otlp",
  metrics: true,
  maxSize: 100,
  tracing: { lookups: "all", keys: true }
})

describe("OpenTelemetry", () => {
  it.live("metrics and spans arrive in a collector, by OTLP over HTTP", () =>
    Effect.gen(function*() {
      const { series, spans, url } = yield* OtlpCollector.make
      yield* Effect.gen(function*() {
        const square = yield* S3Cache.memoize(Squares, (n) => Effect.succeed(n * n))
        for (const n of [12, 12, 12]) yield* square(n)
      }).pipe(
        Effect.withSpan("app.work"),
        // The last is sent when it is closed: before the cache, which holds nothing any more then.
        Effect.provide(
          Otlp.layerJson({ baseUrl: url, resource: { serviceName: "app" } }).pipe(Layer.provide(FetchHttpClient.layer))
        ),
        Effect.provide(CacheLive)
      )

      const of = (name: string, labels: Readonly<Record<string, string>> = {}) =>
        series.find(({ attributes, name: each }) =>
          each === `effect_aws_cache.${name}` && attributes["cache.name"] === "otlp" &&
          Object.entries(labels).every(([label, value]) => attributes[label] === value)
        )
      const hits = of("lookups", { "cache.outcome": "hit", "cache.tier": "memory", "cache.keyspace": "squares" })
      assert.deepInclude(hits, { unit: "{lookup}", kind: "sum", value: 2 })
      assert.deepInclude(of("lookups", { "cache.outcome": "miss" }), { value: 1 })
      const computed = of("computation.duration", { "cache.outcome": "success" })
      assert.deepInclude(computed, { unit: "s", kind: "histogram", value: 1 })
      assert.includeMembers([...computed?.bounds ?? []], [0.001, 0.25, 60])
      assert.deepInclude(of("entry.count"), { unit: "{entry}", kind: "gauge", value: 1 })
      assert.deepInclude(of("entry.limit"), { value: 100 })
      assert.deepInclude(of("circuit.state"), { value: 0 })

      const work = spans.find(({ name }) => name === "app.work")
      const lookups = spans.filter(({ name }) => name === "cache.get")
      assert.deepStrictEqual(lookups.map(({ attributes }) => attributes["cache.tier"]).sort(), [
        "computed",
        "memory",
        "memory"
      ])
      for (const { attributes, parentSpanId } of lookups) {
        assert.strictEqual(parentSpanId, work?.spanId)
        assert.deepInclude(attributes, { "cache.name": "otlp", "cache.keyspace": "squares" })
        assert.deepStrictEqual(attributes["cache.key"], [String(Squares.key(12))])
      }
      const [missed] = lookups.filter(({ attributes }) => attributes["cache.hit"] === false)
      const flight = spans.find(({ name }) => name === "effect-aws-cache.S3Cache.lookup")
      assert.deepStrictEqual(flight?.links, missed === undefined ? [] : [missed.spanId])
      assert.include(spans.map(({ name }) => name), "effect-aws-cache.S3Cache.compute")
    }).pipe(Effect.scoped))
})
