import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8")

/** The tables of the page: whose behaviour, in which file the tests are, and the rows. */
const tables = read("docs/coming-from.md").split(/^## /m).slice(1).map((section) => ({
  title: section.split("\n")[0]?.replaceAll("`", "") ?? "",
  file: /^The tests: `(.+)`\.$/m.exec(section)?.[1] ?? "",
  rows: section.split("\n").filter((line) => line.startsWith("| ")).slice(1)
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, behaviour = ""]) => !/^-+$/.test(behaviour))
}))

const titlesIn = (text: string) => [...text.matchAll(/\bit(?:\.\w+)?\("([^"]+)"/g)].map(([, title = ""]) => title)

/** The tests of one `describe`, by its title; those of the whole file, if none has it. */
const titlesOf = (file: string, title: string) => {
  const text = read(file)
  const part = text.split(/^describe\(/m).find((part) => part.startsWith(`"${title}"`))
  return titlesIn(part ?? text)
}

describe("docs/coming-from.md", () => {
  it("has a table of each", () => {
    assert.deepStrictEqual(tables.map(({ title }) => title), [
      "Effect's Cache",
      "Effect's ScopedCache",
      "Effect's RcMap",
      "Effect's KeyValueStore",
      "Effect's PersistedCache",
      "lru-cache",
      "Keyv"
    ])
    for (const { rows } of tables) assert.isAtLeast(rows.length, 5)
  })

  for (const { file, rows, title } of tables) {
    it(`every row of ${title} is a test, and says how it compares`, () => {
      const titles = titlesOf(file, title)
      for (const [, behaviour = "", verdict, remark] of rows) {
        assert.include(titles, behaviour)
        assert.include(["same", "better", "different"], verdict)
        if (verdict !== "same") assert.notStrictEqual(remark, "", behaviour)
      }
      // Storages have more tests than behaviours to compare.
      if (title !== "Keyv") assert.sameMembers(titles, rows.map(([, behaviour]) => behaviour))
    })
  }
})
