/**
 * A collector of OpenTelemetry on 127.0.0.1: it takes traces and metrics by OTLP/HTTP as JSON, and keeps what has arrived.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as LocalHttp from "./LocalHttp.js"

const Value = Schema.Struct({
  stringValue: Schema.optional(Schema.String),
  boolValue: Schema.optional(Schema.Boolean),
  intValue: Schema.optional(Schema.Union(Schema.Number, Schema.String)),
  doubleValue: Schema.optional(Schema.Number),
  arrayValue: Schema.optional(Schema.Struct({ values: Schema.Array(Schema.Struct({ stringValue: Schema.String })) }))
})
const Attributes = Schema.Array(Schema.Struct({ key: Schema.String, value: Value }))

const Point = Schema.Struct({
  attributes: Attributes,
  asDouble: Schema.optional(Schema.Number),
  asInt: Schema.optional(Schema.Union(Schema.Number, Schema.String)),
  count: Schema.optional(Schema.Union(Schema.Number, Schema.String)),
  explicitBounds: Schema.optional(Schema.Array(Schema.Number))
})
const Points = Schema.Struct({ dataPoints: Schema.Array(Point) })

const Metrics = Schema.Struct({
  resourceMetrics: Schema.Array(Schema.Struct({
    scopeMetrics: Schema.Array(Schema.Struct({
      metrics: Schema.Array(Schema.Struct({
        name: Schema.String,
        unit: Schema.String,
        sum: Schema.optional(Points),
        gauge: Schema.optional(Points),
        histogram: Schema.optional(Points)
      }))
    }))
  }))
})

const Traces = Schema.Struct({
  resourceSpans: Schema.Array(Schema.Struct({
    scopeSpans: Schema.Array(Schema.Struct({
      spans: Schema.Array(Schema.Struct({
        name: Schema.String,
        traceId: Schema.String,
        spanId: Schema.String,
        parentSpanId: Schema.optional(Schema.String),
        attributes: Attributes,
        links: Schema.optional(Schema.Array(Schema.Struct({ spanId: Schema.String })))
      }))
    }))
  }))
})

type AttributeValue = string | boolean | number | ReadonlyArray<string> | undefined

/** One series of a metric, as it was when it was sent last. */
interface ArrivedSeries {
  readonly name: string
  readonly unit: string
  readonly kind: "sum" | "gauge" | "histogram"
  readonly attributes: Readonly<Record<string, AttributeValue>>
  /** What it has counted or shows; of a histogram, how many times it was told. */
  readonly value: number
  readonly bounds: ReadonlyArray<number> | undefined
}

/** A span that has arrived. */
interface ArrivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly links: ReadonlyArray<string>
}

const attributesOf = (given: typeof Attributes.Type): Readonly<Record<string, AttributeValue>> =>
  Object.fromEntries(given.map(({ key, value: { arrayValue, boolValue, doubleValue, intValue, stringValue } }) => {
    const list = arrayValue?.values.map((each) => each.stringValue)
    return [
      key,
      stringValue ?? boolValue ?? doubleValue ?? list ?? (intValue === undefined ? undefined : Number(intValue))
    ]
  }))

/** Starts a collector, which runs as long as the scope. */
export const make = Effect.gen(function*() {
  const spans: Array<ArrivedSpan> = []
  const series: Array<ArrivedSeries> = []
  const decodeMetrics = Schema.decodeUnknownSync(Schema.parseJson(Metrics))
  const decodeTraces = Schema.decodeUnknownSync(Schema.parseJson(Traces))
  const { url } = yield* LocalHttp.make((request, response, body) => {
    const text = body.toString("utf8")
    if (request.url === "/v1/metrics") {
      // What was sent before is in it again.
      series.length = 0
      const { resourceMetrics } = decodeMetrics(text)
      for (const { metrics } of resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)) {
        for (const metric of metrics) {
          for (const kind of ["sum", "gauge", "histogram"] as const) {
            for (const { asDouble, asInt, attributes, count, explicitBounds } of metric[kind]?.dataPoints ?? []) {
              series.push({
                name: metric.name,
                unit: metric.unit,
                kind,
                attributes: attributesOf(attributes),
                value: Number(asDouble ?? asInt ?? count),
                bounds: explicitBounds
              })
            }
          }
        }
      }
    } else if (request.url === "/v1/traces") {
      const { resourceSpans } = decodeTraces(text)
      for (const { spans: sent } of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)) {
        for (const { attributes, links = [], name, parentSpanId, spanId, traceId } of sent) {
          spans.push({
            name,
            traceId,
            spanId,
            parentSpanId,
            attributes: attributesOf(attributes),
            links: links.map((link) => link.spanId)
          })
        }
      }
    }
    response.writeHead(200, { "content-type": "application/json" }).end("{}")
  })
  return { url, spans, series }
})
