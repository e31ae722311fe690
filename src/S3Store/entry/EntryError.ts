/**
 * What is wrong with an object that should be an entry.
 */
import * as Data from "effect/Data"
import type { CacheDecodeReason } from "../objects/ObjectStoreErrors.js"

/** An object is not an entry that can be read, whatever its key. */
export class EntryError extends Data.TaggedError("EntryError")<{
  readonly reason: CacheDecodeReason
  /** What is wrong with the object, as a sentence about "it". */
  readonly detail: string
}> {
  override get message(): string {
    return this.detail
  }
}
