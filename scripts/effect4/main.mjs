/**
 * Makes the repository for Effect 4, checks its types, and runs its tests on the Node and with the packages that Effect 4
 * wants, all in `build/effect4`. `--types` only checks types; `--package` checks the package and uses it as its users do;
 * `--mode s3` runs the tests of the S3 level, with the arguments of scripts/test-s3.mjs; other arguments are handed on to
 * vitest.
 */
import { existsSync } from "node:fs"
import { copyFile, readFile, rm } from "node:fs/promises"
import { delimiter, dirname, join } from "node:path"
import { root, run, runMain, seconds } from "../lib/run.mjs"
import * as differences from "./differences.mjs"
import { built, makeRepository } from "./makeRepository.mjs"

const here = join(root, "scripts", "effect4")

const checkTypes = async (node) => {
  const start = performance.now()
  await run(node, [join(built, "node_modules", "typescript", "bin", "tsc"), "-b", "tsconfig.json"], { cwd: built })
  console.log(`types: ${seconds(start)}`)
  await run(node, [join(built, "scripts", "check-docs.mjs")], { cwd: built })
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
  const node = await makeRepository()
  await checkDifferences()
  await checkTypes(node)
  if (args.includes("--types")) return
  if (args.includes("--package")) {
    for (const script of ["check-package.mjs", "consumer/main.mjs"]) {
      await run(process.execPath, [join(built, "scripts", script)], { cwd: built })
    }
    return
  }
  for (const file of ["skipDifferences.mjs", "vitest.config.mjs"]) await copyFile(join(here, file), join(built, file))
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
