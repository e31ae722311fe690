/**
 * A request to S3, read from what HTTP has of it.
 */
import type { Buffer } from "node:buffer"
import type * as Http from "node:http"
import { badRequest, type S3Refusal } from "./S3Refusal.js"

/** A request, with its whole body. */
export interface S3Request {
  readonly method: string
  /** Empty for a request that names no bucket. */
  readonly bucket: string
  /** Empty for a request about the bucket itself. */
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: Http.IncomingHttpHeaders
  readonly body: Buffer
}

/** Where a request goes. */
export type S3Target = Pick<S3Request, "method" | "bucket" | "key" | "query">

/** A header, as one text; `undefined` where it is not there. */
export const headerOf = (headers: Http.IncomingHttpHeaders, name: string): string | undefined =>
  headers[name]?.toString()

// `bucket.localhost`, and the names that the SDK makes for Amazon's own hosts.
const inHost = /^(.+)\.(?:localhost|s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com)(?::\d+)?$/

/** Reads what a request is about: the bucket is named in the path, or in the host. */
export const targetOf = (
  method: string,
  url: string,
  host: string | undefined
): S3Target | S3Refusal => {
  const [path = "", query = ""] = url.split(/\?(.*)/s)
  const named = inHost.exec(host ?? "")?.[1]
  const [, first = "", rest] = /^\/([^/]*)(?:\/(.*))?$/s.exec(path) ?? []
  try {
    return {
      method,
      bucket: named ?? decodeURIComponent(first),
      key: decodeURIComponent(named === undefined ? rest ?? "" : path.slice(1)),
      query: new URLSearchParams(query)
    }
  } catch {
    return badRequest("InvalidURI", "Couldn't parse the specified URI.")
  }
}
