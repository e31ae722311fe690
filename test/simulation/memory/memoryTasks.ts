/**
 * Memory that is filled from the store and from files, and what has to be true of what that tells.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect } from "effect"
import type {
  Keyspace,
  S3CacheService,
  S3CacheStats,
  S3CacheWarmOptions,
  S3CacheWarmProgress
} from "effect-aws-cache/S3Store"
import type { MemoryWorld } from "../schedules.js"
import type { SimulatedFiles } from "./SimulatedFiles.js"
import { simulatedFileSystem } from "./simulatedFileSystem.js"

/** What is done, and with what. */
export interface MemoryTask {
  readonly cache: S3CacheService
  readonly space: Keyspace<number, { readonly id: string }>
  readonly spaces: ReadonlyArray<Keyspace.Any>
  readonly files: SimulatedFiles
  readonly path: string
  readonly trust: boolean
  /** What is done with a file waits so long before. */
  readonly delay: Effect.Effect<void>
  /** Decides what `warm` is asked for. */
  readonly millis: number
  /** Told how many entries came, and what is wrong. */
  readonly note: (came: number, wrong: string | undefined) => void
}

/** What fills memory, or writes it to a file. */
export const doMemoryTask = (what: "warm" | "snapshot" | "restore", task: MemoryTask): Effect.Effect<void, unknown> => {
  const { cache, delay, files, note, path, spaces, trust } = task
  const fileSystem = simulatedFileSystem(files, delay)
  switch (what) {
    case "warm":
      return warm(task)
    case "snapshot":
      return Effect.map(
        Effect.provideService(cache.snapshot(path), FileSystem.FileSystem, fileSystem),
        ({ entries, skipped }) => {
          const written = files.opened.at(-1)?.entries
          note(
            0,
            entries === written && skipped === 0 ? undefined : `${entries}, ${skipped} skipped: ${written} in the file`
          )
        }
      )
    case "restore":
      return Effect.map(
        Effect.provideService(cache.restore(path, spaces, { trust }), FileSystem.FileSystem, fileSystem),
        ({ entries, expired, outcome, refused, skipped }) => {
          const there = outcome === "missing" ? 0 : files.opened.at(-1)?.entries
          const sum = entries + expired + refused + skipped
          note(entries, sum === there ? undefined : `${sum} entries of ${there} in the file`)
        }
      )
  }
}

const warm = ({ cache, millis, note, space }: MemoryTask) => {
  const told: Array<S3CacheWarmProgress> = []
  const options = warmOptions.get(millis) ?? {}
  return Effect.map(
    cache.warm(space, { ...options, onProgress: (progress) => Effect.sync(() => void told.push(progress)) }),
    ({ listed, loaded, skipped }) => {
      const sum = Object.values(skipped).reduce((sum, count) => sum + count, loaded)
      const last = told.at(-1)
      const isTold = last === undefined
        ? listed === 0
        : last.listed === listed && last.loaded === loaded && last.examined === last.chosen
      const isWithin = loaded <= (options.limit ?? Number.POSITIVE_INFINITY)
      note(
        loaded,
        sum === listed && isTold && isWithin
          ? undefined
          : `${JSON.stringify({ listed, loaded, skipped })}, told ${JSON.stringify(last)}`
      )
    }
  )
}

const warmOptions: ReadonlyMap<number, S3CacheWarmOptions> = new Map([
  [10, { limit: 1 }],
  [300, { newerThan: 3000 }],
  [2000, { concurrency: 1 }]
])

/** What memory has too much of, if anything. */
export const overfull = (
  { byteSize = 0, maxSize, rooms, size }: S3CacheStats,
  { whole }: MemoryWorld
): string | undefined => {
  const all = [{ size, byteSize, maxSize, maxBytes: Number(whole.maxBytes ?? Number.POSITIVE_INFINITY) }, ...rooms]
  const over = all.find(({ byteSize = 0, maxBytes, maxSize, size }) => size > maxSize || byteSize > maxBytes)
  return over === undefined ? undefined : `memory is too full: ${JSON.stringify(over)}`
}
