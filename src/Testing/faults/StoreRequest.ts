/**
 * Requests to an object store, and what is said of them.
 *
 * @since 1.0.0
 */
import type { ObjectStoreReason } from "../../S3Store/objects/ObjectStoreErrors.js"
import type { Fault } from "./Fault.js"

/**
 * What is asked of an object store.
 *
 * @since 1.0.0
 * @category models
 */
export type StoreOperation =
  | "load"
  | "save"
  | "saveOnce"
  | "add"
  | "replace"
  | "remove"
  | "removeIfMatch"
  | "removeAll"
  | "list"

/**
 * A request, as rules see it.
 *
 * @since 1.0.0
 * @category models
 */
export interface StoreRequest {
  /** Which one it is, from 1: of all requests, in the order in which they were made. */
  readonly number: number
  /** What is asked. */
  readonly operation: StoreOperation
  /** The name of the object; of a `list` the prefix, of a `removeAll` the first name. */
  readonly name: string
  /** All names: more than one of a `removeAll` only. */
  readonly names: ReadonlyArray<string>
  /** A number from 0 to 1 (excluded), drawn for this request by the seed: for a distribution of your own. */
  readonly chance: number
}

/**
 * How a request ended: `answered`, `interrupted`, `died`, `pending` (not yet), or why it failed.
 *
 * @since 1.0.0
 * @category models
 */
export type RequestOutcome = "answered" | "interrupted" | "died" | "pending" | ObjectStoreReason

/**
 * A request that was made, and what became of it.
 *
 * @since 1.0.0
 * @category models
 */
export interface LoggedRequest extends Omit<StoreRequest, "chance"> {
  /** When it was made, by the `Clock` of its caller. */
  readonly at: number
  /** What was done to it: the tag of a fault, `Down` for an outage. */
  readonly fault: Fault["_tag"] | "Down" | undefined
  /** How it ended. */
  readonly outcome: RequestOutcome
}

/**
 * How many requests there were.
 *
 * @since 1.0.0
 * @category models
 */
export interface RequestCounts {
  /** How many requests there were. */
  readonly requests: number
  /** Those to which something was done, outages included. Time that only passes is no fault. */
  readonly faults: number
  /** How many of each kind. */
  readonly operations: Readonly<Record<StoreOperation, number>>
}
