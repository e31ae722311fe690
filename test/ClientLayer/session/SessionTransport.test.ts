import { S3Client } from "@aws-sdk/client-s3"
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { assert, describe, it } from "@effect/vitest"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import { Context, Effect, Exit, Fiber, Layer, Option, Scope, TestClock } from "effect"
import { ClientCache, Session, type SessionService } from "effect-aws-cache/ClientLayer"
import * as Http from "node:http"
import { eventually, turns, until } from "../../support/until.js"
import { localSts } from "../credentialSources.js"
import { fetchObject, localS3, localS3Tls, openObject } from "../localS3.js"
import { sessionEnvironment } from "../sessionEnvironment.js"

const region = "us-east-1"

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A session that the test closes itself. */
const open = (options: Parameters<typeof Session.make>[0] = {}) =>
  Effect.gen(function*() {
    yield* sessionEnvironment()
    const server = yield* localS3
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
    const session = yield* Scope.extend(Session.make({ region, gracePeriod: 0, ...options }), scope)
    return { server, session, close: Scope.close(scope, Exit.void) }
  })

const clients = (session: SessionService, count: number, config: object) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n + 1),
    (maxAttempts) => session.client(S3Client, { ...config, maxAttempts })
  )

const handlerOptions = ({ config: { requestHandler } }: S3Client) =>
  requestHandler instanceof NodeHttpHandler ? requestHandler.httpHandlerConfigs() : {}

describe("the connections of a session", () => {
  it.scopedLive("are shared by its clients", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open({ maxSize: 20 })
      for (const s3 of yield* clients(session, 20, server.config())) yield* fetchObject(s3, "object")
      assert.strictEqual(server.connections(), 1)
      assert.deepStrictEqual(yield* session.stats, {
        credentialResolutions: 0,
        openSockets: 1,
        freeSockets: 1,
        queuedRequests: 0
      })
      yield* close
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual((yield* session.stats).openSockets, 0)
    }))

  it.scopedLive("are as many for each host as maxSockets allows, whoever asks", () =>
    Effect.gen(function*() {
      const { server, session } = yield* open({ maxSize: 20, maxSockets: 3 })
      const requests = yield* Effect.fork(
        Effect.flatMap(clients(session, 20, server.config()), (all) =>
          Effect.forEach(all, (s3) => fetchObject(s3, "held"), { concurrency: "unbounded" }))
      )
      yield* until(() =>
        server.waiting() === 3
      )
      assert.strictEqual((yield* session.stats).queuedRequests, 17)
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(server.release, turns(1))))
      yield* Fiber.join(requests)
      assert.strictEqual(server.maxOpenSockets(), 3)
    }))

  it.scopedLive("outlive the destroy of a client, with what others do on them", () =>
    Effect.gen(function*() {
      const { server, session } = yield* open()
      const [one, other] = yield* clients(session, 2, server.config())
      if (one === undefined || other === undefined) return yield* Effect.dieMessage("no clients")
      const reading = yield* Effect.fork(fetchObject(other, "half"))
      yield* until(() => server.waiting() === 1)
      one.destroy()
      other.destroy()
      yield* server.release
      assert.strictEqual((yield* Fiber.join(reading)).attempts, 1)
      assert.strictEqual(server.executions("half"), 1)
      assert.strictEqual((yield* fetchObject(one, "again")).attempts, 1)
      assert.strictEqual(server.connections(), 1)
    }))

  it.scopedLive("are those of clients with a logger too, whatever they do to their handlers", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open()
      const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
      const plain = yield* session.client(S3Client, server.config())
      yield* fetchObject(plain, "one")
      const logging = yield* session.client(S3Client, server.config({ logger }))
      yield* fetchObject(logging, "two")
      yield* fetchObject(plain, "three")
      assert.strictEqual(server.connections(), 1)
      yield* close
      yield* until(() => server.openSockets() === 0)
    }))

  it.scopedLive("are kept when a client is evicted", () =>
    Effect.gen(function*() {
      const { server, session } = yield* open({ maxSize: 1 })
      const [one, other] = yield* clients(session, 2, server.config())
      if (one === undefined || other === undefined) return yield* Effect.dieMessage("no clients")
      assert.strictEqual(yield* session.caches.client.LRU.size, 1)
      yield* fetchObject(one, "one")
      yield* fetchObject(other, "two")
      yield* fetchObject(one, "three")
      assert.strictEqual(server.connections(), 1)
    }))

  it.scopedLive("are cut when the session closes; what is cut off is not sent again", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open()
      const s3 = yield* session.client(S3Client, server.config())
      const cut = yield* Effect.forkDaemon(Effect.sandbox(fetchObject(s3, "held")))
      yield* until(() => server.waiting() === 1)
      yield* close
      const exit = yield* Fiber.await(cut)
      assert.isTrue(Exit.isFailure(exit))
      assert.include(String(exit), "ClientClosedError")
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual(server.executions("held"), 1)
    }))

  it.scopedLive("serve the clients inside credential providers as well, which adopt nobody's", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open()
      const sts = yield* localSts()
      const credentials = fromTemporaryCredentials({
        params: { RoleArn: "arn:aws:iam::123456789012:role/alpha" },
        masterCredentials: { accessKeyId: "master", secretAccessKey: "secret" },
        clientConfig: { endpoint: sts.url }
      })
      // The first caller has a handler and a region of its own.
      const own = new NodeHttpHandler()
      const first = yield* session.client(S3Client, {
        ...server.config({ credentials }),
        region: "eu-west-1",
        requestHandler: own
      })
      yield* fetchObject(first, "one")
      yield* session.client(S3Client, server.config({ credentials }))
      assert.strictEqual(sts.requests(), 1)
      // Its region is where the role is assumed, as without a session; its connections are not used.
      assert.deepStrictEqual(sts.regions, ["eu-west-1"])
      assert.strictEqual(sts.openSockets(), 1)
      own.destroy()
      assert.strictEqual((yield* session.stats).openSockets, 1)
      assert.strictEqual(sts.openSockets(), 1)
      yield* close
      yield* until(() => sts.openSockets() === 0)
    }))

  it.scopedLive("are not those of a client that brings a request handler", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open()
      const requestHandler = yield* Effect.acquireRelease(
        Effect.sync(() => new NodeHttpHandler()),
        (handler) => Effect.sync(() => handler.destroy())
      )
      const s3 = yield* session.client(S3Client, { ...server.config(), requestHandler })
      assert.strictEqual(s3.config.requestHandler, requestHandler)
      yield* fetchObject(s3, "one")
      assert.strictEqual((yield* session.stats).openSockets, 0)
      yield* close
      assert.strictEqual(server.openSockets(), 1)
      assert.strictEqual((yield* fetchObject(s3, "two")).attempts, 1)
    }))

  it.scopedLive("serve clients with options for their handlers too, of any shape", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open({ requestHandler: { connectionTimeout: 1234 } })
      class Options {
        readonly #limit = 5000
        get requestTimeout() {
          return this.#limit
        }
      }
      for (
        const requestHandler of [
          { requestTimeout: 5000 },
          new Options(),
          () => Promise.resolve({ requestTimeout: 5000 })
        ]
      ) {
        // @ts-expect-error the SDK takes a function as well, which its types do not tell
        const s3 = yield* session.client(S3Client, { ...server.config(), requestHandler })
        yield* fetchObject(s3, "one")
        assert.deepInclude(handlerOptions(s3), { requestTimeout: 5000, connectionTimeout: 1234 })
      }
      assert.strictEqual(server.connections(), 1)
      assert.strictEqual((yield* session.stats).openSockets, 1)
      yield* close
      yield* until(() => server.openSockets() === 0)
    }))

  it.scopedLive("are not those of a client that names options for an agent: it has its own, closed with it", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open()
      const s3 = yield* session.client(S3Client, {
        ...server.config(),
        requestHandler: { httpAgent: { maxSockets: 3 } }
      })
      yield* fetchObject(s3, "one")
      assert.strictEqual((yield* session.stats).openSockets, 0)
      const stats = yield* session.caches.client.LRU.stats
      assert.strictEqual(stats.openSockets, 1)
      assert.deepInclude(stats.clients[0], { borrowed: false, openSockets: 1 })
      yield* close
      yield* until(() => server.openSockets() === 0)
    }))

  it.scopedLive("one client with bodies that nobody reads does not take from the others", () =>
    Effect.gen(function*() {
      const { server, session } = yield* open({ maxSockets: 6, maxSocketsPerClient: 4 })
      const [greedy, other] = yield* clients(session, 2, server.config())
      if (greedy === undefined || other === undefined) return yield* Effect.dieMessage("no clients")
      const unread = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 10 }), () => openObject(greedy, "half"), { concurrency: "unbounded" })
      )
      yield* until(() => server.waiting() === 4)
      const figuresOf = Effect.map(session.caches.client.LRU.stats, ({ clients }) => clients)
      yield* eventually(Effect.map(figuresOf, ([first]) => first?.queuedRequests === 6))
      for (let n = 0; n < 5; n++) assert.strictEqual((yield* fetchObject(other, "one")).attempts, 1)
      assert.deepInclude((yield* figuresOf)[0], { borrowed: false, openSockets: 4, freeSockets: 0, queuedRequests: 6 })
      assert.deepInclude((yield* figuresOf)[1], { borrowed: false, openSockets: 0 })
      assert.deepInclude(yield* session.stats, { openSockets: 5, freeSockets: 1, queuedRequests: 6 })
      // As bodies are read, those that wait get their turn.
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(server.release, turns(1))))
      for (let n = 0; n < 10; n++) yield* fetchObject(other, "one")
      yield* Effect.forkScoped(Effect.suspend(() => Fiber.join(unread)))
      yield* eventually(Effect.map(figuresOf, ([first]) => (first?.openSockets ?? 0) === 4))
    }))

  for (const kind of ["a session", "a cache", "the bare SDK"]) {
    it.scopedLive(`let the SDK warn of a client that is at its limit: ${kind}`, () =>
      Effect.gen(function*() {
        const { server, session } = yield* open({ maxSocketsPerClient: 2 })
        const warnings: Array<string> = []
        const requestHandler = {
          socketAcquisitionWarningTimeout: 1,
          logger: { ...silent, warn: (warning: string) => warnings.push(warning) },
          ...(kind === "a session" ? {} : { httpAgent: { maxSockets: 2 } })
        }
        const config = server.config({ requestHandler })
        const clients = Context.get(yield* Layer.build(ClientCache.layer({ gracePeriod: 0 })), ClientCache)
        const s3 = kind === "a session"
          ? yield* session.client(S3Client, config)
          : kind === "a cache"
          ? yield* clients.client(S3Client, config)
          : new S3Client(config)
        const get = Effect.fork(fetchObject(s3, "held"))
        const before = yield* Effect.replicateEffect(get, 7)
        yield* until(() => server.waiting() === 2)
        yield* turns(3)
        const last = yield* get
        yield* until(() => warnings.length > 0)
        assert.match(warnings[0] ?? "", /socket usage at capacity=2 and [4-6] additional requests are enqueued/)
        const release = yield* Effect.fork(Effect.forever(Effect.zipLeft(server.release, turns(1))))
        yield* Fiber.joinAll([...before, last])
        yield* Fiber.interrupt(release)
        s3.destroy()
      }))
  }

  it.scopedLive("are shared over TLS as well, with the session's certificates", () =>
    Effect.gen(function*() {
      const server = yield* localS3Tls
      const { close, session } = yield* open({
        requestHandler: { httpsAgent: { ca: server.ca } },
        maxSocketsPerClient: 2
      })
      for (const s3 of yield* clients(session, 3, server.config())) {
        yield* Effect.all([fetchObject(s3, "one"), fetchObject(s3, "two"), fetchObject(s3, "three")], {
          concurrency: "unbounded"
        })
      }
      assert.isAtMost(server.connections(), 2)
      assert.strictEqual((yield* session.stats).queuedRequests, 0)
      yield* close
      yield* until(() => server.openSockets() === 0)
    }))

  it.scopedLive("cut those that wait for their share, too", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open({ maxSocketsPerClient: 2 })
      const s3 = yield* session.client(S3Client, server.config())
      const cut = yield* Effect.forkDaemon(Effect.all(
        Array.from({ length: 5 }, () => Effect.exit(Effect.sandbox(fetchObject(s3, "held")))),
        { concurrency: "unbounded" }
      ))
      yield* until(() => server.waiting() === 2)
      yield* eventually(Effect.map(session.stats, ({ queuedRequests }) => queuedRequests === 3))
      yield* close
      for (const exit of yield* Fiber.join(cut)) assert.include(String(exit), "ClientClosedError")
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual(server.executions("held"), 2)
    }))

  it.scoped("are waited for as long as the grace period, with the bodies that are read on them", () =>
    Effect.gen(function*() {
      const { close, server, session } = yield* open({ gracePeriod: "5 seconds" })
      const s3 = yield* session.client(S3Client, server.config())
      const object = yield* openObject(s3, "half")
      const closing = yield* Effect.fork(close)
      yield* turns(20)
      yield* TestClock.adjust("4 seconds")
      yield* turns(20)
      assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
      yield* server.release
      assert.strictEqual(yield* object.read, 64 * 1024)
      yield* Fiber.join(closing)
      yield* until(() => server.openSockets() === 0)
    }))

  it.scopedLive("can have options, and agents of the caller's", () =>
    Effect.gen(function*() {
      const httpAgent = yield* Effect.acquireRelease(
        Effect.sync(() => new Http.Agent({ keepAlive: true })),
        (agent) => Effect.sync(() => agent.destroy())
      )
      const { close, server, session } = yield* open({ requestHandler: { connectionTimeout: 1234, httpAgent } })
      const s3 = yield* session.client(S3Client, server.config())
      yield* fetchObject(s3, "one")
      assert.deepInclude(handlerOptions(s3), { connectionTimeout: 1234, httpAgent })
      assert.strictEqual((yield* session.stats).openSockets, 0)
      yield* close
      assert.strictEqual(server.openSockets(), 1)
    }))

  it.scopedLive("can be made by a request handler of the caller's, which nobody destroys", () =>
    Effect.gen(function*() {
      const handler = yield* Effect.acquireRelease(
        Effect.sync(() => new NodeHttpHandler()),
        (handler) => Effect.sync(() => handler.destroy())
      )
      const { close, server, session } = yield* open({ requestHandler: handler })
      for (const s3 of yield* clients(session, 5, server.config())) {
        yield* fetchObject(s3, "one")
        s3.destroy()
      }
      assert.strictEqual(server.connections(), 1)
      yield* close
      assert.strictEqual(server.openSockets(), 1)
    }))

  it.scopedLive("have the connection timeout that a client's defaults mode sets", () =>
    Effect.gen(function*() {
      const { server, session } = yield* open()
      const s3 = yield* session.client(S3Client, server.config({ defaultsMode: "in-region" }))
      yield* fetchObject(s3, "one")
      assert.deepInclude(handlerOptions(s3), { connectionTimeout: 1100 })
    }))

  it.scoped("refuse options that are none", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      for (const limit of [0, -1, 1.5, Number.NaN]) {
        for (const option of ["maxSockets", "maxSocketsPerClient"]) {
          const failure = yield* Effect.flip(Session.make({ region, [option]: limit }))
          assert.strictEqual(failure._tag, "CacheConfigError")
          assert.include(failure.message, `${option} `)
        }
      }
      const failure = yield* Effect.flip(Session.make({ region, requestHandler: () => Promise.resolve({}) }))
      assert.include(failure.message, "requestHandler is a function")
      // @ts-expect-error as from a configuration file
      const text = yield* Effect.flip(Session.make({ region, requestHandler: "x" }))
      assert.include(text.message, "requestHandler is a string")
    }))
})
