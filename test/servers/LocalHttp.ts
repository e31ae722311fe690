/**
 * A real HTTP (or HTTPS) server on 127.0.0.1 for tests of HTTP clients: it answers what the test says and counts
 * requests and connections.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Buffer } from "node:buffer"
import * as Http from "node:http"
import * as Https from "node:https"
import type { ServerError } from "./ScopedServer.js"
import * as ScopedServer from "./ScopedServer.js"

/**
 * Answers one request. The request's body has been read whole. A handler that throws before it answered gives a 500.
 */
export type Handler = (request: Http.IncomingMessage, response: Http.ServerResponse, body: Buffer) => void

/** A fixed answer: status (default 200), headers, body (default empty). */
export interface Answer {
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Uint8Array | undefined
}

/** Answers by method and path without the query, such as `"GET /health"`. What is not in the table is a 404. */
export type Routes = Readonly<Record<string, Answer | Handler>>

/** A running server. */
export interface LocalHttp {
  /** Such as `http://127.0.0.1:41233`, without a trailing slash. */
  readonly url: string
  readonly port: number
  /** How many requests arrived, counted when their head was read. */
  readonly requests: () => number
  /** How many connections are open now, seen from the server. */
  readonly openSockets: () => number
  /** The largest number of connections that were open at the same moment. */
  readonly maxOpenSockets: () => number
  /** How many connections were ever accepted. */
  readonly connections: () => number
}

const answer = (response: Http.ServerResponse, { body = "", headers = {}, status = 200 }: Answer) => {
  response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers }).end(body)
}

const fromRoutes = (routes: Routes): Handler => {
  const table = new Map(Object.entries(routes))
  return (request, response, body) => {
    const path = (request.url ?? "/").replace(/\?.*$/s, "")
    const found = table.get(`${request.method} ${path}`)
    if (typeof found === "function") {
      found(request, response, body)
    } else {
      answer(response, found ?? { status: 404, body: `no route ${request.method} ${path}` })
    }
  }
}

const run = (
  behaviour: Handler | Routes,
  scheme: "http" | "https",
  create: (listener: Http.RequestListener) => Http.Server | Https.Server
): Effect.Effect<LocalHttp, ServerError, Scope.Scope> =>
  Effect.suspend(() => {
    const handler = typeof behaviour === "function" ? behaviour : fromRoutes(behaviour)
    let requests = 0
    const listener: Http.RequestListener = (request, response) => {
      requests++
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      // A client that goes away in the middle of its body has nobody left to answer.
      request.on("error", () => response.destroy())
      request.on("end", () => {
        try {
          handler(request, response, Buffer.concat(chunks))
        } catch (cause) {
          if (response.headersSent) {
            response.destroy()
          } else {
            answer(response, { status: 500, body: `the test's handler threw: ${cause}` })
          }
        }
      })
    }
    return Effect.map(ScopedServer.make(() => create(listener)), ({ port, sockets }): LocalHttp => ({
      url: `${scheme}://127.0.0.1:${port}`,
      port,
      requests: () => requests,
      openSockets: sockets.open,
      maxOpenSockets: sockets.maxOpen,
      connections: sockets.total
    }))
  })

// Node's servers close connections that were idle for 5 seconds, which on a busy machine is not long.
const patient = { keepAliveTimeout: 0 }

/** Starts an HTTP server on a free port of 127.0.0.1; it and all its connections are gone when the scope is closed. */
export const make = (behaviour: Handler | Routes): Effect.Effect<LocalHttp, ServerError, Scope.Scope> =>
  run(behaviour, "http", (listener) => Http.createServer(patient, listener))

/**
 * Starts an HTTPS server the same way.
 *
 * @param tls what `node:https` needs to speak TLS: usually `key` and `cert` (PEM), made when the test runs.
 */
export const makeTls = (
  behaviour: Handler | Routes,
  tls: Https.ServerOptions
): Effect.Effect<LocalHttp, ServerError, Scope.Scope> =>
  run(behaviour, "https", (listener) => Https.createServer({ ...patient, ...tls }, listener))
