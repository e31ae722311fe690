/**
 * What a client sends of an object, unpacked and checked.
 */
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { decodeAwsChunked } from "./awsChunked.js"
import { checksums } from "./checksums.js"
import type { S3Content } from "./S3Objects.js"
import { badRequest, notImplemented, type S3Refusal } from "./S3Refusal.js"
import { headerOf, type S3Request } from "./S3Request.js"

/** What is kept and told again. */
const isKept = (name: string): boolean =>
  name.startsWith("x-amz-meta-")
  || ["content-type", "content-language", "content-disposition", "cache-control", "expires"].includes(name)

const keptOf = (headers: S3Request["headers"]): Readonly<Record<string, string>> => {
  const kept = Object.keys(headers).filter(isKept).map((name) => [name, headerOf(headers, name) ?? ""] as const)
  const encodings = (headerOf(headers, "content-encoding") ?? "").split(",").map((each) => each.trim())
  const encoding = encodings.filter((each) => each !== "" && each !== "aws-chunked").join(", ")
  return {
    "content-type": "binary/octet-stream",
    ...Object.fromEntries(kept),
    ...(encoding === "" ? {} : { "content-encoding": encoding })
  }
}

const metadataPrefix = "x-amz-meta-"

/** The most bytes of the names and values of metadata. */
const mostMetadata = 2048

const metadataSize = (kept: Readonly<Record<string, string>>): number =>
  Object.entries(kept).reduce(
    (size, [name, value]) =>
      name.startsWith(metadataPrefix) ? size + Buffer.byteLength(name.slice(metadataPrefix.length) + value) : size,
    0
  )

/** The content of a request, or what is wrong with it. */
export const sentContent = ({ body: sent, headers }: S3Request): S3Content | S3Refusal => {
  const hash = headerOf(headers, "x-amz-content-sha256") ?? ""
  const isChunked = hash.startsWith("STREAMING-")
    || (headerOf(headers, "content-encoding") ?? "").split(",").some((each) => each.trim() === "aws-chunked")
  const decoded = isChunked ? decodeAwsChunked(sent) : { body: sent, trailers: new Map<string, string>() }
  const length = headerOf(headers, "x-amz-decoded-content-length")
  if (decoded === undefined || (isChunked && length !== undefined && Number(length) !== decoded.body.length)) {
    return badRequest("IncompleteBody", "The request body terminated unexpectedly")
  }
  const { body, trailers } = decoded
  if (/^[0-9a-f]{64}$/.test(hash) && createHash("sha256").update(body).digest("hex") !== hash) {
    return badRequest(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed."
    )
  }
  const kept = keptOf(headers)
  if (metadataSize(kept) > mostMetadata) {
    return badRequest("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
  }
  const told: Record<string, string> = {}
  for (const name of new Set([...Object.keys(headers), ...trailers.keys()])) {
    const isChecksum = name === "content-md5" || /^x-amz-checksum-(?!algorithm$|mode$|type$)/.test(name)
    if (!isChecksum) continue
    const checksum = checksums.get(name)
    if (checksum === undefined) return notImplemented(`the checksum ${name}`)
    const given = trailers.get(name) ?? headerOf(headers, name)
    if (checksum(body) !== given) {
      return badRequest("BadDigest", `The ${name} you specified did not match the calculated checksum.`)
    }
    if (name !== "content-md5") told[name] = given
  }
  // Bytes of its own: what was sent may be a part of something larger.
  return { body: Buffer.from(body), headers: { ...kept, ...told } }
}
