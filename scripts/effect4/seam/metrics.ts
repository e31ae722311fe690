/**
 * Metrics that are updated in the midst of a step.
 */
import * as Context from "effect/Context"
import * as Metric from "effect/Metric"

export type Labels = Context.Context<never>

export const labels = (tags: Readonly<Record<string, string>>): Labels =>
  Context.make(Metric.CurrentMetricAttributes, tags)

export const update = <In, State>(metric: Metric.Metric<In, State>, by: In, tags: Labels): void =>
  metric.updateUnsafe(by, tags)

export const histogram = (
  name: string,
  description: string,
  buckets: { readonly start: number; readonly factor: number; readonly count: number }
): Metric.Histogram<number> =>
  Metric.histogram(name, { description, boundaries: Metric.exponentialBoundaries(buckets) })
