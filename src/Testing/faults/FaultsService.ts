/**
 * What a test does with a store that fails.
 *
 * @since 1.0.0
 */
import type * as Effect from "effect/Effect"
import type { ObjectStoreReason } from "../../S3Store/objects/ObjectStoreErrors.js"
import type { FaultSource } from "./FaultsOptions.js"
import type { LoggedRequest, RequestCounts } from "./StoreRequest.js"

/**
 * The faults of a store, in the hands of a test.
 *
 * @since 1.0.0
 * @category models
 */
export interface FaultsService {
  /** From now on every request fails, with `reason` (default `"Unavailable"`), and has no effect. */
  readonly down: (reason?: ObjectStoreReason) => Effect.Effect<void>
  /** From now on every request waits at the door of the store until `up`. */
  readonly hold: Effect.Effect<void>
  /** Ends what `down` and `hold` began. Rules hold on. */
  readonly up: Effect.Effect<void>
  /** Puts these rules in the place of those there are; `[]` ends all faults. They count requests anew. */
  readonly set: (faults: ReadonlyArray<FaultSource>) => Effect.Effect<void>
  /** The last requests, oldest first. */
  readonly requests: Effect.Effect<ReadonlyArray<LoggedRequest>>
  /** How many there were. */
  readonly counts: Effect.Effect<RequestCounts>
  /** Forgets them and their counts. */
  readonly clear: Effect.Effect<void>
}
