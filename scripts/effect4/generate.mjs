/**
 * Makes the repository for Effect 4 of that for Effect 3, in `build/effect4`. What `seam` has takes the place of what is in
 * `src/effect`, and what `test` has that of what is in the repository's `test`. To be run where `build/effect4` has its
 * packages. It fails at each name that there is no rule for, and is not in Effect 4.
 */
import { existsSync, statSync } from "node:fs"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { root, runMain } from "../lib/run.mjs"
import { copied, filesIn, folders, leftOut } from "./folders.mjs"
import { makeManifest } from "./makeManifest.mjs"
import { built } from "./makeRepository.mjs"
import { rewritePage } from "./pages.mjs"
import { rewrite } from "./rewrite.mjs"

const { resolve } = createRequire(join(built, "node_modules", "_"))

const known = new Map()
/** The names that a module of Effect 4 exports, `undefined` when there is none. */
const exportsOf = async (module) => {
  if (!known.has(module)) {
    let path
    try {
      // What is found further up is for Effect 3.
      const found = resolve(module)
      if (found.startsWith(built)) path = found
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

const made = new Set()
/** Writes what has changed only, so that compilers need not look at the rest again. */
const write = async (path, content) => {
  made.add(path)
  const file = join(built, path)
  const bytes = Buffer.from(content)
  if (existsSync(file) && bytes.equals(await readFile(file))) return
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`

/** Of projects of the compiler, what is there for Effect 4. */
const configurations = (out) => ({
  "tsconfig.base.json": (base) => ({
    ...base,
    compilerOptions: {
      ...base.compilerOptions,
      // What classes of Effect 4 have more is overridden by what those of Effect 3 did not have.
      noImplicitOverride: false,
      // What only is not needed any more is no fault of the sources.
      noUnusedLocals: false,
      // Packages of Effect 3's repository have one of their own.
      paths: { ...base.compilerOptions.paths, vitest: ["./node_modules/vitest/dist/index.d.ts"] }
    }
  }),
  "test/tsconfig.json": ({ include, ...rest }) => ({
    ...rest,
    include: include.filter((path) => !path.includes("vitest")),
    exclude: [
      ...rest.exclude,
      ...out.filter((path) => path.startsWith("test/")).map((path) => path.slice("test/".length))
    ]
  }),
  "demo/tsconfig.json": (project) => ({
    ...project,
    exclude: out.filter((path) => /^(demo|test)\//.test(path)).map((path) => `../${path}`)
  }),
  "examples/tsconfig.json": (project) => ({
    ...project,
    exclude: out.filter((path) => path.startsWith("examples/")).map((path) => `../${path}`)
  }),
  "package.json": makeManifest
})

await runMain(async () => {
  const out = leftOut()
  const replaced = new Map()
  for (const [name, to] of [["seam", "src/effect"], ["test", "test"], ["docs", "docs"]]) {
    const from = `scripts/effect4/${name}`
    for (const path of filesIn(from)) replaced.set(`${to}${path.slice(from.length)}`, path)
  }
  const changedBy = configurations(out)
  const problems = []
  const paths = [
    ...["package.json", "tsconfig.base.json", "tsconfig.json", "CHANGELOG.md", "README.md"],
    ...folders.flatMap((folder) => filesIn(folder)),
    ...copied.flatMap((path) => statSync(join(root, path)).isFile() ? [path] : filesIn(path))
  ]
  for (const path of paths) {
    if (
      replaced.has(path) || path === "src/effect/needsEffect3.ts" || (path.startsWith("src/") && out.includes(path))
    ) {
      continue
    }
    const content = await readFile(join(root, path))
    if (Object.hasOwn(changedBy, path)) await write(path, json(changedBy[path](JSON.parse(content))))
    else if (!/\.ts$|^(CHANGELOG|README|docs\/.*)\.md$/.test(path) || copied.some((one) => path.startsWith(one))) {
      await write(path, content)
    } else {
      const text = content.toString()
      const steps = []
      if (path.endsWith(".ts")) steps.push(rewrite(path, text))
      if (path.endsWith(".md") || path.startsWith("src/")) steps.push(rewritePage(path, steps[0]?.text ?? text))
      await write(path, steps.at(-1).text)
      if (out.includes(path)) continue
      const found = steps.flatMap((step) => step.problems)
      for (const use of steps.flatMap((step) => step.uses)) {
        const message = await missing(use)
        if (message !== undefined) found.push({ at: use.at, message })
      }
      problems.push(...found.map(({ at, message }) => `${path}:${text.slice(0, at).split("\n").length}: ${message}`))
    }
  }
  for (const [path, from] of replaced) await write(path, await readFile(join(root, from)))
  for (const folder of [...folders, "scripts", "site"]) {
    for (const path of existsSync(join(built, folder)) ? filesIn(folder, built) : []) {
      if (!made.has(path)) await rm(join(built, path))
    }
  }
  console.log(`${made.size} files for Effect 4`)
  if (problems.length > 50) problems.splice(50, problems.length, `and ${problems.length - 50} more`)
  if (problems.length > 0) throw new Error(problems.join("\n"))
})
