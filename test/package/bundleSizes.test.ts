/**
 * What the parts of the package weigh in a bundle, held to what bench/results/sizes.md publishes.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { bundledBytes } from "../../bench/sizes/bundle.js"
import manifest from "../../package.json" with { type: "json" }

const root = fileURLToPath(new URL("../..", import.meta.url))

const sizes: { readonly rows: ReadonlyArray<{ readonly entryPoint: string; readonly alone: number }> } = JSON.parse(
  readFileSync(new URL("../../bench/results/sizes.json", import.meta.url), "utf8")
)

const published = new Map(sizes.rows.map(({ alone, entryPoint }) => [entryPoint, alone]))

describe("a bundle", () => {
  for (const path of Object.keys(manifest.exports).filter((path) => path !== "./package.json")) {
    const entryPoint = path.replace(/^\./, manifest.name)
    it(`of ${entryPoint} weighs what is published, and at most a tenth more`, async () => {
      const bytes = await bundledBytes(root, entryPoint, "alone")
      assert.isAtMost(bytes, (published.get(entryPoint) ?? 0) * 1.1, "npm run bench -- --only sizes measures them anew")
    })
  }
})
