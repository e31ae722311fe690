/**
 * Makes the sources and tests for Effect 4 of those for Effect 3: `build/effect4/{src,test}`. What `seam` has takes the
 * place of what is in `src/effect`, and what `test` has that of what is in the repository's `test`. To be run where
 * `build/effect4` has its packages. It fails at each name that there is no rule for, and is not in Effect 4.
 */
import { existsSync } from "node:fs"
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { root, runMain } from "../lib/run.mjs"
import { isIn, leftOut } from "./folders.mjs"
import { rewrite } from "./rewrite.mjs"

const built = join(root, "build", "effect4")
const { resolve } = createRequire(join(built, "package.json"))

const filesIn = async (folder) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1).replaceAll("\\", "/"))
    .sort()

const known = new Map()
/** The names that a module of Effect 4 exports, `undefined` when there is none. */
const exportsOf = async (module) => {
  if (!known.has(module)) {
    let path
    try {
      path = resolve(module)
    } catch {
      // There is none.
    }
    known.set(module, path === undefined ? undefined : new Set(Object.keys(await import(pathToFileURL(path).href))))
  }
  return known.get(module)
}

const missing = async ({ module, name }) => {
  if (module.startsWith("~/")) return undefined
  const names = await exportsOf(module)
  if (names === undefined) return `Effect 4 has no ${module}, which ${name} is of`
  return names.has(name) ? undefined : `Effect 4 has no ${name} in ${module}`
}

/** Writes what has changed only, so that compilers need not look at the rest again. */
const write = async (path, text) => {
  await mkdir(dirname(path), { recursive: true })
  if (!existsSync(path) || (await readFile(path, "utf8")) !== text) await writeFile(path, text)
}

const overrides = [
  { from: join(root, "scripts", "effect4", "seam"), to: "src/effect" },
  { from: join(root, "scripts", "effect4", "test"), to: "test" }
]

await runMain(async () => {
  const replaced = new Map()
  for (const { from, to } of overrides) {
    for (const path of await filesIn(from)) replaced.set(`${to}/${path}`, join(from, path))
  }
  const problems = []
  const made = new Set(replaced.keys())
  let later = 0
  const out = leftOut()
  for (const folder of ["src", "test"]) {
    for (const file of await filesIn(join(root, folder))) {
      const path = `${folder}/${file}`
      if (replaced.has(path) || /needsEffect3\.ts$|tsconfig[^/]*\.json$/.test(path)) continue
      made.add(path)
      const text = await readFile(join(root, path), "utf8").catch(() => undefined)
      if (!path.endsWith(".ts")) {
        await mkdir(dirname(join(built, path)), { recursive: true })
        await cp(join(root, path), join(built, path))
        continue
      }
      const made4 = rewrite(path, text)
      await write(join(built, path), made4.text)
      const found = [...made4.problems]
      for (const use of made4.uses) {
        const message = await missing(use)
        if (message !== undefined) found.push({ at: use.at, message })
      }
      if (!isIn(path, out)) later += found.length
      else {
        problems.push(...found.map(({ at, message }) => `${path}:${text.slice(0, at).split("\n").length}: ${message}`))
      }
    }
  }
  for (const [path, from] of replaced) await write(join(built, path), await readFile(from, "utf8"))
  for (const folder of ["src", "test"]) {
    const stale = existsSync(join(built, folder)) ? await filesIn(join(built, folder)) : []
    for (const file of stale) if (!made.has(`${folder}/${file}`)) await rm(join(built, folder, file))
  }
  console.log(`${made.size} files for Effect 4; in what is not in yet, ${later} names have no rule`)
  if (problems.length > 0) throw new Error(problems.join("\n"))
})
