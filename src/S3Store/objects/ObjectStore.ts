/**
 * What a cache needs of a second level: named objects, and writes on a condition.
 *
 * @since 1.0.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { ObjectStoreError } from "./ObjectStoreErrors.js"

/**
 * An object as it was loaded.
 *
 * @since 1.0.0
 * @category models
 */
export interface StoredObject {
  /**
   * The content: all of it, or its first bytes where only those were asked for. It belongs to whoever loaded it: the store
   * holds nothing of it any more.
   */
  readonly body: Uint8Array
  /** How long the whole content is, in bytes. */
  readonly size: number
  /** Tells this content from what may be written later under the same name. Opaque. */
  readonly etag: string
  /**
   * When it was written, in milliseconds since the epoch, by the clock of the store; where that counts in whole seconds,
   * the end of the second. Nothing where the store does not tell.
   */
  readonly modified?: number | undefined
}

/**
 * What a load found:
 *
 * - `Found`: the object;
 * - `Unchanged`: the object is still the one with the etag of `ifNoneMatch`; its content was not transferred;
 * - `Absent`: there is no object of this name;
 * - `TooLarge`: there is one, of more bytes than the store reads; its content was not read, or not to its end.
 *
 * @since 1.0.0
 * @category models
 */
export type LoadOutcome = Data.TaggedEnum<{
  readonly Found: StoredObject
  readonly Unchanged: object
  readonly Absent: object
  readonly TooLarge: { readonly size: number; readonly etag: string }
}>

/**
 * Constructors and matchers of what a load found.
 *
 * @since 1.0.0
 * @category constructors
 */
export const LoadOutcome = Data.taggedEnum<LoadOutcome>()

/**
 * How to load.
 *
 * @since 1.0.0
 * @category models
 */
export interface LoadOptions {
  /** An etag: where the object still has it, the outcome is `Unchanged`. */
  readonly ifNoneMatch?: string | undefined
  /**
   * Whether the first bytes are enough: how many are needed, a whole number above 0. The body then has at least those
   * (or all there are), and the object is never `TooLarge`. Default: the whole object.
   */
  readonly firstBytes?: number | undefined
  /**
   * Whether `Absent` must be certain: what may not be read, and counts as absent otherwise (`onAccessDenied: "miss"`),
   * is a failure then.
   */
  readonly isCertain?: boolean | undefined
}

/**
 * What became of a write on a condition:
 *
 * - `Written`: the condition held, the object is there; with its etag, where the store tells it;
 * - `Refused`: the condition did not hold, as far as the answer tells: after a lost reply and a retry by the SDK it
 *   may be this very write that is in the way;
 * - `Unknown`: it may have been written or not (a conflict with another writer, an internal error). Load to find out.
 *
 * @since 1.0.0
 * @category models
 */
export type ConditionalOutcome = Data.TaggedEnum<{
  readonly Written: { readonly etag: Option.Option<string> }
  readonly Refused: object
  readonly Unknown: object
}>

/**
 * Constructors and matchers of what became of a write.
 *
 * @since 1.0.0
 * @category constructors
 */
export const ConditionalOutcome = Data.taggedEnum<ConditionalOutcome>()

/**
 * What became of a removal on a condition:
 *
 * - `removed`: the object with that etag is not there any more;
 * - `refused`: there is another object, or none; nothing was done;
 * - `unsupported`: the store ignores conditions on removals, and would have removed whatever is there; nothing was done;
 * - `unknown`: it may have been removed or not.
 *
 * @since 1.0.0
 * @category models
 */
export type RemoveOutcome = "removed" | "refused" | "unsupported" | "unknown"

/**
 * An object as a list names it.
 *
 * @since 1.0.0
 * @category models
 */
export interface ListedObject {
  /** The name of the object, without the prefix of the store. */
  readonly name: string
  /** Of the content, in bytes. */
  readonly size: number
  /** The same as when it is loaded; empty where the store does not tell. */
  readonly etag: string
  /** When it was written, in milliseconds since the epoch, by the clock of the store. */
  readonly modified: number
}

/**
 * What a store is made of that is over others.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreParts {
  /** What the one is called that this store asks for leases, tags and lists: `"small"`, `"far"`. */
  readonly name: string
  /** The others. */
  readonly others: ReadonlyArray<ObjectStorePart>
}

/**
 * One of the stores that another one is over.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStorePart extends ObjectStore {
  /** What it is called: `"large"`, `"near"`. */
  readonly name: string
  /** The folder in it that may be written to when it is tried; with a `/` at its end. */
  readonly folder: string
}

/**
 * Named objects shared by processes. Names are segments of ASCII letters, digits, `.`, `_` and `-`, separated by `/`;
 * no segment is `.` or `..`, nor longer than 240 characters, and a name has at most 320.
 *
 * An object is replaced at once: who loads it has the old content or the new one, whole.
 */
export interface ObjectStore {
  /** For messages: where the objects are. Default `"second level/"`. */
  readonly description?: string | undefined
  /**
   * What tells this store from every other one that the same keys of encryption are used for, such as the bucket and the
   * prefix: an encrypted entry that was copied from another place is not read. Default: nothing.
   */
  readonly place?: string | undefined
  /** The most bytes an object may have to be loaded whole: a larger one is `TooLarge`. Default: no limit. */
  readonly maxObjectBytes?: number | undefined
  /** Other stores that it is over, which `S3Cache.check` tries, too. Default: none. */
  readonly parts?: ObjectStoreParts | undefined
  /** The object of a name. */
  readonly load: (name: string, options?: LoadOptions) => Effect.Effect<LoadOutcome, ObjectStoreError>
  /** Writes an object, whether there was one or not. Its etag, where the store tells it. */
  readonly save: (name: string, body: Uint8Array) => Effect.Effect<Option.Option<string>, ObjectStoreError>
  /**
   * The same, but what was sent is never sent again without a look: `Unknown` when there was no answer, though more tries
   * were left. Never `Refused`. Only where the store would send it again by itself.
   */
  readonly saveOnce?:
    | ((name: string, body: Uint8Array) => Effect.Effect<ConditionalOutcome, ObjectStoreError>)
    | undefined
  /**
   * Writes an object only if there is none. Fails with reason `ConditionalWritesUnsupported` when the store does not
   * honour such conditions.
   */
  readonly add: (name: string, body: Uint8Array) => Effect.Effect<ConditionalOutcome, ObjectStoreError>
  /**
   * Writes an object only in place of the one with this etag. Fails with reason `ConditionalWritesUnsupported` when
   * the store does not honour such conditions.
   */
  readonly replace: (
    name: string,
    body: Uint8Array,
    etag: string
  ) => Effect.Effect<ConditionalOutcome, ObjectStoreError>
  /** Removes an object; nothing happens when there is none. */
  readonly remove: (name: string) => Effect.Effect<void, ObjectStoreError>
  /** Removes an object only if it has this etag. */
  readonly removeIfMatch: (name: string, etag: string) => Effect.Effect<RemoveOutcome, ObjectStoreError>
  /**
   * Removes objects, with as few requests as the store allows; names without an object are no failure. When it fails
   * some of them may have been removed.
   */
  readonly removeAll: (names: ReadonlyArray<string>) => Effect.Effect<void, ObjectStoreError>
  /**
   * The objects whose names begin with a prefix, a page at a time, in no particular order. What is written or removed
   * meanwhile may be among them or not. Fails with reason `ListUnsupported` where the store cannot tell.
   */
  readonly list: (prefix: string) => Stream.Stream<ListedObject, ObjectStoreError>
}

/** What the second level is provided as. What users see of it, the layers too, is in `service/ObjectStoreTag.ts`. */
export const objectStoreTag = Context.GenericTag<ObjectStore>("effect-aws-cache/ObjectStore")
