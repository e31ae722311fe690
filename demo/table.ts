/**
 * Tables for a terminal.
 */

/** Rows as a table: the first is the head, the first column goes left, the others right. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  const line = (row: ReadonlyArray<string>) =>
    `  ${
      widths.map((width, column) =>
        column === 0 ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width)
      ).join("   ")
    }`
  const [head = [], ...body] = rows
  return [line(head), `  ${widths.map((width) => "─".repeat(width)).join("───")}`, ...body.map(line)].join("\n")
}
