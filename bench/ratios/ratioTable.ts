/**
 * Ratios as a table.
 */
import { markdownTable } from "../lib/markdownTable.js"
import { printNumber } from "../lib/statistics.js"
import type { ReleaseRatios } from "./history.js"
import { ratioName, type RatioRow } from "./Ratio.js"

/** The ratios, beside those of a release and the goals. */
export const ratioTable = (rows: ReadonlyArray<RatioRow>, last: ReleaseRatios | undefined): string =>
  markdownTable(
    ["", "to", "where", "measured", last === undefined ? "last release" : last.version, "goal", "met"],
    rows.map((row) => [
      row.what,
      row.to ?? "–",
      row.where,
      printNumber(row.measured),
      printNumber(last?.ratios[ratioName(row)] ?? Number.NaN),
      `≤ ${printNumber(row.goal)}`,
      row.measured <= row.goal ? "yes" : "no"
    ])
  )
