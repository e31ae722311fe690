import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as Layer from "effect/Layer"
import * as DynamoDBServer from "../servers/DynamoDBServer.js"
import { runCommandLine } from "./runCommandLine.js"
import { Texts } from "./stores.js"

/** A table with a bucket for what is large, programs over both, and how the command is told of them. */
const sized = Effect.gen(function*() {
  const { clientConfig, table } = yield* DynamoDBServer.make
  const server = yield* EmbeddedS3.make({ buckets: ["my-bucket"] })
  const bySize = ObjectStore.layerBySize({
    small: ObjectStore.layerDynamoDB({ table, clientConfig }),
    large: ObjectStore.layerS3({ bucket: "my-bucket", clientConfig: server.clientConfig })
  })
  const inBoth = <A, E>(use: Effect.Effect<A, E, S3Cache | ObjectStore>) =>
    use.pipe(
      Effect.provide(Layer.provideMerge(S3Cache.layer(), Layer.provide(bySize, ClientCache.layer())))
    )
  const { endpoint } = clientConfig
  const options = ["--endpoint", String(endpoint), "--large", "s3://my-bucket", "--large-endpoint", server.endpoint]
  const run = (verb: string, ...words: ReadonlyArray<string>) =>
    runCommandLine([verb, `dynamodb://${table}`, ...words, ...options])
  return { inBoth, run, table, endpoint, server }
})

describe("the command, of a table and a bucket by size", () => {
  it.scopedLive("shows, gets, invalidates, copies and prunes what is there", () =>
    Effect.gen(function*() {
      const { inBoth, run, server, table } = yield* sized
      const long = "long ".repeat(4000)
      yield* inBoth(Effect.gen(function*() {
        yield* S3Cache.set(Texts.key("small"), "short", { tags: ["all"] })
        yield* S3Cache.set(Texts.key("large"), long)
      }))

      const listed = yield* run("ls", "texts", "--json")
      assert.strictEqual(listed.code, 0, listed.stderr)
      assert.match(listed.stdout, /large/)
      assert.match(listed.stdout, /"bytes":20\d{3}/)
      const stat = yield* run("stat")
      assert.include(stat.stdout, `dynamodb://${table}/cache/  2 entries`)
      const got = yield* run("get", "texts", JSON.stringify("large"), "--value")
      assert.include(got.stdout, "long long", got.stderr)
      const invalidated = yield* run("invalidate", "all")
      assert.strictEqual(invalidated.code, 0, invalidated.stderr)
      yield* inBoth(Effect.gen(function*() {
        assert.strictEqual((yield* Effect.flip(S3Cache.get(Texts.key("small"))))._tag, "CacheNotFoundError")
      }))
      const copied = yield* run("copy", "s3://my-bucket/copied", "--to-endpoint", server.endpoint)
      assert.strictEqual(copied.code, 0, copied.stderr)
      const there = yield* runCommandLine(["stat", "s3://my-bucket/copied", "--endpoint", server.endpoint])
      assert.include(there.stdout, "1 entry", there.stderr)
      const pruned = yield* run("prune", "texts", "--older-than", "0s", "--yes")
      assert.strictEqual(pruned.code, 0, pruned.stderr)
      const store = yield* ObjectStore.makeS3({ bucket: "my-bucket", clientConfig: server.clientConfig })
      assert.strictEqual(yield* Stream.runCount(store.list("")), 0)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scopedLive("says what is wrong with a target of that kind", () =>
    Effect.gen(function*() {
      const { endpoint, run, server, table } = yield* sized
      // The table of tests knows no time to live.
      const doctor = yield* run("doctor", "--ignore", "time-to-live")
      assert.strictEqual(doctor.code, 0, doctor.stdout + doctor.stderr)
      assert.match(doctor.stdout, /✓ conditional-writes {4}are honoured\n/)
      assert.match(doctor.stdout, /✓ write {17}large: objects can be written\n/)
      const noBucket = yield* runCommandLine([
        ...["doctor", `dynamodb://${table}`, "--ignore", "time-to-live", "--endpoint", String(endpoint)],
        ...["--large", "s3://not-there", "--large-endpoint", server.endpoint]
      ])
      assert.strictEqual(noBucket.code, 1)
      assert.match(noBucket.stdout, /✗ write {17}large: there is no bucket not-there/)
      const none = yield* runCommandLine(["stat", "dynamodb://not-there", "--endpoint", String(endpoint)])
      assert.notStrictEqual(none.code, 0)
      assert.include(none.stderr, "there is no table not-there")
      const wrong = yield* runCommandLine(["stat", "dynamodb://table", "--large", "http://x"])
      assert.include(wrong.stderr, "--large http://x: a target is s3://bucket/prefix")
    }))
})
