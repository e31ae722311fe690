/**
 * Colours, where there are some.
 */

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39]
} as const

/** A colour, or another way to stand out. */
export type Colour = keyof typeof codes

/** Colours a text. */
export type Paint = (colour: Colour, text: string) => string

/** Does, or leaves texts as they are. */
export const paintIf = (colours: boolean): Paint => (colour, text) => {
  const [on, off] = codes[colour]
  return colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text
}

/** Whether what goes to a stream is coloured: see <https://no-color.org> and <https://force-color.org>. */
export const hasColours = (isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean => {
  if ((environment["NO_COLOR"] ?? "") !== "") return false
  const forced = environment["FORCE_COLOR"]
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false"
  return isTerminal && environment["TERM"] !== "dumb"
}

// oxlint-disable-next-line no-control-regex
const painted = /\u001b\[\d+m/g

/** How many columns a text takes: colours none, wide characters two. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const character of text.replace(painted, "")) width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1
  return width
}

const isWide = (point: number): boolean =>
  point >= 0x1100 && (
    point <= 0x115f || (point >= 0x2e80 && point <= 0xa4cf) || (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) || (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) || (point >= 0xffe0 && point <= 0xffe6) || point >= 0x1f300
  )
