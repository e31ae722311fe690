/**
 * Promises that nobody waits for.
 */

/**
 * Hands on what a promise is rejected with, if it is one: a rejection that nobody handles would end the process. Whatever
 * else has a `then` is left alone, since to ask it may be what makes it run.
 *
 * @param answer what a function of the user's returned
 * @param fulfilled called when it is not rejected
 * @returns whether it is a promise
 */
export const handleRejection = (
  answer: unknown,
  failed: (error: unknown) => void,
  fulfilled?: () => void
): boolean => {
  if (typeof answer !== "object" || answer === null) return false
  try {
    // Throws for all but promises, whatever realm they are from.
    Reflect.apply(Promise.prototype.then, answer, [fulfilled, failed])
    return true
  } catch {
    return false
  }
}
