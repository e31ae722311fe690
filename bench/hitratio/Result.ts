/**
 * What replaying a trace gives.
 */

/**
 * The hit ratios of one trace: in percent of its requests, one row per policy, one value per capacity. The first row is
 * the optimum, or what comes near it.
 */
export interface Result {
  readonly trace: string
  readonly requests: number
  readonly unique: number
  readonly unit: "entries" | "bytes"
  readonly capacities: ReadonlyArray<number>
  readonly rows: ReadonlyArray<{ readonly policy: string; readonly hitRatios: ReadonlyArray<number> }>
}
