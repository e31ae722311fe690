/**
 * The error of memory that could not be written to a file, or brought back.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText } from "../../Cache/printing/cutText.js"

/**
 * Why a snapshot could not be written or brought back:
 *
 * - `NotFound`: there is no folder for it;
 * - `PermissionDenied`: the program may not read or write there, others than its owner may use the file, or it is no file;
 * - `Foreign`: it is no snapshot of the memory of this cache, over this second level;
 * - `UnknownVersion`: its format is of another version of this library;
 * - `Damaged`: it is not as it was written, or nothing in it can be read (with the wrong keys of `encryption`, too);
 * - `Timeout`: it took longer than it may;
 * - `Unknown`: anything else, such as a disk that is full; see `detail`.
 *
 * @since 1.0.0
 * @category models
 */
export type CacheSnapshotReason =
  | "NotFound"
  | "PermissionDenied"
  | "Foreign"
  | "UnknownVersion"
  | "Damaged"
  | "Timeout"
  | "Unknown"

/**
 * The memory of an `S3Cache` could not be written to a file, and what was in its place before still is; or it could not be
 * brought back, and memory is as it was.
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheSnapshotError extends Data.TaggedError("CacheSnapshotError")<{
  /** The name of the cache. */
  readonly cache: string
  /** Where the file is, or was to be. */
  readonly path: string
  /** What was done with it: `snapshot` or `restore`. */
  readonly operation: string
  /** Why it failed. */
  readonly reason: CacheSnapshotReason
  /** What was said: 250 characters at most. */
  readonly detail: string
  readonly cause?: unknown
}> {
  override get message(): string {
    const which = `${cutText(this.cache, 60)}: the snapshot ${cutText(this.path, 130)} of its memory`
    const what = this.operation === "snapshot" ? "could not be written" : "is not used"
    return `${which} ${what}: ${cutText(this.detail, 250)}`
  }
}
