/**
 * Hit ratios as Markdown.
 */
import { evictionPolicyNames } from "effect-aws-cache/Cache"
import { markdownTable } from "../lib/markdownTable.js"
import type { Result } from "./Result.js"

/** The table of one trace; the best policy at each capacity is bold. */
export const tableOf = ({ capacities, requests, rows, trace, unique, unit }: Result): string => {
  const best = capacities.map((_, at) => Math.max(...rows.slice(1).map((row) => row.hitRatios[at] ?? 0)).toFixed(2))
  const table = markdownTable(
    ["", ...capacities.map((capacity) => capacity.toLocaleString("en"))],
    rows.map(({ hitRatios, policy }, index) => [
      policy,
      ...hitRatios.map((ratio, at) => {
        const cell = ratio.toFixed(2)
        return index > 0 && cell === best[at] ? `**${cell}**` : cell
      })
    ])
  )
  return `## ${trace}\n\n${requests.toLocaleString("en")} requests for ${
    unique.toLocaleString("en")
  } keys; hit ratio in % ` +
    `at capacities in ${unit}.\n\n${table}\n`
}

/**
 * For each policy, how much of the optimal hit ratio it reaches, as the mean over all traces and capacities. Traces with
 * sizes are left out: their optimum is not known.
 */
export const summaryOf = (results: ReadonlyArray<Result>): string => {
  const counted = results.filter(({ unit }) => unit === "entries")
  if (counted.length === 0) return ""
  const rows = evictionPolicyNames.map((policy) => {
    const shares = counted.flatMap(({ rows }) => {
      const optimal = rows[0]?.hitRatios ?? []
      const reached = rows.find((row) => row.policy === policy)?.hitRatios ?? []
      return reached.map((ratio, at) => (100 * ratio) / (optimal[at] ?? ratio))
    })
    return [policy, (shares.reduce((sum, share) => sum + share, 0) / shares.length).toFixed(2)]
  })
  return `## All traces\n\nMean share of the optimal hit ratio, over ${counted.length} traces.\n\n${
    markdownTable(["", "% of OPT"], rows)
  }\n`
}
