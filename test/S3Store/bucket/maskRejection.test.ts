import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Either, Logger, LogLevel, Option, Predicate, Schema, Stream } from "effect"
import { Keyspace, ObjectStoreError, type S3CacheService } from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import type * as Http from "node:http"
import { inspect } from "node:util"
import { maskRejection } from "../../../src/S3Store/bucket/maskRejection.js"
import { makeS3ObjectStore } from "../../../src/S3Store/bucket/s3ObjectStore.js"
import { bucketRegionOf } from "../../../src/S3Store/bucket/s3Region.js"
import {
  isNoSuchObject,
  mayBeAbsent,
  nameOf,
  statusOf,
  toObjectStoreError
} from "../../../src/S3Store/bucket/toObjectStoreError.js"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import * as LocalHttp from "../../servers/LocalHttp.js"
import { property } from "../../support/property.js"
import { whileTurning } from "../../support/whileTurning.js"
import { anyServer, bucket, clientOf } from "../bucketOf.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })
const token = "ordinary words & <more>, \"quoted\" = a session"
const customerKey = "Y3VzdG9tZXJzLWtleS1vZi0zMi1ieXRlcy0xMjM0NTY="

/** All that shows of an error. */
const shownOf = (error: unknown): string =>
  [
    String(error),
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true, maxStringLength: null, breakLength: Infinity }),
    Cause.pretty(Cause.fail(error), { renderErrorCause: true }),
    JSON.stringify(Cause.fail(error))
  ].join("\n")

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

/** What a server says back of what it was sent. */
const echoes: Readonly<Record<string, (headers: Http.IncomingHttpHeaders) => LocalHttp.Answer>> = {
  "in its words": (headers) => ({ body: xml("EchoedIt", escaped(JSON.stringify(headers))) }),
  "in its words, as lines": (headers) => ({
    body: xml("EchoedIt", escaped(Object.entries(headers).map(([name, value]) => `${name}:${value}`).join("\n")))
  }),
  "in a field of the body": (headers) => ({
    body: xml("SignatureDoesNotMatch", "no", `<CanonicalRequest>${escaped(JSON.stringify(headers))}</CanonicalRequest>`)
  }),
  "in its code": (headers) => ({ body: xml(escaped(String(headers["x-amz-security-token"])), "no") }),
  "as region": (headers) => ({
    body: xml("PermanentRedirect", "no", `<Endpoint>${escaped(String(headers["x-amz-security-token"]))}</Endpoint>`)
  }),
  "in its headers": (headers) => ({
    headers: {
      "x-amz-request-id": String(headers["x-amz-security-token"]),
      "x-amz-id-2": String(headers["authorization"]),
      "x-amz-bucket-region": String(headers["x-amz-security-token"]),
      "x-echo": String(headers["x-amz-security-token"])
    },
    body: xml("AccessDenied", "no")
  }),
  "in what is no XML": (headers) => ({ body: JSON.stringify(headers) })
}

const xml = (code: string, words: string, more = "") =>
  `<Error><Code>${code}</Code><Message>${words}</Message>${more}</Error>`

const operations: Readonly<Record<string, (cache: S3CacheService) => Effect.Effect<unknown, unknown>>> = {
  get: (cache) => cache.get(Texts.key("a")),
  set: (cache) => cache.set(Texts.key("a"), "a"),
  add: (cache) => cache.add(Texts.key("a"), "a"),
  remove: (cache) => cache.remove(Texts.key("a")),
  invalidateTag: (cache) => cache.invalidateTag("a"),
  list: (cache) => Stream.runDrain(cache.list(Texts)),
  clear: (cache) => cache.clear(Texts)
}

describe("a server that says back what it was sent", () => {
  for (const [where, echo] of Object.entries(echoes)) {
    it.scoped(`${where}: no secret shows in errors, events and logs, whatever the operation and the status`, () => {
      const seen: Array<string> = []
      return Effect.gen(function*() {
        let status = 403
        const signatures: Array<string> = []
        const server = yield* LocalHttp.make((request, response) => {
          signatures.push(/Signature=([0-9a-f]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "none")
          const { body = "", headers } = echo(request.headers)
          response.writeHead(status, { "content-type": "application/xml", ...headers }).end(body)
        })
        const client = yield* clientOf({
          ...anyServer(server.url),
          credentials: { accessKeyId: "ASIAEMBEDDEDEMBEDDED", secretAccessKey: "embedded-s3", sessionToken: token }
        })
        const store = yield* makeS3ObjectStore(client, {
          bucket,
          conditionalWrites: "required",
          getOptions: { SSECustomerKey: customerKey, SSECustomerAlgorithm: "AES256" }
        })
        for (status of [400, 403, 409, 418, 500, 503]) {
          const cache = yield* makeS3CacheService(store, { maxSize: 0, circuitBreaker: { failures: 2 } })
          yield* Effect.forkScoped(
            Stream.runForEach(cache.events, (event) => Effect.sync(() => seen.push(shownOf(event))))
          )
          yield* Effect.yieldNow()
          for (const [name, run] of Object.entries(operations)) {
            // What conflicts is asked for again, after a while.
            const asked = Effect.either(run(cache))
            const outcome = yield* status === 409 ? whileTurning(asked) : asked
            if (Either.isLeft(outcome)) {
              seen.push(shownOf(outcome.left))
              if (outcome.left instanceof ObjectStoreError) {
                assert.isAtMost(outcome.left.message.length, 520)
                assert.isAtMost(outcome.left.detail.length, 420)
              }
            } else assert.notStrictEqual(name, "set")
          }
        }
        const all = seen.join("\n")
        assert.isAbove(signatures.length, 10)
        assert.isAbove(seen.length, 10)
        for (
          const secret of [
            token,
            encodeURIComponent(token),
            JSON.stringify(token).slice(1, -1),
            escaped(token),
            "ordinary words",
            "ASIAEMBEDDED",
            customerKey,
            ...signatures
          ]
        ) {
          assert.isFalse(
            all.includes(secret),
            `${secret} in ${all.slice(Math.max(0, all.indexOf(secret) - 200)).slice(0, 400)}`
          )
        }
      }).pipe(
        Effect.provide(
          Logger.replace(Logger.defaultLogger, Logger.map(Logger.logfmtLogger, (line) => void seen.push(line)))
        ),
        Logger.withMinimumLogLevel(LogLevel.All)
      )
    })
  }
})

describe("what an S3 client rejects with", () => {
  const texts: ReadonlyArray<readonly [text: string, secret: string]> = [
    ["authorization: AWS4-HMAC-SHA256 Credential=AB/2026, SignedHeaders=host, Signature=abcdef", "abcdef"],
    ["{\"authorization\":\"Bearer secret-of-mine\"}", "secret-of-mine"],
    ["x-amz-security-token:secret-of-mine\nhost:a", "secret-of-mine"],
    ["X-Amz-Security-Token=secret-of-mine&a=b", "secret-of-mine"],
    ["the key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE9 is wrong", "wJalrXUtnFEMI"],
    ["the key ASIAIOSFODNN7EXAMPLE is wrong", "ASIAIOSFODNN7EXAMPLE"],
    [`the token ${"FwoGZXIvYXdzE".repeat(30)} is over`, "FwoGZXIvYXdzE"]
  ]
  for (const [text, secret] of texts) {
    it(`shows nothing of ${JSON.stringify(text.slice(0, 60))}, wherever it stands`, () => {
      const carriers: ReadonlyArray<unknown> = [
        text,
        new Error(text),
        Object.assign(new Error("a"), { stack: `Error: ${text}\n    at ${text}`, name: text }),
        Object.assign(new Error("a"), { $response: { headers: { authorization: text, "x-amz-bucket-region": text } } }),
        Object.assign(new Error("a", { cause: new Error(text) }), { $metadata: { requestId: text, more: text } }),
        Object.assign(new Error("a"), { Endpoint: text, ServerTime: text, Region: text, code: text, anything: [text] })
      ]
      for (const carrier of carriers) {
        assert.notInclude(shownOf(toObjectStoreError("load", "s3://b/k", "b", carrier)), secret)
      }
    })
  }

  it("keeps what tells what S3 means", () => {
    const sent = Object.assign(new Error("no"), {
      name: "PermanentRedirect",
      $fault: "client",
      $metadata: { httpStatusCode: 301, requestId: "R1", attempts: 1 },
      $response: { statusCode: 301, headers: { "x-amz-bucket-region": "eu-west-1", server: "a" } },
      Code: "PermanentRedirect"
    })
    const { cause } = toObjectStoreError("load", "s3://b/k", "b", sent)
    assert.instanceOf(cause, Error)
    assert.strictEqual(statusOf(cause), 301)
    assert.strictEqual(nameOf(cause), "PermanentRedirect")
    assert.strictEqual(bucketRegionOf(cause), "eu-west-1")
    assert.strictEqual(Predicate.hasProperty(cause, "Code") ? cause.Code : "", "PermanentRedirect")
    assert.strictEqual(maskRejection(cause), cause)
    const absent = toObjectStoreError("load", "s3://b/k", "b", Object.assign(new Error("a"), { name: "NoSuchKey" }))
    assert.isTrue(isNoSuchObject(absent.cause))
    const network = toObjectStoreError("load", "s3://b/k", "b", new TypeError("a", { cause: { code: "ECONNREFUSED" } }))
    assert.strictEqual(network.reason, "Network")
  })

  it("keeps the action that is not allowed, however far behind it stands", () => {
    for (const length of [0, 100, 400, 500, 1500]) {
      const words = `User: arn:aws:sts::1:role/${
        "long name ".repeat(length / 10)
      } is not authorized to perform: kms:Decrypt`
      const sent = Object.assign(new Error(words), { name: "AccessDenied", $metadata: { httpStatusCode: 403 } })
      const error = toObjectStoreError("load", "s3://b/k", "b", sent)
      assert.isFalse(mayBeAbsent(error))
      assert.include(error.detail, "kms:Decrypt")
      assert.isAtMost(maskRejection(sent).message.length, 500)
    }
  })

  it("is short, and whatever was thrown", () => {
    fc.assert(
      fc.property(fc.anything(), fc.integer({ min: 0, max: 100_000 }), (thrown, length) => {
        for (const cause of [thrown, Object.assign(new Error("m ".repeat(length)), { name: "n ".repeat(length) })]) {
          const error = toObjectStoreError("load", "s3://b/k", "b", cause)
          assert.instanceOf(error.cause, Error)
          assert.isAtMost(inspect(error.cause).length, 5000)
          assert.isAtMost(error.detail.length, 420)
        }
      }),
      property(100)
    )
  })
})

describe("the detail of an ObjectStoreError", () => {
  it("is short, whoever makes it", () => {
    const error = new ObjectStoreError({
      reason: "Unknown",
      operation: "load",
      target: "t",
      detail: "d".repeat(10_000)
    })
    assert.strictEqual(error.detail.length, 420)
    assert.isTrue(Option.isNone(Option.fromNullable(error.cause)))
  })
})
