import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { pictures } from "../../bench/pictures/pictures.js"

const folder = new URL("../../docs/pictures/", import.meta.url)

const read = (path: string) => readFileSync(new URL(path, folder), "utf8")

describe("pictures of the documentation", () => {
  for (const { draw, name } of pictures) {
    it(`${name} is drawn from its data`, () => {
      assert.isTrue(
        read(`${name}.svg`) === draw(read(`data/${name}.json`)),
        `docs/pictures/${name}.svg is not the picture of its data any more: run npm run pictures -- --draw`
      )
    })
  }

  it("are all there is in their folders", () => {
    const names = pictures.map(({ name }) => name).sort()
    assert.deepStrictEqual(
      readdirSync(folder).filter((file) => file.endsWith(".svg")).sort(),
      names.map((name) => `${name}.svg`)
    )
    assert.deepStrictEqual(readdirSync(new URL("data/", folder)).sort(), names.map((name) => `${name}.json`))
  })

  it("come from data that are small", () => {
    for (const { name } of pictures) assert.isBelow(read(`data/${name}.json`).length, 20_000, name)
  })
})
