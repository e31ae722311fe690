/** What of the repository is made for Effect 4, and what of that is left out. */
import { readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { root } from "../lib/run.mjs"
import { files } from "./differences.mjs"

/** Rewritten. */
export const folders = ["src", "bench", "demo", "docs", "examples", "test"]

/** Copied: what tests start, and what is in the package. */
export const copied = [
  "bench/results",
  "dashboards",
  "scripts/build.mjs",
  "scripts/check-docs.mjs",
  "scripts/check-package.mjs",
  "scripts/consumer",
  "scripts/demo.mjs",
  "scripts/lib",
  "scripts/make-dashboards.mjs",
  "scripts/test-s3.mjs",
  "site",
  ...["CONTRIBUTING.md", "LICENSE", "LICENSE-Apache-2.0", "NOTICE", "SECURITY.md"]
]

/** The files in a folder of the repository, by their paths from the root, with slashes. */
export const filesIn = (folder, from = root) =>
  readdirSync(join(from, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(from.length + 1).replaceAll("\\", "/"))
    .sort()

/** What is left out: what is named as a difference, by file or by folder, and all that uses it. */
export const leftOut = () => {
  const all = folders.flatMap((folder) => filesIn(folder)).filter((path) => path.endsWith(".ts"))
  const named = Object.keys(files)
  const out = new Set(all.filter((path) => named.some((name) => path === name || path.startsWith(`${name}/`))))
  const { exports, name: self } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const sourceOf = (name) =>
    exports[name.replace(self, ".")]?.default?.replace(/^\.\/dist\/(.+)\.js$/, "src/$1.ts") ?? name
  const imported = new Map(all.map((path) => [
    path,
    [...readFileSync(join(root, path), "utf8").matchAll(/(?:from|import) "([^"]+)"/g)].map(([, name]) =>
      name.startsWith(".") ? posix.join(posix.dirname(path), name).replace(/\.js$/, ".ts") : sourceOf(name)
    )
  ]))
  for (let before = -1; before < out.size;) {
    before = out.size
    for (const [path, names] of imported) if (names.some((name) => out.has(name))) out.add(path)
  }
  return [...out].sort()
}
