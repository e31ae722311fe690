/**
 * Text of which the end tells most, for a message.
 */

/** A text that is told by its end, such as a path of names, cut where it is longer than a message bears. */
export const cutStart = (text: string, longest: number): string =>
  text.length > longest ? `...${text.slice(text.length - longest + 3)}` : text
