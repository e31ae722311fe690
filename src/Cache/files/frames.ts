/**
 * The bytes of a file of frames.
 *
 * It is one line of text with the mark of its kind and the version of the format, then frames: the number of bytes of a frame
 * (32 bits, little-endian), and its content. A frame of no bytes ends them, and the SHA-256 of everything before it ends the
 * file.
 */
import { Buffer } from "node:buffer"

/** What kind of file it is. */
export interface FileKind {
  /** What its first line begins with. */
  readonly mark: string
  /** The version of the format that this library writes, and the only one it reads. */
  readonly version: number
  /** What it is, for messages. */
  readonly what: string
}

/** The bytes of a checksum. */
export const checksumLength = 32

/** The bytes of a frame's own length. */
export const frameHeadLength = 4

/** The most bytes of a frame. What is larger is not written, and not read. */
export const mostInFrame = 512 * 1024 * 1024

/** The first line of a file. */
export const firstLineOf = ({ mark, version }: FileKind): Uint8Array => Buffer.from(`${mark}${version}\n`)

/** The version that the first bytes of a file tell of; `undefined` when it is of another kind. */
export const versionOf = ({ mark }: FileKind, start: Uint8Array): number | undefined => {
  const text = Buffer.from(start).toString("latin1")
  const version = text.startsWith(mark) ? /^(\d{1,9})\n/.exec(text.slice(mark.length)) : null
  return version === null ? undefined : Number(version[1])
}

/** A frame of such content. Throws for what is too large. */
export const frame = (content: Uint8Array): Uint8Array => {
  if (content.byteLength > mostInFrame) throw new RangeError(`a frame has ${mostInFrame} bytes at the most`)
  return Buffer.concat([frameHead(content.byteLength), content])
}

/** What stands before the content of a frame of so many bytes. */
export const frameHead = (length: number): Uint8Array => {
  const head = Buffer.alloc(frameHeadLength)
  head.writeUInt32LE(length)
  return head
}

/** The bytes of a frame's content that its head announces. */
export const frameLength = (head: Uint8Array): number => Buffer.from(head).readUInt32LE(0)
