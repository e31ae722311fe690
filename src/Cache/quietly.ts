/**
 * Telling without harm.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"

/**
 * Runs what may not stop the work that comes after it, such as a log whose logger throws.
 *
 * @since 0.1.0
 * @category combinators
 */
export const quietly = (effect: Effect.Effect<void>): Effect.Effect<void> => Effect.asVoid(Effect.exit(effect))
