/**
 * Where what is measured of one cache goes.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type AnyMetric, labels, update } from "../../effect/metrics.js"
import { unrefSleep } from "../common/unrefSleep.js"
import * as CacheMetrics from "./CacheMetrics.js"
import type { MetricName, SeriesLabels } from "./metricTable.js"

/** Adds to a counter, or to a histogram, or sets a gauge. Synchronous, and never fails. */
export type Series = (value: number) => void

/** Where what is measured of one cache goes. */
export interface Meter {
  /** A metric with labels, which are given in the order of the table. */
  readonly series: (metric: MetricName, labels?: SeriesLabels) => Series
  /** Reads figures now, and then before somebody looks at them or at least now and then, as long as the scope lives. */
  readonly observe: (read: () => void) => Effect.Effect<void, never, Scope.Scope>
}

const metrics: Readonly<Record<MetricName, AnyMetric>> = CacheMetrics

/** How often figures are read that nobody tells of, in milliseconds. */
const readEvery = 10_000

/** The meter that keeps Effect's metrics. */
const effectMeter = (cache: string): Meter => ({
  series: (name, more) => {
    const metric = metrics[name]
    const tags = labels({ "cache.name": cache, ...more })
    return (value) => update(metric, value, tags)
  },
  observe: (read) => {
    const again = Effect.zipRight(unrefSleep(readEvery), Effect.sync(read))
    return Effect.zipRight(
      Effect.sync(read),
      Effect.asVoid(Effect.forkScoped(Effect.interruptible(Effect.forever(again))))
    )
  }
})

/**
 * The meter of a cache, if it is measured.
 *
 * @param cache its name
 */
export const makeMeter = (cache: string, metrics: boolean | undefined): Meter | undefined =>
  metrics === true ? effectMeter(cache) : undefined
