/**
 * What stands where in a log of plain columns.
 */
import { Fields, splitCells, trim } from "./fieldsOf.js"

/** What a column says; of some nothing is wanted. */
export type PlainColumn = "key" | "size" | "time" | "cost" | "-"

/** The columns of a log, and what stands between them. */
export interface PlainLayout {
  /** A character, `"blanks"` for any number of blanks and tabs, nothing where the whole line is the key. */
  readonly separator: string | undefined
  readonly columns: ReadonlyArray<PlainColumn>
  /** How many units of its times a second has. */
  readonly perSecond: number
  /** So many lines at the start are no requests: comments, and what only says what the columns are. */
  readonly skipped: number
}

const names: Readonly<Record<string, PlainColumn>> = {
  key: "key",
  id: "key",
  obj_id: "key",
  object: "key",
  object_id: "key",
  object_key: "key",
  url: "key",
  size: "size",
  bytes: "size",
  obj_size: "size",
  object_size: "size",
  time: "time",
  timestamp: "time",
  cost: "cost",
  ms: "cost",
  duration: "cost"
}

const separators = ["\t", ",", ";", "blanks"]

/** More columns are not looked at. */
const mostCells = 200

const cellsOf = (line: string, separator: string): ReadonlyArray<string> => {
  if (separator === "blanks") return line.trim().split(/[ \t]+/)
  const bytes = Buffer.from(line, "latin1")
  const fields = new Fields(mostCells)
  splitCells(fields, separator.charCodeAt(0), bytes, 0, bytes.length)
  return Array.from({ length: fields.count }, (_, at) => {
    trim(fields, at, bytes)
    return bytes.toString("latin1", fields.starts[at], fields.ends[at])
  })
}

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

/** A name of a column, without its unit: `Object size (byte)` is `object_size`. */
const nameOf = (title: string): string =>
  title.replaceAll("\"", "").replace(/\(.*\)/, "").trim().toLowerCase().replaceAll(/[\s-]+/g, "_")

const titlesIn = (titles: ReadonlyArray<string>): ReadonlyArray<PlainColumn> | undefined => {
  const columns = titles.map((title) => names[nameOf(title)] ?? "-")
  const named = columns.filter((column) => column !== "-")
  return titles.length > 1 && columns.includes("key") && named.length > 1 ? columns : undefined
}

const unitOfTime = /\((s|seconds?|ms|milliseconds?|us|microseconds?|ns|nanoseconds?)\)/i
const perSecondOfUnit: Readonly<Record<string, number>> = { s: 1, m: 1e3, u: 1e6, n: 1e9 }

/** How many units of its times a second has, where a title says so: `timestamp (ms)`. */
const saidPerSecond = (title: string | undefined): number | undefined => {
  const unit = unitOfTime.exec(title ?? "")?.[1]?.toLowerCase()
  return unit === undefined ? undefined : perSecondOfUnit[unit.startsWith("micro") ? "u" : unit.charAt(0)]
}

const withColumns = (
  columns: ReadonlyArray<PlainColumn>,
  separator: string,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  skipped: number,
  titles: ReadonlyArray<string> = []
): PlainLayout => {
  const time = columns.indexOf("time")
  const perSecond = saidPerSecond(titles[time]) ?? perSecondOf(rows.flatMap((row) => row[time] ?? []))
  return { columns, separator, skipped, perSecond }
}

/** The separator by which most lines have as many cells as there are columns. */
const separatorFor = (lines: ReadonlyArray<string>, columns: number): string =>
  separators
    .map((separator) => ({
      separator,
      fitting: lines.filter((line) => cellsOf(line, separator).length >= columns).length
    }))
    .reduce((best, each) => each.fitting > best.fitting ? each : best).separator

const isMissing = (cell: string | undefined): boolean => cell === "" || cell === "-"

/** The columns and the separator that most rows agree on, by their numbers. A row that lacks one may have any others. */
const layoutByNumbers = (lines: ReadonlyArray<string>, skipped: number): PlainLayout | undefined => {
  for (const separator of separators) {
    const rows = lines.map((line) => cellsOf(line, separator))
    const found = new Map<string, { readonly columns: ReadonlyArray<PlainColumn>; count: number }>()
    for (const row of rows) {
      const columns = byNumbers(row)
      if (columns === undefined) continue
      const known = found.get(columns.join())
      if (known === undefined) found.set(columns.join(), { columns, count: 1 })
      else known.count++
    }
    for (const { columns, count } of found.values()) {
      const lacking = rows.filter((row) =>
        row.length === columns.length && byNumbers(row) === undefined && row.some(isMissing)
      )
      if (count + lacking.length >= share * rows.length) return withColumns(columns, separator, rows, skipped)
    }
  }
  return undefined
}

const isComment = (line: string): boolean => line.startsWith("#")

/** How many lines at the start are comments, in a log where keys do not begin as these do. */
const commentsIn = (lines: ReadonlyArray<string>): number => {
  const first = lines.findIndex((line) => !isComment(line))
  return first === -1 || lines.slice(first).some(isComment) ? 0 : first
}

/** Whether the first line only says that there are keys. */
const isNameOfKeys = ([first, ...others]: ReadonlyArray<string>): boolean =>
  first !== undefined && others.length > 0 && names[nameOf(first)] === "key" && !others.includes(first)

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
  const comments = commentsIn(lines)
  const rows = lines.slice(comments)
  const [first = ""] = rows
  const onlyKeys: PlainLayout = {
    separator: undefined,
    columns: ["key"],
    perSecond: 1,
    skipped: comments + (isNameOfKeys(rows) ? 1 : 0)
  }
  if (wanted !== undefined) {
    if (wanted.length === 1) return onlyKeys
    const separator = separatorFor(rows, wanted.length)
    const skipped = comments + (titlesIn(cellsOf(first, separator)) === undefined ? 0 : 1)
    return withColumns(wanted, separator, rows.map((line) => cellsOf(line, separator)), skipped)
  }
  for (const separator of separators) {
    const titles = cellsOf(first, separator)
    const columns = titlesIn(titles)
    if (columns === undefined) continue
    return withColumns(
      columns,
      separator,
      rows.slice(1).map((line) => cellsOf(line, separator)),
      comments + 1,
      titles
    )
  }
  // Names in a comment, where the lines below have as many cells.
  for (const comment of lines.slice(0, comments).toReversed()) {
    for (const separator of separators) {
      const titles = cellsOf(comment.replace(/^#+/, ""), separator)
      const columns = titlesIn(titles)
      const cells = rows.map((line) => cellsOf(line, separator))
      const fitting = cells.filter(({ length }) => length === titles.length).length
      if (columns !== undefined && fitting >= share * rows.length) {
        return withColumns(columns, separator, cells, comments, titles)
      }
    }
  }
  return layoutByNumbers(rows, comments) ?? onlyKeys
}

/** What it is, in words. */
export const describeLayout = ({ columns, separator }: PlainLayout): string => {
  if (separator === undefined) return "a key per line"
  const between = separator === "blanks" ? "blanks" : separator === "\t" ? "tabs" : `"${separator}"`
  return `${columns.join(", ")} between ${between}`
}
