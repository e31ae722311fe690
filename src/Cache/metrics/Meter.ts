/**
 * Where what is measured of one cache goes.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { MetricName, SeriesLabels } from "./metricTable.js"

/** Adds to a counter, or to a histogram, or sets a gauge. Synchronous, and never fails. */
export type Series = (value: number) => void

/** Where what is measured of one cache goes. */
export interface Meter {
  /** A metric with labels, which are given in the order of the table. */
  readonly series: (metric: MetricName, labels?: SeriesLabels) => Series
  /** Reads figures now, and then before somebody looks at them or at least now and then, as long as the scope lives. */
  readonly observe: (read: () => void) => Effect.Effect<void, never, Scope.Scope>
  /** Tells now what has not been told, if it is not told at once. */
  readonly flush: Effect.Effect<void>
}
