/**
 * What Amazon S3 answers to a request, as far as caches and most programs ask.
 */
import { Buffer } from "node:buffer"
import { byteRange } from "./byteRange.js"
import { listPage } from "./listPage.js"
import { isBucketName, type S3Object, type S3Objects } from "./S3Objects.js"
import { type Conditions, judgeDelete, judgeRead, judgeWrite } from "./S3Preconditions.js"
import { badRequest, noSuchBucket, noSuchKey, noSuchUpload, notImplemented, type S3Refusal } from "./S3Refusal.js"
import { headerOf, type S3Request } from "./S3Request.js"
import { sentContent } from "./sentContent.js"
import { type Element, elementsIn, textIn, toXml } from "./xml.js"

/** An answer that is no error. */
export interface S3Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Buffer | string | undefined
}

/** What of the requests counts. */
export interface S3Rules {
  /** Whether conditions on writes do; if not they are ignored. */
  readonly conditionalWrites: boolean
  /** Whether conditions on removals do. */
  readonly conditionalDeletes: boolean
}

type Reply = S3Answer | S3Refusal

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

const xml = (root: Element): S3Answer => ({
  status: 200,
  headers: { "content-type": "application/xml" },
  body: toXml(root).replace(/\n<(\w+)>/, `\n<$1 xmlns="${namespace}">`)
})

/** The parameters that mean something, by method and what a request is about. All others are refused. */
const known: Readonly<Record<string, ReadonlyArray<string>>> = {
  "GET bucket": [
    ...["list-type", "prefix", "delimiter", "max-keys", "marker", "start-after", "continuation-token"],
    ...["encoding-type", "fetch-owner", "location"]
  ],
  "POST bucket": ["delete"],
  "POST object": ["uploads", "uploadId"],
  "PUT object": ["uploadId", "partNumber"],
  "DELETE object": ["uploadId"]
}

const unknownParameter = ({ key, method, query }: S3Request): string | undefined =>
  [...query.keys()].find((name) =>
    name !== "x-id" && !/^x-amz-/i.test(name)
    && known[`${method} ${key === "" ? "bucket" : "object"}`]?.includes(name) !== true
  )

const conditionsOf = ({ headers }: S3Request): Conditions => ({
  ifMatch: headerOf(headers, "if-match"),
  ifNoneMatch: headerOf(headers, "if-none-match"),
  ifModifiedSince: headerOf(headers, "if-modified-since"),
  ifUnmodifiedSince: headerOf(headers, "if-unmodified-since")
})

const factsOf = ({ etag, headers, lastModified }: S3Object): Readonly<Record<string, string>> => ({
  ...headers,
  etag,
  "last-modified": lastModified.toUTCString()
})

const isChecksum = (name: string): boolean => name.startsWith("x-amz-checksum-")

const pick = (
  headers: Readonly<Record<string, string>>,
  isMeant: (name: string) => boolean
): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(headers).filter(([name]) => isMeant(name)))

const readObject = (request: S3Request, object: S3Object | undefined): Reply => {
  const refusal = judgeRead(conditionsOf(request), object)
  if (object === undefined) return refusal ?? noSuchKey
  const facts = factsOf(object)
  if (refusal !== undefined) {
    return refusal.status === 304
      ? { status: 304, headers: pick(facts, (name) => ["etag", "last-modified"].includes(name)) }
      : refusal
  }
  const { body } = object
  const range = byteRange(headerOf(request.headers, "range"), body.length)
  if (range === "unsatisfiable") {
    return {
      status: 416,
      code: "InvalidRange",
      message: "The requested range is not satisfiable",
      headers: { "content-range": `bytes */${body.length}` }
    }
  }
  const [from, to] = range ?? [0, body.length]
  // A checksum is of the whole: with a part of it, S3 does not tell it.
  const tellsChecksums = range === undefined && headerOf(request.headers, "x-amz-checksum-mode") === "ENABLED"
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...pick(facts, (name) => tellsChecksums || !isChecksum(name)),
      "accept-ranges": "bytes",
      "content-length": String(to - from),
      ...(range === undefined ? {} : { "content-range": `bytes ${from}-${to - 1}/${body.length}` })
    },
    body: body.subarray(from, to)
  }
}

const written = ({ etag, headers }: S3Object): S3Answer => ({
  status: 200,
  headers: { ...pick(headers, isChecksum), etag }
})

const putObject = (objects: S3Objects, request: S3Request): Reply => {
  const content = sentContent(request)
  if ("code" in content) return content
  const { bucket, key, query } = request
  const id = query.get("uploadId")
  if (id === null) return written(objects.put(bucket, key, content))
  const upload = objects.uploads.get(id)
  const number = Number(query.get("partNumber"))
  if (upload === undefined) return noSuchUpload
  return Number.isInteger(number) && number >= 1 && number <= 10_000
    ? written(objects.addPart(upload, number, content))
    : badRequest("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
}

const completeUpload = (objects: S3Objects, request: S3Request, id: string): Reply => {
  const upload = objects.uploads.get(id)
  if (upload === undefined) return noSuchUpload
  const named = elementsIn(request.body.toString(), "Part").map((part) => ({
    number: Number(textIn(part, "PartNumber")),
    etag: textIn(part, "ETag")?.replaceAll("\"", "")
  }))
  const parts = named.map(({ etag, number }) => {
    const part = upload.parts.get(number)
    return etag === undefined || part?.etag === `"${etag}"` ? part : undefined
  })
  const found = parts.filter((part) => part !== undefined)
  if (found.length === 0) return badRequest("MalformedXML", "The XML you provided was not well-formed")
  if (found.length < parts.length) {
    return badRequest("InvalidPart", "One or more of the specified parts could not be found.")
  }
  if (named.some(({ number }, at) => at > 0 && number <= (named[at - 1]?.number ?? 0))) {
    return badRequest("InvalidPartOrder", "The list of parts was not in ascending order.")
  }
  const { bucket, key } = request
  const { etag } = objects.complete(id, upload, found)
  return xml(["CompleteMultipartUploadResult", [["Bucket", bucket], ["Key", key], ["ETag", etag]]])
}

const postObject = (objects: S3Objects, request: S3Request): Reply => {
  const { bucket, key, query } = request
  const id = query.get("uploadId")
  if (id !== null) return completeUpload(objects, request, id)
  if (!query.has("uploads")) return notImplemented("POST of an object")
  const content = sentContent({ ...request, body: Buffer.alloc(0) })
  if ("code" in content) return content
  const begun = objects.begin(bucket, key, content.headers)
  return xml(["InitiateMultipartUploadResult", [["Bucket", bucket], ["Key", key], ["UploadId", begun]]])
}

const aboutObject = (objects: S3Objects, request: S3Request, rules: S3Rules): Reply => {
  const { bucket, headers, key, method, query } = request
  const current = objects.find(bucket, key)
  const conditions = conditionsOf(request)
  if (Object.keys(headers).some((name) => name.startsWith("x-amz-copy-source"))) return notImplemented("copies")
  const isWrite = method === "PUT" ? !query.has("uploadId") : method === "POST" && query.has("uploadId")
  const refusal = isWrite && rules.conditionalWrites ? judgeWrite(conditions, current) : undefined
  if (refusal !== undefined) return refusal
  switch (method) {
    case "GET":
    case "HEAD":
      return readObject(request, current)
    case "PUT":
      return putObject(objects, request)
    case "POST":
      return postObject(objects, request)
    case "DELETE": {
      const id = query.get("uploadId")
      if (id !== null) return objects.uploads.delete(id) ? { status: 204 } : noSuchUpload
      const refusal = rules.conditionalDeletes ? judgeDelete(conditions, current) : undefined
      if (refusal === undefined) objects.remove(bucket, key)
      return refusal ?? { status: 204 }
    }
    default:
      return notImplemented(`${method} of an object`)
  }
}

/** What a page is continued with, after a name. */
const nextToken = (name: string): string => Buffer.from(name).toString("base64url")

const textOf = (token: string): string => Buffer.from(token, "base64url").toString()

const listObjects = ({ bucket, query }: S3Request, objects: ReadonlyMap<string, S3Object>): Reply => {
  const limit = Number(query.get("max-keys") ?? 1000)
  if (!Number.isInteger(limit) || limit < 0) return badRequest("InvalidArgument", "max-keys is no number of keys")
  const isNewer = query.get("list-type") === "2"
  const token = query.get("continuation-token")
  if (token !== null && (token === "" || nextToken(textOf(token)) !== token)) {
    return badRequest("InvalidArgument", "The continuation token provided is incorrect")
  }
  const prefix = query.get("prefix") ?? ""
  const delimiter = query.get("delimiter") ?? ""
  const after = isNewer
    ? token === null ? query.get("start-after") ?? "" : textOf(token)
    : query.get("marker") ?? ""
  const { commonPrefixes, next, objects: found } = listPage(objects, {
    prefix,
    delimiter,
    after,
    limit: Math.min(limit, 1000)
  })
  const isEncoded = query.get("encoding-type") === "url"
  const name = (text: string): string => isEncoded ? encodeURIComponent(text).replaceAll("%2F", "/") : text
  const page: ReadonlyArray<Element | undefined> = isNewer
    ? [
      ["KeyCount", found.length + commonPrefixes.length],
      token === null ? undefined : ["ContinuationToken", token],
      next === undefined ? undefined : ["NextContinuationToken", nextToken(next)]
    ]
    : [["Marker", name(after)], next === undefined ? undefined : ["NextMarker", name(next)]]
  return xml(["ListBucketResult", [
    ["Name", bucket],
    ["Prefix", name(prefix)],
    delimiter === "" ? undefined : ["Delimiter", name(delimiter)],
    ["MaxKeys", limit],
    isEncoded ? ["EncodingType", "url"] : undefined,
    ...page,
    ["IsTruncated", next !== undefined],
    ...found.map(([key, { body, etag, lastModified }]): Element => ["Contents", [
      ["Key", name(key)],
      ["LastModified", lastModified.toISOString()],
      ["ETag", etag],
      ["Size", body.length],
      ["StorageClass", "STANDARD"]
    ]]),
    ...commonPrefixes.map((each): Element => ["CommonPrefixes", [["Prefix", name(each)]]])
  ]])
}

const removeMany = (objects: S3Objects, request: S3Request, { conditionalDeletes }: S3Rules): Reply => {
  const content = sentContent(request)
  if ("code" in content) return content
  const document = content.body.toString()
  const named = elementsIn(document, "Object")
  if (conditionalDeletes && named.some((each) => textIn(each, "ETag") !== undefined)) {
    return notImplemented("an ETag in DeleteObjects")
  }
  const keys = named.flatMap((each) => textIn(each, "Key") ?? [])
  if (keys.length === 0 || keys.length < named.length || keys.length > 1000) {
    return badRequest(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema"
    )
  }
  for (const key of keys) objects.remove(request.bucket, key)
  const isQuiet = textIn(document, "Quiet") === "true"
  return xml(["DeleteResult", isQuiet ? [] : keys.map((key): Element => ["Deleted", [["Key", key]]])])
}

const aboutBucket = (objects: S3Objects, request: S3Request, rules: S3Rules): Reply => {
  const { bucket, method, query } = request
  const found = objects.buckets.get(bucket)
  if (method === "PUT") {
    if (!isBucketName(bucket)) return badRequest("InvalidBucketName", "The specified bucket is not valid.")
    if (found !== undefined) {
      return { status: 409, code: "BucketAlreadyOwnedByYou", message: "You own a bucket of this name already." }
    }
    objects.createBucket(bucket)
    return { status: 200, headers: { location: `/${bucket}` } }
  }
  if (found === undefined) return noSuchBucket
  switch (method) {
    case "GET":
      return query.has("location") ? xml(["LocationConstraint", ""]) : listObjects(request, found.objects)
    case "HEAD":
      return { status: 200, headers: { "x-amz-bucket-region": "us-east-1" } }
    case "POST":
      return query.has("delete") ? removeMany(objects, request, rules) : notImplemented("POST of a bucket")
    case "DELETE":
      if (found.objects.size > 0) {
        return { status: 409, code: "BucketNotEmpty", message: "The bucket you tried to delete is not empty" }
      }
      objects.buckets.delete(bucket)
      return { status: 204 }
    default:
      return notImplemented(`${method} of a bucket`)
  }
}

const listBuckets = ({ buckets }: S3Objects): S3Answer =>
  xml(["ListAllMyBucketsResult", [
    ["Owner", [["ID", "embedded"]]],
    [
      "Buckets",
      [...buckets].sort(([a], [b]) => a < b ? -1 : 1).map(([name, { created }]): Element => [
        "Bucket",
        [["Name", name], ["CreationDate", created.toISOString()]]
      ])
    ]
  ]])

/** Answers a request, at once: nothing happens between a condition and what it is about. */
export const answer = (objects: S3Objects, request: S3Request, rules: S3Rules): Reply => {
  const { bucket, key, method } = request
  if (bucket === "") {
    return method === "GET" || method === "HEAD" ? listBuckets(objects) : notImplemented(`${method} without a bucket`)
  }
  const parameter = unknownParameter(request)
  if (parameter !== undefined) return notImplemented(`${method} with ?${parameter}`)
  if (key === "") return aboutBucket(objects, request, rules)
  if (!objects.buckets.has(bucket)) return noSuchBucket
  return Buffer.byteLength(key) > 1024
    ? { status: 400, code: "KeyTooLongError", message: "Your key is too long" }
    : aboutObject(objects, request, rules)
}
