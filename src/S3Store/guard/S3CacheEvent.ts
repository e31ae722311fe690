/**
 * What happens in an `S3Cache`.
 *
 * @since 1.0.0
 */
import type * as Cause from "effect/Cause"
import type { EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type {
  CacheDecodeReason,
  CacheEncodeError,
  ObjectStoreError,
  ObjectStoreReason
} from "../objects/ObjectStoreErrors.js"

/**
 * Something that happened in an `S3Cache`. It tells keys, never values.
 *
 * - `MemoryHit`, `StoreHit`, `Miss`: where a lookup found an entry, or that the second level had none of use;
 * - `Revalidated`: an entry in memory was compared with the second level, and found to be `unchanged`, `changed` or
 *   `gone`, or the second level could not be asked (`failed`);
 * - `StaleServed`: an entry was given out after its time to live, while it is computed anew, or because that failed or took too
 *   long;
 * - `Unreadable`: an object was damaged, foreign, of a newer format, or did not fit the schema;
 * - `SchemaClash`: a program that runs now writes what does not fit the schema of this one, so that what is computed here
 *   stays in memory; once for each keyspace of a cache, with what does not fit;
 * - `Invalidated`: an entry was written before one of its tags was invalidated;
 * - `ComputationStarted`, `ComputationEnded`: a computation, how it ended, why where it failed or died (`cause`), and how
 *   long it took in milliseconds;
 * - `Inserted`, `WriteFailed`: what became of a write to the second level; `WriteFailed` tells only of those whose caller
 *   does not get the error;
 * - `Removed`: an entry was removed from the second level, since it was `deleted` (`remove`, `pop`, `invalidate` and the
 *   like), or since it had `expired`, and was found by a lookup or `purge`. Of `clear` nothing is told: it reads no keys;
 * - `LateWriteUndone`: a write that had been given up landed in place of a newer one or of none, and was undone;
 * - `RequestFailed`, `RequestRefused`: a request to the second level failed, or was not made since the circuit is open or
 *   the set-up is wrong;
 * - `CircuitOpened`, `CircuitClosed`: the second level is taken for unavailable, or for available again;
 * - `LeaseTaken`, `LeaseAwaited`, `LeaseLost`: this process may compute (`insteadOf` a process that is `dead`, or of
 *   `nobody`), waits for another one to, or was too slow;
 * - `TagMarked`: a tag was invalidated, or expired;
 * - `TagsUnknown`: a tag could not be asked for, and why; at most once in `tagsAge` for each tag;
 * - `ClockSkewed`: the object of this name (of an entry, or in `.tags/` of a tag's marker) was written by a process whose
 *   clock is so many milliseconds ahead of the second level's; the time the second level tells was taken instead;
 * - `Noticed`: so many changes were heard of (`notice`), all of one keyspace and version where that is known;
 * - `NoticeMissed`: changes may not have been heard of, so that what memory has is confirmed before it is given out.
 *
 * @since 1.0.0
 * @category models
 */
export type S3CacheEvent =
  | { readonly _tag: "MemoryHit"; readonly key: AnyKey }
  | { readonly _tag: "StoreHit"; readonly key: AnyKey }
  | { readonly _tag: "Miss"; readonly key: AnyKey }
  | {
    readonly _tag: "Revalidated"
    readonly key: AnyKey
    readonly outcome: "unchanged" | "changed" | "gone" | "failed"
  }
  | { readonly _tag: "StaleServed"; readonly key: AnyKey; readonly because: "revalidating" | "failure" | "slow" }
  | { readonly _tag: "Unreadable"; readonly key: AnyKey; readonly reason: CacheDecodeReason; readonly detail: string }
  | { readonly _tag: "SchemaClash"; readonly key: AnyKey; readonly detail: string }
  | { readonly _tag: "Invalidated"; readonly key: AnyKey }
  | { readonly _tag: "ComputationStarted"; readonly key: AnyKey }
  | {
    readonly _tag: "ComputationEnded"
    readonly key: AnyKey
    readonly outcome: "success" | "failure" | "defect" | "interruption"
    readonly millis: number
    readonly cause?: Cause.Cause<unknown>
  }
  | { readonly _tag: "Inserted"; readonly key: AnyKey }
  | { readonly _tag: "Removed"; readonly key: AnyKey; readonly reason: "deleted" | "expired" }
  | {
    readonly _tag: "WriteFailed"
    readonly key: AnyKey
    readonly error: CacheEncodeError | EntryTooLargeError | ObjectStoreError
  }
  | { readonly _tag: "LateWriteUndone"; readonly key: AnyKey }
  | { readonly _tag: "RequestFailed"; readonly operation: string; readonly reason: ObjectStoreReason }
  | { readonly _tag: "RequestRefused"; readonly operation: string }
  | { readonly _tag: "CircuitOpened" }
  | { readonly _tag: "CircuitClosed" }
  | { readonly _tag: "LeaseTaken"; readonly key: AnyKey; readonly insteadOf: "nobody" | "dead" }
  | { readonly _tag: "LeaseAwaited"; readonly key: AnyKey }
  | { readonly _tag: "LeaseLost"; readonly key: AnyKey }
  | { readonly _tag: "TagMarked"; readonly tag: string; readonly how: "invalidated" | "expired" }
  | { readonly _tag: "TagsUnknown"; readonly tag: string; readonly reason: ObjectStoreReason }
  | { readonly _tag: "ClockSkewed"; readonly name: string; readonly millis: number }
  | { readonly _tag: "Noticed"; readonly keyspace: string | undefined; readonly changes: number }
  | { readonly _tag: "NoticeMissed"; readonly keyspace: string | undefined }
