/**
 * Compiles the package into `dist`, and puts together in one file what the dictionary without Effect is made of: Node takes
 * half a millisecond for each file that it loads. The files themselves stay, and hand on what is in it, so that there is
 * one of everything, whichever entry point it came from.
 *
 * `node scripts/build.mjs tsconfig.demo.json` compiles further projects along with it.
 */
import { build } from "esbuild"
import { readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { root, run, runMain } from "./lib/run.mjs"

/** What is put together: all that this loads. */
const entryPoint = "src/Sync/index.ts"
const bundled = "dist/core.js"

/** Which sources were put together last, and what tsc knows of what it has compiled. */
const noted = "build/.tsbuildinfo/core.json"
const compiled = "build/.tsbuildinfo/build.tsbuildinfo"

const settings = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  logLevel: "warning",
  metafile: true,
  write: false
}

/** The modules that a bundle has something of, each with the names that it exports. */
const modulesOf = async () => {
  const { metafile } = await build({ ...settings, entryPoints: [entryPoint] })
  const paths = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)).sort()
  const each = await build({ ...settings, entryPoints: paths, outdir: "dist", outbase: "src" })
  const outputs = Object.values(each.metafile.outputs)
  return outputs.map(({ entryPoint: path, exports }) => ({ path, exports })).filter(({ exports }) => exports.length > 0)
}

const nameIn = (path, name) => `${path.replace(/^src\//, "").replace(/\.ts$/, "").replaceAll(/\W/g, "_")}_${name}`

// Somebody may be reading it.
const writeChanged = async (path, text) => {
  if (await readFile(path, "utf8").catch(() => undefined) !== text) await writeFile(path, text)
}

const handOn = (names, from) => `export { ${names.join(", ")} } from ${JSON.stringify(from)}\n`

// What one of them handed on last time, it may not any more; tsc writes a file anew only where its source has changed.
const compileAnewAfter = async (paths) => {
  const before = JSON.parse(await readFile(join(root, noted), "utf8").catch(() => "[]"))
  if (before.some((path) => !paths.includes(path))) await rm(join(root, compiled), { force: true })
}

await runMain(async () => {
  const modules = await modulesOf()
  const paths = modules.map(({ path }) => path)
  await compileAnewAfter(paths)
  await run("tsc", ["-b", "tsconfig.build.json", ...process.argv.slice(2)])
  const contents = modules
    .map(({ exports, path }) => handOn(exports.map((name) => `${name} as ${nameIn(path, name)}`), `./${path}`))
    .join("")
  const { outputFiles } = await build({
    ...settings,
    stdin: { contents, resolveDir: root, sourcefile: "core.ts" },
    outfile: bundled,
    sourcemap: true,
    sourcesContent: false
  })
  await writeFile(join(root, noted), JSON.stringify(paths))
  await Promise.all(outputFiles.map(({ path, text }) => writeChanged(path, text)))
  await Promise.all(modules.map(async ({ exports, path }) => {
    const file = path.replace(/^src\//, "dist/").replace(/\.ts$/, ".js")
    const core = relative(dirname(file), bundled).replaceAll("\\", "/")
    const from = core.startsWith(".") ? core : `./${core}`
    await writeChanged(join(root, file), handOn(exports.map((name) => `${nameIn(path, name)} as ${name}`), from))
    await rm(join(root, `${file}.map`), { force: true })
  }))
})
