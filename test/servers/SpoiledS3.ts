/**
 * Stands before an S3 server over HTTP and spoils it: answers itself as Amazon S3 would, takes headers from requests, or
 * changes answers. What it leaves alone is passed on as it is.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Buffer } from "node:buffer"
import * as Http from "node:http"
import * as LocalHttp from "./LocalHttp.js"
import type { ServerError } from "./ScopedServer.js"

/** A request, as far as it tells what it is for. */
export interface SpoiledRequest {
  readonly method: string
  /** Without the bucket. */
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: Http.IncomingHttpHeaders
}

/** What becomes of requests and answers. */
export interface Spoiling {
  /** An answer instead of the server's. */
  readonly answer?: (request: SpoiledRequest) => LocalHttp.Answer | undefined
  /** Names of headers that the server does not get, in lower case. */
  readonly without?: (request: SpoiledRequest) => ReadonlyArray<string>
  /** Headers of the server's answer, changed. */
  readonly headers?: (headers: Http.IncomingHttpHeaders, request: SpoiledRequest) => Http.IncomingHttpHeaders
}

/** The XML of an error of S3. */
export const errorXml = (status: number, code: string, message: string, more = ""): LocalHttp.Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}` +
    "<RequestId>4442587FB7D0A2F9</RequestId><HostId>host</HostId></Error>"
})

/** The XML of an answer of S3. */
export const xml = (element: string, inner: string): LocalHttp.Answer => ({
  headers: { "content-type": "application/xml" },
  body:
    `<?xml version="1.0" encoding="UTF-8"?>\n<${element} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${element}>`
})

/** What S3 answers to who may not do something. */
export const denied = (action: string, resource: string): LocalHttp.Answer =>
  errorXml(
    403,
    "AccessDenied",
    `User: arn:aws:sts::111122223333:assumed-role/app/i-0 is not authorized to perform: ${action} on resource: ` +
      `&quot;${resource}&quot; because no identity-based policy allows the ${action} action`
  )

/** Starts it; buckets are in the path of URLs. */
export const make = (
  endpoint: string,
  spoiling: Spoiling
): Effect.Effect<LocalHttp.LocalHttp, ServerError, Scope.Scope> =>
  Effect.gen(function*() {
    const { hostname, port } = new URL(endpoint)
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() => new Http.Agent({ keepAlive: true })),
      (agent) => Effect.sync(() => agent.destroy())
    )
    return yield* LocalHttp.make((incoming, outgoing, body) => {
      const { method = "GET", url = "/" } = incoming
      const [path = "", query = ""] = url.split("?")
      const request: SpoiledRequest = {
        method,
        key: decodeURIComponent(path).split("/").slice(2).join("/"),
        query: new URLSearchParams(query),
        headers: incoming.headers
      }
      const own = spoiling.answer?.(request)
      if (own !== undefined) {
        const { body: text = "", headers = {}, status = 200 } = own
        const length = { "content-length": Buffer.byteLength(text) }
        outgoing.writeHead(status, { ...length, ...headers }).end(method === "HEAD" ? "" : text)
        return
      }
      const without = new Set(["connection", ...spoiling.without?.(request) ?? []])
      const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !without.has(name)))
      const passed = Http.request({ hostname, port, method, path: url, headers, agent }, (answer) => {
        const { connection: _, ...kept } = answer.headers
        outgoing.writeHead(answer.statusCode ?? 502, spoiling.headers?.(kept, request) ?? kept)
        answer.pipe(outgoing)
      })
      passed.on("error", () => outgoing.destroy())
      passed.end(body)
    })
  })
