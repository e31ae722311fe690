import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStoreError, S3Cache } from "effect-aws-cache/S3Store"
import { toObjectStoreError } from "../../../src/S3Store/bucket/toObjectStoreError.js"
import { Fault } from "../../servers/FaultProxy.js"
import { withWarnings } from "../../support/warningsOf.js"
import { anyServer, makeBucket } from "../bucketOf.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })

const { endpoint: _, ...clientConfig } = anyServer("")

/** Sets a variable of the environment, which is where the SDK looks, for as long as the scope lives. */
const withVariable = (name: string, value: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = process.env[name]
      process.env[name] = value
      return before
    }),
    (before) =>
      Effect.sync(() => {
        if (before === undefined) delete process.env[name]
        else process.env[name] = before
      })
  )

const cacheIn = (options: object) =>
  Effect.map(
    Layer.build(Layer.provide(S3Cache.layerS3({ bucket: "b", clientConfig, ...options }), ClientCache.layer())),
    Context.get(S3Cache)
  )

const urls = ["localhost:9000", "http//localhost:9000", "ftp://localhost", "localhost"]

describe("an endpoint that the SDK finds by itself, and cannot use", () => {
  for (const variable of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]) {
    for (const url of urls) {
      it.scoped(`is told by its variable, as a fault of the set-up: ${variable}=${url}`, () =>
        withWarnings((warnings) =>
          Effect.gen(function*() {
            yield* withVariable(variable, url)
            const cache = yield* cacheIn({ circuitBreaker: { failures: 2 } })
            const error = yield* Effect.flip(cache.get(Texts.key("a")))
            assert.instanceOf(error, ObjectStoreError)
            assert.strictEqual(error.reason, "WrongEndpoint")
            const words = `${variable} is "${url}", but must be an absolute http: or https: URL such as ` +
              "\"http://127.0.0.1:9000\""
            assert.include(error.message, words)
            assert.isAtMost(error.message.length, 500)
            for (const key of ["a", "b", "c", "d"]) yield* cache.getOrCompute(Texts.key(key), Effect.succeed("x"))
            assert.strictEqual((yield* cache.stats).circuit, "closed")
            assert.strictEqual(warnings().length, 1, "once for all")
            assert.include(warnings()[0] ?? "", words)
            const request = ClientCache.send(S3Client, clientConfig, new GetObjectCommand({ Bucket: "b", Key: "k" }))
            const refused = yield* Effect.flip(Effect.provide(request, ClientCache.layer()))
            assert.include(refused.message, words)
          })
        ))
    }
  }

  it.scoped("shows no password", () =>
    Effect.gen(function*() {
      yield* withVariable("AWS_ENDPOINT_URL", "http//ada:private@localhost:9000?token=private")
      const cause = Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" })
      const { message } = toObjectStoreError("load", "t", "b", cause)
      assert.include(message, "AWS_ENDPOINT_URL is \"***@localhost:9000?***\"")
      assert.notInclude(message, "private")
    }))

  it("is told without a variable where none is wrong", () => {
    const { message, reason } = toObjectStoreError("load", "t", "b", {
      name: "EndpointError",
      message: "Custom endpoint `localhost://9000` was not a valid URI"
    })
    assert.strictEqual(reason, "WrongEndpoint")
    assert.include(message, "endpoint_url of the profile) must be an absolute http: or https: URL")
  })
})

describe("what goes wrong on the way to a store", () => {
  it.scoped("is told once for a lookup, and by what was done", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const { process, proxy } = yield* makeBucket()
        const cache = yield* process()
        yield* proxy.set(Fault.Refuse())
        assert.strictEqual(yield* cache.getOrCompute(Texts.key("a"), Effect.succeed("x")), "x")
        assert.strictEqual(warnings().length, 1)
        assert.match(warnings()[0] ?? "", /^load of .*: nothing listens there: is the endpoint .* right\? [^.]/)
        const error = yield* Effect.flip(cache.set(Texts.key("b"), "x"))
        assert.match(error.message, /^save of .*: nothing listens there/)
      })
    ))
})
