/**
 * Bars as SVG text.
 */
import type { Axis } from "./Chart.js"
import type { Colour } from "./colours.js"
import { makeScale, roundEnd } from "./scale.js"
import { element, number, paragraph, picture, text, widthOf } from "./svg.js"

/** Horizontal bars, the first at the top. */
export interface Bars {
  /** The finding, as a sentence. */
  readonly title: string
  readonly subtitle?: string | undefined
  /** What can be seen, for those who cannot see it. */
  readonly alt: string
  /** What bars measure. It begins at 0, or where `from` says; bars that are longer than `to` are cut. */
  readonly x: Axis
  readonly bars: ReadonlyArray<Bar>
  readonly note?: string | undefined
}

/** A bar, and what is written at its end. */
interface Bar {
  readonly name: string
  readonly value: number
  readonly label: string
  readonly colour: Colour
}

const width = 720
const margin = 18
const rowHeight = 28

/** Draws bars, with their values at their ends. */
export const drawBars = ({ alt, bars, note, subtitle, title, x: axis }: Bars): string => {
  const room = { x: margin, width: width - 2 * margin }
  const head = paragraph(title, "title", "ink", { ...room, y: margin - 4 })
  const below = paragraph(subtitle, "text", "grey", { ...room, y: head.bottom })
  const left = margin + Math.max(0, ...bars.map(({ name }) => widthOf(name, "label"))) + 10
  const right = width - margin - Math.max(0, ...bars.map(({ label }) => widthOf(`${label} →`, "label"))) - 6
  const longest = Math.max(0, ...bars.map(({ value }) => value))
  const from = axis.from ?? (axis.base === undefined ? 0 : 1)
  const to = axis.to ?? (axis.base === undefined ? roundEnd(from, longest, 5) : longest)
  const x = makeScale(axis, [from, to], [left, right], 5)
  const top = below.bottom + 10
  const bottom = top + rowHeight * bars.length
  const parts = [
    ...head.parts,
    ...below.parts,
    ...x.ticks.flatMap(({ at, text: content }) => [
      element("path", { class: "grid", d: `M${number(x.place(at))} ${number(top)}V${number(bottom)}` }),
      text(content, { class: "tick grey", x: x.place(at), y: bottom + 20, "text-anchor": "middle" })
    ]),
    ...bars.flatMap(({ colour, label, name, value }, row) => {
      const y = top + rowHeight * row
      const end = x.place(Math.min(value, to))
      return [
        text(name, { class: "label ink", x: left - 10, y: y + 19, "text-anchor": "end" }),
        element("rect", { class: `${colour} filled`, x: left, y: y + 4, width: Math.max(1, end - left), height: 20 }),
        text(value > to ? `${label} →` : label, { class: `label ${colour}`, x: end + 6, y: y + 19 })
      ]
    }),
    text(axis.name, { class: "tick grey", x: (left + right) / 2, y: bottom + 43, "text-anchor": "middle" })
  ]
  const end = paragraph(note, "small", "grey", { ...room, y: bottom + 54 })
  return picture({ alt, width, height: end.bottom + (note === undefined ? 0 : 10) }, [...parts, ...end.parts])
}
