/**
 * Charts as SVG text. The same chart gives the same text, wherever it is drawn.
 */
import type { Chart } from "./Chart.js"
import { drawPanel, roomForLabels, scaleOf } from "./drawPanel.js"
import { makeScale } from "./scale.js"
import { element, escape, number, paragraph, picture, text, widthOf } from "./svg.js"

const width = 720
const margin = 18

/**
 * Draws a chart, 720 wide and as high as it must be.
 *
 * @returns an SVG document, to be written to a file, or put into a page as it is
 */
export const drawChart = (chart: Chart): string => {
  const { alt, note, panels, subtitle, title, x: axis } = chart
  const room = { x: margin, width: width - 2 * margin }
  const head = paragraph(title, "title", "ink", { ...room, y: margin - 4 })
  const below = paragraph(subtitle, "text", "grey", { ...room, y: head.bottom })
  const parts = [...head.parts, ...below.parts]

  const heights = panels.map(({ height = 140 }) => height)
  const tickWidths = panels.flatMap((panel, at) =>
    scaleOf(panel, { top: 0, bottom: heights[at] ?? 0 }).ticks.map((tick) => widthOf(tick.text, "tick"))
  )
  const left = margin + Math.max(0, ...tickWidths) + 8
  const right = width - margin - Math.max(8, ...panels.map(roomForLabels))

  const places = panels.flatMap(({ series }) =>
    series.flatMap(({ kind, points, width = 1 }) => points.flatMap(([x]) => kind === "columns" ? [x, x + width] : [x]))
  )
  const from = axis.from ?? places.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
  const to = axis.to ?? places.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY)
  const x = makeScale(axis, [from, to], [left, right], 6)

  let y = below.bottom
  for (const [at, panel] of panels.entries()) {
    const { colour = "ink", name } = panel
    const top = y + 42
    const bottom = top + (heights[at] ?? 0)
    const bold = name === undefined ? "" : element("tspan", { class: `strong ${colour}` }, escape(`${name}  `))
    parts.push(
      element("text", { class: "label grey", x: margin, y: top - 18 }, `${bold}${escape(panel.y.name)}`),
      ...drawPanel(panel, x, { left, right, top, bottom }),
      element("path", { class: "line thin grey-line", d: `M${number(left)} ${number(bottom)}H${number(right)}` })
    )
    y = bottom + 6
  }

  parts.push(
    ...x.ticks.flatMap(({ at, text: content }) => [
      element("path", { class: "grey-line", d: `M${number(x.place(at))} ${number(y - 6)}V${number(y - 1)}` }),
      text(content, { class: "tick grey", x: x.place(at), y: y + 16, "text-anchor": "middle" })
    ]),
    text(axis.name, { class: "tick grey", x: (left + right) / 2, y: y + 39, "text-anchor": "middle" })
  )
  const end = paragraph(note, "small", "grey", { ...room, y: y + 50 })
  return picture({ alt, width, height: end.bottom + (note === undefined ? 0 : 10) }, [...parts, ...end.parts])
}
