/**
 * What a chart is: panels one above the other, over one horizontal axis.
 */
import type { Colour } from "./colours.js"

/** A chart. {@link drawChart} makes SVG of it. */
export interface Chart {
  /** The finding, as a sentence. */
  readonly title: string
  /** What was measured, and how. */
  readonly subtitle?: string | undefined
  /** What can be seen, for those who cannot see it. */
  readonly alt: string
  /** The horizontal axis, which all panels share. Without `from` it begins at the first point, without `to` it ends at the last. */
  readonly x: Axis
  /** The panels, the first at the top. */
  readonly panels: ReadonlyArray<Panel>
  /** Where the numbers are from, in small print. */
  readonly note?: string | undefined
}

/** An axis. */
export interface Axis {
  /** What it measures, with the unit. */
  readonly name: string
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Logarithmic, by doublings (2) or by tens (10). Linear without. */
  readonly base?: 2 | 10 | undefined
  /** How its numbers are written. */
  readonly print?: ((value: number) => string) | undefined
  /** Where its ticks are. Without, at round numbers. */
  readonly ticks?: ReadonlyArray<number> | undefined
}

/** One plot of a chart. */
export interface Panel {
  /** The vertical axis. Its name stands above the panel; without `from` it begins at 0, without `to` it ends above the highest point. */
  readonly y: Axis
  /** What stands before the name of the axis, in bold: what this panel is about, where panels are variants. */
  readonly name?: string | undefined
  readonly colour?: Colour | undefined
  /** Of the plot alone. By default 140. */
  readonly height?: number | undefined
  readonly series: ReadonlyArray<Series>
  /** Stretches of the horizontal axis that are shaded. */
  readonly spans?: ReadonlyArray<Span> | undefined
  /** Heights with a line across the panel, such as limits. */
  readonly limits?: ReadonlyArray<Limit> | undefined
  /** Words in the plot. */
  readonly remarks?: ReadonlyArray<Remark> | undefined
}

/** A place in a panel, in the units of its axes. A height of `undefined` is a gap in a line. */
export type Point = readonly [x: number, y: number | undefined]

/** What is drawn of some numbers. */
export interface Series {
  /**
   * `line` joins points, `step` holds a height up to the next point, `area` is a filled step, `columns` stand on the axis,
   * from their point to `width` further, and `dots` are points alone.
   */
  readonly kind: "line" | "step" | "area" | "columns" | "dots"
  readonly points: ReadonlyArray<Point>
  readonly colour: Colour
  /** Stands at the right of the last point, in the colour of the series. */
  readonly label?: string | undefined
  /** What is about what it is compared to: drawn thinner. */
  readonly thin?: boolean | undefined
  /** What the chart is about: drawn thicker, and its label in bold. */
  readonly thick?: boolean | undefined
  readonly dashed?: boolean | undefined
  /** A line with a dot at each point. */
  readonly dotted?: boolean | undefined
  /** How wide columns are, in units of the horizontal axis. By default 1. */
  readonly width?: number | undefined
}

/** A stretch of the horizontal axis. */
interface Span {
  readonly from: number
  readonly to: number
  readonly colour: Colour
  readonly label?: string | undefined
}

/** A line across a panel. */
interface Limit {
  readonly at: number
  readonly label?: string | undefined
  readonly colour: Colour
}

/** Words in a plot. */
interface Remark {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly colour: Colour
  /** Which end of the words is at the place. By default `start`. */
  readonly anchor?: "start" | "middle" | "end" | undefined
}
