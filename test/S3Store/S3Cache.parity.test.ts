/** What the documentation of `cache_s3_based` promises, line by line. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schema, TestClock } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { createHash } from "node:crypto"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import * as LocalHttp from "../servers/LocalHttp.js"
import * as S3Server from "../servers/S3Server.js"
import { anyServer, bucket, clientOf, makeBucket } from "./bucketOf.js"

const Datasets = Keyspace.make("etl.fetch_reference_data", {
  key: Schema.Struct({ dataset: Schema.String }),
  value: Schema.NullOr(Schema.Number),
  timeToLive: "1 hour"
})

const counting = () => {
  const asked: Array<string> = []
  return {
    asked,
    fetch: ({ dataset }: { readonly dataset: string }) =>
      Effect.sync(() => {
        asked.push(dataset)
        return dataset.length
      })
  }
}

describe("what cache_s3_based does", () => {
  it.scoped("each entry is an object named {name of the function}/.../{hash of the arguments}, below the prefix", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      yield* (yield* (yield* process()).memoize(Datasets, counting().fetch))({ dataset: "a" })
      const hash = createHash("sha256").update("{\"dataset\":\"a\"}").digest("hex")
      assert.deepStrictEqual(
        requests().filter(({ method }) => method === "PUT").map(({ name }) => name),
        [`etl.fetch_reference_data/1/${hash}`]
      )
    }))

  it.scoped("the prefix is cache/ by default", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make({ buckets: [bucket] })
      const layer = S3Cache.layerS3({ bucket, clientConfig: server.clientConfig })
      yield* S3Cache.set(Datasets.key({ dataset: "a" }), 1).pipe(Effect.provide(layer), Effect.provide(ClientCacheLive))
      assert.deepStrictEqual((yield* server.requests).map(({ key }) => key), [
        `cache/${Datasets.key({ dataset: "a" }).objectName}`
      ])
    }))

  it.scoped("different functions never share entries", () =>
    Effect.gen(function*() {
      const Others = Keyspace.make("etl.other", {
        key: Schema.Struct({ dataset: Schema.String }),
        value: Schema.Number
      })
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const one = yield* cache.memoize(Datasets, () => Effect.succeed(1))
      const other = yield* cache.memoize(Others, () => Effect.succeed(2))
      assert.deepStrictEqual([yield* one({ dataset: "a" }), yield* other({ dataset: "a" })], [1, 2])
    }))

  it.scoped("the value and its time are kept together: null is a hit", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      let calls = 0
      const fetch = () => Effect.sync(() => (calls++, null))
      for (const cache of [yield* process(), yield* process()]) {
        const lookup = yield* cache.memoize(Datasets, fetch)
        assert.isNull(yield* lookup({ dataset: "a" }))
        assert.isNull(yield* lookup({ dataset: "a" }))
      }
      assert.strictEqual(calls, 1)
    }))

  it.scoped("the client does nothing before the first access", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const cache = yield* process()
      const lookup = yield* cache.memoize(Datasets, counting().fetch)
      assert.deepStrictEqual(requests(), [])
      yield* lookup({ dataset: "a" })
      assert.isAbove(requests().length, 0)
    }))

  it.scoped("a layer is built without a request, and the client of the ClientCache is built once", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make({ buckets: [bucket] })
      yield* Layer.build(Layer.provide(S3Cache.layerS3({ bucket, clientConfig: server.clientConfig }), ClientCacheLive))
      assert.deepStrictEqual(yield* server.requests, [])
    }))

  it.scoped("load misses on NoSuchKey", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const cache = yield* process()
      assert.deepStrictEqual(yield* cache.getOption(Datasets.key({ dataset: "a" })), Option.none())
      assert.deepStrictEqual(requests().map(({ method, status }) => [method, status]), [["GET", 404]])
    }))

  it.scoped("an expired object is deleted first, once, then it is a miss, then it is computed and written", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const { asked, fetch } = counting()
      yield* (yield* (yield* process()).memoize(Datasets, fetch))({ dataset: "a" })
      yield* TestClock.adjust("1 hour")
      const lookup = yield* (yield* process()).memoize(Datasets, fetch)
      yield* lookup({ dataset: "a" })
      yield* lookup({ dataset: "a" })
      assert.deepStrictEqual(asked, ["a", "a"])
      // Where a server ignores the condition on which it is deleted, it is replaced.
      assert.deepStrictEqual(
        requests().map(({ method }) => method),
        S3Server.isEmbedded ? ["GET", "PUT", "GET", "DELETE", "PUT"] : ["GET", "PUT", "GET", "PUT"]
      )
    }))

  it.scoped("a delete that is refused does not fail the read", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const key = Datasets.key({ dataset: "a" })
      yield* (yield* process()).set(key, 1)
      yield* TestClock.adjust("1 hour")
      const expired = yield* direct.load(key.objectName)
      const body = expired._tag === "Found" ? expired.body : assert.fail("the object is there")
      const seen: Array<string | undefined> = []
      const denying = yield* LocalHttp.make((request, response) => {
        if (request.url?.includes(".probe/") === true) {
          // The store honours conditions on removals: there is no object of that etag.
          const refused = request.method === "DELETE" && request.headers["if-match"] !== undefined
          return response.writeHead(refused ? 412 : 200, { etag: "\"1\"" }).end()
        }
        seen.push(request.method)
        return request.method === "GET"
          ? response.writeHead(200, { etag: "\"1\"" }).end(body)
          : response.writeHead(403).end("<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
      })
      const client = yield* clientOf(anyServer(denying.url))
      const context = yield* Layer.build(
        S3Cache.layer().pipe(
          Layer.provide(ObjectStore.layerS3Client(client, { bucket, conditionalWrites: "required" }))
        )
      )
      assert.deepStrictEqual(yield* Context.get(context, S3Cache).getOption(key), Option.none())
      assert.deepStrictEqual(seen, ["GET", "DELETE"])
    }))

  it.scoped("the time to live holds for both levels alike; without one, entries never expire", () =>
    Effect.gen(function*() {
      const Forever = Keyspace.make("forever", { key: Schema.String, value: Schema.Number })
      const { process } = yield* makeBucket()
      const [one, other] = [yield* process(), yield* process()]
      yield* one.set(Datasets.key({ dataset: "a" }), 1)
      yield* one.set(Forever.key("a"), 1)
      yield* TestClock.adjust("59 minutes")
      yield* other.get(Datasets.key({ dataset: "a" }))
      yield* TestClock.adjust("1 minute")
      for (const cache of [one, other]) {
        assert.deepStrictEqual(yield* cache.peek(Datasets.key({ dataset: "a" })), Option.none())
        assert.deepStrictEqual(yield* cache.getOption(Datasets.key({ dataset: "a" })), Option.none())
      }
      yield* TestClock.adjust("10000 days")
      assert.strictEqual(yield* (yield* process()).get(Forever.key("a")), 1)
    }))

  it.scoped("other errors are raised again", () =>
    Effect.gen(function*() {
      const denying = yield* LocalHttp.make((_, response) =>
        response.writeHead(403, { "content-type": "application/xml" })
          .end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
      )
      const client = yield* clientOf(anyServer(denying.url))
      const context = yield* Layer.build(
        S3Cache.layer().pipe(Layer.provide(ObjectStore.layerS3Client(client, { bucket })))
      )
      const error = yield* Effect.flip(Context.get(context, S3Cache).getOption(Datasets.key({ dataset: "a" })))
      assert.strictEqual(error.reason, "AccessDenied")
      assert.include(error.message, "s3:ListBucket")
    }))

  it.scoped("every new result is written to both levels at once", () =>
    Effect.gen(function*() {
      const { direct, process } = yield* makeBucket()
      const cache = yield* process()
      yield* (yield* cache.memoize(Datasets, counting().fetch))({ dataset: "a" })
      assert.deepStrictEqual(yield* cache.peek(Datasets.key({ dataset: "a" })), Option.some(1))
      assert.strictEqual((yield* direct.load(Datasets.key({ dataset: "a" }).objectName))._tag, "Found")
    }))

  it.scoped("when memory is full the least recently used entry leaves it; the object stays, and is loaded again", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket()
      const cache = yield* process({ maxSize: 2 })
      const { asked, fetch } = counting()
      const lookup = yield* cache.memoize(Datasets, fetch)
      for (const dataset of ["a", "b", "a", "c"]) yield* lookup({ dataset })
      assert.deepStrictEqual(yield* cache.peek(Datasets.key({ dataset: "b" })), Option.none())
      yield* lookup({ dataset: "b" })
      assert.deepStrictEqual(asked, ["a", "b", "c"])
      assert.isFalse(requests().some(({ method }) => method === "DELETE"))
    }))

  it.scoped("without a limit memory keeps all", () =>
    Effect.gen(function*() {
      const cache = yield* Effect.flatMap(makeMemoryObjectStore, (store) =>
        makeS3CacheService(store, { maxSize: Number.POSITIVE_INFINITY }))
      yield* Effect.forEach(
        Array.from({ length: 1500 }, (_, n) =>
          n),
        (n) => cache.set(Datasets.key({ dataset: String(n) }), n)
      )
      assert.strictEqual((yield* cache.stats).size, 1500)
    }))

  it.scoped("the same arguments in another process reload the value without calling the function", () =>
    Effect.gen(function*() {
      const { process } = yield* makeBucket()
      const { asked, fetch } = counting()
      for (const cache of [yield* process(), yield* process(), yield* process()]) {
        yield* (yield* cache.memoize(Datasets, fetch))({ dataset: "a" })
      }
      assert.deepStrictEqual(asked, ["a"])
    }))

  it.scoped("options of the client are forwarded", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3.make({ buckets: [bucket] })
      let agent = ""
      const front = yield* LocalHttp.make((request, response) => {
        agent = String(request.headers["user-agent"])
        response.writeHead(404).end()
      })
      const layer = S3Cache.layerS3({
        bucket,
        clientConfig: { ...server.clientConfig, endpoint: front.url, customUserAgent: "mine/1.2", maxAttempts: 1 }
      })
      yield* S3Cache.getOption(Datasets.key({ dataset: "a" })).pipe(
        Effect.provide(layer),
        Effect.provide(ClientCacheLive)
      )
      assert.include(agent, "mine/1.2")
    }))
})
