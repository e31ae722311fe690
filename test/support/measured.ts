/**
 * What metrics say of one series: of the cache with a name, and with more labels.
 */
import { Effect, Metric } from "effect"
import type { CacheMetrics } from "effect-aws-cache/Cache"

type Labels = Readonly<Record<string, string>>

const named = (cache: string, labels: Labels) => Object.entries({ "cache.name": cache, ...labels })

/** How much a counter has counted. */
export const counted = (metric: typeof CacheMetrics.lookups, cache: string, labels: Labels = {}) =>
  Effect.map(
    Metric.value(named(cache, labels).reduce((of, [name, value]) => Metric.tagged(of, name, value), metric)),
    ({ count }) => count
  )

/** How many times a histogram was told, and the sum of that. */
export const timed = (metric: typeof CacheMetrics.requestDuration, cache: string, labels: Labels = {}) =>
  Effect.map(
    Metric.value(named(cache, labels).reduce((of, [name, value]) => Metric.tagged(of, name, value), metric)),
    ({ count, sum }) => ({ count, sum })
  )

/** What a gauge shows. */
export const gauged = (metric: typeof CacheMetrics.entryCount, cache: string, labels: Labels = {}) =>
  Effect.map(
    Metric.value(named(cache, labels).reduce((of, [name, value]) => Metric.tagged(of, name, value), metric)),
    ({ value }) => value
  )
