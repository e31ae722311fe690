import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Config, ConfigProvider, Effect, Exit, Fiber, Option } from "effect"
import { ClientCache, ClientCacheKey, ClientCacheLive } from "effect-aws-cache/ClientLayer"
import * as util from "node:util"
import { badKeyOf } from "../support/badKeyOf.js"
import { recordedSpans } from "../support/recordedSpans.js"
import { garbageCollected } from "./garbageCollected.js"

const west = { region: "us-west-2" }
const east = { region: "us-east-1" }

const labels = Effect.map(ClientCache.keys, (keys) => keys.map(String))

describe("ClientCache", () => {
  describe("client", () => {
    it.effect("1,000 fibers that ask for one configuration share one build", () =>
      Effect.gen(function*() {
        let builds = 0
        class Counted extends S3Client {
          constructor(config: { readonly region: string }) {
            super(config)
            builds += 1
          }
        }
        const clients = yield* Effect.all(
          Array.from({ length: 1000 }, (_, n) =>
            ClientCache.client(Counted, { region: n % 2 === 0 ? "us-west-2" : "US-WEST-2" })),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(new Set(clients).size, 1)
        assert.instanceOf(clients[0], Counted)
        assert.strictEqual(builds, 1)
        assert.strictEqual((yield* ClientCache.stats).computations, 1)
        yield* ClientCache.client(Counted, west)
        assert.strictEqual((yield* ClientCache.stats).computations, 1)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("gives one client per class and configuration", () =>
      Effect.gen(function*() {
        const s3 = yield* ClientCache.client(S3Client, west)
        assert.strictEqual(yield* ClientCache.client(S3Client, { ...west, logger: undefined }), s3)
        assert.notStrictEqual(yield* ClientCache.client(S3Client, east), s3)
        assert.notStrictEqual<S3Client>(yield* ClientCache.client(S3, west), s3)
        const dynamo = yield* ClientCache.client(DynamoDBClient, west)
        assert.instanceOf(dynamo, DynamoDBClient)
        assert.strictEqual(yield* Effect.promise(() => s3.config.region()), "us-west-2")
        assert.strictEqual(yield* Effect.promise(() => dynamo.config.region()), "us-west-2")
        const { computations, evicted, hits, misses, size } = yield* ClientCache.stats
        assert.deepStrictEqual({ computations, evicted, hits, misses, size }, {
          computations: 4,
          evicted: 0,
          hits: 1,
          misses: 4,
          size: 4
        })
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("builds from the normalised configuration", () =>
      Effect.gen(function*() {
        const s3 = yield* ClientCache.client(S3Client, { region: "fips-US-EAST-1", endpoint: "HTTP://H:80/" })
        assert.strictEqual(yield* Effect.promise(() => s3.config.region()), "us-east-1")
        assert.strictEqual(yield* Effect.promise(() => Promise.resolve(s3.config.useFipsEndpoint())), true)
        const endpoint = yield* Effect.promise(() => s3.config.endpoint?.() ?? Promise.reject(new Error("none")))
        assert.deepInclude(endpoint, { protocol: "http:", hostname: "h", path: "/" })
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("loads a class when it is needed, a constant loader once", () =>
      Effect.gen(function*() {
        let loads = 0
        const load = () => {
          loads += 1
          return import("@aws-sdk/client-s3").then((module) => module.S3Client)
        }
        const lazy = (yield* ClientCache).client(load, west)
        assert.strictEqual(loads, 0)
        const s3 = yield* lazy
        assert.strictEqual(yield* lazy, s3)
        assert.strictEqual(loads, 1)
        assert.strictEqual(yield* ClientCache.client(S3Client, west), s3)
        const inline = ClientCache.client(() => import("@aws-sdk/client-s3").then((module) => module.S3Client), west)
        assert.strictEqual(yield* inline, s3)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("who waits for a class to be loaded can be interrupted, unless the caller cannot be", () =>
      Effect.gen(function*() {
        const cache = yield* ClientCache
        const load = (): Promise<typeof S3Client> => new Promise(() => {})
        const later = () => Promise.resolve(S3Client)
        const asking = [
          cache.client(load, west),
          cache.withClient(load, west, Effect.succeed),
          Effect.scoped(cache.lease(load, west))
        ]
        for (const ask of asking) {
          const fiber = yield* Effect.fork(ask)
          yield* Effect.yieldNow()
          assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
        }
        const given: Array<S3Client> = []
        for (const ask of [cache.client(later, west), cache.withClient(later, west, Effect.succeed)]) {
          const fiber = yield* Effect.fork(Effect.uninterruptible(Effect.map(ask, (client) => given.push(client))))
          yield* Effect.yieldNow()
          yield* Fiber.interrupt(fiber)
        }
        assert.strictEqual(given.length, 2)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("evicts the least recently used client, and never the one just asked for", () =>
      Effect.gen(function*() {
        const first = yield* ClientCache.client(S3Client, { region: "r-1" })
        yield* ClientCache.client(S3Client, { region: "r-2" })
        yield* ClientCache.client(S3Client, { region: "r-1" })
        yield* ClientCache.client(S3Client, { region: "r-3" })
        assert.deepStrictEqual(yield* labels, ["S3Client(region=r-1)", "S3Client(region=r-3)"])
        assert.strictEqual(yield* ClientCache.client(S3Client, { region: "r-1" }), first)
        assert.strictEqual((yield* ClientCache.stats).evicted, 1)
        yield* ClientCache.resize({ maxSize: 1 })
        assert.deepStrictEqual(yield* labels, ["S3Client(region=r-1)"])
        const error = yield* Effect.flip(ClientCache.resize({ maxSize: -1 }))
        assert.strictEqual(
          error.message,
          "ClientCache: maxSize is -1, but must be a whole number, 0 or more, or Infinity"
        )
        assert.deepStrictEqual(yield* labels, ["S3Client(region=r-1)"])
      }).pipe(Effect.provide(ClientCache.layer({ maxSize: 2 }))))

    it.effect("a limit of zero keeps nothing: a build is over at once, so there is nothing to share", () =>
      Effect.gen(function*() {
        const clients = yield* Effect.all([ClientCache.client(S3Client, west), ClientCache.client(S3Client, west)], {
          concurrency: "unbounded"
        })
        assert.strictEqual(yield* ClientCache.size, 0)
        const another = yield* ClientCache.client(S3Client, west)
        assert.strictEqual(new Set([...clients, another]).size, 3)
        assert.strictEqual((yield* ClientCache.stats).computations, 3)
      }).pipe(Effect.provide(ClientCache.layer({ maxSize: 0 }))))

    it.effect("a bad option is a CacheConfigError", () =>
      Effect.gen(function*() {
        for (const maxSize of [-1, 1.5, Number.NaN]) {
          const error = yield* Effect.flip(Effect.provide(ClientCache.size, ClientCache.layer({ maxSize, name: "c" })))
          assert.strictEqual(error._tag, "CacheConfigError")
          assert.strictEqual(error.message, `c: maxSize is ${maxSize}, but must be ${error.accepted}`)
        }
      }))

    it.effect("a span for a build, none for a hit", () =>
      Effect.gen(function*() {
        const { spans } = yield* recordedSpans(
          Effect.gen(function*() {
            const client = ClientCache.client(S3Client, {
              ...west,
              credentials: { accessKeyId: "sEcReT", secretAccessKey: "sEcReT" }
            })
            yield* client
            yield* Effect.repeatN(client, 10)
          }).pipe(Effect.provide(ClientCacheLive))
        )
        assert.strictEqual(spans.length, 1)
        assert.match(String(spans[0]?.attributes.get("cache.key")), /^S3Client\(region=us-west-2, credentials=#....\)$/)
      }))
  })

  describe("failed builds", () => {
    it.effect("are ClientBuildErrors, and not kept", () =>
      Effect.gen(function*() {
        const cause = new Error("out of luck")
        let failures = 1
        class Flaky extends S3Client {
          constructor(config: { readonly region: string }) {
            super(config)
            if (failures-- > 0) throw cause
          }
        }
        const error = yield* Effect.flip(ClientCache.client(Flaky, west))
        assert.strictEqual(error._tag, "ClientBuildError")
        assert.strictEqual(error.cause, cause)
        assert.strictEqual(error.message, "ClientCache: Flaky(region=us-west-2) could not be built: out of luck")
        assert.propertyVal(error, "reason", "Constructor")
        assert.propertyVal(error, "detail", "out of luck")
        assert.strictEqual(yield* ClientCache.size, 0)
        assert.instanceOf(yield* ClientCache.client(Flaky, west), Flaky)
        assert.strictEqual((yield* ClientCache.stats).computations, 2)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("of what is no client", () =>
      Effect.gen(function*() {
        class Thing extends S3Client {
          constructor(config: { readonly region: string }) {
            super(config)
            Object.defineProperty(this, "middlewareStack", { value: undefined })
          }
        }
        const error = yield* Effect.flip(ClientCache.client(Thing, west))
        assert.strictEqual(
          error.message,
          "ClientCache: Thing(region=us-west-2) could not be built: "
            + "its instances have no send, destroy, config and middlewareStack"
        )
        assert.propertyVal(error, "reason", "NotAClient")
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("do not show secrets, even when the constructor does", () =>
      Effect.gen(function*() {
        class Chatty extends S3Client {
          constructor(config: object) {
            super(config)
            throw new Error(`bad configuration: ${JSON.stringify(config)}`)
          }
        }
        const error = yield* Effect.flip(ClientCache.client(Chatty, {
          ...west,
          endpoint: "http://sEcReT-user:sEcReT-password@h",
          credentials: {
            accessKeyId: "sEcReT",
            secretAccessKey: "sEcReT-and-longer",
            sessionToken: "sEcReT-session"
          },
          token: { token: "sEcReT-token" }
        }))
        assert.include(error.message, "bad configuration")
        assert.notInclude(error.message, "sEcReT")
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("of a loader that fails are not kept, nor its failure", () =>
      Effect.gen(function*() {
        const cause = new Error("no such package")
        let failures = 1
        const load = () => failures-- > 0 ? Promise.reject(cause) : Promise.resolve(S3Client)
        const error = yield* Effect.flip(ClientCache.client(load, west))
        assert.strictEqual(error._tag, "ClientBuildError")
        assert.strictEqual(
          error.message,
          "ClientCache: a client class could not be built: its loader failed with Error: no such package"
        )
        assert.propertyVal(error, "reason", "Loader")
        assert.strictEqual(error.cause, cause)
        assert.instanceOf(yield* ClientCache.client(load, west), S3Client)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("of a loader that throws, or loads no class", () =>
      Effect.gen(function*() {
        const cause = new Error("thrown")
        const thrown = yield* Effect.flip(ClientCache.client((): Promise<typeof S3Client> => {
          throw cause
        }, west))
        assert.strictEqual(thrown.cause, cause)
        const nothing: unknown = undefined
        const expected = "must be an AWS SDK v3 client class such as S3Client, or an arrow function that loads one"
        for (
          const [source, value] of [
            [() => Promise.resolve(nothing), "a loader of something that is no client class (undefined)"],
            ["S3Client", "a string"],
            [null, "null"],
            [function legacy() {}, "the function \"legacy\", which has no send method"]
          ] as const
        ) {
          const error = yield* badKeyOf(ClientCache.client<typeof S3Client>(source as never, west))
          assert.strictEqual(error.message, `ClientCache: the client class is ${value}, but ${expected}`)
        }
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("a bad configuration is a CacheKeyError, and nothing is built", () =>
      Effect.gen(function*() {
        const error = yield* badKeyOf(ClientCache.client(S3Client, { region: "" }))
        assert.strictEqual(error.field, "region")
        assert.strictEqual((yield* ClientCache.stats).computations, 0)
      }).pipe(Effect.provide(ClientCacheLive)))
  })

  describe("verbs on keys", () => {
    it.effect("get, getOption, peek and has build nothing", () =>
      Effect.gen(function*() {
        const key = ClientCacheKey.make(S3Client, west)
        const error = yield* Effect.flip(ClientCache.get(key))
        assert.strictEqual(error._tag, "CacheNotFoundError")
        assert.strictEqual(error.message, "ClientCache: there is no entry under S3Client(region=us-west-2)")
        assert.deepStrictEqual(yield* ClientCache.getOption(key), Option.none())
        assert.deepStrictEqual(yield* ClientCache.peek(key), Option.none())
        assert.isFalse(yield* ClientCache.has(key))
        const client = yield* ClientCache.client(S3Client, west)
        assert.strictEqual(yield* ClientCache.get(key), client)
        assert.strictEqual(Option.getOrThrow(yield* ClientCache.getOption(key)), client)
        assert.strictEqual(Option.getOrThrow(yield* ClientCache.peek(key)), client)
        assert.isTrue(yield* ClientCache.has(key))
        assert.strictEqual((yield* ClientCache.stats).computations, 1)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("add refuses what is there, set replaces it", () =>
      Effect.gen(function*() {
        const key = ClientCacheKey.make(S3Client, west)
        const [mine, other] = [new S3Client(west), new S3Client(west)]
        yield* ClientCache.add(key, mine)
        assert.strictEqual(yield* ClientCache.client(S3Client, west), mine)
        const error = yield* Effect.flip(ClientCache.add(key, other))
        assert.strictEqual(error._tag, "CacheExistsError")
        assert.strictEqual(yield* ClientCache.get(key), mine)
        yield* ClientCache.set(key, other)
        assert.strictEqual(yield* ClientCache.get(key), other)
        assert.strictEqual((yield* ClientCache.stats).computations, 0)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("add and set take clients under keys only", () =>
      Effect.gen(function*() {
        const key = ClientCacheKey.make(S3Client, west)
        const cache = yield* ClientCache
        for (
          const [value, described] of [
            [undefined, "undefined"],
            [null, "null"],
            ["client", "a string"],
            [S3Client, "a function"],
            [{ send: () => {} }, "an instance of Object"],
            [new Map(), "an instance of Map"]
          ] as const
        ) {
          for (const put of [cache.add, cache.set]) {
            const error = yield* Effect.flip(put(key, value as never))
            assert.strictEqual(error._tag, "ClientValueError")
            assert.strictEqual(
              error.message,
              `ClientCache: the value for S3Client(region=us-west-2) is ${described}, but must be an AWS SDK v3 client `
                + "(an object with send, destroy, config and middlewareStack)"
            )
          }
        }
        const error = yield* badKeyOf(cache.set("key" as never, new S3Client(west)))
        assert.strictEqual(
          error.message,
          "ClientCache: key is \"key\", but must be a ClientCacheKey, made by ClientCacheKey.make"
        )
        assert.strictEqual(yield* cache.size, 0)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("remove, pop, popVictim and clear", () =>
      Effect.gen(function*() {
        const key = ClientCacheKey.make(S3Client, west)
        assert.strictEqual((yield* Effect.flip(ClientCache.remove(key)))._tag, "CacheNotFoundError")
        assert.strictEqual((yield* Effect.flip(ClientCache.pop(key)))._tag, "CacheNotFoundError")
        assert.deepStrictEqual(yield* ClientCache.popVictim, Option.none())
        const first = yield* ClientCache.client(S3Client, west)
        yield* ClientCache.remove(key)
        assert.isFalse(yield* ClientCache.has(key))
        const second = yield* ClientCache.client(S3Client, west)
        assert.notStrictEqual(second, first)
        assert.strictEqual(yield* ClientCache.pop(key), second)
        const third = yield* ClientCache.client(S3Client, west)
        const fourth = yield* ClientCache.client(S3Client, east)
        assert.deepStrictEqual(yield* labels, ["S3Client(region=us-west-2)", "S3Client(region=us-east-1)"])
        assert.isTrue((yield* ClientCache.values).every((client, at) => client === [third, fourth][at]))
        assert.deepStrictEqual((yield* ClientCache.entries).map(([key]) => String(key)), yield* labels)
        const [victimKey, victim] = Option.getOrThrow(yield* ClientCache.popVictim)
        assert.strictEqual(victim, third)
        assert.strictEqual(victimKey.id, key.id)
        yield* ClientCache.clear
        assert.strictEqual(yield* ClientCache.size, 0)
      }).pipe(Effect.provide(ClientCacheLive)))

    it.effect("errors show keys without their secrets", () =>
      Effect.gen(function*() {
        const config = { ...west, credentials: { accessKeyId: "sEcReT", secretAccessKey: "sEcReT" } }
        const key = ClientCacheKey.make(S3Client, config)
        yield* ClientCache.add(key, new S3Client(config))
        const exists = yield* Effect.exit(ClientCache.add(key, new S3Client(config)))
        yield* ClientCache.remove(key)
        const missing = yield* Effect.exit(ClientCache.get(key))
        const causes: ReadonlyArray<Cause.Cause<unknown>> = [
          ...Option.toArray(Exit.causeOption(exists)),
          ...Option.toArray(Exit.causeOption(missing))
        ]
        assert.strictEqual(causes.length, 2)
        for (const cause of causes) {
          const error = Cause.squash(cause)
          const shown = [
            String(error),
            JSON.stringify(error),
            util.inspect(error, { depth: 20 }),
            Cause.pretty(cause)
          ]
          for (const text of shown) assert.notInclude(text, "sEcReT")
        }
      }).pipe(Effect.provide(ClientCacheLive)))
  })

  it.effect("keys keep nothing of the configuration", () =>
    Effect.gen(function*() {
      const refs: Array<WeakRef<object>> = []
      const config = () => {
        const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
        refs.push(new WeakRef(logger))
        return { ...west, logger }
      }
      const made = ClientCacheKey.make(S3Client, config())
      yield* ClientCache.client(S3Client, config())
      const kept = yield* ClientCache.keys
      yield* ClientCache.clear
      yield* garbageCollected
      assert.deepStrictEqual(refs.map((ref) => ref.deref()), [undefined, undefined])
      assert.match([made, ...kept].join(), /^S3Client\(region=us-west-2, logger=#\d+\),S3Client\(.*\)$/)
    }).pipe(Effect.provide(ClientCacheLive)))

  describe("layers", () => {
    it.effect("layerTest gives out fakes, one for each configuration", () =>
      Effect.gen(function*() {
        class Fake extends S3Client {
          readonly isFake = true
        }
        const made: Array<unknown> = []
        const layer = ClientCache.layerTest([
          ClientCache.fake(S3Client, (config) => {
            made.push(config)
            return new Fake({ region: "us-east-1" })
          })
        ])
        yield* Effect.gen(function*() {
          const client = yield* ClientCache.client(S3Client, { region: "US-WEST-2" })
          assert.instanceOf(client, Fake)
          assert.strictEqual(yield* ClientCache.client(S3Client, west), client)
          assert.deepStrictEqual(made, [west])
          const error = yield* Effect.flip(ClientCache.client(DynamoDBClient, west))
          assert.strictEqual(
            error.message,
            "ClientCache: DynamoDBClient(region=us-west-2) could not be built: "
              + "ClientCache.layerTest has no fake for DynamoDBClient: "
              + "give it one by ClientCache.fake(DynamoDBClient, (config) => ...)"
          )
        }).pipe(Effect.provide(layer))
      }))

    it.effect("a fake that is nothing is a ClientBuildError", () =>
      Effect.gen(function*() {
        // @ts-expect-error as a test in JavaScript may
        const layer = ClientCache.layerTest([ClientCache.fake(S3Client, () => null)])
        const error = yield* Effect.flip(Effect.provide(ClientCache.client(S3Client, west), layer))
        assert.strictEqual(error._tag, "ClientBuildError")
        assert.include(error.message, "its fake gave null, which is no client")
      }))

    it.effect("layerConfig reads the options", () =>
      Effect.gen(function*() {
        const layer = ClientCache.layerConfig({ maxSize: Config.integer("CLIENTS"), name: Config.string("NAME") })
        const read = Effect.provide(
          Effect.gen(function*() {
            yield* ClientCache.client(S3Client, west)
            yield* ClientCache.client(S3Client, east)
            return [yield* ClientCache.size, (yield* ClientCache).name]
          }),
          layer
        )
        const provider = ConfigProvider.fromMap(new Map([["CLIENTS", "1"], ["NAME", "mine"]]))
        assert.deepStrictEqual(yield* Effect.withConfigProvider(read, provider), [1, "mine"])
      }))
  })
})
