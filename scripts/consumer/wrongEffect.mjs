/**
 * What users see who have installed the other Effect against what npm says.
 *
 * Of ES modules nothing runs before all that they import is found, so no line of the package can be printed: what it can do
 * is that the path in Node's own line says what is needed. (Entry points that are one namespace import modules that
 * the other Effect lacks themselves, and are told of by Node before 24 by their own path.)
 */
import { mkdir, readFile, symlink } from "node:fs/promises"
import { dirname, join } from "node:path"
import { root, run } from "../lib/run.mjs"

const { sideEffects } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
const isFor4 = sideEffects.some((path) => path.endsWith("/needsEffect4.js"))

/** As a package beside the right one. */
export const wrongEffect = `other-effect@npm:effect@${isFor4 ? "3.22.4" : "4.1.0"}`

const linked = {
  effect: "other-effect",
  "effect-aws-cache": "effect-aws-cache",
  ...(isFor4 ? {} : { "@effect/platform": "@effect/platform" })
}

const told = isFor4
  ? /^Package subpath '\.\/Version' is not defined by "exports" in \S*\/effect\/package\.json imported from \S*\/needsEffect4\.js$/
  : /^Cannot find module '[^']*\/effect\/dist\/ModuleVersion\.js' imported from \S*\/needsEffect3\.js$/

/** Imports every entry point that is a part of the package, on every Node, with the packages of the project `full`. */
export const importWithWrongEffect = async (folder, full, nodes, entryPoints) => {
  for (const [name, target] of Object.entries(linked)) {
    const link = join(folder, "node_modules", name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(full, "node_modules", target), link)
  }
  const parts = entryPoints.filter((name) => name.split("/").length <= 2)
  const program = `
    const lines = []
    for (const name of ${JSON.stringify(parts)}) {
      lines.push([name, await import(name).then(() => "it loads", (error) => error.message)])
    }
    console.log(JSON.stringify(lines))
  `
  for (const { command, name: node } of nodes) {
    const args = ["--preserve-symlinks", "--preserve-symlinks-main", "--input-type=module", "--eval", program]
    const lines = JSON.parse(await run(command, args, { cwd: folder, clean: true, capture: true }))
    for (const [name, line] of lines) {
      const isRight = name === "effect-aws-cache/Sync" ? line === "it loads" : told.test(line)
      if (!isRight) throw new Error(`${name} with ${wrongEffect}, on ${node}: ${line}`)
    }
  }
}
