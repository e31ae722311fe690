/**
 * `prune`: removes what nobody needs.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { shortestOrphanAge } from "../../S3Store/levels/removeOrphans.js"
import { bytes, duration, flag, type Operand, texts } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { parseWanted } from "../bucket/entriesOf.js"
import { type Amount, prune as run, type PruneReport, type PruneRule } from "../bucket/prune.js"
import { doubtOf, pruneOrphans, type SearchedOrphans } from "../bucket/pruneOrphans.js"
import { isNamed, retiredSpaces } from "../bucket/retired.js"
import { survey } from "../bucket/survey.js"
import { listOfStoreOptions, openStore, storeOptions, targetOperand } from "../target/openStore.js"
import { confirm } from "../terminal/confirm.js"
import { counted, formatBytes, formatCount } from "../terminal/formats.js"
import type { Paint } from "../terminal/Paint.js"
import { printable, safeJson } from "../terminal/printable.js"
import { withProgress } from "../terminal/progress.js"
import { tableLines } from "../terminal/table.js"
import {
  concurrencyOption,
  defaultConcurrency,
  dryRunOption,
  jsonOption,
  keyspaceOperand,
  yesOption
} from "./common.js"

const keyspace: Operand = { ...keyspaceOperand, isOptional: true }

const expiredOption = flag("expired", "what no reader is given any more: expired, or invalidated by a tag")
const staleForOption = duration(
  "stale-for",
  "with --expired: how long readers may have values stale, where entries do not\nsay more themselves; 1d by default"
)
const olderThanOption = duration("older-than", "what was written longer ago than this")
const retiredOption = flag(
  "retired",
  "old versions: of each keyspace all but the one that was written to last"
)
const idleOption = duration("idle", "with --retired: those nobody has written to for so long; 1d by default")
const keepKeyspacesOption = texts(
  "keep-keyspaces",
  "A:2,B",
  "all keyspaces and versions but these: version 2 of A, all of B"
)
const unreadableOption = flag("unreadable", "what is damaged, or no entry")
const orphansOption = flag(
  "orphans",
  "with --large: contents of large entries that nothing in TARGET points to any more"
)
const orphansAfterOption = duration(
  "orphans-after",
  "with --orphans: how long ago they were written at least; 1d by default,\n1h at least: a younger one may be of a write that is under way"
)
const keepOption = bytes("keep", "what was written first, until no more than this is left")

const dayMillis = 86_400_000

const reasons: ReadonlyArray<readonly [PruneRule, string]> = [
  ["expired", "expired"],
  ["invalidated", "invalidated by a tag"],
  ["old", "written too long ago"],
  ["retired", "of a retired version or keyspace"],
  ["unreadable", "unreadable"],
  ["beyond", "beyond what is kept"],
  ["lease", "leases left behind"],
  ["orphan", "contents that nothing points to"]
]

const totalOf = ({ removed }: PruneReport) =>
  [...removed.values()].reduce(
    (sum, each) => ({ entries: sum.entries + each.entries, bytes: sum.bytes + each.bytes }),
    { entries: 0, bytes: 0 }
  )

const shownRetired = 20

/** How many headers say what a folder is, should one of them be damaged. */
const sampled = 8

/** What was removed, or would be: of the entries, and of the contents of large ones where those were searched, too. */
interface Pruned extends PruneReport {
  readonly contents?: Pick<SearchedOrphans, "examined"> & { readonly shownLarge: string }
}

const linesOf = (
  paint: Paint,
  shown: string,
  report: Pruned,
  retired: ReadonlyArray<string>,
  isDry: boolean
): ReadonlyArray<string> => {
  const total = totalOf(report)
  const what = `${counted(total.entries, "object")}, ${formatBytes(total.bytes)}`
  const rows = reasons.flatMap(([reason, says]) => {
    const amount = report.removed.get(reason)
    return amount === undefined ? [] : [[says, formatCount(amount.entries), formatBytes(amount.bytes)]]
  })
  return [
    `${paint("bold", shown)}  ${
      total.entries === 0 ? "nothing to remove" : isDry ? `would remove ${what}` : `removed ${what}`
    }, ${isDry ? "leaving" : "left"} ${counted(report.left.entries, "entry", "entries")}, ${
      formatBytes(report.left.bytes)
    }`,
    ...rows.length === 0
      ? []
      : [
        "",
        ...tableLines(paint, [
          { title: "WHY" },
          { title: "OBJECTS", side: "right" },
          { title: "BYTES", side: "right" }
        ], rows)
      ],
    ...retired.length === 0 ? [] : [
      "",
      `  ${paint("dim", "retired:")} ${retired.slice(0, shownRetired).map((space) => printable(space, 80)).join(", ")}${
        retired.length > shownRetired ? ` and ${formatCount(retired.length - shownRetired)} more` : ""
      }`
    ],
    ...report.contents === undefined
      ? []
      : [
        "",
        paint(
          "dim",
          `  ${
            counted(report.contents.examined, "content")
          } of large entries looked at in ${report.contents.shownLarge}`
        )
      ],
    ...report.spared === 0
      ? []
      : [
        "",
        paint(
          "dim",
          `  ${
            counted(report.spared, "entry has", "entries have")
          } expired, and may still be given out stale: within --stale-for, or as the entry says`
        )
      ],
    ...report.foreign === 0
      ? []
      : [
        "",
        paint("yellow", `  ${counted(report.foreign, "object")} with such names cannot be told to be entries, and stay`)
      ],
    ...report.rewritten === 0
      ? []
      : [
        "",
        paint("yellow", `  ${counted(report.rewritten, "entry was", "entries were")} written again meanwhile, and kept`)
      ]
  ]
}

const jsonOf = (shown: string, report: Pruned, retired: ReadonlyArray<string>, isDry: boolean) => ({
  target: shown,
  dryRun: isDry,
  examined: report.examined,
  removed: { ...totalOf(report), because: Object.fromEntries(report.removed) },
  retired,
  rewritten: report.rewritten,
  spared: report.spared,
  foreign: report.foreign,
  ...report.contents === undefined ? {} : { contents: report.contents.examined },
  left: report.left
})

/** Removes what nobody needs. */
export const prune: Verb = {
  name: "prune",
  says: "removes entries: expired, old, of retired versions, beyond a size",
  about: [
    "Removes what one of the rules names. Each object is removed only if it is still what it was",
    "when it was looked at: an entry that is written again meanwhile stays. Markers of tags stay:",
    "without them, what was invalidated would be given out again.",
    "",
    "On a terminal it shows what would go and asks; elsewhere it wants --yes or --dry-run."
  ],
  operands: [targetOperand, keyspace],
  options: [
    expiredOption,
    staleForOption,
    olderThanOption,
    retiredOption,
    idleOption,
    keepKeyspacesOption,
    unreadableOption,
    orphansOption,
    orphansAfterOption,
    keepOption,
    dryRunOption,
    yesOption,
    jsonOption,
    concurrencyOption,
    ...listOfStoreOptions(storeOptions)
  ],
  examples: [
    ["prune s3://my-bucket --expired --dry-run", "what has expired, counted"],
    ["prune s3://my-bucket --expired --retired --yes", "every night"],
    ["prune s3://my-bucket --keep-keyspaces users:3,texts", "all that the program of today does not use"],
    ["prune ./cache --keep 10G --yes", "10 GiB stay"],
    ["prune dynamodb://app-cache --large s3://app-cache --orphans --yes", "every week, of stores by size"]
  ],
  run: (given, screen) =>
    Effect.scoped(Effect.gen(function*() {
      const isJson = yield* given.option(jsonOption)
      const isDry = yield* given.option(dryRunOption)
      const isSure = yield* given.option(yesOption)
      const concurrency = (yield* given.option(concurrencyOption)) ?? defaultConcurrency
      const isExpired = yield* given.option(expiredOption)
      const staleFor = yield* given.option(staleForOption)
      const olderThan = yield* given.option(olderThanOption)
      const isRetired = yield* given.option(retiredOption)
      const idle = yield* given.option(idleOption)
      const kept = yield* given.option(keepKeyspacesOption)
      const unreadable = yield* given.option(unreadableOption)
      const keep = yield* given.option(keepOption)
      const isOrphans = yield* given.option(orphansOption)
      const orphansAfter = yield* given.option(orphansAfterOption)
      const named = given.optional(keyspace)
      const isByName = kept.length > 0
      if (
        !isExpired && olderThan === undefined && !isRetired && !isByName && !unreadable && keep === undefined &&
        !isOrphans
      ) {
        return yield* new UsageError({
          detail:
            "say what goes: --expired, --older-than, --retired, --keep-keyspaces, --unreadable, --orphans or --keep"
        })
      }
      if (staleFor !== undefined && !isExpired) return yield* new UsageError({ detail: "--stale-for is for --expired" })
      if (idle !== undefined && !isRetired) return yield* new UsageError({ detail: "--idle is for --retired" })
      if (isRetired && isByName) {
        return yield* new UsageError({ detail: "--keep-keyspaces says what stays: it takes the place of --retired" })
      }
      if (orphansAfter !== undefined && !isOrphans) {
        return yield* new UsageError({ detail: "--orphans-after is for --orphans" })
      }
      if (orphansAfter !== undefined && orphansAfter < shortestOrphanAge) {
        return yield* new UsageError({
          detail: "--orphans-after: 1h at least, as a write may be under way for so long"
        })
      }
      const { levels, shown, store } = yield* openStore(given)
      if (isOrphans && levels === undefined) {
        return yield* new UsageError({
          detail: "--orphans is for stores by size: say where the contents of large entries are, with --large"
        })
      }
      if (!isDry && !isSure && !screen.canAsk) {
        return yield* new UsageError({
          detail: "nobody can be asked here: add --yes, or --dry-run to see what would go"
        })
      }
      if (isOrphans && levels !== undefined) {
        const doubt = yield* doubtOf(levels)
        if (doubt === "nothing") {
          return yield* new UsageError({
            detail:
              `--orphans: nothing lies in ${shown}, and all contents in ${levels.shownLarge} would go: is it their store?`
          })
        }
        if (doubt === "elsewhere" || (yield* levels.hasMorePartitions)) {
          return yield* new UsageError({
            detail: `--orphans: ${shown} has objects that are not found: say --partitions as programs do`
          })
        }
      }
      const retired = isRetired || isByName
        ? yield* withProgress(screen, (tell) =>
          Effect.gen(function*() {
            const { spaces } = yield* survey(store, {
              sample: sampled,
              concurrency,
              onProgress: ({ listed }) => tell({ text: `${counted(listed, "object")} listed` })
            })
            const wanted = isByName ? kept.map(parseWanted) : undefined
            // A slip of the pen must not let go what was to be kept.
            const missing = kept.filter((_, at) => {
              const each = wanted?.[at]
              return each !== undefined && !spaces.some((space) => isNamed(each, space))
            })
            if (missing.length > 0 && spaces.length > 0) {
              const names = missing.map((each) => printable(each, 80)).join(", ")
              if (missing.length === kept.length) {
                return yield* new UsageError({
                  detail: `--keep-keyspaces ${names}: nothing of that lies here, all would go`
                })
              }
              yield* screen.note(`nothing lies here of ${names}, which --keep-keyspaces names`)
            }
            return retiredSpaces(spaces, wanted, idle ?? dayMillis, yield* Clock.currentTimeMillis)
          }))
        : undefined
      const listed = [...retired ?? []].sort()
      const rules = {
        expiredFor: isExpired ? staleFor ?? dayMillis : undefined,
        ...{ olderThan, retired, unreadable, keep },
        wanted: named === undefined ? undefined : parseWanted(named)
      }
      const gone = yield* Ref.make(0)
      const tellGone = Effect.flatMap(
        Ref.get(gone),
        (count) =>
          count === 0 ? Effect.void : screen.note(`until then ${counted(count, "object was", "objects were")} removed`)
      )
      const pruned = (dry: boolean) =>
        withProgress(screen, (tell) =>
          Effect.gen(function*() {
            const tellGone = (of: string, gone: number) =>
              tell({ text: `${of} looked at, ${formatCount(gone)} ${dry ? "to go" : "gone"}` })
            const report: Pruned = yield* run(store, rules, {
              isDry: dry,
              concurrency,
              onRemoved: Ref.update(gone, (count) => count + 1),
              onProgress: ({ examined, gone }) => tellGone(counted(examined, "entry", "entries"), gone)
            })
            if (!isOrphans || levels === undefined) return report
            const { examined, removed } = yield* pruneOrphans(levels, {
              isDry: dry,
              olderThan: orphansAfter ?? dayMillis,
              wanted: rules.wanted,
              onRemoved: (count) => Ref.update(gone, (before) => before + count),
              onProgress: ({ examined, removed }) => tellGone(counted(examined, "content"), removed.entries)
            })
            return {
              ...report,
              removed: removed.entries === 0
                ? report.removed
                : new Map<PruneRule, Amount>([...report.removed, ["orphan", removed]]),
              contents: { examined, shownLarge: levels.shownLarge }
            }
          }))
      const print = (report: Pruned, dry: boolean) =>
        screen.print(
          isJson ? safeJson(jsonOf(shown, report, listed, dry)) : linesOf(screen.paint, shown, report, listed, dry)
        )
      if (isDry || !isSure) {
        const plan = yield* pruned(true)
        if (isDry) yield* print(plan, true)
        else yield* screen.note(linesOf(screen.paintNote, shown, plan, listed, true))
        const total = totalOf(plan).entries
        if (isDry || total === 0) return exitCodes.done
        if (!(yield* confirm(screen.paintNote, `Remove ${counted(total, "object")}?`))) {
          yield* screen.note("nothing was removed")
          return exitCodes.found
        }
      }
      // Whoever is told that it failed wants to know how far it came.
      yield* print(yield* Effect.onError(pruned(false), () => tellGone), false)
      return exitCodes.done
    }))
}
