import { ByteSize, Effect, Option } from "effect"
import * as FileSystem from "effect/FileSystem"
import type { SimulatedFile } from "./SimulatedFiles.js"

/** What is told of a file of so many bytes. */
export const infoOf = (size: number): FileSystem.File.Info => ({
  type: "File",
  mtime: Option.none(),
  atime: Option.none(),
  birthtime: Option.none(),
  dev: 0n,
  ino: Option.none(),
  mode: 0o600,
  nlink: Option.none(),
  uid: Option.none(),
  gid: Option.none(),
  rdev: Option.none(),
  size: ByteSize.bytes(size),
  blksize: Option.none(),
  blocks: Option.none()
})

/** An open file as it is used. */
export const fileOf = (file: SimulatedFile, delay: Effect.Effect<void>): FileSystem.File => {
  const later = <A>(act: () => A) => Effect.andThen(delay, Effect.sync(act))
  return {
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    stat: Effect.sync(() => infoOf(file.bytes.byteLength)),
    seek: (offset) =>
      Effect.sync(() => {
        file.seek(Number(offset))
        return offset
      }),
    sync: delay,
    read: (buffer) => later(() => file.read(buffer)),
    readAlloc: () => Effect.succeed(Option.none()),
    truncate: () => Effect.void,
    write: () => Effect.succeed(0),
    writeAll: (bytes) => later(() => file.append(bytes))
  }
}
