import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Either, Exit, Fiber, Layer, Option, Schema, TestClock } from "effect"
import {
  Keyspace,
  ObjectStore,
  type ObjectStoreError,
  S3Cache,
  type S3CacheOptions,
  type S3ObjectStoreOptions
} from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { Readable } from "node:stream"
import { makeS3ObjectStore } from "../../../src/S3Store/bucket/s3ObjectStore.js"
import * as FaultProxy from "../../servers/FaultProxy.js"
import * as LocalHttp from "../../servers/LocalHttp.js"
import { until } from "../../support/until.js"

const { Fault } = FaultProxy
const bucket = "faults"
const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number })

const clientOf = (endpoint: string, maxAttempts: number) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      new S3Client({
        endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        maxAttempts,
        credentials: { accessKeyId: "embedded", secretAccessKey: "embedded-s3" }
      })
    ),
    (client) => Effect.sync(() => client.destroy())
  )

/** A server, a proxy in front of it, a store that goes through the proxy, and one that does not. */
const behindProxy = (options: Partial<S3ObjectStoreOptions> & { readonly maxAttempts?: number } = {}) =>
  Effect.gen(function*() {
    const server = yield* EmbeddedS3.make({ buckets: [bucket] })
    const proxy = yield* FaultProxy.make({ port: Number(new URL(server.endpoint).port) })
    const { maxAttempts = 1, ...rest } = options
    const client = yield* clientOf(proxy.url, maxAttempts)
    return {
      server,
      proxy,
      store: yield* makeS3ObjectStore(client, { bucket, ...rest }),
      direct: yield* makeS3ObjectStore(yield* clientOf(server.endpoint, 1), { bucket })
    }
  })

/** The object of a name, which must be there. */
const found = (store: ObjectStore, name: string) =>
  Effect.flatMap(
    store.load(name),
    (outcome) => outcome._tag === "Found" ? Effect.succeed(outcome) : Effect.dieMessage(`${name} is ${outcome._tag}`)
  )

const cacheOf = (client: S3Client, options: S3CacheOptions = {}, storeOptions: Partial<S3ObjectStoreOptions> = {}) =>
  Effect.map(
    Layer.build(
      S3Cache.layer(options).pipe(Layer.provide(ObjectStore.layerS3Client(client, { bucket, ...storeOptions })))
    ),
    Context.get(S3Cache)
  )

describe("s3ObjectStore", () => {
  describe("options", () => {
    for (
      const [options, message] of [
        [{ bucket: "" }, "bucket is \"\""],
        [{ bucket, keyPrefix: "ü/" }, "keyPrefix is \"ü/\""],
        [{ bucket, keyPrefix: "k".repeat(701) }, "keyPrefix is"],
        [{ bucket, requestTimeout: 0 }, "requestTimeout is 0, but must be a duration above zero"]
      ] as const
    ) {
      it.scoped(`refuses ${message}`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(makeS3ObjectStore(yield* clientOf("http://127.0.0.1:1", 1), options))
          assert.strictEqual(error._tag, "CacheConfigError")
          assert.include(error.message, message.slice(0, 12))
        }))
    }
  })

  describe("what the server answers", () => {
    it.scoped("a missing bucket is an error, not a miss", () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make()
        const store = yield* makeS3ObjectStore(yield* clientOf(server.endpoint, 1), { bucket: "nowhere" })
        const requests: ReadonlyArray<Effect.Effect<unknown, ObjectStoreError>> = [
          store.load("a"),
          store.save("a", Buffer.from("b")),
          store.add("a", Buffer.from("b"))
        ]
        for (const request of requests) {
          const error = yield* Effect.flip(request)
          assert.strictEqual(error.reason, "NoSuchBucket")
          assert.include(error.message, "there is no bucket nowhere")
        }
      }))

    it.scoped("403 is an error whose message names s3:ListBucket, and no secret", () =>
      Effect.gen(function*() {
        const server = yield* LocalHttp.make((_, response) => response.writeHead(403).end())
        const store = yield* makeS3ObjectStore(yield* clientOf(server.url, 1), { bucket })
        const error = yield* Effect.flip(store.load("a"))
        assert.strictEqual(error.reason, "AccessDenied")
        assert.include(error.message, "load of s3://faults/cache/a: access denied")
        assert.include(error.message, "s3:ListBucket on bucket faults")
        assert.notInclude(JSON.stringify(error), "embedded-s3")
      }))

    for (
      const [status, code, reason] of [
        [503, "SlowDown", "Throttled"],
        [429, "TooManyRequests", "Throttled"],
        [500, "InternalError", "Unavailable"],
        [502, "BadGateway", "Unavailable"],
        [418, "Teapot", "Rejected"]
      ] as const
    ) {
      it.scoped(`${status} ${code} has the reason ${reason}`, () =>
        Effect.gen(function*() {
          const server = yield* LocalHttp.make((_, response) =>
            response.writeHead(status, { "content-type": "application/xml" }).end(
              `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`
            )
          )
          const store = yield* makeS3ObjectStore(yield* clientOf(server.url, 1), { bucket })
          assert.strictEqual((yield* Effect.flip(store.load("a"))).reason, reason)
        }))
    }

    it.scoped("a bare 404 is a miss", () =>
      Effect.gen(function*() {
        const server = yield* LocalHttp.make((_, response) => response.writeHead(404).end())
        const store = yield* makeS3ObjectStore(yield* clientOf(server.url, 1), { bucket })
        assert.strictEqual((yield* store.load("a"))._tag, "Absent")
      }))

    it.scoped("rubbish instead of XML is an error", () =>
      Effect.gen(function*() {
        const server = yield* LocalHttp.make((_, response) => response.writeHead(500).end("<html>oops"))
        const store = yield* makeS3ObjectStore(yield* clientOf(server.url, 1), { bucket })
        assert.strictEqual((yield* Effect.flip(store.load("a")))._tag, "ObjectStoreError")
      }))
  })

  describe("conditional writes", () => {
    it.scoped("are found out about once, and the probe leaves nothing", () =>
      Effect.gen(function*() {
        const { server, store } = yield* behindProxy()
        yield* Effect.forEach(["a", "b", "c"], (name) => store.add(name, Buffer.from(name)), {
          concurrency: "unbounded"
        })
        const probes = (yield* server.requests).filter(({ key }) => key?.startsWith("cache/.probe/"))
        assert.deepStrictEqual(probes.map(({ method, status }) => [method, status]), [
          ["PUT", 200],
          ["PUT", 412],
          ["DELETE", 204]
        ])
      }))

    it.scoped("a store that ignores conditions is recognised, and add refuses instead of pretending", () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: [bucket], conditionalWrites: false })
        const cache = yield* cacheOf(yield* clientOf(server.endpoint, 1))
        const error = yield* Effect.flip(cache.add(Numbers.key("a"), 1))
        assert.strictEqual(error._tag, "ObjectStoreError")
        assert.include(error.message, "ConditionalWritesUnsupported")
        yield* cache.set(Numbers.key("a"), 1)
        assert.strictEqual(yield* cache.get(Numbers.key("a")), 1)
      }))

    it.scoped("can be switched off, and be taken for granted", () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: [bucket] })
        const client = yield* clientOf(server.endpoint, 1)
        const off = yield* makeS3ObjectStore(client, { bucket, conditionalWrites: "off" })
        assert.strictEqual((yield* Effect.flip(off.add("a", Buffer.from("a")))).reason, "ConditionalWritesUnsupported")
        const required = yield* makeS3ObjectStore(client, { bucket, conditionalWrites: "required" })
        assert.strictEqual((yield* required.add("a", Buffer.from("a")))._tag, "Written")
        assert.strictEqual((yield* required.add("a", Buffer.from("a")))._tag, "Refused")
        assert.strictEqual((yield* server.requests).length, 2)
      }))

    it.scoped("a writer whose reply was lost still learns that it won", () =>
      Effect.gen(function*() {
        // The server stores the object, the reply is cut, the SDK tries again and is refused by its own write.
        const server = yield* EmbeddedS3.make({ buckets: [bucket] })
        const front = yield* LocalHttp.make(lossy(server.endpoint, (method, seen) => method === "PUT" && seen === 1))
        const cache = yield* cacheOf(yield* clientOf(front.url, 3), {}, { conditionalWrites: "required" })
        yield* cache.add(Numbers.key("a"), 1)
        const puts = (yield* server.requests).filter(({ method }) => method === "PUT")
        assert.deepStrictEqual(puts.map(({ status }) => status), [200, 412])
        const other = yield* cacheOf(yield* clientOf(server.endpoint, 1))
        assert.strictEqual(yield* other.get(Numbers.key("a")), 1)
        assert.strictEqual((yield* Effect.flip(other.add(Numbers.key("a"), 2)))._tag, "CacheExistsError")
      }))

    it.scoped("an etag without its quotes is tried where one with them is refused", () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: [bucket] })
        const direct = yield* makeS3ObjectStore(yield* clientOf(server.endpoint, 1), { bucket })
        yield* direct.save("a", Buffer.from("old"))
        const { etag } = yield* found(direct, "a")
        // Like Ceph's gateway: a quoted etag never matches.
        const front = yield* LocalHttp.make(
          lossy(server.endpoint, () => false, (headers) => String(headers["if-match"] ?? "").startsWith("\""))
        )
        const store = yield* makeS3ObjectStore(yield* clientOf(front.url, 1), { bucket, conditionalWrites: "required" })
        assert.strictEqual((yield* store.replace("a", Buffer.from("new"), etag))._tag, "Written")
        assert.strictEqual((yield* store.replace("a", Buffer.from("newer"), etag))._tag, "Refused")
        assert.strictEqual((yield* store.replace("b", Buffer.from("newer"), etag))._tag, "Refused")
        assert.strictEqual(Buffer.from((yield* found(direct, "a")).body).toString(), "new")
      }))

    it.scoped("an object is removed on condition only while it is the same", () =>
      Effect.gen(function*() {
        const { store } = yield* behindProxy()
        yield* store.save("a", Buffer.from("old"))
        const { etag } = yield* found(store, "a")
        yield* store.save("a", Buffer.from("fresh"))
        assert.strictEqual(yield* store.removeIfMatch("a", etag), "refused")
        const fresh = yield* found(store, "a")
        assert.strictEqual(Buffer.from(fresh.body).toString(), "fresh")
        assert.strictEqual(yield* store.removeIfMatch("a", fresh.etag), "removed")
        assert.strictEqual((yield* store.load("a"))._tag, "Absent")
        assert.strictEqual(yield* store.removeIfMatch("a", fresh.etag), "refused")
        yield* store.remove("a")
      }))
  })

  describe("a bad connection", () => {
    it.scoped("reset, refused and cut off are errors; nothing wrong is returned, and it works again afterwards", () =>
      Effect.gen(function*() {
        const { direct, proxy, store } = yield* behindProxy()
        yield* direct.save("a", Buffer.alloc(100_000, 1))
        for (const fault of [Fault.Reset(), Fault.Refuse(), Fault.CutAfter({ bytes: 1000 })]) {
          yield* proxy.set(fault)
          assert.strictEqual((yield* Effect.flip(store.load("a")))._tag, "ObjectStoreError", fault._tag)
          yield* proxy.set(Fault.Pass())
          assert.strictEqual((yield* found(store, "a")).body.length, 100_000)
        }
      }))

    for (const [name, fault] of [["hangs", Fault.Hang()], ["stalls within the body", undefined]] as const) {
      it.scoped(`a server that ${name} is given up after the request timeout, and interruption does not wait`, () =>
        Effect.gen(function*() {
          const server = yield* LocalHttp.make((_, response) => {
            if (fault === undefined) response.writeHead(200, { "content-length": "100" }).write("half")
          })
          const store = yield* makeS3ObjectStore(yield* clientOf(server.url, 1), {
            bucket,
            requestTimeout: "3 seconds"
          })
          const load = yield* Effect.fork(Effect.flip(store.load("a")))
          yield* until(() => server.requests() === 1)
          yield* TestClock.adjust("2999 millis")
          assert.isTrue(Option.isNone(yield* Fiber.poll(load)))
          yield* TestClock.adjust("1 millis")
          const error = yield* Fiber.join(load)
          assert.strictEqual(error.reason, "Timeout")
          assert.strictEqual(error.message, "load of s3://faults/cache/a: no answer within 3s (Timeout)")
          const second = yield* Effect.fork(store.load("a"))
          yield* until(() => server.requests() === 2)
          assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(second)))
          // Both connections are given up, not left open.
          yield* until(() => server.openSockets() === 0)
        }))
    }

    it.scoped("corrupted bytes are never taken for a value", () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: [bucket] })
        const proxy = yield* FaultProxy.make({ port: Number(new URL(server.endpoint).port) })
        const direct = yield* cacheOf(yield* clientOf(server.endpoint, 1))
        yield* direct.set(Numbers.key("a"), 1234)
        const client = yield* clientOf(proxy.url, 1)
        for (let at = 0; at < 300; at += 7) {
          yield* proxy.set(Fault.Corrupt({ at }))
          const cache = yield* cacheOf(client, { maxSize: 0 })
          const value = yield* Effect.either(cache.getOption(Numbers.key("a")))
          if (Either.isRight(value) && Option.isSome(value.right)) assert.strictEqual(value.right.value, 1234)
          else assert.isTrue(Either.isLeft(value) || (yield* cache.stats).unreadable === 1)
        }
      }))
  })

  describe("S3Cache over a store that is down", () => {
    it.scoped("memory serves on, memoize computes and returns, reads and writes fail typed", () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: [bucket] })
        const proxy = yield* FaultProxy.make({ port: Number(new URL(server.endpoint).port) })
        const cache = yield* cacheOf(yield* clientOf(proxy.url, 1))
        yield* cache.set(Numbers.key("kept"), 1)
        yield* proxy.set(Fault.Refuse())
        assert.strictEqual(yield* cache.get(Numbers.key("kept")), 1)
        assert.strictEqual((yield* Effect.flip(cache.get(Numbers.key("other"))))._tag, "ObjectStoreError")
        const length = yield* cache.memoize(Numbers, (key) => Effect.succeed(key.length))
        assert.strictEqual(yield* length("computed"), 8)
        // A write whose fate is unknown leaves nothing in memory that might be wrong.
        assert.strictEqual((yield* Effect.flip(cache.set(Numbers.key("kept"), 2)))._tag, "ObjectStoreError")
        yield* proxy.set(Fault.Pass())
        assert.strictEqual(yield* cache.get(Numbers.key("kept")), 1)
        // What was computed is kept in memory, though it could not be written.
        assert.deepStrictEqual(yield* cache.getOption(Numbers.key("computed")), Option.some(8))
        const other = yield* cacheOf(yield* clientOf(server.endpoint, 1))
        assert.deepStrictEqual(yield* other.getOption(Numbers.key("computed")), Option.none())
        assert.isAtLeast((yield* cache.stats).storeErrors, 4)
      }))
  })

  it.scoped("sends one request for a load, and none for a hit in memory", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make({ buckets: [bucket] })
      const writer = yield* cacheOf(yield* clientOf(server.endpoint, 1))
      yield* writer.set(Numbers.key("a"), 1)
      const cache = yield* cacheOf(yield* clientOf(server.endpoint, 1))
      const before = (yield* server.requests).length
      yield* cache.get(Numbers.key("a"))
      yield* cache.get(Numbers.key("a"))
      assert.deepStrictEqual((yield* server.requests).slice(before).map(({ method }) => method), ["GET"])
    }))
})

/**
 * Passes requests on to a server, except that it drops the reply to those that `lose` names (by method, and how many of
 * it came before), and answers 412 by itself where `refuse` says so.
 */
const lossy = (
  endpoint: string,
  lose: (method: string, seen: number) => boolean,
  refuse: (headers: Readonly<Record<string, unknown>>) => boolean = () => false
): LocalHttp.Handler => {
  const seen = new Map<string, number>()
  return (request, response, body) => {
    const method = request.method ?? "GET"
    const count = (seen.get(method) ?? 0) + 1
    seen.set(method, count)
    if (refuse(request.headers)) {
      response.writeHead(412).end()
      return
    }
    const headers = new Headers()
    for (const [name, value] of Object.entries(request.headers)) {
      if (!["host", "connection", "content-length", "expect"].includes(name)) headers.set(name, String(value))
    }
    fetch(endpoint + (request.url ?? "/"), { method, headers, ...(body.length > 0 ? { body } : {}) }).then(
      async (answer) => {
        const bytes = Buffer.from(await answer.arrayBuffer())
        if (lose(method, count)) {
          request.socket.destroy()
          return
        }
        const kept = [...answer.headers].filter(([name]) => !["connection", "transfer-encoding"].includes(name))
        response.writeHead(answer.status, Object.fromEntries(kept))
        Readable.from([bytes]).pipe(response)
      },
      () => request.socket.destroy()
    )
  }
}
