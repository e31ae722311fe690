/**
 * Logs of nginx and of Apache, in their combined or common form.
 */
import { Fields, splitQuoted } from "./fieldsOf.js"
import type { ReadLine } from "./LogLine.js"
import { numberIn, serverTime } from "./numbers.js"
import type { RequestRules } from "./RequestRules.js"

const [blank, bracket, dot, quote] = [32, 91, 46, 34]

// What stands after the time.
const [request, status, size] = [0, 1, 2]

/**
 * Reads lines such as `1.2.3.4 - - [31/Jan/2026:23:59:59 +0000] "GET /a?b HTTP/1.1" 200 512 "-" "curl"`. A number with a point
 * at the end is the seconds that the request took (`$request_time`).
 */
export const nginxLines = (rules: RequestRules): ReadLine => {
  const fields = new Fields(3)
  return (bytes, from, to, line) => {
    let time = from
    while (time < to && bytes[time] !== bracket) time++
    let end = time
    while (end < to && bytes[end] !== 93) end++
    if (end >= to || !splitQuoted(fields, bytes, end + 1, to) || fields.count < 3) return "unreadable"
    line.time = serverTime(bytes, time + 1, end)
    const code = numberIn(bytes, fields.starts[status] as number, fields.ends[status] as number)
    const [first, last] = [fields.starts[request] as number, fields.ends[request] as number]
    let method = first
    while (method < last && bytes[method] !== blank) method++
    if (Number.isNaN(line.time) || Number.isNaN(code)) return "unreadable"
    // What is no request at all is answered as one, with an error.
    if (method === last || !rules.counts(bytes, first, method, line) || !rules.countsStatus(code, line)) return "other"
    let target = last
    while (target > method + 1 && bytes[target] !== blank) target--
    rules.addTarget(bytes, method + 1, target > method + 1 ? target : last, line)
    line.size = numberIn(bytes, fields.starts[size] as number, fields.ends[size] as number)
    line.cost = secondsAtEnd(bytes, from, to)
    return "request"
  }
}

const secondsAtEnd = (bytes: Buffer, from: number, to: number): number => {
  let at = to
  let hasPoint = false
  for (; at > from; at--) {
    const byte = bytes[at - 1] as number
    if (byte === blank || byte === quote) break
    if (byte === dot) hasPoint = true
    else if (byte < 48 || byte > 57) return Number.NaN
  }
  return hasPoint ? 1000 * numberIn(bytes, at, to) : Number.NaN
}
