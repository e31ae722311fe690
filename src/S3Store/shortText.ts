/**
 * Text that fits into a message.
 *
 * @since 0.1.0
 */

/**
 * The most characters of a message of this level's errors.
 *
 * @since 0.1.0
 * @category constants
 */
export const longestMessage = 500

/**
 * A text, cut where it is longer than a message bears.
 *
 * @param longest how many characters are kept, the dots that tell of the cut included
 * @since 0.1.0
 * @category formatting
 */
export const shortText = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 3)}...` : text

/**
 * The same for what is told by its end, such as a path of names.
 *
 * @since 0.1.0
 * @category formatting
 */
export const shortEnd = (text: string, longest: number): string =>
  text.length > longest ? `...${text.slice(text.length - longest + 3)}` : text

/**
 * What was thrown, by the name of its class alone: its message may show what it was thrown at.
 *
 * @since 0.1.0
 * @category formatting
 */
export const classOf = (thrown: unknown): string => {
  try {
    const name: unknown = typeof thrown === "object" && thrown !== null ? thrown.constructor.name : undefined
    return typeof name === "string" && /^[\w$]{1,60}$/.test(name) ? name : `a ${typeof thrown}`
  } catch {
    return "something without a class"
  }
}
