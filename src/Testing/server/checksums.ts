/**
 * Checksums of bodies, as S3 has them.
 */
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { crc32 } from "../../S3Store/entry/crc32.js"

/** CRC-32 with the polynomial of Castagnoli. */
const crc32c = (bytes: Uint8Array): number => {
  let crc = ~0
  for (const byte of bytes) crc = (crc >>> 8) ^ (castagnoli[(crc ^ byte) & 0xff] ?? 0)
  return ~crc >>> 0
}

const castagnoli = Int32Array.from({ length: 256 }, (_, at) => {
  let crc = at
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

const ofNumber = (checksum: number): string => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(checksum)
  return bytes.toString("base64")
}

const hash = (algorithm: string) => (body: Buffer): string => createHash(algorithm).update(body).digest("base64")

/** The checksum of a body, in base 64, by the header that tells it. */
export const checksums: ReadonlyMap<string, (body: Buffer) => string> = new Map([
  ["content-md5", hash("md5")],
  ["x-amz-checksum-crc32", (body) => ofNumber(crc32(body))],
  ["x-amz-checksum-crc32c", (body) => ofNumber(crc32c(body))],
  ["x-amz-checksum-sha1", hash("sha1")],
  ["x-amz-checksum-sha256", hash("sha256")]
])
