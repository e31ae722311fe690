/**
 * What Amazon S3 answers to a conditional request, as a pure function.
 */

/** The object a request is about, as it is now. */
export interface CurrentObject {
  /** With or without quotes. */
  readonly etag: string
  readonly lastModified: Date
}

/** The headers of a conditional request. */
export interface Conditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: string | undefined
  readonly ifUnmodifiedSince?: string | undefined
}

/** The answer to a request whose condition does not hold. */
export interface Refusal {
  readonly status: 304 | 404 | 412 | 501
  readonly code: "NotModified" | "NoSuchKey" | "PreconditionFailed" | "NotImplemented"
  readonly message: string
}

const notModified: Refusal = { status: 304, code: "NotModified", message: "Not Modified" }
const noSuchKey: Refusal = { status: 404, code: "NoSuchKey", message: "The specified key does not exist." }
const failed: Refusal = {
  status: 412,
  code: "PreconditionFailed",
  message: "At least one of the pre-conditions you specified did not hold"
}
const notImplemented: Refusal = {
  status: 501,
  code: "NotImplemented",
  message: "A header you provided implies functionality that is not implemented"
}

const opaque = (etag: string) => etag.trim().replace(/^W\//, "").replace(/^"(.*)"$/s, "$1")

const matches = (condition: string, current: CurrentObject) =>
  condition.trim() === "*" || condition.split(",").some((etag) => opaque(etag) === opaque(current.etag))

// HTTP dates have whole seconds; a date that cannot be read is no condition (RFC 9110, sections 13.1.3 and 13.1.4).
const isModifiedSince = (current: CurrentObject, date: string): boolean | undefined => {
  const since = Date.parse(date)
  return Number.isNaN(since) ? undefined : Math.floor(current.lastModified.getTime() / 1000) * 1000 > since
}

/** Judges a GET or a HEAD, in the order of RFC 9110, section 13.2.2. `undefined` means: go on. */
export const judgeRead = (conditions: Conditions, current: CurrentObject | undefined): Refusal | undefined => {
  if (current === undefined) {
    return undefined
  }
  if (conditions.ifMatch !== undefined) {
    if (!matches(conditions.ifMatch, current)) {
      return failed
    }
  } else if (conditions.ifUnmodifiedSince !== undefined && isModifiedSince(current, conditions.ifUnmodifiedSince)) {
    return failed
  }
  if (conditions.ifNoneMatch !== undefined) {
    return matches(conditions.ifNoneMatch, current) ? notModified : undefined
  }
  return conditions.ifModifiedSince !== undefined && isModifiedSince(current, conditions.ifModifiedSince) === false
    ? notModified
    : undefined
}

/**
 * Judges a PutObject, CopyObject or CompleteMultipartUpload as the S3 User Guide says under "conditional writes":
 * `If-None-Match` takes only `*`, `If-Match` only an ETag, and not both. `undefined` means: go on.
 */
export const judgeWrite = (
  { ifMatch, ifNoneMatch }: Conditions,
  current: CurrentObject | undefined
): Refusal | undefined => {
  if (ifNoneMatch !== undefined) {
    return ifNoneMatch !== "*" || ifMatch !== undefined ? notImplemented : current === undefined ? undefined : failed
  }
  if (ifMatch === undefined) {
    return undefined
  }
  if (ifMatch === "*") {
    return notImplemented
  }
  return current === undefined ? noSuchKey : opaque(ifMatch) === opaque(current.etag) ? undefined : failed
}

/**
 * Judges a DeleteObject. `If-Match` takes an ETag, or `*` for "any object"; S3 has been measured to answer 404
 * `NoSuchKey`, not 412, when there is no object, for `*` too. `undefined` means: go on.
 */
export const judgeDelete = ({ ifMatch }: Conditions, current: CurrentObject | undefined): Refusal | undefined =>
  ifMatch === undefined ? undefined : current === undefined ? noSuchKey : matches(ifMatch, current) ? undefined : failed
