/**
 * Logs of plain columns.
 */
import { Fields, splitAtBlanks, splitCells, trim } from "./fieldsOf.js"
import type { ReadLine } from "./LogLine.js"
import { numberIn } from "./numbers.js"
import type { PlainLayout } from "./PlainLayout.js"

const [tab, hyphen] = [9, 45]

/** Reads lines of which it is known what stands where. */
export const plainLines = ({ columns, perSecond, separator, skipped }: PlainLayout): ReadLine => {
  const fields = new Fields(columns.length)
  const place = {
    key: columns.indexOf("key"),
    size: columns.indexOf("size"),
    time: columns.indexOf("time"),
    cost: columns.indexOf("cost")
  }
  const last = Math.max(...Object.values(place))
  const code = separator === undefined || separator === "blanks" ? undefined : separator.charCodeAt(0)
  // Tabs at the end of a line are not seen: a size that is not there is one that is not known.
  const needed = code === tab && (last === place.size || last === place.cost) ? last : last + 1
  let left = skipped
  return (bytes, from, to, line) => {
    if (left > 0) {
      left--
      return "other"
    }
    if (separator === undefined) {
      line.key.add(bytes, from, to)
      return "request"
    }
    if (code === undefined) splitAtBlanks(fields, bytes, from, to)
    else splitCells(fields, code, bytes, from, to)
    if (fields.count < needed) return "unreadable"
    for (let at = 0; at < fields.count; at++) trim(fields, at, bytes)
    const number = (at: number) => numberIn(bytes, fields.starts[at] as number, fields.ends[at] as number)
    // As web servers write what they do not know.
    const isKnown = (at: number) => {
      if (at === -1 || at >= fields.count) return false
      const [start, end] = [fields.starts[at] as number, fields.ends[at] as number]
      return start < end && !(end - start === 1 && bytes[start] === hyphen)
    }
    const [start, end] = [fields.starts[place.key] as number, fields.ends[place.key] as number]
    if (start === end) return "unreadable"
    line.key.add(bytes, start, end)
    if (isKnown(place.size)) {
      line.size = number(place.size)
      if (!(line.size >= 0)) return "unreadable"
    }
    if (isKnown(place.cost)) {
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
