import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { transform } from "esbuild"
import { execFile, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { changedBlock, markedBlock } from "../../scripts/lib/examples.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")

const page = read("docs/getting-started.md")

/** What a file of the page prints, each time that it is run: the blocks of text up to the next heading but one. */
const outputsOf = (file: string): ReadonlyArray<string> => {
  const [, after = ""] = page.split(`<!-- file: ${file} -->`)
  const [section = ""] = after.split(/^## /m)
  return Array.from(section.matchAll(/```text\n([^]*?)```/g), ([, text = ""]) => text)
}

/** An empty folder inside the repository: what runs in it finds the package and what it depends on. */
const project = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(root, "build", "getting-started-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** Writes a program into the folder, as JavaScript. */
const write = (folder: string, code: string) =>
  Effect.promise(async () => {
    const file = join(folder, "program.mjs")
    writeFileSync(file, (await transform(code, { loader: "ts" })).code)
    return file
  })

/** Runs a program in a process of its own, and answers what it prints. */
const run = (file: string, environment: Readonly<Record<string, string>> = {}) =>
  Effect.async<string, Error>((resume) => {
    const child = spawn(process.execPath, [file], {
      cwd: join(file, ".."),
      env: { PATH: process.env["PATH"], NODE_NO_WARNINGS: "1", ...environment },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let printed = ""
    let errors = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
    child.on("close", (code) => resume(code === 0 ? Effect.succeed(printed) : Effect.fail(new Error(errors))))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** A server on this machine, found as MinIO would be: by its endpoint, and by nothing that says how it names buckets. */
const localBucket = (options: { readonly conditionalWrites?: boolean } = {}) =>
  Effect.map(EmbeddedS3.make({ ...options, buckets: ["my-bucket"] }), ({ endpoint }) => ({
    AWS_ENDPOINT_URL: endpoint.replace("127.0.0.1", "localhost"),
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "minioadmin",
    AWS_SECRET_ACCESS_KEY: "minioadmin",
    S3_CACHE_BUCKET: "my-bucket"
  }))

describe("docs/getting-started.md", () => {
  it.scopedLive("its tsconfig.json compiles its programs, in the project that it makes", () =>
    Effect.gen(function*() {
      const folder = yield* project
      const [, config = ""] = /<!-- file: tsconfig\.json -->\s*```json\n([^]*?)```/.exec(page) ?? []
      writeFileSync(join(folder, "tsconfig.json"), config)
      writeFileSync(join(folder, "hello.ts"), markedBlock(page, "file: hello.ts"))
      writeFileSync(join(folder, "shared.ts"), markedBlock(page, "file: shared.ts"))
      writeFileSync(join(folder, "bucket.ts"), changedBlock(page, "file: shared.ts", "bucket"))
      writeFileSync(join(folder, "await.ts"), "import \"node:assert/strict\"\nawait Promise.resolve()\nexport {}\n")
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, [tsc, "--project", folder])
          .catch((error: { readonly stdout: string }) => error)
      )
      assert.strictEqual(stdout, "")
    }))

  for (const name of ["hello.ts", "shared.ts"]) {
    it.scopedLive(`${name} prints what the page says, each time it is run`, () =>
      Effect.gen(function*() {
        const file = yield* write(yield* project, markedBlock(page, `file: ${name}`))
        const outputs = outputsOf(name)
        assert.isAtLeast(outputs.length, 1)
        for (const output of outputs) assert.strictEqual(yield* run(file), output)
      }))
  }

  it.scopedLive("with the lines for a bucket, two processes share it", () =>
    Effect.gen(function*() {
      const environment = yield* localBucket()
      const file = yield* write(yield* project, changedBlock(page, "file: shared.ts", "bucket"))
      for (const output of outputsOf("shared.ts")) assert.strictEqual(yield* run(file, environment), output)
    }))
})

describe("the README's quickstart", () => {
  it.scopedLive("runs over a bucket, with the two lines that say so", () =>
    Effect.gen(function*() {
      const environment = yield* localBucket()
      const file = yield* write(yield* project, changedBlock(read("README.md"), "quickstart", "bucket"))
      assert.include(yield* run(file, environment), "asking the directory for team core\nAda, since 1843\n")
    }))

  it.scopedLive("goes on where a store ignores conditions on writes, and says so", () =>
    Effect.gen(function*() {
      const environment = yield* localBucket({ conditionalWrites: false })
      const file = yield* write(yield* project, changedBlock(read("README.md"), "quickstart", "bucket"))
      assert.include(yield* run(file, environment), "(ConditionalWritesUnsupported)\n")
    }))
})
