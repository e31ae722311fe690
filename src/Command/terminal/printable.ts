/**
 * Text of others on a terminal.
 */

/** Everything that moves the cursor, changes colours or the direction of writing, or cannot be seen. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")

/**
 * A text in one line, of which a terminal does nothing but show it: what is no plain character is written as in JSON.
 *
 * @param longest the most characters that are shown, the dots that tell of a cut included
 */
export const printable = (text: string, longest = 200): string => {
  const start = text.length > longest ? text.slice(0, longest - 1) : text
  const shown = start.replace(unsafe, escaped)
  return start.length < text.length || shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown
}

/** What JSON has no form for: bytes are Base64, what is too large for a number is text, `undefined` and infinities are null. */
const plain = (_: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") }
  if (typeof value === "bigint") return value.toString()
  return value === undefined ? null : value
}

/** JSON of which a terminal, too, does nothing but show it. In one line, unless it has an indent. */
export const safeJson = (value: unknown, indent = 0): string =>
  // Between its texts JSON has no such characters but the ends of lines.
  JSON.stringify(value, plain, indent).split("\n").map((line) => line.replace(unsafe, escaped)).join("\n")
