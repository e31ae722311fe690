/**
 * In which form a log is.
 */
import { cloudFrontLines } from "./cloudFrontLines.js"
import type { ReadLine } from "./LogLine.js"
import { nginxLines } from "./nginxLines.js"
import { describeLayout, type PlainColumn, plainLayout } from "./PlainLayout.js"
import { plainLines } from "./plainLines.js"
import { type RequestOptions, RequestRules } from "./RequestRules.js"
import { s3Lines } from "./s3Lines.js"

/** The forms there are. */
export const logFormats = ["plain", "cloudfront", "s3", "nginx"] as const

/** One of them. */
type LogFormat = (typeof logFormats)[number]

/** What a user may say about how logs are read. */
export interface LogOptions extends RequestOptions {
  /** In which form they are. Without, their first lines tell. */
  readonly format?: LogFormat | undefined
  /** What their columns are, where they are plain. Without, their first lines tell. */
  readonly columns?: ReadonlyArray<PlainColumn> | undefined
}

const server = /^\S+ \S+ .*?\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/
const s3 =
  /^(?:[0-9a-f]{64}|-|[\w-]+) \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \S+ \S+ \S+ [A-Z][A-Z0-9]*\./
const cloudFront = /^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t/

/** The form that most of the first lines of a log are in. */
const formatOf = (lines: ReadonlyArray<string>): LogFormat => {
  if (lines.some((line) => line.startsWith("#Fields:"))) return "cloudfront"
  const most = (form: RegExp) => 2 * lines.filter((line) => form.test(line)).length > lines.length
  return most(s3) ? "s3" : most(server) ? "nginx" : most(cloudFront) ? "cloudfront" : "plain"
}

/** How a log is read, and in words. */
export interface LogForm {
  readonly format: LogFormat
  readonly described: string
  readonly read: ReadLine
}

/** How a log is read that begins with these lines. */
export const formOf = (lines: ReadonlyArray<string>, options: LogOptions): LogForm => {
  const rules = new RequestRules(options)
  const format = options.format ?? (options.columns === undefined ? formatOf(lines) : "plain")
  switch (format) {
    case "cloudfront":
      return { format, described: "a log of CloudFront", read: cloudFrontLines(rules) }
    case "s3":
      return { format, described: "a server access log of S3", read: s3Lines(rules) }
    case "nginx":
      return { format, described: "a log of a web server, combined or common", read: nginxLines(rules) }
    case "plain": {
      const layout = plainLayout(lines, options.columns)
      return { format, described: describeLayout(layout), read: plainLines(layout) }
    }
  }
}
