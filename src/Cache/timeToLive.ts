/**
 * From a time to live to the moment an entry expires.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * When an entry written at `now` expires, in milliseconds since the epoch. `Duration.infinity` is never (`Infinity`);
 * zero and negative durations expire at once, which no store keeps.
 *
 * @param now milliseconds since the epoch
 * @since 0.1.0
 * @category conversions
 */
export const expiresAt = (now: number, timeToLive: Duration.DurationInput): number =>
  now + Math.max(0, Duration.toMillis(timeToLive))
