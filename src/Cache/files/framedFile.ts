/**
 * Files of frames: written whole or not at all, and read only when every byte is as it was written.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Buffer } from "node:buffer"
import { createHash, randomUUID } from "node:crypto"
import { basename, dirname, join } from "node:path"
import { fileReason, seekTo } from "../../effect/platform/files.js"
import * as Format from "./frames.js"

/**
 * A file cannot be used: it is of another kind (`Foreign`), of a version that is not known here (`UnknownVersion`), not as it
 * was written (`Damaged`), others than its owner may use it, or it is no file (`PermissionDenied`), or the file system does
 * not answer (`Timeout`).
 */
export class UnusableFile extends Data.TaggedError("UnusableFile")<{
  readonly reason: "Foreign" | "UnknownVersion" | "Damaged" | "PermissionDenied" | "Timeout"
  /** What is wrong with it, without anything of its content. */
  readonly detail: string
}> {
  override get message(): string {
    return this.detail
  }
}

/** What the file system said, if it refused a file by its path. */
export const refusalOf = (error: unknown): "NotFound" | "PermissionDenied" | undefined => {
  const reason = fileReason(error)
  return reason === "NotFound" || reason === "PermissionDenied" ? reason : undefined
}

/** Who has values worth keeping may not want everybody on the machine to read them. */
const ownerOnly = 0o600

const othersToo = 0o077

const bufferSize = 256 * 1024

/** A function's invocation ends within 15 minutes: who has not written for so long will never again. */
const abandonedAfter = Duration.minutes(15)

const suffixes = /^\.[0-9a-f-]{36}\.tmp$/

/**
 * Writes a file: to a new file beside the path, which takes the place of what was there only once it is complete and
 * on the disk. Who reads meanwhile, or after this process was killed meanwhile, finds the file that was there before.
 * What killed processes left behind is removed by a later call.
 *
 * @param content writes the frames, the first of them the header
 */
export const write = <A, E>(
  kind: Format.FileKind,
  fs: FileSystem.FileSystem,
  path: string,
  content: (append: (frame: Uint8Array) => Effect.Effect<void, PlatformError>) => Effect.Effect<A, E>
): Effect.Effect<A, E | PlatformError> =>
  Effect.gen(function*() {
    yield* removeAbandoned(fs, path)
    const temporary = yield* Effect.acquireRelease(
      Effect.sync(() => `${path}.${randomUUID()}.tmp`),
      // After the renaming there is none.
      (temporary) => Effect.ignore(fs.remove(temporary, { force: true }))
    )
    const written = yield* Effect.scoped(
      Effect.flatMap(fs.open(temporary, { flag: "wx", mode: ownerOnly }), (file) => writeTo(kind, file, content))
    )
    yield* fs.rename(temporary, path)
    return written
  }).pipe(Effect.scoped)

const writeTo = <A, E>(
  kind: Format.FileKind,
  file: FileSystem.File,
  content: (append: (frame: Uint8Array) => Effect.Effect<void, PlatformError>) => Effect.Effect<A, E>
): Effect.Effect<A, E | PlatformError> =>
  Effect.gen(function*() {
    const hash = createHash("sha256")
    const append = (bytes: Uint8Array) =>
      Effect.suspend(() => {
        hash.update(bytes)
        return file.writeAll(bytes)
      })
    yield* append(Format.firstLineOf(kind))
    const written = yield* content(append)
    yield* append(Format.frameHead(0))
    yield* file.writeAll(hash.digest())
    yield* file.sync
    return written
  })

const removeAbandoned = (fs: FileSystem.FileSystem, path: string): Effect.Effect<void> =>
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const folder = dirname(path)
    const name = basename(path)
    for (const other of yield* fs.readDirectory(folder)) {
      if (!other.startsWith(name) || !suffixes.test(other.slice(name.length))) continue
      const { mtime } = yield* fs.stat(join(folder, other))
      if (Option.exists(mtime, (at) => at.getTime() < now - Duration.toMillis(abandonedAfter))) {
        yield* fs.remove(join(folder, other), { force: true })
      }
    }
    // Whatever is in the way of tidying up is not in the way of writing.
  }).pipe(Effect.ignore)

/**
 * Reads the frames of a file, in order, after it was checked from the first to the last byte. Only a regular file is
 * opened, and no further than the first line is looked at unless this program's user owns it and nobody else may use
 * it. Memory is needed for one frame at a time.
 *
 * @param onFrame is given the content of each frame, in bytes of its own
 */
export const read = <E>(
  kind: Format.FileKind,
  fs: FileSystem.FileSystem,
  path: string,
  onFrame: (content: Uint8Array) => Effect.Effect<void, E>
): Effect.Effect<void, E | PlatformError | UnusableFile> =>
  Effect.gen(function*() {
    // Opening a pipe waits for a writer to it, and cannot be interrupted.
    yield* checkFile(yield* fs.stat(path))
    const file = yield* fs.open(path)
    // By now it may be another one.
    const info = yield* file.stat
    yield* checkFile(info)
    const size = Number(info.size)
    const first = Format.firstLineOf(kind).byteLength
    const start = Buffer.alloc(first + 8)
    const version = Format.versionOf(kind, start.subarray(0, yield* fill(file, start)))
    if (version === undefined) return yield* new UnusableFile({ reason: "Foreign", detail: `it is no ${kind.what}` })
    if (version !== kind.version) {
      return yield* new UnusableFile({
        reason: "UnknownVersion",
        detail: `its format is version ${version}, and only version ${kind.version} is known here`
      })
    }
    yield* checkOwner(info)
    yield* verify(file, size, first)
    yield* seekTo(file, first)
    const take = buffered(file)
    while (true) {
      const length = Format.frameLength(yield* take(Format.frameHeadLength))
      if (length === 0) return
      if (length > size || length > Format.mostInFrame) return yield* torn
      const bytes = yield* take(length)
      yield* onFrame(bytes)
    }
  }).pipe(Effect.scoped)

const torn = new UnusableFile({ reason: "Damaged", detail: "it is damaged, or was not written to its end" })

const checkFile = ({ type }: FileSystem.File.Info): Effect.Effect<void, UnusableFile> =>
  type === "File" ? Effect.void : new UnusableFile({ reason: "PermissionDenied", detail: `it is no file (${type})` })

// Who can write a snapshot decides what the program believes. Where there are no owners and modes, folders protect.
const checkOwner = ({ mode, uid }: FileSystem.File.Info): Effect.Effect<void, UnusableFile> => {
  const user = process.geteuid?.()
  if (user === undefined) return Effect.void
  if (Option.exists(uid, (owner) => owner !== user)) {
    return new UnusableFile({
      reason: "PermissionDenied",
      detail: "it belongs to another user than the one this program runs as"
    })
  }
  return (mode & othersToo) === 0
    ? Effect.void
    : new UnusableFile({
      reason: "PermissionDenied",
      detail: `others than its owner may use it (mode ${(mode & 0o777).toString(8)}); make it ${ownerOnly.toString(8)}`
    })
}

/** Compares the checksum. Nothing of a file is looked at before. */
const verify = (
  file: FileSystem.File,
  size: number,
  first: number
): Effect.Effect<void, PlatformError | UnusableFile> =>
  Effect.gen(function*() {
    const hash = createHash("sha256")
    const buffer = Buffer.allocUnsafeSlow(bufferSize)
    let left = size - Format.checksumLength
    if (left < first) return yield* torn
    yield* seekTo(file, 0)
    while (left > 0) {
      const part = buffer.subarray(0, Math.min(left, bufferSize))
      if ((yield* fill(file, part)) < part.byteLength) return yield* torn
      hash.update(part)
      left -= part.byteLength
    }
    const checksum = Buffer.alloc(Format.checksumLength)
    if ((yield* fill(file, checksum)) < checksum.byteLength || !hash.digest().equals(checksum)) return yield* torn
  })

// Reads just so many bytes, into a buffer of their own: what is made of them may keep it. The file is read in large parts.
const buffered = (file: FileSystem.File) => {
  const block = Buffer.allocUnsafeSlow(bufferSize)
  let from = 0
  let to = 0
  return (length: number): Effect.Effect<Uint8Array, PlatformError | UnusableFile> =>
    Effect.gen(function*() {
      const bytes = Buffer.allocUnsafeSlow(length)
      let filled = 0
      while (true) {
        const copied = block.copy(bytes, filled, from, Math.min(to, from + length - filled))
        from += copied
        filled += copied
        if (filled === length) return bytes
        from = 0
        to = Number(yield* file.read(block))
        if (to === 0) return yield* torn
      }
    })
}

/** Reads until the buffer is full or the file ends; how many bytes it read. */
const fill = (file: FileSystem.File, buffer: Uint8Array): Effect.Effect<number, PlatformError> =>
  Effect.gen(function*() {
    let filled = 0
    while (filled < buffer.byteLength) {
      const read = Number(yield* file.read(buffer.subarray(filled)))
      if (read === 0) break
      filled += read
    }
    return filled
  })
