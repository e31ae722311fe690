/**
 * The plots of the results.
 */
import { keyKinds } from "./engine/keys.js"
import { reference } from "./engine/subjects.js"
import { type WorkloadName, workloadNames } from "./engine/workloads.js"
import { type BarPlot, drawBars, drawLines, type LinePlot } from "./lib/plots.js"
import { printCount, printNumber } from "./lib/statistics.js"
import { bareGet } from "./operations/store.js"
import {
  distinct,
  engineCost,
  type EngineResults,
  operationCost,
  type OperationResults,
  type Results
} from "./results.js"

/** A plot in a file. */
export interface PlotFile {
  readonly file: string
  /** What it shows, in a sentence. */
  readonly alt: string
  readonly svg: string
}

const linePlot = (plot: LinePlot) => ({ alt: plot.alt, svg: drawLines(plot) })

const barPlot = (plot: BarPlot) => ({ alt: plot.alt, svg: drawBars(plot) })

const plotted: ReadonlyArray<WorkloadName> = workloadNames.filter((name) =>
  name !== "get uniform" && name !== "get built"
)

const fileName = (workload: WorkloadName) => workload.replaceAll(" ", "-")

const engineLines = (results: EngineResults): Array<PlotFile> => {
  const capacities = distinct(results.rows.map((row) => row.capacity))
  return keyKinds.flatMap((keys) =>
    plotted.map((workload) => {
      const names = distinct(results.rows.filter((row) => row.keys === keys).map((row) => row.subject))
      return {
        file: `engine-${fileName(workload)}-${keys}.svg`,
        ...linePlot({
          alt: `Nanoseconds per operation by capacity, ${workload}, ${keys} as keys`,
          title: `Engine: ${workload}, ${keys} as keys`,
          subtitle: "nanoseconds per operation, lower is better; both axes logarithmic",
          xName: "capacity (entries)",
          yName: "ns/op",
          scale: "logarithmic",
          labels: capacities.map(printCount),
          series: names.map((subject) => ({
            name: subject,
            ours: results.rows.some((row) => row.subject === subject && row.ours),
            values: capacities.map((capacity) => {
              const value = engineCost(results, { subject, keys, capacity, workload })
              return Number.isNaN(value) ? undefined : value
            })
          }))
        })
      }
    })
  )
}

const engineBars = (results: EngineResults): Array<PlotFile> => {
  // Where caches of the processor matter little, so that what else the machine does shows least.
  const capacity = 10_000
  return keyKinds.flatMap((keys) => {
    const workload = "mixed zipf"
    const base = engineCost(results, { subject: reference, keys, capacity, workload })
    const rows = results.rows.filter((row) =>
      row.keys === keys && row.capacity === capacity && row.workload === workload
    )
    if (Number.isNaN(base)) return []
    return [{
      file: `engine-ratios-${keys}.svg`,
      ...barPlot({
        alt: `Time of the mixed workload as a ratio to lru-cache, ${keys} as keys`,
        title: `Engine: mixed zipf at 10k entries, ${keys} as keys`,
        subtitle: "time as a ratio to lru-cache, lower is better",
        xName: "ratio to lru-cache",
        logarithmic: false,
        end: 4,
        bars: rows
          .map((row) => ({
            name: row.subject,
            ours: row.ours,
            value: row.median / base,
            label: (row.median / base).toFixed(2)
          }))
          .sort((one, other) => one.value - other.value)
      })
    }]
  })
}

const storeBars = (results: OperationResults): PlotFile => {
  const base = operationCost(results, bareGet)
  return {
    file: "store.svg",
    ...barPlot({
      alt: "Nanoseconds per operation inside Effect",
      title: "Inside Effect: Store and Effect's own caches",
      subtitle: `nanoseconds per operation, and times ${bareGet}; lower is better; logarithmic`,
      xName: "ns/op",
      logarithmic: true,
      bars: results.rows
        .map((row) => ({
          name: row.subject,
          ours: row.ours,
          value: row.median,
          label: `${printNumber(row.median)} (${(row.median / base).toFixed(1)}×)`
        }))
        .sort((one, other) => one.value - other.value)
    })
  }
}

const ttlLines = (results: OperationResults): PlotFile => {
  const sizes = distinct(results.rows.map((row) => row.entries))
  return {
    file: "ttl.svg",
    ...linePlot({
      alt: "Nanoseconds per write at the limit, by the number of entries",
      title: "TtlDict: writes at the limit",
      subtitle: "nanoseconds per write inside Effect, lower is better; both axes logarithmic",
      xName: "capacity (entries)",
      yName: "ns/op",
      scale: "logarithmic",
      labels: sizes.map(printCount),
      series: distinct(results.rows.map((row) => row.subject)).map((subject) => ({
        name: subject,
        ours: results.rows.some((row) => row.subject === subject && row.ours),
        values: sizes.map((entries) => {
          const value = operationCost(results, subject, entries)
          return Number.isNaN(value) ? undefined : value
        })
      }))
    })
  }
}

/** Draws what was measured. */
export const plots = ({ engine, store, ttl }: Results): Array<PlotFile> => [
  ...(engine === undefined ? [] : [...engineBars(engine), ...engineLines(engine)]),
  ...(store === undefined ? [] : [storeBars(store)]),
  ...(ttl === undefined ? [] : [ttlLines(ttl)])
]
