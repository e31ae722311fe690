/**
 * Server access logs of Amazon S3.
 */
import { Fields, splitQuoted } from "./fieldsOf.js"
import type { ReadLine } from "./LogLine.js"
import { numberIn, serverTime } from "./numbers.js"
import type { RequestRules } from "./RequestRules.js"

const place = {
  bucket: 1,
  time: 2,
  operation: 6,
  key: 7,
  status: 9,
  bytesSent: 11,
  objectSize: 12,
  totalTime: 13
}

const object = Buffer.from(".OBJECT")
const dot = 46

/** Reads lines as the server access logs of S3 have them: what is counted are objects, by bucket and key. */
export const s3Lines = (rules: RequestRules): ReadLine => {
  const fields = new Fields(place.totalTime + 1)
  return (bytes, from, to, line) => {
    if (!splitQuoted(fields, bytes, from, to) || fields.count <= place.totalTime) return "unreadable"
    const { ends, starts } = fields
    const start = (field: number) => starts[field] as number
    const end = (field: number) => ends[field] as number
    const number = (field: number) => numberIn(bytes, start(field), end(field))
    line.time = serverTime(bytes, start(place.time), end(place.time))
    if (Number.isNaN(line.time)) return "unreadable"
    // Such as REST.GET.OBJECT.
    const kind = end(place.operation) - object.length
    let method = start(place.operation)
    while (method < kind && bytes[method] !== dot) method++
    if (
      method >= kind || object.compare(bytes, kind, end(place.operation)) !== 0 ||
      !rules.counts(bytes, method + 1, kind, line)
    ) return "other"
    const status = number(place.status)
    if (Number.isNaN(status)) return "unreadable"
    if (!rules.countsStatus(status, line)) return "other"
    line.key.add(bytes, start(place.bucket), end(place.bucket))
    line.key.addByte(0)
    line.key.add(bytes, start(place.key), end(place.key))
    const whole = number(place.objectSize)
    if (Number.isNaN(whole)) line.size = number(place.bytesSent)
    else {
      line.size = whole
      line.isPart = false
    }
    line.cost = number(place.totalTime)
    return "request"
  }
}
