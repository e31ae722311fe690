/**
 * An object store in a folder.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Buffer } from "node:buffer"
import { randomBytes, randomUUID } from "node:crypto"
import { CacheConfigError } from "../Cache/CacheErrors.js"
import { printKey } from "../Cache/printKey.js"
import { parseFolder, parseVersionFile, placeOf, temporaryPrefix, versionFile } from "./objectFiles.js"
import { isObjectName } from "./objectName.js"
import { ConditionalOutcome, type ListedObject, LoadOutcome, type ObjectStore } from "./ObjectStore.js"
import { fromPlatformError, isAlreadyThere, isNotFound } from "./platformFailure.js"
import { S3StoreError } from "./S3StoreErrors.js"

/**
 * How an object store uses a folder.
 *
 * @since 0.1.0
 * @category models
 */
export interface FileSystemObjectStoreOptions {
  /** The folder. It is made when it is not there. It belongs to the store: nothing else should be in it. */
  readonly directory: string
  /** The most bytes an object may have to be read; a larger one is `TooLarge`. Default 67,108,864 (64 MiB). */
  readonly maxObjectSize?: number | undefined
}

const etagLength = 16
const attempts = 100
// How long a process may be stopped in the middle of a write without upsetting the others.
const graceMillis = 3_600_000

/**
 * Objects as files of a folder, shared by all processes that use it, without locks.
 *
 * An object has versions, numbered files of which the highest counts. A file is written under another name first, whole,
 * and then linked to its number, which fails when somebody else took it: that decides every race between processes, in
 * favour of one. A removal is a version too, an empty file, so that numbers never start anew while somebody may still
 * go by the old ones. Files of older versions are removed by the next write, and what removals and killed processes
 * left by `list`, after an hour. It takes a file system with hard links. A process that is killed leaves the old content
 * or the new one; after a power failure entries may be damaged, which reads notice by their checksums.
 *
 * Fails with `CacheConfigError` for a bad option.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeFileSystemObjectStore = (
  options: FileSystemObjectStoreOptions
): Effect.Effect<ObjectStore, CacheConfigError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function*() {
    const { maxObjectSize = 67_108_864 } = options
    if (options.directory.trim() === "") return yield* badOption("directory", options.directory, "the path of a folder")
    if (!Number.isSafeInteger(maxObjectSize) || maxObjectSize < 1) {
      return yield* badOption("maxObjectSize", maxObjectSize, "a whole number of bytes above 0")
    }
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const root = path.resolve(options.directory)

    const named = <A>(
      operation: string,
      name: string,
      use: (place: ReturnType<typeof placeOf>) => Effect.Effect<A, PlatformError>
    ): Effect.Effect<A, S3StoreError> => {
      const target = path.join(root, name)
      return isObjectName(name)
        ? Effect.mapError(use(placeOf(path, root, name)), fromPlatformError(operation, target))
        : new S3StoreError({
          reason: "BadName",
          operation,
          target: `${root}: ${printKey(name)}`,
          detail: "a name is made of segments of ASCII letters, digits, \".\", \"_\" and \"-\", separated by \"/\""
        })
    }

    // Versions --------------------------------------------------------------------------------------------------

    const filesIn = (folder: string) =>
      Effect.catchIf(fs.readDirectory(folder), isNotFound, () => Effect.succeed<Array<string>>([]))

    /** The versions of an object, in no order. */
    const versionsOf = ({ folder, last }: ReturnType<typeof placeOf>) =>
      Effect.map(filesIn(folder), (files) =>
        files.flatMap((file) => {
          const parsed = file.startsWith(last) ? parseVersionFile(file) : undefined
          return parsed?.last === last ? [parsed.version] : []
        }))

    /** Reads the newest version, which a writer may take away meanwhile: then there is a newer one. */
    const newest = <A>(
      place: ReturnType<typeof placeOf>,
      read: (file: FileSystem.File, stat: FileSystem.File.Info) => Effect.Effect<A, PlatformError>,
      left = attempts
    ): Effect.Effect<{ readonly version: number; readonly found: Option.Option<A> }, PlatformError> =>
      Effect.flatMap(versionsOf(place), (versions) => {
        if (versions.length === 0) return Effect.succeed({ version: 0, found: Option.none() })
        const version = Math.max(...versions)
        return Effect.scoped(
          Effect.gen(function*() {
            const file = yield* fs.open(path.join(place.folder, versionFile(place.last, version)))
            const stat = yield* file.stat
            // An empty file is a removal.
            const found = stat.size === 0n ? Option.none() : Option.some(yield* read(file, stat))
            return { version, found }
          })
        ).pipe(Effect.catchIf((error) => isNotFound(error) && left > 1, () => newest(place, read, left - 1)))
      })

    const etagOf = (file: FileSystem.File) =>
      Effect.map(
        file.readAlloc(FileSystem.Size(etagLength)),
        Option.match({ onNone: () => "", onSome: (id) => Buffer.from(id).toString("hex") })
      )

    /**
     * Makes a version, if its number is still free: no content makes it a removal. `superseded` when there are newer
     * ones already: it may have counted for a moment, or its number was free because it was over.
     */
    const commit = (
      place: ReturnType<typeof placeOf>,
      version: number,
      content: Option.Option<Uint8Array>
    ): Effect.Effect<"newest" | "taken" | "superseded", PlatformError> =>
      Effect.gen(function*() {
        const { folder, last } = place
        const file = path.join(folder, versionFile(last, version))
        if (Option.isNone(content)) {
          yield* fs.writeFile(file, new Uint8Array(0), { flag: "wx" })
        } else {
          const temporary = path.join(folder, `${temporaryPrefix}${randomUUID()}`)
          yield* fs.writeFile(temporary, content.value, { flag: "wx" }).pipe(
            Effect.zipRight(fs.link(temporary, file)),
            Effect.ensuring(Effect.ignore(fs.remove(temporary)))
          )
        }
        const versions = yield* versionsOf(place)
        const newest = Math.max(...versions)
        yield* Effect.forEach(
          versions.filter((each) => each < newest),
          (each) => Effect.ignore(fs.remove(path.join(folder, versionFile(last, each)))),
          { discard: true }
        )
        return newest === version ? "newest" as const : "superseded" as const
      }).pipe(
        Effect.catchIf(isAlreadyThere, () => Effect.succeed("taken" as const)),
        Effect.uninterruptible
      )

    /** An object as it is written, and its etag. */
    const contentOf = (body: Uint8Array) => {
      const id = randomBytes(etagLength)
      return { etag: Option.some(id.toString("hex")), content: Option.some<Uint8Array>(Buffer.concat([id, body])) }
    }

    const made = (place: ReturnType<typeof placeOf>) => fs.makeDirectory(place.folder, { recursive: true })

    /** Writes on a condition about what is there: nothing, or an object of this etag. */
    const writeIf = (operation: string, name: string, body: Uint8Array, expected: Option.Option<string>) =>
      named(operation, name, (place) =>
        Effect.gen(function*() {
          const { found, version } = yield* newest(place, etagOf)
          if (Option.getOrUndefined(found) !== Option.getOrUndefined(expected)) return ConditionalOutcome.Refused()
          yield* made(place)
          const { content, etag } = contentOf(body)
          switch (yield* commit(place, version + 1, content)) {
            case "newest":
              return ConditionalOutcome.Written({ etag })
            case "taken":
              return ConditionalOutcome.Refused()
            case "superseded":
              return ConditionalOutcome.Unknown()
          }
        }))

    // Operations ------------------------------------------------------------------------------------------------

    const load: ObjectStore["load"] = (name, { firstBytes, ifNoneMatch } = {}) =>
      named("load", name, (place) =>
        Effect.map(
          newest(place, (file, { mtime, size: length }) =>
            Effect.gen(function*() {
              const etag = yield* etagOf(file)
              if (etag === ifNoneMatch) return LoadOutcome.Unchanged()
              const size = Math.max(0, Number(length) - etagLength)
              if (size > maxObjectSize && firstBytes === undefined) return LoadOutcome.TooLarge({ size, etag })
              const body = size === 0
                ? Option.none()
                : yield* file.readAlloc(FileSystem.Size(Math.min(size, firstBytes ?? size)))
              return LoadOutcome.Found({
                body: Option.getOrElse(body, () => new Uint8Array(0)),
                size,
                etag,
                modified: Option.getOrUndefined(Option.map(mtime, (date) => date.getTime()))
              })
            })),
          ({ found }) => Option.getOrElse(found, LoadOutcome.Absent)
        ))

    const save = (name: string, body: Uint8Array): Effect.Effect<Option.Option<string>, S3StoreError> =>
      named("save", name, (place) => {
        const { content, etag } = contentOf(body)
        // Who took the number wrote at the same time: it does not matter who is said to have been first.
        const write = (left: number): Effect.Effect<Option.Option<string>, PlatformError> =>
          Effect.gen(function*() {
            const versions = yield* versionsOf(place)
            const outcome = yield* commit(place, Math.max(0, ...versions) + 1, content)
            return outcome === "taken" && left > 1 ? yield* write(left - 1) : etag
          })
        return Effect.zipRight(made(place), write(attempts))
      })

    const remove = (name: string): Effect.Effect<void, S3StoreError> =>
      named("remove", name, (place) =>
        Effect.flatMap(
          newest(place, () => Effect.void),
          ({ found, version }) => Option.isNone(found) ? Effect.void : commit(place, version + 1, Option.none())
        ))

    const removeIfMatch: ObjectStore["removeIfMatch"] = (name, etag) =>
      named("remove", name, (place) =>
        Effect.gen(function*() {
          const { found, version } = yield* newest(place, etagOf)
          if (Option.getOrUndefined(found) !== etag) {
            return "refused"
          }
          const outcome = yield* commit(place, version + 1, Option.none())
          return outcome === "newest" ? "removed" : outcome === "taken" ? "refused" : "unknown"
        }))

    /** Removes what nobody needs any more, when it is old enough. */
    const sweep = (file: string, modified: number) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.when(Effect.ignore(fs.remove(file)), () => modified > 0 && now - modified > graceMillis))

    /** The objects whose files are in a folder. */
    const objectsIn = (folder: string, parent: string, files: ReadonlyArray<string>, prefix: string) => {
      const newestOf = new Map<string, number>()
      for (const file of files) {
        const parsed = parseVersionFile(file)
        if (parsed === undefined || !`${parent}${parsed.last}`.startsWith(prefix)) {
          continue
        }
        newestOf.set(parsed.last, Math.max(parsed.version, newestOf.get(parsed.last) ?? 0))
      }
      const temporary = files.filter((file) =>
        file.startsWith(temporaryPrefix)
      ).map((file) => ({
        file,
        last: undefined
      }))
      const current = Array.from(newestOf, ([last, version]) => ({ file: versionFile(last, version), last }))
      return Effect.forEach([...temporary, ...current], ({ file, last }) => {
        const where = path.join(folder, file)
        return Effect.flatMap(fs.stat(where), ({ mtime, size }): Effect.Effect<ReadonlyArray<ListedObject>> => {
          const modified = Option.match(mtime, { onNone: () => 0, onSome: (date) => date.getTime() })
          return last === undefined || size === 0n
            ? Effect.as(sweep(where, modified), [])
            : Effect.succeed([
              { name: parent + last, size: Math.max(0, Number(size) - etagLength), etag: "", modified }
            ])
        }).pipe(Effect.catchIf(isNotFound, () => Effect.succeed([])))
      }).pipe(Effect.map((found) => found.flat()))
    }

    const walk = (folder: string, parent: string, prefix: string): Stream.Stream<ListedObject, PlatformError> =>
      Stream.unwrap(
        Effect.map(filesIn(folder), (files) =>
          Stream.flatMap(Stream.fromIterable(files), (file) => {
            const where = path.join(folder, file)
            const segment = parseFolder(file)
            if (segment !== undefined) {
              const inner = `${parent}${segment}/`
              return inner.startsWith(prefix) || prefix.startsWith(inner) ? walk(where, inner, prefix) : Stream.empty
            }
            return /^[0-9a-f]{2}$/.test(file)
              ? Stream.fromIterableEffect(
                Effect.flatMap(filesIn(where), (files) => objectsIn(where, parent, files, prefix))
              )
              : Stream.empty
          }))
      )

    return {
      description: root,
      maxObjectSize,
      load,
      save,
      add: (name, body) => writeIf("add", name, body, Option.none()),
      replace: (name, body, etag) => writeIf("replace", name, body, Option.some(etag)),
      remove,
      removeIfMatch,
      removeAll: (names) => Effect.forEach(names, remove, { concurrency: 8, discard: true }),
      list: (prefix) => Stream.mapError(walk(root, "", prefix), fromPlatformError("list", path.join(root, prefix)))
    }
  })

const badOption = (option: string, value: unknown, accepted: string) =>
  new CacheConfigError({ cache: "file system object store", option, value: printKey(value), accepted })
