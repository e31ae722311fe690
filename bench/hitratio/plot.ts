/**
 * Hit ratio over capacity, as SVG text.
 */
import type { Series } from "../../src/Command/charts/Chart.js"
import { drawChart } from "../../src/Command/charts/drawChart.js"
import { styleOf } from "../../src/Command/simulate/styleOf.js"
import { shares } from "./capacities.js"
import type { Result } from "./Result.js"
import { isOptimum } from "./standings.js"

/** One line per policy; the optimum is dashed, and the thick one lies above the others. */
export const plotOf = ({ requests, rows, trace, unique, unit }: Result): string => {
  const drawn = rows.map((row): Series => ({
    kind: "line",
    label: isOptimum(row) ? "best possible" : row.policy,
    points: row.hitRatios.map((ratio, at) => [100 * (shares[at] ?? 0), ratio]),
    ...(styleOf(row.policy))
  }))
  return drawChart({
    title: trace,
    subtitle: `hits in % of ${requests.toLocaleString("en")} requests for ${
      unique.toLocaleString("en")
    } keys; higher is better`,
    alt: `Hit ratio over capacity on ${trace}`,
    x: {
      name: `capacity, in % of ${unit === "bytes" ? "the bytes of all objects" : "all keys"} (logarithmic)`,
      base: 2,
      ticks: [0.5, 1, 2, 4, 8, 16, 32, 64]
    },
    panels: [{
      y: { name: "hit ratio (%)" },
      height: 300,
      series: [...drawn.filter(({ thick }) => thick !== true), ...drawn.filter(({ thick }) => thick === true)]
    }]
  })
}
