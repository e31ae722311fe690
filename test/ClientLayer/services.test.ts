import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Option } from "effect"
import { CacheConfigError, CacheMetrics } from "effect-aws-cache/Cache"
import {
  ClientCache,
  ClientCacheKey,
  ClientCacheLive,
  ResourceCache,
  ResourceDefinition,
  Session
} from "effect-aws-cache/ClientLayer"
import { ObjectStore } from "effect-aws-cache/S3Store"
import { counted } from "../support/measured.js"
import { fetchObject, localS3 } from "./localS3.js"
import { sessionEnvironment } from "./sessionEnvironment.js"

class Reports extends ClientCache.Service<Reports>()("app/Reports") {}
class Archive extends ClientCache.Service<Archive>()("app/Archive") {}
class Buckets extends ResourceCache.Service<Buckets>()("app/Buckets") {}
class ReportBuckets extends ResourceCache.Service<ReportBuckets>()("app/ReportBuckets", { clients: Reports }) {}
class Production extends Session.Service<Production>()("app/Production") {}
class Staging extends Session.Service<Staging>()("app/Staging") {}

const Bucket = ResourceDefinition.make({ name: "Bucket", client: S3Client, make: (s3) => ({ s3 }) })

describe("classes of client caches", () => {
  it.scoped("are caches of their own, with connections of their own", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* Effect.gen(function*() {
        const config = server.config()
        const reports = yield* Reports.client(S3Client, config)
        const archive = yield* Archive.client(S3Client, config)
        assert.notStrictEqual(reports, archive)
        assert.strictEqual(yield* Reports.client(S3Client, server.config()), reports)
        assert.notStrictEqual(yield* ClientCache.client(S3Client, config), reports)
        yield* Reports.withClient(S3Client, config, (s3) => fetchObject(s3, "one"))
        yield* Effect.scoped(Effect.flatMap(Archive.lease(S3Client, config), (s3) => fetchObject(s3, "two")))
        assert.deepStrictEqual([server.executions("one"), server.executions("two")], [1, 1])
        assert.strictEqual((yield* Reports.stats).freeSockets, 1)
        assert.strictEqual((yield* Archive.stats).freeSockets, 1)
        assert.strictEqual((yield* ClientCache.stats).freeSockets, 0)
        yield* Reports.clear
        assert.deepStrictEqual([yield* Reports.size, yield* Archive.size, yield* ClientCache.size], [0, 1, 1])
      }).pipe(Effect.provide(Layer.mergeAll(Reports.layer({ maxSize: 2 }), Archive.layer(), ClientCacheLive)))
    }))

  it.effect("are named by their identifier in errors and metrics, unless their options have a name", () =>
    Effect.gen(function*() {
      const key = ClientCacheKey.make(S3Client, { region: "us-west-2" })
      const cacheOf = (layer: Layer.Layer<Reports, CacheConfigError>) =>
        Effect.map(Effect.flip(Effect.provide(Reports.get(key), layer)), ({ cache }) => cache)
      assert.strictEqual(yield* cacheOf(Reports.layer()), "app/Reports")
      assert.strictEqual(yield* cacheOf(Reports.layer({ name: "reports" })), "reports")
      assert.strictEqual(yield* cacheOf(Reports.layerTest([])), "app/Reports")
      const refused = yield* Effect.flip(Effect.provide(Reports.size, Reports.layer({ maxSize: -1 })))
      assert.strictEqual(refused.cache, "app/Reports")
      yield* Effect.provide(Reports.client(S3Client, {}), Reports.layer({ metrics: true }))
      assert.strictEqual(yield* counted(CacheMetrics.lookups, "app/Reports", { "cache.outcome": "miss" }), 1)
    }))

  it.effect("have make, layerTest and fakes", () =>
    Effect.gen(function*() {
      const fake = new S3Client({ region: "us-east-1" })
      const test = Reports.layerTest([Reports.fake(S3Client, () => fake)])
      assert.strictEqual(yield* Effect.provide(Reports.client(S3Client, {}), test), fake)
      const made = yield* Reports.make()
      assert.strictEqual(made.name, "app/Reports")
      assert.strictEqual((yield* ClientCache.make()).name, "ClientCache")
      const without = yield* Effect.flip(Effect.provide(Reports.client(S3Client, {}), Reports.layerTest([])))
      assert.include(without.message, "app/Reports.layerTest has no fake for S3Client")
    }).pipe(Effect.scoped))

  it("refuse a blank identifier, and what is no class of client caches", () => {
    for (const id of ["", " "]) {
      assert.throws(() => ClientCache.Service()(id), CacheConfigError)
      assert.throws(() => ResourceCache.Service()(id), CacheConfigError)
      assert.throws(() => Session.Service()(id), CacheConfigError)
    }
    assert.throws(
      () => ResourceCache.Service()("app/Tables", { clients: "app/Reports" as never }),
      /ClientCache.Service/
    )
  })
})

describe("classes of resource caches", () => {
  it.scoped("stand on the client cache that they name", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const resources = Layer.merge(Buckets.layer(), ReportBuckets.layer())
      const clients = Layer.merge(Reports.layer(), ClientCacheLive)
      yield* Effect.gen(function*() {
        const { s3 } = yield* ReportBuckets.resource(Bucket, server.config())
        assert.strictEqual(yield* Reports.client(S3Client, server.config()), s3)
        yield* ReportBuckets.withResource(Bucket, server.config(), (bucket) => fetchObject(bucket.s3, "one"))
        assert.strictEqual(server.executions("one"), 1)
        const other = yield* Buckets.resource(Bucket, server.config())
        assert.strictEqual(yield* ClientCache.client(S3Client, server.config()), other.s3)
        assert.notStrictEqual(other.s3, s3)
        assert.deepStrictEqual([yield* Buckets.size, yield* ReportBuckets.size], [1, 1])
      }).pipe(Effect.provide(Layer.provideMerge(resources, clients)))
      const { name } = yield* Effect.provide(ReportBuckets.make(), Reports.layer())
      assert.strictEqual(name, "app/ReportBuckets")
    }))
})

describe("resources over a mock of clients", () => {
  it.effect("die, and say what to use instead", () =>
    Effect.gen(function*() {
      const mocked = Layer.mock(ClientCache, { lease: () => Effect.die("not asked") })
      const exit = yield* Effect.exit(
        Effect.provide(Buckets.resource(Bucket, {}), Layer.provide(Buckets.layer(), mocked))
      )
      assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "use ClientCache.layerTest with a fake")
      const fake = ClientCache.layerTest([ClientCache.fake(S3Client, (config) => new S3Client(config))])
      const { s3 } = yield* Effect.provide(Buckets.resource(Bucket, {}), Layer.provide(Buckets.layer(), fake))
      assert.instanceOf(s3, S3Client)
    }))
})

describe("layers over clients", () => {
  it.effect("fail with a key error where verbs die of it: their configuration is an option", () =>
    Effect.gen(function*() {
      const layer = ObjectStore.layerS3({ bucket: "reports", clientConfig: { region: " " } })
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.provide(layer, ClientCacheLive))))
      assert.propertyVal(error, "_tag", "CacheKeyError")
      assert.propertyVal(error, "field", "region")
    }))
})

describe("classes of sessions", () => {
  it.scoped("are sessions of their own, and their caches can be those of classes", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment({ variables: { AWS_REGION: "us-east-1" } })
      const server = yield* localS3
      const sessions = Layer.merge(Production.layer({ region: "eu-central-1" }), Staging.layer())
      const caches = Layer.mergeAll(
        Production.layerClientCache("LFU", Reports),
        Staging.layerClientCache(),
        Production.layerResourceCache("LRU", Buckets)
      )
      yield* Effect.gen(function*() {
        const { region: _, ...config } = server.config()
        assert.deepStrictEqual(
          [yield* Production.regionName, yield* Staging.regionName],
          [Option.some("eu-central-1"), Option.some("us-east-1")]
        )
        const mine = yield* Reports.client(S3Client, config)
        assert.strictEqual(yield* Production.client(S3Client, config, { evictionPolicy: "LFU" }), mine)
        assert.strictEqual(yield* Effect.promise(() => mine.config.region()), "eu-central-1")
        yield* fetchObject(mine, "one")
        const theirs = yield* Staging.client(S3Client, config)
        assert.strictEqual(yield* ClientCache.client(S3Client, config), theirs)
        const bucket = yield* Production.resource(Bucket, config)
        assert.strictEqual(yield* Buckets.resource(Bucket, config), bucket)
        // Resources of one's own over the clients of a session.
        const own = yield* ReportBuckets.make()
        assert.strictEqual((yield* own.resource(Bucket, config)).s3, mine)
      }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(caches, sessions)))
    }))

  it.effect("are named by their identifier", () =>
    Effect.gen(function*() {
      const fake = ClientCache.fake(S3Client, (config) => new S3Client(config))
      const missing = yield* Effect.flip(
        Effect.provide(Staging.send(S3Client, {}, new ListBucketsCommand({})), Staging.layerTest([fake]))
      )
      assert.include(missing.message, "app/Staging")
      assert.strictEqual(
        yield* Effect.provide(Effect.map(Staging, ({ name }) => name), Staging.layerTest([])),
        "app/Staging"
      )
    }))
})
