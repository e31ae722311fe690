import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")

const pages = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"],
  ...["docs", "bench/results"].flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: "utf8", recursive: true })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`)
  )
]

/** A page without its blocks of code. */
const proseOf = (page: string): string => read(page).replaceAll(/^( *)(`{3,}|~{3,})[^]*?^\1\2 *$/gm, "")

/** What a page links to, but for other sites. */
const linksOf = (page: string): ReadonlyArray<string> =>
  Array.from(proseOf(page).matchAll(/\]\(([^()\s]+)\)/g), ([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))

/** What GitHub makes of the headings of a page, for links to them. */
const anchorsOf = (page: string): ReadonlyArray<string> =>
  Array.from(
    proseOf(page).matchAll(/^#+ (.*)$/gm),
    ([, heading = ""]) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  )

const leadsNowhere = (page: string) => (link: string): boolean => {
  const [file = "", anchor] = link.split("#")
  const target = file === "" ? page : join(dirname(page), file)
  if (!existsSync(join(root, target))) return true
  return anchor !== undefined && !anchorsOf(target).includes(anchor)
}

const architecture = proseOf("docs/architecture.md")

/** The words in backticks of a text. */
const namesIn = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/`([^`]+)`/g), ([, code = ""]) => code).flatMap((code) => code.split(" "))

const isFile = (name: string): boolean => /\.(?:ts|mjs|json|md|svg)$/.test(name) || name.startsWith("src/")

/** Where the file is that the page names: from `src` on, or from the root. */
const placeOf = (name: string): string | undefined => [`src/${name}`, name].find((path) => existsSync(join(root, path)))

/** The steps of the journeys and the rows of the tables, those with a file in them. */
const parts = architecture
  .split(/\n(?=\d+\. |\| |\n|#)/)
  .map((text) => ({ text: text.trim(), files: namesIn(text).filter(isFile) }))
  .filter(({ files, text }) => /^(?:\d+\.|\|) /.test(text) && files.length > 0)

describe("the documentation", () => {
  for (const page of pages) {
    it(`${page} links to what is there`, () => {
      assert.deepStrictEqual(linksOf(page).filter(leadsNowhere(page)), [])
    })
  }
})

describe("docs/architecture.md", () => {
  it("names files that are there", () => {
    const files = namesIn(architecture).filter(isFile)
    assert.isAbove(files.length, 60)
    assert.deepStrictEqual(files.filter((name) => placeOf(name) === undefined), [])
  })

  it("names, beside files, what is in them", () => {
    assert.isAbove(parts.length, 40)
    for (const { files, text } of parts) {
      const sources = files.flatMap((name) => placeOf(name) ?? []).map(read).join("\n")
      const words = namesIn(text).filter((name) => !isFile(name)).flatMap((name) => name.match(/^[A-Za-z]\w*/) ?? [])
      const unknown = words.filter((word) => !new RegExp(`\\b${word}\\b`).test(sources))
      assert.deepStrictEqual(unknown, [], text)
    }
  })
})
