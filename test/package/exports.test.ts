/**
 * The entry points in package.json, and what else has to name them.
 */
import { assert, describe, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import manifest from "../../package.json" with { type: "json" }
import settings from "../../tsconfig.base.json" with { type: "json" }

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** By entry point, the source that it is compiled from. */
const sources = new Map(
  Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [[path, target.types.replace(/^\.\/dist\/(.+)\.d\.ts$/, "./src/$1.ts")] as const]
  )
)

describe("an entry point", () => {
  it("has declarations and code of one source", () => {
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (typeof target === "string") continue
      assert.strictEqual(target.types.replace(/\.d\.ts$/, ".js"), target.default, path)
      assert.isTrue(existsSync(fromRoot(sources.get(path) ?? "")), path)
    }
  })

  it("is found by the compiler in the sources", () => {
    const paths = [...sources].map(([path, source]) => [path.replace(/^\./, manifest.name), [source]])
    const exchanged = Object.entries(manifest.imports).map((
      [name, target]
    ) => [name, [target.default.replace(/^\.\/dist\/(.+)\.js$/, "./src/$1.ts")]])
    assert.deepStrictEqual<unknown>(settings.compilerOptions.paths, Object.fromEntries([...exchanged, ...paths]))
  })

  it("is found by compilers that do not read the entry points", () => {
    const types = Object.entries(manifest.exports).flatMap(([path, target]) =>
      typeof target === "string" || path === "." ? [] : [[path.slice(2), [target.types]] as const]
    )
    assert.deepStrictEqual<unknown>(manifest.typesVersions, { "*": Object.fromEntries(types) })
    assert.deepStrictEqual([manifest.types, manifest.main], Object.values(manifest.exports["."]))
  })

  it("is there for each namespace, so that what is in it has a name that declarations can give it", async () => {
    for (const [path, source] of sources) {
      const text = await readFile(fromRoot(source), "utf8")
      const folder = source.slice(0, source.lastIndexOf("/"))
      for (const [, name, from] of text.matchAll(/^export \* as (\w+) from "(.+)\.js"$/gm)) {
        const inner = new URL(`${from}.ts`, `file://${folder.slice(1)}/`).pathname
        assert.strictEqual(sources.get(`${path}/${name}`), `.${inner}`)
      }
    }
  })
})
