import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import {
  Chunk,
  Config,
  ConfigProvider,
  Deferred,
  Effect,
  Exit,
  Fiber,
  Layer,
  Option,
  Scope,
  Stream,
  TestClock
} from "effect"
import {
  ClientCache,
  ClientCacheKey,
  ClientCustomization,
  ResourceDefinition,
  Session,
  SessionLive
} from "effect-aws-cache/ClientLayer"
import { badKeyOf } from "../support/badKeyOf.js"
import { sessionEnvironment, setVariable } from "./sessionEnvironment.js"

const make = (...args: Parameters<typeof Session.make>) => Effect.zipRight(sessionEnvironment(), Session.make(...args))

const regionOf = (client: { readonly config: { readonly region: () => Promise<string> } }) =>
  Effect.promise(() => client.config.region())

const labels = (cache: { readonly keys: Effect.Effect<ReadonlyArray<ClientCacheKey<unknown>>> }) =>
  Effect.map(cache.keys, (keys) => keys.map(String))

const regions = ["us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2"]

describe("Session", () => {
  describe("client", () => {
    it.scoped("gives the same client for the same call, another one for another", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const s3 = yield* session.client(S3Client)
        assert.instanceOf(s3, S3Client)
        assert.strictEqual(yield* session.client(S3Client), s3)
        assert.strictEqual(yield* session.client(S3Client, {}), s3)
        assert.strictEqual(yield* session.client(S3Client, undefined, { evictionPolicy: "LRU" }), s3)
        assert.notStrictEqual(yield* session.client(S3Client, { region: "us-west-2" }), s3)
        assert.instanceOf(yield* session.client(DynamoDBClient), DynamoDBClient)
        assert.strictEqual(yield* session.caches.client.LRU.size, 3)
        assert.strictEqual(yield* session.caches.client.LFU.size, 0)
      }))

    it.scoped("takes the session's region and the same one given for one", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "US-EAST-1" })
        const s3 = yield* session.client(S3Client)
        assert.strictEqual(yield* session.client(S3Client, { region: "us-east-1" }), s3)
        assert.strictEqual(yield* session.client(S3Client, { region: "US-East-1" }), s3)
        assert.strictEqual(yield* regionOf(s3), "us-east-1")
        assert.deepStrictEqual(yield* labels(session.caches.client.LRU), ["S3Client(region=us-east-1)"])
        assert.deepStrictEqual(yield* session.regionName, Option.some("us-east-1"))
      }))

    it.scoped("takes a FIPS region of the session for a region and an option", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "fips-us-gov-west-1" })
        const s3 = yield* session.client(S3Client)
        assert.strictEqual(yield* session.client(S3Client, { region: "us-gov-west-1", useFipsEndpoint: true }), s3)
        assert.deepStrictEqual(yield* session.regionName, Option.some("us-gov-west-1"))
        assert.deepStrictEqual(yield* labels(session.caches.client.LRU), [
          "S3Client(region=us-gov-west-1, useFipsEndpoint=true)"
        ])
      }))

    it.scoped("1,000 fibers that ask for one client share one build, and nobody waits for another key's", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const gate = yield* Deferred.make<void>()
        const slow = ClientCustomization.make("slow", () => Deferred.await(gate))
        const waiting = yield* Effect.fork(
          Effect.all(
            Array.from({ length: 1000 }, () => session.client(S3Client, {}, { customize: slow })),
            { concurrency: "unbounded" }
          )
        )
        assert.instanceOf(yield* session.client(S3Client), S3Client)
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual(new Set(yield* Fiber.join(waiting)).size, 1)
        assert.strictEqual((yield* session.caches.client.LRU.stats).computations, 2)
      }))

    it.scoped("a build that fails leaves nothing", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        class Broken extends S3Client {
          constructor(config: { readonly region: string }) {
            super(config)
            throw new Error("broken")
          }
        }
        const failure = yield* Effect.flip(session.client(Broken, { region: "us-east-1" }))
        assert.strictEqual(failure._tag, "ClientBuildError")
        assert.strictEqual(yield* session.caches.client.LRU.size, 0)
      }))

    it.scoped("counts a new client's use once", () =>
      Effect.gen(function*() {
        const session = yield* make({ evictionPolicy: "LFU", maxSize: 2 })
        yield* session.client(S3Client, { region: "us-east-1" })
        yield* session.client(S3Client, { region: "us-east-2" })
        yield* session.client(S3Client, { region: "us-east-2" })
        // Had the first use counted twice, the first two would be equals now.
        yield* session.client(S3Client, { region: "us-west-1" })
        assert.deepStrictEqual(yield* labels(session.caches.client.LFU), [
          "S3Client(region=us-west-1)",
          "S3Client(region=us-east-2)"
        ])
      }))

    it.scoped("says what is wrong with a configuration that cannot be read", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const broken = {
          get maxAttempts(): number {
            throw new Error("no")
          }
        }
        assert.strictEqual((yield* badKeyOf(session.client(S3Client, broken))).field, "config")
        assert.strictEqual((yield* badKeyOf(session.client(S3Client, { region: "not a region" }))).field, "region")
      }))
  })

  describe("the two caches", () => {
    it.scoped("LRU is the default, LFU is apart", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const lru = yield* session.client(S3Client)
        const lfu = yield* session.client(S3Client, {}, { evictionPolicy: "LFU" })
        assert.notStrictEqual(lfu, lru)
        assert.strictEqual(yield* session.client(S3Client, {}, { evictionPolicy: "LRU" }), lru)
        assert.strictEqual(yield* session.client(S3Client, {}, { evictionPolicy: "LFU" }), lfu)
      }))

    it.scoped("the session's default policy can be LFU", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1", evictionPolicy: "LFU" })
        const lfu = yield* session.client(S3Client)
        assert.strictEqual(yield* session.client(S3Client, {}, { evictionPolicy: "LFU" }), lfu)
        assert.notStrictEqual(yield* session.client(S3Client, {}, { evictionPolicy: "LRU" }), lfu)
      }))

    it.scoped("nothing is shared between sessions", () =>
      Effect.gen(function*() {
        const one = yield* make({ region: "us-east-1" })
        const other = yield* make({ region: "us-east-1" })
        assert.notStrictEqual(yield* one.client(S3Client), yield* other.client(S3Client))
        yield* one.caches.client.LRU.clear
        assert.strictEqual(yield* other.caches.client.LRU.size, 1)
      }))

    it.scoped("a bad policy is refused, and changes nothing", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        for (const evictionPolicy of ["FIFO", "", "lru", "W-TinyLFU", 1, null]) {
          const options: object = { evictionPolicy, maxSize: 1 }
          for (
            const call of [
              session.client(S3Client, {}, options),
              Effect.scoped(session.lease(S3Client, {}, options)),
              session.withClient(S3Client, {}, () => Effect.void, options)
            ]
          ) {
            if (evictionPolicy === null) continue
            const failure = yield* Effect.flip(call)
            assert.strictEqual(failure._tag, "CacheConfigError")
            assert.include(failure.message, "evictionPolicy")
            assert.include(failure.message, "\"LRU\" or \"LFU\"")
          }
        }
        assert.strictEqual((yield* session.caches.client.LRU.stats).misses, 0)
        const options: object = { evictionPolicy: "ARC" }
        assert.strictEqual((yield* Effect.flip(Effect.scoped(Session.make(options))))._tag, "CacheConfigError")
      }))

    it.scoped("a bad size is refused, and changes nothing", () =>
      Effect.gen(function*() {
        const session = yield* make({ maxSize: 3 })
        for (const region of regions.slice(0, 3)) yield* session.client(S3Client, { region })
        const before = yield* labels(session.caches.client.LRU)
        for (const maxSize of [-1, 1.5, Number.NaN, -Infinity, "2", true]) {
          const options: object = { maxSize }
          const failure = yield* Effect.flip(session.client(S3Client, { region: "eu-west-1" }, options))
          assert.strictEqual(failure._tag, "CacheConfigError")
          assert.include(failure.message, "maxSize")
        }
        assert.deepStrictEqual(yield* labels(session.caches.client.LRU), before)
        assert.strictEqual((yield* Effect.flip(Effect.scoped(Session.make({ maxSize: -1 }))))._tag, "CacheConfigError")
      }))

    it.scoped("a bad configuration changes no limit", () =>
      Effect.gen(function*() {
        const session = yield* make({})
        for (const region of regions) yield* session.client(S3Client, { region })
        yield* badKeyOf(session.client(S3Client, { region: "no region" }, { maxSize: 1 }))
        assert.strictEqual(yield* session.caches.client.LRU.size, regions.length)
      }))

    it.scoped("a limit is set when it is given, kept when it is not, and can be changed again", () =>
      Effect.gen(function*() {
        const session = yield* make({})
        yield* session.client(S3Client, { region: "us-east-1" }, { maxSize: 2 })
        for (const region of regions) yield* session.client(S3Client, { region })
        assert.strictEqual(yield* session.caches.client.LRU.size, 2)
        yield* session.client(S3Client, { region: "us-east-1" }, { maxSize: 4 })
        for (const region of regions) yield* session.client(S3Client, { region })
        assert.strictEqual(yield* session.caches.client.LRU.size, 4)
        assert.strictEqual(yield* session.caches.client.LFU.size, 0)
      }))

    it.scoped("the default limit is 10", () =>
      Effect.gen(function*() {
        const session = yield* make({})
        for (let n = 1; n <= 12; n++) yield* session.client(S3Client, { region: "us-east-1", maxAttempts: n })
        assert.strictEqual(yield* session.caches.client.LRU.size, 10)
      }))
  })

  // Where the Python package fails with the client that was asked for.
  describe("a limit that is given with a call", () => {
    it.scoped("0 gives a client and keeps none", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        yield* session.client(S3Client)
        const s3 = yield* session.client(S3Client, {}, { maxSize: 0 })
        assert.instanceOf(s3, S3Client)
        assert.strictEqual(yield* session.caches.client.LRU.size, 0)
        assert.instanceOf(yield* session.client(S3Client), S3Client)
        assert.strictEqual(yield* session.caches.client.LRU.size, 0)
      }))

    for (const evictionPolicy of ["LRU", "LFU"] as const) {
      for (const maxSize of [1, 2, 3]) {
        it.scoped(`${maxSize} keeps the client that is asked for, even the next victim of ${evictionPolicy}`, () =>
          Effect.gen(function*() {
            const session = yield* make({ evictionPolicy })
            const victim = yield* session.client(S3Client, { region: "us-east-1" })
            for (const region of regions.slice(1)) {
              yield* session.client(S3Client, { region })
              yield* session.client(S3Client, { region })
            }
            const cache = session.caches.client[evictionPolicy]
            const before = yield* labels(cache)
            assert.strictEqual(before[0], "S3Client(region=us-east-1)")
            assert.strictEqual(yield* session.client(S3Client, { region: "us-east-1" }, { maxSize }), victim)
            const after = yield* labels(cache)
            assert.strictEqual(after.length, maxSize)
            assert.sameMembers([...after], ["S3Client(region=us-east-1)", ...before.slice(before.length - maxSize + 1)])
            assert.strictEqual((yield* cache.stats).computations, regions.length)
          }))

        it.scoped(`${maxSize} keeps a client that is new, under ${evictionPolicy}`, () =>
          Effect.gen(function*() {
            const session = yield* make({ evictionPolicy })
            for (const region of regions) {
              yield* session.client(S3Client, { region })
              yield* session.client(S3Client, { region })
            }
            const made = yield* session.client(S3Client, { region: "ap-south-1" }, { maxSize })
            const cache = session.caches.client[evictionPolicy]
            assert.include(yield* labels(cache), "S3Client(region=ap-south-1)")
            assert.strictEqual(yield* session.client(S3Client, { region: "ap-south-1" }), made)
            assert.strictEqual(yield* cache.size, maxSize)
          }))
      }
    }

    it.scoped("a client in the middle of the order stays too", () =>
      Effect.gen(function*() {
        const session = yield* make({})
        for (const region of regions) yield* session.client(S3Client, { region })
        const asked = yield* session.clientKey(S3Client, { region: "us-west-1" })
        yield* session.client(S3Client, { region: "us-west-1" }, { maxSize: 2 })
        assert.isTrue(yield* session.caches.client.LRU.has(asked))
        assert.deepStrictEqual(yield* labels(session.caches.client.LRU), [
          "S3Client(region=eu-west-2)",
          "S3Client(region=us-west-1)"
        ])
      }))

    it.scoped("that is larger is there before the build, so nobody leaves for it", () =>
      Effect.gen(function*() {
        const session = yield* make({ maxSize: 6 })
        for (const region of regions) yield* session.client(S3Client, { region })
        yield* session.client(S3Client, { region: "ap-south-1" }, { maxSize: 20 })
        assert.strictEqual(yield* session.caches.client.LRU.size, 7)
        assert.strictEqual((yield* session.caches.client.LRU.stats).evicted, 0)
      }))

    it.scoped("goes for lease and withClient as well", () =>
      Effect.gen(function*() {
        const session = yield* make({})
        for (const region of regions) yield* session.client(S3Client, { region })
        const first = yield* session.client(S3Client, { region: "us-east-1" })
        yield* session.withClient(
          S3Client,
          { region: "us-east-1" },
          (s3) => Effect.sync(() => assert.strictEqual(s3, first)),
          { maxSize: 3 }
        )
        assert.strictEqual(yield* session.caches.client.LRU.size, 3)
        assert.strictEqual(yield* session.lease(S3Client, { region: "us-east-1" }, { maxSize: 1 }), first)
        assert.strictEqual(yield* session.caches.client.LRU.size, 1)
      }))
  })

  describe("leases", () => {
    it.scoped("lease and withClient give the client that client gives", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const s3 = yield* session.client(S3Client)
        assert.strictEqual(yield* Effect.scoped(session.lease(S3Client)), s3)
        assert.strictEqual(yield* session.withClient(S3Client, {}, Effect.succeed), s3)
        yield* session.withClient(S3Client, {}, () =>
          Effect.map(session.caches.client.LRU.stats, ({ leased }) =>
            assert.strictEqual(leased, 1)))
        assert.strictEqual((yield* session.caches.client.LRU.stats).leased, 0)
      }))

    it.scoped("closing a session waits for leases", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const scope = yield* Scope.make()
        const session = yield* Scope.extend(Session.make({ region: "us-east-1" }), scope)
        const gate = yield* Deferred.make<void>()
        const started = yield* Deferred.make<void>()
        const using = yield* Effect.fork(
          session.withClient(S3Client, {}, () =>
            Effect.zipRight(Deferred.succeed(started, undefined), Deferred.await(gate)))
        )
        yield* Deferred.await(started)
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* Effect.yieldNow()
        assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(using)
        yield* Fiber.join(closing)
      }))
  })

  it.scoped("closing a session waits for all leases at the same time, for one grace period", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const scope = yield* Scope.make()
      const session = yield* Scope.extend(Session.make({ region: "us-east-1", gracePeriod: "10 seconds" }), scope)
      const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (s3) => ({ s3 }) })
      for (const evictionPolicy of ["LRU", "LFU"] as const) {
        yield* session.lease(S3Client, {}, { evictionPolicy })
        yield* session.leaseResource(Plain, {}, {}, { evictionPolicy })
      }
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("9 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(closing)
    }))

  describe("keys and caches", () => {
    it.scoped("clientKey is the key in the caches, with what the session adds", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const key = yield* session.clientKey(S3Client)
        assert.strictEqual(String(key), "S3Client(region=us-east-1)")
        const cache = session.caches.client.LRU
        assert.isTrue(Option.isNone(yield* cache.getOption(key)))
        const s3 = yield* session.client(S3Client)
        assert.strictEqual(yield* cache.get(key), s3)
        assert.strictEqual(yield* cache.get(ClientCacheKey.make(S3Client, { region: "us-east-1" })), s3)
        yield* cache.remove(key)
        assert.notStrictEqual(yield* session.client(S3Client), s3)
      }))

    it.scoped("the caches complete what they are asked for themselves", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        assert.strictEqual(yield* session.caches.client.LRU.client(S3Client), yield* session.client(S3Client))
        assert.strictEqual(
          yield* Effect.scoped(session.caches.client.LFU.lease(S3Client)),
          yield* session.client(S3Client, {}, { evictionPolicy: "LFU" })
        )
      }))

    it.scoped("a client that was added is given out", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const mine = new S3Client({ region: "us-east-1" })
        yield* session.caches.client.LRU.add(yield* session.clientKey(S3Client), mine)
        assert.strictEqual(yield* session.client(S3Client), mine)
      }))

    it.effect("layerClientCache gives what asks for a ClientCache the session's", () =>
      Effect.gen(function*() {
        const s3 = yield* ClientCache.client(S3Client)
        assert.strictEqual(yield* Session.client(S3Client), s3)
        assert.strictEqual(yield* regionOf(s3), "eu-central-1")
      }).pipe(
        Effect.provide(Layer.provideMerge(Session.layerClientCache(), Session.layer({ region: "eu-central-1" })))
      ))

    it.scoped("customize and variant are part of the key", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const plain = yield* session.client(S3Client)
        let applied = 0
        const customize = ClientCustomization.make<S3Client>("counted", () => {
          applied += 1
        })
        const customised = yield* session.client(S3Client, {}, { customize })
        assert.notStrictEqual(customised, plain)
        assert.strictEqual(yield* session.client(S3Client, {}, { customize }), customised)
        assert.strictEqual(applied, 1)
        assert.notStrictEqual(yield* session.client(S3Client, {}, { variant: "mine" }), plain)
      }))
  })

  describe("events", () => {
    it.scoped("tell what happens in its caches, and in which", () =>
      Effect.gen(function*() {
        const session = yield* make({ region: "us-east-1" })
        const seen = yield* session.events.pipe(
          Stream.filter(({ event }) => event._tag === "Inserted"),
          Stream.take(2),
          Stream.runCollect,
          Effect.fork
        )
        yield* Effect.repeatN(Effect.yieldNow(), 50)
        yield* session.client(S3Client)
        yield* session.client(S3Client, {}, { evictionPolicy: "LFU" })
        const events = Chunk.toReadonlyArray(yield* Fiber.join(seen))
        assert.deepStrictEqual(
          events.map(({ cache, event, evictionPolicy }) => [cache, evictionPolicy, String(event.key)]),
          [["client", "LRU", "S3Client(region=us-east-1)"], ["client", "LFU", "S3Client(region=us-east-1)"]]
        )
      }))
  })

  describe("as a layer", () => {
    it.effect("serves the statics", () =>
      Effect.gen(function*() {
        const s3 = yield* Session.client(S3Client)
        assert.strictEqual(yield* Effect.scoped(Session.lease(S3Client)), s3)
        assert.strictEqual(yield* Session.withClient(S3Client, {}, Effect.succeed), s3)
        assert.isTrue(yield* (yield* Session.caches).client.LRU.has(yield* Session.clientKey(S3Client)))
        assert.deepStrictEqual(yield* Session.regionName, Option.some("us-west-2"))
        assert.isString(yield* Session.profileName)
        assert.include(yield* Session.getAvailablePartitions, "aws")
        assert.strictEqual(yield* Session.getPartitionForRegion("us-west-2"), "aws")
        assert.include(yield* Session.getAvailableRegions("s3"), "us-west-2")
        assert.include(yield* Session.getAvailableServices, "s3")
        assert.isArray(yield* Session.availableProfiles)
        assert.strictEqual((yield* Session.stats).credentialResolutions, 0)
        yield* Session.reload
      }).pipe(Effect.provide(Session.layer({ region: "us-west-2" }))))

    it.scoped("reads its options from Config", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const layer = Session.layerConfig({
          region: Config.string("REGION"),
          maxSize: Config.integer("SIZE"),
          evictionPolicy: Config.literal("LRU", "LFU")("POLICY")
        })
        const program = Effect.gen(function*() {
          for (const region of regions) yield* Session.client(S3Client, { region })
          const { client } = yield* Session.caches
          return [yield* client.LRU.size, yield* client.LFU.size, Option.getOrNull(yield* Session.regionName)]
        })
        const provider = ConfigProvider.fromMap(new Map([["REGION", "eu-west-3"], ["SIZE", "2"], ["POLICY", "LFU"]]))
        assert.deepStrictEqual(
          yield* program.pipe(Effect.provide(layer), Effect.withConfigProvider(provider)),
          [0, 2, "eu-west-3"]
        )
      }))

    it.scoped("SessionLive takes what the environment says", () =>
      Effect.gen(function*() {
        yield* sessionEnvironment({ variables: { AWS_REGION: "sa-east-1" } })
        assert.deepStrictEqual(yield* Effect.provide(Session.regionName, SessionLive), Option.some("sa-east-1"))
        yield* setVariable("AWS_PROFILE", "nobody")
        const failure = yield* Effect.flip(Effect.provide(Session.regionName, SessionLive))
        assert.strictEqual(failure._tag, "ProfileNotFoundError")
      }))
  })
})
