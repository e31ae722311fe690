import { ListBucketsCommand } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { call, makeClient } from "../servers/s3Client.js"
import { until } from "../support/until.js"

const require = createRequire(import.meta.url)
// vitest's own runner of TypeScript, so that the test needs no build.
const runner = join(
  dirname(createRequire(require.resolve("vitest/package.json")).resolve("vite-node")),
  "../vite-node.mjs"
)
const main = fileURLToPath(new URL("../servers/embeddedS3Main.ts", import.meta.url))

const start = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [runner, main, ...args], {
        cwd: dirname(require.resolve("effect-aws-cache/package.json")),
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      const seen = { stdout: "", stderr: "" }
      child.stdout.on("data", (chunk) => {
        seen.stdout += chunk
      })
      child.stderr.on("data", (chunk) => {
        seen.stderr += chunk
      })
      const ended = new Promise<string>((resolve) => {
        child.on("close", (code, signal) => resolve(`${code} ${signal}`))
      })
      return { child, seen, ended }
    }),
    ({ child, ended }) =>
      Effect.suspend(() => {
        child.kill("SIGKILL")
        return Effect.promise(() => ended)
      })
  )

describe("embeddedS3Main", () => {
  const cases = [
    {
      name: "SIGTERM, buckets as arguments",
      signal: "SIGTERM",
      args: ["from-args"],
      env: { EMBEDDED_S3_BUCKETS: "no" }
    },
    {
      name: "SIGINT, buckets from the environment",
      signal: "SIGINT",
      args: [],
      env: {
        EMBEDDED_S3_BUCKETS: "from-env,second"
      }
    }
  ] as const
  for (const { args, env, name, signal } of cases) {
    it.scoped(`prints its endpoint and ends: ${name}`, () =>
      Effect.gen(function*() {
        const { child, ended, seen } = yield* start(args, env)
        yield* until(() => seen.stdout.includes("\n") || child.exitCode !== null)
        const endpoint = /^endpoint=(http:\/\/127\.0\.0\.1:\d+)\n$/.exec(seen.stdout)?.[1] ?? ""
        assert.notStrictEqual(endpoint, "", `${seen.stdout}${seen.stderr}`)
        const client = yield* makeClient({
          endpoint,
          region: "us-east-1",
          credentials: { accessKeyId: "any", secretAccessKey: "any" },
          forcePathStyle: true
        })
        const { Buckets } = yield* call(() => client.send(new ListBucketsCommand({})))
        assert.deepStrictEqual(
          Buckets?.map(({ Name }) => Name),
          args.length > 0 ? [...args] : env.EMBEDDED_S3_BUCKETS.split(",")
        )
        child.kill(signal)
        assert.strictEqual(yield* Effect.promise(() => ended), "0 null")
        assert.strictEqual(seen.stdout, `endpoint=${endpoint}\n`)
        assert.strictEqual(seen.stderr, "")
      }))
  }

  it.scoped("ends with code 1 and says why when a bucket name is wrong", () =>
    Effect.gen(function*() {
      const { ended, seen } = yield* start(["Wrong_Name"], {})
      assert.strictEqual(yield* Effect.promise(() => ended), "1 null")
      assert.strictEqual(seen.stdout, "")
      assert.include(seen.stderr, "buckets is [\"Wrong_Name\"], but must be an array of one name of a bucket or more")
    }))
})
