import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { HttpResponse } from "@smithy/core/protocols"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import { Effect, Exit, Fiber, Layer, Scope } from "effect"
import { ClientCache, ClientCustomization, type ClientOptions, Session } from "effect-aws-cache/ClientLayer"
import * as Http from "node:http"
import { PassThrough } from "node:stream"
import { turns, until } from "../support/until.js"
import { makeHttp2Client } from "./Http2Client.js"
import { fetchObject, type LocalS3, localS3, openObject } from "./localS3.js"
import { sessionEnvironment } from "./sessionEnvironment.js"

/** The program's own handler, which counts how often somebody destroys it. */
class Counting extends NodeHttpHandler {
  destroyed = 0
  override destroy() {
    this.destroyed++
    super.destroy()
  }
}

interface Way {
  readonly clientClass?: new(config: S3ClientConfig) => S3Client
  readonly config?: S3ClientConfig
  readonly options?: ClientOptions<S3Client>
}

/** The ways in which a handler that was there before gets into a client. */
const ways: Readonly<Record<string, (shared: Counting) => Way>> = {
  "the configuration": (requestHandler) => ({ config: { requestHandler } }),
  "a class that passes it on": (requestHandler) => ({
    clientClass: class extends S3Client {
      constructor(config: S3ClientConfig) {
        super({ ...config, requestHandler })
      }
    }
  }),
  "a class that has one for each region": (shared) => {
    const byRegion = new Map<unknown, Counting>()
    return {
      clientClass: class extends S3Client {
        constructor(config: S3ClientConfig) {
          if (byRegion.size === 0) byRegion.set(config.region, shared)
          const requestHandler = byRegion.get(config.region) ?? new Counting()
          byRegion.set(config.region, requestHandler)
          super({ ...config, requestHandler })
        }
      }
    }
  },
  "a class that puts it in afterwards": (shared) => ({
    clientClass: class extends S3Client {
      constructor(config: S3ClientConfig) {
        super(config)
        this.config.requestHandler = shared
      }
    }
  }),
  "an extension": (shared) => ({
    config: {
      extensions: [{
        configure: (configuration) => {
          configuration.setHttpHandler(shared)
        }
      }]
    }
  }),
  "a customization": (shared) => ({
    options: {
      customize: ClientCustomization.make("house", (client: S3Client) => {
        client.config.requestHandler = shared
      })
    }
  }),
  "a class that takes turns at two": (shared) => {
    const handlers = [shared, new Counting()]
    return {
      clientClass: class extends S3Client {
        constructor(config: S3ClientConfig) {
          const requestHandler = handlers.pop() ?? shared
          handlers.unshift(requestHandler)
          super({ ...config, requestHandler })
        }
      }
    }
  },
  "the agents in the configuration": (shared) => ({ config: { requestHandler: { httpAgent: countingAgent(shared) } } }),
  "the agents in the options of a class": (shared) => {
    const httpAgent = countingAgent(shared)
    return { clientClass: withHandler(() => ({ httpAgent })) }
  },
  "the agents in the options that a class gives by a function": (shared) => {
    const httpAgent = countingAgent(shared)
    return { clientClass: withHandler(() => () => Promise.resolve({ httpAgent })) }
  },
  "the agents of a handler that a class makes": (shared) => {
    const httpAgent = countingAgent(shared)
    return { clientClass: withHandler(() => new NodeHttpHandler({ httpAgent })) }
  }
}

const countingAgent = (shared: Counting): Http.Agent =>
  new (class extends Http.Agent {
    override destroy() {
      shared.destroyed++
    }
  })({ keepAlive: true })

/** A class of clients that all have a request handler of their own. */
const withHandler = (make: () => unknown): new(config: S3ClientConfig) => S3Client =>
  class extends S3Client {
    constructor(config: S3ClientConfig) {
      // @ts-expect-error not all that the SDK takes is in its types
      super({ ...config, requestHandler: make() })
    }
  }

const client = (server: LocalS3, { clientClass = S3Client, config = {}, options }: Way, region: string) =>
  ClientCache.client(clientClass, server.config({ ...config, region }), options)

describe("a request handler that was there before the client", () => {
  for (const [name, way] of Object.entries(ways)) {
    it.scoped(`is never touched, whoever closes what: from ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const shared = yield* Effect.acquireRelease(
          Effect.sync(() => new Counting({ httpAgent: new Http.Agent({ keepAlive: true }) })),
          (handler) => Effect.sync(() => NodeHttpHandler.prototype.destroy.call(handler))
        )
        const made = way(shared)
        yield* Effect.gen(function*() {
          const one = yield* client(server, made, "r-1")
          const writing = yield* Effect.fork(
            Effect.promise(() => one.send(new PutObjectCommand({ Bucket: "bucket", Key: "held", Body: "x" })))
          )
          yield* until(() => server.waiting() === 1)
          // It is evicted, another one is evicted unused, and somebody destroys what is not theirs.
          yield* client(server, made, "r-2")
          const three = yield* client(server, made, "r-3")
          three.destroy()
          one.destroy()
          yield* turns(5)
          yield* server.release
          const { $metadata } = yield* Fiber.join(writing)
          assert.strictEqual($metadata.attempts, 1)
          assert.strictEqual(server.executions("held"), 1)
          yield* fetchObject(three, "object")
          const [figures] = (yield* ClientCache.stats).clients
          // Where only one of the agents is the program's, the other one is not.
          assert.deepInclude(figures, { borrowed: !name.startsWith("the agents"), openSockets: 0 })
        }).pipe(Effect.provide(ClientCache.layer({ maxSize: 1 })))
        assert.strictEqual(shared.destroyed, 0)
      }))
  }

  it.scoped("is never touched where it speaks HTTP/2", () =>
    Effect.gen(function*() {
      const { destroyed, Http2Client } = makeHttp2Client()
      const { requestHandler } = new Http2Client({ region: "shared" }).config
      const extensions: NonNullable<S3ClientConfig["extensions"]> = [{
        configure: (configuration) => {
          // @ts-expect-error the types of a configuration say less of its handler
          configuration.setHttpHandler(requestHandler)
        }
      }]
      const Class: new(config: S3ClientConfig) => S3Client = class extends S3Client {
        constructor(config: S3ClientConfig) {
          super({ ...config, requestHandler: new Http2Client({ region: "own" }).config.requestHandler })
        }
      }
      yield* Effect.forEach(["r-1", "r-2"], (region) =>
        Effect.zipRight(
          ClientCache.withClient(Class, { region, extensions }, () => Effect.void),
          // The class is known to make handlers by now, and its extensions are looked at all the same.
          ClientCache.withClient(Class, { region }, () => Effect.void)
        )).pipe(Effect.provide(ClientCache.layer({ maxSize: 1 })))
      assert.isFalse(destroyed.includes("shared"))
      assert.isTrue(destroyed.includes("own"))
    }))
})

/** Shapes of options for a request handler; all of them say 5 seconds, and leave the agents to the SDK. */
class Limits {
  readonly #limit = 5000
  get requestTimeout() {
    return this.#limit
  }
}
class Named {
  requestTimeout = 5000
  httpAgent = undefined
  httpsAgent = undefined
}
const shapes: Readonly<Record<string, () => unknown>> = {
  "plain": () => ({ requestTimeout: 5000 }),
  "plain, with options for agents": () => ({ requestTimeout: 5000, httpAgent: { maxSockets: 9 } }),
  "without a prototype": () => Object.assign(Object.create(null), { requestTimeout: 5000 }),
  "on a prototype": () => Object.create({ requestTimeout: 5000 }),
  "frozen": () => Object.freeze({ requestTimeout: 5000 }),
  "of a class with a getter and a private field": () => new Limits(),
  "of a class that names the agents": () => new Named(),
  "of a class, frozen": () => Object.freeze(new Named()),
  "of a class, sealed": () => Object.seal(new Named()),
  "of a class, with fields that cannot be changed": () =>
    Object.defineProperty(new Named(), "httpAgent", { value: { maxSockets: 9 } }),
  "of a class, frozen, given by a function": () => () => Promise.resolve(Object.freeze(new Named())),
  "given by a function": () => () => Promise.resolve({ requestTimeout: 5000 }),
  "of a class, given by a function": () => () => Promise.resolve(new Limits()),
  "given by a function, with options for agents": () => () =>
    Promise.resolve({ requestTimeout: 5000, httpAgent: { maxSockets: 9 } })
}

describe("options for a request handler", () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it.scoped(`of any shape count, and what the SDK makes of them is closed: ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const requestHandler = shape()
        yield* Effect.gen(function*() {
          for (const region of ["r-1", "r-2", "r-3"]) {
            // @ts-expect-error not all of these are in the SDK's types
            const s3 = yield* ClientCache.client(S3Client, server.config({ region, requestHandler }))
            yield* fetchObject(s3, "object")
            const { requestHandler: handler } = s3.config
            const config = handler instanceof NodeHttpHandler ? handler.httpHandlerConfigs() : {}
            assert.strictEqual(config.requestTimeout, 5000)
          }
          yield* until(() => server.openSockets() === 1)
          const [figures] = (yield* ClientCache.stats).clients
          assert.deepInclude(figures, { borrowed: false, openSockets: 1 })
        }).pipe(Effect.provide(ClientCache.layer({ maxSize: 1 })))
        yield* until(() => server.openSockets() === 0)
      }))
  }

  class AgentLimits {
    maxSockets = 2
  }
  for (
    const [name, httpAgent] of Object.entries<object>({
      "plain": { maxSockets: 2 },
      "frozen": Object.freeze({ maxSockets: 2 }),
      "of a class": new AgentLimits(),
      "of a class, frozen": Object.freeze(new AgentLimits()),
      "without a prototype": Object.assign(Object.create(null), { maxSockets: 2 })
    })
  ) {
    it.scopedLive(`hold options for agents of any shape: ${name}`, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const ask = <R, E>(client: (server: LocalS3) => Effect.Effect<S3Client, E, R>) =>
          Effect.gen(function*() {
            const server = yield* localS3
            const s3 = yield* client(server)
            yield* Effect.forEach(Array.from({ length: 6 }), () => fetchObject(s3, "slow"), {
              concurrency: "unbounded"
            })
            assert.strictEqual(server.connections(), 2)
          })
        const requestHandler = { httpAgent }
        yield* ask((server) => ClientCache.client(S3Client, server.config({ requestHandler }))).pipe(
          Effect.provide(ClientCache.layer())
        )
        yield* ask((server) => Session.client(S3Client, server.config({ requestHandler }))).pipe(
          Effect.provide(Session.layer({ region: "us-east-1" }))
        )
        yield* ask((server) => Session.client(S3Client, server.config())).pipe(
          Effect.provide(Session.layer({ region: "us-east-1", requestHandler }))
        )
      }))
  }

  it.scoped("given by a function, with an agent: that is the caller's", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const httpAgent = yield* Effect.acquireRelease(
        Effect.sync(() => new Http.Agent({ keepAlive: true })),
        (agent) => Effect.sync(() => agent.destroy())
      )
      const requestHandler = () => Promise.resolve({ httpAgent })
      yield* Effect.gen(function*() {
        for (const region of ["r-1", "r-2"]) {
          // @ts-expect-error not in the SDK's types
          const s3 = yield* ClientCache.client(S3Client, server.config({ region, requestHandler }))
          yield* fetchObject(s3, "object")
        }
      }).pipe(Effect.provide(ClientCache.layer({ maxSize: 1 })))
      assert.strictEqual(server.connections(), 1)
      assert.strictEqual(server.openSockets(), 1)
    }))
})

describe("a request handler that a class or an extension makes for each client", () => {
  const made: Readonly<Record<string, Way>> = {
    "itself": { clientClass: withHandler(() => new NodeHttpHandler()) },
    "with an agent": {
      clientClass: withHandler(() => new NodeHttpHandler({ httpAgent: new Http.Agent({ keepAlive: true }) }))
    },
    "by options": { clientClass: withHandler(() => ({ requestTimeout: 5000 })) },
    "by a function": { clientClass: withHandler(() => () => Promise.resolve({ requestTimeout: 5000 })) },
    "in an extension": {
      config: {
        extensions: [{ configure: (configuration) => configuration.setHttpHandler(new NodeHttpHandler()) }]
      }
    }
  }
  for (const [name, way] of Object.entries(made)) {
    it.scoped(`is drained when its client leaves, and waited for at the end: ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* localS3
        const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
        const context = yield* Layer.buildWithScope(ClientCache.layer({ maxSize: 1 }), scope)
        const put = (region: string) =>
          Effect.flatMap(client(server, way, region), (s3) =>
            Effect.promise(() =>
              s3.send(new PutObjectCommand({ Bucket: "bucket", Key: `held-${region}`, Body: "x" }))
            )).pipe(Effect.provide(context), Effect.fork)
        const first = yield* put("r-1")
        yield* until(() => server.waiting() === 1)
        for (const region of ["r-2", "r-3"]) {
          const s3 = yield* Effect.provide(client(server, way, region), context)
          yield* fetchObject(s3, "object")
        }
        yield* until(() => server.openSockets() === 2)
        const last = yield* put("r-3")
        yield* until(() => server.waiting() === 2)
        const [figures] = (yield* Effect.provide(ClientCache.stats, context)).clients
        assert.deepInclude(figures, { borrowed: false, openSockets: 1 })
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* turns(5)
        yield* server.release
        for (const writing of [first, last]) {
          assert.strictEqual((yield* Fiber.join(writing)).$metadata.attempts, 1)
        }
        yield* Fiber.join(closing)
        for (const region of ["r-1", "r-3"]) assert.strictEqual(server.executions(`held-${region}`), 1)
        yield* until(() => server.openSockets() === 0)
      }))
  }

  it.scoped("is waited for at the end, also where it speaks HTTP/2", () =>
    Effect.gen(function*() {
      const events: Array<string> = []
      const body = new PassThrough()
      const Http2Client = withHandler(() => ({
        metadata: { handlerProtocol: "h2" },
        handle: () => {
          events.push("asked")
          return Promise.resolve({ response: new HttpResponse({ statusCode: 200, body }) })
        },
        httpHandlerConfigs: () => ({}),
        updateHttpClientConfig: () => {},
        destroy: () => {
          events.push("destroyed")
        }
      }))
      const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
      const context = yield* Layer.buildWithScope(ClientCache.layer(), scope)
      const server = yield* localS3
      const s3 = yield* Effect.provide(client(server, { clientClass: Http2Client }, "r-1"), context)
      const object = yield* Effect.promise(() => s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "object" })))
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* turns(5)
      assert.deepStrictEqual(events, ["asked"])
      body.end("all of it")
      assert.strictEqual(yield* Effect.promise(async () => object.Body?.transformToString()), "all of it")
      yield* Fiber.join(closing)
      assert.deepStrictEqual(events, ["asked", "destroyed"])
    }))
})

describe("client.destroy()", () => {
  for (
    const [name, more] of [
      ["with the cache's connections", {}],
      ["with options of its own", { requestHandler: { requestTimeout: 5000 } }],
      ["with a handler of the program's", { requestHandler: new NodeHttpHandler() }]
    ] satisfies ReadonlyArray<readonly [string, S3ClientConfig]>
  ) {
    it.scoped(`cuts nobody else who uses the client: ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* localS3
        yield* Effect.gen(function*() {
          const theirs = yield* ClientCache.client(S3Client, server.config(more))
          const object = yield* openObject(theirs, "half")
          const mine = yield* ClientCache.client(S3Client, server.config(more))
          mine.destroy()
          yield* turns(5)
          yield* server.release
          assert.strictEqual(yield* object.read, 64 * 1024)
          assert.deepStrictEqual(yield* fetchObject(theirs, "object"), { attempts: 1, size: 64 * 1024 })
          assert.strictEqual(server.connections(), 1)
        }).pipe(Effect.provide(ClientCache.layer()))
        if (more.requestHandler instanceof NodeHttpHandler) more.requestHandler.destroy()
      }))
  }

  it.scoped("does what it does once nobody else has the client: HTTP/2", () =>
    Effect.gen(function*() {
      const { destroyed, Http2Client } = makeHttp2Client()
      const config = { region: "r-1" }
      const mine = yield* ClientCache.client(Http2Client, config)
      mine.destroy()
      assert.deepStrictEqual(destroyed, [])
      yield* ClientCache.withClient(Http2Client, config, (leased) =>
        Effect.zipRight(
          ClientCache.clear,
          Effect.sync(() => leased.destroy())
        ))
      assert.deepStrictEqual(destroyed, [])
      // It was handed out: it is left to whoever has it.
      yield* turns(5)
      assert.deepStrictEqual(destroyed, [])
      mine.destroy()
      assert.deepStrictEqual(destroyed, ["r-1"])
    }).pipe(Effect.provide(ClientCache.layer())))
})

describe("a request handler that several clients share", () => {
  it.scoped("and that one of them brought is closed after the last of them, in whatever cache", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const open = Effect.gen(function*() {
        const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
        const context = yield* Layer.buildWithScope(ClientCache.layer({ gracePeriod: 0 }), scope)
        return { context, close: Scope.close(scope, Exit.void) }
      })
      const first = yield* open
      const second = yield* open
      const one = yield* Effect.provide(ClientCache.client(S3Client, server.config()), first.context)
      const { requestHandler } = one.config
      const other = yield* Effect.provide(
        ClientCache.client(S3Client, server.config({ region: "r-2", requestHandler })),
        second.context
      )
      assert.strictEqual(other.config.requestHandler, requestHandler)
      yield* fetchObject(one, "object")
      const object = yield* openObject(other, "half")
      yield* first.close
      yield* server.release
      assert.strictEqual(yield* object.read, 64 * 1024)
      assert.deepStrictEqual(yield* fetchObject(other, "object"), { attempts: 1, size: 64 * 1024 })
      assert.strictEqual(server.openSockets(), 1)
      yield* second.close
      yield* until(() => server.openSockets() === 0)
    }))
})
