/**
 * What goes on in the background of caches, by kind.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { OptionKinds } from "../engine/options/optionKinds.js"

/**
 * What was still under way when a `settle` ended: all of it is 0 when everything had ended in time.
 *
 * @since 1.0.0
 * @category models
 */
export interface Settled {
  /** How much is still under way, of all kinds together. */
  readonly open: number
  /** Computations, refreshes, loads, acquisitions, builds of clients, and credentials that are being resolved. */
  readonly computations: number
  /** Entries that are being written to a second level or removed from it, or wait for that, and are not being computed. */
  readonly writes: number
  /** Calls of `onRemoval` that run, or wait for their turn. */
  readonly hooks: number
  /** Values that are being released, and clients whose last requests are waited for. */
  readonly releases: number
}

/**
 * How long a `settle` waits.
 *
 * @since 1.0.0
 * @category models
 */
export interface SettleOptions {
  /** The longest. Zero: it only counts. */
  readonly within: Duration.DurationInput
}

/** Which options a `settle` has. */
export const settleKinds: OptionKinds<SettleOptions> = { within: "duration" }

/** Waits for what is under way in the background. */
export type Settle = (options: SettleOptions) => Effect.Effect<Settled>

/** How much of each kind is open. */
export type WorkCounts = Partial<Omit<Settled, "open">>

/** What is open of several together. */
export const settledTogether = (all: ReadonlyArray<WorkCounts>): Settled => {
  const sumOf = (kind: keyof WorkCounts) => all.reduce((sum, { [kind]: count = 0 }) => sum + count, 0)
  const computations = sumOf("computations")
  const writes = sumOf("writes")
  const hooks = sumOf("hooks")
  const releases = sumOf("releases")
  return { open: computations + writes + hooks + releases, computations, writes, hooks, releases }
}
