import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Deferred, Effect, Exit, Fiber, Layer, Option, Scope, Stream, TestClock } from "effect"
import { CacheConfigError, CacheMetrics } from "effect-aws-cache/Cache"
import {
  ClientCache,
  ClientCacheKey,
  type ClientCacheOptions,
  ClientClosedError,
  ClientCustomization
} from "effect-aws-cache/ClientLayer"
import { badKeyOf } from "../support/badKeyOf.js"
import { counted } from "../support/measured.js"
import { turns, until } from "../support/until.js"
import { makeHttp2Client } from "./Http2Client.js"
import { fetchObject, type LocalS3, localS3, openObject } from "./localS3.js"

const west = { region: "us-west-2" }
const oneClient = ClientCache.layer({ maxSize: 1 })
const evict = (server: LocalS3) => ClientCache.client(S3Client, server.config({ region: "eu-west-1" }))

/** A cache in a scope of its own. */
const apart = (options: ClientCacheOptions) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(ClientCache.layer(options), scope)
    return { context, close: Scope.close(scope, Exit.void) }
  })

const inOwnScope = <A, E, R>(lease: Effect.Effect<A, E, R | Scope.Scope>) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const client = yield* Scope.extend(lease, scope)
    return { client, end: Scope.close(scope, Exit.void) }
  })

const whole = { attempts: 1, size: 64 * 1024 }

describe("leases of a ClientCache", () => {
  it.scoped("withClient, lease, leaseKey and client give the same client", () =>
    Effect.gen(function*() {
      const key = ClientCacheKey.make(S3Client, west)
      const client = yield* ClientCache.client(S3Client, west)
      assert.strictEqual(yield* ClientCache.withClient(S3Client, west, Effect.succeed), client)
      assert.strictEqual(yield* ClientCache.lease(S3Client, west), client)
      assert.strictEqual(yield* ClientCache.leaseKey(key), client)
      assert.strictEqual(yield* ClientCache.get(key), client)
      assert.strictEqual((yield* ClientCache.stats).computations, 1)
      assert.strictEqual((yield* ClientCache.stats).hits, 4)
    }).pipe(Effect.scoped, Effect.provide(oneClient)))

  it.scoped("leaseKey builds nothing", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(ClientCache.leaseKey(ClientCacheKey.make(S3Client, west)))
      assert.strictEqual(error.message, "ClientCache: there is no entry under S3Client(region=us-west-2)")
      assert.strictEqual((yield* ClientCache.stats).computations, 0)
    }).pipe(Effect.provide(oneClient)))

  it.scoped("a leased client that leaves the cache keeps its connections until its last lease ends", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const { client, end } = yield* inOwnScope(ClientCache.lease(S3Client, server.config()))
      const other = yield* inOwnScope(ClientCache.lease(S3Client, server.config()))
      yield* fetchObject(client, "object")
      yield* evict(server)
      assert.strictEqual((yield* ClientCache.stats).retired, 1)
      for (let n = 0; n < 3; n++) yield* fetchObject(client, "object")
      assert.strictEqual(server.connections(), 1)
      yield* end
      yield* fetchObject(client, "object")
      assert.strictEqual(server.connections(), 1)
      yield* other.end
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual((yield* ClientCache.stats).retired, 0)
    }).pipe(Effect.provide(oneClient)))

  it.scoped("withClient: a body that streams after its end is not cut off", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const object = yield* ClientCache.withClient(S3Client, server.config(), (client) => openObject(client, "half"))
      yield* evict(server)
      yield* turns(5)
      const { draining, retired } = yield* ClientCache.stats
      assert.deepStrictEqual({ draining, retired }, { draining: 1, retired: 0 })
      yield* server.release
      assert.strictEqual(yield* object.read, whole.size)
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual((yield* ClientCache.stats).draining, 0)
    }).pipe(Effect.provide(oneClient)))

  it.scoped("withClient ends its lease when its effect fails, dies or is interrupted", () =>
    Effect.gen(function*() {
      for (const end of [Effect.fail("no"), Effect.die("no"), Effect.interrupt]) {
        const exit = yield* Effect.exit(ClientCache.withClient(S3Client, west, () => end))
        assert.isTrue(Exit.isFailure(exit))
        assert.strictEqual((yield* ClientCache.stats).leased, 0)
      }
      const exit = yield* Effect.exit(ClientCache.withClient(S3Client, west, (): Effect.Effect<void> => {
        throw new Error("no")
      }))
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual((yield* ClientCache.stats).leased, 0)
      assert.strictEqual((yield* ClientCache.stats).computations, 1)
    }).pipe(Effect.provide(oneClient)))

  it.scoped("with a limit of zero, a client lives as long as its lease", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* ClientCache.withClient(S3Client, server.config(), (client) =>
        Effect.gen(function*() {
          for (let n = 0; n < 3; n++) yield* fetchObject(client, "object")
          assert.strictEqual(server.connections(), 1)
          assert.strictEqual(server.openSockets(), 1)
        }))
      yield* until(() => server.openSockets() === 0)
    }).pipe(Effect.provide(ClientCache.layer({ maxSize: 0 }))))

  it.scoped("the first caller's interruption does not reach the others", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const slow = ClientCustomization.make("slow", () =>
        Effect.zipRight(Deferred.succeed(started, undefined), Deferred.await(go)))
      const client = ClientCache.client(S3Client, west, { customize: slow })
      const first = yield* Effect.fork(client)
      yield* Deferred.await(started)
      const second = yield* Effect.fork(client)
      yield* turns(2)
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(go, undefined)
      assert.instanceOf(yield* Fiber.join(second), S3Client)
      assert.strictEqual((yield* ClientCache.stats).computations, 1)
    }).pipe(Effect.provide(oneClient)))

  it.scoped("a build that nobody waits for any more is interrupted, and nothing is kept", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const never = ClientCustomization.make("never", () =>
        Effect.zipRight(Deferred.succeed(started, undefined), Effect.never))
      const asking = yield* Effect.fork(ClientCache.client(S3Client, west, { customize: never }))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(asking)
      const { inFlight, retired, size } = yield* ClientCache.stats
      assert.deepStrictEqual({ inFlight, retired, size }, { inFlight: 0, retired: 0, size: 0 })
    }).pipe(Effect.provide(oneClient)))

  it.scoped("a slow build of one key does not delay another", () =>
    Effect.gen(function*() {
      const never = ClientCustomization.make("never", () => Effect.never)
      const asking = yield* Effect.fork(ClientCache.client(S3Client, west, { customize: never }))
      yield* turns(2)
      assert.strictEqual((yield* ClientCache.stats).inFlight, 1)
      assert.instanceOf(yield* ClientCache.client(S3Client, west), S3Client)
      assert.instanceOf(yield* ClientCache.withClient(S3Client, west, Effect.succeed), S3Client)
      yield* Fiber.interrupt(asking)
    }).pipe(Effect.provide(oneClient)))
})

describe("customizations and variants", () => {
  it.scoped("a customization is run once, on a new client, before anyone gets it", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const customised: Array<S3Client> = []
      const names: Array<string | undefined> = []
      const audited = ClientCustomization.make("audit", (client: S3Client) => {
        customised.push(client)
        client.middlewareStack.add((next, context) => (args) => {
          names.push(context.commandName)
          return next(args)
        }, { step: "initialize" })
      })
      const clients = yield* Effect.all(
        Array.from({ length: 10 }, () => ClientCache.client(S3Client, server.config(), { customize: audited })),
        { concurrency: "unbounded" }
      )
      assert.isTrue(clients.every((client) => client === customised[0]))
      yield* fetchObject(clients[0] ?? assert.fail("no client"), "object")
      assert.deepStrictEqual(names, ["GetObjectCommand"])
      assert.strictEqual(customised.length, 1)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("an effect is waited for", () =>
    Effect.gen(function*() {
      const order: Array<string> = []
      const slow = ClientCustomization.make("slow", () =>
        Effect.zipRight(
          Effect.repeatN(Effect.yieldNow(), 10),
          Effect.sync(() => {
            order.push("customised")
          })
        ))
      yield* ClientCache.withClient(S3Client, west, () =>
        Effect.sync(() => {
          order.push("used")
        }), { customize: slow })
      assert.deepStrictEqual(order, ["customised", "used"])
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("they are part of the key, by their names, and of what is printed", () =>
    Effect.gen(function*() {
      const nothing = (name: string) => ClientCustomization.make(name, () => {})
      const make = (customize?: string, variant?: string) =>
        ClientCacheKey.make(S3Client, west, {
          customize: customize === undefined ? undefined : nothing(customize),
          variant
        })
      const keys = [
        make(),
        make("a"),
        make("b"),
        make(undefined, "a"),
        make("a", "a"),
        make("a,variant:\"a\""),
        make("avariant:\"a\"")
      ]
      assert.strictEqual(new Set(keys.map(({ id }) => id)).size, keys.length)
      assert.strictEqual(make("a", "b").id, make("a", "b").id)
      assert.strictEqual(ClientCacheKey.make(S3Client, west, {}).id, keys[0]?.id)
      assert.deepStrictEqual(keys.slice(0, 5).map(String), [
        "S3Client(region=us-west-2)",
        "S3Client(region=us-west-2, customize=a)",
        "S3Client(region=us-west-2, customize=b)",
        "S3Client(region=us-west-2, variant=a)",
        "S3Client(region=us-west-2, customize=a, variant=a)"
      ])
      assert.strictEqual(String(ClientCacheKey.make(S3Client, {}, { variant: "x" })), "S3Client(variant=x)")
      const plain = yield* ClientCache.client(S3Client, west)
      const variant = yield* ClientCache.client(S3Client, west, { variant: "base" })
      assert.notStrictEqual(variant, plain)
      assert.strictEqual(yield* ClientCache.client(S3Client, west, { variant: "base" }), variant)
      assert.strictEqual(yield* ClientCache.client(S3Client, west), plain)
    }).pipe(Effect.provide(ClientCache.layer())))

  for (
    const [name, options, message] of [
      ["a blank customization", { customize: ClientCustomization.make(" ", () => {}) }, "customize.name is blank"],
      ["a blank variant", { variant: "" }, "variant is blank"],
      ["a variant that is no name", { variant: 5 }, "variant is 5, but must be a text"],
      ["a function", { customize: () => {} }, "customize is a function, but must be a ClientCustomization"],
      [
        "a misspelt name",
        { variants: "a" },
        "variants is no option, but must be one of the options: did you mean variant?"
      ],
      ["no options", "audit", "options is a string, but must be an object with options (customize, variant)"]
    ] as const
  ) {
    const isBlank = message.endsWith("is blank")
    it.scoped(`${name} is a ${isBlank ? "CacheKeyError" : "CacheConfigError"}, and nothing is built`, () =>
      Effect.gen(function*() {
        const asking = ClientCache.client(S3Client, west, options as never)
        const error: unknown = yield* isBlank ? badKeyOf(asking) : Effect.flip(asking)
        assert.isTrue(isBlank || error instanceof CacheConfigError)
        assert.include(String(error), message)
        assert.strictEqual((yield* ClientCache.stats).computations, 0)
      }).pipe(Effect.provide(ClientCache.layer())))
  }

  it.scoped("one that fails is a ClientBuildError, and nothing is kept", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      let failures = 1
      const fail = () => Effect.fail(new Error("no audit"))
      const customize = ClientCustomization.make("audit", (client: S3Client) =>
        // The client has a connection by the time it is given up.
        Effect.flatMap(fetchObject(client, "object"), () => failures-- > 0 ? fail() : Effect.void))
      const error = yield* Effect.flip(ClientCache.client(S3Client, server.config(), { customize }))
      assert.strictEqual(error._tag, "ClientBuildError")
      assert.match(error.message, /^ClientCache: S3Client\(.*customize=audit\) could not be built: no audit$/)
      assert.propertyVal(error, "reason", "Customization")
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual(yield* ClientCache.size, 0)
      assert.instanceOf(yield* ClientCache.client(S3Client, server.config(), { customize }), S3Client)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("one that throws is a ClientBuildError as well", () =>
    Effect.gen(function*() {
      let failures = 1
      const customize = ClientCustomization.make("audit", () => {
        if (failures-- > 0) throw new Error("no audit")
      })
      const client = ClientCache.client(S3Client, west, { customize })
      const error = yield* Effect.flip(client)
      assert.strictEqual(
        error.message,
        "ClientCache: S3Client(region=us-west-2, customize=audit) could not be built: no audit"
      )
      assert.propertyVal(error, "reason", "Customization")
      assert.strictEqual(yield* ClientCache.size, 0)
      assert.instanceOf(yield* client, S3Client)
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("one that fails with what is no Error", () =>
    Effect.gen(function*() {
      const customize = ClientCustomization.make("audit", () => Effect.fail("no"))
      const error = yield* Effect.flip(ClientCache.client(S3Client, west, { customize }))
      assert.include(error.message, "its customization \"audit\" threw a value that is no Error")
    }).pipe(Effect.provide(ClientCache.layer())))
})

describe("limits of time", () => {
  it.scoped("timeToLive: a client leaves when its time is over, and is drained without anybody asking", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const client = yield* ClientCache.client(S3Client, server.config())
      yield* fetchObject(client, "object")
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual(yield* ClientCache.client(S3Client, server.config()), client)
      yield* TestClock.adjust("1 minute")
      yield* until(() => server.openSockets() === 0)
      assert.notStrictEqual(yield* ClientCache.client(S3Client, server.config()), client)
    }).pipe(Effect.provide(ClientCache.layer({ timeToLive: "1 hour" }))))

  it.scoped("timeToIdle: a client leaves that nobody used for so long, and is drained without anybody asking", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const client = yield* ClientCache.client(S3Client, server.config())
      for (const _ of [1, 2, 3]) {
        yield* TestClock.adjust("59 minutes")
        assert.strictEqual(yield* ClientCache.client(S3Client, server.config()), client)
      }
      yield* fetchObject(client, "object")
      const lease = yield* inOwnScope(ClientCache.lease(S3Client, server.config()))
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual([yield* ClientCache.size, server.openSockets()], [1, 1])
      yield* lease.end
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual(yield* ClientCache.size, 1)
      yield* TestClock.adjust("1 minute")
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual(yield* ClientCache.size, 0)
      assert.notStrictEqual(yield* ClientCache.client(S3Client, server.config()), client)
    }).pipe(Effect.provide(ClientCache.layer({ timeToIdle: "1 hour" }))))

  it.scoped("the closing of the cache waits for leases, 5 seconds at most, and then cuts them off", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const { close, context } = yield* apart({})
      const { client } = yield* Effect.provide(inOwnScope(ClientCache.lease(S3Client, server.config())), context)
      const request = yield* Effect.fork(Effect.flip(Effect.tryPromise({
        try: () => client.send(new GetObjectCommand({ Bucket: "bucket", Key: "held" })),
        catch: (error) => error
      })))
      yield* until(() => server.waiting() === 1)
      const closing = yield* Effect.fork(close)
      yield* TestClock.adjust("4999 millis")
      assert.strictEqual(server.openSockets(), 1)
      assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(closing)
      const error = yield* Fiber.join(request)
      assert.instanceOf(error, ClientClosedError)
      assert.strictEqual(error.reason, "Closed")
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual(server.executions("held"), 1)
    }))

  it.scoped("the closing of the cache goes on as soon as the last lease ends", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const { close, context } = yield* apart({ gracePeriod: "1 hour" })
      const request = yield* Effect.fork(Effect.provide(
        ClientCache.withClient(S3Client, server.config(), (client) => fetchObject(client, "held")),
        context
      ))
      yield* until(() => server.waiting() === 1)
      const closing = yield* Effect.fork(close)
      yield* turns(5)
      yield* server.release
      assert.deepStrictEqual(yield* Fiber.join(request), whole)
      yield* Fiber.join(closing)
      yield* until(() => server.openSockets() === 0)
    }))

  it.scoped("drainTimeout: what a client has not ended by then is cut off, and not sent again", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const client = yield* ClientCache.client(S3Client, server.config())
      const request = yield* Effect.fork(Effect.flip(Effect.tryPromise({
        try: () => client.send(new GetObjectCommand({ Bucket: "bucket", Key: "held" })),
        catch: (error) => error
      })))
      yield* until(() => server.waiting() === 1)
      yield* evict(server)
      yield* turns(5)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(server.openSockets(), 1)
      assert.strictEqual((yield* ClientCache.stats).draining, 1)
      yield* TestClock.adjust("1 second")
      const error = yield* Fiber.join(request)
      assert.instanceOf(error, ClientClosedError)
      assert.strictEqual(
        error.message,
        "the request was cut off: its client left the cache, and the time to end what it had begun is over"
      )
      yield* until(() => server.openSockets() === 0)
      yield* turns(20)
      assert.strictEqual(server.executions("held"), 1)
      // Whoever holds the client can use it still.
      assert.deepStrictEqual(yield* fetchObject(client, "object"), whole)
      yield* until(() => server.openSockets() === 0)
    }).pipe(Effect.provide(ClientCache.layer({ maxSize: 1, drainTimeout: "1 minute" }))))

  it.scoped("drainTimeout: it does not run while a client is leased, nor after it was put back", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const key = ClientCacheKey.make(S3Client, server.config())
      const { client, end } = yield* inOwnScope(ClientCache.lease(S3Client, server.config()))
      const request = yield* Effect.fork(fetchObject(client, "held"))
      yield* until(() => server.waiting() === 1)
      yield* ClientCache.remove(key)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(server.openSockets(), 1)
      yield* end
      yield* turns(5)
      yield* ClientCache.add(key, client)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(server.openSockets(), 1)
      yield* server.release
      assert.deepStrictEqual(yield* Fiber.join(request), whole)
    }).pipe(Effect.provide(ClientCache.layer({ maxSize: 1, drainTimeout: "1 minute" }))))

  for (const option of ["gracePeriod", "drainTimeout", "timeToLive", "timeToIdle"] as const) {
    it.scoped(`a bad ${option} is a CacheConfigError`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Effect.provide(
          ClientCache.size,
          ClientCache.layer({ [option]: "soon" as never })
        ))
        assert.strictEqual(error._tag, "CacheConfigError")
        assert.match(error.message, new RegExp(`^ClientCache: ${option} is "?soon"?, but must be a duration`))
      }))
  }
})

describe("clients that cannot be drained (HTTP/2)", () => {
  it.scoped("are destroyed after their last lease", () =>
    Effect.gen(function*() {
      const { destroyed, Http2Client } = makeHttp2Client()
      const one = yield* inOwnScope(ClientCache.lease(Http2Client, { region: "r-1" }))
      const two = yield* inOwnScope(ClientCache.lease(Http2Client, { region: "r-1" }))
      yield* ClientCache.withClient(Http2Client, { region: "r-2" }, () => Effect.void)
      yield* one.end
      yield* turns(5)
      assert.deepStrictEqual(destroyed, [])
      yield* two.end
      yield* until(() => destroyed.length > 0)
      assert.deepStrictEqual(destroyed, ["r-1"])
    }).pipe(Effect.provide(oneClient)))

  it.scoped("but not when they were given out without a lease: then with the cache", () =>
    Effect.gen(function*() {
      const { destroyed, Http2Client } = makeHttp2Client()
      yield* Effect.gen(function*() {
        yield* ClientCache.client(Http2Client, { region: "r-1" })
        yield* ClientCache.withClient(Http2Client, { region: "r-2" }, () => Effect.void)
        yield* ClientCache.withClient(Http2Client, { region: "r-3" }, () => Effect.void)
        yield* until(() => destroyed.length > 0)
        yield* turns(5)
        assert.deepStrictEqual(destroyed, ["r-2"])
      }).pipe(Effect.provide(oneClient))
      assert.sameMembers(destroyed, ["r-1", "r-2", "r-3"])
      assert.strictEqual(destroyed.length, 3)
    }))

  it.scoped("or when the drainTimeout is over", () =>
    Effect.gen(function*() {
      const { destroyed, Http2Client } = makeHttp2Client()
      yield* ClientCache.client(Http2Client, { region: "r-1" })
      yield* ClientCache.client(Http2Client, { region: "r-2" })
      yield* turns(5)
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual(destroyed, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(destroyed, ["r-1"])
    }).pipe(Effect.provide(ClientCache.layer({ maxSize: 1, drainTimeout: "1 minute" }))))

  it.scoped("and when they were popped and put back, they are destroyed with the cache", () =>
    Effect.gen(function*() {
      const { destroyed, Http2Client } = makeHttp2Client()
      yield* Effect.gen(function*() {
        const key = ClientCacheKey.make(Http2Client, { region: "r-1" })
        yield* ClientCache.withClient(Http2Client, { region: "r-1" }, () => Effect.void)
        const client = yield* ClientCache.pop(key)
        yield* turns(5)
        assert.deepStrictEqual(destroyed, [])
        yield* ClientCache.add(key, client)
      }).pipe(Effect.provide(oneClient))
      assert.deepStrictEqual(destroyed, ["r-1"])
    }))
})

describe("what can be seen", () => {
  it.scoped("stats: the connections and leases of each client", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const key = ClientCacheKey.make(S3Client, { region: "mine" })
      yield* ClientCache.add(key, new S3Client({ region: "mine" }))
      const { client, end } = yield* inOwnScope(
        ClientCache.lease(S3Client, server.config({ requestHandler: { httpAgent: { maxSockets: 2 } } }))
      )
      const requests = yield* Effect.fork(
        Effect.all(Array.from({ length: 5 }, () => fetchObject(client, "held")), { concurrency: "unbounded" })
      )
      yield* until(() => server.waiting() === 2)
      yield* ClientCache.stats.pipe(
        Effect.zipLeft(turns(1)),
        Effect.repeat({ until: ({ queuedRequests }) => queuedRequests === 3 })
      )
      const none = { openSockets: 0, freeSockets: 0, queuedRequests: 0 }
      const { clients, leased, openSockets } = yield* ClientCache.stats
      assert.deepStrictEqual(clients.map(({ key: _key, ...figures }) => figures), [
        { ...none, leases: 0, borrowed: true },
        { openSockets: 2, freeSockets: 0, queuedRequests: 3, leases: 1, borrowed: false }
      ])
      assert.strictEqual(clients[0]?.key, "S3Client(region=mine)")
      assert.match(
        clients[1]?.key ?? "",
        /^S3Client\(region=us-east-1, endpoint=http:.*, credentials=#[0-9a-f]{4}\)$/
      )
      assert.deepStrictEqual({ leased, openSockets }, { leased: 1, openSockets: 2 })
      const releasing = yield* Effect.fork(
        Effect.forever(Effect.zipRight(until(() => server.waiting() > 0), server.release))
      )
      yield* Fiber.join(requests)
      yield* Fiber.interrupt(releasing)
      yield* end
    }).pipe(Effect.provide(ClientCache.layer())))

  it.scoped("events: builds, who enters, who leaves, and when they are let go", () =>
    Effect.gen(function*() {
      const listening = yield* Effect.fork(Stream.runCollect(Stream.take(ClientCache.events, 9)))
      yield* turns(2)
      const broken = ClientCustomization.make("broken", () => Effect.fail(new Error("no")))
      const error = yield* Effect.flip(ClientCache.client(S3Client, { region: "r-0" }, { customize: broken }))
      const { end } = yield* inOwnScope(ClientCache.lease(S3Client, { region: "r-1" }))
      yield* ClientCache.client(S3Client, { region: "r-2" })
      yield* end
      const events = Chunk.toReadonlyArray(yield* Fiber.join(listening))
      assert.deepStrictEqual(
        events.map(({ key, ...event }) => ({ ...event, key: String(key) })),
        [
          { _tag: "ComputationStarted", key: "S3Client(region=r-0, customize=broken)" },
          {
            _tag: "ComputationEnded",
            key: "S3Client(region=r-0, customize=broken)",
            outcome: "failure",
            millis: 0,
            cause: Cause.fail(error)
          },
          { _tag: "ComputationStarted", key: "S3Client(region=r-1)" },
          { _tag: "ComputationEnded", key: "S3Client(region=r-1)", outcome: "success", millis: 0 },
          { _tag: "Inserted", key: "S3Client(region=r-1)" },
          { _tag: "ComputationStarted", key: "S3Client(region=r-2)" },
          { _tag: "ComputationEnded", key: "S3Client(region=r-2)", outcome: "success", millis: 0 },
          { _tag: "Removed", key: "S3Client(region=r-1)", reason: "evicted" },
          { _tag: "Inserted", key: "S3Client(region=r-2)" }
        ]
      )
      const released = yield* Effect.fork(Stream.runHead(ClientCache.events))
      yield* turns(2)
      yield* ClientCache.clear
      assert.strictEqual(Option.getOrThrow(yield* Fiber.join(released))._tag, "Removed")
    }).pipe(Effect.provide(oneClient)))

  it.scoped("metrics, when they are asked for", () =>
    Effect.gen(function*() {
      const hit = { "cache.outcome": "hit", "cache.tier": "memory" }
      const miss = { "cache.outcome": "miss" }
      for (const [name, metrics, expected] of [["clients on", true, [2, 1]], ["clients off", false, [0, 0]]] as const) {
        yield* Effect.gen(function*() {
          yield* ClientCache.client(S3Client, west)
          yield* ClientCache.client(S3Client, west)
          yield* ClientCache.withClient(S3Client, west, () => Effect.void)
          const hits = yield* counted(CacheMetrics.lookups, name, hit)
          const misses = yield* counted(CacheMetrics.lookups, name, miss)
          assert.deepStrictEqual([hits, misses], [...expected])
        }).pipe(Effect.provide(ClientCache.layer({ name, metrics })))
      }
    }))
})
