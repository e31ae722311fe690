import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Http from "node:http"
import * as Net from "node:net"
import { AgentShare } from "../../../src/ClientLayer/transport/AgentShare.js"
import { ConnectionPool } from "../../../src/ClientLayer/transport/ConnectionPool.js"
import * as LocalHttp from "../../servers/LocalHttp.js"
import { until } from "../../support/until.js"

interface Way {
  readonly pool: ConnectionPool
  readonly agent: Http.Agent
}

/** Who gives requests their connections. */
const ways: Readonly<Record<string, (options: Http.AgentOptions) => Way>> = {
  "a pool": (options) => {
    const pool = ConnectionPool.http({ keepAlive: true, ...options })
    return { pool, agent: pool.agent }
  },
  "a share of a pool": (options) => {
    const pool = ConnectionPool.http({ keepAlive: true, ...options })
    return { pool, agent: new AgentShare(pool, 2) }
  }
}

const request = (agent: Http.Agent, url: string, onRequest: (request: Http.ClientRequest) => void = () => {}) =>
  Effect.async<number | undefined, Error>((resume) => {
    const sent = Http.request(url, { agent, method: "POST" }, (response) => {
      response.resume().on("end", () => resume(Effect.succeed(response.statusCode)))
    })
    sent.on("error", (error) => resume(Effect.fail(error)))
    onRequest(sent)
    sent.end("body")
  })

const server = LocalHttp.make((_, response) => response.end("x"))

/** A server that closes each connection after its first answer, and says nothing of it. */
const silentlyClosing = (close: (socket: Net.Socket) => void) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly server: Net.Server }>((resume) => {
      const server = Net.createServer({ allowHalfOpen: true }, (socket) => {
        let answered = false
        socket.on("error", () => {})
        socket.on("data", () => {
          if (answered) return
          answered = true
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\nx")
          close(socket)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, server }))
      })
    }),
    ({ server }) => Effect.sync(() => server.close())
  )

for (const [name, make] of Object.entries(ways)) {
  describe(`connections from ${name}`, () => {
    it.scoped("uses no connection that the server closed right after an answer", () =>
      Effect.gen(function*() {
        const { url } = yield* silentlyClosing((socket) => socket.end())
        const { agent, pool } = make({})
        for (let round = 0; round < 100; round++) assert.strictEqual(yield* request(agent, url), 200)
        pool.cutOff(new Error("over"))
      }))

    it.scoped("says at every request that no connection can be made, however often", () =>
      Effect.gen(function*() {
        const { agent, pool } = make({ localAddress: "no address" })
        for (let round = 0; round < 5; round++) {
          const errors = yield* Effect.all(
            Array.from({ length: 5 }, () => Effect.flip(request(agent, "http://127.0.0.1:1"))),
            {
              concurrency: "unbounded"
            }
          )
          for (const { message } of errors) assert.match(message, /Invalid IP address/)
        }
        yield* until(() => pool.figures().queuedRequests === 0)
      }))

    it.scoped("has room for another host where idle connections take all of it", () =>
      Effect.gen(function*() {
        const [one, other] = [yield* server, yield* server]
        const { agent, pool } = make({ maxTotalSockets: 1 })
        for (const { url } of [one, other, other, one, other]) assert.strictEqual(yield* request(agent, url), 200)
        const all = Array.from({ length: 10 }, (_, index) => request(agent, (index % 2 === 0 ? one : other).url))
        assert.deepStrictEqual(yield* Effect.all(all, { concurrency: "unbounded" }), all.map(() => 200))
        pool.cutOff(new Error("over"))
      }))

    it.scoped("keeps no place for requests that were given up, waiting or not", () =>
      Effect.gen(function*() {
        const held: Array<Http.ServerResponse> = []
        const slow = yield* LocalHttp.make((request, response) => {
          if (request.url === "/slow") held.push(response)
          else response.end("x")
        })
        const { agent, pool } = make({ maxSockets: 2 })
        const given: Array<Http.ClientRequest> = []
        const send = (path: string) => request(agent, `${slow.url}${path}`, (sent) => given.push(sent))
        const sent = yield* Effect.fork(
          Effect.all(Array.from({ length: 2 }, () => send("/slow")), { concurrency: "unbounded" })
        )
        yield* until(() => held.length === 2)
        for (let round = 0; round < 500; round++) {
          yield* Effect.fork(Effect.ignore(send("/never")))
          yield* Effect.yieldNow()
          given.at(-1)?.destroy()
        }
        if (agent instanceof AgentShare) assert.isAtMost(agent.queued, 64)
        for (const response of held) response.end("x")
        assert.deepStrictEqual(yield* Fiber.join(sent), [200, 200])
        assert.strictEqual(yield* send("/"), 200)
        yield* until(() => pool.figures().queuedRequests === 0)
        if (agent instanceof AgentShare) yield* until(() => agent.used === 0 && pool.crowded.size === 0)
        assert.isAtMost(slow.connections(), 2)
        pool.cutOff(new Error("over"))
      }))

    it.scoped("lets every request end when it is cut off, wherever it waits", () =>
      Effect.gen(function*() {
        const never = yield* LocalHttp.make((request, response) => {
          if (request.url === "/") response.end("x")
        })
        const { agent, pool } = make({ maxSockets: 2 })
        yield* request(agent, never.url)
        let ended = 0
        const fibers = yield* Effect.forEach(Array.from({ length: 6 }), () =>
          Effect.fork(Effect.flip(request(agent, `${never.url}/never`, (sent) =>
            sent.once("close", () => ended++)))))
        yield* Effect.yieldNow()
        pool.cutOff(new Error("over"))
        for (const fiber of fibers) {
          assert.strictEqual((yield* Fiber.join(fiber)).message, "over")
        }
        yield* until(() =>
          ended === 6
        )
        if (agent instanceof AgentShare) yield* until(() => agent.used === 0)
        yield* until(() => pool.figures().openSockets + pool.figures().queuedRequests === 0)
      }))
  })
}
