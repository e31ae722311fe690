/**
 * The metrics of a bounded map.
 */
import type { GuardedMap } from "../common/GuardedMap.js"
import type { BoundedMap } from "../engine/BoundedMap.js"
import type { RemovalReason } from "../engine/RemovalReason.js"
import type { Meter, Series } from "./Meter.js"

/** What is to be measured of a map besides its entries. */
interface Measured {
  /** Whether its lookups are those of the cache. */
  readonly lookups: boolean
  /** What its weight is. */
  readonly weight: "bytes" | "weight" | "none"
}

const reasons: ReadonlyArray<RemovalReason> = ["evicted", "expired", "replaced", "deleted", "cleared"]
const tier = { "cache.tier": "memory" } as const

/** Keeps the metrics of one map in step with its counters. */
export class MapMetrics {
  private readonly hit: Series
  private readonly miss: Series
  private readonly inserted: Series
  private readonly rejected: Series
  private readonly removed: ReadonlyArray<readonly [reason: RemovalReason, series: Series]>
  private readonly entries: Series
  private readonly entryLimit: Series
  private readonly weight: Series | undefined
  private readonly weightLimit: Series | undefined
  private readonly countsLookups: boolean
  private hits = 0
  private misses = 0
  private insertions = 0
  private rejections = 0
  private readonly removals: Record<RemovalReason, number> = {
    evicted: 0,
    expired: 0,
    replaced: 0,
    deleted: 0,
    cleared: 0
  }
  private changes = -1
  private maxSize = 0
  private maxWeight = 0

  constructor({ series }: Meter, { lookups, weight }: Measured) {
    this.hit = series("lookups", { "cache.outcome": "hit", ...tier })
    this.miss = series("lookups", { "cache.outcome": "miss" })
    this.inserted = series("insertions", tier)
    this.rejected = series("rejections")
    this.removed = reasons.map((reason) => [reason, series("removals", { ...tier, "cache.reason": reason })])
    this.entries = series("entryCount")
    this.entryLimit = series("entryLimit")
    this.weight = weight === "none" ? undefined : series(weight === "bytes" ? "memoryUsage" : "weightUsage")
    this.weightLimit = weight === "none" ? undefined : series(weight === "bytes" ? "memoryLimit" : "weightLimit")
    this.countsLookups = lookups
  }

  /**
   * Adds to the metrics what was counted since the last time. Synchronous.
   *
   * @param now milliseconds since the epoch
   */
  update<K, V>(map: BoundedMap<K, V>, now: number): void {
    const { counters } = map
    if (this.countsLookups) {
      if (counters.hits !== this.hits) {
        this.hit(counters.hits - this.hits)
        this.hits = counters.hits
      }
      if (counters.misses !== this.misses) {
        this.miss(counters.misses - this.misses)
        this.misses = counters.misses
      }
    }
    const changes = counters.insertions + counters.rejections + counters.evicted + counters.expired
      + counters.replaced + counters.deleted + counters.cleared
    if (changes !== this.changes) {
      this.changed(map, now)
      this.changes = changes
    }
    if (map.maxSize !== this.maxSize || map.maxWeight !== this.maxWeight) this.limited(map)
  }

  private changed<K, V>(map: BoundedMap<K, V>, now: number): void {
    // It reclaims, which is counted.
    const size = map.size(now)
    const { counters } = map
    if (counters.insertions !== this.insertions) this.inserted(counters.insertions - this.insertions)
    if (counters.rejections !== this.rejections) this.rejected(counters.rejections - this.rejections)
    this.insertions = counters.insertions
    this.rejections = counters.rejections
    for (const [reason, series] of this.removed) {
      if (counters[reason] === this.removals[reason]) continue
      series(counters[reason] - this.removals[reason])
      this.removals[reason] = counters[reason]
    }
    this.entries(size)
    this.weight?.(map.weight(now))
  }

  // There is no number for what has no limit.
  private limited({ maxSize, maxWeight }: { readonly maxSize: number; readonly maxWeight: number }): void {
    this.maxSize = maxSize
    this.maxWeight = maxWeight
    if (Number.isFinite(maxSize)) this.entryLimit(maxSize)
    if (Number.isFinite(maxWeight)) this.weightLimit?.(maxWeight)
  }
}

/** A guarded map that keeps metrics in step with each of its operations. */
export const withMetrics = <K, V>(guarded: GuardedMap<K, V>, metrics: MapMetrics): GuardedMap<K, V> => ({
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
