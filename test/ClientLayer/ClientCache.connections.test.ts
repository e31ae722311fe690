import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb"
import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Option, Predicate, Scope, TestClock } from "effect"
import { ClientCache, ClientCacheKey, type ClientCacheOptions, ClientClosedError } from "effect-aws-cache/ClientLayer"
import * as Http from "node:http"
import * as LocalHttp from "../servers/LocalHttp.js"
import { turns, until } from "../support/until.js"
import { makeHttp2Client } from "./Http2Client.js"
import { fetchObject, type LocalS3, localS3, openObject } from "./localS3.js"

/** A cache of one client, and a second configuration whose client evicts the first. */
const oneClient = ClientCache.layer({ maxSize: 1 })
const evict = (server: LocalS3) => ClientCache.client(S3Client, server.config({ region: "eu-west-1" }))

const whole = { attempts: 1, size: 64 * 1024 }

const noSockets = (server: LocalS3) =>
  Effect.gen(function*() {
    yield* until(() => server.openSockets() === 0)
    const { freeSockets, openSockets, queuedRequests } = yield* ClientCache.stats
    assert.deepStrictEqual({ freeSockets, openSockets, queuedRequests }, {
      freeSockets: 0,
      openSockets: 0,
      queuedRequests: 0
    })
  })

const untilQueued = (count: number) =>
  Effect.repeat(Effect.zipLeft(ClientCache.stats, turns(1)), {
    until: ({ queuedRequests }) => queuedRequests === count
  })

describe("the connections of a ClientCache", () => {
  describe("eviction", () => {
    it.scoped("closes idle connections at once", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const client = yield* ClientCache.client(S3Client, server.config())
        const requests = yield* Effect.fork(
          Effect.all(Array.from({ length: 5 }, () => fetchObject(client, "held")), { concurrency: "unbounded" })
        )
        yield* until(() => server.waiting() === 5)
        yield* server.release
        yield* Fiber.join(requests)
        yield* until(() => server.openSockets() === 5)
        assert.strictEqual((yield* ClientCache.stats).openSockets, 5)
        assert.strictEqual((yield* ClientCache.stats).freeSockets, 5)
        yield* evict(server)
        yield* noSockets(server)
        assert.strictEqual((yield* ClientCache.stats).evicted, 1)
      }).pipe(Effect.provide(oneClient)))

    it.scoped("lets a request in flight end: no failure, no second execution, no socket left", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const client = yield* ClientCache.client(S3Client, server.config())
        const request = yield* Effect.fork(fetchObject(client, "held"))
        yield* until(() => server.waiting() === 1)
        yield* evict(server)
        assert.strictEqual(server.openSockets(), 1)
        yield* server.release
        assert.deepStrictEqual(yield* Fiber.join(request), whole)
        assert.strictEqual(server.executions("held"), 1)
        yield* noSockets(server)
      }).pipe(Effect.provide(oneClient)))

    it.scoped("lets a body stream to its end", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const client = yield* ClientCache.client(S3Client, server.config())
        const object = yield* openObject(client, "half")
        yield* evict(server)
        assert.strictEqual(server.openSockets(), 1)
        yield* server.release
        assert.strictEqual(yield* object.read, whole.size)
        assert.strictEqual(server.executions("half"), 1)
        yield* noSockets(server)
      }).pipe(Effect.provide(oneClient)))

    it.scoped("lets queued requests get their connection", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const config = server.config({ requestHandler: { httpAgent: { maxSockets: 2 } } })
        const client = yield* ClientCache.client(S3Client, config)
        const requests = yield* Effect.fork(
          Effect.all(Array.from({ length: 20 }, () => fetchObject(client, "held")), { concurrency: "unbounded" })
        )
        yield* until(() => server.waiting() === 2)
        yield* untilQueued(18)
        yield* evict(server)
        const releasing = yield* Effect.fork(
          Effect.forever(Effect.zipRight(until(() => server.waiting() > 0), server.release))
        )
        assert.deepStrictEqual(yield* Fiber.join(requests), Array.from({ length: 20 }, () => whole))
        yield* Fiber.interrupt(releasing)
        assert.strictEqual(server.executions("held"), 20)
        assert.strictEqual(server.maxOpenSockets(), 2)
        yield* noSockets(server)
      }).pipe(Effect.provide(oneClient)))

    it.scoped("leaves whoever holds the client a client that works", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const client = yield* ClientCache.client(S3Client, server.config())
        yield* evict(server)
        for (let n = 1; n <= 3; n++) {
          assert.deepStrictEqual(yield* fetchObject(client, "object"), whole)
          yield* noSockets(server)
          assert.strictEqual(server.connections(), n)
        }
      }).pipe(Effect.provide(oneClient)))

    it.scoped("removal, pop, clear and replacement drain as well", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const key = ClientCacheKey.make(S3Client, server.config())
        const mine = yield* Effect.acquireRelease(
          Effect.sync(() => new S3Client(server.config())),
          (client) => Effect.sync(() => client.destroy())
        )
        for (
          const leave of [ClientCache.remove(key), ClientCache.pop(key), ClientCache.clear, ClientCache.set(key, mine)]
        ) {
          const client = yield* ClientCache.client(S3Client, server.config())
          yield* fetchObject(client, "object")
          yield* until(() => server.openSockets() === 1)
          yield* leave
          yield* noSockets(server)
        }
      }).pipe(Effect.provide(oneClient)))

    it.scoped("a client that was popped and put back keeps its connections again", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const key = ClientCacheKey.make(S3Client, server.config())
        yield* ClientCache.client(S3Client, server.config())
        const client = yield* ClientCache.pop(key)
        yield* fetchObject(client, "object")
        yield* noSockets(server)
        yield* ClientCache.add(key, client)
        for (let n = 0; n < 3; n++) yield* fetchObject(client, "object")
        assert.strictEqual(server.connections(), 2)
        assert.strictEqual(server.openSockets(), 1)
        // Putting it over itself must not drain it, nor must a refused `add`.
        yield* ClientCache.set(key, client)
        yield* Effect.flip(ClientCache.add(key, client))
        yield* fetchObject(client, "object")
        assert.strictEqual(server.connections(), 2)
        yield* ClientCache.remove(key)
        yield* noSockets(server)
      }).pipe(Effect.provide(oneClient)))

    it.scoped("a limit of zero drains from the start", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const client = yield* ClientCache.client(S3Client, server.config())
        assert.deepStrictEqual(yield* fetchObject(client, "object"), whole)
        yield* noSockets(server)
      }).pipe(Effect.provide(ClientCache.layer({ maxSize: 0 }))))
  })

  describe("the end of the scope", () => {
    const inScopeWith = (options: ClientCacheOptions) =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(ClientCache.layer({ maxSize: 2, ...options }), scope)
        return { context, close: Scope.close(scope, Exit.void) }
      })
    const inScope = inScopeWith({ gracePeriod: 0 })

    it.scoped("waits for what is in flight, for what waits and for bodies that are read, leased or not", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const { close, context } = yield* inScopeWith({ gracePeriod: Duration.infinity })
        const config = server.config({ requestHandler: { httpAgent: { maxSockets: 2 } } })
        const client = yield* Effect.provide(ClientCache.client(S3Client, config), context)
        const object = yield* openObject(client, "half")
        const requests = yield* Effect.fork(
          Effect.forEach(["held-1", "held-2"], (key) => fetchObject(client, key), { concurrency: "unbounded" })
        )
        yield* until(() => server.waiting() === 2)
        yield* Effect.provide(untilQueued(1), context)
        const closing = yield* Effect.fork(close)
        yield* turns(20)
        assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
        yield* server.release
        assert.strictEqual(yield* object.read, whole.size)
        yield* until(() => server.waiting() === 1)
        yield* server.release
        assert.deepStrictEqual(yield* Fiber.join(requests), [whole, whole])
        yield* Fiber.join(closing)
        yield* until(() => server.openSockets() === 0)
      }))

    it.scoped("waits for a body as long as the grace period, and no longer", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const { close, context } = yield* inScopeWith({})
        const client = yield* Effect.provide(ClientCache.client(S3Client, server.config()), context)
        const object = yield* openObject(client, "half")
        const read = yield* Effect.fork(Effect.exit(object.read))
        const closing = yield* Effect.fork(close)
        yield* turns(20)
        yield* TestClock.adjust("4999 millis")
        yield* turns(20)
        assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(closing)
        assert.isTrue(Exit.isFailure(yield* Fiber.join(read)))
      }))

    it.scoped("leases and bodies have the grace period together", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const { close, context } = yield* inScopeWith({ gracePeriod: "10 seconds" })
        const leasing = yield* Scope.make()
        const client = yield* Effect.provide(
          Scope.extend(ClientCache.lease(S3Client, server.config()), leasing),
          context
        )
        const object = yield* openObject(client, "half")
        const read = yield* Effect.fork(Effect.exit(object.read))
        const closing = yield* Effect.fork(close)
        yield* turns(20)
        yield* TestClock.adjust("7 seconds")
        yield* Scope.close(leasing, Exit.void)
        yield* turns(20)
        yield* TestClock.adjust("2 seconds")
        yield* turns(20)
        assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(closing)
        assert.isTrue(Exit.isFailure(yield* Fiber.join(read)))
      }))

    it.scoped("closes every connection, of dropped and of evicted clients too", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const { close, context } = yield* inScope
        for (let n = 0; n < 6; n++) {
          const client = yield* Effect.provide(
            ClientCache.client(S3Client, server.config({ region: `r-${n}` })),
            context
          )
          yield* fetchObject(client, "object")
        }
        yield* until(() => server.openSockets() === 2)
        yield* close
        yield* until(() => server.openSockets() === 0)
      }))

    it.scoped("cuts off what is in flight and what waits, of evicted clients too; none of it is sent again", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const { close, context } = yield* inScope
        const config = (region: string) => server.config({ region, requestHandler: { httpAgent: { maxSockets: 2 } } })
        const errors = yield* Effect.fork(Effect.forEach(
          ["r-1", "r-2", "r-3"],
          (region) =>
            Effect.flatMap(
              Effect.provide(ClientCache.client(S3Client, config(region)), context),
              (client) =>
                Effect.all(
                  Array.from({ length: 5 }, () =>
                    Effect.flip(Effect.tryPromise({
                      try: () => client.send(new GetObjectCommand({ Bucket: "bucket", Key: "held" })),
                      catch: (error) => error
                    }))),
                  { concurrency: "unbounded" }
                )
            ),
          { concurrency: "unbounded" }
        ))
        yield* until(() => server.waiting() === 6)
        yield* Effect.provide(untilQueued(9), context)
        yield* close
        for (const error of (yield* Fiber.join(errors)).flat()) {
          assert.instanceOf(error, ClientClosedError)
          assert.strictEqual(
            error.message,
            "the request was cut off: the cache that built its client was closed"
          )
        }
        yield* until(() => server.openSockets() === 0)
        yield* turns(20)
        assert.strictEqual(server.connections(), 6)
        assert.strictEqual(server.executions("held"), 6)
      }))

    it.scoped("cuts off a body that streams", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const { close, context } = yield* inScope
        const client = yield* Effect.provide(ClientCache.client(S3Client, server.config()), context)
        const object = yield* openObject(client, "half")
        const read = yield* Effect.fork(Effect.exit(object.read))
        yield* turns(5)
        yield* close
        assert.isTrue(Exit.isFailure(yield* Fiber.join(read)))
        yield* until(() => server.openSockets() === 0)
        assert.strictEqual(server.executions("half"), 1)
      }))

    it.scoped("a client that is used afterwards leaves no connection", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const { close, context } = yield* inScope
        const client = yield* Effect.provide(ClientCache.client(S3Client, server.config()), context)
        yield* close
        assert.deepStrictEqual(yield* fetchObject(client, "object"), whole)
        yield* until(() => server.openSockets() === 0)
      }))

    it.scoped("holds for DynamoDB", () =>
      Effect.gen(function*() {
        const server = yield* LocalHttp.make((_request, response) => {
          response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{\"TableNames\":[\"a\"]}")
        })
        const { close, context } = yield* inScope
        const client = yield* Effect.provide(
          ClientCache.client(DynamoDBClient, {
            region: "us-east-1",
            endpoint: server.url,
            credentials: { accessKeyId: "a", secretAccessKey: "b" }
          }),
          context
        )
        const { TableNames } = yield* Effect.promise(() => client.send(new ListTablesCommand({})))
        assert.deepStrictEqual(TableNames, ["a"])
        assert.strictEqual(server.openSockets(), 1)
        yield* close
        yield* until(() => server.openSockets() === 0)
      }))
  })

  describe("what is borrowed", () => {
    /** Uses a client of the cache, lets it be evicted, closes the cache; then the connection must still be there. */
    const survives = (more: (agent: Http.Agent) => S3ClientConfig) =>
      Effect.gen(function*() {
        const server = yield* localS3
        const agent = yield* Effect.acquireRelease(
          Effect.sync(() => new Http.Agent({ keepAlive: true })),
          (agent) => Effect.sync(() => agent.destroy())
        )
        yield* Effect.gen(function*() {
          const client = yield* ClientCache.client(S3Client, server.config(more(agent)))
          yield* fetchObject(client, "object")
          yield* evict(server)
          yield* fetchObject(client, "object")
          assert.strictEqual((yield* ClientCache.stats).openSockets, 0)
        }).pipe(Effect.provide(oneClient))
        const mine = new S3Client(server.config(more(agent)))
        yield* fetchObject(mine, "object")
        assert.strictEqual(server.connections(), 1)
        assert.strictEqual(agent.maxFreeSockets, 256)
      })

    it.scoped("an agent", () => survives((httpAgent) => ({ requestHandler: { httpAgent } })))

    it.scoped("a request handler", () => {
      const handlers = new WeakMap<Http.Agent, S3ClientConfig["requestHandler"]>()
      return survives((httpAgent) => {
        const known = handlers.get(httpAgent)
        if (known !== undefined) return { requestHandler: known }
        const { requestHandler } = new S3Client({ region: "us-east-1", requestHandler: { httpAgent } }).config
        handlers.set(httpAgent, requestHandler)
        return { requestHandler }
      })
    })

    it.scoped("a client that was added", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const mine = yield* Effect.acquireRelease(
          Effect.sync(() => new S3Client(server.config())),
          (client) => Effect.sync(() => client.destroy())
        )
        yield* Effect.gen(function*() {
          const key = ClientCacheKey.make(S3Client, server.config())
          yield* ClientCache.add(key, mine)
          yield* fetchObject(yield* ClientCache.get(key), "object")
          yield* ClientCache.remove(key)
          yield* ClientCache.add(key, mine)
        }).pipe(Effect.provide(oneClient))
        yield* fetchObject(mine, "object")
        assert.strictEqual(server.connections(), 1)
      }))
  })

  describe("the settings of connections", () => {
    const settingsOf = (client: S3Client): Record<string, unknown> => {
      const handler: unknown = client.config.requestHandler
      if (!Predicate.hasProperty(handler, "httpHandlerConfigs") || typeof handler.httpHandlerConfigs !== "function") {
        return assert.fail("not the SDK's own handler")
      }
      return handler.httpHandlerConfigs()
    }

    it.scoped("plain options are kept, agents are made from theirs", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const client = yield* ClientCache.client(
          S3Client,
          server.config({
            requestHandler: { requestTimeout: 5000, httpAgent: { maxSockets: 3 }, httpsAgent: { maxSockets: 4 } }
          })
        )
        const requests = yield* Effect.fork(
          Effect.all(Array.from({ length: 9 }, () => fetchObject(client, "object")), { concurrency: "unbounded" })
        )
        yield* Fiber.join(requests)
        assert.isAtMost(server.maxOpenSockets(), 3)
        const { httpAgent, httpsAgent, requestTimeout } = settingsOf(client)
        assert.strictEqual(requestTimeout, 5000)
        assert.deepInclude(httpAgent, { maxSockets: 3, keepAlive: true })
        assert.deepInclude(httpsAgent, { maxSockets: 4, keepAlive: true })
      }).pipe(Effect.provide(oneClient)))

    it.scoped("without any, those of the SDK are kept, the smart defaults among them", () =>
      Effect.gen(function*() {
        const server = yield* localS3
        for (
          const [defaultsMode, connectionTimeout] of [
            ["legacy", undefined],
            ["standard", 3100],
            ["in-region", 1100],
            ["cross-region", 3100],
            ["mobile", 30_000]
          ] as const
        ) {
          const config = server.config({ defaultsMode })
          const [client, stock] = [yield* ClientCache.client(S3Client, config), new S3Client(config)]
          yield* fetchObject(client, "object")
          yield* fetchObject(stock, "object")
          const { connectionTimeout: actual, httpAgent, httpsAgent, requestTimeout } = settingsOf(client)
          const expected = settingsOf(stock)
          assert.strictEqual(actual, connectionTimeout)
          assert.strictEqual(expected["connectionTimeout"], connectionTimeout)
          assert.strictEqual(requestTimeout, expected["requestTimeout"])
          assert.deepInclude(httpAgent, { maxSockets: 50, keepAlive: true })
          assert.deepInclude(httpsAgent, { maxSockets: 50, keepAlive: true })
          stock.destroy()
        }
      }).pipe(Effect.provide(oneClient)))

    it.scoped("a class that speaks HTTP/2 keeps its own handler, which is destroyed with the cache", () =>
      Effect.gen(function*() {
        const { destroyed, given, Http2Client } = makeHttp2Client()
        yield* Effect.gen(function*() {
          yield* Effect.forEach(["r-1", "r-2", "r-3"], (region) => ClientCache.client(Http2Client, { region }))
          assert.deepStrictEqual(destroyed, [])
        }).pipe(Effect.provide(oneClient))
        assert.deepStrictEqual(destroyed, ["r-1", "r-2", "r-3"])
        // Only the first build had to find out.
        assert.deepStrictEqual(given, ["function", "undefined", "undefined", "undefined"])
      }))

    for (
      const [name, handler] of [
        ["no known protocol", { handle: () => Promise.reject(new Error("not used")) }],
        ["HTTP/1.1 too", {
          metadata: { handlerProtocol: "http/1.1" },
          handle: () => Promise.reject(new Error("not used"))
        }]
      ] as const
    ) {
      it.scoped(`a handler that a class makes for itself is left to it, and destroyed with the client: ${name}`, () =>
        Effect.gen(function*() {
          const destroyed: Array<string> = []
          class OwnHandler extends S3Client {
            constructor(config: { readonly region: string }) {
              super({
                ...config,
                requestHandler: {
                  ...handler,
                  httpHandlerConfigs: () => ({}),
                  updateHttpClientConfig: () => {},
                  destroy: () => {
                    destroyed.push(config.region)
                  }
                }
              })
            }
          }
          yield* ClientCache.withClient(OwnHandler, { region: "r-1" }, () => Effect.void)
          yield* ClientCache.withClient(OwnHandler, { region: "r-2" }, () => Effect.void)
          yield* until(() => destroyed.length > 0)
          assert.deepStrictEqual(destroyed, ["r-1"])
        }).pipe(Effect.provide(oneClient)))
    }
  })
})
