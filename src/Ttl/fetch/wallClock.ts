/**
 * The time where there is no Effect.
 */

/** Milliseconds since the epoch. It asks anew each time, so that a test may put another clock in place of `Date`. */
export const wallClock = (): number => Date.now()
