import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import { ConditionalOutcome, LoadOutcome, type S3ObjectStoreOptions } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import type * as Http from "node:http"
import { makeS3ObjectStore } from "../../../src/S3Store/bucket/s3ObjectStore.js"
import * as LocalHttp from "../../servers/LocalHttp.js"
import { makeClient } from "../../servers/s3Client.js"
import { until } from "../../support/until.js"

const bucket = "requests"

/** A store over a server that a test answers for. */
const over = (handler: LocalHttp.Handler, options: Partial<S3ObjectStoreOptions> = {}) =>
  Effect.gen(function*() {
    const server = yield* LocalHttp.make(handler)
    const client = yield* makeClient({
      endpoint: server.url,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "embedded", secretAccessKey: "embedded-s3" }
    })
    return { server, store: yield* makeS3ObjectStore(client, { bucket, ...options }) }
  })

const xml = (response: Http.ServerResponse, status: number, body: string) =>
  response.writeHead(status, { "content-type": "application/xml" }).end(`<?xml version="1.0"?>${body}`)

describe("s3ObjectStore: requests", () => {
  it.scoped("options of puts, gets, deletes and lists are passed on", () =>
    Effect.gen(function*() {
      const seen: Array<Http.IncomingHttpHeaders & { readonly url?: string | undefined }> = []
      const { store } = yield* over((request, response) => {
        seen.push({ ...request.headers, url: request.url })
        if (request.method === "GET" && request.url?.includes("list-type")) {
          xml(response, 200, "<ListBucketResult></ListBucketResult>")
        } else {
          response.writeHead(request.method === "DELETE" ? 204 : 200, { etag: "\"e\"" }).end()
        }
      }, {
        putOptions: {
          ServerSideEncryption: "aws:kms",
          SSEKMSKeyId: "key-1",
          StorageClass: "INTELLIGENT_TIERING",
          Tagging: "team=core",
          Metadata: { owner: "etl" },
          ContentType: "application/x-entry"
        },
        getOptions: { RequestPayer: "requester" },
        deleteOptions: { ExpectedBucketOwner: "123456789012" },
        listOptions: { MaxKeys: 5, RequestPayer: "requester" }
      })
      yield* store.save("a", Buffer.from("a"))
      yield* store.load("a")
      yield* store.remove("a")
      yield* Stream.runDrain(store.list(""))
      const [put, get, remove, list] = seen
      assert.deepInclude(put, {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "key-1",
        "x-amz-storage-class": "INTELLIGENT_TIERING",
        "x-amz-tagging": "team=core",
        "x-amz-meta-owner": "etl",
        "content-type": "application/x-entry"
      })
      // A buffer, not a stream: nothing is sent in signed chunks.
      assert.notProperty(put, "transfer-encoding")
      assert.strictEqual(put?.["content-length"], "1")
      assert.strictEqual(get?.["x-amz-request-payer"], "requester")
      assert.strictEqual(remove?.["x-amz-expected-bucket-owner"], "123456789012")
      assert.strictEqual(list?.["x-amz-request-payer"], "requester")
      assert.include(list?.url ?? "", "max-keys=5")
    }))

  describe("an object that is too large", () => {
    it.scoped("is told from the head of the answer: its body is not read", () =>
      Effect.gen(function*() {
        let written = 0
        const { server, store } = yield* over((_, response) => {
          response.writeHead(200, { "content-length": "1000000000", etag: "\"large\"" })
          const chunk = Buffer.alloc(65_536)
          const write = () => {
            while (!response.destroyed && response.write(chunk)) written += chunk.length
          }
          response.on("drain", write)
          write()
        }, { maxObjectBytes: 1000 })
        assert.deepStrictEqual(yield* store.load("a"), LoadOutcome.TooLarge({ size: 1_000_000_000, etag: "\"large\"" }))
        yield* until(() => server.openSockets() === 0)
        // What fits into buffers on the way, and no more.
        assert.isBelow(written, 20_000_000)
      }))

    it.scoped("is told while it is read, when nothing says how large it is", () =>
      Effect.gen(function*() {
        const { server, store } = yield* over((_, response) => {
          response.writeHead(200, { etag: "\"endless\"" })
          const write = () => {
            while (!response.destroyed && response.write(Buffer.alloc(65_536)));
          }
          response.on("drain", write)
          write()
        }, { maxObjectBytes: 1_000_000 })
        assert.deepStrictEqual(yield* store.load("a"), LoadOutcome.TooLarge({ size: 1_000_001, etag: "\"endless\"" }))
        yield* until(() => server.openSockets() === 0)
      }))

    it.scoped("can be one byte smaller; and its first bytes can be read", () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: [bucket] })
        const store = yield* makeS3ObjectStore(yield* makeClient(server.clientConfig), { bucket, maxObjectBytes: 1000 })
        yield* store.save("a", Buffer.alloc(1000))
        assert.strictEqual((yield* store.load("a"))._tag, "Found")
        yield* store.save("a", Buffer.alloc(1001))
        assert.strictEqual((yield* store.load("a"))._tag, "TooLarge")
        const start = yield* store.load("a", { firstBytes: 10 })
        assert.deepInclude(start, { _tag: "Found", size: 1001 })
      }))

    for (const maxObjectBytes of [0, -1, 1.5, NaN, Infinity]) {
      it.scoped(`a limit of ${maxObjectBytes} is refused`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(over(() => {}, { maxObjectBytes }))
          assert.include(
            error.message,
            `maxObjectBytes is ${maxObjectBytes}, but must be a whole number of bytes above 0`
          )
        }))
    }
  })

  describe("a 403", () => {
    const denying: LocalHttp.Handler = (_, response) =>
      xml(response, 403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")

    it.scoped("is a failure that names s3:ListBucket", () =>
      Effect.gen(function*() {
        const { store } = yield* over(denying)
        const error = yield* Effect.flip(store.load("a"))
        assert.strictEqual(error.reason, "AccessDenied")
        assert.include(error.message, "s3:ListBucket")
      }))

    it.scoped("can be a miss, where a load is denied; other requests still fail", () =>
      Effect.gen(function*() {
        const { store } = yield* over(denying, { onAccessDenied: "miss", conditionalWrites: "required" })
        assert.deepStrictEqual(yield* store.load("a"), LoadOutcome.Absent())
        const others: ReadonlyArray<Effect.Effect<unknown, { readonly reason: string }>> = [
          store.save("a", Buffer.from("a")),
          store.add("a", Buffer.from("a")),
          store.remove("a"),
          Stream.runDrain(store.list(""))
        ]
        for (const request of others) assert.strictEqual((yield* Effect.flip(request)).reason, "AccessDenied")
      }))
  })

  describe("many at once", () => {
    it.scoped("are removed a thousand a request", () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: [bucket] })
        const store = yield* makeS3ObjectStore(yield* makeClient(server.clientConfig), { bucket })
        const names = Array.from({ length: 2100 }, (_, at) => `many/${at}`)
        yield* Effect.forEach(names.slice(0, 1200), (name) => store.save(name, Buffer.from(name)), { concurrency: 32 })
        const before = (yield* server.requests).length
        assert.strictEqual(yield* Stream.runCount(store.list("many/")), 1200)
        yield* store.removeAll(names)
        assert.strictEqual(yield* Stream.runCount(store.list("many/")), 0)
        const methods = (yield* server.requests).slice(before).map(({ method }) => method)
        assert.deepStrictEqual(methods, ["GET", "GET", "POST", "POST", "POST", "GET"])
      }))

    it.scoped("are removed one by one where the server knows no better", () =>
      Effect.gen(function*() {
        const removed: Array<string> = []
        const { store } = yield* over((request, response) => {
          if (request.method === "POST") {
            return xml(response, 501, "<Error><Code>NotImplemented</Code><Message>no</Message></Error>")
          }
          removed.push(request.url ?? "")
          return response.writeHead(204).end()
        })
        yield* store.removeAll(["a", "b"])
        assert.sameMembers(removed, ["/requests/cache/a?x-id=DeleteObject", "/requests/cache/b?x-id=DeleteObject"])
      }))

    it.scoped("one that could not be removed is a failure", () =>
      Effect.gen(function*() {
        const { server, store } = yield* over((request, response) =>
          request.method === "POST"
            ? xml(
              response,
              200,
              "<DeleteResult><Error><Key>cache/b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>"
            )
            : xml(response, 403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
        )
        const error = yield* Effect.flip(store.removeAll(["a", "b"]))
        assert.strictEqual(server.requests(), 2, "it is tried on its own once more")
        assert.deepInclude(error, { reason: "AccessDenied", target: "s3://requests/cache/b" })
      }))
  })

  describe("conditions on removals", () => {
    const removing = (options: Partial<S3ObjectStoreOptions>, conditionalWrites: boolean) =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: [bucket], conditionalWrites })
        const store = yield* makeS3ObjectStore(yield* makeClient(server.clientConfig), { bucket, ...options })
        yield* store.save("a", Buffer.from("a"))
        const outcomes = yield* Effect.all([
          store.removeIfMatch("a", "\"other\""),
          store.removeIfMatch("a", "\"other\"")
        ])
        const object = yield* store.load("a")
        const requests = (yield* server.requests).filter(({ key, method }) =>
          key.includes(".probe") || method === "DELETE"
        )
        return { outcomes, object: object._tag, requests: requests.map(({ method }) => method) }
      })

    it.scoped("are found out about once", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* removing({}, true), {
          outcomes: ["refused", "refused"],
          object: "Found",
          requests: ["PUT", "DELETE", "DELETE", "DELETE", "DELETE"]
        })
      }))

    it.scoped("a server that ignores them is recognised, and nothing is removed", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* removing({}, false), {
          outcomes: ["unsupported", "unsupported"],
          object: "Found",
          requests: ["PUT", "DELETE", "DELETE"]
        })
      }))

    it.scoped("can be switched off, and taken for granted", () =>
      Effect.gen(function*() {
        const off = yield* removing({ conditionalDeletes: "off" }, true)
        assert.deepStrictEqual(off, { outcomes: ["unsupported", "unsupported"], object: "Found", requests: [] })
        const required = yield* removing({ conditionalDeletes: "required" }, true)
        assert.deepStrictEqual(required.requests, ["DELETE", "DELETE"])
      }))
  })

  it.scoped("the form of etags that a server takes is remembered", () =>
    Effect.gen(function*() {
      const forms: Array<string | undefined> = []
      const { store } = yield* over((request, response) => {
        const form = request.headers["if-match"]
        forms.push(form)
        response.writeHead(form?.startsWith("\"") ? 412 : 200, { etag: "\"next\"" }).end()
      }, { conditionalWrites: "required" })
      const first = yield* store.replace("a", Buffer.from("a"), "\"one\"")
      assert.deepStrictEqual(first, ConditionalOutcome.Written({ etag: Option.some("\"next\"") }))
      yield* store.replace("a", Buffer.from("a"), "\"two\"")
      assert.deepStrictEqual(forms, ["\"one\"", "one", "two"])
    }))
})
