/**
 * What is measured, as Effect's metrics.
 */
import * as Effect from "effect/Effect"
import { type AnyMetric, labels, update } from "../../effect/metrics.js"
import { unrefSleep } from "../common/unrefSleep.js"
import * as CacheMetrics from "./CacheMetrics.js"
import type { Meter } from "./Meter.js"
import type { MetricName } from "./metricTable.js"

const metrics: Readonly<Record<MetricName, AnyMetric>> = CacheMetrics

/** How often figures are read that nobody tells of, in milliseconds. */
const readEvery = 10_000

/** The meter that keeps Effect's metrics. */
export const effectMeter = (cache: string): Meter => ({
  series: (name, more) => {
    const metric = metrics[name]
    const tags = labels({ "cache.name": cache, ...more })
    return (value) => update(metric, value, tags)
  },
  flush: Effect.void,
  observe: (read) => {
    const again = Effect.zipRight(unrefSleep(readEvery), Effect.sync(read))
    return Effect.zipRight(
      Effect.sync(read),
      Effect.asVoid(Effect.forkScoped(Effect.interruptible(Effect.forever(again))))
    )
  }
})
