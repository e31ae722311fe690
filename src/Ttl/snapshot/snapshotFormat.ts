/**
 * The bytes of a snapshot.
 *
 * A snapshot is one line of text with the version of the format, then frames: the number of bytes of a frame (32 bits,
 * little-endian), and its content in V8's structured clone format. The first frame is the header, the others hold
 * entries, the least recently used first, each an entry of its own, so that one that cannot be read costs nothing else. A
 * frame of no bytes ends them, and the SHA-256 of everything before it ends the file.
 */
import * as Schema from "effect/Schema"
import { Buffer } from "node:buffer"
import { deserialize, serialize } from "node:v8"
import { NonNegative } from "../../effect/schemas.js"

/** The version of the format that this library writes, and the only one it reads. */
export const formatVersion = 1

/** The bytes of a checksum. */
export const checksumLength = 32

/** The bytes of a frame's own length. */
export const frameHeadLength = 4

/** The most bytes of a frame. What is larger is not written, and not read. */
export const mostInFrame = 512 * 1024 * 1024

/**
 * How deep objects may be nested in an entry that is written: V8 reads by recursion, and needs half of a stack of the usual
 * size for so many.
 */
export const mostDeep = 1000

const mark = "effect-aws-cache/ttl-dict "

/** The first line of a snapshot. */
export const firstLine: Uint8Array = Buffer.from(`${mark}${formatVersion}\n`)

/** The version that the first bytes of a file tell of; `undefined` when it is no snapshot. */
export const versionOf = (start: Uint8Array): number | undefined => {
  const text = Buffer.from(start).toString("latin1")
  const version = text.startsWith(mark) ? /^(\d{1,9})\n/.exec(text.slice(mark.length)) : null
  return version === null ? undefined : Number(version[1])
}

/** What a snapshot says of its dictionary. */
export const Header = Schema.Struct({
  /** The name of the dictionary. */
  name: Schema.String,
  /** When it was taken, in milliseconds since the epoch. */
  takenAt: Schema.Number,
  /** The limits of the dictionary then; `Infinity` for none. */
  limits: Schema.Struct({
    /** Milliseconds. */
    timeToLive: NonNegative,
    maxBytes: NonNegative,
    maxSize: NonNegative
  })
})

/** What a snapshot says of its dictionary. */
export type Header = typeof Header.Type

/**
 * Entries as they are in a frame: keys and values as their schemas encode them, and the moments of expiry in
 * milliseconds since the epoch, `Infinity` for never.
 */
export const Entries = Schema.Array(Schema.Tuple(Schema.Unknown, Schema.Unknown, Schema.Number))

/** An entry as it is in a frame. */
export type EncodedEntry = (typeof Entries.Type)[number]

/** The bytes of a frame. Throws for what cannot be cloned, or is too large. */
export const frame = (content: Header | ReadonlyArray<EncodedEntry>): Uint8Array => {
  const bytes = serialize(content)
  if (bytes.byteLength > mostInFrame) throw new RangeError(`a frame has ${mostInFrame} bytes at the most`)
  return Buffer.concat([frameHead(bytes.byteLength), bytes])
}

/** What stands before the content of a frame of so many bytes. */
export const frameHead = (length: number): Uint8Array => {
  const head = Buffer.alloc(frameHeadLength)
  head.writeUInt32LE(length)
  return head
}

/** The bytes of a frame's content that its head announces. */
export const frameLength = (head: Uint8Array): number => Buffer.from(head).readUInt32LE(0)

/** The content of a frame. Throws when it is none. It is data, and nothing in it is run. */
export const contentOf = (bytes: Uint8Array): unknown => deserialize(bytes)
