/**
 * Command lines that cannot be meant.
 */
import * as Data from "effect/Data"

/** Something on the command line is wrong: nothing was done. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}
