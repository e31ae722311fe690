/**
 * `copy`: entries from one store to another.
 */
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { type Operand, text } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { copyEntries, type CopyReport, type Skip } from "../bucket/copyEntries.js"
import { parseWanted } from "../bucket/entriesOf.js"
import { keyOptions, readKeys } from "../target/encryptionKeys.js"
import { listOfStoreOptions, openStore, storeOptions, storeOptionsOf } from "../target/openStore.js"
import { acceptedTargets } from "../target/Target.js"
import { counted, formatBytes, formatCount } from "../terminal/formats.js"
import type { Paint } from "../terminal/Paint.js"
import { safeJson } from "../terminal/printable.js"
import { withProgress } from "../terminal/progress.js"
import { tableLines } from "../terminal/table.js"
import { concurrencyOption, defaultConcurrency, dryRunOption, jsonOption } from "./common.js"

const fromOperand: Operand = { name: "FROM", says: acceptedTargets }
const toOperand: Operand = { name: "TO", says: "the same; a folder is made if it is not there" }
const toOptions = storeOptionsOf("to-", " of TO")
const keyspaceOption = text("keyspace", "KEYSPACE", "only this keyspace, such as users, or users:2")

const skips: ReadonlyArray<readonly [Skip, string]> = [
  ["same", "already there"],
  ["newer", "newer at the target"],
  ["expired", "expired"],
  ["invalidated", "invalidated by a tag"],
  ["encrypted", "encrypted, and no key was given"],
  ["unreadable", "unreadable"],
  ["elsewhere", "of a cache under another prefix"],
  ["ahead", "made by a clock that was ahead"],
  ["gone", "removed or replaced meanwhile"]
]

const linesOf = (
  paint: Paint,
  { from, to }: { readonly from: string; readonly to: string },
  { copied, markers, skipped }: CopyReport,
  isDry: boolean
): ReadonlyArray<string> => {
  const rows = skips.flatMap(([reason, says]) => {
    const amount = skipped.get(reason)
    return amount === undefined ? [] : [[says, formatCount(amount.entries), formatBytes(amount.bytes)]]
  })
  return [
    `${paint("bold", from)} ${paint("dim", "→")} ${paint("bold", to)}  ${isDry ? "would copy" : "copied"} ${
      counted(copied.entries, "entry", "entries")
    }, ${formatBytes(copied.bytes)}${
      markers === 0 ? "" : `, and ${isDry ? "look at " : ""}${counted(markers, "marker")} of tags`
    }`,
    ...rows.length === 0
      ? []
      : [
        "",
        ...tableLines(paint, [
          { title: "NOT COPIED" },
          { title: "ENTRIES", side: "right" },
          { title: "BYTES", side: "right" }
        ], rows)
      ],
    ...skipped.has("elsewhere")
      ? [
        "",
        paint(
          "yellow",
          "  a cache is copied with the markers of its tags: name the prefix of each, such as s3://bucket/cache/"
        )
      ]
      : [],
    ...skipped.has("encrypted")
      ? [
        "",
        paint(
          "yellow",
          "  what is encrypted belongs to its place: --key-env or --key-file lets it be encrypted for the other"
        )
      ]
      : []
  ]
}

/** Entries from one store to another. */
export const copy: Verb = {
  name: "copy",
  says: "copies entries between prefixes, buckets and folders",
  about: [
    "Copies what readers would be given, with its tags and what is left of its time. What is newer",
    "at TO stays. Marks of tags are copied first, and once more in the end: what was invalidated",
    "here does not come alive there. What is encrypted is encrypted anew for its new place."
  ],
  operands: [fromOperand, toOperand],
  options: [
    keyspaceOption,
    dryRunOption,
    jsonOption,
    ...keyOptions,
    concurrencyOption,
    ...listOfStoreOptions(storeOptions),
    ...listOfStoreOptions(toOptions)
  ],
  examples: [
    ["copy s3://old-bucket s3://new-bucket --to-region eu-central-1", "to another region"],
    ["copy s3://my-bucket ./cache --keyspace users:2 --dry-run", "one version of a keyspace, counted"]
  ],
  run: (given, screen) =>
    Effect.scoped(Effect.gen(function*() {
      const isJson = yield* given.option(jsonOption)
      const isDry = yield* given.option(dryRunOption)
      const concurrency = (yield* given.option(concurrencyOption)) ?? defaultConcurrency
      const named = yield* given.option(keyspaceOption)
      const encryption = yield* readKeys(given)
      const from = yield* openStore(given, fromOperand)
      const to = yield* openStore(given, toOperand, toOptions, true)
      const endpoints = [yield* given.option(storeOptions.endpoint), yield* given.option(toOptions.endpoint)]
      if (from.shown === to.shown && endpoints[0] === endpoints[1]) {
        return yield* new UsageError({ detail: `FROM and TO are the same: ${from.shown}` })
      }
      const done = yield* Ref.make(0)
      const tellDone = Effect.flatMap(
        Ref.get(done),
        (count) =>
          count === 0 ? Effect.void : screen.note(`until then ${counted(count, "entry was", "entries were")} copied`)
      )
      const copying = withProgress(screen, (tell) =>
        copyEntries(from.store, to.store, {
          isDry,
          concurrency,
          onCopied: Ref.update(done, (count) => count + 1),
          encryption,
          wanted: named === undefined ? undefined : parseWanted(named),
          onProgress: ({ copied, examined }) =>
            tell({ text: `${counted(examined, "entry", "entries")} looked at, ${formatCount(copied)} copied` })
        }))
      const report = yield* Effect.onError(copying, () => tellDone)
      const places = { from: from.shown, to: to.shown }
      yield* screen.print(
        isJson
          ? safeJson({
            ...places,
            dryRun: isDry,
            examined: report.examined,
            copied: report.copied,
            skipped: Object.fromEntries(report.skipped),
            markers: report.markers
          })
          : linesOf(screen.paint, places, report, isDry)
      )
      const leftOut: ReadonlyArray<Skip> = ["encrypted", "unreadable", "elsewhere"]
      return leftOut.some((skip) => report.skipped.has(skip)) ? exitCodes.found : exitCodes.done
    }))
}
