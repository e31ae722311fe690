/**
 * Text of others on a terminal.
 */

/** Everything that moves the cursor, changes colours or the direction of writing, or cannot be seen. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * A text in one line, of which a terminal does nothing but show it: what is no plain character is written as in JSON.
 *
 * @param longest the most characters that are shown, the dots that tell of a cut included
 */
export const printable = (text: string, longest = 200): string => {
  const start = text.length > longest ? text.slice(0, longest - 1) : text
  const shown = start.replace(unsafe, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`)
  return start.length < text.length || shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown
}
