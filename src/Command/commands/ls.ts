/**
 * `ls`: the entries of a store.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import { flag, type Operand, whole } from "../arguments/Option.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { entriesOf, type Looked, parseWanted } from "../bucket/entriesOf.js"
import { makeTagMarks } from "../bucket/tagMarks.js"
import { isStale, type Verdict } from "../bucket/verdict.js"
import { listOfStoreOptions, openStore, storeOptions, targetOperand } from "../target/openStore.js"
import { formatBytes, formatDuration } from "../terminal/formats.js"
import { type Paint, widthOf } from "../terminal/Paint.js"
import { printable, safeJson } from "../terminal/printable.js"
import type { Screen } from "../terminal/Screen.js"
import { concurrencyOption, defaultConcurrency, keyspaceOperand } from "./common.js"

const jsonOption = flag("json", "prints an object of JSON in each line, for programs")
const limitOption = whole("limit", "N", "no more than the first N entries")
const keyspace: Operand = { ...keyspaceOperand, isOptional: true }

const leftOf = (paint: Paint, verdict: Verdict, now: number): string => {
  switch (verdict._tag) {
    case "Fresh":
      return formatDuration(verdict.until - now)
    case "Expired":
      return paint("dim", isStale(verdict, now) ? "stale" : "expired")
    case "Invalidated":
      return paint("yellow", "invalidated")
    case "Foreign":
    case "TagUnknown":
      return paint("yellow", "a miss")
  }
}

const left = (text: string, width: number) => text + " ".repeat(Math.max(0, width - widthOf(text)))
const right = (text: string, width: number) => " ".repeat(Math.max(0, width - widthOf(text))) + text

/** How wide the last two columns are: on a terminal each line fits into it. Elsewhere tags are not cut. */
interface Room {
  readonly key: number
  readonly tags: number
}

const roomOf = ({ columns, isTerminal }: Screen): Room => {
  const room = columns - 61
  return isTerminal
    ? { key: Math.max(16, Math.ceil(room * 0.6)), tags: Math.max(10, Math.floor(room * 0.4)) }
    : { key: 40, tags: 10_000 }
}

/** Columns of fixed width, so that lines can be printed as they come. */
const lineOf = (
  { key: width }: Room,
  [bytes, age, rest, space, key, tags]: readonly [string, string, string, string, string, string]
): string =>
  `  ${right(bytes, 9)}  ${right(age, 7)}  ${right(rest, 11)}  ${left(space, 22)}  ${left(key, width)}  ${tags}`
    .trimEnd()

const rowOf = (room: Room, paint: Paint, now: number) => (looked: Looked): ReadonlyArray<string> => {
  if (looked._tag === "Gone") return []
  const { object } = looked
  const age = formatDuration(Math.max(0, now - object.modified))
  const size = formatBytes(object.size)
  if (looked._tag === "Unreadable") {
    const says = paint("red", "unreadable")
    return [lineOf(room, [size, age, says, printable(object.name, 22), printable(looked.why, room.key), ""])]
  }
  const { key, keyspace, tags, version } = looked.head
  const says = leftOf(paint, looked.verdict, now)
  const space = printable(`${keyspace}:${version}`, 40)
  const shownTags = paint("cyan", printable(tags.join(" "), room.tags))
  return [lineOf(room, [size, age, says, space, printable(key ?? "", room.key), shownTags])]
}

/** Numbers that JSON has not are null. */
const timeOf = (time: number): number | null => Number.isFinite(time) ? time : null

const jsonOf = (looked: Looked): ReadonlyArray<string> => {
  if (looked._tag === "Gone") return []
  const { modified, name, size } = looked.object
  const common = { object: name, bytes: size, modified }
  if (looked._tag === "Unreadable") return [safeJson({ ...common, verdict: "Unreadable", why: looked.why })]
  const { head, verdict } = looked
  const { codec, compression, created, encryption, expires, key, keyspace, outcome, tags, took, version } = head
  return [safeJson({
    ...common,
    ...{ keyspace, version, key, created, expires: timeOf(expires), until: timeOf(head.until ?? expires) },
    ...{ outcome, tags, codec, compression, encryptedWith: encryption?.keyId ?? null, took: took ?? null },
    verdict: verdict._tag
  })]
}

/** The entries of a store. */
export const ls: Verb = {
  name: "ls",
  says: "the entries, with their sizes, ages, what is left of their time, tags",
  about: [
    "Reads the header of each entry, which takes a request for each. What is stale has expired, and",
    "its writer may still give it out; of what is expired others may, with longer windows. What was",
    "invalidated nobody is given."
  ],
  operands: [targetOperand, keyspace],
  options: [limitOption, jsonOption, concurrencyOption, ...listOfStoreOptions(storeOptions)],
  examples: [
    ["ls s3://my-bucket", "all entries"],
    ["ls s3://my-bucket users:2 --limit 20", "20 of version 2 of the keyspace users"],
    ["ls ./cache users --json | jq -r 'select(.verdict == \"Expired\") | .object'", "what has expired"]
  ],
  run: (given, screen) =>
    Effect.scoped(Effect.gen(function*() {
      const isJson = yield* given.option(jsonOption)
      const limit = (yield* given.option(limitOption)) ?? Number.POSITIVE_INFINITY
      const concurrency = Math.min(limit, (yield* given.option(concurrencyOption)) ?? defaultConcurrency)
      const named = given.optional(keyspace)
      const { store } = yield* openStore(given)
      const marksOf = yield* makeTagMarks(store)
      const room = roomOf(screen)
      const printed = yield* Ref.make(0)
      const wanted = named === undefined ? undefined : parseWanted(named)
      const entries = entriesOf(store, marksOf, wanted, concurrency, limit)
      yield* Stream.runForEach(entries, (group) =>
        Effect.gen(function*() {
          const now = yield* Clock.currentTimeMillis
          const lines = group.flatMap(isJson ? jsonOf : rowOf(room, screen.paint, now))
          if (
            (yield* Ref.getAndUpdate(printed, (before) => before + lines.length)) === 0 && !isJson && lines.length > 0
          ) {
            const title = lineOf(room, ["BYTES", "AGE", "LEFT", "KEYSPACE", "KEY", "TAGS"])
            yield* screen.print(screen.paint("dim", title))
          }
          yield* screen.print(lines)
        }))
      if ((yield* Ref.get(printed)) > 0) return exitCodes.done
      yield* screen.note(named === undefined ? "there are no entries" : `there are no entries of ${printable(named)}`)
      return exitCodes.found
    }))
}
