/**
 * How an entry is written to the second level.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"

/**
 * An entry as it lies in the second level.
 *
 * @since 0.1.0
 * @category models
 */
export interface Entry {
  /** The name of the keyspace. */
  readonly keyspace: string
  /** The version of the keyspace. */
  readonly version: string
  /** The canonical key: compared when the entry is read. */
  readonly key: string
  /** When it was written, in milliseconds since the epoch. */
  readonly created: number
  /** When it expires, in milliseconds since the epoch; `Infinity` for never. */
  readonly expires: number
  /** Tells this write from every other. */
  readonly writeId: string
  /** How the payload encodes the value. */
  readonly codec: "json"
  /** The value. */
  readonly payload: Uint8Array
}

/**
 * The format version this library writes.
 *
 * @since 0.1.0
 * @category constants
 */
export const formatVersion = 1

const magic = Buffer.from("EAWC", "latin1")
const headerStart = 41

const Header = Schema.Struct({
  keyspace: Schema.String,
  version: Schema.String,
  key: Schema.String,
  created: Schema.Number,
  // JSON has no infinity: null is "never".
  expires: Schema.NullOr(Schema.Number),
  writeId: Schema.String,
  codec: Schema.Literal("json")
})

const decodeHeader = Schema.decodeUnknownEither(Schema.parseJson(Header))

/**
 * An entry as bytes. Format version 1, numbers big-endian:
 *
 * | offset | bytes | what |
 * | --- | --- | --- |
 * | 0 | 4 | `EAWC` in ASCII |
 * | 4 | 1 | format version, `1` |
 * | 5 | 4 | length of the header, `h` |
 * | 9 | 32 | SHA-256 of header and payload |
 * | 41 | h | header: JSON with `keyspace`, `version`, `key`, `created`, `expires` (`null`: never), `writeId`, `codec` |
 * | 41 + h | rest | payload: for codec `json`, the value as JSON in UTF-8; empty for `undefined` |
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (entry: Entry): Uint8Array => {
  const header = Buffer.from(JSON.stringify({
    keyspace: entry.keyspace,
    version: entry.version,
    key: entry.key,
    created: entry.created,
    expires: entry.expires === Number.POSITIVE_INFINITY ? null : entry.expires,
    writeId: entry.writeId,
    codec: entry.codec
  }))
  const start = Buffer.alloc(9)
  magic.copy(start)
  start.writeUInt8(formatVersion, 4)
  start.writeUInt32BE(header.length, 5)
  const checksum = createHash("sha256").update(header).update(entry.payload).digest()
  return Buffer.concat([start, checksum, header, entry.payload])
}

/**
 * The entry that bytes hold, or what is wrong with them. No byte of the input is trusted, and nothing in it is run.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (bytes: Uint8Array): Either.Either<Entry, string> => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < headerStart || !buffer.subarray(0, 4).equals(magic)) {
    return Either.left("it does not begin like an entry")
  }
  const version = buffer.readUInt8(4)
  if (version !== formatVersion) {
    return Either.left(`its format version is ${version}, but this library reads ${formatVersion}`)
  }
  const payloadStart = headerStart + buffer.readUInt32BE(5)
  if (payloadStart > buffer.length) return Either.left("it is cut off")
  const checksum = createHash("sha256").update(buffer.subarray(headerStart)).digest()
  if (!checksum.equals(buffer.subarray(9, headerStart))) return Either.left("its checksum does not match")
  return Either.mapBoth(decodeHeader(buffer.toString("utf8", headerStart, payloadStart)), {
    onLeft: (error) => `its header is not readable: ${error.message}`,
    onRight: (header) => ({
      ...header,
      expires: header.expires ?? Number.POSITIVE_INFINITY,
      payload: buffer.subarray(payloadStart)
    })
  })
}
