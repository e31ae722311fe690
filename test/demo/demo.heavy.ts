import { ListObjectsV2Command } from "@aws-sdk/client-s3"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { join } from "node:path"
import { isRunning, start } from "../programs/program.js"
import { makeClient } from "../servers/s3Client.js"
import { eventually, until } from "../support/until.js"

const childOf = (output: string) => Number(/second process: (\d+)/.exec(output)?.[1] ?? Number.NaN)

const environmentOf = ({ credentials, endpoint, region }: EmbeddedS3, bucket: string) => ({
  S3_BUCKET: bucket,
  S3_ENDPOINT: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey
})

const namesIn = ({ clientConfig }: EmbeddedS3, bucket: string) =>
  Effect.gen(function*() {
    const client = yield* makeClient(clientConfig)
    const { Contents = [] } = yield* Effect.promise(() => client.send(new ListObjectsV2Command({ Bucket: bucket })))
    return Contents.map(({ Key }) => Key)
  })

describe("npm run demo", () => {
  it.scopedLive(
    "its claims hold, its second process is gone, and its page holds all of it",
    () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const file = join(yield* fs.makeTempDirectoryScoped(), "demo.html")
        const demo = yield* start("demo/main.js", {}, ["--html", file])
        assert.strictEqual(yield* demo.ended, 0, demo.stdout() + demo.stderr())
        assert.strictEqual(demo.stderr(), "")
        const output = demo.stdout()
        assert.notInclude(output, "✘")
        const claims = output.split("\n").flatMap((line) => /^ {3}✔ (.+)$/.exec(line)?.[1] ?? [])
        assert.isAtLeast(claims.length, 14)
        assert.include(output, `All ${claims.length} claims hold`)
        assert.isFalse(isRunning(childOf(output)))

        // What a log gets is short and plain.
        assert.isAtMost(output.split("\n").length, 56)
        for (const sign of ["\r", "\u001b"]) assert.notInclude(output, sign)
        for (const line of output.split("\n")) assert.isAtMost(line.length, 120)

        const html = yield* fs.readFileString(file)
        for (const text of claims) assert.include(html, `<li>${text}</li>`)
        assert.strictEqual(html.split("<svg ").length - 1, 7)
        assert.strictEqual(html.split("<section ").length - 1, 7)
        assert.notMatch(html, /NaN|undefined|Infinity|<script|@import|url\(|\ssrc=|href="(?!#|data:,")/)
      }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive(
    "interrupted half-way by SIGINT, it ends its second process and leaves nothing in the bucket",
    () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: ["mine"] })
        const demo = yield* start("demo/main.js", environmentOf(server, "mine"))
        yield* eventually(
          Effect.map(server.requests, (requests) => requests.filter(({ method }) => method === "PUT").length > 10)
        )
        const child = childOf(demo.stdout())
        assert.isTrue(isRunning(child))
        demo.kill("SIGINT")
        assert.strictEqual(yield* demo.ended, 130)
        yield* until(() => !isRunning(child))
        assert.deepStrictEqual(yield* namesIn(server, "mine"), [])
      })
  )

  it.scopedLive("on a bucket of one's own it leaves nothing behind", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make({ buckets: ["mine"] })
      const demo = yield* start("demo/main.js", environmentOf(server, "mine"))
      assert.strictEqual(yield* demo.ended, 0, demo.stdout() + demo.stderr())
      assert.isAbove((yield* server.requests).filter(({ method }) => method === "PUT").length, 100)
      assert.deepStrictEqual(yield* namesIn(server, "mine"), [])
    }))

  it.scopedLive("fails, and says why, when the bucket is not there", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make()
      const demo = yield* start("demo/main.js", environmentOf(server, "nowhere"))
      assert.strictEqual(yield* demo.ended, 1)
      assert.match(demo.stdout(), /NoSuchBucket|nowhere.*does not exist/)
      assert.notInclude(demo.stdout(), "✔")
    }))

  it.scopedLive("says how it is called", () =>
    Effect.gen(function*() {
      const demo = yield* start("demo/main.js", {}, ["--htm"])
      assert.strictEqual(yield* demo.ended, 1)
      assert.include(demo.stdout(), "Usage: npm run demo [-- --html FILE]")
    }))
})
