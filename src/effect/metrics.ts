/**
 * Metrics that are updated in the midst of a step.
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"

/** What an update is tagged with. */
export type Labels = ReadonlyArray<MetricLabel.MetricLabel>

/** Makes labels. */
export const labels = (tags: Readonly<Record<string, string>>): Labels =>
  Object.entries(tags).map(([name, value]) => MetricLabel.make(name, value))

/** Updates a metric at once. */
export const update = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>, by: In, tags: Labels): void =>
  metric.unsafeUpdate(by, tags)

/** A histogram whose buckets grow by a factor, from `start` on, and how many there are. */
export const histogram = (
  name: string,
  description: string,
  buckets: { readonly start: number; readonly factor: number; readonly count: number }
): Metric.Metric.Histogram<number> => Metric.histogram(name, MetricBoundaries.exponential(buckets), description)
