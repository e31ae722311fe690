/**
 * What was thrown, for a message.
 */

/** What was thrown, by the name of its class alone: its message may show what it was thrown at. */
export const classOf = (thrown: unknown): string => {
  try {
    const name: unknown = typeof thrown === "object" && thrown !== null ? thrown.constructor.name : undefined
    return typeof name === "string" && /^[\w$]{1,60}$/.test(name) ? name : `a ${typeof thrown}`
  } catch {
    return "something without a class"
  }
}
