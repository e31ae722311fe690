import { GetObjectCommand, type S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { Effect, type Scope } from "effect"
import type { ServerResponse } from "node:http"
import { generate } from "selfsigned"
import * as LocalHttp from "../servers/LocalHttp.js"
import type { ServerError } from "../servers/ScopedServer.js"

export const bytesOf = (size: number): Buffer => Buffer.alloc(size, "x")

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI" }

/** Writes a body in pieces, one at each turn of the event loop. */
const inPieces = (response: ServerResponse, body: Buffer) => {
  const write = (from: number) => {
    if (from >= body.length) {
      response.end()
    } else {
      response.write(body.subarray(from, from + 8192))
      setImmediate(() => write(from + 8192))
    }
  }
  write(0)
}

const localS3On = (
  listen: (handler: LocalHttp.Handler) => Effect.Effect<LocalHttp.LocalHttp, ServerError, Scope.Scope>
) =>
  Effect.gen(function*() {
    const waiting: Array<() => void> = []
    const executions = new Map<string, number>()
    const server = yield* listen((request, response) => {
      const key = (request.url ?? "").replace(/^\/bucket\//, "").replace(/\?.*$/, "")
      executions.set(key, (executions.get(key) ?? 0) + 1)
      const body = bytesOf(64 * 1024)
      response.writeHead(200, { "content-length": body.length })
      if (key.startsWith("held")) {
        waiting.push(() => response.end(body))
      } else if (key.startsWith("half")) {
        response.write(body.subarray(0, 1024))
        waiting.push(() => response.end(body.subarray(1024)))
      } else if (key.startsWith("slow")) {
        inPieces(response, body)
      } else {
        response.end(body)
      }
    })
    return {
      ...server,
      /** How often the server executed a request for this key. */
      executions: (key: string) => executions.get(key) ?? 0,
      /** How many requests wait for the test. */
      waiting: () => waiting.length,
      /** Lets those that wait go on. */
      release: Effect.sync(() => waiting.splice(0).forEach((resume) => resume())),
      config: (more: S3ClientConfig = {}): S3ClientConfig => ({
        region: "us-east-1",
        endpoint: server.url,
        forcePathStyle: true,
        credentials,
        ...more
      })
    }
  })

/**
 * A server that takes every request for one of S3. Keys decide what it does: `held…` is answered when the test says
 * so, `half…` gets the head and half of its body and the rest when the test says so, `slow…` gets its body in pieces,
 * others are answered at once.
 */
export const localS3 = localS3On(LocalHttp.make)

/** The same server over TLS, with a certificate of its own: `ca`, for the `httpsAgent` of clients. */
export const localS3Tls = Effect.flatMap(
  Effect.promise(() =>
    generate([{ name: "commonName", value: "127.0.0.1" }], {
      algorithm: "sha256",
      keyType: "ec",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }]
    })
  ),
  ({ cert, private: key }) =>
    Effect.map(localS3On((handler) => LocalHttp.makeTls(handler, { cert, key })), (server) => ({ ...server, ca: cert }))
)

export type LocalS3 = Effect.Effect.Success<typeof localS3>

export interface Fetched {
  readonly attempts: number | undefined
  readonly size: number
}

/** Gets an object and reads its body whole. */
export const fetchObject = (client: S3Client, key: string): Effect.Effect<Fetched> =>
  Effect.flatMap(openObject(client, key), ({ attempts, read }) => Effect.map(read, (size) => ({ attempts, size })))

/** Gets an object and leaves its body unread. */
export const openObject = (client: S3Client, key: string) =>
  Effect.map(
    Effect.promise(() => client.send(new GetObjectCommand({ Bucket: "bucket", Key: key }))),
    ({ $metadata, Body }) => ({
      attempts: $metadata.attempts,
      read: Effect.promise(() => Body?.transformToByteArray() ?? Promise.resolve(new Uint8Array())).pipe(
        Effect.map(({ length }) => length)
      )
    })
  )
