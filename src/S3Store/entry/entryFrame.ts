/**
 * Entries as bytes: the frame around header and payload.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { decoder, type SchemaIssue } from "../../effect/schemas.js"
import { schemaFault } from "../common/schemaFault.js"
import { crc32 } from "./crc32.js"
import { EntryError } from "./EntryError.js"
import {
  type EntryHead,
  type EntryHeader,
  HeaderVersion1,
  HeaderVersion2,
  HeaderVersion4,
  HeaderVersion5,
  latestTime,
  type PayloadHeader,
  pickHeader
} from "./EntryHeader.js"

/** The format version this library writes, and the newest it reads. */
const formatVersion = 5

/** Whether entries of a format version that are encrypted belong to a place. */
const isBoundFrom = 3

/** The most bytes of a header. A longer one is neither written nor read, hashed, parsed or authenticated. */
export const longestHeader = 65_536

/** What stands before the payload of an entry. */
export interface EntryStart {
  /** What stands before the checksums. */
  readonly prefix: Uint8Array
  readonly header: Uint8Array
  /** The key, where it is too long for the header; else nothing. */
  readonly key: Uint8Array
}

/** An entry taken apart. The payload is as it was stored: compressed, encrypted, of any codec. */
export interface EntryParts {
  readonly header: EntryHeader & PayloadHeader
  /** Whether encryption authenticates the place of the store, too. */
  readonly isBound: boolean
  /** The bytes of the entry that encryption authenticates, one after the other. */
  readonly authenticated: ReadonlyArray<Uint8Array>
  readonly payload: Uint8Array
}

const magic = Buffer.from("EAWC", "latin1")
// Magic, version, and the length of the header.
const prefixLength = 9

/** What tells damage. */
interface Checksum {
  readonly length: number
  readonly of: (...parts: ReadonlyArray<Uint8Array>) => Buffer
}

const bySha256: Checksum = {
  length: 32,
  of: (...parts) => {
    const hash = createHash("sha256")
    for (const part of parts) hash.update(part)
    return hash.digest()
  }
}

const byCrc32: Checksum = {
  length: 4,
  of: (...parts) => {
    let crc = 0
    for (const part of parts) crc = crc32(part, crc)
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeUInt32BE(crc)
    return bytes
  }
}

const checksumOf = (version: number): Checksum => version === formatVersion ? byCrc32 : bySha256

/** In place of the checksum of what is encrypted: the encryption tells damage, and more. */
const noChecksum = Buffer.alloc(byCrc32.length)

const decodeHeader1 = decoder(Schema.parseJson(HeaderVersion1))
const decodeHeader2 = decoder(Schema.parseJson(HeaderVersion2))
const decodeHeader4 = decoder(Schema.parseJson(HeaderVersion4))
const decodeHeader5 = decoder(Schema.parseJson(HeaderVersion5))

/** What stands before the payload, but for the checksums. */
export const headOf = (
  entry: EntryHeader & PayloadHeader
): EntryStart => {
  const short = headerOf(entry, { key: entry.key })
  if (short.length <= longestHeader) {
    return {
      prefix: prefixOf(short),
      header: short,
      key: new Uint8Array(0)
    }
  }
  const key = Buffer.from(entry.key)
  const header = headerOf(entry, { key: bySha256.of(key).toString("hex"), keyLength: key.length })
  return { prefix: prefixOf(header), header, key }
}

const headerOf = (
  header: EntryHeader & PayloadHeader,
  key: { readonly key: string; readonly keyLength?: number }
): Buffer => {
  const { codec, compression, created, encryption, expires, folder, keyspace } = header
  const { outcome, size, tags, took, until, version, writeId } = header
  return Buffer.from(JSON.stringify({
    keyspace,
    version,
    folder,
    ...key,
    created,
    expires: expires > latestTime ? null : expires,
    writeId,
    outcome,
    tags,
    codec,
    size,
    compression,
    encryption,
    took,
    until: until !== undefined && until > latestTime ? null : until
  }))
}

const prefixOf = (header: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(prefixLength)
  magic.copy(prefix)
  prefix.writeUInt8(formatVersion, 4)
  prefix.writeUInt32BE(header.length, 5)
  return prefix
}

/** An entry of a head and a payload as it is to be stored. */
export const assemble = (
  { header, key, prefix }: EntryStart,
  payload: Uint8Array,
  isEncrypted = false
): Uint8Array =>
  joined([
    prefix,
    byCrc32.of(prefix, header),
    isEncrypted ? noChecksum : byCrc32.of(key, payload),
    header,
    key,
    payload
  ])

/** The parts in bytes of their own: memory may keep them, and none of Node's pool with them. */
const joined = (parts: ReadonlyArray<Uint8Array>): Buffer => {
  const bytes = Buffer.allocUnsafeSlow(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/**
 * Takes an entry apart, of this format version or of an older one. No byte is trusted: the checksums are verified, and
 * what they cover is read afterwards.
 */
export const disassemble = (bytes: Uint8Array): Either.Either<EntryParts, EntryError> =>
  Either.flatMap(startOf(bytes), ({ buffer, headerLength, version }) => {
    if (version === 1) return disassemble1(buffer, headerLength)
    return Either.flatMap(head2(buffer, headerLength, version), ({ authenticated, header, keyLength, start }) => {
      const rest = buffer.subarray(start)
      const checksum = checksumOf(version)
      const found = buffer.subarray(prefixLength + checksum.length, prefixLength + 2 * checksum.length)
      const expected = version === formatVersion && header.encryption !== null ? noChecksum : checksum.of(rest)
      if (!expected.equals(found)) return damaged("the checksum of its payload does not match")
      const parts = { authenticated, isBound: version >= isBoundFrom, payload: rest.subarray(keyLength) }
      return keyLength === 0
        ? Either.right({ ...parts, header })
        : Either.map(longKey(rest, header.key, keyLength), (key) => ({ ...parts, header: { ...header, key } }))
    })
  })

/**
 * The header of an entry, of its first bytes: `Damaged` too when those are not enough. In format version 1 only a whole
 * entry is. A long key is known only if the bytes hold it.
 */
export const disassembleHeader = (bytes: Uint8Array): Either.Either<EntryHead & PayloadHeader, EntryError> =>
  Either.flatMap(startOf(bytes), ({ buffer, headerLength, version }) =>
    version === 1
      ? Either.map(disassemble1(buffer, headerLength), ({ header }): EntryHead & PayloadHeader => header)
      : Either.flatMap(
        head2(buffer, headerLength, version),
        ({ header, keyLength, start }): Either.Either<EntryHead & PayloadHeader, EntryError> => {
          if (keyLength === 0) return Either.right(header)
          const rest = buffer.subarray(start)
          return rest.length < keyLength
            ? Either.right({ ...header, key: undefined })
            : Either.map(longKey(rest, header.key, keyLength), (key) => ({ ...header, key }))
        }
      ))

/**
 * How many of an entry's first bytes its header takes, and a long key behind it as soon as the header is there, if these
 * do not suffice; infinity where it takes the whole entry.
 */
export const headerNeeds = (bytes: Uint8Array): number | undefined => {
  const start = startOf(bytes)
  if (Either.isLeft(start)) return undefined
  const { buffer, headerLength, version } = start.right
  if (version === 1) return Number.POSITIVE_INFINITY
  const end = headerStartOf(version) + headerLength
  if (end > bytes.length) return end
  const head = head2(buffer, headerLength, version)
  const needed = Either.isRight(head) ? end + head.right.keyLength : end
  return needed > bytes.length ? needed : undefined
}

const startOf = (bytes: Uint8Array) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < prefixLength || !buffer.subarray(0, magic.length).equals(magic)) {
    // What else answers at the port of an endpoint answers this.
    const isPage = /^\s*<(?:!doctype|html|head|body)\b/i.test(buffer.subarray(0, 100).toString("latin1"))
    return fail(
      "NotAnEntry",
      `it does not begin like an entry${
        isPage ? ", but like a web page: is the endpoint (clientConfig, AWS_ENDPOINT_URL) that of an S3?" : ""
      }`
    )
  }
  const version = buffer.readUInt8(4)
  if (version < 1 || version > formatVersion) {
    return fail("UnknownVersion", `its format version is ${version}, but this library reads 1 to ${formatVersion}`)
  }
  const headerLength = buffer.readUInt32BE(5)
  return headerLength <= longestHeader
    ? Either.right({ buffer, version, headerLength })
    : fail("TooLarge", `its header has ${headerLength} bytes, over the limit of ${longestHeader}`)
}

const headerStartOf = (version: number): number => prefixLength + 2 * checksumOf(version).length

/** The header of version 2 or later; where the key is long, with its SHA-256 in place of it, and its length. */
const head2 = (buffer: Buffer, headerLength: number, version: number) => {
  const headerStart = headerStartOf(version)
  const start = headerStart + headerLength
  if (start > buffer.length) return cutOff
  const prefix = buffer.subarray(0, prefixLength)
  const header = buffer.subarray(headerStart, start)
  const checksum = checksumOf(version)
  if (!checksum.of(prefix, header).equals(buffer.subarray(prefixLength, prefixLength + checksum.length))) {
    return damaged("the checksum of its header does not match")
  }
  return Either.map(readHeader2(header, version), ({ keyLength = 0, ...header2 }) => ({
    header: withExpiry(header2),
    keyLength,
    authenticated: [prefix, header],
    /** Where what follows the header begins. */
    start
  }))
}

/** The key at the start of what follows the header. */
const longKey = (rest: Buffer, digest: string, length: number): Either.Either<string, EntryError> => {
  if (rest.length < length) return cutOff
  const key = rest.subarray(0, length)
  return bySha256.of(key).toString("hex") === digest
    ? Either.right(key.toString("utf8"))
    : damaged("the checksum of its key does not match")
}

const headerStart1 = prefixLength + bySha256.length

const disassemble1 = (buffer: Buffer, headerLength: number): Either.Either<EntryParts, EntryError> => {
  const payloadStart = headerStart1 + headerLength
  if (payloadStart > buffer.length) return cutOff
  if (!bySha256.of(buffer.subarray(headerStart1)).equals(buffer.subarray(prefixLength, headerStart1))) {
    return damaged("its checksum does not match")
  }
  const payload = buffer.subarray(payloadStart)
  return Either.map(readHeader(decodeHeader1, buffer.subarray(headerStart1, payloadStart)), (header) => ({
    header: {
      ...withExpiry(header),
      outcome: "success",
      tags: [],
      size: payload.length,
      compression: "none",
      encryption: null
    },
    isBound: false,
    authenticated: [],
    payload
  }))
}

const readHeader2 = (
  header: Buffer,
  version: number
): Either.Either<typeof HeaderVersion5.Type, EntryError> => {
  const picked = pickHeader(parsed(header.toString("utf8")), version)
  if (picked !== undefined) return Either.right(picked)
  switch (version) {
    case 2:
    case 3:
      return readHeader(decodeHeader2, header)
    case 4:
      return readHeader(decodeHeader4, header)
    default:
      return readHeader(decodeHeader5, header)
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const readHeader = <H>(decode: (text: unknown) => Either.Either<H, SchemaIssue>, header: Buffer) =>
  Either.mapLeft(
    decode(header.toString("utf8")),
    (issue) => new EntryError({ reason: "Damaged", detail: `its header is not readable: ${schemaFault(issue)}` })
  )

const withExpiry = <H extends { readonly expires: number | null; readonly until?: number | null | undefined }>(
  { until, ...header }: H
) => ({
  ...header,
  expires: asTime(header.expires),
  ...(until === undefined ? {} : { until: asTime(until) })
})

const asTime = (said: number | null): number => said === null || said > latestTime ? Number.POSITIVE_INFINITY : said

const fail = (reason: EntryError["reason"], detail: string) => Either.left(new EntryError({ reason, detail }))
const damaged = (detail: string) => fail("Damaged", detail)
const cutOff = damaged("it is cut off")
