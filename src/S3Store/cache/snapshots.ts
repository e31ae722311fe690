/**
 * Memory that outlives its process: into a file, and back.
 *
 * The file is one of frames (`Cache/files/frames.ts`). The first says of which cache it is; each other has an entry, the one
 * that would leave first before the others: what memory knows of it, and its bytes as they are in the second level.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Buffer } from "node:buffer"
import { randomUUID } from "node:crypto"
import * as File from "../../Cache/files/framedFile.js"
import { type FileKind, frame } from "../../Cache/files/frames.js"
import { withinTime } from "../../Cache/files/withinTime.js"
import { writeInParts } from "../../Cache/files/writeInParts.js"
import { cutText } from "../../Cache/printing/cutText.js"
import { fromEither } from "../../effect/outcomes.js"
import { fileReason, fileSystem } from "../../effect/platform/files.js"
import { decoder } from "../../effect/schemas.js"
import type { CacheLevels } from "../bothLevels/CacheLevels.js"
import { folderOf } from "../entry/EntryHeader.js"
import { type AnyKey, CacheKey, type Keyspace } from "../keyspace/Keyspace.js"
import { ChangedEntries } from "../memory/ChangedEntries.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import type { Kept } from "../memory/MemoryLevel.js"
import { CacheSnapshotError } from "../objects/CacheSnapshotError.js"
import type {
  S3CacheRestoreOptions,
  S3CacheRestoreReport,
  S3CacheSnapshotOptions,
  S3CacheSnapshotReport
} from "../options/S3CacheSnapshots.js"
import { toMemoryEntry } from "../stored/entryCodec.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import { namesHeld } from "./namesHeld.js"

const kind: FileKind = {
  mark: "effect-aws-cache/s3-memory ",
  version: 1,
  what: "snapshot of the memory of an S3Cache"
}

/** Of which cache a file is, over which objects. */
const Header = Schema.Struct({
  name: Schema.String,
  place: Schema.NullOr(Schema.String),
  /** Milliseconds since the epoch. */
  takenAt: Schema.Number
})

/** What there is to know of an entry without decoding it. */
const Known = Schema.Struct({
  keyspace: Schema.String,
  folder: Schema.String,
  /** The name of its object. */
  name: Schema.String,
  etag: Schema.NullOr(Schema.String),
  /** When it is of no use any more, in milliseconds since the epoch; nothing for never. */
  until: Schema.NullOr(Schema.Number),
  /** What it takes of the bytes in memory. */
  weight: Schema.Number
})

const decodeHeader = decoder(Schema.parseJson(Header))
const decodeKnown = decoder(Schema.parseJson(Known))

type Encoded = Either.Either<unknown, string>

const headOf = (head: typeof Header.Type | typeof Known.Type, body: Uint8Array): Uint8Array => {
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return frame(Buffer.concat([length, json, body]))
}

/** The text before the bytes of an entry, and these. */
const partsOf = (content: Uint8Array): readonly [head: string, body: Uint8Array] => {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const end = bytes.length < 4 ? 0 : 4 + bytes.readUInt32LE(0)
  return end > bytes.length ? ["", bytes] : [bytes.subarray(4, end).toString("utf8"), bytes.subarray(end)]
}

/** How much of a file's entries a room has to take, as long as not all of them have been seen. */
interface Left {
  entries: number
  bytes: number
}

/** Makes what writes memory to a file, and what brings it back. */
export const makeSnapshots = (levels: CacheLevels): Pick<S3CacheService, "snapshot" | "restore"> => {
  const { behind, format, markers, memory, name: cache, policyOf, store } = levels
  const place = store.place ?? null

  const failed = (operation: "snapshot" | "restore", path: string) => (cause: unknown) =>
    new CacheSnapshotError({
      cache,
      path,
      operation,
      reason: cause instanceof File.UnusableFile ? cause.reason : File.refusalOf(cause) ?? "Unknown",
      detail: cutText(cause instanceof Error ? cause.message : "it failed with a value that is no Error", 250),
      cause
    })

  const encodedOf = <K, V, F>(
    { space }: CacheKey<K, V, F>,
    content: Exit.Exit<V, F>
  ): Encoded | undefined => {
    if (Exit.isSuccess(content)) return space.written.encode(content.value)
    return Option.getOrUndefined(Option.flatMap(Cause.failureOption(content.cause), space.encodeFailure))
  }

  /** An entry as it is in a file; fails, or dies by code of the user's, where it cannot be. */
  const frameOf = <K, V, F>(key: CacheKey<K, V, F>, held: MemoryEntry): Effect.Effect<Uint8Array, unknown> =>
    Effect.suspend((): Effect.Effect<Uint8Array, unknown> => {
      const content = held.contentFor(key.space)
      const encoded = content === undefined ? undefined : encodedOf(key, content)
      if (encoded === undefined) return Effect.fail("it is of another keyspace of this name")
      const { codec, version } = key.space.written
      const header = {
        keyspace: key.keyspace,
        version,
        ...(version === key.version ? {} : { folder: key.version }),
        key: key.id,
        created: held.made,
        expires: held.freshUntil,
        writeId: randomUUID(),
        outcome: held.isValue ? "success" : "failure",
        tags: held.tags,
        took: held.took
      } as const
      const known = {
        keyspace: key.keyspace,
        folder: key.version,
        name: key.objectName,
        etag: held.etag ?? null,
        until: held.uselessFrom === Number.POSITIVE_INFINITY ? null : held.uselessFrom,
        weight: held.weight
      }
      return Effect.flatMap(fromEither(encoded), (value) =>
        Effect.map(
          format.encode(header, held.isValue ? codec : "json", value),
          (body) => headOf(known, body)
        ))
    })

  const snapshot = (path: string, options?: S3CacheSnapshotOptions) =>
    Effect.gen(function*() {
      const fs = yield* fileSystem
      const takenAt = yield* Clock.currentTimeMillis
      const held = yield* memory.entries
      const write = (append: (frames: Uint8Array) => Effect.Effect<void, unknown>) =>
        writeInParts(
          append,
          headOf({ name: cache, place, takenAt }, new Uint8Array(0)),
          held,
          ([key, entry]) => key instanceof CacheKey ? orNothing(frameOf(key, entry)) : Effect.succeed(undefined)
        )
      const entries = yield* Effect.mapError(
        withinTime(File.write(kind, fs, path, write), options?.timeout),
        failed("snapshot", path)
      )
      const report: S3CacheSnapshotReport = { entries, skipped: held.length - entries }
      if (report.skipped > 0) {
        yield* Effect.logWarning(
          `${cache}: ${report.skipped} of ${held.length} entries in memory cannot be encoded, and are not in the snapshot`
        )
      }
      return report
    })

  /** The entry of a frame, for the keyspace it is of. */
  const decode = <K, V, F>(
    space: Keyspace<K, V, F>,
    known: typeof Known.Type,
    body: Uint8Array,
    now: number
  ): Effect.Effect<readonly [AnyKey, MemoryEntry], unknown> =>
    Effect.flatMap(
      format.decode(body),
      (entry) =>
        Effect.flatMap(
          fromEither(space.keyOfId(entry.key)),
          (key): Effect.Effect<readonly [AnyKey, MemoryEntry], unknown> => {
            const isNamed = key.objectName === known.name && folderOf(entry) === known.folder
            if (!isNamed) return Effect.fail("it is of another key")
            const object = { body, etag: known.etag ?? "" }
            return Effect.map(
              toMemoryEntry(cache, key, policyOf(space), entry, object, now),
              (held): readonly [AnyKey, MemoryEntry] => [key, held]
            )
          }
        )
    )

  const restore = (
    path: string,
    keyspaces: ReadonlyArray<Keyspace.Any>,
    options?: S3CacheRestoreOptions
  ) =>
    Effect.gen(function*() {
      const fs = yield* fileSystem
      const spaces = new Map(keyspaces.map((space) => [`${space.name}/${space.folder}`, space]))
      const report = { entries: 0, expired: 0, skipped: 0, refused: 0 }
      const now = yield* Clock.currentTimeMillis
      const began = new Map<Keyspace.Any, number>()
      for (const space of keyspaces) {
        // From now on it is heard of.
        policyOf(space)
        began.set(space, memory.momentOf(space))
      }

      const frames = <E>(
        onEntry: (known: typeof Known.Type | undefined, body: Uint8Array) => Effect.Effect<void, E>
      ) => {
        let isFirst = true
        return File.read(kind, fs, path, (content): Effect.Effect<void, E | File.UnusableFile> => {
          const [head, body] = partsOf(content)
          if (!isFirst) return onEntry(Option.getOrUndefined(Option.getRight(decodeKnown(head))), body)
          isFirst = false
          const header = decodeHeader(head)
          if (Either.isLeft(header)) return new File.UnusableFile({ reason: "Damaged", detail: "it has no header" })
          return header.right.name === cache && header.right.place === place
            ? Effect.void
            : new File.UnusableFile({
              reason: "Foreign",
              detail: `it is of the cache ${cutText(header.right.name, 60)} over ${
                cutText(header.right.place ?? "memory", 100)
              }`
            })
        })
      }

      const spaceOf = ({ folder, keyspace }: typeof Known.Type) => spaces.get(`${keyspace}/${folder}`)
      const isOver = ({ until }: typeof Known.Type) => until !== null && until <= now

      const read = (changes: ChangedEntries) =>
        Effect.gen(function*() {
          const rooms = new Map<object, Left>()
          // What is there already takes none of the room that is left.
          const held = new Set<string>()
          for (const space of spaces.values()) for (const name of yield* namesHeld(memory, space)) held.add(name)
          // The first look leaves memory alone: the whole file has been checked before it, and it tells what there is no room for.
          yield* frames((known) => {
            const space = known === undefined ? undefined : spaceOf(known)
            if (known === undefined || space === undefined || isOver(known) || held.has(known.name)) return Effect.void
            return Effect.map(memory.freeFor(space), ({ room }) => {
              const left = rooms.get(room) ?? { entries: 0, bytes: 0 }
              rooms.set(room, { entries: left.entries + 1, bytes: left.bytes + known.weight })
            })
          })
          yield* frames((known, body) =>
            Effect.gen(function*() {
              if (known === undefined) {
                report.refused++
                return
              }
              const space = spaceOf(known)
              if (space === undefined || isOver(known)) {
                report[space === undefined ? "skipped" : "expired"]++
                return
              }
              if (held.has(known.name)) {
                report.skipped++
                return
              }
              const { maxBytes, maxSize, room } = yield* memory.freeFor(space)
              const left = rooms.get(room) ?? { entries: 0, bytes: 0 }
              rooms.set(room, { entries: left.entries - 1, bytes: left.bytes - known.weight })
              if (left.entries > maxSize || left.bytes > maxBytes) {
                report.skipped++
                return
              }
              report[yield* bringBack(changes, space, known, body)]++
            })
          )
          if (report.refused > 0 && report.entries + report.expired + report.skipped === 0) {
            return yield* new File.UnusableFile({
              reason: "Damaged",
              detail:
                "nothing in it can be read, or is what the schemas accept; with encryption, by the keys that are given"
            })
          }
        })

      const bringBack = <K, V, F>(
        changes: ChangedEntries,
        space: Keyspace<K, V, F>,
        known: typeof Known.Type,
        body: Uint8Array
      ) => {
        let why: "refused" | "expired" = "refused"
        const load = Effect.map(orNothing(decode(space, known, body, now)), (decoded) => {
          if (decoded === undefined) return undefined
          const [, held] = decoded
          if (held.uselessFrom <= now) {
            why = "expired"
            return undefined
          }
          markers.meetEntry(held, now)
          if (options?.trust !== true) held.doubt()
          return decoded
        })
        const since = { changes, moment: began.get(space) ?? 0 }
        return Effect.map(
          memory.bringInSince(since, space, load, (key) => behind.waiting(key) === undefined),
          (outcome): "entries" | "skipped" | "refused" | "expired" => toReport(outcome, why)
        )
      }

      const outcome = yield* withinTime(memory.watched(new ChangedEntries(), read), options?.timeout).pipe(
        Effect.as("restored" as const),
        Effect.catchAll((error) =>
          fileReason(error) === "NotFound" ? Effect.succeed("missing" as const) : Effect.fail(error)
        ),
        Effect.mapError(failed("restore", path))
      )
      if (report.refused > 0) {
        yield* Effect.logWarning(
          `${cache}: ${report.refused} entries of the snapshot ${
            cutText(path, 150)
          } cannot be read, or the schemas do not accept them`
        )
      }
      const restored: S3CacheRestoreReport = { outcome, ...report }
      return restored
    })

  return { snapshot, restore }
}

const toReport = (
  outcome: Kept,
  why: "refused" | "expired"
): "entries" | "skipped" | "refused" | "expired" => {
  switch (outcome) {
    case "kept":
      return "entries"
    case "unread":
      return why
    default:
      return "skipped"
  }
}

// Schemas are code of the user's: whatever is thrown costs the one entry.
const orNothing = <A>(self: Effect.Effect<A, unknown>): Effect.Effect<A | undefined> =>
  Effect.catchAllCause(self, (cause) => Cause.isInterrupted(cause) ? Effect.interrupt : Effect.succeed(undefined))
