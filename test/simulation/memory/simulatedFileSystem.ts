import * as FileSystem from "@effect/platform/FileSystem"
import { Effect } from "effect"
import { fileOf, infoOf } from "./simulatedFile.js"
import type { SimulatedFiles } from "./SimulatedFiles.js"

const nothing = FileSystem.makeNoop({})

/**
 * The service of simulated files.
 *
 * @param delay what everything waits for
 */
export const simulatedFileSystem = (files: SimulatedFiles, delay: Effect.Effect<void>): FileSystem.FileSystem => ({
  ...nothing,
  readDirectory: () => Effect.zipLeft(Effect.sync(() => [...files.names]), delay),
  stat: (path) =>
    Effect.suspend(() => {
      const size = files.sizeOf(path)
      return size === undefined ? nothing.stat(path) : Effect.as(delay, infoOf(size))
    }),
  open: (path, options) =>
    Effect.zipRight(
      delay,
      Effect.suspend(() => {
        const file = options?.flag === "wx" ? files.create(path) : files.open(path)
        return file === undefined ? nothing.open(path) : Effect.succeed(fileOf(file, delay))
      })
    ),
  rename: (from, to) => Effect.zipRight(delay, Effect.sync(() => files.rename(from, to))),
  remove: () => Effect.void
})
