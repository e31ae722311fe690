/**
 * Compiles the package into `dist`, and puts together in two files what the dictionary without Effect is made of, and what
 * goes with it: Node takes half a millisecond for each file that it loads. The files themselves stay, and hand on what is in
 * these, so that there is one of everything, whichever entry point it came from. The declarations are without what is
 * marked `@internal`, which those in `build/src`, for the tests, have; packages that need not be installed are `any` in them
 * where they are not.
 *
 * `node scripts/build.mjs demo/tsconfig.json` compiles further projects along with it.
 */
import { build } from "esbuild"
import { readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { forgiveAbsentPeers } from "./lib/forgiveAbsentPeers.mjs"
import { root, runCompiler, runMain } from "./lib/run.mjs"
import { writeChanged } from "./lib/writeChanged.mjs"

/** The entry point, and its file, which takes each from where it is: the others would load one more for each. */
const face = { entryPoint: "src/Sync/index.ts", file: "dist/Sync/index.js" }

/**
 * What is put together: all that these load, and is in none before. Not in one, since what a file does when it is loaded,
 * bundlers keep, needed or not.
 */
const bundles = [
  { entryPoint: "src/Sync/SyncTtlDict.ts", file: "dist/core.js" },
  { entryPoint: face.entryPoint, file: "dist/measuring.js" }
]

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

/** The modules that a bundle of an entry point has something of, each with the names that it exports. */
const modulesOf = async (entryPoint) => {
  const { metafile } = await build({ ...settings, entryPoints: [entryPoint] })
  const paths = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)).sort()
  const each = await build({ ...settings, entryPoints: paths, outdir: "dist", outbase: "src" })
  const outputs = Object.values(each.metafile.outputs)
  return outputs.map(({ entryPoint: path, exports }) => ({ path, exports })).filter(({ exports }) => exports.length > 0)
}

const nameIn = (path, name) => `${path.replace(/^src\//, "").replace(/\.ts$/, "").replaceAll(/\W/g, "_")}_${name}`

const handOn = (names, from) => `export { ${names.join(", ")} } from ${JSON.stringify(from)}\n`

const compiledFrom = (path) => path.replace(/^src\//, "dist/").replace(/\.ts$/, ".js")

/** What a module exports, from the file that it was put into. */
const handedOn = ({ exports, file, path }, folder) => {
  const from = relative(folder, file).replaceAll("\\", "/")
  return handOn(exports.map((name) => `${nameIn(path, name)} as ${name}`), from.startsWith(".") ? from : `./${from}`)
}

/** Has modules loaded from the files that they were put into, by a file in this folder. */
const from = (modules, folder) => ({
  name: "put-together",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^\.{1,2}\/(core|measuring)\.js$/ }, ({ path }) => ({ path, external: true }))
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const module = modules.find((each) => join(root, each.path) === path)
      return module && { contents: handedOn(module, folder), resolveDir: root }
    })
  }
})

/** Puts modules together, but for those that were before; answers the files. */
const putTogether = async (modules, file, before) => {
  const contents = modules
    .map(({ exports, path }) => handOn(exports.map((name) => `${name} as ${nameIn(path, name)}`), `./${path}`))
    .join("")
  const { outputFiles } = await build({
    ...settings,
    stdin: { contents, resolveDir: root, sourcefile: "all.ts" },
    outfile: file,
    plugins: [from(before, dirname(file))],
    sourcemap: true,
    sourcesContent: false
  })
  return outputFiles
}

// What one of them handed on last time, it may not any more; tsc writes a file anew only where its source has changed.
const compileAnewAfter = async (paths) => {
  const before = JSON.parse(await readFile(join(root, noted), "utf8").catch(() => "[]"))
  if (before.some((path) => !paths.includes(path))) await rm(join(root, compiled), { force: true })
}

await runMain(async () => {
  const modules = []
  const outputs = []
  for (const { entryPoint, file } of bundles) {
    const isNew = ({ path }) => path !== face.entryPoint && !modules.some((module) => module.path === path)
    const more = (await modulesOf(entryPoint)).filter(isNew)
    outputs.push(...await putTogether(more, file, modules))
    modules.push(...more.map((module) => ({ ...module, file })))
  }
  const { entryPoint, file } = face
  const plugins = [from(modules, dirname(file))]
  outputs.push(...(await build({ ...settings, entryPoints: [entryPoint], outfile: file, plugins })).outputFiles)
  const paths = [...modules.map(({ path }) => path), entryPoint]
  await compileAnewAfter(paths)
  await runCompiler(["-b", "src/tsconfig.build.json", ...process.argv.slice(2)])
  await forgiveAbsentPeers()
  await writeFile(join(root, noted), JSON.stringify(paths))
  await Promise.all(outputs.map(({ path, text }) => writeChanged(path, text)))
  await Promise.all(modules.map(async (module) => {
    const path = compiledFrom(module.path)
    await writeChanged(join(root, path), handedOn(module, dirname(path)))
  }))
  await Promise.all(paths.map((path) => rm(join(root, `${compiledFrom(path)}.map`), { force: true })))
})
