/**
 * What a storage over a cache rejects with after its end.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText } from "../Cache/printing/cutText.js"

/**
 * The scope in which the storage was made has been closed: before the call, or while it was under way.
 *
 * @since 1.0.0
 * @category errors
 */
export class KeyvStorageClosedError extends Data.TaggedError("KeyvStorageClosedError")<{
  /** The name of the storage's keyspace: 200 characters at most. */
  readonly keyspace: string
}> {
  override get message(): string {
    return `the Keyv storage over the keyspace ${
      cutText(this.keyspace, 200)
    } is closed: the scope in which s3CacheStorage was run ` +
      "has ended. Keep it open for as long as Keyv is used, as by running it in a ManagedRuntime"
  }
}
