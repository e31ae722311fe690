/**
 * `simulate`: which policy and size to take for a log.
 */
import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type EvictionPolicyName, evictionPolicyNames } from "../../Cache/engine/policies/EvictionPolicy.js"
import { parseByteSize } from "../../Cache/memory/parseByteSize.js"
import { isLeft } from "../../effect/plainEither.js"
import { FileError } from "../arguments/FileError.js"
import { duration, flag, type Operand, type Option, text, texts, valued, whole } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { advise, goals } from "../simulate/advise.js"
import { logFormats } from "../simulate/log/LogFormat.js"
import type { PlainColumn } from "../simulate/log/PlainLayout.js"
import { page } from "../simulate/page.js"
import { readLog } from "../simulate/readLog.js"
import type { Capacity } from "../simulate/replay/Capacity.js"
import { reportLines } from "../simulate/report.js"
import { reportJson } from "../simulate/reportJson.js"
import { simulate as replayAll } from "../simulate/simulate.js"
import { counted } from "../terminal/formats.js"
import { withProgress } from "../terminal/progress.js"
import { jsonOption } from "./common.js"

const logOperand: Operand = { name: "LOG", says: "a file, packed with gzip or not; - is the standard input" }

const oneOf = <A extends string>(
  name: string,
  takes: string,
  says: string,
  names: ReadonlyArray<A>
): Option<A | undefined> =>
  valued(name, takes, says, (given) => {
    const found = names.find((each) => each.toLowerCase() === given.toLowerCase())
    return found === undefined ? Either.left(`one of ${names.join(", ")}`) : Either.right(found)
  })

/** Some of a list of names. */
const someOf = <A extends string>(
  name: string,
  takes: string,
  says: string,
  names: ReadonlyArray<A>
): Option<ReadonlyArray<A> | undefined> => ({
  ...texts(name, takes, says),
  read: (given) => {
    const words = given.flatMap((each) => each.split(",")).map((each) => each.trim().toLowerCase())
    const found = words.map((word) => names.find((each) => each.toLowerCase() === word))
    const known = found.flatMap((each) => each === undefined ? [] : [each])
    if (known.length < words.length) return Either.left(`some of ${names.join(", ")}, with commas between them`)
    return Either.right(words.length === 0 ? undefined : known)
  }
})

/** A number of entries, or of bytes where it has a unit. */
interface Size {
  readonly size: number
  readonly isBytes: boolean
}

const readSize = (given: string): Either.Either<Size, string> => {
  if (/^\d[\d_]{0,15}$/.test(given)) {
    const size = Number(given.replaceAll("_", ""))
    return size > 0 ? Either.right({ size, isBytes: false }) : Either.left("it is not above 0")
  }
  const bytes = parseByteSize(given, undefined)
  return isLeft(bytes)
    ? Either.left("a whole number of entries such as 10000, or bytes with a unit such as 64M")
    : Either.right({ size: bytes.right, isBytes: true })
}

const formatOption = oneOf(
  "format",
  "FORMAT",
  "plain, cloudfront, s3 or nginx (which is Apache's too); by default its first lines tell",
  [...logFormats, "auto"]
)
const columns: ReadonlyArray<PlainColumn> = ["key", "size", "time", "cost", "-"]
const columnsOption = someOf(
  "columns",
  "LIST",
  "what the columns of a plain log are: key, size (bytes), time, cost (ms), - for others",
  columns
)
const methodsOption = texts("methods", "LIST", "which requests of a web server count; GET by default")
const ignoreQueryOption = flag("ignore-query", "addresses that differ after ? are one key")
const ttlOption = duration("ttl", "how long entries live, by the times in the log; for ever by default")
const byOption = oneOf("by", "UNIT", "what sizes count: entries, or bytes, the default where they are known", [
  "entries",
  "bytes"
])
const sizesOption: Option<ReadonlyArray<Size> | undefined> = {
  ...texts("sizes", "LIST", "which sizes, such as 1000,5000 or 16M,64M; by default round ones from 0.5 % of all"),
  read: (given) => {
    const words = given.flatMap((each) => each.split(","))
    if (words.length === 0) return Either.right(undefined)
    if (words.length > 100) return Either.left("100 sizes at the most")
    return Either.all(words.map((word) => readSize(word.trim())))
  }
}
const policiesOption = someOf(
  "policies",
  "LIST",
  "which policies besides LRU; all by default",
  evictionPolicyNames
)
const limitOption = valued("limit", "SIZE", "the most room there is, such as 10000 or 64M", readSize)
const points = (given: string): Either.Either<number, string> =>
  /^\d{1,3}(\.\d+)?$/.test(given) ? Either.right(Number(given)) : Either.left("a number of percentage points")
const withinOption = valued(
  "within",
  "POINTS",
  "the smallest size is taken that is so near the best; 1 by default",
  points
)
const forOption = oneOf("for", "GOAL", "what the cache is for: hits, bytes or time; hits by default", goals)
const sampleOption = valued(
  "sample",
  "SHARE",
  "replays the requests for that share of the keys, such as 0.1",
  (given) => {
    const rate = /^(0?\.\d+|1(\.0+)?)$/.test(given) ? Number(given) : 0
    return rate > 0 ? Either.right(rate) : Either.left("a share above 0 and at most 1")
  }
)
const mostOption = whole(
  "most",
  "N",
  "keeps so many requests, of a longer log those for a sample of its keys;\n5000000 by default, 3000000 where sizes are known",
  1000
)
const htmlOption = text("html", "FILE", "writes a page with the curves too")

/** Of ten million requests these are replayed in less than a minute. */
const mostKept = { plain: 5_000_000, sized: 3_000_000 }

/** Which policy and size to take for a log. */
export const simulate: Verb = {
  name: "simulate",
  says: "replays an access log through every eviction policy, and says which to take",
  about: [
    "Reads a log of requests, by whoever wrote it, and replays it at many sizes. A plain log has",
    "a key per line, or key and size; time, key and size; time, key, size and cost, with blanks,",
    "tabs or commas between them. Of web servers successful GETs count. What a line says that",
    "cannot be read is counted, and told.",
    "",
    "Asks no store, and changes nothing."
  ],
  operands: [logOperand],
  options: [
    ...[
      formatOption,
      columnsOption,
      methodsOption,
      ignoreQueryOption,
      ttlOption,
      byOption,
      sizesOption,
      policiesOption
    ],
    ...[limitOption, withinOption, forOption, sampleOption, mostOption, htmlOption, jsonOption]
  ],
  examples: [
    ["simulate access.log.gz --limit 10000", "which policy, and how many entries up to 10,000"],
    ["simulate - --format cloudfront --html page.html < E2A.gz", "with a page of the curves"],
    ["simulate requests.csv --columns time,key,-,size --ttl 1h --limit 256M", "by bytes, for an hour each"]
  ],
  run: (given, screen) =>
    Effect.gen(function*() {
      const path = yield* given.operand(logOperand)
      const format = yield* given.option(formatOption)
      const columns = yield* given.option(columnsOption)
      const methods = yield* given.option(methodsOption)
      const ignoresQuery = yield* given.option(ignoreQueryOption)
      const timeToLive = yield* given.option(ttlOption)
      const by = yield* given.option(byOption)
      const sizes = yield* given.option(sizesOption)
      const policies: ReadonlyArray<EvictionPolicyName> | undefined = yield* given.option(policiesOption)
      const limit = yield* given.option(limitOption)
      const within = (yield* given.option(withinOption)) ?? 1
      const goal = (yield* given.option(forOption)) ?? "hits"
      const rate = (yield* given.option(sampleOption)) ?? 1
      const most = yield* given.option(mostOption)
      const html = yield* given.option(htmlOption)
      const isJson = yield* given.option(jsonOption)
      const wrong = (detail: string) => new UsageError({ detail })
      if (columns !== undefined && columns.filter((column) => column === "key").length !== 1) {
        return yield* wrong("--columns: one of them is the key")
      }
      if (timeToLive === 0) return yield* wrong("--ttl: nothing is kept for no time")

      const { log, simulation } = yield* withProgress(screen, (tell) =>
        Effect.gen(function*() {
          const log = yield* readLog(
            path,
            {
              format: format === "auto" ? undefined : format,
              columns,
              methods: methods.length === 0 ? ["GET"] : methods.map((method) => method.toUpperCase()),
              ignoresQuery,
              rate,
              most: most ?? mostKept.plain,
              mostSized: most ?? mostKept.sized
            },
            (lines) => tell({ text: `${counted(lines, "line")} read` })
          )
          const { requests } = log.sample
          if (requests.unique === 0) return yield* wrong(`--sample ${rate}: so small a sample has none of its keys`)
          const inBytes = [...(limit === undefined ? [] : [limit]), ...(sizes ?? [])].some(({ isBytes }) => isBytes)
          const unit: Capacity["unit"] = by ?? (inBytes || requests.sizes !== undefined ? "bytes" : "entries")
          if (unit === "bytes" && requests.sizes === undefined) {
            return yield* wrong(
              `sizes are in bytes, and ${log.name}, read as ${log.form}, does not say how large anything is`
            )
          }
          if (unit === "entries" && inBytes) return yield* wrong("--by entries: sizes are numbers, without a unit")
          if (timeToLive !== undefined && requests.times === undefined) {
            return yield* wrong(`--ttl: ${log.name}, read as ${log.form}, does not say when anything was asked for`)
          }
          if (goal === "bytes" && requests.sizes === undefined || goal === "time" && requests.costs === undefined) {
            return yield* wrong(`--for ${goal}: ${log.name}, read as ${log.form}, does not say that of requests`)
          }
          const simulation = yield* replayAll(
            log.sample,
            {
              policies,
              sizes: sizes?.map(({ size }) => size),
              limit: limit?.size,
              unit,
              timeToLive
            },
            (policy, done, total) => tell({ text: `replaying ${policy}`, done, total })
          )
          return { log, simulation }
        }))
      const advice = advise(simulation, { goal, limit: limit?.size ?? Number.POSITIVE_INFINITY, within })
      if (html !== undefined) {
        const fs = yield* FileSystem
        yield* Effect.mapError(
          fs.writeFileString(html, page(log, simulation, advice)),
          (error) => new FileError({ file: html, detail: `it cannot be written: ${error.message}` })
        )
      }
      yield* screen.print(
        isJson
          ? JSON.stringify(reportJson(log, simulation, advice))
          : reportLines(screen.paint, log, simulation, advice)
      )
      return exitCodes.done
    })
}
