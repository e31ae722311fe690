/**
 * The server that the benchmark of connections talks to.
 */
import type { S3ClientConfig } from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { Buffer } from "node:buffer"
import { generate } from "selfsigned"
import { Fault, type FaultProxyError, make as makeProxy } from "../../test/servers/FaultProxy.js"
import { make, makeTls } from "../../test/servers/LocalHttp.js"
import type { ServerError } from "../../test/servers/ScopedServer.js"

const body = Buffer.alloc(16 * 1024, "x")

const pause = 15

/** Everything a client of a local server is made with but its connections. */
export const clientConfig = (endpoint: string, region: string): S3ClientConfig => ({
  region,
  endpoint,
  forcePathStyle: true,
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" }
})

/**
 * A server over HTTP that answers after 15 ms, and takes 15 ms more in the middle of the body of every key that begins
 * with `slow`.
 */
export const busyServer = make((request, response) => {
  const key = request.url?.replace("/bucket/", "") ?? ""
  const half = key.startsWith("slow") ? body.length / 2 : 0
  setTimeout(() => {
    response.writeHead(200, { "content-length": body.length })
    if (half === 0) {
      response.end(body)
    } else {
      response.write(body.subarray(0, half))
      setTimeout(() => response.end(body.subarray(half)), pause)
    }
  }, pause)
})

/**
 * A server over HTTPS that is a round trip away, for everything but the connecting itself, and the certificate by which
 * clients know it.
 *
 * @param roundTrip in milliseconds
 */
export const distantServer = (
  roundTrip: number
): Effect.Effect<{ readonly url: string; readonly ca: string }, ServerError | FaultProxyError, Scope> =>
  Effect.gen(function*() {
    const { cert, private: key } = yield* Effect.promise(() =>
      generate([{ name: "commonName", value: "127.0.0.1" }], {
        algorithm: "sha256",
        keyType: "ec",
        extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }]
      })
    )
    const { port } = yield* makeTls((_request, response) => {
      response.writeHead(200, { "content-length": body.length }).end(body)
    }, { cert, key })
    const proxy = yield* makeProxy({ port })
    yield* proxy.set(Fault.Delay({ millis: roundTrip }))
    return { url: `https://127.0.0.1:${proxy.port}`, ca: cert }
  })
