/**
 * Plots as SVG text.
 */
import { BarChart, LineChart } from "echarts/charts"
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components"
import * as echarts from "echarts/core"
import { SVGRenderer } from "echarts/renderers"

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

/** Lines over labels. */
export interface LinePlot {
  readonly title: string
  readonly subtitle: string
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
  readonly xName: string
  /** A logarithmic axis starts at the power of ten below the shortest bar. */
  readonly logarithmic: boolean
  /** Where the axis ends; bars that are longer are cut. Default: the longest bar. */
  readonly end?: number | undefined
  readonly bars: ReadonlyArray<Bar>
}

// The palette by Okabe and Ito, which stays apart for the colour-blind; dashes and symbols do the rest.
const ours = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#999933"]
const others = ["#000000", "#555555", "#888888", "#aaaaaa"]
const symbols = ["circle", "rect", "triangle", "diamond"]
const dashes = ["dashed", "dotted"] as const
const font = "Helvetica, Arial, sans-serif"
const ink = "#222222"

const renderer = (option: echarts.EChartsCoreOption, width: number, height: number): string => {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height })
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      textStyle: { fontFamily: font, color: ink },
      ...option
    })
    return `${chart.renderToSVGString()}\n`
  } finally {
    chart.dispose()
  }
}

const title = (text: string, subtext: string) => ({
  text,
  subtext,
  left: 16,
  top: 8,
  itemGap: 4,
  textStyle: { fontSize: 16, color: ink, fontFamily: font },
  subtextStyle: { fontSize: 12, color: "#555555", fontFamily: font }
})

const axisLine = { lineStyle: { color: "#666666" } }
const splitLine = { lineStyle: { color: "#e4e4e4" } }
const axisLabel = { color: ink, fontSize: 12 }

const yScale = (scale: LinePlot["scale"], lowest: number, highest: number) =>
  scale === "linear"
    ? { type: "value", min: 10 * Math.floor(lowest / 10) }
    : { type: "log", logBase: 2, min: 2 ** Math.floor(Math.log2(lowest)), max: 2 ** Math.ceil(Math.log2(highest)) }

/** Draws lines. */
export const drawLines = (plot: LinePlot): string => {
  let ourCount = 0
  let otherCount = 0
  const series = plot.series.map((each, index) => {
    const style = each.ours
      ? { color: ours[ourCount++ % ours.length], type: "solid", width: 2.5 }
      : {
        color: others[otherCount % others.length],
        type: dashes[Math.floor(otherCount++ / others.length) % dashes.length],
        width: 1.5
      }
    return {
      type: "line",
      name: each.name,
      data: each.values.map((value) => value === undefined ? null : Number(value.toPrecision(4))),
      symbol: symbols[index % symbols.length],
      symbolSize: each.ours ? 7 : 6,
      lineStyle: style,
      itemStyle: { color: style.color }
    }
  })
  const values = plot.series.flatMap((each) => each.values.filter((value) => value !== undefined))
  return renderer(
    {
      title: title(plot.title, plot.subtitle),
      legend: { type: "plain", orient: "vertical", left: 672, top: 76, itemWidth: 34, textStyle: axisLabel },
      grid: { left: 70, right: 300, top: 84, bottom: 48 },
      xAxis: {
        type: "category",
        data: plot.labels,
        name: plot.xName,
        nameLocation: "middle",
        nameGap: 30,
        nameTextStyle: axisLabel,
        axisLine,
        axisLabel
      },
      yAxis: {
        ...yScale(plot.scale, Math.min(...values), Math.max(...values)),
        name: plot.yName,
        nameTextStyle: { ...axisLabel, align: "left" },
        axisLine,
        axisLabel,
        splitLine
      },
      series
    },
    960,
    470
  )
}

/** Draws horizontal bars with their values at their ends. */
export const drawBars = (plot: BarPlot): string => {
  const bars = plot.bars.toReversed()
  const end = plot.end ?? Number.POSITIVE_INFINITY
  return renderer(
    {
      title: title(plot.title, plot.subtitle),
      grid: { left: 250, right: 110, top: 64, bottom: 48 },
      xAxis: {
        type: plot.logarithmic ? "log" : "value",
        min: plot.logarithmic ? 10 ** Math.floor(Math.log10(Math.min(...bars.map((bar) => bar.value)))) : 0,
        ...(Number.isFinite(end) ? { max: end } : {}),
        name: plot.xName,
        nameLocation: "middle",
        nameGap: 28,
        nameTextStyle: axisLabel,
        axisLine,
        axisLabel,
        splitLine
      },
      yAxis: {
        type: "category",
        data: bars.map((bar) => bar.name),
        axisTick: { show: false },
        axisLine,
        axisLabel: { ...axisLabel, width: 236, overflow: "truncate" }
      },
      series: [{
        type: "bar",
        barWidth: "62%",
        label: { show: true, position: "right", color: ink, fontSize: 12 },
        data: bars.map((bar) => ({
          value: Number(Math.min(end, bar.value).toPrecision(4)),
          label: { formatter: bar.value > end ? `${bar.label} →` : bar.label },
          itemStyle: { color: bar.ours ? "#d55e00" : "#9a9a9a" }
        }))
      }]
    },
    760,
    112 + 26 * bars.length
  )
}
