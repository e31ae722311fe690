/**
 * Hit ratio over capacity, as SVG text.
 *
 * @since 0.1.0
 */
import { LineChart } from "echarts/charts"
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components"
import * as echarts from "echarts/core"
import { SVGRenderer } from "echarts/renderers"
import type { Result } from "./Result.js"

echarts.use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

// The palette by Okabe and Ito, which stays apart for the colour-blind; symbols tell the lines apart without colour.
const colours = ["#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
const symbols = ["none", "circle", "rect", "triangle", "diamond", "pin", "arrow"]
const text = { color: "#222222", fontFamily: "Helvetica, Arial, sans-serif", fontSize: 12 }

/**
 * One line per policy; the optimum is dashed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const plotOf = ({ capacities, rows, trace, unit }: Result): string => {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 760, height: 420 })
  const lowest = Math.min(...rows.flatMap((row) => row.hitRatios))
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      textStyle: text,
      title: { text: trace, left: 16, top: 8, textStyle: { ...text, fontSize: 16 } },
      legend: { orient: "vertical", right: 12, top: 48, itemWidth: 34, textStyle: text },
      grid: { left: 64, right: 140, top: 56, bottom: 56 },
      xAxis: {
        type: "category",
        data: capacities.map((capacity) =>
          unit === "bytes" ? `${(capacity / 1e6).toFixed(1)} MB` : capacity.toLocaleString("en")
        ),
        name: unit === "bytes" ? "capacity" : "capacity (entries)",
        nameLocation: "middle",
        nameGap: 32,
        nameTextStyle: text,
        axisLabel: text
      },
      yAxis: {
        type: "value",
        name: "hit ratio (%)",
        nameTextStyle: { ...text, align: "left" },
        min: Math.floor(lowest / 10) * 10,
        axisLabel: text,
        splitLine: { lineStyle: { color: "#e4e4e4" } }
      },
      series: rows.map(({ hitRatios, policy }, index) => ({
        type: "line",
        name: policy,
        data: hitRatios.map((ratio) => Number(ratio.toFixed(2))),
        symbol: symbols[index % symbols.length],
        symbolSize: 7,
        lineStyle: { color: colours[index % colours.length], width: 2, type: index === 0 ? "dashed" : "solid" },
        itemStyle: { color: colours[index % colours.length] }
      }))
    })
    return `${chart.renderToSVGString()}\n`
  } finally {
    chart.dispose()
  }
}
