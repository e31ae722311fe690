/**
 * Expensive reports that several processes want at the same time.
 */
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** How many reports there are, how many callers in each process want each of them, and how long one takes. */
export const reportCount = 6
export const callersOfEach = 5
export const reportMillis = 300

const makeKeyspace = (coordination: "none" | "lease") =>
  Keyspace.make(`demo/reports-${coordination}`, {
    key: Schema.Struct({ report: Schema.Number }),
    value: Schema.String,
    timeToLive: "1 hour",
    coordination
  })

const keyspaces = { none: makeKeyspace("none"), lease: makeKeyspace("lease") }

/** What became of the reports in one process. */
export const Reports = Schema.Struct({
  /** When those it made itself were begun and done, in milliseconds since all were let go. */
  made: Schema.Array(Schema.Struct({ report: Schema.Number, from: Schema.Number, to: Schema.Number })),
  /** What its callers saw. */
  seen: Schema.Array(Schema.String),
  millis: Schema.Number
})

export type Reports = typeof Reports.Type

/**
 * Wants all reports at once.
 *
 * @param at when, in milliseconds since the epoch, so that all processes do
 */
export const wantReports = (coordination: "none" | "lease", at: number) =>
  Effect.gen(function*() {
    const made: Array<Reports["made"][number]> = []
    const since = Effect.map(Clock.currentTimeMillis, (now) => now - at)
    const lookup = yield* S3Cache.memoize(keyspaces[coordination], ({ report }) =>
      Effect.gen(function*() {
        const from = yield* since
        yield* Effect.sleep(reportMillis)
        made.push({ report, from, to: yield* since })
        return `report ${report} by process ${process.pid}`
      }))
    yield* Effect.sleep(Math.max(0, -(yield* since)))
    const wanted = Array.from({ length: reportCount * callersOfEach }, (_, index) => ({ report: index % reportCount }))
    const seen = yield* Effect.forEach(wanted, lookup, { concurrency: "unbounded" })
    return { made, seen: [...new Set(seen)].toSorted(), millis: yield* since } satisfies Reports
  })
