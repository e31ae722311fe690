/**
 * Text that fits into a message.
 */

/** The most characters of the message of an error. */
export const longestMessage = 500

/**
 * A text, cut where it is longer than that. What is cut is a copy: it does not keep the whole text in memory.
 *
 * @param longest how many characters are kept, the dots that tell of the cut included
 */
export const cutText = (text: string, longest: number): string =>
  // Put together otherwise, it would be a view of the text for V8.
  text.length > longest ? [text.slice(0, longest - 3), "..."].join("") : text
