/**
 * The checks that need no test run. `node scripts/check.mjs` runs all of them, `node scripts/check.mjs lint types`
 * the named ones. Every step is run even when one before it failed.
 */
import { join } from "node:path"
import { CommandError, root, run, seconds } from "./lib/run.mjs"

const script = (name) => ["node", [join(root, "scripts", name)]]

const steps = {
  types: ["node", [join(root, "scripts", "build.mjs"), "tsconfig.json"]],
  lint: ["oxlint", ["--deny-warnings", "--report-unused-disable-directives"]],
  format: ["dprint", ["check"]],
  imports: script("check-imports.mjs"),
  architecture: ["node", [join(root, "scripts", "draw-architecture.mjs"), "--check"]],
  docs: script("check-docs.mjs"),
  verbs: ["node", [join(root, "scripts", "draw-verbs.mjs"), "--check"]],
  // What nothing imports is not exported, and what nothing uses is not there.
  unused: ["knip", [
    "--config",
    "scripts/knip.json",
    "--include",
    "exports,types,files,nsExports,enumMembers,duplicates"
  ]],
  package: script("check-package.mjs")
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(steps)
const unknown = wanted.filter((name) => !Object.hasOwn(steps, name))
if (unknown.length > 0) {
  console.error(`There is no check named ${unknown.join(", ")}. The checks are: ${Object.keys(steps).join(", ")}`)
  process.exit(1)
}

const failed = []
for (const name of wanted) {
  const [command, args] = steps[name]
  const start = performance.now()
  console.log(`check:${name}`)
  try {
    await run(command, args, { env: { DPRINT_CACHE_DIR: join(root, "node_modules", ".cache", "dprint") } })
    console.log(`check:${name} passed in ${seconds(start)}\n`)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    failed.push(name)
    console.log(`check:${name} FAILED in ${seconds(start)}\n`)
  }
}

if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}`)
  process.exitCode = 1
}
