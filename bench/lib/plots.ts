/**
 * Plots of benchmarks, as SVG text: what is ours in colours, the rest in grey.
 */
import type { Colour } from "../../src/Command/charts/colours.js"
import { drawBars as drawAnyBars } from "../../src/Command/charts/drawBars.js"
import { drawChart } from "../../src/Command/charts/drawChart.js"

/** Lines over labels. */
export interface LinePlot {
  readonly title: string
  readonly subtitle: string
  /** What it shows, in a sentence. */
  readonly alt: string
  readonly xName: string
  readonly yName: string
  /** The y axis: steps that double, from the lowest value on; or steps of ten. */
  readonly scale: "logarithmic" | "linear"
  /** The labels of the x axis, in order. */
  readonly labels: ReadonlyArray<string>
  readonly series: ReadonlyArray<Series>
}

/** One line. A value that is missing leaves a gap. */
interface Series {
  readonly name: string
  readonly values: ReadonlyArray<number | undefined>
  /** Whether it is what the plot is about: it is drawn stronger. */
  readonly ours: boolean
}

/** A bar, and what is written at its end. */
interface Bar {
  readonly name: string
  readonly value: number
  readonly label: string
  /** Whether it is what the plot is about. */
  readonly ours: boolean
}

/** Bars, the first one at the top. */
export interface BarPlot {
  readonly title: string
  readonly subtitle: string
  /** What it shows, in a sentence. */
  readonly alt: string
  readonly xName: string
  /** A logarithmic axis starts at the power of ten below the shortest bar. */
  readonly logarithmic: boolean
  /** Where the axis ends; bars that are longer are cut. Default: the longest bar. */
  readonly end?: number | undefined
  readonly bars: ReadonlyArray<Bar>
}

const ourColours: ReadonlyArray<Colour> = ["orange", "blue", "green", "purple", "amber", "sky"]

/** Draws lines. */
export const drawLines = ({ alt, labels, scale, series, subtitle, title, xName, yName }: LinePlot): string => {
  let ours = 0
  let others = 0
  return drawChart({
    title,
    subtitle,
    alt,
    x: {
      name: xName,
      from: -0.15,
      to: labels.length - 0.85,
      ticks: labels.map((_, at) => at),
      print: (at) => labels[at] ?? ""
    },
    panels: [{
      y: { name: yName, ...(scale === "logarithmic" ? { base: 2 } : {}) },
      height: Math.max(280, 21 * series.length),
      series: series.map((each) => ({
        kind: "line",
        dotted: true,
        label: each.name,
        points: each.values.map((value, at) => [at, value]),
        ...(each.ours
          ? { colour: ourColours[ours++ % ourColours.length] ?? "orange" }
          : { colour: "grey", thin: true, dashed: others++ > 0 })
      }))
    }]
  })
}

/** Draws horizontal bars with their values at their ends. */
export const drawBars = ({ alt, bars, end, logarithmic, subtitle, title, xName }: BarPlot): string =>
  drawAnyBars({
    title,
    subtitle,
    alt,
    x: {
      name: xName,
      to: end,
      ...(logarithmic
        ? { base: 10, from: 10 ** Math.floor(Math.log10(Math.min(...bars.map(({ value }) => value)))) }
        : {})
    },
    bars: bars.map(({ label, name, ours, value }) => ({ name, value, label, colour: ours ? "orange" : "grey" }))
  })
