/**
 * Compiles the package, and puts it together in a few files in `dist`: Node takes half a millisecond for each file that it
 * loads. Each entry point has a file of its own, which hands on what is in these, so that there is one of everything,
 * whichever entry point it came from. The declarations stay one for each source; they are without what is marked
 * `@internal`, which those in `build/src`, for the tests, have; packages that need not be installed are `any` in them where
 * they are not.
 *
 * `node scripts/build.mjs demo/tsconfig.json` compiles further projects along with it.
 */
import { build as buildWithEsbuild } from "esbuild"
import { readdir, readFile, rm } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path"
import { rollup } from "rollup"
import { forgiveAbsentPeers } from "./lib/forgiveAbsentPeers.mjs"
import { markPure } from "./lib/markPure.mjs"
import { root, runCompiler, runMain } from "./lib/run.mjs"
import { writeChanged } from "./lib/writeChanged.mjs"

/** Where the compiler puts what is put together here, and where that goes. */
const compiled = join(root, "build/compiled")
const dist = join(root, "dist")
const src = join(root, "src")

const { bin, exports, imports, peerDependencies, sideEffects } = JSON.parse(
  await readFile(join(root, "package.json"), "utf8")
)

const nameOf = (path) => path.replace(/^\.\/dist\//, "").replace(/\.js$/, "")

/** The sources of the entry points, by what users write for them. */
const entryPoints = new Map(
  Object.entries(exports).flatMap(([path, { default: file }]) => file === undefined ? [] : [[path, nameOf(file)]])
)
const names = [...entryPoints.values()]

const within = (namespace) => [...entryPoints].flatMap(([path, name]) => path.split("/")[1] === namespace ? [name] : [])

/** What the package imports of itself by a name, since a condition exchanges it. */
const exchanged = Object.values(imports).flatMap((targets) => Object.values(targets).map(nameOf))

/** The command, which is no entry point: what it has in common with them it takes from their files. */
const command = nameOf(Object.values(bin)[0])

/** A file that fails where another Effect is installed, and whose path is what is told then. */
const first = nameOf(sideEffects[0])

/** What a bundle may have without the rest: what a file does when it is loaded, bundlers keep, needed or not. */
const metrics = names.filter((name) => name.endsWith("Metrics"))
const schemas = within("ErrorSchemas")
const sizes = ["Cache/memory/ByteSize"]

/**
 * The files that others are put together in, and what each is for: all that one of these loads, or one of each list of them,
 * and that is in none before. What policies are made of is in the first.
 */
const parts = [
  ["core", ["Sync/SyncTtlDict"]],
  ["measuring", within("Sync")],
  ["metrics", metrics],
  ["common", within("Cache"), [...schemas, ...sizes]],
  ["errors", schemas, names.filter((name) => !schemas.includes(name))],
  ["sizes", sizes],
  ["cache", within("Cache")],
  ["ttl", within("Ttl")],
  ["clients", within("ClientLayer")],
  ["s3", within("S3Store")],
  ["schemas", schemas],
  ["effectAws", within("effect-aws")],
  ["keyv", within("keyv")],
  ["lambda", within("lambda")],
  ["testing", within("testing")]
]

/** What is compiled from a source goes by the name of that, what is not put together by that of its file. */
const sourceOf = (name) => join(src, `${name}.ts`)
const fileOf = (name) => join(src, `${name}.js`)
const entryOf = (name) => join(src, `${name}.entry.js`)
const nameOfPath = (path) => relative(src, path).replaceAll("\\", "/").replace(/(\.entry)?\.(js|ts)$/, "")

const isIndex = (name) => /(^|\/)index$/.test(name)

/** All that is loaded with a module, itself included. */
const reachOf = (id, getModuleInfo, reached = new Set()) => {
  const info = getModuleInfo(id)
  if (info === null || info.isExternal || reached.has(id)) return reached
  reached.add(id)
  for (const each of [...info.importedIds, ...info.dynamicallyImportedIds]) reachOf(each, getModuleInfo, reached)
  return reached
}

/** In which part each module is. */
const partition = (getModuleInfo) => {
  const reach = (roots) => roots.flatMap((name) => [...reachOf(sourceOf(name), getModuleInfo)])
  const published = new Set(reach(names))
  const partOf = new Map(reach(exchanged).flatMap((id) => published.has(id) ? [[id, parts[0][0]]] : []))
  for (const [part, roots, others = roots] of parts) {
    const alike = new Set(reach(others))
    for (const id of reach(roots)) if (alike.has(id) && !partOf.has(id)) partOf.set(id, part)
  }
  return partOf
}

/** What is a file of its own: what has to be, and namespaces, so that bundlers see what is used of them. */
const isApart = (name, importer) => name === first || (names.includes(name) && !isIndex(name) && isIndex(importer))

/**
 * Sources as they have been compiled, and of each entry point a file before it: of a package that is not there, or is another,
 * what an entry point imports itself would be told before what is imported first.
 */
const compiledSources = {
  name: "compiled-sources",
  resolveId: (source, importer) => {
    if (importer === undefined) return { id: source }
    if (!source.startsWith(".") && !isAbsolute(source)) return { id: source, external: true }
    const name = nameOfPath(resolve(dirname(importer), source))
    return isApart(name, nameOfPath(importer)) ? { id: fileOf(name), external: true } : { id: sourceOf(name) }
  },
  load: async (id) => {
    const name = nameOfPath(id)
    const code = await readFile(join(compiled, `${name}.js`), "utf8")
    if (id === entryOf(name)) {
      const imported = code.includes(`/${basename(first)}.js";`) ? `import ${JSON.stringify(fileOf(first))}\n` : ""
      return { code: `${imported}export * from ${JSON.stringify(sourceOf(name))}`, map: null }
    }
    const map = JSON.parse(await readFile(join(compiled, `${name}.js.map`), "utf8"))
    return { code, map: { ...map, sources: [id] } }
  },
  transform: (code, id) => markPure(id, code)
}

const bundle = async () => {
  let partOf
  const inputs = [
    ...names.map((name) => [name, entryOf(name)]),
    ...[first, ...exchanged, command].map((name) => [name, sourceOf(name)])
  ]
  const build = await rollup({
    input: Object.fromEntries(inputs),
    plugins: [compiledSources],
    preserveEntrySignatures: "strict",
    makeAbsoluteExternalsRelative: true,
    treeshake: { moduleSideEffects: (id) => id === fileOf(first) },
    onLog: (level, log) => {
      if (level !== "debug") throw new Error(log.message)
    }
  })
  const { output } = await build.generate({
    dir: dist,
    format: "es",
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
    manualChunks: (id, { getModuleInfo }) => (partOf ??= partition(getModuleInfo)).get(id)
  })
  await build.close()
  return output
}

/**
 * The command with what it needs of packages that users of the library need not have, in one file. Their licences:
 * NOTICE.
 */
const bundleCommand = async (code) => {
  const file = join(dist, `${command}.js`)
  const { outputFiles: [{ text }] } = await buildWithEsbuild({
    stdin: { contents: code, resolveDir: dirname(file), sourcefile: file },
    bundle: true,
    external: Object.keys(peerDependencies),
    plugins: [{
      name: "parts",
      setup: ({ onResolve }) =>
        onResolve(
          { filter: /^\.\.?\// },
          ({ importer, path }) => importer === file ? { path, external: true } : undefined
        )
    }],
    banner: { js: "#!/usr/bin/env node" },
    legalComments: "none",
    format: "esm",
    platform: "node",
    target: "node20",
    minifySyntax: true,
    minifyWhitespace: true,
    write: false
  })
  return text
}

/** Everything else that was put together before. */
const removeStale = async (written) => {
  const paths = await readdir(dist, { recursive: true })
  const stale = paths.filter((path) => /\.js(\.map)?$/.test(path) && !written.includes(path.replaceAll("\\", "/")))
  await Promise.all(stale.map((path) => rm(join(dist, path), { force: true })))
}

await runMain(async () => {
  await runCompiler(["-b", "src/tsconfig.build.json", ...process.argv.slice(2)])
  await forgiveAbsentPeers()
  const files = await Promise.all(
    (await bundle()).filter(({ fileName }) => fileName !== `${command}.js.map`).map(async (
      { code, fileName, source }
    ) => [
      fileName,
      fileName === `${command}.js` ? await bundleCommand(code) : code ?? source
    ])
  )
  await Promise.all(files.map(([path, text]) => writeChanged(join(dist, path), text)))
  await removeStale(files.map(([path]) => path))
})
