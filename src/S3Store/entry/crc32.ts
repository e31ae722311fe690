/**
 * CRC-32, as gzip, PNG and S3 have it (ISO 3309).
 */
import * as Zlib from "node:zlib"

/**
 * The CRC-32 of bytes that follow others whose CRC-32 is given. Node's own, where there is one (from 20.15 and 22.2 on),
 * takes a third of the time that SHA-256 takes, and a seventh of it for a few hundred bytes.
 */
export const crc32 = (bytes: Uint8Array, before = 0): number =>
  hasNative ? Zlib.crc32(bytes, before) : crc32ByTable(bytes, before)

/** The same without Node's own. */
export const crc32ByTable = (bytes: Uint8Array, before = 0): number => {
  let crc = ~before
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
  return ~crc >>> 0
}

const hasNative = "crc32" in Zlib

const table = Int32Array.from({ length: 256 }, (_, at) => {
  let crc = at
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})
