import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")

const page = read("docs/troubleshooting.md")
const words = page.replaceAll(/\s+/g, " ")

/** The sources without their comments. */
const sources = readdirSync(join(root, "src"), { encoding: "utf8", recursive: true })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: read(`src/${name}`).replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "") }))

/** What the texts in a piece of code say, without what is filled in. */
const literals = (code: string): ReadonlyArray<string> =>
  Array.from(code.matchAll(/`(?:\$\{(?:[^{}`]|\{[^}]*\})*\}|[^`])*`|"(?:[^"\\]|\\.)*"/g), ([text]) => text.slice(1, -1))
    .flatMap((text) => text.split(/\$\{(?:[^{}]|\{[^}]*\})*\}/))
    .map((text) => text.replaceAll("\\\"", "\"").replaceAll(/\s+/g, " ").replace(/^[ .:]+/, "").trim())
    // What is left of a text within a text.
    .filter((text) => !text.includes("${"))

/** The longest text in a piece of code. */
const mainText = (code: string): string =>
  literals(code).reduce((longest, text) => text.length > longest.length ? text : longest, "")

const found = (pattern: RegExp): ReadonlyArray<readonly [name: string, text: string]> =>
  sources.flatMap(({ name, text }) =>
    Array.from(text.matchAll(pattern), ([, code = ""]) => [name, mainText(code)] as const)
  ).filter(([, text]) => text.length > 3)

describe("docs/troubleshooting.md", () => {
  it("has a heading or a paragraph for each error", () => {
    const tags = Array.from(
      read("docs/errors.md").matchAll(/^\| \d{3} +\|(.*)\|$/gm),
      ([, cells = ""]) => Array.from(cells.matchAll(/`(\w+)`/g), ([, tag = ""]) => tag)
    ).flat()
    assert.isAbove(tags.length, 20)
    const headings = Array.from(page.matchAll(/^### (.*)$/gm), ([, heading]) => heading).join("\n")
    assert.deepStrictEqual(tags.filter((tag) => !headings.includes(`\`${tag}\``)), [])
  })

  it("says what to do for each reason", () => {
    const reasons = sources.flatMap(({ text }) =>
      Array.from(
        text.matchAll(/export type \w*(?<!Removal|Release)Reason =([^]*?)\n(?=\n|export|\/)/g),
        ([, union = ""]) => Array.from(union.matchAll(/"(\w+)"/g), ([, reason = ""]) => reason)
      ).flat()
    )
    assert.isAbove(reasons.length, 50)
    assert.deepStrictEqual(reasons.filter((reason) => !page.includes(`| \`${reason}\``)), [])
  })

  it("has the words of each error's message", () => {
    const messages = found(/override get message\(\): string \{([^]*?)\n {2}\}\n/g)
    assert.isAbove(messages.length, 15)
    assert.deepStrictEqual(messages.filter(([, text]) => !words.includes(text)), [])
  })

  it("has the words of each line of the log, and of each warning of Node", () => {
    const lines = [
      ...found(/Effect\.log(?:Warning|Error|Info)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)/g),
      ...found(/const \w*Warning =((?:.|\n {2,})*)/g),
      ...found(/\w*[wW]arnings\.failed\(\(\) => (`[^`]*`)/g)
    ]
    assert.isAbove(lines.length, 15)
    assert.deepStrictEqual(lines.filter(([, text]) => !words.includes(text)), [])
  })
})
