import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { isDirectoryBucket } from "../../../src/S3Store/bucket/directoryBucket.js"
import * as DirectoryBucket from "../../servers/DirectoryBucket.js"

const { bucket, hosts } = DirectoryBucket

const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number })
const Leased = Keyspace.make("leased", { key: Schema.Number, value: Schema.Number, coordination: "lease" })

/** All that a cache asks of its bucket. */
const everything = Effect.gen(function*() {
  yield* S3Cache.set(Numbers.key(1), 1, { tags: ["t"] })
  yield* S3Cache.setMany([[Numbers.key(2), 2], [Numbers.key(3), 3]])
  assert.deepStrictEqual(yield* S3Cache.getMany([Numbers.key(1), Numbers.key(4)]), [Option.some(1), Option.none()])
  yield* S3Cache.add(Numbers.key(5), 5)
  assert.strictEqual((yield* Effect.flip(S3Cache.add(Numbers.key(5), 6)))._tag, "CacheExistsError")
  assert.strictEqual(yield* S3Cache.modify(Numbers.key(5), (n) => Effect.succeed(n + 1)), 6)
  assert.strictEqual(yield* S3Cache.getOrCompute(Leased.key(1), Effect.succeed(7)), 7)
  yield* S3Cache.invalidateTag("t")
  assert.isFalse(yield* S3Cache.has(Numbers.key(1)))
  assert.strictEqual(yield* Stream.runCount(S3Cache.list(Numbers)), 3)
  yield* S3Cache.remove(Numbers.key(2))
  yield* S3Cache.purge(Numbers)
  const check = yield* S3Cache.check
  assert.isTrue(check.isFine, String(check))
  assert.deepStrictEqual(check.steps.map(({ outcome }) => outcome), ["ok", "ok", "ok", "ok", "ok", "ok"])
  yield* S3Cache.clear(Numbers)
})

describe("a directory bucket of S3 Express One Zone", () => {
  it("is told by its name", () => {
    for (const name of [bucket, "a--usw2-az1--x-s3", "point--use1-az4--xa-s3", "a--usw2-lax1-az1--x-s3"]) {
      assert.isTrue(isDirectoryBucket(name), name)
    }
    for (const name of ["cache", "cache-x-s3", "cache--x-s3", "cache--use1-az4--x-s3.example"]) {
      assert.isFalse(isDirectoryBucket(name), name)
    }
  })

  it.scopedLive("is asked at the host of its zone, with one session for all requests", () =>
    Effect.gen(function*() {
      const express = yield* DirectoryBucket.make()
      const { clientConfig } = express
      const CacheLive = S3Cache.layerS3({ bucket, clientConfig }).pipe(Layer.provide(ClientCacheLive))
      yield* Effect.provide(everything, CacheLive)
      const [first, ...others] = express.requests()
      assert.deepStrictEqual(first, {
        method: "GET",
        host: hosts.zonal,
        key: "",
        asks: ["session"],
        sessionToken: undefined,
        signedBy: "AKIAOWNKEY",
        service: "s3express"
      })
      assert.isAbove(others.length, 20)
      for (const { asks, host, service, sessionToken, signedBy } of others) {
        assert.deepStrictEqual([host, service], [hosts.zonal, "s3express"])
        assert.deepStrictEqual([signedBy, sessionToken], ["ASIASESSIONKEY", "token-of-the-session"])
        assert.notInclude(asks, "session")
      }
    }))

  it.scopedLive("is asked with a session at another endpoint, too", () =>
    Effect.gen(function*() {
      const express = yield* DirectoryBucket.make()
      const { credentials, region } = express.clientConfig
      const clientConfig = { credentials, region, endpoint: express.url }
      const CacheLive = S3Cache.layerS3({ bucket, clientConfig }).pipe(Layer.provide(ClientCacheLive))
      yield* Effect.provide(everything, CacheLive)
      assert.strictEqual(express.requests().filter(({ asks }) => asks.includes("session")).length, 1)
    }))

  it.scopedLive("says which permission it wants", () =>
    Effect.gen(function*() {
      const { clientConfig } = yield* DirectoryBucket.make({ mayCreateSession: false })
      const CacheLive = S3Cache.layerS3({ bucket, clientConfig }).pipe(Layer.provide(ClientCacheLive))
      const error = yield* Effect.flip(Effect.provide(S3Cache.set(Numbers.key(1), 1), CacheLive))
      assert.include(error.message, `The role needs s3express:CreateSession on bucket ${bucket}`)
      assert.strictEqual(error._tag === "ObjectStoreError" ? error.reason : "", "AccessDenied")
    }))
})
