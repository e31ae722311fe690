import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as Http from "node:http"
import * as Net from "node:net"
import * as FaultProxy from "../servers/FaultProxy.js"
import * as LocalHttp from "../servers/LocalHttp.js"
import { call, makeClient } from "../servers/s3Client.js"
import { turns, until } from "../support/until.js"
import { httpGet } from "./httpGet.js"

const { Fault } = FaultProxy
const text = "0123456789"

const start = Effect.gen(function*() {
  const server = yield* LocalHttp.make({ "GET /": { body: text } })
  const proxy = yield* FaultProxy.make(server)
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Http.Agent({ keepAlive: true, maxSockets: 1 })),
    (agent) => Effect.sync(() => agent.destroy())
  )
  return { server, proxy, agent }
})

/** All bytes that a new connection gets for one request, up to its end. */
const rawGet = (port: number) =>
  Effect.async<{ readonly bytes: string; readonly reset: boolean }>((resume) => {
    let bytes = ""
    let reset = false
    const socket = Net.connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
    socket.on("data", (chunk) => {
      bytes += chunk.toString("latin1")
    })
    socket.on("error", () => {
      reset = true
    })
    socket.on("close", () => resume(Effect.succeed({ bytes, reset })))
    return Effect.sync(() => socket.destroy())
  })

const codeOf = (url: string, agent?: Http.Agent) => Effect.map(Effect.flip(httpGet(url, agent)), ({ code }) => code)

describe("FaultProxy", () => {
  it.scoped("passes requests and counts connections", () =>
    Effect.gen(function*() {
      const { agent, proxy, server } = yield* start
      for (let count = 0; count < 3; count++) {
        const { body, status } = yield* httpGet(proxy.url, agent)
        assert.strictEqual(`${status} ${body.toString()}`, `200 ${text}`)
      }
      assert.strictEqual(proxy.connections(), 1)
      assert.strictEqual(proxy.openConnections(), 1)
      yield* httpGet(proxy.url)
      yield* until(() => proxy.openConnections() === 1)
      assert.strictEqual(proxy.connections(), 2)
      assert.strictEqual(server.requests(), 4)
    }))

  it.scoped("resets open and new connections", () =>
    Effect.gen(function*() {
      const server = yield* LocalHttp.make(() => {})
      const proxy = yield* FaultProxy.make(server)
      const waiting = yield* Effect.fork(codeOf(proxy.url))
      yield* until(() => server.requests() === 1)
      yield* proxy.set(Fault.Reset())
      assert.strictEqual(yield* Fiber.join(waiting), "ECONNRESET")
      assert.strictEqual(yield* codeOf(proxy.url), "ECONNRESET")
      assert.strictEqual(proxy.connections(), 2)
      assert.strictEqual(server.requests(), 1)
      yield* until(() => server.openSockets() === 0)
    }))

  it.scoped("hangs, and the connections that hung stay dead", () =>
    Effect.gen(function*() {
      const { agent, proxy, server } = yield* start
      yield* httpGet(proxy.url, agent)
      yield* proxy.set(Fault.Hang())
      const onOld = yield* Effect.fork(httpGet(proxy.url, agent))
      const onNew = yield* Effect.fork(httpGet(proxy.url))
      yield* until(() => proxy.connections() === 2)
      // Time enough for an answer: whole exchanges with the server itself.
      yield* Effect.repeatN(httpGet(server.url), 9)
      assert.strictEqual(server.requests(), 11)
      yield* proxy.set(Fault.Pass())
      yield* Effect.repeatN(httpGet(proxy.url), 9)
      assert.strictEqual(server.requests(), 21)
      assert.isTrue(Option.isNone(yield* Fiber.poll(onOld)))
      assert.isTrue(Option.isNone(yield* Fiber.poll(onNew)))
      yield* Fiber.interrupt(onOld)
      yield* Fiber.interrupt(onNew)
    }))

  it.scoped("swallows an answer that is under way when it begins to hang", () =>
    Effect.gen(function*() {
      const held: Array<Http.ServerResponse> = []
      const server = yield* LocalHttp.make((_, response) => {
        held.push(response)
      })
      const proxy = yield* FaultProxy.make(server)
      const waiting = yield* Effect.fork(httpGet(proxy.url))
      yield* until(() => held.length === 1)
      yield* proxy.set(Fault.Hang())
      held[0]?.end(text)
      yield* until(() => held[0]?.writableFinished === true)
      yield* turns(20)
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* Fiber.interrupt(waiting)
    }))

  it.scoped("delays by the Clock", () =>
    Effect.gen(function*() {
      const { proxy, server } = yield* start
      yield* proxy.set(Fault.Delay({ millis: 1000 }))
      const waiting = yield* Effect.fork(httpGet(proxy.url))
      let sleeps = 0
      while (sleeps === 0) {
        yield* turns(1)
        sleeps = Chunk.size(yield* TestClock.sleeps())
      }
      assert.strictEqual(server.requests(), 1)
      yield* TestClock.adjust(999)
      yield* turns(20)
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(waiting)).body.toString(), text)
    }))

  it.scoped("sends what was delayed before what was not", () =>
    Effect.gen(function*() {
      const held: Array<Http.ServerResponse> = []
      const server = yield* LocalHttp.make((_, response) => {
        held.push(response)
        response.write("first,")
      })
      const proxy = yield* FaultProxy.make(server)
      yield* proxy.set(Fault.Delay({ millis: 1000 }))
      const waiting = yield* Effect.fork(httpGet(proxy.url))
      let sleeps = 0
      while (sleeps === 0) {
        yield* turns(1)
        sleeps = Chunk.size(yield* TestClock.sleeps())
      }
      yield* proxy.set(Fault.Pass())
      held[0]?.end("second")
      yield* until(() => held[0]?.writableFinished === true)
      yield* turns(20)
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* TestClock.adjust(1000)
      assert.strictEqual((yield* Fiber.join(waiting)).body.toString(), "first,second")
    }))

  it.scoped("cuts after exactly so many bytes", () =>
    Effect.gen(function*() {
      const server = yield* LocalHttp.make((_, response) => {
        response.sendDate = false
        response.end(text)
      })
      const proxy = yield* FaultProxy.make(server)
      const whole = `HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 10\r\n\r\n${text}`
      for (const bytes of [0, 1, 20, whole.length - 3, whole.length]) {
        yield* proxy.set(Fault.CutAfter({ bytes }))
        assert.deepStrictEqual(yield* rawGet(proxy.port), { bytes: whole.slice(0, bytes), reset: false })
      }
      // Without keep-alive the whole answer is 68 bytes.
      yield* proxy.set(Fault.CutAfter({ bytes: 60 }))
      assert.strictEqual(yield* codeOf(proxy.url), "ECONNRESET")
    }))

  it.scoped("counts the bytes of a kept connection from when the fault was set", () =>
    Effect.gen(function*() {
      const { agent, proxy } = yield* start
      yield* Effect.repeatN(httpGet(proxy.url, agent), 4)
      yield* proxy.set(Fault.CutAfter({ bytes: 200 }))
      assert.strictEqual((yield* httpGet(proxy.url, agent)).body.toString(), text)
      assert.strictEqual(proxy.connections(), 1)
      assert.strictEqual(yield* codeOf(proxy.url, agent), "ECONNRESET")
    }))

  it.scoped("corrupts bodies and leaves heads", () =>
    Effect.gen(function*() {
      const { agent, proxy } = yield* start
      yield* proxy.set(Fault.Corrupt({}))
      for (let count = 0; count < 2; count++) {
        assert.strictEqual((yield* httpGet(proxy.url, agent)).body.toString(), "1032547698")
      }
      yield* proxy.set(Fault.Corrupt({ at: 4 }))
      assert.strictEqual((yield* httpGet(proxy.url, agent)).body.toString(), "0123556789")
      yield* proxy.set(Fault.Corrupt({ at: 10 }))
      assert.strictEqual((yield* httpGet(proxy.url, agent)).body.toString(), text)
      assert.strictEqual(proxy.connections(), 1)
    }))

  it.scoped("refuses connections, then takes them on the same port again", () =>
    Effect.gen(function*() {
      const { agent, proxy } = yield* start
      yield* httpGet(proxy.url, agent)
      yield* proxy.set(Fault.Refuse())
      yield* proxy.set(Fault.Refuse())
      assert.strictEqual(proxy.openConnections(), 0)
      assert.strictEqual(yield* codeOf(proxy.url), "ECONNREFUSED")
      yield* proxy.set(Fault.Pass())
      // The pool must have noticed that its connection is gone, or it would send the request into it.
      yield* until(() => Object.keys(agent.freeSockets).length === 0)
      assert.strictEqual((yield* httpGet(proxy.url, agent)).body.toString(), text)
      assert.strictEqual(proxy.connections(), 2)
    }))

  it.scoped("refuses a fault that makes no sense and keeps the old one", () =>
    Effect.gen(function*() {
      const { proxy } = yield* start
      for (
        const bad of [
          Fault.CutAfter({ bytes: -1 }),
          Fault.CutAfter({ bytes: 1.5 }),
          Fault.Delay({ millis: Number.NaN }),
          Fault.Corrupt({ at: Infinity })
        ]
      ) {
        const error = yield* Effect.flip(proxy.set(bad))
        assert.strictEqual(error._tag, "FaultProxyError")
        assert.include(error.message, bad._tag)
      }
      assert.strictEqual((yield* httpGet(proxy.url)).status, 200)
    }))

  it.scoped("resets its client when the server is not there", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const server = yield* Scope.extend(LocalHttp.make({}), scope)
      const proxy = yield* FaultProxy.make(server)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* codeOf(proxy.url), "ECONNRESET")
    }))

  it.scoped("destroys the connections to both sides when its scope is closed", () =>
    Effect.gen(function*() {
      for (const fault of [Fault.Pass(), Fault.Hang(), Fault.Delay({ millis: 1000 }), Fault.Refuse()]) {
        const server = yield* LocalHttp.make({ "GET /": { body: text } })
        const scope = yield* Scope.make()
        const proxy = yield* Scope.extend(FaultProxy.make(server), scope)
        const socket = Net.connect(proxy.port, "127.0.0.1")
        socket.on("error", () => {})
        socket.resume()
        yield* until(() => server.openSockets() === 1)
        yield* proxy.set(fault)
        if (fault._tag !== "Refuse") {
          socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
          yield* turns(20)
        }
        yield* Scope.close(scope, Exit.void)
        yield* until(() => socket.closed && server.openSockets() === 0)
        assert.strictEqual(yield* codeOf(proxy.url), "ECONNREFUSED")
      }
    }))

  it.scoped("stands between an S3 client and its server", () =>
    Effect.gen(function*() {
      const s3 = yield* EmbeddedS3.make({ buckets: ["bucket-one"] })
      const proxy = yield* FaultProxy.make({ port: Number(new URL(s3.endpoint).port) })
      const client = yield* makeClient({
        ...s3.clientConfig,
        endpoint: proxy.url,
        // Otherwise the client finds what the proxy did.
        responseChecksumValidation: "WHEN_REQUIRED"
      })
      const where = { Bucket: "bucket-one", Key: "k" }
      const get = call(async () => {
        const { Body } = await client.send(new GetObjectCommand(where))
        return Body?.transformToString()
      })
      yield* call(() => client.send(new PutObjectCommand({ ...where, Body: text })))
      yield* proxy.set(Fault.Corrupt({ at: 0 }))
      assert.strictEqual(yield* get, "1123456789")
      yield* proxy.set(Fault.CutAfter({ bytes: 40 }))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(get)))
      yield* proxy.set(Fault.Reset())
      assert.isTrue(Exit.isFailure(yield* Effect.exit(get)))
      yield* proxy.set(Fault.Pass())
      assert.strictEqual(yield* get, text)
    }))
})
