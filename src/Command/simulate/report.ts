/**
 * What was found, on a terminal.
 */
import { formatDuration } from "../terminal/formats.js"
import type { Paint } from "../terminal/Paint.js"
import { printable } from "../terminal/printable.js"
import { tableLines } from "../terminal/table.js"
import { type Advice, type Goal, scoreOf } from "./advise.js"
import type { ReadLog } from "./readLog.js"
import type { Row, Simulation } from "./Simulation.js"
import { adviceText, leftOutText, moreText, noAdviceText, optionsText, replayedText, sizeText } from "./texts.js"

/** What there is of each goal, by what is known of the log. */
export const measuresOf = (
  { replayed }: Simulation
): ReadonlyArray<{ readonly goal: Goal; readonly title: string }> => [
  { goal: "hits", title: "requests answered, in %" },
  ...(replayed.bytes === undefined ? [] : [{ goal: "bytes" as const, title: "bytes answered, in %" }]),
  ...(replayed.cost === undefined ? [] : [{ goal: "time" as const, title: "time that misses take to compute" }])
]

/** The name of a row for people. By bytes, or where entries expire, who knows the future need not have the most. */
export const rowName = (policy: Row["policy"], { timeToLive, unit }: Simulation): string => {
  if (policy !== "optimum") return policy
  return unit === "entries" && timeToLive === undefined ? "possible" : "Belady"
}

/** What a row has at a size: in percent, or for time how long. */
export const cellText = (simulation: Simulation, row: Row, at: number, goal: Goal): string => {
  const cell = row.cells[at]
  if (cell === undefined) return ""
  return goal === "time" ? formatDuration(cell.missCost ?? 0) : scoreOf(cell, goal, simulation.replayed).toFixed(1)
}

const tableOf = (
  paint: Paint,
  simulation: Simulation,
  goal: Goal,
  taken: Advice | undefined
): ReadonlyArray<string> => {
  const [optimum, ...policies] = simulation.rows
  const rows = [...policies, ...(optimum === undefined ? [] : [optimum])]
  return tableLines(
    paint,
    [
      { title: "SIZE", side: "right" },
      ...rows.map(({ policy }) => ({ title: rowName(policy, simulation), side: "right" as const }))
    ],
    simulation.sizes.map((size, at) => {
      const most = Math.max(
        ...policies.map(({ cells }) => cells[at]).map((cell) =>
          cell === undefined ? 0 : scoreOf(cell, goal, simulation.replayed)
        )
      )
      return [
        sizeText(size, simulation.unit),
        ...rows.map((row) => {
          const text = cellText(simulation, row, at, goal)
          const cell = row.cells[at]
          if (size === taken?.take.size && row.policy === taken.take.policy) return paint("green", text)
          if (row.policy === "optimum") return paint("dim", text)
          return cell !== undefined && scoreOf(cell, goal, simulation.replayed) === most ? paint("bold", text) : text
        })
      ]
    })
  )
}

/** What was found, in lines. */
export const reportLines = (
  paint: Paint,
  log: ReadLog,
  simulation: Simulation,
  advice: Advice | undefined
): ReadonlyArray<string> => {
  const leftOut = leftOutText(log.counts)
  return [
    `${paint("bold", printable(log.name))}  read as ${printable(log.form)}`,
    `  ${replayedText(simulation.replayed, simulation.unit)}`,
    ...(leftOut === undefined ? [] : [`  ${printable(leftOut, 300)}`]),
    ...(log.isCut ? [paint("yellow", "  its end is missing: what was there is counted")] : []),
    ...measuresOf(simulation).flatMap(({ goal, title }) => [
      "",
      `  ${title}`,
      ...tableOf(paint, simulation, goal, advice)
    ]),
    "",
    ...(advice === undefined
      ? [noAdviceText(simulation)]
      : [
        paint("green", adviceText(advice, simulation)),
        moreText(advice, simulation),
        `  ${optionsText(advice, simulation.unit)}`
      ])
  ]
}
