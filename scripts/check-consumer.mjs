/**
 * Uses the package as its users do: packs it and installs the tarball in empty projects in a temporary folder.
 *
 * - `bare`: only the required peers. No AWS package is there; every entry point loads and the TTL dict works.
 * - `full`: the optional peers too. Every entry point loads; the README's quickstart (the code after the comment
 *   `<!-- quickstart -->`) compiles under `strict` with both module resolutions, and runs; with the two lines that
 *   switch to a bucket it runs against the embedded S3 server, which it finds through S3_CACHE_BUCKET and the usual
 *   AWS_ variables.
 */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { builtinModules } from "node:module"
import { join } from "node:path"
import { changedBlock, markedBlock } from "./lib/examples.mjs"
import { pack } from "./lib/pack.mjs"
import { root, run, runCompiler, runMain, seconds, withTemporaryFolder } from "./lib/run.mjs"

const bucket = "quickstart"

/** Milliseconds the embedded server may take to start, and the quickstart to end. */
const startLimit = 20_000
const runLimit = 60_000

const compilerOptions = {
  target: "es2022",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  types: ["node"]
}

const resolutions = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext", outDir: "out" },
  bundler: { module: "esnext", moduleResolution: "bundler", noEmit: true }
}

const step = async (name, action) => {
  const start = performance.now()
  const result = await action()
  console.log(`${name}: ${seconds(start)}`)
  return result
}

/** Makes an empty project with `packages` installed. */
const makeProject = async (folder, packages) => {
  await mkdir(folder)
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", ...packages], {
    cwd: folder,
    clean: true,
    capture: true
  })
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
    Effect.provide(Effect.zipRight(TtlDict.set("a", 1), TtlDict.get("a")), TtlDictLive)
  )
  if (value !== 1) throw new Error("TtlDict.get gave " + value)
`

/** Starts the embedded S3 server, calls `use` with its endpoint, and ends the server. */
const withServer = async (use) => {
  await runCompiler(["-b", "demo/tsconfig.json"])
  const server = spawn(process.execPath, [join(root, "build", "test", "servers", "embeddedS3Main.js"), bucket], {
    env: { ...process.env, EMBEDDED_S3_BUCKETS: bucket },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const ended = new Promise((resolve) => server.once("close", (code, signal) => resolve(code ?? signal)))
  try {
    const endpoint = await new Promise((resolve, reject) => {
      let text = ""
      const timer = setTimeout(() => reject(new Error(`the embedded S3 server said: ${text}`)), startLimit)
      server.once("error", reject)
      ended.then((code) => reject(new Error(`the embedded S3 server ended with ${code}: ${text}`)))
      server.stdout.setEncoding("utf8").on("data", (chunk) => {
        text += chunk
        const line = /^endpoint=(http:\/\/\S+)\n/m.exec(text)
        if (line !== null) {
          clearTimeout(timer)
          resolve(line[1])
        }
      })
    })
    await use(endpoint)
  } finally {
    server.kill("SIGTERM")
    await ended
  }
  const code = await ended
  if (code !== 0) throw new Error(`the embedded S3 server ended with ${code} after SIGTERM`)
}

/** The packages a program imports, without this one and Node's own. */
const importedPackages = (code, name) =>
  [...code.matchAll(/(?:from|import)\s*\(?\s*"([^".][^"]*)"/g)]
    .map(([, specifier]) => specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/"))
    .filter((found) => found !== name && !found.startsWith("node:") && !builtinModules.includes(found))

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
    // Node 20 cannot before 20.19.
    if (process.features.require_module === true) {
      await step("require every entry point", () => requireEveryEntryPoint(bare, entryPoints))
    }

    const full = join(folder, "full")
    await step("install with AWS packages", () => {
      const packages = new Set([...peers, ...importedPackages(quickstart, manifest.name), "typescript", "@types/node"])
      return makeProject(full, [tarball, ...[...packages].map(pinned)])
    })
    await step("import every entry point", () => importEveryEntryPoint(full, entryPoints))
    await writeFile(join(full, "quickstart.ts"), quickstart)
    await writeFile(join(full, "overBucket.ts"), changedBlock(readme, "quickstart", "bucket"))
    for (const [name, options] of Object.entries(resolutions)) {
      await step(`compile the quickstart (${name})`, async () => {
        const config = {
          compilerOptions: { ...compilerOptions, ...options },
          files: ["quickstart.ts", "overBucket.ts"]
        }
        await writeFile(join(full, `tsconfig.${name}.json`), JSON.stringify(config))
        await runNode(full, [join("node_modules", "typescript", "bin", "tsc"), "-p", `tsconfig.${name}.json`])
      })
    }
    await step(
      "run the quickstart",
      () => runNode(full, [join("out", "quickstart.js")], { capture: false, timeout: runLimit })
    )
    await step("run the quickstart over a bucket", () =>
      withServer((endpoint) =>
        runNode(full, [join("out", "overBucket.js")], {
          capture: false,
          timeout: runLimit,
          env: {
            S3_CACHE_BUCKET: bucket,
            AWS_ENDPOINT_URL: endpoint.replace("127.0.0.1", "localhost"),
            AWS_REGION: "us-east-1",
            AWS_ACCESS_KEY_ID: "quickstart",
            AWS_SECRET_ACCESS_KEY: "quickstart-secret"
          }
        })
      ))
  })
)
