/**
 * Logs that cannot be replayed.
 */
import * as Data from "effect/Data"

/** A log that cannot be read, or nothing in it that can be replayed. */
export class LogError extends Data.TaggedError("LogError")<{ readonly log: string; readonly detail: string }> {
  override get message(): string {
    return `${this.log}: ${this.detail}`
  }
}
