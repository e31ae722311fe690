/**
 * Percentiles of times.
 */

/** How long something took, in milliseconds. */
export interface Latencies {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** The percentiles of times, each of which is one that was measured (nearest rank). */
export const latenciesOf = (millis: ReadonlyArray<number>): Latencies => {
  const sorted = millis.toSorted((a, b) => a - b)
  const rank = (percent: number) => sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? 0
  return { count: sorted.length, p50: rank(50), p90: rank(90), p99: rank(99), max: rank(100) }
}
