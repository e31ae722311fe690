/**
 * Dictionaries that outlive their process: into a file, and back.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import type { CacheConfigError } from "../Cache/CacheErrors.js"
import { isCloneable } from "./isCloneable.js"
import * as File from "./snapshotFile.js"
import * as Format from "./snapshotFormat.js"

/**
 * A snapshot could not be written; what was in its place before still is.
 *
 * @since 0.1.0
 * @category errors
 */
export class DictSnapshotError extends Data.TaggedError("DictSnapshotError")<{
  /** The name of the dictionary. */
  readonly cache: string
  /** Where it was to be written. */
  readonly path: string
  readonly cause: unknown
}> {
  override get message(): string {
    const why = this.cause instanceof Error ? `: ${this.cause.message}` : ""
    return `${this.cache}: the snapshot ${this.path} could not be written${why}`
  }
}

/**
 * What a snapshot took.
 *
 * @since 0.1.0
 * @category models
 */
export interface SnapshotReport {
  /** How many entries are in it. */
  readonly entries: number
  /** How many are not, since they could not be brought back as what they are. */
  readonly skipped: number
}

/**
 * What a snapshot brought back. `outcome` is `restored`, `missing` (there was no file), or `unusable` (a warning says
 * why); unless it is `restored`, nothing has changed.
 *
 * @since 0.1.0
 * @category models
 */
export interface RestoreReport {
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
}

/**
 * What snapshots need of a dictionary.
 *
 * @since 0.1.0
 * @category models
 */
export interface SnapshotDict<in out K, in out V> {
  readonly entriesWithExpiry: Effect.Effect<ReadonlyArray<readonly [key: K, value: V, expiresAt: number]>>
  readonly limits: Effect.Effect<Format.Header["limits"]>
  readonly add: (
    key: K,
    value: V,
    options: { readonly expiresAt: number }
  ) => Effect.Effect<void, unknown>
  readonly has: (key: K) => Effect.Effect<boolean>
  readonly changeMaxBytes: (maxBytes: number) => Effect.Effect<void, CacheConfigError>
  readonly changeMaxItems: (maxItems: number) => Effect.Effect<void, CacheConfigError>
  readonly changeTimeToLive: (millis: number) => Effect.Effect<void, CacheConfigError>
}

/**
 * What a snapshot is of.
 *
 * @since 0.1.0
 * @category models
 */
export interface SnapshotForm<in out K, in out KI, in out V, in out VI> {
  /** The name of the dictionary. A snapshot is brought back only under the name it was taken under. */
  readonly name: string
  readonly key: Schema.Schema<K, KI>
  readonly value: Schema.Schema<V, VI>
}

/**
 * How a snapshot is brought back.
 *
 * @since 0.1.0
 * @category models
 */
export interface RestoreOptions {
  /**
   * Whether the dictionary keeps its own limits, so that what no longer fits is evicted (`"keep"`), or takes those of the
   * snapshot (`"restore"`). Default `"keep"`.
   */
  readonly limits?: "keep" | "restore" | undefined
}

// It is loaded when a snapshot is taken or brought back: most programs never do.
const fileSystem: Effect.Effect<FileSystem.FileSystem, never, FileSystem.FileSystem> = Effect.flatten(
  Effect.map(Effect.promise(() => import("@effect/platform/FileSystem")), (module) => module.FileSystem)
)

/** Few enough for little memory, many enough for little overhead: the bytes a frame is to have. */
const frameSize = 128 * 1024
const mostInFrame = 1024

/**
 * Writes what is in a dictionary to a file, with the moments at which entries expire, in the order of their use, with the
 * limits. It holds what the dictionary holds at one moment; entries that are changed in place while it is written may be
 * in it as they were before or after. The file takes the place of an older one only when it is complete, and nobody but
 * its owner may read it.
 *
 * Keys and values are written as their schemas encode them, in V8's structured clone format. So a schema may encode to
 * dates, maps, bigints and buffers as well as to JSON. What that format would not bring back as it was (functions,
 * symbols, instances of classes: see `isCloneable`), and what a schema does not encode, is left out with a warning.
 *
 * Memory is needed for some hundred kilobytes at a time, not for the whole.
 *
 * @param path in a folder that is there, and that nobody but this program's user can write to
 *
 * @example
 * ```ts
 * import { DictSnapshot, TtlDict } from "effect-aws-cache/Ttl"
 * import { Effect, Schema } from "effect"
 *
 * const form = { name: "rates", key: Schema.String, value: Schema.Number }
 *
 * const program = Effect.gen(function*() {
 *   const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 hour" })
 *   yield* DictSnapshot.restore(dict, form, "/tmp/rates")
 *   yield* dict.set("EUR", 1)
 *   const { entries, skipped } = yield* DictSnapshot.snapshot(dict, form, "/tmp/rates")
 *   return { entries, skipped }
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category operations
 */
export const snapshot = Effect.fn("TtlDict.snapshot")(
  function*<K, KI, V, VI>(dict: SnapshotDict<K, V>, form: SnapshotForm<K, KI, V, VI>, path: string) {
    const fs = yield* fileSystem
    const takenAt = yield* Clock.currentTimeMillis
    const header: Format.Header = { name: form.name, takenAt, limits: yield* dict.limits }
    const entries = yield* dict.entriesWithExpiry
    const encodeKey = ParseResult.encode(form.key)
    const encodeValue = ParseResult.encode(form.value)

    const write = (append: (frame: Uint8Array) => Effect.Effect<void, unknown>) =>
      Effect.gen(function*() {
        yield* append(Format.frame(header))
        let batch: Array<Format.EncodedEntry> = []
        let written = 0
        let target = 1
        for (const [at, [key, value, expiresAt]] of entries.entries()) {
          const encoded = yield* Effect.option(Effect.zip(encodeKey(key), encodeValue(value)))
          if (encoded._tag === "Some" && isCloneable(encoded.value)) batch.push([...encoded.value, expiresAt])
          if (batch.length < target && at < entries.length - 1) continue
          for (const { bytes, count } of framesOf(batch)) {
            yield* append(bytes)
            written += count
            target = bytes.byteLength < frameSize ? Math.min(target * 2, mostInFrame) : Math.ceil(target / 2)
          }
          batch = []
        }
        return written
      })

    const written = yield* Effect.mapError(
      File.write(fs, path, write),
      (cause) => new DictSnapshotError({ cache: form.name, path, cause })
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

interface Frame {
  readonly bytes: Uint8Array
  readonly count: number
}

// Entries that cannot be cloned after all, such as buffers that were transferred, are left out.
const framesOf = (batch: ReadonlyArray<Format.EncodedEntry>): ReadonlyArray<Frame> => {
  if (batch.length === 0) return []
  try {
    return [{ bytes: Format.frame(batch), count: batch.length }]
  } catch {
    return batch.length === 1 ? [] : batch.flatMap((entry) => framesOf([entry]))
  }
}

/**
 * Brings back what a file holds into a dictionary of the same name: in the same order, with the same moments of expiry.
 * What has expired meanwhile is dropped; every entry is measured anew, as any write is. Entries that are in the
 * dictionary already stay as they are, and count as used longer ago than those that come back: bring back first, then
 * write.
 *
 * It never fails. A file that is damaged, of another dictionary, of a format this version does not know, or that holds
 * anything the schemas do not accept, leaves the dictionary as it was, and a warning says why; there being no file is no
 * reason for one. A file is only data, and nothing in it is run.
 *
 * @example
 * ```ts
 * import { TtlDict } from "effect-aws-cache/Ttl"
 * import { Effect, Schema } from "effect"
 *
 * class Rates extends TtlDict.Service<Rates>()("app/Rates", { key: Schema.String, value: Schema.Number }) {}
 *
 * const program = Effect.gen(function*() {
 *   const { outcome } = yield* Rates.restore("/tmp/rates", { limits: "restore" })
 *   return outcome // "restored", "missing" or "unusable"
 * }).pipe(Effect.provide(Rates.layer))
 * ```
 *
 * @since 0.1.0
 * @category operations
 */
export const restore = Effect.fn("TtlDict.restore")(
  function*<K, KI, V, VI>(
    dict: SnapshotDict<K, V>,
    form: SnapshotForm<K, KI, V, VI>,
    path: string,
    options?: RestoreOptions
  ) {
    const fs = yield* fileSystem
    const unusable = (reason: string): Effect.Effect<RestoreReport> =>
      Effect.as(
        Effect.logWarning(`${form.name}: the snapshot ${path} is not used: ${reason}`),
        nothing("unusable")
      )
    return yield* readAll(fs, form, path).pipe(
      Effect.catchAllDefect(() => new File.UnusableSnapshot({ reason: "reading it failed in a way nobody foresaw" })),
      Effect.flatMap((snapshot) => fill(dict, snapshot, options?.limits ?? "keep")),
      Effect.catchTag(
        "SystemError",
        (error) => error.reason === "NotFound" ? Effect.succeed(nothing("missing")) : unusable(error.message)
      ),
      Effect.catchAll((error) => unusable(error.message))
    )
  }
)

interface Snapshot<K, V> {
  readonly header: Format.Header
  readonly entries: ReadonlyArray<readonly [key: K, value: V, expiresAt: number]>
  readonly expired: number
}

const readAll = <K, KI, V, VI>(
  fs: FileSystem.FileSystem,
  form: SnapshotForm<K, KI, V, VI>,
  path: string
) =>
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const decodeKey = decoder(form.key)
    const decodeValue = decoder(form.value)
    const entries: Array<readonly [K, V, number]> = []
    let header: Format.Header | undefined
    let expired = 0

    const onHeader = Effect.fnUntraced(function*(content: unknown) {
      header = yield* decodeHeader(content)
      if (header.name === form.name) return
      return yield* new File.UnusableSnapshot({ reason: `it is of the dictionary ${JSON.stringify(header.name)}` })
    })
    const onEntries = Effect.fnUntraced(function*(content: unknown) {
      for (const [key, value, expiresAt] of yield* decodeEntries(content)) {
        if (expiresAt > now) entries.push([yield* decodeKey(key), yield* decodeValue(value), expiresAt])
        else expired++
      }
    })

    yield* File.read(fs, path, (content) => header === undefined ? onHeader(content) : onEntries(content))
    if (header === undefined) return yield* new File.UnusableSnapshot({ reason: "it has no header" })
    const snapshot: Snapshot<K, V> = { header, entries, expired }
    return snapshot
  })

// What a schema says of a value would show the value.
const decoder = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = ParseResult.decodeUnknown(schema)
  return (input: unknown): Effect.Effect<A, File.UnusableSnapshot> =>
    Effect.mapError(
      decode(input),
      () => new File.UnusableSnapshot({ reason: "it holds what the schemas of the dictionary do not accept" })
    )
}

const decodeHeader = decoder(Format.Header)
const decodeEntries = decoder(Format.Entries)

const fill = <K, V>(dict: SnapshotDict<K, V>, snapshot: Snapshot<K, V>, limits: "keep" | "restore") =>
  Effect.gen(function*() {
    if (limits === "restore") {
      const { maxBytes, maxItems, timeToLive } = snapshot.header.limits
      yield* dict.changeMaxBytes(maxBytes)
      yield* dict.changeMaxItems(maxItems)
      yield* dict.changeTimeToLive(timeToLive)
    }
    const written: Array<readonly [key: K, expiresAt: number]> = []
    for (const [key, value, expiresAt] of snapshot.entries) {
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
    for (const [key, expiresAt] of written) {
      if (yield* dict.has(key)) entries++
      else if (expiresAt <= (yield* Clock.currentTimeMillis)) expired++
    }
    const skipped = snapshot.entries.length + snapshot.expired - entries - expired
    const report: RestoreReport = { outcome: "restored", entries, expired, skipped }
    return report
  })

const nothing = (outcome: "missing" | "unusable"): RestoreReport => ({ outcome, entries: 0, expired: 0, skipped: 0 })
