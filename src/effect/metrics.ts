/**
 * Metrics that are updated in the midst of a step.
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKey from "effect/MetricKey"
import * as MetricLabel from "effect/MetricLabel"

/** What a metric is made of. */
interface Definition {
  readonly name: string
  readonly description: string
  /** As OpenTelemetry writes it; exporters know it by a label of this name. */
  readonly unit: string
}

/** What an update is labelled with. */
export type Labels = ReadonlyArray<MetricLabel.MetricLabel>

/** Makes labels. */
export const labels = (named: Readonly<Record<string, string>>): Labels =>
  Object.entries(named).map(([name, value]) => MetricLabel.make(name, value))

/** A metric of numbers. */
export type AnyMetric = Metric.Metric.Counter<number> | Metric.Metric.Gauge<number> | Metric.Metric.Histogram<number>

/** Updates a metric at once. The same labels, and not others like them, are found soonest. */
export const update = (metric: AnyMetric, by: number, tags: Labels): void => metric.unsafeUpdate(by, tags)

const withUnit = ({ unit }: Definition) => [MetricLabel.make("unit", unit)]

/** A counter that only grows. */
export const counter = (made: Definition): Metric.Metric.Counter<number> =>
  Metric.fromMetricKey(
    MetricKey.taggedWithLabels(
      MetricKey.counter(made.name, { description: made.description, incremental: true }),
      withUnit(made)
    )
  )

/** A gauge. */
export const gauge = (made: Definition): Metric.Metric.Gauge<number> =>
  Metric.fromMetricKey(
    MetricKey.taggedWithLabels(MetricKey.gauge(made.name, { description: made.description }), withUnit(made))
  )

/** A histogram. */
export const histogram = (
  made: Definition,
  boundaries: ReadonlyArray<number>
): Metric.Metric.Histogram<number> =>
  Metric.fromMetricKey(
    MetricKey.taggedWithLabels(
      MetricKey.histogram(made.name, MetricBoundaries.fromIterable(boundaries), made.description),
      withUnit(made)
    )
  )
