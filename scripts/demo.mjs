/**
 * Runs the demo, from the sources: they are put together in a second, and their types are checked elsewhere.
 * `--effect 4` runs it on Effect 4; the other arguments are the demo's.
 */
import { build, stop } from "esbuild"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root, run, runMain } from "./lib/run.mjs"

const effect = process.argv.indexOf("--effect")
const [, major] = effect < 0 ? [] : process.argv.splice(effect, 2)
if (major === "4") {
  await runMain(async () => {
    const { built, makeRepository } = await import("./effect4/makeRepository.mjs")
    const node = await makeRepository()
    await run(node, ["--no-warnings", join(built, "scripts", "demo.mjs"), ...process.argv.slice(2)], { cwd: built })
  })
  process.exit()
}
if (effect >= 0 && major !== "3") throw new Error("--effect is 3 or 4")

const { exports, imports, name } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))

/** The source of an entry point of this package, or of what it imports of itself by a name. */
const sourceOf = (path) => {
  const target = (imports[path] ?? exports[path.replace(name, ".")])?.default
  return target && join(root, target.replace(/^\.\/dist\/(.+)\.js$/, "src/$1.ts"))
}

const fromSources = {
  name: "from-sources",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ kind, path }) => {
      if (kind === "entry-point") return undefined
      const source = sourceOf(path)
      return source === undefined ? { external: true } : { path: source }
    })
  }
}

const outdir = join(root, "build", "demo-bundle")
await build({
  absWorkingDir: root,
  entryPoints: ["demo/main.ts", "demo/worker.ts"],
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  plugins: [fromSources]
})
await stop()
await import(pathToFileURL(join(outdir, "main.js")).href)
