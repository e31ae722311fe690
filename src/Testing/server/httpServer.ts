/**
 * The S3 server over HTTP.
 *
 * @since 1.0.0
 */
import { Buffer } from "node:buffer"
import * as Http from "node:http"
import { answer, type S3Answer, type S3Rules } from "./answer.js"
import type { S3Objects } from "./S3Objects.js"
import type { S3Refusal } from "./S3Refusal.js"
import { type S3Target, targetOf } from "./S3Request.js"
import { toXml } from "./xml.js"

/**
 * One request and how it was answered.
 *
 * @since 1.0.0
 * @category models
 */
export interface AnsweredRequest {
  /** Such as `GET`. */
  readonly method: string
  /** Empty for a request that names no bucket. */
  readonly bucket: string
  /** Empty for a request about the bucket itself. */
  readonly key: string
  /** The HTTP status. */
  readonly status: number
}

const errorBody = ({ code, message }: S3Refusal, requestId: string): string =>
  toXml(["Error", [["Code", code], ["Message", message], ["RequestId", requestId]]])

const send = (
  response: Http.ServerResponse,
  method: string,
  reply: S3Answer | S3Refusal,
  requestId: string
): void => {
  const isError = "code" in reply
  const body = isError ? errorBody(reply, requestId) : reply.body
  response.writeHead(reply.status, {
    "x-amz-request-id": requestId,
    ...(isError ? { "content-type": "application/xml" } : {}),
    ...(reply.status === 204 || reply.status === 304 ? {} : { "content-length": Buffer.byteLength(body ?? "") }),
    ...reply.headers
  })
  response.end(method === "HEAD" || reply.status === 304 ? undefined : body)
}

/**
 * A server that does not listen yet.
 *
 * @param onAnswer is called just before an answer is sent, so before its client can know of it
 */
export const makeHttpServer = (
  objects: S3Objects,
  rules: S3Rules,
  onAnswer: (request: AnsweredRequest) => void
): Http.Server => {
  let requests = 0
  const reply = (target: S3Target | S3Refusal, request: Http.IncomingMessage, body: Buffer): S3Answer | S3Refusal =>
    "code" in target ? target : answer(objects, { ...target, headers: request.headers, body }, rules)

  const server = Http.createServer((request, response) => {
    const { headers, method = "", url = "" } = request
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    // Whoever goes away in the middle of a request has asked nothing.
    request.on("error", () => {})
    request.on("end", () => {
      const target = targetOf(method, url, headers.host)
      const answered = reply(target, request, Buffer.concat(chunks))
      const { bucket, key } = "code" in target ? { bucket: "", key: "" } : target
      onAnswer({ method, bucket, key, status: answered.status })
      send(response, method, answered, `embedded-${++requests}`)
    })
  })
  // Clients keep connections, and would meet one that is just being closed.
  server.keepAliveTimeout = 75_000
  return server
}
