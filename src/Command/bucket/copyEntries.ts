/**
 * Copying entries from one store to another.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { credibleAhead } from "../../S3Store/coordination/tagMarker.js"
import type { CodecName } from "../../S3Store/entry/Codec.js"
import type { EncryptionOptions } from "../../S3Store/entry/encryption.js"
import { makeEntryFormat } from "../../S3Store/entry/EntryFormat.js"
import type { ListedObject, ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import type { LoadedHead } from "../../S3Store/stored/loadHead.js"
import { copyMarkers } from "./copyMarkers.js"
import { isWanted, lookAt, prefixOf, type Wanted } from "./entriesOf.js"
import { isAtItsPlace, objectKind } from "./objectKinds.js"
import type { Amount } from "./prune.js"
import { readHead } from "./readHead.js"
import { makeTagMarks } from "./tagMarks.js"
import { isStale, type Verdict, verdictOf } from "./verdict.js"

/**
 * Why an entry is not copied:
 *
 * - `same`, `newer`: the target has it, or one that was made later;
 * - `expired`, `invalidated`: no reader would be given it, fresh or as its writer promises stale; by the tags of either store;
 * - `encrypted`: it belongs to its place, and the key to write it anew for the other was not given;
 * - `unreadable`: it is damaged, or too large;
 * - `elsewhere`: it is an entry under another prefix, whose markers of tags lie there: it might come alive again;
 * - `ahead`: the clock of its writer was ahead: elsewhere its tags would be compared with a time that is not believed here;
 * - `gone`: it was removed or replaced meanwhile.
 */
export type Skip =
  | "same"
  | "newer"
  | "expired"
  | "invalidated"
  | "encrypted"
  | "unreadable"
  | "elsewhere"
  | "ahead"
  | "gone"

/** What was copied, or would be. */
export interface CopyReport {
  readonly examined: number
  readonly copied: Amount
  readonly skipped: ReadonlyMap<Skip, Amount>
  /** Markers of tags that the target did not have, or not so late. */
  readonly markers: number
}

/** What to copy, and how. */
export interface CopyOptions {
  /** Whether nothing is written: the report says what would be. */
  readonly isDry: boolean
  readonly concurrency: number
  readonly wanted?: Wanted | undefined
  /** The keys that entries are encrypted with, here and there. */
  readonly encryption?: EncryptionOptions | undefined
  /** Runs for each entry that was copied. */
  readonly onCopied?: Effect.Effect<void>
  readonly onProgress?: (progress: { readonly examined: number; readonly copied: number }) => Effect.Effect<void>
}

/** How many bytes are held at the same time. */
const heldBytes = 64 * 1024 * 1024
/** How far the clocks of machines and of the store may be apart. */
const clocksApart = 600_000

const page = 1000

const codecs: ReadonlyArray<CodecName> = ["json", "msgpack", "raw"]

/**
 * Copies the entries that readers would be given, with their tags and their remaining times. Marks of tags go first, and
 * those that were written meanwhile last, so that what was invalidated does not come alive again. What the target has
 * that was made later stays.
 */
export const copyEntries = (
  from: ObjectStore,
  to: ObjectStore,
  { concurrency, encryption, isDry, onCopied = Effect.void, onProgress = () => Effect.void, wanted }: CopyOptions
): Effect.Effect<CopyReport, ObjectStoreError | CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const began = yield* Clock.currentTimeMillis
    let markers = yield* copyMarkers(from, to, { concurrency, isDry })
    const marksThere = yield* makeTagMarks(to)
    const marksHere = yield* makeTagMarks(from)
    const rewrite = yield* makeRewrite(from, to, encryption)
    const memory = yield* Effect.makeSemaphore(heldBytes)
    const copied = { entries: 0, bytes: 0 }
    const skipped = new Map<Skip, Amount>()
    let examined = 0

    const copyOne = (object: ListedObject): Effect.Effect<Skip | undefined, ObjectStoreError> =>
      Effect.gen(function*() {
        const looked = yield* lookAt(from, marksHere, object)
        if (looked._tag === "Gone") return "gone"
        if (looked._tag === "Unreadable") return "unreadable"
        const { head, modified } = looked
        if (!isAtItsPlace(object.name, head)) return "elsewhere"
        const useless = uselessBy(looked.verdict, yield* Clock.currentTimeMillis)
        if (useless !== undefined) return useless
        if (modified !== undefined && head.created > modified + credibleAhead) return "ahead"
        const now = yield* Clock.currentTimeMillis
        const uselessThere = uselessBy(verdictOf(head, undefined, yield* marksThere(head.tags), now), now)
        if (uselessThere !== undefined) return uselessThere
        const there = yield* targetOf(to, object)
        const newer = there.head === undefined ? undefined : compare(head, there.head)
        if (newer !== undefined) return newer
        if (!rewrite.canCopy(head)) return "encrypted"
        if (isDry) return undefined
        const found = yield* from.load(object.name)
        if (found._tag === "TooLarge") return "unreadable"
        if (found._tag !== "Found" || found.etag !== looked.etag) return "gone"
        const body = yield* rewrite.of(head, found.body)
        if (body === undefined) return "unreadable"
        return yield* Effect.tap(
          write(to, object.name, body, head, there.etag),
          (skip) => skip === undefined ? onCopied : Effect.void
        )
      })

    const copyWithin = (object: ListedObject) =>
      memory.withPermits(Math.min(heldBytes, Math.max(1, object.size)))(copyOne(object)).pipe(
        Effect.map((skip) => {
          examined++
          if (skip === undefined) {
            copied.entries++
            copied.bytes += object.size
            return
          }
          const { bytes, entries } = skipped.get(skip) ?? { entries: 0, bytes: 0 }
          skipped.set(skip, { entries: entries + 1, bytes: bytes + object.size })
        })
      )

    const entries = Stream.filter(from.list(prefixOf(wanted)), (object) => {
      const kind = objectKind(object.name)
      return kind._tag === "Entry" && isWanted(wanted, kind.space)
    })
    yield* Stream.runForEach(Stream.grouped(entries, page), (objects) =>
      Effect.zipRight(
        Effect.forEach(objects, copyWithin, { concurrency, discard: true }),
        Effect.suspend(() => onProgress({ examined, copied: copied.entries }))
      ))
    if (!isDry) markers += yield* copyMarkers(from, to, { concurrency, isDry, since: began - clocksApart })
    return { examined, copied, skipped, markers }
  })

/** Why no reader would be given it, if none would. */
const uselessBy = (verdict: Verdict, now: number): "expired" | "invalidated" | undefined => {
  if (verdict._tag === "Fresh" || isStale(verdict, now)) return undefined
  return verdict._tag === "Expired" ? "expired" : "invalidated"
}

/** Whether what the target has stays. */
const compare = (here: LoadedHead, there: LoadedHead): "same" | "newer" | undefined => {
  if (here.writeId === there.writeId) return "same"
  return there.created >= here.created ? "newer" : undefined
}

/** What the target has in the place of an entry. */
const targetOf = (to: ObjectStore, object: ListedObject) =>
  Effect.map(readHead(to, object), (read) => {
    if (read._tag === "Gone") return { head: undefined, etag: undefined }
    return { head: read._tag === "Head" ? read.head : undefined, etag: read.etag }
  })

/** Writes it in the place of what was seen there. Where conditions are not honoured, it was looked at right before. */
const write = (
  to: ObjectStore,
  name: string,
  body: Uint8Array,
  head: LoadedHead,
  seen: string | undefined
): Effect.Effect<Skip | undefined, ObjectStoreError> =>
  Effect.gen(function*() {
    const outcome = yield* Effect.catchIf(
      seen === undefined ? to.add(name, body) : to.replace(name, body, seen),
      ({ reason }) => reason === "ConditionalWritesUnsupported",
      () => Effect.as(to.save(name, body), { _tag: "Written" as const })
    )
    if (outcome._tag === "Written") return undefined
    // It may be this very write, of which no answer came, that is in the way.
    const there = yield* targetOf(to, { name, size: body.length, etag: "", modified: 0 })
    return there.head?.writeId === head.writeId ? undefined : "newer"
  })

/** What becomes of the bytes of entries: those that are encrypted belong to their place. */
const makeRewrite = (from: ObjectStore, to: ObjectStore, encryption: EncryptionOptions | undefined) =>
  Effect.gen(function*() {
    const isSamePlace = (from.place ?? "") === (to.place ?? "")
    if (encryption === undefined || isSamePlace) {
      return {
        canCopy: ({ encryption }: LoadedHead) => encryption === null || isSamePlace,
        of: (_: LoadedHead, body: Uint8Array) => Effect.succeed<Uint8Array | undefined>(body)
      }
    }
    const reader = yield* makeEntryFormat({ encryption }, from.place, from.maxObjectBytes)
    const writer = (compression: string) =>
      makeEntryFormat(
        compression === "gzip" || compression === "brotli"
          ? { encryption, compression: { algorithm: compression, threshold: 1 } }
          : { encryption },
        to.place,
        to.maxObjectBytes
      )
    const writers = { none: yield* writer("none"), gzip: yield* writer("gzip"), brotli: yield* writer("brotli") }
    return {
      canCopy: () => true,
      of: (head: LoadedHead, body: Uint8Array): Effect.Effect<Uint8Array | undefined> => {
        if (head.encryption === null) return Effect.succeed(body)
        const { compression } = head
        const codec = codecs.find((each) => each === head.codec)
        if (codec === undefined) return Effect.succeed(undefined)
        const how = compression === "gzip" || compression === "brotli" ? compression : "none"
        return Effect.map(
          Effect.either(
            Effect.flatMap(reader.decode(body), ({ encoded, ...entry }) => writers[how].encode(entry, codec, encoded))
          ),
          Either.getOrUndefined
        )
      }
    }
  })
