/**
 * What an S3 client's rejection means.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import { S3StoreError, type S3StoreReason } from "./S3StoreErrors.js"

/**
 * The HTTP status of a rejection, if a server answered at all. Judge by it rather than by the name: a 304 and a 403 to
 * a HEAD arrive named `Unknown`, and some stores send a 404 without a code.
 *
 * @since 0.1.0
 * @category accessors
 */
export const statusOf = (error: unknown): number | undefined => {
  const metadata = Predicate.hasProperty(error, "$metadata") ? error.$metadata : undefined
  const status = Predicate.hasProperty(metadata, "httpStatusCode") ? metadata.httpStatusCode : undefined
  return typeof status === "number" ? status : undefined
}

/**
 * The name of a rejection: S3's error code where it sent one.
 *
 * @since 0.1.0
 * @category accessors
 */
export const nameOf = (error: unknown): string =>
  Predicate.hasProperty(error, "name") && typeof error.name === "string" ? error.name : "Unknown"

/**
 * Whether a rejection says that there is no such object. `NoSuchBucket` is a 404 too, and is not that.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isNoSuchObject = (error: unknown): boolean => {
  const name = nameOf(error)
  if (name === "NoSuchBucket") return false
  return name === "NoSuchKey" || name === "NotFound" || statusOf(error) === 404
}

/**
 * A rejection as an `S3StoreError`. The client's error is kept as `cause`; no part of the request is.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toS3StoreError = (operation: string, target: string, bucket: string, cause: unknown): S3StoreError => {
  const reason = reasonOf(cause)
  return new S3StoreError({ reason, operation, target, detail: detailOf(reason, bucket, cause), cause })
}

const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE"
])

const reasonOf = (error: unknown): S3StoreReason => {
  const name = nameOf(error)
  const status = statusOf(error)
  if (name === "NoSuchBucket") return "NoSuchBucket"
  if (status === 401 || status === 403 || name === "AccessDenied") return "AccessDenied"
  if (status === 429 || name === "SlowDown" || name === "ThrottlingException" || name === "TooManyRequestsException") {
    return "Throttled"
  }
  const code = Predicate.hasProperty(error, "code") ? error.code : undefined
  if (typeof code === "string" && networkCodes.has(code)) return "Network"
  if (name === "TimeoutError" || name === "RequestTimeout" || code === "ETIMEDOUT") return "Timeout"
  if (status !== undefined && status >= 500) return "Unavailable"
  return "Unknown"
}

const detailOf = (reason: S3StoreReason, bucket: string, cause: unknown): string => {
  switch (reason) {
    case "AccessDenied":
      return "access denied. The role needs s3:GetObject, s3:PutObject and s3:DeleteObject on the objects, and " +
        `s3:ListBucket on bucket ${bucket}: without that, S3 answers 403 instead of 404 when an object is absent`
    case "NoSuchBucket":
      return `there is no bucket ${bucket}`
    default:
      return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  }
}
