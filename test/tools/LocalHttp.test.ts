import { GetObjectCommand } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import * as LocalHttp from "../servers/LocalHttp.js"
import { call, makeClient, refusal } from "../servers/s3Client.js"
import { until } from "../support/until.js"
import { httpGet } from "./httpGet.js"

const makeAgent = (maxSockets: number) =>
  Effect.acquireRelease(
    Effect.sync(() => new Http.Agent({ keepAlive: true, maxSockets })),
    (agent) => Effect.sync(() => agent.destroy())
  )

describe("LocalHttp", () => {
  it.scoped("answers by route, 404 elsewhere, and counts requests", () =>
    Effect.gen(function*() {
      const server = yield* LocalHttp.make({
        "GET /plain": { body: "plain", headers: { "x-one": "1" } },
        "POST /echo": (request, response, body) => {
          response.writeHead(201).end(`${request.headers["x-two"]} ${body.toString()}`)
        }
      })
      const plain = yield* call(() => fetch(`${server.url}/plain?a=b`))
      assert.strictEqual(
        `${plain.status} ${plain.headers.get("x-one")} ${yield* call(() => plain.text())}`,
        "200 1 plain"
      )
      const sent = { method: "POST", headers: { "x-two": "2" }, body: "b".repeat(200_000) }
      const echo = yield* call(() => fetch(`${server.url}/echo`, sent))
      assert.strictEqual(`${echo.status} ${yield* call(() => echo.text())}`, `201 2 ${sent.body}`)
      for (const path of ["/other", "/echo", "/constructor"]) {
        assert.strictEqual((yield* httpGet(`${server.url}${path}`)).status, 404)
      }
      assert.strictEqual(server.requests(), 5)
    }))

  it.scoped("answers 500 when the handler throws, and goes on", () =>
    Effect.gen(function*() {
      const server = yield* LocalHttp.make({
        "GET /throws": () => {
          throw new Error("on purpose")
        },
        "GET /late": (_, response) => {
          response.write("some")
          throw new Error("on purpose")
        },
        "GET /ok": {}
      })
      const { body, status } = yield* httpGet(`${server.url}/throws`)
      assert.strictEqual(status, 500)
      assert.include(body.toString(), "on purpose")
      assert.strictEqual((yield* Effect.flip(httpGet(`${server.url}/late`))).code, "ECONNRESET")
      assert.strictEqual((yield* httpGet(`${server.url}/ok`)).status, 200)
    }))

  it.scoped("counts the connections that are open and that were open at once", () =>
    Effect.gen(function*() {
      const held: Array<Http.ServerResponse> = []
      const server = yield* LocalHttp.make((_, response) => {
        held.push(response)
      })
      const agent = yield* makeAgent(5)
      const seven = yield* Effect.fork(
        Effect.all(Array.from({ length: 7 }, () => httpGet(server.url, agent)), { concurrency: "unbounded" })
      )
      yield* until(() => held.length === 5)
      assert.strictEqual(server.openSockets(), 5)
      for (const response of held.splice(0)) {
        response.end()
      }
      yield* until(() => held.length === 2)
      for (const response of held) {
        response.end()
      }
      yield* Fiber.join(seven)
      assert.deepStrictEqual([server.requests(), server.openSockets(), server.connections()], [7, 5, 5])
      agent.destroy()
      yield* until(() => server.openSockets() === 0)
      yield* Effect.fork(httpGet(server.url))
      yield* until(() => server.openSockets() === 1)
      assert.deepStrictEqual([server.maxOpenSockets(), server.connections()], [5, 6])
    }))

  it.scoped("sees the connection pool of an AWS client", () =>
    Effect.gen(function*() {
      const held: Array<Http.ServerResponse> = []
      const server = yield* LocalHttp.make((_, response) => {
        held.push(response)
      })
      const client = yield* makeClient({
        endpoint: server.url,
        region: "us-east-1",
        credentials: { accessKeyId: "any", secretAccessKey: "any" },
        forcePathStyle: true,
        requestHandler: { httpAgent: { maxSockets: 2 } }
      })
      const get = refusal((abortSignal) =>
        client.send(new GetObjectCommand({ Bucket: "bucket-one", Key: "k" }), { abortSignal })
      )
      const six = yield* Effect.fork(Effect.replicateEffect(get, 6, { concurrency: "unbounded" }))
      for (let pair = 0; pair < 3; pair++) {
        yield* until(() => held.length === 2)
        for (const response of held.splice(0)) {
          response.writeHead(404, { "content-type": "application/xml" }).end("<Error><Code>NoSuchKey</Code></Error>")
        }
      }
      assert.deepStrictEqual(yield* Fiber.join(six), Array.from({ length: 6 }, () => "404 NoSuchKey"))
      assert.deepStrictEqual([server.requests(), server.maxOpenSockets(), server.openSockets()], [6, 2, 2])
      client.destroy()
      yield* until(() => server.openSockets() === 0)
    }))

  it.effect("destroys every connection and frees its port when the scope is closed", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const server = yield* Scope.extend(LocalHttp.make(() => {}), scope)
      const silent = Net.connect(server.port, "127.0.0.1")
      silent.on("error", () => {})
      const waiting = yield* Effect.fork(Effect.flip(httpGet(server.url)))
      yield* until(() => server.openSockets() === 2 && server.requests() === 1)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(waiting)).code, "ECONNRESET")
      yield* until(() => silent.closed)
      assert.strictEqual((yield* Effect.flip(httpGet(server.url))).code, "ECONNREFUSED")
      assert.strictEqual(server.openSockets(), 0)
    }))

  it.scoped("speaks TLS", () =>
    Effect.gen(function*() {
      // With a key that both sides know, TLS needs no certificate, and so the test none that would have to be kept.
      const psk = Buffer.alloc(32, 7)
      const tls = { ciphers: "PSK", minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const
      const server = yield* LocalHttp.makeTls({ "GET /": { body: "secret" } }, { ...tls, pskCallback: () => psk })
      assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/)
      const agent = new Https.Agent({
        ...tls,
        pskCallback: () => ({ psk, identity: "test" }),
        checkServerIdentity: () => undefined
      })
      const body = yield* Effect.async<string, Error>((resume) => {
        Https.get(server.url, { agent }, (response) => {
          response.on("data", (chunk: Buffer) => resume(Effect.succeed(chunk.toString())))
        }).on("error", (cause) => resume(Effect.fail(cause)))
      })
      assert.strictEqual(body, "secret")
      assert.deepStrictEqual([server.requests(), server.connections()], [1, 1])
      yield* until(() => server.openSockets() === 0)
    }))
})
