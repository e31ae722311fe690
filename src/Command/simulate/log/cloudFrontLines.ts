/**
 * Standard logs of Amazon CloudFront.
 */
import { Fields, splitAt } from "./fieldsOf.js"
import type { ReadLine } from "./LogLine.js"
import { dayTime, numberIn } from "./numbers.js"
import type { RequestRules } from "./RequestRules.js"

const [hash, tab] = [35, 9]

const header = "#Fields:"

/** The fields of a log that does not say which it has. */
const usual = (
  "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) " +
  "cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken"
).split(" ")

const placesOf = (names: ReadonlyArray<string>) => {
  const place = (...wanted: ReadonlyArray<string>) =>
    wanted.map((name) => names.indexOf(name)).find((at) => at !== -1) ?? -1
  return {
    day: place("date"),
    time: place("time"),
    method: place("cs-method"),
    host: place("x-host-header", "cs(Host)"),
    path: place("cs-uri-stem"),
    query: place("cs-uri-query"),
    status: place("sc-status"),
    length: place("sc-content-len"),
    sent: place("sc-bytes"),
    taken: place("time-taken")
  }
}

/** Reads lines of CloudFront, with the fields that its `#Fields` names: the key is host, path and query. */
export const cloudFrontLines = (rules: RequestRules): ReadLine => {
  let places = placesOf(usual)
  let fields = new Fields(usual.length)
  return (bytes, from, to, line) => {
    if (bytes[from] === hash) {
      const text = bytes.toString("latin1", from, to)
      if (text.startsWith(header)) {
        const names = text.slice(header.length).trim().split(/\s+/)
        places = placesOf(names)
        fields = new Fields(Math.max(1, ...Object.values(places)) + 1)
      }
      return "other"
    }
    splitAt(fields, tab, bytes, from, to)
    const has = (place: number) => place !== -1 && place < fields.count
    const start = (place: number) => fields.starts[place] as number
    const end = (place: number) => fields.ends[place] as number
    const number = (place: number) => has(place) ? numberIn(bytes, start(place), end(place)) : Number.NaN
    if (!has(places.path) || !has(places.method) || !has(places.status)) return "unreadable"
    const status = number(places.status)
    if (has(places.day) && has(places.time)) line.time = dayTime(bytes, start(places.day), start(places.time))
    if (Number.isNaN(status) || Number.isNaN(line.time) && has(places.day)) return "unreadable"
    if (!rules.counts(bytes, start(places.method), end(places.method), line) || !rules.countsStatus(status, line)) {
      return "other"
    }
    if (has(places.host)) line.key.add(bytes, start(places.host), end(places.host))
    line.key.add(bytes, start(places.path), end(places.path))
    if (has(places.query)) rules.addQuery(bytes, start(places.query), end(places.query), line)
    const length = number(places.length)
    line.size = Number.isNaN(length) ? number(places.sent) : length
    line.cost = 1000 * number(places.taken)
    return "request"
  }
}
