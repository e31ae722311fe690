/**
 * Text that fits into a message.
 */

/** @since 0.1.0 */
export { cutText as shortText, longestMessage } from "../../Cache/printing/cutText.js"

/** A text that is told by its end, such as a path of names, cut where it is longer than a message bears. */
export const shortEnd = (text: string, longest: number): string =>
  text.length > longest ? `...${text.slice(text.length - longest + 3)}` : text

/** What was thrown, by the name of its class alone: its message may show what it was thrown at. */
export const classOf = (thrown: unknown): string => {
  try {
    const name: unknown = typeof thrown === "object" && thrown !== null ? thrown.constructor.name : undefined
    return typeof name === "string" && /^[\w$]{1,60}$/.test(name) ? name : `a ${typeof thrown}`
  } catch {
    return "something without a class"
  }
}
