/**
 * The little XML that S3 speaks.
 */

/** What an element has: a text, or elements. One of no use is left out. */
type Content = string | number | boolean | ReadonlyArray<Element | undefined>

/** An element: its name, and what it has. */
export type Element = readonly [name: string, content: Content]

const escapes: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;" }

// Control characters are in no XML, but S3 writes them so.
const escape = (text: string): string =>
  text.replace(/[<>&"]/g, (char) => escapes[char] ?? char)
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f]/g, (char) => `&#x${char.charCodeAt(0).toString(16)};`)

const write = ([name, content]: Element): string =>
  `<${name}>${
    typeof content === "object"
      ? content.map((each) => each === undefined ? "" : write(each)).join("")
      : escape(String(content))
  }</${name}>`

/** A document. */
export const toXml = (root: Element): string => `<?xml version="1.0" encoding="UTF-8"?>\n${write(root)}`

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: "\"", apos: "'" }

const unescape = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (all, hex: string | undefined, decimal: string | undefined, name: string | undefined) =>
      name === undefined
        ? String.fromCodePoint(Number.parseInt(hex ?? decimal ?? "", hex === undefined ? 10 : 16))
        : entities[name] ?? all
  )

/** What stands in all elements of a name, elements in it included. */
export const elementsIn = (document: string, name: string): ReadonlyArray<string> =>
  Array.from(document.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, "gs")), ([, inner = ""]) => inner)

/** The text of the first element of a name. */
export const textIn = (document: string, name: string): string | undefined => {
  const [first] = elementsIn(document, name)
  return first === undefined ? undefined : unescape(first)
}
