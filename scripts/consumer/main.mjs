/**
 * Uses the package as its users do: packs it and installs the tarball in projects in a temporary folder.
 *
 * - `bare`: only the required peers. No AWS package is there; every entry point loads and the TTL dict works.
 * - `full`: the optional peers too, and the tools. Every entry point loads; the README's quickstart (the code after the
 *   comment `<!-- quickstart -->`) compiles under `strict` with both module resolutions, and runs. With the two lines
 *   that switch to a bucket it runs against the embedded S3 server, which it finds through S3_CACHE_BUCKET and the usual
 *   AWS_ variables, in each way of consumers.mjs on each runtime of runtimes.mjs that it fits. Each must print the same.
 * - `wrong`: the other Effect. What Node tells has the right one in it.
 */
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { changedBlock, markedBlock } from "../lib/examples.mjs"
import { pack } from "../lib/pack.mjs"
import { root, run, runMain, seconds, withTemporaryFolder } from "../lib/run.mjs"
import { compilations, consumers, writeBundles, writeConsumers } from "./consumers.mjs"
import { importedPackages, makeProject } from "./project.mjs"
import { installRuntimes, isNode } from "./runtimes.mjs"
import { withServer } from "./server.mjs"
import { importWithWrongEffect, wrongEffect } from "./wrongEffect.mjs"

/** Tools that the repository itself has no use for. */
const tools = ["jest@30.5.2", "tsx@4.23.15", wrongEffect]

/** Milliseconds that a program may take, wherever it runs. */
const runLimit = 300_000

const step = async (name, action) => {
  const start = performance.now()
  const result = await action()
  console.log(`${name}: ${seconds(start)}`)
  return result
}

const runNode = (folder, args, options = {}) =>
  run(process.execPath, args, { cwd: folder, clean: true, capture: true, ...options })

const importEveryEntryPoint = async (folder, entryPoints) => {
  const program = `
    for (const name of ${JSON.stringify(entryPoints)}) {
      if (Object.keys(await import(name)).length === 0) throw new Error(name + " exports nothing")
    }
  `
  await runNode(folder, ["--input-type=module", "--eval", program])
}

const requireEveryEntryPoint = async (folder, entryPoints) => {
  const program = `
    for (const name of ${JSON.stringify(entryPoints)}) {
      if (Object.keys(require(name)).length === 0) throw new Error(name + " exports nothing")
    }
  `
  await runNode(folder, ["--no-warnings", "--input-type=commonjs", "--eval", program])
}

const ttlDictProgram = `
  import * as Effect from "effect/Effect"
  import { TtlDict, TtlDictLive } from "effect-aws-cache/Ttl"
  const value = await Effect.runPromise(
    Effect.provide(Effect.andThen(TtlDict.set("a", 1), TtlDict.get("a")), TtlDictLive)
  )
  if (value !== 1) throw new Error("TtlDict.get gave " + value)
`

/** Runs the program in one way on one runtime, and answers what it prints. */
const runConsumer = async (folder, { args, cwd = ".", tested }, runtime, environment, index) => {
  const lines = join(folder, `lines-${index}.txt`)
  const printed = await run(runtime.command, args(runtime), {
    cwd: join(folder, cwd),
    clean: true,
    capture: true,
    timeout: runLimit,
    env: { ...environment, QUICKSTART_LINES: lines, NO_COLOR: "1" }
  })
  return tested === true ? readFile(lines, "utf8") : printed
}

/** Runs all that fit, two at a time, and answers what went wrong. */
const runConsumers = async (folder, runtimes, environment, expected) => {
  const all = consumers.flatMap((consumer) =>
    runtimes.filter(consumer.fits).map((runtime) => ({ consumer, runtime, name: `${consumer.name}, ${runtime.name}` }))
  )
  const problems = []
  const todo = [...all.entries()]
  const worker = async () => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      const [index, { consumer, name, runtime }] = next
      const start = performance.now()
      const problem = await runConsumer(folder, consumer, runtime, environment, index).then(
        (printed) => printed === expected ? undefined : `it printed:\n${printed}`,
        (error) => error.message
      )
      console.log(`  ${name}: ${problem === undefined ? seconds(start) : "FAILED"}`)
      if (problem !== undefined) problems.push(`${name}: ${problem}`)
    }
  }
  await Promise.all([worker(), worker()])
  console.log(`${all.length} ways to run the quickstart, ${problems.length} of them failed`)
  if (problems.length > 0) throw new Error(`it should print:\n${expected}\n${problems.join("\n\n")}`)
}

await runMain(() =>
  withTemporaryFolder("consumer", async (folder) => {
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
    const entryPoints = Object.keys(manifest.exports)
      .filter((path) => path !== "./package.json")
      .map((path) => path.replace(/^\./, manifest.name))
    const readme = await readFile(join(root, "README.md"), "utf8")
    const quickstart = markedBlock(readme, "quickstart")
    const pinned = (name) => {
      const version = manifest.devDependencies[name]
      if (version === undefined) throw new Error(`${name} is needed here but is no devDependency`)
      return `${name}@${version}`
    }
    const isOptional = (name) => manifest.peerDependenciesMeta?.[name]?.optional === true
    const peers = Object.keys(manifest.peerDependencies)

    const { tarball } = await step("pack", () => pack(folder))

    const bare = join(folder, "bare")
    await step("install without AWS packages", async () => {
      await makeProject(bare, [tarball, ...peers.filter((name) => !isOptional(name)).map(pinned)])
      for (const scope of ["@aws-sdk", "@smithy"]) {
        if (existsSync(join(bare, "node_modules", scope))) {
          throw new Error(`${scope} was installed for the required peers`)
        }
      }
    })
    await step("import every entry point, use the TTL dict", async () => {
      await importEveryEntryPoint(bare, entryPoints)
      await runNode(bare, ["--input-type=module", "--eval", ttlDictProgram])
    })

    const full = join(folder, "full")
    const used = [...importedPackages(quickstart, manifest.name), "typescript", "@types/node", "vitest"]
    const [runtimes] = await step("install runtimes, AWS packages and tools", () =>
      Promise.all([
        installRuntimes(join(folder, "runtimes")),
        makeProject(full, [tarball, ...[...new Set([...peers, ...used])].map(pinned), ...tools])
      ]))
    console.log(runtimes.map(({ name, version }) => `${name} is ${version}`).join(", "))
    await step("import every entry point", () => importEveryEntryPoint(full, entryPoints))
    // Node 20 cannot before 20.19.
    if (process.features.require_module === true) {
      await step("require every entry point", () => requireEveryEntryPoint(full, entryPoints))
    }
    await step(
      `import with ${wrongEffect}`,
      () => importWithWrongEffect(join(folder, "wrong"), full, runtimes.filter(isNode), entryPoints)
    )
    await writeConsumers(full, quickstart, changedBlock(readme, "quickstart", "bucket"))
    for (const [name, config] of Object.entries(compilations)) {
      await step(`compile the quickstart (${name})`, () =>
        runNode(full, ["node_modules/typescript/bin/tsc", "-p", config]))
    }
    await step("bundle the quickstart", () =>
      writeBundles(full))
    const [plain] = consumers
    await step("run the quickstart", async () => {
      console.log(await runNode(full, ["esm/quickstart.js"], { timeout: runLimit }))
    })
    await step("run the quickstart over a bucket", () =>
      withServer(async (environment) => {
        console.log(await runConsumer(full, plain, runtimes[0], environment, "first"))
        // What it asked for is in the bucket now.
        const expected = await runConsumer(full, plain, runtimes[0], environment, "second")
        await runConsumers(full, runtimes, environment, expected)
      }))
  })
)
