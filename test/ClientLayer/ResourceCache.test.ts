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
  Schema,
  Scope,
  Stream,
  TestClock
} from "effect"
import type { CacheNotFoundError } from "effect-aws-cache/Cache"
import {
  ClientCache,
  ClientCacheKey,
  ClientCacheLive,
  ClientCustomization,
  ResourceCache,
  ResourceCacheKey,
  ResourceCacheLive,
  ResourceDefinition,
  type ResourceValueError
} from "effect-aws-cache/ClientLayer"
import { makeResourceCache } from "../../src/ClientLayer/resource/makeResourceCache.js"
import { badKeyOf } from "../support/badKeyOf.js"
import { turns, until } from "../support/until.js"

const west = { region: "us-west-2" }
const east = { region: "us-east-1" }

class Bucket {
  readonly client: S3Client
  readonly name: string
  isOpen = true
  constructor(client: S3Client, name: string) {
    this.client = client
    this.name = name
  }
}

const Buckets = ResourceDefinition.make({
  name: "Bucket",
  client: S3Client,
  options: Schema.Struct({ bucket: Schema.String }),
  make: (client, { bucket }) => new Bucket(client, bucket),
  release: (bucket) =>
    Effect.sync(() => {
      bucket.isOpen = false
    }),
  isResource: (u) => u instanceof Bucket
})

const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: (client) => ({ client }) })

const both = (resources: number, clients = 10) =>
  Layer.provideMerge(ResourceCache.layer({ maxSize: resources }), ClientCache.layer({ maxSize: clients }))

const labels = Effect.map(ResourceCache.keys, (keys) => keys.map(String))
const bucketNames = Effect.map(
  ResourceCache.values,
  (values) => values.map((value) => value instanceof Bucket ? value.name : "?")
)
const bucket = (name: string, config = west) => ResourceCache.resource(Buckets, config, { bucket: name })
const keyOf = (name: string, config = west) => ResourceCacheKey.make(Buckets, config, { bucket: name })

/** Calls what the types would not let us call. */
const unchecked = (
  f: Function,
  ...args: ReadonlyArray<unknown>
): Effect.Effect<unknown, CacheNotFoundError | ResourceValueError> => Reflect.apply(f, undefined, args)

/** Waits until a figure of the cache is what is expected. */
const settled = (isSettled: Effect.Effect<boolean, never, ResourceCache | ClientCache>) =>
  Effect.repeat(Effect.zipRight(turns(1), isSettled), { until: (done) => done })

const noneReleasing = settled(Effect.map(ResourceCache.stats, ({ releasing }) => releasing === 0))

describe("ResourceCache", () => {
  describe("resource", () => {
    it.effect("1,000 fibers that ask for one resource share one build", () =>
      Effect.gen(function*() {
        const found = yield* Effect.all(
          Array.from({ length: 1000 }, (_, n) => bucket("a", { region: n % 2 === 0 ? "us-west-2" : "US-WEST-2" })),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(new Set(found).size, 1)
        assert.strictEqual((yield* ResourceCache.stats).computations, 1)
        assert.strictEqual((yield* ClientCache.stats).computations, 1)
      }).pipe(Effect.provide(both(10))))

    it.effect("gives one resource per definition, configuration and options, over one client per configuration", () =>
      Effect.gen(function*() {
        const a = yield* bucket("a")
        assert.instanceOf(a, Bucket)
        assert.strictEqual(yield* bucket("a"), a)
        const b = yield* bucket("b")
        assert.notStrictEqual(b, a)
        assert.strictEqual(b.client, a.client)
        const far = yield* bucket("a", east)
        assert.notStrictEqual(far.client, a.client)
        const plain = yield* ResourceCache.resource(Plain, west)
        assert.strictEqual(plain.client, a.client)
        assert.strictEqual(yield* ClientCache.client(S3Client, west), a.client)
        const { computations, evicted, hits, leased, misses, size } = yield* ResourceCache.stats
        assert.deepStrictEqual({ computations, evicted, hits, leased, misses, size }, {
          computations: 4,
          evicted: 0,
          hits: 1,
          leased: 0,
          misses: 4,
          size: 4
        })
        assert.strictEqual((yield* ClientCache.stats).computations, 2)
      }).pipe(Effect.provide(both(10))))

    it.effect("evicts the least recently used resource, and never the one just asked for", () =>
      Effect.gen(function*() {
        const a = yield* bucket("a")
        const b = yield* bucket("b")
        yield* bucket("a")
        yield* bucket("c")
        assert.deepStrictEqual(yield* bucketNames, ["a", "c"])
        yield* noneReleasing
        assert.deepStrictEqual([a.isOpen, b.isOpen], [true, false])
        assert.strictEqual((yield* ResourceCache.stats).evicted, 1)
        yield* ResourceCache.resize({ maxSize: 1 })
        assert.deepStrictEqual(yield* bucketNames, ["c"])
        const error = yield* Effect.flip(ResourceCache.resize({ maxSize: -1 }))
        assert.strictEqual(error._tag, "CacheConfigError")
        assert.deepStrictEqual(yield* bucketNames, ["c"])
      }).pipe(Effect.provide(both(2))))

    it.effect("LFU evicts what was used less often, among equals the least recently used", () =>
      Effect.gen(function*() {
        yield* bucket("a")
        yield* bucket("a")
        yield* bucket("b")
        yield* bucket("c")
        yield* bucket("d")
        assert.deepStrictEqual(yield* bucketNames, ["c", "d", "a"])
      }).pipe(
        Effect.provide(
          Layer.provide(ResourceCache.layer({ evictionPolicy: "LFU", maxSize: 3 }), ClientCacheLive)
        )
      ))

    it.effect("a limit of zero keeps nothing, still shares builds, and releases what was used", () =>
      Effect.gen(function*() {
        const Slow = ResourceDefinition.make({
          name: "Slow",
          client: S3Client,
          make: (client) => Effect.as(turns(1), new Bucket(client, "slow")),
          release: (bucket: Bucket) =>
            Effect.sync(() => {
              bucket.isOpen = false
            })
        })
        const slow = ResourceCache.resource(Slow, west)
        const [one, other] = yield* Effect.all([slow, slow], { concurrency: "unbounded" })
        assert.strictEqual(one, other)
        yield* noneReleasing
        assert.isFalse(one.isOpen)
        assert.strictEqual(yield* ResourceCache.size, 0)
        yield* ResourceCache.withResource(
          Buckets,
          west,
          (resource) => Effect.sync(() => assert.isTrue(resource.isOpen)),
          { bucket: "a" }
        )
        assert.strictEqual((yield* ResourceCache.stats).computations, 2)
        assert.strictEqual((yield* ClientCache.stats).computations, 1)
      }).pipe(Effect.provide(both(0))))

    it.effect("a bad option is a CacheConfigError", () =>
      Effect.gen(function*() {
        for (const maxSize of [-1, 2.5, Number.NaN]) {
          const error = yield* Effect.flip(
            Effect.provide(
              ResourceCache.size,
              Layer.provide(ResourceCache.layer({ maxSize, name: "r" }), ClientCacheLive)
            )
          )
          assert.strictEqual(error._tag, "CacheConfigError")
          assert.include(error.message, `r: maxSize is ${maxSize}, but must be`)
        }
      }))

    it.effect("loads a class when the first resource over it is built, not for a key", () =>
      Effect.gen(function*() {
        let loads = 0
        const Lazy = ResourceDefinition.make({
          name: "Lazy",
          client: () => {
            loads += 1
            return import("@aws-sdk/client-s3").then((module) => module.S3Client)
          },
          make: (client) => ({ client })
        })
        const key = ResourceCacheKey.make(Lazy, west)
        assert.isFalse(yield* ResourceCache.has(key))
        assert.strictEqual(loads, 0)
        const { client } = yield* ResourceCache.resource(Lazy, west)
        assert.strictEqual(client, yield* ClientCache.client(S3Client, west))
        assert.isTrue(yield* ResourceCache.has(key))
        yield* ResourceCache.resource(Lazy, east)
        assert.strictEqual(loads, 1)
      }).pipe(Effect.provide(both(10))))
  })

  describe("leases", () => {
    it.effect("a resource in the cache leases its client, a resource that left lets go of it", () =>
      Effect.gen(function*() {
        const figures = Effect.map(ClientCache.stats, ({ clients, leased, retired }) => ({
          leases: clients.map(({ leases }) => leases),
          leased,
          retired
        }))
        yield* bucket("a")
        yield* bucket("b")
        assert.deepStrictEqual(yield* figures, { leases: [2], leased: 1, retired: 0 })
        // Its place in the cache of clients is taken, and still it is kept for the resources.
        yield* ClientCache.client(S3Client, east)
        assert.deepStrictEqual(yield* figures, { leases: [0], leased: 0, retired: 1 })
        yield* ResourceCache.remove(keyOf("a"))
        yield* noneReleasing
        assert.deepStrictEqual(yield* figures, { leases: [0], leased: 0, retired: 1 })
        yield* ResourceCache.remove(keyOf("b"))
        yield* noneReleasing
        yield* settled(Effect.map(ClientCache.stats, ({ retired }) => retired === 0))
        assert.strictEqual((yield* ClientCache.stats).computations, 2)
      }).pipe(Effect.provide(both(10, 1))))

    it.effect("a client that was evicted under a resource is built a second time for others", () =>
      Effect.gen(function*() {
        const { client } = yield* bucket("a")
        yield* ClientCache.client(S3Client, east)
        assert.notStrictEqual(yield* ClientCache.client(S3Client, west), client)
        // The resource that is there goes on with its own.
        assert.strictEqual((yield* bucket("a")).client, client)
      }).pipe(Effect.provide(both(10, 1))))

    it.effect("lease and withResource keep a resource that was evicted until they are done", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const leased = yield* ResourceCache.lease(Buckets, west, { bucket: "a" }).pipe(
          Effect.zipLeft(ResourceCache.lease(Buckets, west, { bucket: "a" })),
          Scope.extend(scope)
        )
        yield* ResourceCache.withResource(Buckets, west, (used) =>
          Effect.gen(function*() {
            yield* bucket("c")
            yield* turns(5)
            assert.deepStrictEqual(yield* bucketNames, ["c"])
            assert.deepStrictEqual([leased.isOpen, used.isOpen], [true, true])
            assert.strictEqual((yield* ResourceCache.stats).retired, 2)
          }), { bucket: "b" })
        assert.isTrue(leased.isOpen)
        yield* Scope.close(scope, Exit.void)
        yield* noneReleasing
        assert.isFalse(leased.isOpen)
        assert.strictEqual((yield* ResourceCache.stats).retired, 0)
      }).pipe(Effect.provide(both(1))))

    it.effect("leaseKey and pop lease what is there; they build nothing", () =>
      Effect.gen(function*() {
        const key = keyOf("a")
        const absent = yield* Effect.flip(Effect.scoped(ResourceCache.leaseKey(key)))
        assert.strictEqual(
          absent.message,
          "ResourceCache: there is no entry under Bucket(region=us-west-2, "
            + `${String(key).slice(25)}`
        )
        const made = yield* bucket("a")
        yield* Effect.scoped(Effect.gen(function*() {
          assert.strictEqual(yield* ResourceCache.leaseKey(key), made)
          assert.strictEqual(yield* ResourceCache.pop(key), made)
          assert.strictEqual(yield* ResourceCache.size, 0)
          yield* turns(5)
          assert.isTrue(made.isOpen)
        }))
        yield* noneReleasing
        assert.isFalse(made.isOpen)
        assert.strictEqual((yield* Effect.flip(Effect.scoped(ResourceCache.pop(key))))._tag, "CacheNotFoundError")
        assert.isTrue(Option.isNone(yield* Effect.scoped(ResourceCache.popVictim)))
        yield* bucket("b")
        yield* bucket("c")
        const victim = yield* Effect.scoped(ResourceCache.popVictim)
        assert.deepStrictEqual(Option.map(victim, ([key]) => String(key)), Option.some(String(keyOf("b"))))
      }).pipe(Effect.provide(both(10))))

    it.effect("a resource is released first, then its scope is closed, then its client is let go", () =>
      Effect.gen(function*() {
        const steps: Array<string> = []
        const clients = yield* ClientCache
        const step = (name: string) =>
          Effect.map(clients.stats, ({ leased, retired }) => steps.push(`${name}, client leased: ${leased + retired}`))
        const Stepwise = ResourceDefinition.make({
          name: "Stepwise",
          client: S3Client,
          make: (client) => Effect.as(Effect.addFinalizer(() => step("scope closed")), { client }),
          release: () => step("released")
        })
        yield* ResourceCache.resource(Stepwise, west)
        yield* clients.clear
        yield* ResourceCache.clear
        yield* noneReleasing
        yield* step("gone")
        assert.deepStrictEqual(steps, [
          "released, client leased: 1",
          "scope closed, client leased: 1",
          "gone, client leased: 0"
        ])
      }).pipe(Effect.provide(both(10))))

    it.effect("a release that fails is told, and the client is let go all the same", () =>
      Effect.gen(function*() {
        const Stubborn = ResourceDefinition.make({
          name: "Stubborn",
          client: S3Client,
          make: (client) => ({ client }),
          release: () => Effect.fail("no")
        })
        const events = yield* Effect.fork(Stream.runCollect(Stream.take(
          Stream.filter(ResourceCache.events, ({ _tag }) => _tag === "Released"),
          1
        )))
        yield* turns(3)
        yield* ResourceCache.resource(Stubborn, west)
        yield* ResourceCache.clear
        assert.deepInclude(Chunk.toReadonlyArray(yield* Fiber.join(events))[0], { outcome: "failure" })
        assert.strictEqual((yield* ClientCache.stats).leased, 0)
      }).pipe(Effect.provide(both(10))))

    it.effect("a release that hangs is interrupted when its time is over, and the client is let go", () =>
      Effect.gen(function*() {
        let interrupted = false
        const Hanging = ResourceDefinition.make({
          name: "Hanging",
          client: S3Client,
          make: (client) => ({ client }),
          release: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => (interrupted = true)))
        })
        yield* ResourceCache.resource(Hanging, west)
        yield* ResourceCache.clear
        yield* turns(3)
        assert.strictEqual((yield* ClientCache.stats).leased, 1)
        yield* TestClock.adjust("200 millis")
        yield* noneReleasing
        yield* turns(3)
        assert.isTrue(interrupted)
        assert.strictEqual((yield* ClientCache.stats).leased, 0)
      }).pipe(Effect.provide(
        Layer.provideMerge(ResourceCache.layer({ releaseTimeout: "200 millis" }), ClientCache.layer())
      )))

    it.effect("when the layer is closed, resources go before clients", () =>
      Effect.gen(function*() {
        const { client, kept } = yield* Effect.provide(
          Effect.gen(function*() {
            const kept = yield* bucket("a")
            return { kept, client: yield* ClientCache.client(S3Client, west) }
          }),
          both(10)
        )
        assert.isFalse(kept.isOpen)
        assert.strictEqual(kept.client, client)
      }))
  })

  describe("builds that do not succeed", () => {
    const failing = (make: () => { readonly ok: true } | Effect.Effect<{ readonly ok: true }, unknown>) =>
      ResourceDefinition.make({ name: "Failing", client: S3Client, make })

    const gated = (gate: Deferred.Deferred<void>) =>
      ResourceDefinition.make({
        name: "Gated",
        client: S3Client,
        make: (client) => Effect.as(Deferred.await(gate), { client })
      })

    it.effect("make fails, throws, or gives no resource: a ResourceBuildError, and nothing is kept", () =>
      Effect.gen(function*() {
        let attempts = 0
        const fails = failing(() => (attempts++ === 0 ? Effect.fail(new Error("first")) : Effect.succeed({ ok: true })))
        const error = yield* Effect.flip(ResourceCache.resource(fails, west))
        assert.strictEqual(error._tag, "ResourceBuildError")
        assert.strictEqual(error.message, "ResourceCache: Failing(region=us-west-2) could not be built: first")
        assert.propertyVal(error, "reason", "Make")
        assert.propertyVal(error, "detail", "first")
        assert.strictEqual((yield* ClientCache.stats).leased, 0)
        assert.deepStrictEqual(yield* labels, [])
        assert.isTrue((yield* ResourceCache.resource(fails, west)).ok)
        const throws = failing(() => {
          throw new TypeError("thrown")
        })
        assert.include((yield* Effect.flip(ResourceCache.resource(throws, west))).message, "could not be built: thrown")
        const notAnError = failing(() => Effect.fail({ code: 1 }))
        assert.include((yield* Effect.flip(ResourceCache.resource(notAnError, west))).message, "value that is no Error")
        const Nothing = ResourceDefinition.make({ name: "Nothing", client: S3Client, make: () => undefined })
        const nothing = yield* Effect.flip(ResourceCache.resource(Nothing, west))
        assert.propertyVal(nothing, "reason", "NotAResource")
        assert.include(nothing.message, "its make gave undefined")
        const Promised = ResourceDefinition.make({ name: "Promised", client: S3Client, make: () => Promise.resolve(1) })
        assert.include((yield* Effect.flip(ResourceCache.resource(Promised, west))).message, "its make gave an object")
        const { leased, size } = yield* ClientCache.stats
        assert.deepStrictEqual({ leased, size }, { leased: 1, size: 1 })
      }).pipe(Effect.provide(both(10))))

    it.effect("a client that cannot be built or loaded is a ClientBuildError", () =>
      Effect.gen(function*() {
        class Broken extends S3Client {
          constructor(config: { readonly region?: string }) {
            super(config)
            throw new Error("no client today")
          }
        }
        const Over = ResourceDefinition.make({ name: "Over", client: Broken, make: () => ({}) })
        const error = yield* Effect.flip(ResourceCache.resource(Over))
        assert.strictEqual(error._tag, "ClientBuildError")
        assert.include(error.message, "no client today")
        const Absent = ResourceDefinition.make({
          name: "Absent",
          client: () => Promise.reject<typeof S3Client>(new Error("not installed")),
          make: () => ({})
        })
        assert.include((yield* Effect.flip(ResourceCache.resource(Absent))).message, "not installed")
        assert.deepStrictEqual(yield* labels, [])
      }).pipe(Effect.provide(both(10))))

    it.effect("a configuration that changes while its class is loaded is refused: the key would not fit the client", () =>
      Effect.gen(function*() {
        const config = { region: "us-west-2" }
        const Slow = ResourceDefinition.make({
          name: "Slow",
          client: () => {
            config.region = "eu-west-1"
            return Promise.resolve(S3Client)
          },
          make: (client) => ({ client })
        })
        const error = yield* Effect.flip(Effect.asVoid(ResourceCache.resource(Slow, config)))
        assert.strictEqual(error._tag, "ResourceBuildError")
        assert.propertyVal(error, "reason", "ConfigChanged")
        assert.include(error.message, "its configuration reads differently from one moment to the next")
        assert.strictEqual(yield* ClientCache.size, 0)
      }).pipe(Effect.provide(both(10))))

    it.effect("the interruption of the first caller does not fail the rest", () =>
      Effect.gen(function*() {
        const gate = yield* Deferred.make<void>()
        const Gated = gated(gate)
        const first = yield* Effect.fork(ResourceCache.resource(Gated, west))
        yield* turns(3)
        const second = yield* Effect.fork(ResourceCache.resource(Gated, west))
        yield* turns(3)
        yield* Fiber.interrupt(first)
        yield* Deferred.succeed(gate, undefined)
        assert.instanceOf((yield* Fiber.join(second)).client, S3Client)
        assert.strictEqual((yield* ResourceCache.stats).computations, 1)
      }).pipe(Effect.provide(both(10))))

    it.effect("when the last caller leaves, the build is interrupted and lets go of its client", () =>
      Effect.gen(function*() {
        let interrupted = false
        const Endless = ResourceDefinition.make({
          name: "Endless",
          client: S3Client,
          make: () =>
            Effect.onInterrupt(Effect.as(Effect.never, {}), () =>
              Effect.sync(() => {
                interrupted = true
              }))
        })
        const caller = yield* Effect.fork(ResourceCache.resource(Endless, west))
        yield* settled(Effect.map(ClientCache.stats, ({ leased }) => leased === 1))
        yield* turns(3)
        yield* Fiber.interrupt(caller)
        assert.isTrue(interrupted)
        assert.strictEqual((yield* ClientCache.stats).leased, 0)
        assert.strictEqual((yield* ResourceCache.stats).inFlight, 0)
      }).pipe(Effect.provide(both(10))))

    it.effect("a slow build of one resource does not delay another", () =>
      Effect.gen(function*() {
        const gate = yield* Deferred.make<void>()
        const Gated = gated(gate)
        const slow = yield* Effect.fork(ResourceCache.resource(Gated, west))
        yield* turns(3)
        yield* bucket("a")
        yield* bucket("a")
        assert.strictEqual((yield* ResourceCache.stats).inFlight, 1)
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(slow)
      }).pipe(Effect.provide(both(10))))
  })

  describe("clients of resources", () => {
    const Own = ResourceDefinition.make({
      name: "Own",
      client: S3Client,
      options: Schema.Struct({ flavour: Schema.optional(Schema.String) }),
      ownClient: true,
      make: (client) => ({ client })
    })

    it.effect("ownClient: each resource has a client that nobody else is given", () =>
      Effect.gen(function*() {
        const sweet = yield* ResourceCache.resource(Own, west, { flavour: "sweet" })
        const sour = yield* ResourceCache.resource(Own, west, { flavour: "sour" })
        const bare = yield* ResourceCache.resource(Own, west)
        assert.strictEqual(yield* ResourceCache.resource(Own, west, {}), bare)
        const plain = yield* ClientCache.client(S3Client, west)
        assert.strictEqual(new Set([sweet.client, sour.client, bare.client, plain]).size, 4)
        const keys = (yield* ClientCache.keys).map(String)
        assert.match(keys[0] ?? "", /^S3Client\(region=us-west-2, variant=Own#\d+\.[0-9a-f]{32}\)$/)
        // Built again, it gets the client it had, as long as that is there.
        yield* ResourceCache.clear
        yield* noneReleasing
        assert.strictEqual((yield* ResourceCache.resource(Own, west, { flavour: "sour" })).client, sour.client)
      }).pipe(Effect.provide(both(10))))

    it.effect("ownClient as a function: resources whose clients have one name share it", () =>
      Effect.gen(function*() {
        const Named = ResourceDefinition.make({
          name: "Named",
          client: S3Client,
          options: Schema.Struct({ n: Schema.Number }),
          ownClient: ({ n }) => {
            if (n < 0) throw new RangeError("below zero")
            return n % 2 === 0 ? "even" : "odd"
          },
          make: (client) => ({ client })
        })
        const named = (n: number) => ResourceCache.resource(Named, west, { n })
        const [two, four, five] = [yield* named(2), yield* named(4), yield* named(5)]
        assert.strictEqual(two.client, four.client)
        assert.notStrictEqual(two.client, five.client)
        assert.notStrictEqual(yield* ClientCache.client(S3Client, west), two.client)
        assert.match(String((yield* ClientCache.keys)[0]), /^S3Client\(region=us-west-2, variant=Named#\d+\.even\)$/)
        const refused = yield* Effect.flip(named(-1))
        assert.propertyVal(refused, "reason", "OwnClient")
        assert.include(refused.message, "could not be built: below zero")
      }).pipe(Effect.provide(both(10))))

    it.effect("customize: the client is customised once, and is another one than the plain one", () =>
      Effect.gen(function*() {
        let times = 0
        const Audited = ResourceDefinition.make({
          name: "Audited",
          client: S3Client,
          options: Schema.Struct({ n: Schema.Number }),
          customize: ClientCustomization.make("audit", () => {
            times += 1
          }),
          make: (client) => ({ client })
        })
        const one = yield* ResourceCache.resource(Audited, west, { n: 1 })
        const two = yield* ResourceCache.resource(Audited, west, { n: 2 })
        assert.strictEqual(one.client, two.client)
        assert.strictEqual(times, 1)
        assert.notStrictEqual(yield* ClientCache.client(S3Client, west), one.client)
      }).pipe(Effect.provide(both(10))))

    it.effect("ResourceCacheLive and ClientCacheLive together have one cache of clients", () =>
      Effect.gen(function*() {
        const { client } = yield* ResourceCache.resource(Plain, west)
        assert.strictEqual(yield* ClientCache.client(S3Client, west), client)
        assert.strictEqual((yield* ClientCache.stats).computations, 1)
      }).pipe(Effect.provide(Layer.merge(ResourceCacheLive, ClientCacheLive))))

    it.effect("a resource takes a place in the cache of clients, whatever that one's policy is", () =>
      Effect.gen(function*() {
        yield* ResourceCache.resource(Plain, west)
        assert.deepStrictEqual((yield* ClientCache.keys).map(String), ["S3Client(region=us-west-2)"])
        assert.deepStrictEqual(yield* labels, ["Plain(region=us-west-2)"])
      }).pipe(
        Effect.provide(Layer.provideMerge(ResourceCache.layer(), ClientCache.layer({ evictionPolicy: "LFU" })))
      ))
  })

  describe("by key", () => {
    const mine = new Bucket(new S3Client({ region: "eu-west-1" }), "mine")

    it.effect("add puts in a resource of the caller's, which is never released", () =>
      Effect.gen(function*() {
        const key = keyOf("mine")
        const absent = yield* Effect.flip(ResourceCache.get(key))
        assert.strictEqual(absent._tag, "CacheNotFoundError")
        assert.deepStrictEqual(yield* ResourceCache.getOption(key), Option.none())
        yield* ResourceCache.add(key, mine)
        const exists = yield* Effect.flip(ResourceCache.add(key, mine))
        assert.strictEqual(exists._tag, "CacheExistsError")
        assert.include(exists.message, "ResourceCache: there is an entry under Bucket(region=us-west-2")
        assert.strictEqual(yield* ResourceCache.get(key), mine)
        assert.strictEqual(yield* bucket("mine"), mine)
        assert.deepStrictEqual(yield* ResourceCache.peek(key), Option.some(mine))
        assert.isTrue(yield* ResourceCache.has(key))
        assert.deepStrictEqual((yield* ResourceCache.stats).resources, [
          { key: String(key), leases: 0, borrowed: true }
        ])
        yield* ResourceCache.remove(key)
        assert.strictEqual((yield* Effect.flip(ResourceCache.remove(key)))._tag, "CacheNotFoundError")
        yield* noneReleasing
        assert.isTrue(mine.isOpen)
        assert.strictEqual((yield* ClientCache.stats).computations, 0)
      }).pipe(Effect.provide(both(10))))

    it.effect("set replaces: what the cache built is released", () =>
      Effect.gen(function*() {
        const built = yield* bucket("a")
        yield* ResourceCache.set(keyOf("a"), mine)
        yield* noneReleasing
        assert.deepStrictEqual([built.isOpen, mine.isOpen], [false, true])
        assert.strictEqual(yield* bucket("a"), mine)
      }).pipe(Effect.provide(both(10))))

    it.effect("what is no such resource is a ResourceValueError and changes nothing", () =>
      Effect.gen(function*() {
        const cache = yield* ResourceCache
        const key = keyOf("a")
        const values = [mine.client, "text", null, undefined, {}, Promise.resolve(mine), Effect.succeed(mine)]
        for (const value of values) {
          const error = yield* Effect.flip(unchecked(cache.add, key, value))
          assert.strictEqual(error._tag, "ResourceValueError")
          assert.include(error.message, String(key))
        }
        const plain = ResourceCacheKey.make(Plain, west)
        for (const value of ["text", null, undefined, Promise.resolve({}), Effect.succeed(mine)]) {
          const error = yield* Effect.flip(unchecked(cache.set, plain, value))
          assert.strictEqual(error._tag, "ResourceValueError")
        }
        assert.deepStrictEqual(yield* labels, [])
      }).pipe(Effect.provide(both(10))))

    it.effect("the key of a client is refused, and the key of a resource by the cache of clients", () =>
      Effect.gen(function*() {
        const resources = yield* ResourceCache
        const clients = yield* ClientCache
        const clientKey = ClientCacheKey.make(S3Client, west)
        const resourceKey = ResourceCacheKey.make(Plain, west)
        yield* ResourceCache.resource(Plain, west)
        const refused = yield* badKeyOf(unchecked(resources.add, clientKey, {}))
        assert.include(refused.message, "key is S3Client(region=us-west-2), but must be a ResourceCacheKey")
        const ofResources = [resources.get, resources.getOption, resources.has, resources.peek, resources.remove]
        for (const verb of ofResources) yield* badKeyOf(unchecked(verb, clientKey))
        for (const verb of [resources.leaseKey, resources.pop]) {
          yield* badKeyOf(Effect.scoped(unchecked(verb, clientKey)))
        }
        yield* badKeyOf(unchecked(resources.set, clientKey, {}))
        yield* badKeyOf(unchecked(clients.add, resourceKey, new S3Client(west)))
      }).pipe(Effect.provide(both(10))))

    it.effect("snapshots are in the order of eviction, and looking is no use", () =>
      Effect.gen(function*() {
        const [a, b] = [yield* bucket("a"), yield* bucket("b")]
        const keys = yield* ResourceCache.keys
        yield* ResourceCache.peek(keyOf("a"))
        yield* ResourceCache.has(keyOf("a"))
        assert.deepStrictEqual(yield* ResourceCache.values, [a, b])
        assert.deepStrictEqual((yield* ResourceCache.entries).map(([, value]) => value), [a, b])
        yield* bucket("c")
        assert.strictEqual(keys.length, 2)
        assert.deepStrictEqual(yield* bucketNames, ["b", "c"])
        yield* ResourceCache.clear
        assert.strictEqual(yield* ResourceCache.size, 0)
      }).pipe(Effect.provide(both(2))))
  })

  it.effect("configurations can be completed before they make keys", () =>
    Effect.gen(function*() {
      const clients = yield* ClientCache
      const cache = yield* makeResourceCache({}, clients, {
        complete: (config) => Object.assign({ region: "eu-west-1" }, config)
      })
      const { client } = yield* cache.resource(Plain)
      assert.strictEqual((yield* cache.resource(Plain, { region: "EU-WEST-1" })).client, client)
      assert.strictEqual((yield* cache.stats).computations, 1)
      assert.strictEqual(yield* clients.client(S3Client, { region: "eu-west-1" }), client)
    }).pipe(Effect.scoped, Effect.provide(ClientCacheLive)))

  it.effect("events tell builds, entries and releases, by printable keys", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const listener = yield* Effect.fork(
        Stream.runForEach(ResourceCache.events, (event) => Effect.sync(() => seen.push(`${event._tag} ${event.key}`)))
      )
      yield* turns(3)
      yield* ResourceCache.resource(Plain, west)
      yield* ResourceCache.clear
      yield* until(() => seen.length >= 5)
      assert.deepStrictEqual(
        seen,
        ["ComputationStarted", "ComputationEnded", "Inserted", "Removed", "Released"].map((tag) =>
          `${tag} Plain(region=us-west-2)`
        )
      )
      yield* Fiber.interrupt(listener)
    }).pipe(Effect.provide(both(10))))

  it.effect("layerConfig reads the options", () =>
    Effect.gen(function*() {
      yield* bucket("a")
      yield* bucket("b")
      yield* bucket("c")
      assert.deepStrictEqual(yield* bucketNames, ["b", "c"])
    }).pipe(
      Effect.provide(
        ResourceCache.layerConfig({ maxSize: Config.integer("SIZE") }).pipe(Layer.provide(ClientCacheLive))
      ),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["SIZE", "2"]])))
    ))

  it.effect("layerTest gives out fakes, and fails for what it has no fake for", () => {
    const given: Array<unknown> = []
    const fake = ResourceCache.fake(Buckets, (config, { bucket }) => {
      given.push(config, bucket)
      return new Bucket(new S3Client({ region: "fake" }), `fake ${bucket}`)
    })
    return Effect.gen(function*() {
      const faked = yield* bucket("a", { region: "US-WEST-2" })
      assert.strictEqual(faked.name, "fake a")
      assert.strictEqual(yield* bucket("a"), faked)
      assert.deepStrictEqual(given, [west, "a"])
      const error = yield* Effect.flip(ResourceCache.resource(Plain, west))
      assert.strictEqual(error._tag, "ResourceBuildError")
      assert.include(error.message, "ResourceCache.layerTest has no fake for Plain")
      yield* ResourceCache.clear
      yield* turns(5)
      assert.isTrue(faked.isOpen)
    }).pipe(Effect.provide(ResourceCache.layerTest([fake])))
  })
})
