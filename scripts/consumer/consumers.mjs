/**
 * The ways in which users run a program: the README's quickstart over a bucket, in a folder for each of them.
 */
import { build } from "esbuild"
import { join } from "node:path"
import { run } from "../lib/run.mjs"
import { writeFiles } from "./project.mjs"
import { hasModulesInJest, isNode, requiresModules, stripsTypes } from "./runtimes.mjs"

/** What `npm init -y` of npm 11 writes. */
const npmInit = (name) => ({
  name,
  version: "1.0.0",
  description: "",
  main: "index.js",
  scripts: { test: "echo \"Error: no test specified\" && exit 1" },
  keywords: [],
  author: "",
  license: "ISC",
  type: "commonjs"
})

const compilerOptions = {
  target: "es2022",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  types: ["node"]
}

const nodenext = { ...compilerOptions, module: "nodenext" }
const bundler = { ...compilerOptions, module: "esnext", moduleResolution: "bundler", noEmit: true }
const configOf = (compilerOptions) => ({ compilerOptions, include: ["*.ts"] })

/** What the tests of Jest and Vitest do: they load the program, wait for its end, and print what it printed. */
const testOf = (load, spyOn) => `
test("the quickstart", async () => {
  const lines = []
  const log = ${spyOn}(console, "log").mockImplementation((line) => lines.push(line))
  await (${load}).done
  log.mockRestore()
  require("node:fs").writeFileSync(process.env.QUICKSTART_LINES, lines.join("\\n") + "\\n")
}, 120_000)
`

/** Writes the folders. The program is a module here whose `done` is the promise of its end. */
export const writeConsumers = async (folder, quickstart, overBucket) => {
  const program = overBucket.replace(/^(?=Effect\.runPromise\()/m, "export const done = ")
  if (program === overBucket) throw new Error("the quickstart has no line that begins with Effect.runPromise(")
  await writeFiles(folder, {
    "esm/package.json": { type: "module" },
    "esm/quickstart.ts": quickstart,
    "esm/overBucket.ts": program,
    "esm/tsconfig.json": configOf(nodenext),
    "esm/tsconfig.bundler.json": configOf(bundler),
    "cjs/package.json": { type: "commonjs" },
    "cjs/overBucket.ts": program,
    "cjs/tsconfig.json": configOf(nodenext),
    "tsx/package.json": npmInit("tsx"),
    "tsx/overBucket.ts": overBucket,
    "jest/package.json": { ...npmInit("jest"), jest: { transform: {}, testEnvironment: "node" } },
    "jest/require.test.js": testOf("require(\"../cjs/overBucket.js\")", "jest.spyOn"),
    "jest/import.test.js": testOf("await import(\"../esm/overBucket.js\")", "jest.spyOn"),
    "vitest/package.json": { type: "module" },
    "vitest/quickstart.test.ts": `
      import { createRequire } from "node:module"
      import { test, vi } from "vitest"
      const require = createRequire(import.meta.url)
      ${testOf("await import(\"../esm/overBucket.ts\")", "vi.spyOn")}
    `,
    "bundles/package.json": { type: "module" },
    "vite/vite.config.mjs": `export default {
      build: { ssr: "../esm/overBucket.ts", outDir: "../bundles/vite", emptyOutDir: true },
      ssr: { noExternal: ["effect-aws-cache"] },
      logLevel: "error"
    }`
  })
}

/** Compiles the programs: with both module resolutions, and for CommonJS. */
export const compilations = {
  "nodenext, ES modules": "esm/tsconfig.json",
  "nodenext, CommonJS": "cjs/tsconfig.json",
  bundler: "esm/tsconfig.bundler.json"
}

/** Bundles the programs, with the SDK in the bundle and without. */
export const writeBundles = async (folder) => {
  const settings = {
    absWorkingDir: folder,
    entryPoints: ["esm/overBucket.ts"],
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "warning"
  }
  const external = ["@aws-sdk/*", "@smithy/*"]
  await build({ ...settings, format: "esm", external, outfile: "bundles/esm.mjs" })
  await build({ ...settings, format: "cjs", external, outfile: "bundles/cjs.cjs" })
  await build({ ...settings, format: "cjs", outfile: "bundles/whole.cjs" })
  await run(process.execPath, ["../node_modules/vite/bin/vite.js", "build"], {
    cwd: join(folder, "vite"),
    clean: true,
    capture: true
  })
}

const everywhere = () => true
const direct = { Bun: ["run"], Deno: ["run", "--allow-all"] }

/** Runs a program as it is. */
const program = (name, path, fits) => ({ name, fits, args: (runtime) => [...(direct[runtime.name] ?? []), path] })

/** Runs a test, which writes what the program prints to a file. */
const tested = (name, cwd, fits, args) => ({ name, cwd, fits, args: () => args, tested: true })

/** The ways to run it, each with the runtimes that it fits. */
export const consumers = [
  program("ES modules", "esm/overBucket.js", everywhere),
  program("TypeScript as it is", "esm/overBucket.ts", stripsTypes),
  program("CommonJS", "cjs/overBucket.js", requiresModules),
  {
    name: "tsx, after npm init -y",
    cwd: "tsx",
    fits: (runtime) => isNode(runtime) && requiresModules(runtime),
    args: () => ["../node_modules/tsx/dist/cli.mjs", "overBucket.ts"]
  },
  program("esbuild, ES modules without the SDK", "bundles/esm.mjs", isNode),
  program("esbuild, CommonJS without the SDK", "bundles/cjs.cjs", isNode),
  program("esbuild, CommonJS with the SDK", "bundles/whole.cjs", isNode),
  program("Vite, SSR", "bundles/vite/overBucket.js", isNode),
  tested("Jest, require", "jest", hasModulesInJest, [
    ...["--no-warnings", "--experimental-vm-modules", "../node_modules/jest/bin/jest.js"],
    "require.test.js"
  ]),
  tested("Jest, import()", "jest", isNode, [
    ...["--no-warnings", "--experimental-vm-modules", "../node_modules/jest/bin/jest.js"],
    "import.test.js"
  ]),
  tested("Vitest", "vitest", isNode, ["../node_modules/vitest/vitest.mjs", "run", "--globals"])
]
