import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { markedBlock } from "../../scripts/lib/examples.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))
const page = readFileSync(join(root, "docs/recipes/lambda.md"), "utf8")

/** A folder of a CommonJS project, as a function of Lambda is without a package.json. */
const project = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(root, "build", "lambda-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** Two events, one after the other, to what was bundled. */
const events = `const { handler } = require("./handler.js")
handler({ id: "tea" })
  .then((first) => handler({ id: "tea" }).then((second) => console.log(JSON.stringify([first, second]))))
  .finally(() => process.exit())
`

describe("docs/recipes/lambda.md", () => {
  it.scopedLive("is bundled by the command that it names, and answers twice what was asked for once", () =>
    Effect.gen(function*() {
      const { endpoint } = yield* EmbeddedS3.make({ buckets: ["my-bucket"] })
      const cwd = yield* project
      writeFileSync(join(cwd, "package.json"), "{}")
      writeFileSync(join(cwd, "handler.ts"), markedBlock(page, "file: handler.ts"))
      writeFileSync(join(cwd, "events.cjs"), events)
      const [, command = ""] = /^npx (esbuild .*)$/m.exec(page) ?? []
      yield* Effect.promise(() =>
        promisify(execFile)("sh", ["-ec", command], {
          cwd,
          env: { PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` }
        })
      )
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, ["events.cjs"], {
          cwd,
          env: {
            PATH: process.env["PATH"],
            NODE_NO_WARNINGS: "1",
            AWS_ENDPOINT_URL: endpoint,
            AWS_REGION: "us-east-1",
            AWS_ACCESS_KEY_ID: "AKIDTEST",
            AWS_SECRET_ACCESS_KEY: "of the test",
            S3_CACHE_BUCKET: "my-bucket"
          }
        })
      )
      assert.deepStrictEqual(JSON.parse(stdout), [{ id: "tea", price: 10 }, { id: "tea", price: 10 }])
    }))
})
