/**
 * What stands before the handlers of fauxqs, as hooks of its HTTP application: conditional requests, a refusal of
 * whatever fauxqs would misunderstand, and a log of the answers.
 */
import { Buffer } from "node:buffer"
import type { App, Store } from "./Fauxqs.js"
import type { Conditions, CurrentObject } from "./S3Preconditions.js"
import * as S3Preconditions from "./S3Preconditions.js"

/** One request and how it was answered. */
export interface AnsweredRequest {
  readonly method: string
  /** Empty for a request that names no bucket. */
  readonly bucket: string
  /** Empty for a request about the bucket itself. */
  readonly key: string
  /** The HTTP status. */
  readonly status: number
}

interface Incoming {
  readonly method: string
  readonly bucket: string
  readonly key: string
  readonly query: ReadonlySet<string>
  readonly headers: NodeJS.Dict<string | Array<string>>
  readonly body: unknown
}

interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

const own = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined

const text = (value: unknown): string => (typeof value === "string" ? value : "")

const keysOf = (value: unknown): ReadonlyArray<string> =>
  typeof value === "object" && value !== null ? Object.keys(value) : []

const incoming = (request: {
  readonly method: string
  readonly params: unknown
  readonly query: unknown
  readonly headers: NodeJS.Dict<string | Array<string>>
  readonly body?: unknown
}): Incoming => ({
  method: request.method,
  bucket: text(own(request.params, "bucket")),
  key: text(own(request.params, "*")),
  query: new Set(keysOf(request.query)),
  headers: request.headers,
  body: request.body
})

const listing = new Set([
  "list-type",
  "prefix",
  "delimiter",
  "max-keys",
  "marker",
  "start-after",
  "continuation-token",
  "encoding-type",
  "fetch-owner"
])

/**
 * Whether fauxqs knows what a query parameter means for this request. It ignores the others, and so `DELETE
 * /bucket?policy` would delete the bucket and `PUT /key?tagging` would replace the object.
 */
const isKnownParameter = (name: string, { key, method }: Incoming): boolean => {
  if (name === "x-id" || /^x-amz-/i.test(name)) {
    return true
  }
  if (key === "") {
    return method === "GET" ? listing.has(name) : method === "POST" && name === "delete"
  }
  switch (name) {
    case "uploads":
      return method === "POST"
    case "uploadId":
      return method === "PUT" || method === "POST" || method === "DELETE"
    case "partNumber":
      return method === "PUT"
    default:
      return false
  }
}

const refuse = (what: string): Refusal => ({
  status: 501,
  code: "NotImplemented",
  message: `This embedded server does not implement ${what}.`
})

const unsupported = (request: Incoming, conditionalWrites: boolean): Refusal | undefined => {
  if (request.bucket === "" && request.method !== "GET" && request.method !== "HEAD") {
    return refuse(`${request.method} without a bucket`)
  }
  const parameter = [...request.query].find((name) => !isKnownParameter(name, request))
  if (request.bucket !== "" && parameter !== undefined) {
    return refuse(`${request.method} with ?${parameter}`)
  }
  const copyCondition = Object.keys(request.headers).find((name) => name.startsWith("x-amz-copy-source-if-"))
  if (copyCondition !== undefined) {
    return refuse(`the header ${copyCondition}`)
  }
  if (
    conditionalWrites && request.query.has("delete") && Buffer.isBuffer(request.body) && request.body.includes("<ETag>")
  ) {
    return refuse("an ETag in DeleteObjects")
  }
  return Buffer.byteLength(request.key) > 1024
    ? { status: 400, code: "KeyTooLongError", message: "Your key is too long" }
    : undefined
}

const currentObject = (store: Store, bucket: string, key: string): CurrentObject | undefined => {
  try {
    return store.headObject(bucket, key)
  } catch (error) {
    if (own(error, "code") === "NoSuchKey") {
      return undefined
    }
    throw error
  }
}

const conditionsOf = ({ headers }: Incoming): Conditions => ({
  ifMatch: headers["if-match"]?.toString(),
  ifNoneMatch: headers["if-none-match"]?.toString(),
  ifModifiedSince: headers["if-modified-since"]?.toString(),
  ifUnmodifiedSince: headers["if-unmodified-since"]?.toString()
})

const judge = (
  request: Incoming,
  current: CurrentObject | undefined,
  conditionalWrites: boolean
): Refusal | undefined => {
  const conditions = conditionsOf(request)
  switch (request.method) {
    case "GET":
    case "HEAD":
      return S3Preconditions.judgeRead(conditions, current)
    case "PUT":
      return conditionalWrites && !request.query.has("partNumber")
        ? S3Preconditions.judgeWrite(conditions, current)
        : undefined
    case "POST":
      return conditionalWrites && request.query.has("uploadId")
        ? S3Preconditions.judgeWrite(conditions, current)
        : undefined
    case "DELETE":
      return conditionalWrites && !request.query.has("uploadId")
        ? S3Preconditions.judgeDelete(conditions, current)
        : undefined
    default:
      return undefined
  }
}

const toXml = ({ code, message }: Refusal): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`

/**
 * Adds the hooks to an application that does not listen yet.
 *
 * The handlers of fauxqs and its store are synchronous, and Fastify calls a handler in the same turn of the event loop
 * as the last hook before it. So nothing can happen between the check of a condition and the write: it is atomic.
 *
 * @param options.conditionalWrites whether conditions on PUT, POST and DELETE count; if not they are ignored.
 * @param options.onAnswer is called just before an answer is sent, so before the client can know of it.
 */
export const install = (
  app: App,
  store: Store,
  options: { readonly conditionalWrites: boolean; readonly onAnswer: (request: AnsweredRequest) => void }
): void => {
  app.addHook("preHandler", (raw, reply, done) => {
    const request = incoming(raw)
    const aboutObject = request.key !== "" && store.hasBucket(request.bucket)
    const current = aboutObject ? currentObject(store, request.bucket, request.key) : undefined
    const refusal = unsupported(request, options.conditionalWrites) ??
      (aboutObject ? judge(request, current, options.conditionalWrites) : undefined)
    if (refusal === undefined) {
      // fauxqs judges the conditions of a GET too, by other rules than S3; they have been judged.
      for (const name of ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]) {
        delete raw.headers[name]
      }
      done()
      return
    }
    reply.status(refusal.status)
    if (refusal.status === 304 && current !== undefined) {
      reply.header("etag", current.etag).header("last-modified", current.lastModified.toUTCString())
    }
    if (refusal.status === 304 || request.method === "HEAD") {
      reply.send()
    } else {
      reply.header("content-type", "application/xml").send(toXml(refusal))
    }
  })
  app.addHook("onSend", (raw, reply, _payload, done) => {
    const { bucket, key, method } = incoming(raw)
    options.onAnswer({ method, bucket, key, status: reply.statusCode })
    done()
  })
}
