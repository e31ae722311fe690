import { Effect } from "effect"
import type { S3CacheOptions, S3ObjectStoreOptions } from "effect-aws-cache/S3Store"
import { createHash } from "node:crypto"
import type * as Http from "node:http"
import { makeS3ObjectStore } from "../../src/S3Store/bucket/s3ObjectStore.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import * as LocalHttp from "../servers/LocalHttp.js"
import { anyServer, bucket, clientOf } from "./bucketOf.js"

/** What the server answers instead. */
export interface Refusal {
  readonly status: number
  /** None: an answer without a body. */
  readonly code?: string
  readonly words?: string
  readonly headers?: Readonly<Record<string, string>>
  /** More elements of the body. */
  readonly inner?: string
}

export type Kind = "get" | "put" | "delete" | "bulk" | "list"

const kindOf = ({ method, url = "" }: Http.IncomingMessage): Kind => {
  switch (method) {
    case "PUT":
      return "put"
    case "DELETE":
      return "delete"
    case "POST":
      return "bulk"
    default:
      return url.includes("list-type") ? "list" : "get"
  }
}

/** A small S3 that refuses what a test says, and the real client of it. */
export const makeAnsweringS3 = (options: Partial<S3ObjectStoreOptions> = {}) =>
  Effect.gen(function*() {
    const objects = new Map<string, { readonly body: Uint8Array; readonly etag: string }>()
    let refuses: (kind: Kind, path: string) => Refusal | undefined = () => undefined

    const xml = (response: Http.ServerResponse, body: string) =>
      response.writeHead(200, { "content-type": "application/xml" }).end(`<?xml version="1.0"?>${body}`)

    const server = yield* LocalHttp.make((request, response, body) => {
      const path = decodeURIComponent((request.url ?? "").replace(/\?.*$/s, ""))
      const kind = kindOf(request)
      const refusal = refuses(kind, path)
      if (refusal !== undefined) {
        const { code, headers = {}, inner = "", status, words = `words of ${code}` } = refusal
        response.writeHead(status, { ...(code === undefined ? {} : { "content-type": "application/xml" }), ...headers })
        return response.end(
          code === undefined ? "" : `<Error><Code>${code}</Code><Message>${words}</Message>${inner}</Error>`
        )
      }
      const there = objects.get(path)
      switch (kind) {
        case "get":
          return there === undefined
            ? response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>")
            : response.writeHead(200, { etag: there.etag }).end(there.body)
        case "put": {
          const etag = `"${createHash("md5").update(body).digest("hex")}"`
          objects.set(path, { body, etag })
          return response.writeHead(200, { etag }).end()
        }
        case "delete":
          objects.delete(path)
          return response.writeHead(204).end()
        case "bulk":
          for (const [, key] of body.toString().matchAll(/<Key>(.*?)<\/Key>/g)) objects.delete(`/${bucket}/${key}`)
          return xml(response, "<DeleteResult></DeleteResult>")
        case "list":
          return xml(
            response,
            `<ListBucketResult>${
              [...objects].map(([path, { body, etag }]) =>
                `<Contents><Key>${path.split("/").slice(2).join("/")}</Key><Size>${body.length}</Size><ETag>${
                  etag.replaceAll("\"", "&quot;")
                }</ETag><LastModified>${new Date().toISOString()}</LastModified></Contents>`
              ).join("")
            }</ListBucketResult>`
          )
      }
    })

    const store = yield* makeS3ObjectStore(yield* clientOf(anyServer(server.url)), {
      bucket,
      conditionalWrites: "required",
      conditionalDeletes: "required",
      ...options
    })
    return {
      store,
      requests: server.requests,
      paths: () => [...objects.keys()],
      refuse: (rule: typeof refuses) =>
        Effect.sync(() => {
          refuses = rule
        }),
      cache: (options?: S3CacheOptions) => makeS3CacheService(store, { maxSize: 0, ...options })
    }
  })
