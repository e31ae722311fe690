/**
 * What users see who have installed Effect 4 against what npm says.
 *
 * Of ES modules nothing runs before all that they import is found, so no line of the package can be printed: what it can do
 * is that the path in Node's own line says what is needed. (Entry points that are one namespace import modules that
 * Effect 4 lacks themselves, and are told of by Node before 24 by their own path.)
 */
import { mkdir, symlink } from "node:fs/promises"
import { dirname, join } from "node:path"
import { run } from "../lib/run.mjs"

/** As a package beside the right one. */
export const wrongEffect = "effect-4@npm:effect@4.1.0"

const linked = { effect: "effect-4", "effect-aws-cache": "effect-aws-cache", "@effect/platform": "@effect/platform" }

const told = /^Cannot find module '[^']*\/effect\/dist\/ModuleVersion\.js' imported from \S*\/needsEffect3\.js$/

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
      if (!isRight) throw new Error(`${name} with Effect 4, on ${node}: ${line}`)
    }
  }
}
