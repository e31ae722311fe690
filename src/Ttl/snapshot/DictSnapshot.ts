/**
 * Dictionaries that outlive their process: into a file, and back.
 *
 * @since 1.0.0
 */
import "../../effect/needsEffect3.js"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import { pieceSize, turn } from "../../Cache/common/inTurns.js"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import * as File from "../../Cache/files/framedFile.js"
import { frameHeadLength } from "../../Cache/files/frames.js"
import { withinTime } from "../../Cache/files/withinTime.js"
import { writeInParts } from "../../Cache/files/writeInParts.js"
import { withCallOptions } from "../../Cache/options/checkOptions.js"
import { cutText } from "../../Cache/printing/cutText.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { fileReason, fileSystem } from "../../effect/platform/files.js"
import { decoding, encoding, inJson } from "../../effect/schemas.js"
import { DictSnapshotError } from "./DictSnapshotError.js"
import { isCloneable } from "./isCloneable.js"
import * as Format from "./snapshotFormat.js"

export {
  /** @since 1.0.0 */
  DictSnapshotError,
  /** @since 1.0.0 */
  type DictSnapshotReason
} from "./DictSnapshotError.js"

/**
 * What a snapshot took.
 *
 * @since 1.0.0
 * @category models
 */
export interface SnapshotReport {
  /** How many entries are in it. */
  readonly entries: number
  /** How many are not, since they could not be brought back as what they are. Each was tried. */
  readonly skipped: number
}

/**
 * What a snapshot brought back. `outcome` is `restored`, `missing` (there was no file), or `unusable` (a warning says
 * why); unless it is `restored`, nothing has changed. Every entry of the file is counted once.
 *
 * @since 1.0.0
 * @category models
 */
export interface RestoreReport {
  /** `missing`: there was no file; `unusable`: nothing in it could be read. */
  readonly outcome: "restored" | "missing" | "unusable"
  /** How many entries are back: they were written, and were still there when the last one had been. */
  readonly entries: number
  /** How many had expired meanwhile. */
  readonly expired: number
  /**
   * How many were left out: too large for the dictionary, evicted because not all of them fit, or their keys were written
   * to already.
   */
  readonly skipped: number
  /** How many were refused, since they could not be read, or the schemas do not accept them. A warning tells of them. */
  readonly refused: number
}

/**
 * What snapshots need of a dictionary.
 *
 * @since 1.0.0
 * @category models
 */
export interface SnapshotDict<in out K, in out V> {
  /** All entries, with the time at which each expires, in milliseconds since the epoch. */
  readonly entriesWithExpiry: Effect.Effect<ReadonlyArray<readonly [key: K, value: V, expiresAt: number]>>
  /** The limits of the dictionary. */
  readonly limits: Effect.Effect<Format.Header["limits"]>
  /** Writes an entry that is not there. */
  readonly add: (
    key: K,
    value: V,
    options: { readonly expiresAt: number }
  ) => Effect.Effect<void, unknown>
  /** Whether there is an entry under a key. */
  readonly has: (key: K) => Effect.Effect<boolean>
  /** Changes the limits. */
  readonly resize: (limits: Format.Header["limits"]) => Effect.Effect<void, CacheConfigError>
}

/**
 * What a snapshot is of.
 *
 * @since 1.0.0
 * @category models
 */
export interface SnapshotForm<in out K, in out KI, in out V, in out VI> {
  /** The name of the dictionary. A snapshot is brought back only under the name it was taken under. */
  readonly name: string
  /** The schema of keys. */
  readonly key: Schema.Schema<K, KI>
  /** The schema of values. */
  readonly value: Schema.Schema<V, VI>
}

/**
 * How a snapshot is written.
 *
 * @since 1.0.0
 * @category models
 */
export interface SnapshotOptions {
  /**
   * How long it may take: the file may be in a file system that hangs. What has been written by then is removed as soon as
   * that can be. Default one minute.
   */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * How a snapshot is brought back.
 *
 * @since 1.0.0
 * @category models
 */
export interface RestoreOptions {
  /** How long reading may take: the file may be in a file system that hangs. Default one minute. */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * Whether the dictionary keeps its own limits, so that what no longer fits is evicted (`"keep"`), or takes those of the
   * snapshot (`"restore"`). Default `"keep"`.
   */
  readonly limits?: "keep" | "restore" | undefined
}

/**
 * Writes what is in a dictionary to a file, with the moments at which entries expire, in the order of their use, with the
 * limits. It holds what the dictionary holds at one moment; entries that are changed in place while it is written may be
 * in it as they were before or after. The file takes the place of an older one only when it is complete, and nobody but
 * its owner may read it.
 *
 * Keys and values are written as their schemas encode them, in V8's structured clone format. So a schema may encode to
 * dates, maps, bigints and buffers as well as to JSON. What that format would not bring back as it was (functions,
 * symbols, instances of classes: see `isCloneable`), what a schema does not encode, or not accept again, what is nested more
 * than 1,000 deep, and what takes more than 512 MiB, is left out with a warning: each entry is read back before it is
 * written.
 *
 * Memory is needed for some hundred kilobytes at a time, not for the whole. It can be interrupted at any time, and ends
 * within its `timeout`, whatever the file system does. Its path must be in a folder that is there, and that nobody but
 * this program's user can write to.
 *
 * @example
 * ```ts
 * import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
 * import { Effect, Schema } from "effect"
 * import { DictSnapshot, TtlDict } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 * import { tmpdir } from "node:os"
 * import { join } from "node:path"
 *
 * const form = { name: "rates", key: Schema.String, value: Schema.Number }
 * const path = join(tmpdir(), "rates")
 *
 * const program = Effect.gen(function*() {
 *   const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 hour" })
 *   yield* dict.set("EUR", 1)
 *   return yield* DictSnapshot.snapshot(dict, form, path)
 * }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
 *
 * assert.deepEqual(await Effect.runPromise(program), { entries: 1, skipped: 0 })
 * ```
 *
 * @since 1.0.0
 * @category operations
 */
export const snapshot = Effect.fn("TtlDict.snapshot")(
  function*<K, KI, V, VI>(
    dict: SnapshotDict<K, V>,
    form: SnapshotForm<K, KI, V, VI>,
    path: string,
    options?: SnapshotOptions
  ) {
    yield* withCallOptions(form.name, options, snapshotKinds, Effect.void)
    const fs = yield* fileSystem
    const takenAt = yield* Clock.currentTimeMillis
    const header: Format.Header = { name: form.name, takenAt, limits: yield* dict.limits }
    const entries = yield* dict.entriesWithExpiry
    const frameOf = framesOf(form)

    const write = (append: (frames: Uint8Array) => Effect.Effect<void, unknown>) =>
      writeInParts(append, Format.frame(header), entries, frameOf)

    const written = yield* Effect.mapError(
      withinTime(File.write(Format.kind, fs, path, write), options?.timeout),
      (cause) => notWritten(form.name, path, cause)
    )
    const report: SnapshotReport = { entries: written, skipped: entries.length - written }
    if (report.skipped > 0) {
      yield* Effect.logWarning(
        `${form.name}: ${report.skipped} of ${entries.length} entries cannot be kept in a snapshot, and are left out`
      )
    }
    return report
  }
)

const notWritten = (cache: string, path: string, cause: unknown): DictSnapshotError =>
  new DictSnapshotError({
    cache,
    path,
    reason: cause instanceof File.UnusableFile ? "Timeout" : File.refusalOf(cause) ?? "Unknown",
    detail: cutText(cause instanceof Error ? cause.message : "it failed with a value that is no Error", 250),
    cause
  })

const snapshotKinds: OptionKinds<SnapshotOptions> = { timeout: "duration" }
const restoreKinds: OptionKinds<RestoreOptions> = { ...snapshotKinds, limits: ["keep", "restore"] }

// The frame of an entry; `undefined` for what whoever reads it would refuse. Recursion of a schema, or of the clone, may be
// too deep for the stack, and schemas are code of the user: whatever is thrown costs the one entry.
const framesOf = <K, KI, V, VI>(form: SnapshotForm<K, KI, V, VI>) => {
  const encodeKey = encoding(inJson(form.key))
  const encodeValue = encoding(inJson(form.value))
  const decode = decodeEntry(form)
  return ([key, value, expiresAt]: readonly [K, V, number]): Effect.Effect<Uint8Array | undefined> =>
    Effect.gen(function*() {
      const entry: Format.EncodedEntry = [yield* encodeKey(key), yield* encodeValue(value), expiresAt]
      if (!isCloneable(entry, Format.mostDeep)) return undefined
      const frame = Format.frame([entry])
      const [again] = yield* decodeEntries(Format.contentOf(frame.subarray(frameHeadLength)))
      if (again === undefined) return undefined
      yield* decode(again)
      return frame
    }).pipe(unlessRefused)
}

/**
 * Brings back what a file holds into a dictionary of the same name: in the same order, with the same moments of expiry.
 * What has expired meanwhile is dropped; every entry is measured anew, as any write is. Entries that are in the
 * dictionary already stay as they are, and count as used longer ago than those that come back; what is removed while the
 * file is read may come back: bring back first, then write and remove.
 *
 * It never fails. A file that is damaged, of another dictionary, or of a format this version does not know, leaves the
 * dictionary as it was, and a warning says why; there being no file is no reason for one. So does what is no regular file
 * (a pipe, a device, a folder), and on POSIX systems a file that belongs to another user than the program runs as, or that
 * anybody but its owner may read or write: `chmod 600` what was made elsewhere. A file is only data, and nothing in it is
 * run.
 *
 * An entry that cannot be read, or that the schemas do not accept, costs only itself: it is counted as `refused`, with a
 * warning. A file in which all are refused is `unusable`.
 *
 * It can be interrupted at any time, and reading ends within its `timeout`, whatever the file system does.
 *
 * @example
 * ```ts
 * import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
 * import { Effect, Schema } from "effect"
 * import { TtlDict } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 * import { tmpdir } from "node:os"
 * import { join } from "node:path"
 *
 * class Rates extends TtlDict.Service<Rates>()("app/Rates", { key: Schema.String, value: Schema.Number }) {}
 *
 * const path = join(tmpdir(), "app-rates")
 *
 * // At the end of a program ...
 * const save = Effect.gen(function*() {
 *   yield* Rates.set("EUR", 1)
 *   return yield* Rates.snapshot(path)
 * }).pipe(Effect.provide(Rates.layer()))
 *
 * // ... and at the beginning of the next.
 * const bringBack = Effect.gen(function*() {
 *   const { outcome } = yield* Rates.restore(path, { limits: "restore" })
 *   return { outcome, EUR: yield* Rates.get("EUR") }
 * }).pipe(Effect.provide(Rates.layer()))
 *
 * const program = Effect.zipRight(save, bringBack).pipe(Effect.provide(NodeFileSystem.layer))
 *
 * assert.deepEqual(await Effect.runPromise(program), { outcome: "restored", EUR: 1 })
 * ```
 *
 * @since 1.0.0
 * @category operations
 */
export const restore = Effect.fn("TtlDict.restore")(
  function*<K, KI, V, VI>(
    dict: SnapshotDict<K, V>,
    form: SnapshotForm<K, KI, V, VI>,
    path: string,
    options?: RestoreOptions
  ) {
    yield* withCallOptions(form.name, options, restoreKinds, Effect.void)
    const fs = yield* fileSystem
    const unusable = (reason: string): Effect.Effect<RestoreReport> =>
      Effect.as(
        Effect.logWarning(`${form.name}: the snapshot ${path} is not used: ${reason}`),
        nothing("unusable")
      )
    return yield* withinTime(readAll(fs, form, path), options?.timeout).pipe(
      Effect.catchAllDefect(() =>
        new File.UnusableFile({ reason: "Damaged", detail: "reading it failed in a way nobody foresaw" })
      ),
      Effect.tap(({ refused }) =>
        refused === 0 ? Effect.void : Effect.logWarning(
          `${form.name}: ${refused} entries of the snapshot ${path} cannot be read, or the schemas do not accept them`
        )
      ),
      Effect.flatMap((snapshot) => fill(dict, snapshot, options?.limits ?? "keep")),
      Effect.catchAll((error) =>
        fileReason(error) === "NotFound" ? Effect.succeed(nothing("missing")) : unusable(error.message)
      )
    )
  }
)

interface Snapshot<K, V> {
  readonly header: Format.Header
  readonly entries: ReadonlyArray<readonly [key: K, value: V, expiresAt: number]>
  readonly expired: number
  readonly refused: number
}

const readAll = <K, KI, V, VI>(
  fs: FileSystem.FileSystem,
  form: SnapshotForm<K, KI, V, VI>,
  path: string
) =>
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const decode = decodeEntry(form)
    const entries: Array<readonly [K, V, number]> = []
    let header: Format.Header | undefined
    let expired = 0
    let refused = 0

    const onHeader = Effect.fnUntraced(function*(content: Option.Option<unknown>) {
      header = yield* decodeHeader(Option.getOrUndefined(content))
      if (header.name === form.name) return
      return yield* new File.UnusableFile({
        reason: "Foreign",
        detail: `it is of the dictionary ${printKey(header.name)}`
      })
    })
    const onEntries = Effect.fnUntraced(function*(content: Option.Option<unknown>) {
      const encoded = yield* unlessRefused(decodeEntries(Option.getOrUndefined(content)))
      // Whatever it was, at least one entry is not there.
      if (encoded === undefined) refused++
      for (const entry of encoded ?? []) {
        if (entry[2] <= now) {
          expired++
          continue
        }
        const decoded = yield* unlessRefused(decode(entry))
        if (decoded === undefined) refused++
        else entries.push(decoded)
      }
    })

    yield* File.read(Format.kind, fs, path, (bytes) =>
      Effect.flatMap(
        Effect.option(Effect.try(() => Format.contentOf(bytes))),
        (content) => header === undefined ? onHeader(content) : onEntries(content)
      ))
    if (header === undefined) return yield* new File.UnusableFile({ reason: "Damaged", detail: "it has no header" })
    if (refused > 0 && entries.length + expired === 0) return yield* unacceptable
    const snapshot: Snapshot<K, V> = { header, entries, expired, refused }
    return snapshot
  })

const nobody = Effect.succeed(undefined)

const unlessRefused = <A, E>(self: Effect.Effect<A, E>): Effect.Effect<A | undefined> =>
  self.pipe(Effect.catchAll(() => nobody), Effect.catchAllDefect(() => nobody))

// What a schema says of a value would show the value.
const unacceptable = new File.UnusableFile({
  reason: "Damaged",
  detail: "it holds what cannot be read, or what the schemas of the dictionary do not accept"
})

const decoder = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = decoding(schema)
  return (input: unknown): Effect.Effect<A, File.UnusableFile> =>
    Effect.mapError(Effect.suspend(() => decode(input)), () => unacceptable)
}

const decodeHeader = decoder(Format.Header)
const decodeEntries = decoder(Format.Entries)

const decodeEntry = <K, KI, V, VI>(form: SnapshotForm<K, KI, V, VI>) => {
  const decodeKey = decoder(inJson(form.key))
  const decodeValue = decoder(inJson(form.value))
  return ([key, value, expiresAt]: Format.EncodedEntry) =>
    Effect.zipWith(decodeKey(key), decodeValue(value), (key, value) => [key, value, expiresAt] as const)
}

const fill = <K, V>(dict: SnapshotDict<K, V>, snapshot: Snapshot<K, V>, limits: "keep" | "restore") =>
  Effect.gen(function*() {
    if (limits === "restore") yield* dict.resize(snapshot.header.limits)
    const written: Array<readonly [key: K, expiresAt: number]> = []
    for (const [at, [key, value, expiresAt]] of snapshot.entries.entries()) {
      if (at % pieceSize === pieceSize - 1) yield* turn
      yield* dict.add(key, value, { expiresAt }).pipe(
        Effect.andThen(Effect.sync(() => written.push([key, expiresAt]))),
        Effect.ignore,
        // A weigher of the user's that cannot weigh it.
        Effect.catchAllDefect(() => Effect.void)
      )
    }
    // Later ones may have evicted earlier ones, and time has gone on.
    let entries = 0
    let { expired } = snapshot
    for (const [at, [key, expiresAt]] of written.entries()) {
      if (at % pieceSize === pieceSize - 1) yield* turn
      if (yield* dict.has(key)) entries++
      else if (expiresAt <= (yield* Clock.currentTimeMillis)) expired++
    }
    const skipped = snapshot.entries.length + snapshot.expired - entries - expired
    const report: RestoreReport = { outcome: "restored", entries, expired, skipped, refused: snapshot.refused }
    return report
  })

const nothing = (outcome: "missing" | "unusable"): RestoreReport => ({
  outcome,
  entries: 0,
  expired: 0,
  skipped: 0,
  refused: 0
})
