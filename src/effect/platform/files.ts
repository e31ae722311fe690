/**
 * What is asked of files beyond what all of Effect's majors call alike.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** The service, which is loaded when it is asked for: most programs never do. */
export const fileSystem: Effect.Effect<FileSystem.FileSystem, never, FileSystem.FileSystem> = Effect.flatten(
  Effect.map(Effect.promise(() => import("@effect/platform/FileSystem")), (module) => module.FileSystem)
)

/** Why a file cannot be used, as Effect names it (`"NotFound"`, `"PermissionDenied"`, ...), if a file system says so. */
export const fileReason = (error: unknown): string | undefined =>
  Predicate.isTagged(error, "SystemError") && "reason" in error ? String(error.reason) : undefined

/** Moves to a place in a file, in bytes from its start. */
export const seekTo = (file: FileSystem.File, offset: number): Effect.Effect<void, PlatformError> =>
  file.seek(offset, "start")
