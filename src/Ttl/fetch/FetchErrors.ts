/**
 * Why a dictionary without Effect did not fetch a value.
 *
 * @since 1.0.0
 */
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"
import { TaggedError } from "../../effect/TaggedError.js"

/**
 * As many loads are under way as there may be, and one more was asked for. Nothing was loaded.
 *
 * @since 1.0.0
 * @category errors
 */
export class TooManyLoadsError extends TaggedError("TooManyLoadsError")<{
  /** The name of the dictionary. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
  /** How many loads may be under way. */
  readonly maxLoads: number
}> {
  override get message(): string {
    const hint = "raise maxLoads, or give loads that may hang a loadTimeout"
    return cutText(
      `${this.cache}: ${this.key} was not loaded, since ${this.maxLoads} loads are under way: ${hint}`,
      longestMessage
    )
  }
}

/**
 * A load has not ended in its time. Its signal was aborted; what it comes to is not kept.
 *
 * @since 1.0.0
 * @category errors
 */
export class LoadTimeoutError extends TaggedError("LoadTimeoutError")<{
  /** The name of the dictionary. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
  /** The time it had, in milliseconds. */
  readonly millis: number
}> {
  override get message(): string {
    return cutText(
      `${this.cache}: the load for ${this.key} has not ended within ${this.millis} milliseconds`,
      longestMessage
    )
  }
}
