/**
 * `cost`: what a cache costs in a month.
 */
import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { bytes, duration, type Operand, valued, whole } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { advise } from "../cost/advise.js"
import { costLines } from "../cost/costLines.js"
import { monthlyCosts } from "../cost/monthlyCosts.js"
import { useOf, useOfStats } from "../cost/MonthlyUse.js"
import { priceList } from "../cost/prices.js"
import { readCount, readRate, readRateOrShare, readShare } from "../cost/readRate.js"
import { printable } from "../terminal/printable.js"
import { jsonOption } from "./common.js"

const statsOperand: Operand = {
  name: "STATS",
  says: "a file with what S3Cache.stats gives, as JSON; instead of rates",
  isOptional: true
}

const options = {
  gets: valued("gets", "RATE", "lookups of all processes: 100/s, 5K/min, 2M/day, 30M/month", readRate),
  memory: valued("memory", "SHARE", "of the lookups, how many memory answers; 0% by default", readShare),
  misses: valued("misses", "SHARE", "of what memory has not, how many are computed: 5%, or a rate", readRateOrShare),
  sets: valued("sets", "RATE", "values written with set", readRate),
  refreshes: valued("refreshes", "RATE", "values computed anew before they expire", readRate),
  size: bytes(
    "size",
    "how large an entry is in the second level: 4K; for DynamoDB, storage, and transfer of S3 Express"
  ),
  largeShare: valued("large-share", "SHARE", "how many of the entries are of --large-size instead: 5%", readShare),
  largeSize: bytes("large-size", "how large those are: 200K"),
  limit: bytes("limit", "up to which size an entry is in DynamoDB where stores are by size; 8K by default"),
  entries: valued("entries", "N", "how many entries lie there: 50K, 3M; for storage", readCount),
  processes: whole("processes", "N", "how many processes there are; 1 by default. Those of STATS are of one"),
  tags: whole("tags", "N", "how many tags are in use", 0),
  tagsAge: duration("tags-age", "tagsAge of the cache; 5s by default"),
  over: duration("over", "how long the program had run when it wrote STATS: 2h, 7d")
}

/** What a cache costs in a month. */
export const cost: Verb = {
  name: "cost",
  says: "what a cache costs in a month: S3 Standard, S3 Express, DynamoDB, both by size",
  about: [
    "With leases and without. Reckons requests and dollars from rates, or from the counts of a running program. Asks nobody:",
    `prices are those of ${priceList.region} as of ${priceList.asOf}.`,
    "A program writes its counts by JSON.stringify(yield* S3Cache.stats)."
  ],
  operands: [statsOperand],
  options: [...Object.values(options), jsonOption],
  examples: [
    ["cost --gets 200/s --memory 90% --misses 5% --size 4K --entries 100K", "from rates"],
    ["cost --gets 200/s --size 2K --large-share 5% --large-size 200K", "a few of them large"],
    ["cost stats.json --over 6h --processes 8 --tags 20", "from a program that had run for six hours"]
  ],
  run: (given, screen) =>
    Effect.gen(function*() {
      const isJson = yield* given.option(jsonOption)
      const file = given.optional(statsOperand)
      const gets = yield* given.option(options.gets)
      const memoryShare = yield* given.option(options.memory)
      const misses = yield* given.option(options.misses)
      const sets = yield* given.option(options.sets)
      const refreshes = yield* given.option(options.refreshes)
      const over = yield* given.option(options.over)
      const largeShare = yield* given.option(options.largeShare)
      const largeSize = yield* given.option(options.largeSize)
      if ((largeShare === undefined) !== (largeSize === undefined)) {
        return yield* new UsageError({ detail: "--large-share and --large-size go together" })
      }
      const rest = {
        large: largeShare === undefined || largeSize === undefined
          ? undefined
          : { share: largeShare, bytes: largeSize },
        limit: yield* given.option(options.limit),
        entryBytes: (yield* given.option(options.size)) ?? 0,
        entries: (yield* given.option(options.entries)) ?? 0,
        processes: (yield* given.option(options.processes)) ?? 1,
        tags: (yield* given.option(options.tags)) ?? 0,
        tagsAge: (yield* given.option(options.tagsAge)) ?? 5000
      }
      const use = yield* Effect.gen(function*() {
        if (file === undefined) {
          if (over !== undefined) return yield* new UsageError({ detail: "--over is for a file of STATS" })
          if (gets === undefined && sets === undefined && refreshes === undefined) {
            return yield* new UsageError({ detail: "say --gets RATE or --sets RATE, or name a file of STATS" })
          }
          return useOf({
            lookups: gets ?? 0,
            memoryShare: memoryShare ?? 0,
            misses: misses ?? { share: 0 },
            sets: sets ?? 0,
            refreshes: refreshes ?? 0,
            ...rest
          })
        }
        const said = [gets, memoryShare, misses, sets, refreshes].some((value) => value !== undefined)
        if (said) {
          return yield* new UsageError({ detail: "rates are in the file of STATS: leave out those of the line" })
        }
        if (over === undefined || over === 0) {
          return yield* new UsageError({ detail: "--over DURATION says how long the program had run" })
        }
        const read = useOfStats(yield* readJson(file), over, rest)
        return Either.isRight(read)
          ? read.right
          : yield* new UsageError({ detail: `STATS ${printable(file, 80)}: ${read.left}` })
      })
      const costs = monthlyCosts(use)
      yield* screen.print(
        isJson
          ? JSON.stringify({
            prices: priceList,
            use,
            costs: costs.map(({ dollars, leases, requests, store, units }) => ({
              store: store.id,
              leases,
              requests,
              units,
              dollars
            })),
            advice: advise(use, costs)
          })
          : costLines(screen.paint, use, costs)
      )
      return exitCodes.done
    })
}

const readJson = (file: string): Effect.Effect<unknown, ObjectStoreError | UsageError, FileSystem> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem
    const text = yield* Effect.mapError(fs.readFileString(file), (cause) =>
      new ObjectStoreError({
        reason: "Unknown",
        operation: "load",
        target: printable(file),
        detail: `the file cannot be read: ${cause.message}`,
        cause
      }))
    return yield* Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: () => new UsageError({ detail: `STATS ${printable(file, 80)}: it is no JSON` })
    })
  })
