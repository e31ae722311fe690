/**
 * Files that cannot be used.
 */
import * as Data from "effect/Data"

/** A file that was named cannot be read or written, or has nothing in it that was looked for. */
export class FileError extends Data.TaggedError("FileError")<{ readonly file: string; readonly detail: string }> {
  override get message(): string {
    return `${this.file}: ${this.detail}`
  }
}
