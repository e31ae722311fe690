/**
 * What was found, as a page.
 */
import type { Chart, Series } from "../charts/Chart.js"
import { drawChart } from "../charts/drawChart.js"
import { escape } from "../charts/svg.js"
import { type Advice, type Goal, scoreOf } from "./advise.js"
import type { ReadLog } from "./readLog.js"
import { cellText, measuresOf, rowName } from "./report.js"
import type { Row, Simulation } from "./Simulation.js"
import { styleOf } from "./styleOf.js"
import { adviceText, leftOutText, moreText, noAdviceText, optionsText, replayedText, sizeText } from "./texts.js"

const mostTicks = 7

const ticksOf = (sizes: ReadonlyArray<number>): ReadonlyArray<number> => {
  const every = Math.ceil(sizes.length / mostTicks)
  return sizes.filter((_, at) => at % every === 0)
}

const titles: Readonly<Record<Goal, string>> = {
  hits: "Requests answered",
  bytes: "Bytes answered",
  time: "Computing that is left"
}

// Of time what is left is drawn, of the others what is answered.
const heightOf = (simulation: Simulation, row: Row, at: number, goal: Goal): number | undefined => {
  const cell = row.cells[at]
  if (cell === undefined) return undefined
  const score = scoreOf(cell, goal, simulation.replayed)
  return goal === "time" ? 100 - score : score
}

const chartOf = (simulation: Simulation, goal: Goal, advice: Advice | undefined): Chart => {
  const { sizes, unit } = simulation
  const taken = advice?.take.policy
  const drawn = simulation.rows.map((row): Series => ({
    kind: "line",
    label: rowName(row.policy, simulation),
    points: sizes.map((size, at) => [size, heightOf(simulation, row, at, goal)]),
    ...styleOf(row.policy === "optimum" ? "OPT" : row.policy),
    thick: row.policy === taken,
    thin: row.policy !== taken
  }))
  const rowTaken = simulation.rows.find(({ policy }) => policy === taken)
  const at = advice === undefined ? -1 : sizes.indexOf(advice.take.size)
  const height = rowTaken === undefined ? undefined : heightOf(simulation, rowTaken, at, goal)
  return {
    title: titles[goal],
    subtitle: goal === "time"
      ? "what misses take to compute, in % of what all requests do; lower is better"
      : `in % of all ${goal === "hits" ? "requests" : "bytes"}; higher is better`,
    alt: `${titles[goal]} by each policy, over the size of the cache`,
    x: {
      name: `room for ${unit} (logarithmic)`,
      base: 2,
      ticks: ticksOf(sizes),
      print: (size) => sizeText(size, unit)
    },
    panels: [{
      y: { name: "%" },
      height: 300,
      series: [
        ...drawn.filter(({ thick }) => thick !== true),
        ...drawn.filter(({ thick }) => thick === true),
        ...(advice === undefined || height === undefined
          ? []
          : [{
            kind: "line" as const,
            dotted: true,
            colour: "ink" as const,
            points: [[advice.take.size, height] as const]
          }])
      ]
    }]
  }
}

const tableOf = (simulation: Simulation, goal: Goal, title: string, advice: Advice | undefined): string => {
  const [optimum, ...policies] = simulation.rows
  const rows = [...policies, ...(optimum === undefined ? [] : [optimum])]
  const head = ["size", ...rows.map(({ policy }) => rowName(policy, simulation))].map((name) =>
    `<th scope="col">${escape(name)}</th>`
  )
  const body = simulation.sizes.map((size, at) =>
    `<tr><th scope="row">${escape(sizeText(size, simulation.unit))}</th>${
      rows.map((row) => {
        const isTaken = size === advice?.take.size && row.policy === advice.take.policy
        return `<td${isTaken ? " class=\"taken\"" : ""}>${escape(cellText(simulation, row, at, goal))}</td>`
      }).join("")
    }</tr>`
  )
  return `<div class="table"><table><caption>${escape(title)}</caption><thead><tr>${
    head.join("")
  }</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`
}

const style = `
:root{color-scheme:light dark;--ink:#1f2328;--grey:#68717b;--ground:#f6f7f9;--paper:#fff;--line:#e3e6ea;--mark:#c2410c}
@media (prefers-color-scheme:dark){:root{--ink:#f0f3f6;--grey:#9aa4af;--ground:#0f1115;--paper:#16181d;--line:#33383f;--mark:#ff8f52}}
body{margin:0 auto;padding:24px 16px 48px;max-width:760px;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
h1{font-size:24px;line-height:1.25;overflow-wrap:anywhere}
.advice{font-size:19px;padding:14px 18px;border-left:5px solid var(--mark);background:var(--paper);border-radius:0 8px 8px 0}
.said{color:var(--grey);overflow-wrap:anywhere}
code{background:var(--paper);border:1px solid var(--line);border-radius:5px;padding:2px 6px;overflow-wrap:anywhere}
svg.chart{display:block;margin:24px 0;width:100%}
.table{overflow-x:auto;margin:24px 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px;background:var(--paper);width:100%}
caption{text-align:left;font-weight:600;padding:6px 0}
th,td{text-align:right;padding:3px 8px;border-bottom:1px solid var(--line);white-space:nowrap}
.taken{color:var(--mark);font-weight:600}
`.trim()

const paragraph = (text: string, name?: string): string =>
  `<p${name === undefined ? "" : ` class="${name}"`}>${escape(text)}</p>`

/** A page of its own: it loads nothing, and has no script. */
export const page = (log: ReadLog, simulation: Simulation, advice: Advice | undefined): string => {
  const leftOut = leftOutText(log.counts)
  const measures = measuresOf(simulation)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(log.name)}: which policy and size to take</title>
<style>
${style}
</style>
</head>
<body>
<h1>${escape(log.name)}</h1>
${
    [
      ...(advice === undefined
        ? [paragraph(noAdviceText(simulation), "advice")]
        : [
          paragraph(adviceText(advice, simulation), "advice"),
          paragraph(moreText(advice, simulation)),
          `<p><code>${escape(optionsText(advice, simulation.unit))}</code></p>`
        ]),
      paragraph(`${replayedText(simulation.replayed, simulation.unit)}; read as ${log.form}`, "said"),
      ...(leftOut === undefined ? [] : [paragraph(leftOut, "said")]),
      ...(log.isCut ? [paragraph("The end of the log is missing: what was there is counted.", "said")] : []),
      ...measures.map(({ goal }) => drawChart(chartOf(simulation, goal, advice)).trim()),
      ...measures.map(({ goal, title }) => tableOf(simulation, goal, title, advice))
    ].join("\n")
  }
</body>
</html>
`
}
