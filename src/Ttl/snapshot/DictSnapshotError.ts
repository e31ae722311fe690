/**
 * The error of a snapshot that could not be written.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText } from "../../Cache/printing/cutText.js"

/**
 * Why a snapshot could not be written:
 *
 * - `NotFound`: there is no folder for it;
 * - `PermissionDenied`: the program may not write there;
 * - `Timeout`: it took longer than it may;
 * - `Unknown`: anything else, such as a disk that is full; see `detail`.
 *
 * @since 1.0.0
 * @category models
 */
export type DictSnapshotReason = "NotFound" | "PermissionDenied" | "Timeout" | "Unknown"

/**
 * A snapshot could not be written; what was in its place before still is.
 *
 * @since 1.0.0
 * @category errors
 */
export class DictSnapshotError extends Data.TaggedError("DictSnapshotError")<{
  /** The name of the dictionary. */
  readonly cache: string
  /** Where it was to be written. */
  readonly path: string
  /** Why it was not. */
  readonly reason: DictSnapshotReason
  /** What was said: 250 characters at most. */
  readonly detail: string
  readonly cause?: unknown
}> {
  override get message(): string {
    const which = `${cutText(this.cache, 60)}: the snapshot ${cutText(this.path, 150)}`
    return `${which} could not be written: ${cutText(this.detail, 250)}`
  }
}
