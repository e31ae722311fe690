/**
 * Telling without harm.
 */
import * as Effect from "effect/Effect"

/**
 * Runs what may not stop the work that comes after it, such as a log whose logger throws, or a request to a store with a
 * mistake in it.
 */
export const quietly = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.asVoid(Effect.exit(effect))
