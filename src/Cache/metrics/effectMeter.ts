/**
 * What is measured, as Effect's metrics.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type AnyMetric, labels, update } from "../../effect/metrics.js"
import { sharedByCopies } from "../../effect/shared.js"
import { unrefSleep } from "../common/unrefSleep.js"
import * as CacheMetrics from "./CacheMetrics.js"
import type { Meter, Series } from "./Meter.js"
import { type MetricName, metricTable } from "./metricTable.js"

const metrics: Readonly<Record<MetricName, AnyMetric>> = CacheMetrics

/** How often figures are read that nobody tells of, in milliseconds. */
const readEvery = 10_000

/** What caches of one name have measured, and how many of them there are. */
interface Measured {
  users: number
  /** Each once, by name and labels. */
  readonly gauges: Map<string, Series>
}

const measured = sharedByCopies("metrics/measured", () => new Map<string, Measured>())

/** Whether a figure is of what there is, and not of what there may be: it is 0 where the cache is no more. */
const isOfContent = (name: MetricName): boolean => metricTable[name].kind === "gauge" && !name.endsWith("Limit")

/** The meter that keeps Effect's metrics. When the last cache of a name has closed, its gauges are 0. */
export const effectMeter = (cache: string): Effect.Effect<Meter, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const shared = measured.get(cache) ?? { users: 0, gauges: new Map<string, Series>() }
        measured.set(cache, shared)
        shared.users++
        return shared
      }),
      (shared) =>
        Effect.sync(() => {
          if (--shared.users > 0) return
          measured.delete(cache)
          for (const gauge of shared.gauges.values()) gauge(0)
        })
    ),
    ({ gauges }) => ({
      series: (name, more) => {
        const metric = metrics[name]
        const tags = labels({ "cache.name": cache, ...more })
        const series = (value: number) => update(metric, value, tags)
        if (isOfContent(name)) gauges.set([name, ...Object.values(more ?? {})].join(" "), series)
        return series
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
  )
