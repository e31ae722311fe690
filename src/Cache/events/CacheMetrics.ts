/**
 * The metrics of stores.
 *
 * @since 1.0.0
 */
import "../../effect/needsEffect3.js"
import * as Metric from "effect/Metric"
import { type Labels, labels, update } from "../../effect/metrics.js"
import type { GuardedMap } from "../common/GuardedMap.js"
import type { BoundedMap } from "../engine/BoundedMap.js"
import type { Counters } from "../engine/BoundedMapOptions.js"
import type { RemovalReason } from "../engine/RemovalReason.js"

const counter = (name: string, description: string) =>
  Metric.counter(`effect_aws_cache_${name}_total`, { description, incremental: true })

/**
 * Lookups that found an entry. Tagged `cache`, as all of them.
 *
 * @since 1.0.0
 * @category metrics
 */
export const hits = counter("hits", "Lookups that found an entry")

/**
 * Lookups that did not find an entry.
 *
 * @since 1.0.0
 * @category metrics
 */
export const misses = counter("misses", "Lookups that did not find an entry")

/**
 * Writes that made a new entry.
 *
 * @since 1.0.0
 * @category metrics
 */
export const insertions = counter("insertions", "Writes that made a new entry")

/**
 * Writes refused because the entry was heavier than the limit.
 *
 * @since 1.0.0
 * @category metrics
 */
export const rejections = counter("rejections", "Writes refused because the entry was heavier than the limit")

/**
 * Entries that left, tagged `reason` as well.
 *
 * @since 1.0.0
 * @category metrics
 */
export const removals = counter("removals", "Entries that left")

/**
 * Entries that are held.
 *
 * @since 1.0.0
 * @category metrics
 */
export const entries = Metric.gauge("effect_aws_cache_entries", { description: "Entries that are held" })

/**
 * The weight of the entries that are held, together.
 *
 * @since 1.0.0
 * @category metrics
 */
export const weight = Metric.gauge("effect_aws_cache_weight", {
  description: "The weight of the entries that are held"
})

const plain = { hits, misses, insertions, rejections } as const
const plainNames = ["hits", "misses", "insertions", "rejections"] as const
const reasons: ReadonlyArray<RemovalReason> = ["evicted", "expired", "replaced", "deleted", "cleared"]

/**
 * Keeps the metrics of one store in step with its counters.
 *
 * @internal
 */
export class MetricsExport {
  private readonly tags: Labels
  private readonly reasonTags: Readonly<Record<RemovalReason, Labels>>
  private seen: Partial<Counters> = {}

  /** @param cache the name of the store */
  constructor(cache: string) {
    const tags = labels({ cache })
    const withReason = (reason: RemovalReason) => labels({ cache, reason })
    this.tags = tags
    this.reasonTags = {
      evicted: withReason("evicted"),
      expired: withReason("expired"),
      replaced: withReason("replaced"),
      deleted: withReason("deleted"),
      cleared: withReason("cleared")
    }
  }

  /**
   * Adds to the metrics what was counted since the last time. Synchronous.
   *
   * @param now milliseconds since the epoch
   */
  update<K, V>(map: BoundedMap<K, V>, now: number): void {
    const { counters } = map
    const before = this.seen
    let changed = false
    for (const name of plainNames) {
      const by = counters[name] - (before[name] ?? 0)
      if (by === 0) continue
      update(plain[name], by, this.tags)
      changed ||= name === "insertions"
    }
    for (const reason of reasons) {
      const by = counters[reason] - (before[reason] ?? 0)
      if (by === 0) continue
      update(removals, by, this.reasonTags[reason])
      changed = true
    }
    this.seen = { ...counters }
    if (changed) {
      update(entries, map.size(now), this.tags)
      update(weight, map.weight(now), this.tags)
    }
  }
}

/**
 * A guarded map that keeps metrics in step with each of its operations.
 *
 * @internal
 */
export const withMetrics = <K, V>(guarded: GuardedMap<K, V>, metrics: MetricsExport): GuardedMap<K, V> => ({
  step: (f) =>
    guarded.step((map, now) => {
      const result = f(map, now)
      metrics.update(map, now)
      return result
    }),
  lookup: (f) =>
    guarded.lookup((map, now, caller) => {
      const result = f(map, now, caller)
      metrics.update(map, now)
      return result
    }),
  lookupOf: (key, decide) =>
    guarded.lookupOf(key, (map, now, key) => {
      const result = decide(map, now, key)
      metrics.update(map, now)
      return result
    })
})
