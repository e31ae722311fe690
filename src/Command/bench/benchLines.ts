/**
 * What a benchmark found, in lines for people.
 */
import { formatBytes, formatCount } from "../terminal/formats.js"
import type { Paint } from "../terminal/Paint.js"
import { barOf, type Column, tableLines } from "../terminal/table.js"
import type { BenchRow } from "./runBench.js"

const columns: ReadonlyArray<Column> = [
  { title: "OPERATION" },
  { title: "SIZE", side: "right" },
  { title: "DONE", side: "right" },
  { title: "P50", side: "right" },
  { title: "P90", side: "right" },
  { title: "P99", side: "right" },
  { title: "MAX", side: "right" },
  { title: "A SECOND", side: "right" },
  { title: "P50 ▏P99" }
]

/** `0.42 ms`, `12.3 ms`, `1,204 ms` */
const formatMillis = (millis: number): string =>
  `${millis < 10 ? millis.toFixed(2) : millis < 100 ? millis.toFixed(1) : formatCount(millis)} ms`

/** What was measured as lines. */
export const benchLines = (paint: Paint, shown: string, rows: ReadonlyArray<BenchRow>): ReadonlyArray<string> => {
  const most = Math.max(...rows.map(({ p99 }) => p99))
  const failures = rows.reduce((sum, row) => sum + row.failures, 0)
  return [
    paint("bold", shown),
    "",
    ...tableLines(
      paint,
      columns,
      rows.map(({ bytes, count, max, operation, p50, p90, p99, perSecond }) => {
        const median = barOf(p50 / most, 24)
        const rest = barOf(p99 / most, 24).length - median.length
        return [
          operation,
          formatBytes(bytes),
          formatCount(count),
          ...[p50, p90, p99, max].map(formatMillis),
          formatCount(perSecond),
          paint("cyan", median) + paint("dim", "░".repeat(Math.max(0, rest)))
        ]
      })
    ),
    ...failures === 0 ? [] : ["", paint("yellow", `  ${formatCount(failures)} failed, and are in no percentile`)]
  ]
}
