/**
 * How a near store keeps what a far one has: the content as it is, and behind it what the far store said of it.
 */
import * as Predicate from "effect/Predicate"
import { Buffer } from "node:buffer"
import { crc32 } from "../entry/crc32.js"

/** What a near store has of an object of the far one. */
export interface NearCopy {
  readonly body: Uint8Array
  /** The etag in the far store. */
  readonly etag: string
  /** When it was written, as the far store said. */
  readonly modified: number | undefined
  /** When the far store was asked, and had it, in milliseconds since the epoch. */
  readonly confirmed: number
}

const magic = Buffer.from("EAWN", "latin1")
// The checksum of all before it, the length of what the far store said, and the magic.
const endLength = 12

/** How much longer a copy is than its content, at the most, for etags as S3 has them. */
export const mostOverhead = 1024

/**
 * The bytes of a copy. What stands before the payload of an entry is where it is in the far store, so that whoever looks
 * for entries that are over finds them here, too.
 */
export const encodeCopy = ({ body, confirmed, etag, modified }: NearCopy): Uint8Array => {
  const said = Buffer.from(JSON.stringify({ etag, modified, confirmed }))
  const bytes = Buffer.allocUnsafeSlow(body.length + said.length + endLength)
  bytes.set(body)
  bytes.set(said, body.length)
  const end = body.length + said.length
  bytes.writeUInt32BE(crc32(bytes.subarray(0, end)), end)
  bytes.writeUInt32BE(said.length, end + 4)
  bytes.set(magic, end + 8)
  return bytes
}

/** The copy that bytes are; nothing for what is damaged, or no copy. */
export const decodeCopy = (body: Uint8Array): NearCopy | undefined => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const end = bytes.length - endLength
  if (end < 0 || !bytes.subarray(end + 8).equals(magic)) return undefined
  const start = end - bytes.readUInt32BE(end + 4)
  if (start < 0 || crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return undefined
  const said = parsed(bytes.toString("utf8", start, end))
  if (!Predicate.isRecord(said)) return undefined
  const { confirmed, etag, modified } = said
  return typeof etag === "string" && typeof confirmed === "number" &&
      (modified === undefined || typeof modified === "number")
    ? { body: body.subarray(0, start), etag, modified, confirmed }
    : undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
