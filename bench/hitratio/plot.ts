/**
 * Hit ratio over capacity, as SVG text.
 */
import { drawLines } from "../lib/plots.js"
import type { Result } from "./Result.js"

/** One line per policy; the optimum is dashed. */
export const plotOf = ({ capacities, rows, trace, unit }: Result): string =>
  drawLines({
    title: trace,
    alt: `Hit ratio over capacity on ${trace}`,
    subtitle: "hits in % of all requests, higher is better",
    xName: unit === "bytes" ? "capacity" : "capacity (entries)",
    yName: "hit ratio (%)",
    scale: "linear",
    labels: capacities.map((capacity) =>
      unit === "bytes" ? `${(capacity / 1e6).toFixed(1)} MB` : capacity.toLocaleString("en")
    ),
    series: rows.map(({ hitRatios, policy }, index) => ({ name: policy, values: hitRatios, ours: index > 0 }))
  })
