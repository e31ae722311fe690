import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { isRunning, start } from "../programs/program.js"
import * as EmbeddedS3 from "../servers/EmbeddedS3.js"
import { until } from "../support/until.js"

const childOf = (output: string) => Number(/second process: (\d+)/.exec(output)?.[1] ?? Number.NaN)

describe("npm run demo", () => {
  it.scopedLive("its claims hold, and its second process is gone", () =>
    Effect.gen(function*() {
      const demo = yield* start("demo/main.js")
      assert.strictEqual(yield* demo.ended, 0, demo.stdout() + demo.stderr())
      assert.strictEqual(demo.stderr(), "")
      assert.notInclude(demo.stdout(), "✘")
      assert.isAtLeast(demo.stdout().split("✔").length, 14)
      assert.isFalse(isRunning(childOf(demo.stdout())))
    }), 60_000)

  it.scopedLive("interrupted half-way by SIGINT, it ends its second process", () =>
    Effect.gen(function*() {
      const demo = yield* start("demo/main.js")
      yield* until(() => childOf(demo.stdout()) > 0)
      const child = childOf(demo.stdout())
      assert.isTrue(isRunning(child))
      demo.kill("SIGINT")
      assert.strictEqual(yield* demo.ended, 130)
      yield* until(() => !isRunning(child))
    }), 60_000)

  it.scopedLive("on a bucket of one's own it leaves nothing behind", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make({ buckets: ["mine"] })
      const demo = yield* start("demo/main.js", {
        S3_BUCKET: "mine",
        S3_ENDPOINT: server.endpoint,
        AWS_REGION: server.region,
        AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey
      })
      assert.strictEqual(yield* demo.ended, 0, demo.stdout() + demo.stderr())
      const left = new Set<string>()
      for (const { key, method, status } of server.requests()) {
        if (key === undefined || status >= 300) continue
        if (method === "PUT") left.add(key)
        if (method === "DELETE") left.delete(key)
      }
      assert.deepStrictEqual([...left], [])
    }), 60_000)

  it.scopedLive("fails, and says why, when the bucket is not there", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make()
      const demo = yield* start("demo/main.js", {
        S3_BUCKET: "nowhere",
        S3_ENDPOINT: server.endpoint,
        AWS_REGION: server.region,
        AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey
      })
      assert.strictEqual(yield* demo.ended, 1)
      assert.include(demo.stdout(), "✘")
    }), 60_000)
})
