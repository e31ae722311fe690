import { assert, describe, it } from "@effect/vitest"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStore, S3Cache, S3CacheLive } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { sessionEnvironment } from "../../ClientLayer/sessionEnvironment.js"

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })

const credentials = { AWS_ACCESS_KEY_ID: "minioadmin", AWS_SECRET_ACCESS_KEY: "minioadmin", AWS_REGION: "us-east-1" }

/** The host and the path of the first request that a store sends for an object. */
const requested = (
  endpoint: string | undefined,
  more: { readonly forcePathStyle?: boolean } = {},
  bucket = "my-bucket"
) =>
  Effect.gen(function*() {
    const requests: Array<string> = []
    const requestHandler = {
      handle: (request: { readonly hostname: string; readonly path: string; readonly headers: object }) => {
        requests.push(`${"host" in request.headers ? request.headers.host : ""}${request.path}`)
        return Promise.reject(new Error("no server"))
      }
    }
    const store = yield* ObjectStore.makeS3({
      bucket,
      clientConfig: {
        region: "us-east-1",
        maxAttempts: 1,
        requestHandler,
        credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "of the test" },
        ...(endpoint === undefined ? {} : { endpoint }),
        ...more
      }
    })
    yield* Effect.ignore(store.load("a"))
    yield* Effect.ignore(store.load("a"))
    assert.strictEqual(requests[1], requests[0])
    return requests[0]
  }).pipe(Effect.scoped, Effect.provide(ClientCache.layer()))

describe("where the bucket is named", () => {
  const inPath = {
    "http://localhost:9000": "localhost:9000/my-bucket/cache/a",
    "http://localhost": "localhost/my-bucket/cache/a",
    "http://s3.localhost": "s3.localhost/my-bucket/cache/a",
    "http://minio": "minio/my-bucket/cache/a",
    "http://minio:9000/base": "minio:9000/base/my-bucket/cache/a",
    "http://minio:9000/base/": "minio:9000/base/my-bucket/cache/a",
    "http://127.0.0.1:9000": "127.0.0.1:9000/my-bucket/cache/a",
    "http://[::1]:9000": "[::1]:9000/my-bucket/cache/a",
    "https://storage.example.com:9000": "storage.example.com:9000/my-bucket/cache/a"
  }
  for (const [endpoint, expected] of Object.entries(inPath)) {
    it.effect(`in the path, at ${endpoint}`, () =>
      Effect.map(
        sessionEnvironment().pipe(Effect.zipRight(requested(endpoint)), Effect.scoped),
        (actual) => assert.strictEqual(actual, expected)
      ))
  }

  const alike = [
    ["127", "http://127.0.0.1:9000", "127.0.0.1:9000/127/cache/a"],
    ["my.dotted", "http://my.dotted.example.com:9000", "my.dotted.example.com:9000/my.dotted/cache/a"]
  ] as const
  for (const [bucket, endpoint, expected] of alike) {
    it.scoped(`in the path once, where ${endpoint} begins with the name of the bucket`, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        assert.strictEqual(yield* requested(endpoint, {}, bucket), expected)
      }))
  }

  it.scoped("in the host, at hosts of buckets", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      assert.strictEqual(yield* requested(undefined), "my-bucket.s3.us-east-1.amazonaws.com/cache/a")
      assert.strictEqual(yield* requested("https://storage.example.com"), "my-bucket.storage.example.com/cache/a")
    }))

  it.scoped("as the configuration says, where it does", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const local = "http://localhost:9000"
      assert.strictEqual(yield* requested(local, { forcePathStyle: false }), "my-bucket.localhost:9000/cache/a")
      assert.strictEqual(yield* requested(local, { forcePathStyle: true }), "localhost:9000/my-bucket/cache/a")
    }))
})

describe("a server on this machine", () => {
  const use = Effect.gen(function*() {
    yield* S3Cache.set(Names.key(1), "Ada")
    assert.strictEqual(yield* S3Cache.clear(Names), 1)
    yield* S3Cache.check
  })

  for (const name of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]) {
    it.scopedLive(`is reached by ${name} alone, by its name and by its address`, () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: ["my-bucket"] })
        for (const host of ["localhost", "127.0.0.1"]) {
          const variables = { ...credentials, [name]: server.endpoint.replace("127.0.0.1", host) }
          yield* sessionEnvironment({ variables }).pipe(
            Effect.zipRight(Effect.provide(use, S3CacheLive)),
            Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["S3_CACHE_BUCKET", "my-bucket"]]))),
            Effect.scoped
          )
        }
      }))
  }

  it.scopedLive("is reached by a profile's endpoint_url, and another client is as it was", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make({ buckets: ["my-bucket"] })
      yield* sessionEnvironment({
        variables: credentials,
        config: `[default]\nendpoint_url = ${server.endpoint.replace("127.0.0.1", "localhost")}\n`
      })
      yield* Effect.provide(use, S3Cache.layerS3({ bucket: "my-bucket" })).pipe(Effect.provide(ClientCache.layer()))
    }))
})
