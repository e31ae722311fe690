/**
 * How one store stands before another.
 *
 * @since 1.0.0
 */
import type { DurationInput } from "effect/Duration"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"

/**
 * How long a near store is believed, and borne with.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreChainPolicy {
  /**
   * For how long the near store is believed, since the far one was asked: what another process has replaced or removed there
   * may still be found for so long. Then the far store is asked whether it still has the same, without its content.
   * Default 1 minute.
   */
  readonly revalidateAfter?: DurationInput | undefined
  /** How long the near store may take to answer. Default 1 second. */
  readonly nearTimeout?: DurationInput | undefined
  /** For how long it is not asked after it failed. Default 30 seconds. */
  readonly nearResetAfter?: DurationInput | undefined
}

/** The kinds of the options. */
export const chainKinds: OptionKinds<ObjectStoreChainPolicy & { readonly near: object; readonly far: object }> = {
  near: "object",
  far: "object",
  revalidateAfter: "duration",
  nearTimeout: "durationAboveZero",
  nearResetAfter: "durationAboveZero"
}
