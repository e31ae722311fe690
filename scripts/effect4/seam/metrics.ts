/**
 * Metrics that are updated in the midst of a step.
 */
import * as Context from "effect/Context"
import * as Metric from "effect/Metric"

interface Definition {
  readonly name: string
  readonly description: string
  readonly unit: string
}

export type Labels = Context.Context<never>

export const labels = (named: Readonly<Record<string, string>>): Labels =>
  Context.make(Metric.CurrentMetricAttributes, named)

export type AnyMetric = Metric.Counter<number> | Metric.Gauge<number> | Metric.Histogram<number>

export const update = (metric: AnyMetric, by: number, tags: Labels): void => metric.updateUnsafe(by, tags)

const described = ({ description, unit }: Definition) => ({ description, attributes: { unit } })

export const counter = (made: Definition): Metric.Counter<number> =>
  Metric.counter(made.name, { ...described(made), incremental: true })

export const gauge = (made: Definition): Metric.Gauge<number> => Metric.gauge(made.name, described(made))

export const histogram = (made: Definition, boundaries: ReadonlyArray<number>): Metric.Histogram<number> =>
  Metric.histogram(made.name, { ...described(made), boundaries })
