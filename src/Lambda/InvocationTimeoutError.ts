/**
 * An invocation that had no time left.
 */
import * as Data from "effect/Data"

/** The time of an invocation was about to run out. */
export class InvocationTimeoutError extends Data.TaggedError("InvocationTimeoutError")<{ readonly after: string }> {
  constructor(after: string) {
    super({ after })
  }

  override get message(): string {
    return `it was interrupted after ${this.after}, since its time was about to run out. ` +
      "Give the function a longer timeout, or let it do less"
  }
}
