/**
 * Entries as bytes: the frame around header and payload.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { EntryError } from "./EntryError.js"
import { type EntryHeader, HeaderVersion1, HeaderVersion2, type PayloadHeader } from "./EntryHeader.js"
import { schemaFault } from "./schemaFault.js"

/**
 * The newest format version this library reads and writes. Entries that are not encrypted are written in version 2, so
 * that older versions of the library read them, too.
 *
 * @since 0.1.0
 * @category constants
 */
export const formatVersion = 3

const plainVersion = 2

/**
 * An entry taken apart. The payload is as it was stored: compressed, encrypted, of any codec.
 *
 * @since 0.1.0
 * @category models
 */
export interface EntryParts {
  readonly header: EntryHeader & PayloadHeader
  /** Whether encryption authenticates the place of the store, too. */
  readonly isBound: boolean
  /** The bytes of the entry that encryption authenticates. */
  readonly authenticated: Uint8Array
  readonly payload: Uint8Array
}

const magic = Buffer.from("EAWC", "latin1")
// Magic, version, and the length of the header.
const prefixLength = 9
const digestLength = 32
const headerStart1 = prefixLength + digestLength
const headerStart2 = prefixLength + 2 * digestLength

const decodeHeader1 = Schema.decodeUnknownEither(Schema.parseJson(HeaderVersion1))
const decodeHeader2 = Schema.decodeUnknownEither(Schema.parseJson(HeaderVersion2))

/**
 * What stands before the checksums, and the header: with the payload, an entry is `prefix`, the SHA-256 of prefix and
 * header, the SHA-256 of the payload, `header`, payload.
 *
 * @since 0.1.0
 * @category encoding
 */
export const headOf = (
  { codec, compression, created, encryption, expires, key, keyspace, outcome, size, tags, version, writeId }:
    & EntryHeader
    & PayloadHeader
): { readonly prefix: Uint8Array; readonly header: Uint8Array } => {
  const header = Buffer.from(JSON.stringify({
    keyspace,
    version,
    key,
    created,
    expires: expires === Number.POSITIVE_INFINITY ? null : expires,
    writeId,
    outcome,
    tags,
    codec,
    size,
    compression,
    encryption
  }))
  const prefix = Buffer.alloc(prefixLength)
  magic.copy(prefix)
  prefix.writeUInt8(encryption === null ? plainVersion : formatVersion, 4)
  prefix.writeUInt32BE(header.length, 5)
  return { prefix, header }
}

/**
 * An entry of a head and a payload as it is to be stored.
 *
 * @since 0.1.0
 * @category encoding
 */
export const assemble = (
  { header, prefix }: { readonly prefix: Uint8Array; readonly header: Uint8Array },
  payload: Uint8Array
): Uint8Array => Buffer.concat([prefix, sha256(prefix, header), sha256(payload), header, payload])

/**
 * Takes an entry apart, of this format version or of an older one. No byte is trusted: the checksums are verified, and
 * what they cover is read afterwards.
 *
 * @since 0.1.0
 * @category decoding
 */
export const disassemble = (bytes: Uint8Array): Either.Either<EntryParts, EntryError> =>
  Either.flatMap(startOf(bytes), ({ buffer, headerLength, version }) => {
    if (version === 1) return disassemble1(buffer, headerLength)
    return Either.flatMap(head2(buffer, headerLength), (head) => {
      const payload = buffer.subarray(headerStart2 + headerLength)
      return sha256(payload).equals(buffer.subarray(headerStart1, headerStart2))
        ? Either.right({ ...head, isBound: version === formatVersion, payload })
        : damaged("the checksum of its payload does not match")
    })
  })

/**
 * The header of an entry, of its first bytes: `Damaged` too when those are not enough. In format version 1 only a whole
 * entry is.
 *
 * @since 0.1.0
 * @category decoding
 */
export const disassembleHeader = (bytes: Uint8Array): Either.Either<EntryHeader, EntryError> =>
  Either.flatMap(startOf(bytes), ({ buffer, headerLength, version }) =>
    version === 1
      ? Either.map(disassemble1(buffer, headerLength), ({ header }): EntryHeader => header)
      : Either.map(head2(buffer, headerLength), ({ header }): EntryHeader => header))

/**
 * How many of an entry's first bytes its header takes, if these do not suffice; infinity where it takes the whole entry.
 *
 * @since 0.1.0
 * @category decoding
 */
export const headerNeeds = (bytes: Uint8Array): number | undefined => {
  const start = startOf(bytes)
  if (Either.isLeft(start)) return undefined
  const { headerLength, version } = start.right
  const needed = version === 1 ? Number.POSITIVE_INFINITY : headerStart2 + headerLength
  return needed > bytes.length ? needed : undefined
}

const startOf = (bytes: Uint8Array) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < prefixLength || !buffer.subarray(0, magic.length).equals(magic)) {
    return fail("NotAnEntry", "it does not begin like an entry")
  }
  const version = buffer.readUInt8(4)
  return version >= 1 && version <= formatVersion
    ? Either.right({ buffer, version, headerLength: buffer.readUInt32BE(5) })
    : fail("UnknownVersion", `its format version is ${version}, but this library reads 1 to ${formatVersion}`)
}

const head2 = (buffer: Buffer, headerLength: number) => {
  if (headerStart2 + headerLength > buffer.length) return cutOff
  const prefix = buffer.subarray(0, prefixLength)
  const header = buffer.subarray(headerStart2, headerStart2 + headerLength)
  if (!sha256(prefix, header).equals(buffer.subarray(prefixLength, headerStart1))) {
    return damaged("the checksum of its header does not match")
  }
  return Either.map(readHeader(decodeHeader2, header), (header2) => ({
    header: withExpiry(header2),
    authenticated: Buffer.concat([prefix, header])
  }))
}

const disassemble1 = (buffer: Buffer, headerLength: number): Either.Either<EntryParts, EntryError> => {
  const payloadStart = headerStart1 + headerLength
  if (payloadStart > buffer.length) return cutOff
  if (!sha256(buffer.subarray(headerStart1)).equals(buffer.subarray(prefixLength, headerStart1))) {
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
    authenticated: new Uint8Array(0),
    payload
  }))
}

const readHeader = <H>(decode: (text: unknown) => Either.Either<H, ParseError>, header: Buffer) =>
  Either.mapLeft(
    decode(header.toString("utf8")),
    ({ issue }) => new EntryError({ reason: "Damaged", detail: `its header is not readable: ${schemaFault(issue)}` })
  )

const withExpiry = <H extends { readonly expires: number | null }>(header: H) => ({
  ...header,
  expires: header.expires ?? Number.POSITIVE_INFINITY
})

const sha256 = (...parts: ReadonlyArray<Uint8Array>): Buffer => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const fail = (reason: EntryError["reason"], detail: string) => Either.left(new EntryError({ reason, detail }))
const damaged = (detail: string) => fail("Damaged", detail)
const cutOff = damaged("it is cut off")
