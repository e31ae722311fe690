/**
 * Hit ratios as Markdown.
 */
import { markdownTable } from "../lib/markdownTable.js"
import type { Result } from "./Result.js"
import type { Variation } from "./sensitivity.js"
import { bestOf, bytesHit, type Cell, type Count, isOptimum, requestsHit, standingsOf } from "./standings.js"

const whole = (number: number): string => number.toLocaleString("en")

const capacityOf = (capacity: number, unit: Result["unit"]): string =>
  unit === "bytes" ? `${(capacity / 1e6).toPrecision(3)} MB` : whole(capacity)

/** A difference in points, with its sign. */
const printPoints = (points: number): string => {
  const text = Math.abs(points).toFixed(2)
  return text === "0.00" ? text : `${points < 0 ? "−" : "+"}${text}`
}

const cellOf = ({ capacity, points, trace }: Cell, unit: Result["unit"], isAlone = false): string =>
  points >= 0.005 || points <= -0.005
    ? `${printPoints(points)} (${isAlone ? "" : `${trace}, `}${capacityOf(capacity, unit)})`
    : "0.00"

const ratiosOf = (result: Result, count: Count): string => {
  const { capacities, rows, unit } = result
  const best = bestOf(result, count).map((ratio) => ratio.toFixed(2))
  const standings = new Map(standingsOf([result], count).map((standing) => [standing.policy, standing]))
  return markdownTable(
    ["", ...capacities.map((capacity) => capacityOf(capacity, unit)), "worst to LRU", "mean gap"],
    rows.map((row) => {
      const standing = standings.get(row.policy)
      return [
        row.policy,
        ...count(row).map((ratio, at) => {
          const cell = ratio.toFixed(2)
          return !isOptimum(row) && cell === best[at] ? `**${cell}**` : cell
        }),
        standing === undefined ? "" : printPoints(standing.worstToLru.points),
        standing === undefined ? "" : standing.gap.toFixed(2)
      ]
    })
  )
}

/** What one trace gave, the best policy at each capacity in bold. */
export const reportOf = (result: Result): string => {
  const { requests, trace, unique, unit, what } = result
  const counts = `${whole(requests)} requests for ${whole(unique)} keys; `
  return [
    `## ${trace}`,
    `${what.charAt(0).toUpperCase()}${what.slice(1)}.`,
    `${counts}hit ratio in % at capacities in ${unit}.`,
    ratiosOf(result, requestsHit),
    ...(unit === "bytes" ? ["Bytes of hits, in % of the bytes that were asked for.", ratiosOf(result, bytesHit)] : [])
  ].join("\n\n")
}

/** How the policies stand over some results of one unit. */
export const standingsTable = (results: ReadonlyArray<Result>, count: Count = requestsHit): string => {
  const unit = results[0]?.unit ?? "entries"
  return markdownTable(
    ["", "% of the optimum", "mean gap to the best", "worst against LRU", "worst against the best"],
    standingsOf(results, count).map(({ gap, ofOptimum, policy, worstToBest, worstToLru }) => [
      policy,
      ofOptimum.toFixed(1),
      gap.toFixed(2),
      cellOf(worstToLru, unit, results.length === 1),
      cellOf(worstToBest, unit, results.length === 1)
    ])
  )
}

/** What becomes of the policy Adaptive with other constants. */
export const variationsTable = (variations: ReadonlyArray<Variation>): string =>
  markdownTable(
    ["constant", "value", "mean gap to the best", "worst against LRU", "worst against the best"],
    variations.map(({ constant, gap, value, worstToBest, worstToLru }) => [
      constant === undefined ? "as it is" : `\`${constant}\``,
      value === undefined ? "" : String(value),
      gap.toFixed(2),
      cellOf(worstToLru, "entries"),
      cellOf(worstToBest, "entries")
    ])
  )

/** How the policies stand, over all traces, and over those that anybody can replay. */
export const summaryOf = (results: ReadonlyArray<Result>): string => {
  const counted = results.filter(({ unit }) => unit === "entries")
  const own = counted.filter((result) => result.own)
  const sized = results.filter(({ unit }) => unit === "bytes")
  const over = (some: ReadonlyArray<Result>) =>
    `${some.length} ${some.length === 1 ? "trace" : "traces"}, ${
      some.reduce((sum, { capacities }) => sum + capacities.length, 0)
    } cells`
  return [
    "## All traces",
    "A cell is one trace at one capacity. The best of a cell is the best of these policies there; differences are in " +
    "percentage points of hits.",
    ...(counted.length > own.length ? [`All, by entries: ${over(counted)}.`, standingsTable(counted)] : []),
    ...(own.length > 0
      ? [`Those that \`npm run bench:hitratio\` makes or has: ${over(own)}.`, standingsTable(own)]
      : []),
    ...(sized.length > 0
      ? [
        `By weight: ${over(sized)}; requests, and then bytes.`,
        standingsTable(sized),
        standingsTable(sized, bytesHit)
      ]
      : [])
  ].join("\n\n")
}

/** The page of all results. */
export const pageOf = (results: ReadonlyArray<Result>): string =>
  [
    "# Hit ratios",
    "Written by `npm run bench:hitratio`, which makes most of the traces by itself; the numbers are in `hitratio.json`. " +
    "Each trace is replayed at eleven capacities, from 0.5 % to 90 % of what it asks for. In the last columns: how far " +
    "a policy is behind LRU at the capacity where it is furthest behind, and how far behind the best policy of each " +
    "capacity, on average. Bold is the best of a capacity. OPT knows the future; so does Belady, which is near the " +
    "optimum where objects have sizes.",
    summaryOf(results),
    ...results.map((result) =>
      `${reportOf(result)}\n\n![Hit ratio over capacity on ${result.trace}](hitratio-${result.trace}.svg)`
    )
  ].join("\n\n") + "\n"
