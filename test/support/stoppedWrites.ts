/**
 * File systems whose writes stop in the middle of a file.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * A file system like the one that is provided, but that each file takes only so many writes: then this happens instead.
 */
export const stoppedWrites = (
  writes: number,
  instead: Effect.Effect<never, PlatformError>
): Layer.Layer<FileSystem.FileSystem, never, FileSystem.FileSystem> =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs) => ({
      ...fs,
      open: (...args: Parameters<FileSystem.FileSystem["open"]>) =>
        Effect.map(fs.open(...args), (file): FileSystem.File => {
          let left = writes
          const writeAll: FileSystem.File["writeAll"] = (buffer) => left-- > 0 ? file.writeAll(buffer) : instead
          return Object.create(file, { writeAll: { value: writeAll } })
        })
    }))
  )
