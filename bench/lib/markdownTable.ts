/**
 * Tables in Markdown.
 */

/**
 * A table whose columns are padded, so that it reads well as text. The first column is aligned to the left, the others
 * to the right.
 */
export const markdownTable = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")))
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => [...(row[column] ?? "")].length)))
  const line = (row: ReadonlyArray<string>) =>
    `| ${
      widths.map((width, column) => {
        const cell = row[column] ?? ""
        const padding = " ".repeat(width - [...cell].length)
        return column === 0 ? cell + padding : padding + cell
      }).join(" | ")
    } |`
  const rule = widths.map((width, column) => column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)
  const [first = [], ...rest] = cells
  return [line(first), `| ${rule.join(" | ")} |`, ...rest.map(line)].join("\n")
}
