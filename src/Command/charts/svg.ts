/**
 * SVG as text.
 */
import { type Size, sizes, styleSheet } from "./colours.js"

type Attributes = Readonly<Record<string, string | number | undefined>>

/** A text as content, or as the value of an attribute. */
export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

/** A number as it is written in SVG: one digit behind the point is finer than any eye. */
export const number = (value: number): string => String(Number(value.toFixed(1)))

/** An element. */
export const element = (name: string, attributes: Attributes, content = ""): string => {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? number(value) : escape(String(value))}"`)
    .join("")
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`
}

/** A line of text. */
export const text = (content: string, attributes: Attributes): string => element("text", attributes, escape(content))

const narrow = new Set("ijltf.,:;'|!()[] I")
const wide = new Set("mwMWQO@%")

/** About how wide a text is, at the largest that its letters are shown, in a font that is rather wide. */
export const widthOf = (content: string, size: Size): number =>
  sizes[size].phone * (size === "title" ? 1.18 : 1.06) *
  [...content].reduce((sum, each) => sum + (narrow.has(each) ? 0.31 : wide.has(each) ? 0.88 : 0.57), 0)

/** Breaks a text into lines that are not wider than this. */
export const wrap = (content: string, size: Size, width: number): Array<string> => {
  const lines: Array<string> = []
  for (const word of content.split(" ")) {
    const line = lines.at(-1)
    const longer = `${line} ${word}`
    if (line !== undefined && widthOf(longer, size) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

/** Lines of text, one below the other, and how far down they reach. */
export const paragraph = (
  content: string | undefined,
  size: Size,
  colour: string,
  { width, x, y }: { readonly x: number; readonly y: number; readonly width: number }
): { readonly parts: Array<string>; readonly bottom: number } => {
  if (content === undefined) return { parts: [], bottom: y }
  const height = sizes[size].phone * 1.2
  const lines = wrap(content, size, width)
  return {
    parts: lines.map((line, at) => text(line, { class: `${size} ${colour}`, x, y: y + height * (at + 0.8) })),
    bottom: y + height * lines.length + 4
  }
}

/** A whole picture, with its style sheet, on ground of its own. */
export const picture = (
  { alt, height, width }: { readonly alt: string; readonly width: number; readonly height: number },
  parts: ReadonlyArray<string>
): string => {
  const content = [
    `<style>${styleSheet}</style>`,
    element("rect", { class: "paper", width, height, rx: 8 }),
    ...parts
  ]
  return `${
    element("svg", {
      xmlns: "http://www.w3.org/2000/svg",
      class: "chart",
      width,
      height: Math.ceil(height),
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      role: "img",
      "aria-label": alt
    }, `\n${content.join("\n")}\n`)
  }\n`
}
