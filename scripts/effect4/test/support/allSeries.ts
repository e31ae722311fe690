/**
 * What all metrics say at this moment.
 */
import { Effect, Metric } from "effect"

/** The series there are: names, and labels. */
export const allSeries = Effect.map(
  Metric.snapshot,
  (series) => series.map(({ attributes, id }) => ({ name: id, labels: { ...attributes } }))
)
