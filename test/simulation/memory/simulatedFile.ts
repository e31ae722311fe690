import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Option } from "effect"
import type { SimulatedFile } from "./SimulatedFiles.js"

/** What is told of a file of so many bytes. It has a twin for Effect 4. */
export const infoOf = (size: number): FileSystem.File.Info => ({
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

/** An open file as it is used. */
export const fileOf = (file: SimulatedFile, delay: Effect.Effect<void>): FileSystem.File => {
  const later = <A>(act: () => A) => Effect.zipRight(delay, Effect.sync(act))
  return {
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    fd: FileSystem.FileDescriptor(0),
    stat: Effect.sync(() => infoOf(file.bytes.byteLength)),
    seek: (offset) => Effect.sync(() => file.seek(Number(offset))),
    sync: delay,
    read: (buffer) => later(() => FileSystem.Size(file.read(buffer))),
    readAlloc: () => Effect.succeed(Option.none()),
    truncate: () => Effect.void,
    write: () => Effect.succeed(FileSystem.Size(0)),
    writeAll: (bytes) => later(() => file.append(bytes))
  }
}
