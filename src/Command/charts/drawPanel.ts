/**
 * One panel of a chart.
 */
import type { Panel, Point, Series } from "./Chart.js"
import type { Colour } from "./colours.js"
import type { Scale } from "./scale.js"
import { makeScale, roundEnd } from "./scale.js"
import { element, number, text, widthOf } from "./svg.js"

/** Where a panel is. */
interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const heightsOf = (series: ReadonlyArray<Series>): Array<number> =>
  series.flatMap(({ points }) => points.flatMap(([, y]) => y === undefined ? [] : [y]))

/** The vertical axis of a panel. */
export const scaleOf = (panel: Panel, { bottom, top }: { readonly top: number; readonly bottom: number }): Scale => {
  const { limits = [], series, y } = panel
  const heights = [...heightsOf(series), ...limits.map(({ at }) => at)]
  const pieces = Math.max(2, Math.round((bottom - top) / 45))
  const highest = heights.reduce((one, other) => Math.max(one, other), 0)
  const lowest = heights.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
  const { base } = y
  const from = y.from ?? (base === undefined ? 0 : base ** Math.floor(Math.log(lowest) / Math.log(base)))
  const to = y.to ??
    (base === undefined
      ? roundEnd(from, highest, pieces)
      : base ** Math.ceil(Math.log(highest) / Math.log(base) - 0.000_001))
  return makeScale(y, [from, to], [bottom, top], pieces)
}

/** The points of a line, in runs without a gap. */
const runsOf = (points: ReadonlyArray<Point>): Array<Array<readonly [number, number]>> => {
  const runs: Array<Array<readonly [number, number]>> = [[]]
  for (const [x, y] of points) {
    if (y === undefined) runs.push([])
    else runs.at(-1)?.push([x, y])
  }
  return runs.filter((run) => run.length > 0)
}

const joined = (places: ReadonlyArray<readonly [number, number]>): string =>
  places.map(([x, y], at) => `${at === 0 ? "M" : "L"}${number(x)} ${number(y)}`).join("")

const stepped = (places: ReadonlyArray<readonly [number, number]>): string =>
  places.map(([x, y], at) => at === 0 ? `M${number(x)} ${number(y)}` : `H${number(x)}V${number(y)}`).join("")

const drawSeries = (series: Series, x: Scale, y: Scale, { bottom }: Frame): Array<string> => {
  const { colour, kind, width = 1 } = series
  const style = `line ${colour}-line${series.thin === true ? " thin" : ""}${series.dashed === true ? " dashed" : ""}`
  const runs = runsOf(series.points).map((run) => run.map(([at, value]) => [x.place(at), y.place(value)] as const))
  // Lines of no length, with round ends.
  const dots = () =>
    element("path", {
      class: `${kind === "dots" ? "dots" : "dots large"} ${colour}-line`,
      d: runs.flat().map(([cx, cy]) => `M${number(cx)} ${number(cy)}h0`).join("")
    })
  switch (kind) {
    case "dots":
      return [dots()]
    case "columns": {
      const shape = runsOf(series.points).flat().filter(([, value]) => value > 0).map(([at, value]) => {
        const [left, right] = [x.place(at), x.place(at + width)]
        const gap = right - left > 4 ? 0.5 : 0
        return `M${number(left + gap)} ${number(bottom)}V${number(y.place(value))}H${number(right - gap)}V${
          number(bottom)
        }Z`
      })
      return shape.length === 0 ? [] : [element("path", { class: `${colour} filled`, d: shape.join("") })]
    }
    case "area": {
      const shapes = runs.map((run) => `${stepped(run)}V${number(bottom)}H${number(run[0]?.[0] ?? 0)}Z`)
      return [element("path", { class: `${colour} filled`, d: shapes.join("") })]
    }
    case "line":
    case "step": {
      const path = element("path", {
        class: style,
        ...(series.thick === true ? { style: "stroke-width:5" } : {}),
        d: runs.map(kind === "line" ? joined : stepped).join("")
      })
      return series.dotted === true ? [path, dots()] : [path]
    }
  }
}

/** A label at the end of a line: where it would be, and where there is room for it. */
interface EndLabel {
  readonly text: string
  readonly colour: Colour
  readonly strong: boolean
  readonly x: number
  readonly at: number
  y: number
}

const lineHeight = 21
const leaderWidth = 30

/** Moves labels apart, as little as may be, within the panel. */
const spread = (labels: Array<EndLabel>, { bottom, top }: Frame): void => {
  labels.sort((one, other) => one.at - other.at)
  const apart = Math.min(lineHeight, (bottom - top + lineHeight) / Math.max(1, labels.length))
  for (let round = 0; round < 200; round++) {
    let moved = false
    for (const [at, label] of labels.entries()) {
      const next = labels[at + 1]
      if (next === undefined || next.y - label.y >= apart - 0.05) continue
      const half = (apart - (next.y - label.y)) / 2
      label.y -= half
      next.y += half
      moved = true
    }
    for (const [at, label] of labels.entries()) {
      const highest = top - 4 + at * apart
      const lowest = bottom + 4 - (labels.length - 1 - at) * apart
      label.y = Math.min(lowest, Math.max(highest, label.y))
    }
    if (!moved) return
  }
}

const endLabels = (panel: Panel, x: Scale, y: Scale, frame: Frame): Array<string> => {
  const labels = panel.series.flatMap(({ colour, label, points, kind, thick = false, width = 1 }): Array<EndLabel> => {
    const last = runsOf(points).at(-1)?.at(-1)
    if (label === undefined || last === undefined) return []
    const at = y.place(last[1])
    return [{ text: label, colour, strong: thick, x: x.place(last[0] + (kind === "columns" ? width : 0)), at, y: at }]
  })
  spread(labels, frame)
  const end = labels.reduce((most, label) => Math.max(most, label.x), 0)
  const isFar = labels.some(({ at, x, y }) => Math.abs(y - at) > 7 || end - x > 4)
  const start = end + (isFar ? leaderWidth : 8)
  return labels.flatMap(({ at, colour, strong, text: content, x, y }) => {
    const leader = element("path", {
      class: `leader ${colour}-line`,
      d: `M${number(x + 5)} ${number(at)}L${number(start - 4)} ${number(y)}`
    })
    const word = text(content, { class: `label${strong ? " strong" : ""} halo ${colour}`, x: start, y: y + 5 })
    return isFar ? [leader, word] : [word]
  })
}

/** How much room the labels at the ends of lines take. */
export const roomForLabels = ({ series }: Panel): number =>
  series.reduce((most, { label }) => Math.max(most, label === undefined ? 0 : widthOf(label, "label") + 24), 0)

const grid = (y: Scale, { left, right }: Frame): Array<string> =>
  y.ticks.flatMap(({ at, text: content }) => [
    element("path", { class: "grid", d: `M${number(left)} ${number(y.place(at))}H${number(right)}` }),
    text(content, { class: "tick grey", x: left - 8, y: y.place(at) + 5, "text-anchor": "end" })
  ])

/** Draws a panel: what is behind its lines, the lines, and the words. */
export const drawPanel = (panel: Panel, x: Scale, frame: Frame): Array<string> => {
  const { limits = [], remarks = [], series, spans = [] } = panel
  const { bottom, left, right, top } = frame
  const y = scaleOf(panel, frame)
  return [
    ...spans.map(({ colour, from, to }) =>
      element("rect", {
        class: `${colour} shade`,
        x: x.place(from),
        y: top,
        width: x.place(to) - x.place(from),
        height: bottom - top
      })
    ),
    ...grid(y, frame),
    ...limits.map(({ at, colour }) =>
      element("path", {
        class: `line thin dashed ${colour}-line`,
        d: `M${number(left)} ${number(y.place(at))}H${number(right)}`
      })
    ),
    ...series.flatMap((each) => drawSeries(each, x, y, frame)),
    ...spans.flatMap(({ colour, from, label, to }) =>
      label === undefined ? [] : [text(label, {
        class: `label halo ${colour}`,
        x: (x.place(from) + x.place(to)) / 2,
        y: top + 17,
        "text-anchor": "middle"
      })]
    ),
    ...limits.flatMap(({ at, colour, label }) =>
      label === undefined ? [] : [text(label, { class: `label halo ${colour}`, x: left + 8, y: y.place(at) - 7 })]
    ),
    ...endLabels(panel, x, y, frame),
    ...remarks.map(({ anchor = "start", colour, text: content, x: atX, y: atY }) =>
      text(content, {
        class: `label halo ${colour}`,
        x: x.place(atX),
        y: y.place(atY) + 5,
        ...(anchor === "start" ? {} : { "text-anchor": anchor })
      })
    )
  ]
}
