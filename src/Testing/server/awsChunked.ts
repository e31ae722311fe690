/**
 * Bodies in the encoding `aws-chunked`: what the SDK sends of a stream, with a checksum behind it.
 */
import { Buffer } from "node:buffer"

/** What was sent so. */
export interface DecodedBody {
  readonly body: Buffer
  /** What follows the body, by names in lower case. */
  readonly trailers: ReadonlyMap<string, string>
}

const lineEnd = Buffer.from("\r\n")

/** Reads a body, signatures of chunks unseen; nothing where it is not in this encoding, or not whole. */
export const decodeAwsChunked = (sent: Buffer): DecodedBody | undefined => {
  const chunks: Array<Buffer> = []
  let at = 0
  const readLine = (): string | undefined => {
    const end = sent.indexOf(lineEnd, at)
    if (end < 0) return undefined
    const line = sent.toString("latin1", at, end)
    at = end + 2
    return line
  }
  for (;;) {
    const size = /^([0-9a-fA-F]+)(?:;|$)/.exec(readLine() ?? "")?.[1]
    if (size === undefined) return undefined
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    if (at + length + 2 > sent.length) return undefined
    chunks.push(sent.subarray(at, at + length))
    at += length + 2
  }
  const trailers = new Map<string, string>()
  for (let line = readLine(); line !== undefined && line !== ""; line = readLine()) {
    const [name = "", value = ""] = line.split(/:(.*)/s)
    trailers.set(name.trim().toLowerCase(), value.trim())
  }
  return { body: Buffer.concat(chunks), trailers }
}
