/**
 * `get`: an entry, and what a reader would say to it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { canonicalJson } from "../../S3Store/keyspace/canonicalJson.js"
import { digestName, isObjectName } from "../../S3Store/objects/objectName.js"
import { flag, type Operand } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { parseWanted } from "../bucket/entriesOf.js"
import { explain, type Explained } from "../bucket/explain.js"
import { objectKind } from "../bucket/objectKinds.js"
import { makeTagMarks } from "../bucket/tagMarks.js"
import { isStale, type Verdict } from "../bucket/verdict.js"
import { keyOptions, readKeys } from "../target/encryptionKeys.js"
import { listOfStoreOptions, openStore, storeOptions, targetOperand } from "../target/openStore.js"
import { formatBytes, formatCount, formatDuration, formatTime } from "../terminal/formats.js"
import type { Colour, Paint } from "../terminal/Paint.js"
import { printable, safeJson } from "../terminal/printable.js"
import { jsonOption } from "./common.js"

const place: Operand = {
  name: "KEYSPACE|OBJECT",
  says: "the keyspace, such as users:2 (users is version 1), or the name of the object"
}
const key: Operand = {
  name: "KEY",
  says: "the key as its schema encodes it, in JSON; text may stand without quotes",
  isOptional: true
}
const valueOption = flag("value", "prints the value alone, as JSON; bytes of the codec raw as they are")
const fullOption = flag("full", "shows all of a long value")

const shownLines = 24

/** Of a key as somebody writes it: JSON, or else text. */
const keyOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The object that is meant. */
const objectOf = (named: string, key: string | undefined): Effect.Effect<string, UsageError> => {
  if (key === undefined) {
    return objectKind(named)._tag === "Entry"
      ? Effect.succeed(named)
      : new UsageError({ detail: "KEY is missing; or name an object: keyspace/version/ and 64 hexadecimal digits" })
  }
  const { keyspace, version = "1" } = parseWanted(named)
  const name = `${keyspace}/${version}/${digestName(canonicalJson(keyOf(key)))}`
  return isObjectName(name)
    ? Effect.succeed(name)
    : new UsageError({ detail: `${printable(named, 80)} is no keyspace: users, or users:2 for its version 2` })
}

/** What a reader would say, in a word and in a sentence. */
const sayingOf = (verdict: Verdict, now: number): readonly [Colour, word: string, says: string] => {
  switch (verdict._tag) {
    case "Fresh":
      return verdict.until === Number.POSITIVE_INFINITY
        ? ["green", "fresh", "given out for ever"]
        : ["green", "fresh", `given out for another ${formatDuration(verdict.until - now)}`]
    case "Expired":
      return [
        "yellow",
        "expired",
        `${formatDuration(now - verdict.since)} ago${
          verdict.tag === undefined ? "" : `, by the tag ${printable(verdict.tag, 80)}`
        }: a miss, unless readers may have it stale for so long${
          isStale(verdict, now)
            ? `; its writer may ${
              verdict.until === Number.POSITIVE_INFINITY
                ? "for ever"
                : `for another ${formatDuration(verdict.until - now)}`
            }`
            : ""
        }`
      ]
    case "Invalidated":
      return [
        "red",
        "invalidated",
        `a miss: the tag ${printable(verdict.tag, 80)} was invalidated ${
          formatDuration(Math.max(0, now - verdict.at))
        } ago`
      ]
    case "TagUnknown":
      return ["red", "a miss", `the marker of its tag ${printable(verdict.tag, 80)} cannot be read`]
    case "Foreign":
      return ["red", "a miss", "it is the entry of another key, or was copied from another name"]
  }
}

const faultColour = (reason: string): Colour => reason === "KeyUnknown" ? "yellow" : "red"

const headLines = (
  paint: Paint,
  name: string,
  { etag, formatVersion, head, isLeased, modified, size }: Explained,
  now: number
): ReadonlyArray<string> => {
  const time = (at: number) => `${formatTime(at)} (${formatDuration(Math.max(0, now - at))} ago)`
  const rows: ReadonlyArray<readonly [string, string] | undefined> = [
    ["object", printable(name, 400)],
    head && ["keyspace", printable(`${head.keyspace}:${head.version}`)],
    head?.folder === undefined ? undefined : ["folder", printable(`${head.keyspace}/${head.folder}`)],
    head && ["key", printable(head.key ?? "(too long)", 1000)],
    head && ["made", time(head.created)],
    head?.took === undefined ? undefined : ["took", `${formatDuration(head.took)} to compute`],
    modified === undefined ? undefined : ["written", time(modified)],
    head && [
      "expires",
      head.expires === Number.POSITIVE_INFINITY
        ? "never"
        : `${formatTime(head.expires)} (${
          head.expires > now ? `in ${formatDuration(head.expires - now)}` : `${formatDuration(now - head.expires)} ago`
        })`
    ],
    head && head.tags.length > 0 ? ["tags", printable(head.tags.join(" "), 1000)] : undefined,
    head && ["holds", head.outcome === "success" ? "a value" : "the failure of a computation"],
    [
      "size",
      head === undefined
        ? formatBytes(size)
        : `${formatBytes(size)}: a value of ${formatCount(head.size)} bytes, ${head.codec}${
          head.compression === "none" ? "" : `, ${printable(head.compression, 20)}`
        }${head.encryption === null ? "" : `, encrypted with ${printable(head.encryption.keyId, 70)}`}`
    ],
    formatVersion === undefined ? undefined : ["format", `${formatVersion}`],
    ["etag", printable(etag)],
    isLeased ? ["lease", "one lies beside it: somebody computes it, or was stopped doing so"] : undefined
  ]
  return rows.flatMap((row) => row === undefined ? [] : [`  ${paint("dim", row[0].padEnd(9))} ${row[1]}`])
}

const valueLines = (paint: Paint, value: unknown, isFull: boolean, columns: number): ReadonlyArray<string> => {
  const lines = safeJson(value, 2).split("\n")
  const shown = isFull
    ? lines
    : lines.slice(0, shownLines).map((line) => line.length > columns ? `${line.slice(0, columns - 1)}…` : line)
  return [
    ...shown.map((line) => `  ${line}`),
    ...lines.length > shown.length
      ? [paint("dim", `  and ${formatCount(lines.length - shown.length)} more lines: --full shows them`)]
      : []
  ]
}

const linesOf = (paint: Paint, name: string, explained: Explained, now: number, isFull: boolean, columns: number) => {
  const { value, verdict } = explained
  const saying = verdict === undefined ? undefined : sayingOf(verdict, now)
  const fault = Either.isLeft(value) ? value.left : undefined
  const verdictLines = fault === undefined
    ? saying === undefined ? [] : [`${paint(saying[0], saying[1])}  ${saying[2]}`]
    : fault.reason === "KeyUnknown" && saying !== undefined
    ? [`${paint(saying[0], saying[1])}  ${saying[2]}, to those who have the key`]
    : [`${paint(faultColour(fault.reason), "unreadable")}  a miss (${fault.reason}): ${printable(fault.detail, 400)}`]
  return [
    ...verdictLines,
    "",
    ...headLines(paint, name, explained, now),
    ...Either.isLeft(value)
      ? value.left.reason === "KeyUnknown"
        ? ["", paint("dim", "  the value is encrypted: --key-env or --key-file says where its key is")]
        : []
      : ["", ...valueLines(paint, value.right, isFull, columns - 2)]
  ]
}

const jsonOf = (name: string, { head, value, verdict, ...explained }: Explained) => ({
  object: name,
  ...explained,
  verdict: Either.isLeft(value) && value.left.reason !== "KeyUnknown" ? "Unreadable" : verdict?._tag ?? null,
  because: verdict === undefined || Either.isLeft(value) ? null : verdict,
  fault: Either.isLeft(value) ? { reason: value.left.reason, detail: value.left.detail } : null,
  head: head === undefined ? null : { ...head, expires: Number.isFinite(head.expires) ? head.expires : null },
  value: Either.isLeft(value) ? null : value.right
})

/** An entry, and what a reader would say to it. */
export const get: Verb = {
  name: "get",
  says: "one entry: what it holds, and what a reader would say to it",
  about: [
    "Shows the header and the value, and whether readers get it: fresh, expired, invalidated by",
    "which tag, of another version, encrypted, damaged where. Ends with 1 when there is none, or",
    "none that anybody can read."
  ],
  operands: [targetOperand, place, key],
  options: [valueOption, fullOption, jsonOption, ...keyOptions, ...listOfStoreOptions(storeOptions)],
  examples: [
    ["get s3://my-bucket users:2 '{\"team\":\"core\"}'", "the entry of a key"],
    ["get s3://my-bucket texts greeting --value", "its value alone"],
    ["get ./cache users/2/3b0c4429... --key-env CACHE_KEYS", "an object by its name, encrypted"]
  ],
  run: (given, screen) =>
    Effect.scoped(Effect.gen(function*() {
      const isJson = yield* given.option(jsonOption)
      const isValue = yield* given.option(valueOption)
      const isFull = yield* given.option(fullOption)
      const named = yield* given.operand(place)
      const name = yield* objectOf(named, given.optional(key))
      const encryption = yield* readKeys(given)
      const { shown, store } = yield* openStore(given)
      const explained = yield* explain(store, yield* makeTagMarks(store), name, encryption)
      if (explained === undefined) {
        const none = `there is no entry: ${shown}${shown.endsWith("/") ? "" : "/"}${printable(name, 400)}`
        const { keyspace, version } = parseWanted(named)
        yield* screen.note(
          name === named || version !== undefined
            ? none
            : [
              none,
              `that is version 1 of ${printable(keyspace, 80)}; name another one as ${printable(keyspace, 80)}:2`
            ]
        )
        return exitCodes.found
      }
      const now = yield* Clock.currentTimeMillis
      const { value } = explained
      if (isValue && Either.isRight(value)) {
        yield* value.right instanceof Uint8Array && !isJson
          ? screen.printBytes(value.right)
          : screen.print(safeJson(value.right))
      } else if (isJson) yield* screen.print(safeJson(jsonOf(name, explained)))
      else if (isValue) yield* screen.note(linesOf(screen.paintNote, name, explained, now, isFull, screen.columns))
      else yield* screen.print(linesOf(screen.paint, name, explained, now, isFull, screen.columns))
      const isLost = Either.isLeft(value) && (isValue || value.left.reason !== "KeyUnknown")
      return isLost || explained.verdict?._tag === "Foreign" ? exitCodes.found : exitCodes.done
    }))
}
