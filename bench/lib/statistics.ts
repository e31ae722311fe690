/**
 * What becomes of the numbers of several runs.
 */

/** What one run of a measurement took, in nanoseconds per operation. */
export interface Sample {
  /** Of all batches of the run. What takes long but is rare, such as a rehash, does not show in it. */
  readonly median: number
  /** Of all batches of the run. */
  readonly mean: number
}

/** The best run: the machine can only add to what the work takes. Both numbers are taken by themselves. */
export const best = (samples: ReadonlyArray<Sample>): Sample => ({
  median: Math.min(...samples.map((sample) => sample.median)),
  mean: Math.min(...samples.map((sample) => sample.mean))
})

/** The middle of some numbers, `NaN` for none. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((one, other) => one - other)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

/** The geometric mean, which is the one for ratios; `NaN` for none. */
export const geometricMean = (values: ReadonlyArray<number>): number =>
  values.length === 0
    ? Number.NaN
    : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

/** Numbers with as many digits as they deserve: three that count. */
export const printNumber = (value: number): string => {
  if (!Number.isFinite(value)) return "–"
  const places = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places })
}

/** A whole number as people write it: `1k`, `100k`, `1M`. */
export const printCount = (count: number): string => {
  if (count >= 1e6 && count % 1e5 === 0) return `${count / 1e6}M`
  if (count >= 1000 && count % 100 === 0) return `${count / 1000}k`
  return String(count)
}
