/**
 * What a cache needs of a second level: named objects, and writes on a condition.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { S3StoreError } from "./S3StoreErrors.js"

/**
 * An object as it was loaded.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoredObject {
  readonly body: Uint8Array
  /** Tells this content from what may be written later under the same name. Opaque. */
  readonly etag: string
}

/**
 * What became of a write on a condition:
 *
 * - `written`: the condition held, the object is there;
 * - `refused`: the condition did not hold, as far as the answer tells: after a lost reply and a retry by the SDK it
 *   may be this very write that is in the way;
 * - `unknown`: it may have been written or not (a conflict with another writer, an internal error).
 *
 * @since 0.1.0
 * @category models
 */
export type ConditionalOutcome = "written" | "refused" | "unknown"

/**
 * Named objects shared by processes. Names are `/`-separated paths of ASCII letters, digits, `.`, `_` and `-`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ObjectStore {
  /** For messages: where the objects are. */
  readonly description: string
  /** The object of a name, whole; none when there is no such object. */
  readonly load: (name: string) => Effect.Effect<Option.Option<StoredObject>, S3StoreError>
  /** Writes an object, whether there was one or not. */
  readonly save: (name: string, body: Uint8Array) => Effect.Effect<void, S3StoreError>
  /** Writes an object only if there is none. Fails when the store does not honour such conditions. */
  readonly add: (name: string, body: Uint8Array) => Effect.Effect<ConditionalOutcome, S3StoreError>
  /** Writes an object only in place of the one with this etag. Fails when the store does not honour such conditions. */
  readonly replace: (name: string, body: Uint8Array, etag: string) => Effect.Effect<ConditionalOutcome, S3StoreError>
  /** Removes an object; nothing happens when there is none. */
  readonly remove: (name: string) => Effect.Effect<void, S3StoreError>
  /** Removes an object only if it has this etag, where the store honours such conditions; nothing happens otherwise. */
  readonly removeIfMatch: (name: string, etag: string) => Effect.Effect<void, S3StoreError>
}
