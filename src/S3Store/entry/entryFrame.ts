/**
 * Entries as bytes: the frame around header and payload.
 */
import * as Either from "effect/Either"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { schemaFault } from "../common/schemaFault.js"
import { EntryError } from "./EntryError.js"
import {
  type EntryHead,
  type EntryHeader,
  HeaderVersion1,
  HeaderVersion2,
  HeaderVersion4,
  type PayloadHeader
} from "./EntryHeader.js"

/**
 * The newest format version this library reads and writes: that of entries whose key is too long for the header. All
 * others are written in version 3 or, where they are not encrypted, in version 2, so that older versions of the library
 * read them, too.
 */
const formatVersion = 4

const plainVersion = 2
const encryptedVersion = 3

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
const decodeHeader4 = Schema.decodeUnknownEither(Schema.parseJson(HeaderVersion4))

/**
 * What stands before the payload. An entry is `prefix`, the SHA-256 of prefix and header, the SHA-256 of what follows the
 * header, `header`, `key`, payload.
 */
export const headOf = (
  entry: EntryHeader & PayloadHeader
): EntryStart => {
  const short = headerOf(entry, { key: entry.key })
  if (short.length <= longestHeader) {
    return {
      prefix: prefixOf(entry.encryption === null ? plainVersion : encryptedVersion, short),
      header: short,
      key: new Uint8Array(0)
    }
  }
  const key = Buffer.from(entry.key)
  const header = headerOf(entry, { key: sha256(key).toString("hex"), keyLength: key.length })
  return { prefix: prefixOf(formatVersion, header), header, key }
}

const headerOf = (
  { codec, compression, created, encryption, expires, keyspace, outcome, size, tags, version, writeId }:
    & EntryHeader
    & PayloadHeader,
  key: { readonly key: string; readonly keyLength?: number }
): Buffer =>
  Buffer.from(JSON.stringify({
    keyspace,
    version,
    ...key,
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

const prefixOf = (version: number, header: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(prefixLength)
  magic.copy(prefix)
  prefix.writeUInt8(version, 4)
  prefix.writeUInt32BE(header.length, 5)
  return prefix
}

/** An entry of a head and a payload as it is to be stored. */
export const assemble = (
  { header, key, prefix }: EntryStart,
  payload: Uint8Array
): Uint8Array => Buffer.concat([prefix, sha256(prefix, header), sha256(key, payload), header, key, payload])

/**
 * Takes an entry apart, of this format version or of an older one. No byte is trusted: the checksums are verified, and
 * what they cover is read afterwards.
 */
export const disassemble = (bytes: Uint8Array): Either.Either<EntryParts, EntryError> =>
  Either.flatMap(startOf(bytes), ({ buffer, headerLength, version }) => {
    if (version === 1) return disassemble1(buffer, headerLength)
    return Either.flatMap(head2(buffer, headerLength, version), ({ authenticated, header, keyLength }) => {
      const rest = buffer.subarray(headerStart2 + headerLength)
      if (!sha256(rest).equals(buffer.subarray(headerStart1, headerStart2))) {
        return damaged("the checksum of its payload does not match")
      }
      const parts = { authenticated, isBound: version >= encryptedVersion, payload: rest.subarray(keyLength) }
      return keyLength === 0
        ? Either.right({ ...parts, header })
        : Either.map(longKey(rest, header.key, keyLength), (key) => ({ ...parts, header: { ...header, key } }))
    })
  })

/**
 * The header of an entry, of its first bytes: `Damaged` too when those are not enough. In format version 1 only a whole
 * entry is. A long key is known only if the bytes hold it.
 */
export const disassembleHeader = (bytes: Uint8Array): Either.Either<EntryHead, EntryError> =>
  Either.flatMap(startOf(bytes), ({ buffer, headerLength, version }) =>
    version === 1
      ? Either.map(disassemble1(buffer, headerLength), ({ header }): EntryHead => header)
      : Either.flatMap(
        head2(buffer, headerLength, version),
        ({ header, keyLength }): Either.Either<EntryHead, EntryError> => {
          if (keyLength === 0) return Either.right(header)
          const rest = buffer.subarray(headerStart2 + headerLength)
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
  const end = headerStart2 + headerLength
  if (end > bytes.length) return end
  const head = head2(buffer, headerLength, version)
  const needed = Either.isRight(head) ? end + head.right.keyLength : end
  return needed > bytes.length ? needed : undefined
}

const startOf = (bytes: Uint8Array) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < prefixLength || !buffer.subarray(0, magic.length).equals(magic)) {
    return fail("NotAnEntry", "it does not begin like an entry")
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

/** The header of version 2 or later; where the key is long, with its SHA-256 in place of it, and its length. */
const head2 = (buffer: Buffer, headerLength: number, version: number) => {
  if (headerStart2 + headerLength > buffer.length) return cutOff
  const prefix = buffer.subarray(0, prefixLength)
  const header = buffer.subarray(headerStart2, headerStart2 + headerLength)
  if (!sha256(prefix, header).equals(buffer.subarray(prefixLength, headerStart1))) {
    return damaged("the checksum of its header does not match")
  }
  const authenticated = Buffer.concat([prefix, header])
  return version === formatVersion
    ? Either.map(readHeader(decodeHeader4, header), ({ keyLength, ...header4 }) => ({
      header: withExpiry(header4),
      keyLength,
      authenticated
    }))
    : Either.map(readHeader(decodeHeader2, header), (header2) => ({
      header: withExpiry(header2),
      keyLength: 0,
      authenticated
    }))
}

/** The key at the start of what follows the header. */
const longKey = (rest: Buffer, digest: string, length: number): Either.Either<string, EntryError> => {
  if (rest.length < length) return cutOff
  const key = rest.subarray(0, length)
  return sha256(key).toString("hex") === digest
    ? Either.right(key.toString("utf8"))
    : damaged("the checksum of its key does not match")
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
