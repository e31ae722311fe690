/**
 * Logs of plain columns.
 */
import { Fields, splitAt, splitAtBlanks } from "./fieldsOf.js"
import type { ReadLine } from "./LogLine.js"
import { numberIn } from "./numbers.js"
import type { PlainLayout } from "./PlainLayout.js"

const [blank, tab, quote] = [32, 9, 34]

/** Reads lines of which it is known what stands where. */
export const plainLines = ({ columns, hasTitles, perSecond, separator }: PlainLayout): ReadLine => {
  const fields = new Fields(columns.length)
  const place = {
    key: columns.indexOf("key"),
    size: columns.indexOf("size"),
    time: columns.indexOf("time"),
    cost: columns.indexOf("cost")
  }
  const needed = Math.max(...Object.values(place)) + 1
  const code = separator === undefined || separator === "blanks" ? undefined : separator.charCodeAt(0)
  let isTitle = hasTitles
  return (bytes, from, to, line) => {
    if (isTitle) {
      isTitle = false
      return "other"
    }
    if (separator === undefined) {
      line.key.add(bytes, from, to)
      return "request"
    }
    if (code === undefined) splitAtBlanks(fields, bytes, from, to)
    else splitAt(fields, code, bytes, from, to)
    if (fields.count < needed) return "unreadable"
    for (let at = 0; at < fields.count; at++) trim(fields, at, bytes)
    const number = (at: number) => numberIn(bytes, fields.starts[at] as number, fields.ends[at] as number)
    const [start, end] = [fields.starts[place.key] as number, fields.ends[place.key] as number]
    if (start === end) return "unreadable"
    line.key.add(bytes, start, end)
    if (place.size !== -1) {
      line.size = number(place.size)
      if (!(line.size >= 0)) return "unreadable"
    }
    if (place.cost !== -1) {
      line.cost = number(place.cost)
      if (!(line.cost >= 0)) return "unreadable"
    }
    if (place.time === -1) return "request"
    const time = number(place.time)
    line.time = Number.isNaN(time)
      ? Date.parse(bytes.toString("latin1", fields.starts[place.time], fields.ends[place.time]))
      : 1000 * time / perSecond
    return Number.isNaN(line.time) ? "unreadable" : "request"
  }
}

// Blanks around a cell, and quotes.
const trim = (fields: Fields, at: number, bytes: Buffer): void => {
  let start = fields.starts[at] as number
  let end = fields.ends[at] as number
  while (start < end && (bytes[start] === blank || bytes[start] === tab)) start++
  while (end > start && (bytes[end - 1] === blank || bytes[end - 1] === tab)) end--
  if (end - start > 1 && bytes[start] === quote && bytes[end - 1] === quote) {
    start++
    end--
  }
  fields.starts[at] = start
  fields.ends[at] = end
}
