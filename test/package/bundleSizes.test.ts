/**
 * What the parts of the package weigh in a bundle, held to what bench/results/sizes.md publishes.
 */
import { assert, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { bundledBytes, peers } from "../../bench/sizes/bundle.js"
import manifest from "../../package.json" with { type: "json" }

const root = fileURLToPath(new URL("../..", import.meta.url))

const sizes: { readonly rows: ReadonlyArray<{ readonly entryPoint: string; readonly alone: number }> } = JSON.parse(
  readFileSync(new URL("../../bench/results/sizes.json", import.meta.url), "utf8")
)

const published = new Map(sizes.rows.map(({ alone, entryPoint }) => [entryPoint, alone]))

const lruOnly = "effect-aws-cache-lru-only"

describe("a bundle", () => {
  for (const path of Object.keys(manifest.exports).filter((path) => path !== "./package.json")) {
    const entryPoint = path.replace(/^\./, manifest.name)
    it(`of ${entryPoint} weighs what is published, and at most a tenth more`, async () => {
      const bytes = await bundledBytes(root, entryPoint, "alone")
      assert.isAtMost(bytes, (published.get(entryPoint) ?? 0) * 1.1, "npm run bench -- --only sizes measures them anew")
    })
  }

  it("has what is for tests only where that is asked for", async () => {
    const filesIn = async (entryPoints: ReadonlyArray<string>) => {
      const { metafile } = await build({
        stdin: { contents: entryPoints.map((path) => `import ${JSON.stringify(path)}`).join("\n"), resolveDir: root },
        bundle: true,
        format: "esm",
        platform: "node",
        external: peers,
        tsconfigRaw: "{}",
        metafile: true,
        write: false
      })
      return Object.keys(metafile.inputs).filter((path) => /^dist\/testing/i.test(path))
    }
    const all = Object.keys(manifest.exports)
      .filter((path) => path !== "./package.json")
      .map((path) => path.replace(/^\./, manifest.name))
    const others = all.filter((path) => path !== `${manifest.name}/testing`)
    assert.isAbove((await filesIn(all)).length, 0)
    assert.deepStrictEqual(await filesIn(others), [])
  })

  it(`has no policy but LRU under the condition ${lruOnly}, and saves five kilobytes and more`, async () => {
    const { outputFiles: [output] } = await build({
      stdin: { contents: `export { Store } from "effect-aws-cache/Cache"`, resolveDir: root },
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: [lruOnly],
      external: peers,
      tsconfigRaw: "{}",
      write: false
    })
    // Policies are classes, and a bundle that is not minified has their names.
    const files = readdirSync(new URL("../../src/Cache/engine/policies", import.meta.url))
    const names = files.flatMap((file) => /^([A-Z]\w+)\.ts$/.exec(file)?.[1] ?? [])
    assert.include(names, "WTinyLfu")
    assert.deepStrictEqual(names.filter((name) => new RegExp(`\\b${name} = class`).test(output?.text ?? "")), ["Lru"])
    const [all, one] = await Promise.all(
      [[], [lruOnly]].map((conditions) => bundledBytes(root, "effect-aws-cache/Cache/Store", "alone", conditions))
    )
    assert.isAtMost(one ?? 0, (all ?? 0) - 5000)
  })

  it(`says under the condition ${lruOnly} why there is no other policy`, async () => {
    const program = `
      import { BoundedMap } from "effect-aws-cache/Cache"
      const outcomes = ["LRU", "GDSF"].map((evictionPolicy) => {
        try {
          return new BoundedMap({ evictionPolicy }).set("key", 1, 0)
        } catch (error) {
          return error.message
        }
      })
      console.log(JSON.stringify(outcomes))
    `
    const options = ["--conditions", lruOnly, "--input-type=module", "--eval", program]
    const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: root })
    assert.deepStrictEqual(JSON.parse(stdout), [
      "inserted",
      `evictionPolicy is "GDSF", but must be "LRU", as long as the program is bundled or run with the condition ${lruOnly}`
    ])
  })
})
