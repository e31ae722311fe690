/**
 * What all metrics say at this moment.
 */
import { Effect, Metric } from "effect"

/** The series there are: names, and labels. */
export const allSeries = Effect.map(Metric.snapshot, (pairs) =>
  Array.from(pairs, ({ metricKey: { name, tags } }) => ({
    name,
    labels: Object.fromEntries(tags.map(({ key, value }) => [key, value]))
  })))
