/**
 * The error of a value that its schema does not accept.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"

/**
 * A value is not what the dictionary's schema accepts; nothing was written. The message says where it is wrong, and what
 * is accepted, and never what the value was: values may hold secrets.
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheValueError extends Data.TaggedError("CacheValueError")<{
  /** The name of the dictionary. */
  readonly cache: string
  /** The key it was to be written under, printed. */
  readonly key: string
  /** Where in the value it is wrong, as a path such as `user.name`, or `the value` for the value as a whole. */
  readonly field: string
  /** What is accepted there, as the schema prints itself. */
  readonly accepted: string
}> {
  override get message(): string {
    return cutText(`${this.cache}: under ${this.key}, ${this.field} is not ${this.accepted}`, longestMessage)
  }
}
