import { NodeContext } from "@effect/platform-node"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { type Context, Effect, Layer, Option, Redacted, Schema, type Scope } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStore, S3Cache, type S3CacheService } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

class Reports extends S3Cache.Service<Reports>()("app/Reports") {}
class Drafts extends S3Cache.Service<Drafts>()("app/Drafts") {}

const Texts = Keyspace.make("texts", { key: Schema.Number, value: Schema.String })

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "s3-cache-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

describe("two caches in one program", () => {
  it.scoped("over two buckets of a server, reached by one client of the ClientCache", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3
      const credentials = Redacted.make({ accessKeyId: "embedded", secretAccessKey: "embedded-s3" })
      // As ClientCache.client takes it: credentials redacted, fields that may be absent undefined.
      const clientConfig = { ...server.clientConfig, credentials, retryMode: undefined }
      const caches = Layer.mergeAll(
        Reports.layerS3({ bucket: "reports", clientConfig }),
        Drafts.layerS3({ bucket: "drafts", clientConfig }),
        S3Cache.layerS3({ bucket: "reports", clientConfig, keyPrefix: "others/" })
      ).pipe(Layer.provideMerge(ClientCacheLive))

      yield* Effect.gen(function*() {
        yield* Reports.set(Texts.key(1), "a report")
        yield* Drafts.set(Texts.key(1), "a draft")
        assert.strictEqual(yield* Reports.get(Texts.key(1)), "a report")
        assert.strictEqual(yield* Drafts.get(Texts.key(1)), "a draft")
        assert.deepStrictEqual(yield* S3Cache.getOption(Texts.key(1)), Option.none())
        yield* Drafts.remove(Texts.key(1))
        assert.isTrue(yield* Reports.has(Texts.key(1)))
        assert.strictEqual(yield* ClientCache.size, 1)
      }).pipe(Effect.provide(caches))

      // Somebody else, later: what one wrote is in its bucket, and in no other.
      yield* Effect.gen(function*() {
        assert.strictEqual(yield* Reports.get(Texts.key(1)), "a report")
        assert.deepStrictEqual(yield* Drafts.getOption(Texts.key(1)), Option.none())
      }).pipe(Effect.provide(caches))
    }).pipe(Effect.provide(EmbeddedS3.layer({ buckets: ["reports", "drafts"] }))))

  it.effect("are called by their ids, unless their options name them", () =>
    Effect.gen(function*() {
      const nameOf = <Self>(cache: Context.Tag<Self, S3CacheService>) =>
        Effect.map(Effect.flip(Effect.flatMap(cache, (cache) => cache.get(Texts.key(1)))), (error) =>
          error._tag === "CacheNotFoundError" ? error.cache : error._tag)
      const named = Effect.all([nameOf(Reports), nameOf(Drafts), nameOf(S3Cache)])
      const caches = Layer.mergeAll(
        Reports.layerMemory(),
        Drafts.layerMemory({ name: "drafts" }),
        S3Cache.layerMemory()
      )
      assert.deepStrictEqual(yield* Effect.provide(named, caches), ["app/Reports", "drafts", "S3Cache"])
    }))

  it.effect("in memory share neither level, whoever calls the layer's function", () =>
    Effect.gen(function*() {
      const caches = Layer.merge(S3Cache.layerMemory({ maxSize: 0 }), Reports.layerMemory({ maxSize: 0 }))
      yield* Effect.gen(function*() {
        yield* S3Cache.set(Texts.key(1), "one")
        assert.deepStrictEqual(yield* Reports.getOption(Texts.key(1)), Option.none())
      }).pipe(Effect.provide(caches))
      const inner = Effect.provide(S3Cache.getOption(Texts.key(1)), S3Cache.layerMemory({ maxSize: 0 }))
      yield* Effect.gen(function*() {
        yield* S3Cache.set(Texts.key(1), "one")
        assert.deepStrictEqual(yield* inner, Option.none())
        assert.deepStrictEqual(yield* S3Cache.getOption(Texts.key(1)), Option.some("one"))
      }).pipe(Effect.provide(S3Cache.layerMemory({ maxSize: 0 })))
    }))

  it.scoped("in folders", () =>
    Effect.gen(function*() {
      const directory = yield* folder
      const caches = Layer.merge(
        Reports.layerFileSystem({ directory, maxSize: 10 }),
        Drafts.layerFileSystem({ directory: join(directory, "drafts"), maxObjectBytes: 10_000 })
      ).pipe(Layer.provide(NodeContext.layer))
      yield* Effect.provide(Reports.set(Texts.key(1), "a report"), caches)
      assert.strictEqual(yield* Effect.provide(Reports.get(Texts.key(1)), caches), "a report")
      assert.isFalse(yield* Effect.provide(Drafts.has(Texts.key(1)), caches))
    }))

  it.scoped("made over one second level share it, and nothing else", () =>
    Effect.gen(function*() {
      const one = yield* Reports.make()
      const other = yield* S3Cache.make({ name: "other" })
      yield* one.set(Texts.key(1), "a report")
      assert.deepStrictEqual(yield* other.peek(Texts.key(1)), Option.none())
      assert.strictEqual(yield* other.get(Texts.key(1)), "a report")
      assert.strictEqual((yield* other.stats).storeHits, 1)
    }).pipe(Effect.provide(ObjectStore.layerMemory())))

  it("are tags: of classes that have all that S3Cache has, but for Service", () => {
    expectTypeOf(Reports.get(Texts.key(1))).toEqualTypeOf(
      Effect.flatMap(Reports, (reports) => reports.get(Texts.key(1)))
    )
    expectTypeOf(Reports.layerMemory()).toEqualTypeOf<Layer.Layer<Reports, CacheConfigError>>()
    expectTypeOf(Reports.make()).toEqualTypeOf<
      Effect.Effect<S3CacheService, CacheConfigError, ObjectStore | Scope.Scope>
    >()
    expectTypeOf<Context.Tag.Service<typeof Reports>>().toEqualTypeOf<S3CacheService>()
    assert.sameMembers(
      Object.keys(S3Cache).filter((name) => name !== "Service"),
      Object.keys(Reports)
    )
    assert.isFalse("Service" in Reports)
  })

  for (const id of ["", " ", 5, undefined]) {
    it(`have an id: not ${JSON.stringify(id)}`, () => {
      const make: (id: never) => unknown = S3Cache.Service()
      assert.throws(() => make(id as never), CacheConfigError, /S3Cache\.Service: id is .* text that is not blank/)
    })
  }
})

describe("what makes a second level", () => {
  it.scoped("makes another at each run", () =>
    Effect.gen(function*() {
      const server = yield* EmbeddedS3
      const config = { bucket: "reports", clientConfig: server.clientConfig }
      const directory = yield* folder
      const stores = yield* Effect.all({
        memory: ObjectStore.makeMemory,
        otherMemory: ObjectStore.makeMemory,
        s3: ObjectStore.makeS3(config),
        folder: ObjectStore.makeFileSystem({ directory })
      })
      for (const store of Object.values(stores)) {
        assert.isFalse((yield* store.load("a"))._tag === "Found")
        yield* store.save("a", Buffer.from("a"))
        assert.isTrue((yield* store.load("a"))._tag === "Found")
      }
    }).pipe(
      Effect.provide([EmbeddedS3.layer({ buckets: ["reports"] }), NodeContext.layer, ClientCacheLive])
    ))
})
