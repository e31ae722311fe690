/**
 * The time where there is no Effect.
 *
 * @since 0.1.0
 */

/**
 * Milliseconds since the epoch. It asks anew each time, so that a test may put another clock in place of `Date`.
 *
 * @since 0.1.0
 * @category getters
 */
export const wallClock = (): number => Date.now()
