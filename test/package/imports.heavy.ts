import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { gzipSync } from "node:zlib"
import manifest from "../../package.json" with { type: "json" }

const root = fileURLToPath(new URL("../..", import.meta.url))
const hook = new URL("./resolveHook.mjs", import.meta.url).href
const awsPackages = "^@(aws-sdk|smithy|aws-crypto)/"

const execute = promisify(execFile)

const allEntryPoints = Object.keys(manifest.exports)
  .filter((path) => path !== "./package.json")
  .map((path) => path.replace(/^\./, manifest.name))

/** Without those of one namespace, which the part that this is in loads too. */
const entryPoints = allEntryPoints.filter((name) => name.split("/").length <= 2)

let folder = ""
let runs = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "effect-aws-cache-imports-"))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a program in a new process from the repository's root, where the package finds itself by its name. */
const runProgram = async (program: string, options: { readonly refused?: string } = {}) => {
  const log = join(folder, `${runs++}.txt`)
  const { stdout } = await execute(
    process.execPath,
    ["--import", hook, "--input-type=module", "--eval", program],
    {
      cwd: root,
      env: {
        PATH: process.env["PATH"] ?? "",
        RESOLVED_URLS: log,
        ...(options.refused === undefined ? {} : { REFUSED_PACKAGES: options.refused })
      }
    }
  )
  const urls = (await readFile(log, "utf8")).trimEnd().split("\n")
  return { stdout, urls }
}

const isAws = (url: string) => /\/node_modules\/@(aws-sdk|smithy|aws-crypto)\//.test(url)

describe("importing the package", () => {
  it("the hook sees AWS modules when there are some", async () => {
    const { urls } = await runProgram(`await import("@aws-sdk/client-s3")`)
    assert.isAbove(urls.filter(isAws).length, 0)
  })

  for (const entryPoint of entryPoints) {
    it(`${entryPoint} loads no AWS code`, async () => {
      const { stdout, urls } = await runProgram(
        `console.log(Object.keys(await import(${JSON.stringify(entryPoint)})).length)`
      )
      assert.isAbove(Number(stdout), 0)
      assert.isTrue(urls.some((url) => url.startsWith(new URL("../../dist/", import.meta.url).href)))
      assert.deepStrictEqual(urls.filter(isAws), [])
    })

    it(`${entryPoint} can be imported where no AWS package is installed`, async () => {
      const { stdout } = await runProgram(
        `console.log(Object.keys(await import(${JSON.stringify(entryPoint)})).length)`,
        { refused: awsPackages }
      )
      assert.isAbove(Number(stdout), 0)
    })
  }

  it("the dictionary without Effect loads nothing of Effect, nor any other package", async () => {
    const program = `
      import { estimate, SyncTtlDict } from "effect-aws-cache/Sync"
      const dict = new SyncTtlDict({ timeToLive: "1 minute", maxBytes: "1M", weigher: estimate, onRemoval: () => {} })
      dict.set("a", 1).set("b", 2, { timeToLive: "2 hours" }).delete("a")
      try { dict.add("b", 3) } catch (error) { console.log(error._tag, dict.get("b"), dict.size) }
    `
    const { stdout, urls } = await runProgram(program, { refused: "^(?!effect-aws-cache/|\\.|node:|file:)" })
    assert.strictEqual(stdout.trim(), "CacheExistsError 2 1")
    assert.deepStrictEqual(urls.filter((url) => url.includes("/node_modules/")), [])
  })

  it("the dictionary without Effect is loaded from few files, and is the same code for all entry points", async () => {
    const program = `
      import { CacheConfigError, estimate, SyncTtlDict } from "effect-aws-cache/Sync"
      const dict = new SyncTtlDict({ maxSize: 1 })
      try { dict.resize({ maxSize: -1 }) } catch (error) { globalThis.error = error }
      console.log(error instanceof CacheConfigError)
    `
    const both = `
      ${program}
      const Ttl = await import("effect-aws-cache/Ttl")
      console.log(error instanceof Ttl.CacheConfigError, Ttl.isTtlDictError(error))
      console.log(Object.getPrototypeOf(Ttl.SyncTtlDict).isPrototypeOf(SyncTtlDict))
      dict.set({ a: 1 }, 1)
      try { dict.add([...dict.keys()][0], 2) } catch (error) { console.log(error.message) }
    `
    const { stdout, urls } = await runProgram(program)
    assert.strictEqual(stdout.trim(), "true")
    const loaded = urls.filter((url) => url.includes("/dist/")).map((url) => url.split("/dist/")[1])
    assert.deepStrictEqual([...new Set(loaded)].sort(), ["Sync/index.js", "core.js", "measuring.js"])
    const told = (await runProgram(both)).stdout.trim().split("\n")
    assert.deepStrictEqual(told, [
      "true",
      "true true",
      "true",
      "SyncTtlDict: there is an entry under {\"a\":1} already"
    ])
  })

  it("the dictionary without Effect is small when it is bundled", async () => {
    const bundle = async (contents: string) => {
      const { metafile, outputFiles: [output] } = await build({
        stdin: { contents, resolveDir: root },
        bundle: true,
        minify: true,
        format: "esm",
        platform: "node",
        // What is published, and not its sources.
        tsconfigRaw: "{}",
        write: false,
        metafile: true,
        logLevel: "silent"
      })
      assert.deepStrictEqual(Object.keys(metafile.inputs).filter((path) => path.includes("node_modules")), [])
      return { text: output?.text ?? "", size: gzipSync(output?.contents ?? "", { level: 9 }).byteLength }
    }
    const { size, text } = await bundle(
      `import { SyncTtlDict } from "effect-aws-cache/Sync"; globalThis.x = new SyncTtlDict({ maxSize: 100 })`
    )
    assert.isAtMost(size, 21_900)
    // It is not bound to Node by what it imports.
    assert.notMatch(text, /from\s*"|import\s*"|import\(/)
    const measuring = await bundle(
      `import { estimate, SyncTtlDict } from "effect-aws-cache/Sync"
      globalThis.x = new SyncTtlDict({ maxBytes: "1M", weigher: estimate })`
    )
    assert.isAtMost(measuring.size, 26_000)
  })

  it("a bundle tells of keys and options as the modules do", async () => {
    const told = `
      import { SyncTtlDict } from "effect-aws-cache/Sync"
      const failing = (f) => { try { f() } catch (error) { console.log(String(error)) } }
      const key = { a: 1 }
      const dict = new SyncTtlDict({ maxSize: 3 }).set(key, 1)
      failing(() => dict.add(key, 2))
      failing(() => new SyncTtlDict({ timeTolive: 1 }))
    `
    for (
      const also of [
        `import { Store as Used } from "effect-aws-cache/Cache"`,
        `import { TtlDict as Used } from "effect-aws-cache/Ttl"`
      ]
    ) {
      const contents = `${also}\n${told}\nglobalThis.used = Used.make`
      const outfile = join(folder, "bundle.mjs")
      await build({
        stdin: { contents, resolveDir: root },
        outfile,
        bundle: true,
        minify: true,
        format: "esm",
        platform: "node",
        tsconfigRaw: "{}",
        logLevel: "silent"
      })
      const { stdout } = await execute(process.execPath, [outfile])
      assert.strictEqual(stdout, (await runProgram(contents)).stdout)
      assert.match(stdout, /under \{"a":1\} already\n.*did you mean timeToLive\?/)
    }
  })

  it("the check would notice an AWS package that is needed", async () => {
    const failure = await runProgram(`await import("@aws-sdk/client-s3")`, { refused: awsPackages }).then(
      () => "no failure",
      (error: unknown) => String(error)
    )
    assert.include(failure, "ERR_MODULE_NOT_FOUND")
  })

  it("a session says which package it misses", async () => {
    const program = `
      import * as Effect from "effect/Effect"
      import { Session } from "effect-aws-cache/ClientLayer"
      const program = Effect.scoped(Effect.flatMap(Session.make(), (session) => session.getCredentials()))
      console.log(await Effect.runPromise(Effect.map(Effect.flip(program), ({ _tag, message }) => _tag + ": " + message)))
    `
    const needs = "^PackageNotFoundError: Session: .* needs PACKAGE, which could not be loaded: npm install PACKAGE$"
    const { stdout } = await runProgram(program, { refused: awsPackages })
    assert.match(stdout.trim(), new RegExp(needs.replaceAll("PACKAGE", "@smithy/core")))
    const { stdout: other } = await runProgram(program, { refused: "^@aws-sdk/credential-providers$" })
    assert.match(other.trim(), new RegExp(needs.replaceAll("PACKAGE", "@aws-sdk/credential-providers")))
  })

  it("what needs another package that is missing says how to install it", async () => {
    const program = `
      import * as Effect from "effect/Effect"
      import * as Layer from "effect/Layer"
      import { ClientCacheLive, DynamoDBDocumentResource, ResourceCache, ResourceCacheLive } from "effect-aws-cache/ClientLayer"
      import { ObjectStore, S3Persistence } from "effect-aws-cache/S3Store"
      const failing = async (program) => {
        const error = await Effect.runPromise(Effect.flip(Effect.scoped(program)))
        console.log(error._tag + ": " + error.message)
      }
      await failing(Effect.provide(Layer.build(ObjectStore.layerS3({ bucket: "bucket" })), ClientCacheLive))
      await failing(Layer.build(ObjectStore.layerS3Client({ send: () => {} }, { bucket: "bucket" })))
      await failing(Effect.provide(Layer.build(S3Persistence.layerResult()), ObjectStore.layerMemory()))
      const resource = ResourceCache.resource(DynamoDBDocumentResource, { region: "us-west-2" })
      await failing(Effect.provide(resource, ResourceCacheLive))
    `
    const told = async (refused: string) => (await runProgram(program, { refused })).stdout.trim().split("\n")
    const all = await told(`${awsPackages}|^@effect/experimental`)
    assert.match(all[0] ?? "", /^ClientBuildError: .*: a package is missing: npm install @aws-sdk\/client-s3$/)
    assert.match(all[1] ?? "", /^CacheConfigError: .*: npm install @aws-sdk\/client-s3$/)
    assert.match(all[2] ?? "", /^CacheConfigError: .*: npm install @effect\/experimental@0\.61$/)
    assert.match(all[3] ?? "", /^ClientBuildError: .*: npm install @aws-sdk\/client-dynamodb @aws-sdk\/lib-dynamodb$/)
  })

  it("another Effect 3 than fits is told in one line", async () => {
    const program = `
      import { setCurrentVersion } from "effect/ModuleVersion"
      setCurrentVersion("3.19.0")
      const told = []
      for (const name of ${JSON.stringify(allEntryPoints)}) {
        await import(name).then(() => told.push(name), (error) => told.push(error.stack))
      }
      console.log([...new Set(told)].join("\\n"))
    `
    const { stdout } = await runProgram(program)
    assert.strictEqual(
      stdout.trim(),
      "Error: effect-aws-cache needs Effect 3, from 3.22.0 on, and found Effect 3.19.0: npm install effect@3\n" +
        "effect-aws-cache/Sync"
    )
    assert.strictEqual(manifest.peerDependencies.effect, "^3.22.0")
  })

  it("the TTL dict works where no AWS package is installed", async () => {
    const { stdout } = await runProgram(
      `
        import * as Effect from "effect/Effect"
        import { TtlDict, TtlDictLive } from "effect-aws-cache/Ttl"
        const program = Effect.zipRight(TtlDict.set("a", 1), TtlDict.get("a"))
        console.log(await Effect.runPromise(Effect.provide(program, TtlDictLive)))
      `,
      { refused: awsPackages }
    )
    assert.strictEqual(stdout.trim(), "1")
  })
})
