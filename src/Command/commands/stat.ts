/**
 * `stat`: what lies in a store.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type Option, valued } from "../arguments/Option.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { ageClasses, type SpaceSurvey, type Survey, survey } from "../bucket/survey.js"
import { listOfStoreOptions, openStore, storeOptions, targetOperand } from "../target/openStore.js"
import { counted, formatBytes, formatCount, formatDuration, formatShare } from "../terminal/formats.js"
import type { Paint } from "../terminal/Paint.js"
import { printable, safeJson } from "../terminal/printable.js"
import { withProgress } from "../terminal/progress.js"
import { barOf, type Column, tableLines } from "../terminal/table.js"
import { concurrencyOption, defaultConcurrency, jsonOption } from "./common.js"

const sampleOption: Option<number | undefined> = valued(
  "sample",
  "N",
  "how many headers are read of each version of a keyspace, or all; 500 by default",
  (text) => {
    if (text === "all") return Either.right(Number.POSITIVE_INFINITY)
    return /^\d{1,9}$/.test(text) ? Either.right(Number(text)) : Either.left("a whole number, or all")
  }
)

const shownTags = 10

/** How long the computations of a sample took on average. */
const tookColumn: Column = { title: "COMPUTED IN", side: "right" }

/** How many of what has expired its writer may still give out. */
const staleColumn: Column = { title: "STILL OF USE", side: "right" }

/** Which of the columns there are that not every store has. */
interface Extra {
  readonly isTimed: boolean
  readonly isStale: boolean
}

const columnsWith = ({ isStale, isTimed }: Extra): ReadonlyArray<Column> => [
  { title: "KEYSPACE" },
  { title: "VERSION" },
  { title: "ENTRIES", side: "right" },
  { title: "BYTES", side: "right" },
  { title: "" },
  { title: "WRITTEN AGO", side: "right" },
  { title: "EXPIRED", side: "right" },
  ...isStale ? [staleColumn] : [],
  { title: "INVALIDATED", side: "right" },
  ...isTimed ? [tookColumn] : []
]

/** How many there are, or their share of a sample. */
const partOf = ({ entries, sample }: SpaceSurvey, count: number): string => {
  if (sample.read === 0) return ""
  return sample.read >= entries ? formatCount(count) : `${count === 0 ? "" : "~"}${formatShare(count, sample.read)}`
}

const rowOf =
  (paint: Paint, most: number, now: number, { isStale, isTimed }: Extra) =>
  (space: SpaceSurvey): ReadonlyArray<string> => [
    printable(space.keyspace, 40),
    printable(space.version, 20),
    formatCount(space.entries),
    formatBytes(space.bytes),
    paint("cyan", barOf(space.bytes / Math.max(1, most), 12)),
    space.entries === 0
      ? ""
      : `${formatDuration(Math.max(0, now - space.newest))} – ${formatDuration(Math.max(0, now - space.oldest))}`,
    partOf(space, space.sample.expired),
    ...isStale ? [partOf(space, space.sample.stale)] : [],
    partOf(space, space.sample.invalidated),
    ...isTimed
      ? [space.sample.computed === 0 ? "" : formatDuration(space.sample.took / space.sample.computed)]
      : []
  ]

const ageNames = [
  ...ageClasses.map((limit) => `under ${formatDuration(limit)}`),
  `${formatDuration(ageClasses.at(-1) ?? 0)} and more`
]

const linesOf = (paint: Paint, shown: string, { spaces, ...found }: Survey, now: number): ReadonlyArray<string> => {
  const title = `${paint("bold", shown)}  ${counted(found.entries, "entry", "entries")}, ${formatBytes(found.bytes)}`
  if (spaces.length === 0 && found.markers.count === 0 && found.others.count === 0) {
    return [`${paint("bold", shown)}  nothing lies here`]
  }
  const ages = ageNames.map((_, at) => spaces.reduce((sum, { ages }) => sum + (ages[at] ?? 0), 0))
  const read = spaces.reduce((sum, { sample }) => sum + sample.read, 0)
  const unreadable = spaces.reduce((sum, { sample }) => sum + sample.unreadable, 0)
  const extra = {
    isTimed: spaces.some(({ sample }) => sample.computed > 0),
    isStale: spaces.some(({ sample }) => sample.stale > 0)
  }
  const most = Math.max(...spaces.map(({ bytes }) => bytes))
  const besides = [
    ...found.markers.count > 0 ? [`${counted(found.markers.count, "marker")} of tags`] : [],
    ...found.leases > 0 ? [counted(found.leases, "lease")] : [],
    ...found.others.count > 0
      ? [`${counted(found.others.count, "other object")} (${formatBytes(found.others.bytes)})`]
      : []
  ]
  return [
    title,
    ...spaces.length === 0 ? [] : [
      "",
      ...tableLines(
        paint,
        columnsWith(extra),
        spaces.map(rowOf(paint, most, now, extra))
      ),
      "",
      ...tableLines(
        paint,
        [{ title: "WRITTEN AGO" }, { title: "ENTRIES", side: "right" }, { title: "" }],
        ages.map((count, at) => [
          ageNames[at] ?? "",
          formatCount(count),
          paint("cyan", barOf(count / Math.max(1, found.entries), 24))
        ])
      )
    ],
    ...found.tags.length === 0 ? [] : [
      "",
      ...tableLines(
        paint,
        [
          { title: "TAG" },
          { title: read < found.entries ? "OF THE SAMPLE" : "ENTRIES", side: "right" },
          { title: "" },
          { title: "INVALIDATED AGO", side: "right" }
        ],
        found.tags.slice(0, shownTags).map(({ entries, marks, tag }) => [
          printable(tag, 48),
          formatCount(entries),
          paint("cyan", barOf(entries / Math.max(1, read), 24)),
          marks?.invalidated === undefined ? "" : formatDuration(Math.max(0, now - marks.invalidated.at))
        ])
      ),
      ...found.tags.length > shownTags || found.moreTags
        ? [
          paint("dim", `  and ${found.moreTags ? "more than " : ""}${formatCount(found.tags.length - shownTags)} more`)
        ]
        : []
    ],
    ...besides.length === 0 ? [] : ["", `  besides: ${besides.join(", ")}`],
    ...unreadable === 0
      ? []
      : ["", paint("yellow", `  ${counted(unreadable, "object")} of those looked at cannot be read`)],
    ...read >= found.entries
      ? []
      : [
        "",
        paint(
          "dim",
          `  What has expired and the tags are of a sample: ${
            formatCount(read)
          } headers were read. --sample all reads each.`
        )
      ]
  ]
}

/** Numbers that JSON has not are null. */
const jsonOf = (shown: string, { spaces, tags, ...found }: Survey) => ({
  target: shown,
  ...found,
  spaces: spaces.map(({ ages, isVersion: _, newest, oldest, ...space }) => ({
    ...space,
    oldest: Number.isFinite(oldest) ? oldest : null,
    newest: Number.isFinite(newest) ? newest : null,
    ages: ages.map((entries, at) => ({ underMillis: ageClasses[at] ?? null, entries }))
  })),
  tags: tags.map(({ entries, marks, tag }) => ({
    ...{ tag, entries },
    invalidated: marks?.invalidated?.at ?? null,
    expired: marks?.expired?.at ?? null
  }))
})

/** What lies in a store. */
export const stat: Verb = {
  name: "stat",
  says: "what lies there: keyspaces and versions, sizes, ages, what has expired, tags",
  about: [
    "Lists all objects, and reads the headers of some: names are digests, so that the first",
    "ones of a keyspace are a sample of it. Changes nothing."
  ],
  operands: [targetOperand],
  options: [sampleOption, jsonOption, concurrencyOption, ...listOfStoreOptions(storeOptions)],
  examples: [
    ["stat s3://my-bucket", "the entries under cache/, the default prefix"],
    ["stat s3://my-bucket/reports --sample all --json", "exactly, for a program"]
  ],
  run: (given, screen) =>
    Effect.scoped(Effect.gen(function*() {
      const isJson = yield* given.option(jsonOption)
      const sample = (yield* given.option(sampleOption)) ?? 500
      const concurrency = (yield* given.option(concurrencyOption)) ?? defaultConcurrency
      const { shown, store } = yield* openStore(given)
      const found = yield* withProgress(screen, (tell) =>
        survey(store, {
          sample,
          concurrency,
          onProgress: ({ headers, listed }) =>
            tell({ text: `${counted(listed, "object")} listed, ${counted(headers, "header")} read` })
        }))
      const now = yield* Clock.currentTimeMillis
      yield* screen.print(
        isJson ? safeJson(jsonOf(shown, found)) : linesOf(screen.paint, shown, found, now)
      )
      return found.entries === 0 ? exitCodes.found : exitCodes.done
    }))
}
