/**
 * What is asked of files beyond what all of Effect's majors call alike.
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"

export const fileSystem: Effect.Effect<FileSystem.FileSystem, never, FileSystem.FileSystem> = Effect.flatMap(
  Effect.promise(() => import("effect/FileSystem")),
  (module) => module.FileSystem
)

export const fileReason = (error: unknown): string | undefined => {
  const reason = Predicate.isTagged(error, "PlatformError") && "reason" in error ? error.reason : undefined
  return Predicate.hasProperty(reason, "_tag") && reason._tag !== "BadArgument" ? String(reason._tag) : undefined
}

export const seekTo = (file: FileSystem.File, offset: number): Effect.Effect<void, PlatformError> =>
  Effect.asVoid(file.seek(BigInt(offset), "start"))
