/**
 * The bytes of a snapshot.
 *
 * A snapshot is a file of frames (see `Cache/files/frames.ts`) whose contents are in V8's structured clone format. The first
 * is the header, the others hold entries, the least recently used first, each an entry of its own, so that one that cannot be
 * read costs nothing else.
 */
import * as Schema from "effect/Schema"
import { deserialize, serialize } from "node:v8"
import { type FileKind, frame as frameOf } from "../../Cache/files/frames.js"
import { NonNegative } from "../../effect/schemas.js"

/** What kind of file it is. */
export const kind: FileKind = { mark: "effect-aws-cache/ttl-dict ", version: 1, what: "snapshot of a dictionary" }

/**
 * How deep objects may be nested in an entry that is written: V8 reads by recursion, and needs half of a stack of the usual
 * size for so many.
 */
export const mostDeep = 1000

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
export const frame = (content: Header | ReadonlyArray<EncodedEntry>): Uint8Array => frameOf(serialize(content))

/** The content of a frame. Throws when it is none. It is data, and nothing in it is run. */
export const contentOf = (bytes: Uint8Array): unknown => deserialize(bytes)
