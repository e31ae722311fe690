/**
 * What replaying traces gives.
 */
import { rowsOnLines } from "../lib/rowsOnLines.js"

/** How much of a trace was answered. */
export interface Hits {
  readonly requests: number
  /** What the answered requests asked for, where the trace has sizes. */
  readonly bytes: number
}

/** How often one policy hit at each capacity. */
export interface Row {
  readonly policy: string
  /** Hits in percent of the requests. */
  readonly hitRatios: ReadonlyArray<number>
  /** Bytes of hits in percent of the bytes that were asked for, where the trace has sizes. */
  readonly byteHitRatios?: ReadonlyArray<number> | undefined
}

/**
 * The hit ratios of one trace, one row per policy, one value per capacity. The first row is the optimum, or what comes
 * near it.
 */
export interface Result {
  readonly trace: string
  /** What its requests are, and where they are from. */
  readonly what: string
  /** Whether it is made by recipe, or lies in the repository: anybody can replay it. */
  readonly own: boolean
  readonly requests: number
  readonly unique: number
  readonly unit: "entries" | "bytes"
  readonly capacities: ReadonlyArray<number>
  readonly rows: ReadonlyArray<Row>
}

/** Results as they lie in a file: a line per trace, and one for each row. */
export const printResults = (results: ReadonlyArray<Result>): string =>
  rowsOnLines({
    traces: results.map(({ rows: _, ...trace }) => trace),
    rows: results.flatMap(({ rows, trace }) => rows.map((row) => ({ trace, ...row })))
  })

/** Reads what {@link printResults} has printed. */
export const readResults = (text: string): ReadonlyArray<Result> => {
  const { rows, traces }: {
    readonly traces: ReadonlyArray<Omit<Result, "rows">>
    readonly rows: ReadonlyArray<Row & { readonly trace: string }>
  } = JSON.parse(text)
  return traces.map((trace) => ({
    ...trace,
    rows: rows.flatMap(({ trace: name, ...row }) => name === trace.trace ? [row] : [])
  }))
}
