/**
 * What stands where in a log of plain columns.
 */

/** What a column says; of some nothing is wanted. */
export type PlainColumn = "key" | "size" | "time" | "cost" | "-"

/** The columns of a log, and what stands between them. */
export interface PlainLayout {
  /** A character, `"blanks"` for any number of blanks and tabs, nothing where the whole line is the key. */
  readonly separator: string | undefined
  readonly columns: ReadonlyArray<PlainColumn>
  /** How many units of its times a second has. */
  readonly perSecond: number
  /** Whether the first line only says what the columns are. */
  readonly hasTitles: boolean
}

const names: Readonly<Record<string, PlainColumn>> = {
  key: "key",
  id: "key",
  obj_id: "key",
  object: "key",
  url: "key",
  size: "size",
  bytes: "size",
  obj_size: "size",
  time: "time",
  timestamp: "time",
  cost: "cost",
  ms: "cost",
  duration: "cost"
}

const separators = ["\t", ",", ";", "blanks"]

const cellsOf = (line: string, separator: string): ReadonlyArray<string> =>
  separator === "blanks" ? line.trim().split(/[ \t]+/) : line.split(separator).map((cell) => cell.trim())

const isNumber = (cell: string | undefined): boolean =>
  cell !== undefined && /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(cell)

const isTime = (cell: string | undefined): boolean =>
  isNumber(cell) || (cell !== undefined && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(cell))

/** What columns are, by which of them are numbers. */
const byNumbers = (cells: ReadonlyArray<string>): ReadonlyArray<PlainColumn> | undefined => {
  const [first, second, third, fourth] = cells
  switch (cells.length) {
    case 2:
      return isNumber(second) ? ["key", "size"] : isTime(first) ? ["time", "key"] : undefined
    case 3:
      if (!isNumber(third)) return undefined
      return isTime(first) ? ["time", "key", "size"] : isNumber(second) ? ["key", "size", "cost"] : undefined
    case 4:
      return isTime(first) && isNumber(third) && isNumber(fourth) ? ["time", "key", "size", "cost"] : undefined
    default:
      return undefined
  }
}

/** Times are in seconds, unless they are so large that they would lie thousands of years ahead. */
const perSecondOf = (times: ReadonlyArray<string>): number => {
  const most = times.reduce((most, time) => Math.max(most, isNumber(time) ? Math.abs(Number(time)) : 0), 0)
  return most < 1e11 ? 1 : most < 1e14 ? 1e3 : most < 1e17 ? 1e6 : 1e9
}

// Of the lines looked at, so many must be alike.
const share = 0.8

const titlesIn = (line: string | undefined, separator: string): ReadonlyArray<PlainColumn> | undefined => {
  if (line === undefined) return undefined
  const titles = cellsOf(line, separator).map((cell) => cell.replaceAll("\"", "").toLowerCase())
  const columns = titles.map((title) => names[title] ?? "-")
  const named = columns.filter((column) => column !== "-")
  return titles.length > 1 && columns.includes("key") && named.length > 1 ? columns : undefined
}

const withColumns = (
  columns: ReadonlyArray<PlainColumn>,
  separator: string,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  hasTitles: boolean
): PlainLayout => {
  const time = columns.indexOf("time")
  return { columns, separator, hasTitles, perSecond: perSecondOf(rows.flatMap((row) => row[time] ?? [])) }
}

/** The separator by which most lines have as many cells as there are columns. */
const separatorFor = (lines: ReadonlyArray<string>, columns: number): string =>
  separators
    .map((separator) => ({
      separator,
      fitting: lines.filter((line) => cellsOf(line, separator).length >= columns).length
    }))
    .reduce((best, each) => each.fitting > best.fitting ? each : best).separator

/**
 * How a log is read.
 *
 * @param lines its first lines, those that are empty left out
 * @param wanted what the user says its columns are
 */
export const plainLayout = (
  lines: ReadonlyArray<string>,
  wanted?: ReadonlyArray<PlainColumn> | undefined
): PlainLayout => {
  if (wanted !== undefined) {
    if (wanted.length === 1) return { separator: undefined, columns: ["key"], perSecond: 1, hasTitles: false }
    const separator = separatorFor(lines, wanted.length)
    return withColumns(wanted, separator, lines.map((line) => cellsOf(line, separator)), false)
  }
  for (const separator of separators) {
    const titles = titlesIn(lines[0], separator)
    if (titles !== undefined) {
      return withColumns(titles, separator, lines.slice(1).map((line) => cellsOf(line, separator)), true)
    }
  }
  for (const separator of separators) {
    const rows = lines.map((line) => cellsOf(line, separator))
    const counts = new Map<string, number>()
    for (const row of rows) {
      const columns = byNumbers(row)
      if (columns !== undefined) counts.set(columns.join(), (counts.get(columns.join()) ?? 0) + 1)
    }
    for (const [name, count] of counts) {
      const columns = rows.map(byNumbers).find((columns) => columns?.join() === name)
      if (count >= share * rows.length && columns !== undefined) return withColumns(columns, separator, rows, false)
    }
  }
  return { separator: undefined, columns: ["key"], perSecond: 1, hasTitles: false }
}

/** What it is, in words. */
export const describeLayout = ({ columns, separator }: PlainLayout): string => {
  if (separator === undefined) return "a key per line"
  const between = separator === "blanks" ? "blanks" : separator === "\t" ? "tabs" : `"${separator}"`
  return `${columns.join(", ")} between ${between}`
}
