/**
 * How two stores share objects by their size.
 *
 * @since 1.0.0
 */
import type { DurationInput } from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { ObjectStore } from "../objects/ObjectStore.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"

/**
 * What is small.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreBySizePolicy {
  /**
   * The most bytes of an entry that the small store keeps itself, as it is written: compressed and encrypted. Of no more than
   * the small store reads whole. It may be changed at any time. Default 8192.
   */
  readonly limit?: number | undefined
}

/**
 * Which contents without a pointer go.
 *
 * @since 1.0.0
 * @category models
 */
export interface RemoveOrphansOptions {
  /**
   * How long ago they were written at least: longer than any write takes. 1 hour at least. Default 1 day.
   */
  readonly olderThan?: DurationInput | undefined
}

/**
 * What a search for contents without a pointer came to.
 *
 * @since 1.0.0
 * @category models
 */
export interface RemovedOrphans {
  /** How many contents there were. */
  readonly examined: number
  /** How many were removed. */
  readonly removed: number
}

/**
 * A store whose objects are in two others.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreBySize extends ObjectStore {
  /**
   * Removes contents of the large store that nothing in the small one points to: what processes have left that were killed
   * while they wrote, or wrote one object at a time, and what DynamoDB has removed the pointer of. It lists them all, and asks
   * the small store for each that is old. Contents of another small store would go, too: each has a large one for itself.
   */
  readonly removeOrphans: (
    options?: RemoveOrphansOptions
  ) => Effect.Effect<RemovedOrphans, ObjectStoreError | CacheConfigError>
}

/** The kinds of the options. */
export const bySizeKinds: OptionKinds<ObjectStoreBySizePolicy & { readonly small: object; readonly large: object }> = {
  small: "object",
  large: "object",
  limit: "whole"
}

/** Those of a search for orphans. */
export const orphansKinds: OptionKinds<RemoveOrphansOptions> = { olderThan: "durationAboveZero" }

/** The limit, where nobody says another one: DynamoDB costs as much for such entries as S3 with a pointer to it. */
export const usualLimit = 8192
