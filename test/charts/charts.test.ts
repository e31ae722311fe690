import { assert, describe, it } from "@effect/vitest"
import type { Chart } from "../../src/Command/charts/Chart.js"
import { drawBars } from "../../src/Command/charts/drawBars.js"
import { drawChart } from "../../src/Command/charts/drawChart.js"
import { roundEnd } from "../../src/Command/charts/scale.js"
import { wrap } from "../../src/Command/charts/svg.js"

const chart: Chart = {
  title: "One & the other",
  alt: "Two lines, \"one\" above the other",
  x: { name: "time (s)" },
  panels: [
    {
      y: { name: "requests per second" },
      series: [
        { kind: "line", colour: "blue", label: "one", points: [[0, 3], [1, undefined], [2, 97]] },
        { kind: "line", colour: "orange", label: "other", points: [[0, 3], [2, 96]] }
      ],
      spans: [{ from: 0.5, to: 1, colour: "orange", label: "<down>" }]
    },
    {
      y: { name: "ms", base: 10 },
      series: [{ kind: "columns", colour: "green", points: [[0, 2], [1, 700]] }],
      limits: [{ at: 100, label: "limit", colour: "grey" }],
      remarks: [{ x: 1, y: 30, text: "here", colour: "ink", anchor: "middle" }]
    }
  ]
}

/** Where words stand, from the top. */
const heightOf = (svg: string, word: string): number => {
  const found = new RegExp(`<text [^>]*\\by="([\\d.]+)"[^>]*>${word}<`).exec(svg)
  assert.isNotNull(found, `"${word}" is in the picture`)
  return Number(found?.[1])
}

describe("charts", () => {
  it("draws the same picture of the same chart", () => {
    assert.strictEqual(drawChart(chart), drawChart(structuredClone(chart)))
  })

  it("escapes what is written in it", () => {
    const svg = drawChart(chart)
    assert.include(svg, "One &amp; the other")
    assert.include(svg, "&lt;down&gt;")
    assert.include(svg, "aria-label=\"Two lines, &quot;one&quot; above the other\"")
  })

  it("has places for everything", () => {
    for (const svg of [drawChart(chart), drawChart({ ...chart, panels: [] })]) {
      assert.notMatch(svg, /NaN|undefined|Infinity/)
    }
  })

  it("begins at zero and ends at a round number, without saying", () => {
    const svg = drawChart(chart)
    assert.isAbove(heightOf(svg, "0"), heightOf(svg, "100"))
    assert.strictEqual(roundEnd(0, 97, 3), 100)
    assert.strictEqual(roundEnd(0, 100, 3), 100)
    assert.strictEqual(roundEnd(0, 0.031, 3), 0.04)
    assert.strictEqual(roundEnd(0, 0, 3), 1)
  })

  it("keeps labels at the ends of lines apart", () => {
    const svg = drawChart(chart)
    assert.isAtLeast(heightOf(svg, "other") - heightOf(svg, "one"), 20)
  })

  it("draws a line in parts where a value is missing", () => {
    assert.match(drawChart(chart), /blue-line" d="M[\d. ]+M[\d. ]+"/)
  })

  it("cuts a bar that is too long, and says so", () => {
    const svg = drawBars({
      title: "Bars",
      alt: "Two bars",
      x: { name: "ms", to: 4 },
      bars: [
        { name: "short", value: 1, label: "1.0", colour: "green" },
        { name: "long", value: 9, label: "9.0", colour: "orange" }
      ]
    })
    assert.include(svg, ">9.0 →<")
    assert.include(svg, ">1.0<")
    const widths = [...svg.matchAll(/filled" x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width)
    )
    assert.closeTo((widths[1] ?? 0) / (widths[0] ?? 1), 4, 0.01)
  })

  it("breaks lines between words", () => {
    const lines = wrap("a title that says what was found when it was measured", "title", 300)
    assert.isAbove(lines.length, 1)
    assert.strictEqual(lines.join(" "), "a title that says what was found when it was measured")
    assert.deepStrictEqual(wrap("unbreakable", "title", 1), ["unbreakable"])
  })
})
