/**
 * An object store in a folder.
 *
 * @since 1.0.0
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
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { asExit } from "../../Cache/errors/asExit.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { availableMemory } from "../../Cache/memory/availableMemory.js"
import { checkFiniteByteLimit } from "../../Cache/memory/checkByteLimit.js"
import type { ByteSizeInput } from "../../Cache/memory/parseByteSize.js"
import { checkOptions, whenRight } from "../../Cache/options/checkOptions.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { disconnect } from "../../effect/fibers.js"
import { lastVersion, parseFolder, parseVersionFile, placeOf, temporaryPrefix, versionFile } from "./objectFiles.js"
import { isObjectName } from "./objectName.js"
import { ConditionalOutcome, type ListedObject, LoadOutcome, type ObjectStore } from "./ObjectStore.js"
import { ObjectStoreError } from "./ObjectStoreErrors.js"
import { fromPlatformError, isAlreadyThere, isNotFound } from "./platformFailure.js"

/**
 * How an object store uses a folder.
 *
 * @since 1.0.0
 * @category models
 */
export interface FileSystemObjectStoreOptions {
  /** The folder. It is made when it is not there. It belongs to the store: nothing else should be in it. */
  readonly directory: string
  /**
   * The most bytes an object may have to be read; a larger one is `TooLarge`. `"64M"`, a number, or `"10%"` of the memory
   * there is (see `ByteSize.availableMemory`). Default 67,108,864 (64 MiB).
   */
  readonly maxObjectBytes?: ByteSizeInput | undefined
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
 * Files are for their owner only (0600, in folders of 0700). What is no file of its own, a pipe, a device or a symbolic
 * link, is no version; a folder that is a symbolic link is refused when the process uses it first. The root may be one.
 *
 * Fails with `CacheConfigError` for a bad option.
 */
export const makeFileSystemObjectStore = (
  options: FileSystemObjectStoreOptions
): Effect.Effect<ObjectStore, CacheConfigError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function*() {
    yield* asExit(checkOptions(cache, options, fileSystemKinds))
    const { maxObjectBytes: most = 67_108_864 } = options
    const maxObjectBytes = yield* whenRight(
      () => checkFiniteByteLimit(cache, "maxObjectBytes", most, availableMemory()),
      Effect.succeed
    )
    if (typeof options.directory !== "string" || options.directory.trim() === "") {
      return yield* configError(cache, "directory", options.directory, "the path of a folder")
    }
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const root = path.resolve(options.directory)
    const checkedFolders = new Set<string>()

    /**
     * Fails when a folder is reached through a symbolic link below the root: it would lead out of the store. Each folder
     * is looked at once, of the last 10,000.
     */
    const refuseLinked = (operation: string, folder: string): Effect.Effect<void, ObjectStoreError> =>
      checkedFolders.has(folder) ? Effect.void : Effect.gen(function*() {
        const [realRoot, real] = yield* Effect.all([fs.realPath(root), fs.realPath(folder)])
        if (real !== path.join(realRoot, path.relative(root, folder))) {
          return yield* new ObjectStoreError({
            reason: "AccessDenied",
            operation,
            target: folder,
            detail: "a folder of the store is a symbolic link, and is not followed: remove it"
          })
        }
        if (checkedFolders.size >= 10_000) checkedFolders.clear()
        checkedFolders.add(folder)
      }).pipe(
        Effect.catchAll((error) => {
          if (error._tag === "ObjectStoreError") return Effect.fail(error)
          return isNotFound(error) ? Effect.void : Effect.fail(fromPlatformError(operation, folder)(error))
        })
      )

    const named = <A>(
      operation: string,
      name: string,
      use: (place: ReturnType<typeof placeOf>) => Effect.Effect<A, PlatformError>
    ): Effect.Effect<A, ObjectStoreError> => {
      const target = path.join(root, name)
      const place = placeOf(path, root, name)
      return isObjectName(name)
        ? Effect.zipRight(
          refuseLinked(operation, place.folder),
          Effect.mapError(use(place), fromPlatformError(operation, target))
        )
        : new ObjectStoreError({
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

    /** Whether there is a file of its own: no link, no pipe or device, which might never end, no folder. */
    const isFile = (file: string) =>
      Effect.matchEffect(fs.readLink(file), {
        onFailure: () => Effect.map(fs.stat(file), ({ type }) => type === "File"),
        onSuccess: () => Effect.succeed(false)
      })

    /**
     * Reads the newest version, which a writer may take away meanwhile: then there is a newer one. What is no file of its
     * own is no version, whoever put it there.
     */
    const newest = <A>(
      place: ReturnType<typeof placeOf>,
      read: (file: FileSystem.File, stat: FileSystem.File.Info) => Effect.Effect<A, PlatformError>,
      left = attempts
    ): Effect.Effect<{ readonly version: number; readonly found: Option.Option<A> }, PlatformError> =>
      Effect.gen(function*() {
        const versions = yield* versionsOf(place)
        // The number counts even so: the next version goes above it.
        const highest = Math.max(0, ...versions)
        for (const version of versions.sort((one, other) => other - one)) {
          const where = path.join(place.folder, versionFile(place.last, version))
          if (!(yield* isFile(where))) continue
          return yield* Effect.scoped(
            Effect.gen(function*() {
              const file = yield* fs.open(where)
              const stat = yield* file.stat
              // An empty file is a removal.
              const found = stat.size === 0n ? Option.none() : Option.some(yield* read(file, stat))
              return { version: highest, found }
            })
          )
        }
        return { version: highest, found: Option.none() }
      }).pipe(Effect.catchIf((error) => isNotFound(error) && left > 1, () => newest(place, read, left - 1)))

    const etagOf = (file: FileSystem.File) =>
      Effect.map(
        file.readAlloc(etagLength),
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
        // Never reached by writing: somebody has planted it. Otherwise nobody would see what is written now.
        if (version > lastVersion) {
          yield* fs.remove(path.join(folder, versionFile(last, lastVersion)), { recursive: true })
          return yield* commit(place, Math.max(0, ...(yield* versionsOf(place))) + 1, content)
        }
        const file = path.join(folder, versionFile(last, version))
        if (Option.isNone(content)) {
          yield* fs.writeFile(file, new Uint8Array(0), { flag: "wx", mode: 0o600 })
        } else {
          const temporary = path.join(folder, `${temporaryPrefix}${randomUUID()}`)
          yield* fs.writeFile(temporary, content.value, { flag: "wx", mode: 0o600 }).pipe(
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

    const made = (place: ReturnType<typeof placeOf>) => fs.makeDirectory(place.folder, { recursive: true, mode: 0o700 })

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
          // A hung file system must not hold who has stopped waiting.
          disconnect(newest(place, (file, { mtime, size: length }) =>
            Effect.gen(function*() {
              const etag = yield* etagOf(file)
              if (etag === ifNoneMatch) return LoadOutcome.Unchanged()
              const size = Math.max(0, Number(length) - etagLength)
              if (size > maxObjectBytes && firstBytes === undefined) return LoadOutcome.TooLarge({ size, etag })
              const body = size === 0
                ? Option.none()
                : yield* file.readAlloc(Math.min(size, firstBytes ?? size))
              return LoadOutcome.Found({
                body: Option.getOrElse(body, () => new Uint8Array(0)),
                size,
                etag,
                modified: Option.getOrUndefined(Option.map(mtime, (date) => date.getTime()))
              })
            }))),
          ({ found }) => Option.getOrElse(found, LoadOutcome.Absent)
        ))

    const save = (name: string, body: Uint8Array): Effect.Effect<Option.Option<string>, ObjectStoreError> =>
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

    const remove = (name: string): Effect.Effect<void, ObjectStoreError> =>
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
        modified > 0 && now - modified > graceMillis ? Effect.ignore(fs.remove(file)) : Effect.void)

    /** The objects whose files are in a folder. */
    const objectsIn = (folder: string, parent: string, files: ReadonlyArray<string>, prefix: string) => {
      const versions = new Map<string, Array<number>>()
      for (const file of files) {
        const parsed = parseVersionFile(file)
        if (parsed === undefined || !`${parent}${parsed.last}`.startsWith(prefix)) {
          continue
        }
        versions.set(parsed.last, [...versions.get(parsed.last) ?? [], parsed.version])
      }
      const swept = Effect.forEach(
        files.filter((file) =>
          file.startsWith(temporaryPrefix)
        ),
        (file) => {
          const where = path.join(folder, file)
          return Effect.catchIf(
            Effect.flatMap(fs.stat(where), ({ mtime }) => sweep(where, writtenAt(mtime))),
            isNotFound,
            () => Effect.void
          )
        },
        { discard: true }
      )
      const listed = Effect.forEach(versions, ([last, numbers]) =>
        Effect.gen(function*() {
          for (const version of numbers.sort((one, other) => other - one)) {
            const where = path.join(folder, versionFile(last, version))
            if (!(yield* isFile(where))) continue
            const { mtime, size } = yield* fs.stat(where)
            if (size > 0n) {
              return [{
                name: parent + last,
                size: Math.max(0, Number(size) - etagLength),
                etag: "",
                modified: writtenAt(mtime)
              }]
            }
            yield* sweep(where, writtenAt(mtime))
            return []
          }
          return []
        }).pipe(Effect.catchIf(isNotFound, () => Effect.succeed<ReadonlyArray<ListedObject>>([]))))
      return Effect.zipRight(swept, Effect.map(listed, (found) => found.flat()))
    }

    const failed = (where: string) => <A>(effect: Effect.Effect<A, PlatformError>) =>
      Effect.mapError(effect, fromPlatformError("list", where))

    const walk = (folder: string, parent: string, prefix: string): Stream.Stream<ListedObject, ObjectStoreError> =>
      Stream.unwrap(
        Effect.map(failed(folder)(filesIn(folder)), (files) =>
          Stream.flatMap(Stream.fromIterable(files), (file) => {
            const where = path.join(folder, file)
            const segment = parseFolder(file)
            if (segment !== undefined) {
              const inner = `${parent}${segment}/`
              return inner.startsWith(prefix) || prefix.startsWith(inner)
                ? Stream.unwrap(Effect.as(refuseLinked("list", where), walk(where, inner, prefix)))
                : Stream.empty
            }
            return /^[0-9a-f]{2}$/.test(file)
              ? Stream.fromIterableEffect(
                Effect.zipRight(
                  refuseLinked("list", where),
                  failed(where)(Effect.flatMap(filesIn(where), (files) => objectsIn(where, parent, files, prefix)))
                )
              )
              : Stream.empty
          }))
      )

    return {
      description: root,
      maxObjectBytes,
      load,
      save,
      add: (name, body) => writeIf("add", name, body, Option.none()),
      replace: (name, body, etag) => writeIf("replace", name, body, Option.some(etag)),
      remove,
      removeIfMatch,
      removeAll: (names) => Effect.forEach(names, remove, { concurrency: 8, discard: true }),
      list: (prefix) => walk(root, "", prefix)
    }
  })

/** When a file was written, in milliseconds since the epoch; 0 where the file system does not tell. */
const writtenAt = (mtime: Option.Option<Date>): number =>
  Option.match(mtime, { onNone: () => 0, onSome: (date) => date.getTime() })

const cache = "file system object store"

/** Of a folder. */
export const fileSystemKinds: OptionKinds<FileSystemObjectStoreOptions> = { directory: "text", maxObjectBytes: "any" }
