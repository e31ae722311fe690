/**
 * What happens in a store.
 *
 * @since 1.0.0
 */
import type * as Cause from "effect/Cause"
import type { RemovalReason } from "../engine/RemovalReason.js"
import type { ReleaseReason } from "./ReleaseReason.js"

/**
 * Something that happened in a store. It tells keys, never values.
 *
 * - `Inserted`: a new entry, or a value in place of another (which was `Removed` with reason `replaced` before);
 * - `Removed`: an entry left, and why;
 * - `Rejected`: an entry was heavier than the limit, and was not stored;
 * - `HookDropped`: an entry left, and the hook of a dictionary is not told of it because too much waits for it;
 * - `ComputationStarted`, `ComputationEnded`: a computation, how it ended, why where it failed or died (`cause`), and how
 *   long it took in milliseconds.
 *
 * @since 1.0.0
 * @category models
 */
export type StoreEvent<K> =
  | {
    readonly _tag: "Inserted"
    /** The key that it happened to. */
    readonly key: K
  }
  | { readonly _tag: "Removed"; readonly key: K; readonly reason: RemovalReason }
  | { readonly _tag: "Rejected"; readonly key: K; readonly weight: number }
  | { readonly _tag: "HookDropped"; readonly key: K; readonly reason: RemovalReason }
  | { readonly _tag: "ComputationStarted"; readonly key: K }
  | {
    readonly _tag: "ComputationEnded"
    readonly key: K
    readonly outcome: "success" | "failure" | "defect" | "interruption"
    readonly millis: number
    readonly cause?: Cause.Cause<unknown>
  }

/**
 * Something that happened in a leased store: acquisitions are its computations, and
 *
 * - `Released`: a value that had left was released, why, and how that ended.
 *
 * @since 1.0.0
 * @category models
 */
export type LeasedStoreEvent<K> =
  | StoreEvent<K>
  | {
    readonly _tag: "Released"
    readonly key: K
    readonly reason: ReleaseReason
    readonly outcome: "success" | "failure" | "timeout"
  }
