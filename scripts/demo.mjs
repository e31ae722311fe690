/**
 * Runs the demo, from the sources: they are put together in a second, and their types are checked elsewhere.
 */
import { build, stop } from "esbuild"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./lib/run.mjs"

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
