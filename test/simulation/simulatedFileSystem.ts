import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Option } from "effect"
import type { SimulatedFile, SimulatedFiles } from "./SimulatedFiles.js"

const infoOf = (size: number): FileSystem.File.Info => ({
  type: "File",
  mtime: Option.none(),
  atime: Option.none(),
  birthtime: Option.none(),
  dev: 0,
  ino: Option.none(),
  mode: 0o600,
  nlink: Option.none(),
  uid: Option.none(),
  gid: Option.none(),
  rdev: Option.none(),
  size: FileSystem.Size(size),
  blksize: Option.none(),
  blocks: Option.none()
})

const nothing = FileSystem.makeNoop({})

/** The service of simulated files. It has a twin for Effect 4. */
export const simulatedFileSystem = (files: SimulatedFiles, delay: Effect.Effect<void>): FileSystem.FileSystem => {
  const later = <A, E>(act: () => Effect.Effect<A, E>) => Effect.zipRight(delay, Effect.suspend(act))
  const fileOf = (file: SimulatedFile): FileSystem.File => ({
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    fd: FileSystem.FileDescriptor(0),
    stat: Effect.sync(() => infoOf(file.bytes.byteLength)),
    seek: (offset) => Effect.sync(() => file.seek(Number(offset))),
    sync: delay,
    read: (buffer) => later(() => Effect.sync(() => FileSystem.Size(file.read(buffer)))),
    readAlloc: () => Effect.succeed(Option.none()),
    truncate: () => Effect.void,
    write: () => Effect.succeed(FileSystem.Size(0)),
    writeAll: (bytes) => later(() => Effect.sync(() => file.append(bytes)))
  })
  return {
    ...nothing,
    readDirectory: () => Effect.zipRight(Effect.sync(() => files.names), later(() => Effect.succeed([...files.names]))),
    stat: (path) =>
      Effect.suspend(() => {
        const size = files.sizeOf(path)
        return size === undefined ? nothing.stat(path) : later(() => Effect.succeed(infoOf(size)))
      }),
    open: (path, options) =>
      Effect.zipRight(
        delay,
        Effect.suspend(() => {
          const file = options?.flag === "wx" ? files.create(path) : files.open(path)
          return file === undefined ? nothing.open(path) : Effect.succeed(fileOf(file))
        })
      ),
    rename: (from, to) => later(() => Effect.sync(() => files.rename(from, to))),
    remove: () => Effect.void
  }
}
