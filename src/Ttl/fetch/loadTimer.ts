/**
 * Timers where there is no Effect.
 */

/** What Node waits for at the longest: longer ones fire at once. */
const longest = 2 ** 31 - 1

/**
 * Calls a function after a while, unless it is told before that it need not; never, if the time is infinite. The timer is
 * looked up at the time, so that a test may put others in place of Node's.
 *
 * @param millis cut to 24 days
 * @returns tells that it need not
 */
export const callAfter = (millis: number, f: () => void): () => void => {
  if (millis === Number.POSITIVE_INFINITY) return () => {}
  const timer = setTimeout(f, Math.min(millis, longest))
  return () => clearTimeout(timer)
}
