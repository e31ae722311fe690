/**
 * What a map has counted at its start.
 */
import type { Counters } from "./BoundedMapOptions.js"

/** Counters that stand at zero. */
export const zeroCounters = (): Counters => ({
  hits: 0,
  misses: 0,
  insertions: 0,
  rejections: 0,
  evicted: 0,
  expired: 0,
  replaced: 0,
  deleted: 0,
  cleared: 0,
  listenerFailures: 0,
  listenerSkips: 0
})
