/**
 * Rows below each other.
 */
import { type Paint, widthOf } from "./Paint.js"

/** A column of a table. */
export interface Column {
  readonly title: string
  /** Numbers go to the right. */
  readonly side?: "left" | "right"
}

/** The lines of a table: two spaces before it and between its columns. */
export const tableLines = (
  paint: Paint,
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => {
  const widths = columns.map(({ title }, at) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[at] ?? ""))))
  const line = (cells: ReadonlyArray<string>, isTitle = false) =>
    `  ${
      columns.map(({ side }, at) => {
        const cell = cells[at] ?? ""
        const space = " ".repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)))
        const shown = isTitle ? paint("dim", cell) : cell
        return side === "right" ? space + shown : shown + space
      }).join("  ").trimEnd()
    }`
  return [line(columns.map(({ title }) => title), true), ...rows.map((row) => line(row))]
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

/** A bar of a share of some columns; what is there at all is seen. */
export const barOf = (share: number, columns: number): string => {
  if (!(share > 0)) return ""
  const parts = Math.max(1, Math.round(Math.min(1, share) * columns * 8))
  return "█".repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? "")
}
