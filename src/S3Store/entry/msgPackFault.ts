/**
 * Checking MessagePack before it is read.
 */
import { Buffer } from "node:buffer"

/**
 * What is wrong with bytes that should be one value in MessagePack, as a sentence; `undefined` when nothing is. They are
 * walked once, without recursion and without allocating: every length must be covered by bytes that are there, and of
 * the extensions only timestamps (-1) and `undefined` (0, of one byte) are known.
 */
export const msgPackFault = (bytes: Uint8Array): string | undefined => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  // Every value has at least one byte, so more values than bytes are left cannot come.
  for (let values = 1; values > 0; values--) {
    if (values > buffer.length - at) return "it is cut off"
    const tag = buffer.readUInt8(at)
    const shape = shapeOf(tag)
    if (shape === undefined) return `the byte ${tag} at ${at} begins no value`
    const start = at + 1 + shape.lengthBytes
    if (start > buffer.length) return "it is cut off"
    const length = shape.lengthBytes === 0 ? shape.fixed : buffer.readUIntBE(at + 1, shape.lengthBytes)
    at = start
    switch (shape.kind) {
      case "values":
        values += length * shape.each
        break
      case "extension": {
        if (start >= buffer.length) return "it is cut off"
        const type = buffer.readInt8(start)
        const isKnown = type === -1 ? length === 4 || length === 8 || length === 12 : type === 0 && length === 1
        if (!isKnown) return `the extension ${type} of ${length} bytes is not one that is read`
        at += 1 + length
        break
      }
      case "bytes":
        at += length
        break
    }
    if (at > buffer.length) return "it is cut off"
  }
  return at === buffer.length ? undefined : "there are bytes after its end"
}

interface Shape {
  readonly kind: "bytes" | "values" | "extension"
  /** How many bytes say how long it is. */
  readonly lengthBytes: number
  /** How long it is, when no bytes say it. */
  readonly fixed: number
  /** Of `values`: how many of them one element has. */
  readonly each: number
}

const bytes = (fixed: number): Shape => ({ kind: "bytes", lengthBytes: 0, fixed, each: 1 })
const sized = (kind: Shape["kind"], lengthBytes: number, each = 1): Shape => ({ kind, lengthBytes, fixed: 0, each })
const fixed = (kind: Shape["kind"], fixed: number, each = 1): Shape => ({ kind, lengthBytes: 0, fixed, each })

/** What the first byte of a value says, by the table of the specification. */
const shapeOf = (tag: number): Shape | undefined => {
  if (tag <= 0x7f || tag >= 0xe0) return bytes(0)
  if (tag <= 0x8f) return fixed("values", tag & 0x0f, 2)
  if (tag <= 0x9f) return fixed("values", tag & 0x0f)
  if (tag <= 0xbf) return bytes(tag & 0x1f)
  return shapes[tag - 0xc0]
}

const shapes: ReadonlyArray<Shape | undefined> = [
  bytes(0), // nil
  undefined, // never used
  bytes(0), // false
  bytes(0), // true
  sized("bytes", 1), // bin 8, 16, 32
  sized("bytes", 2),
  sized("bytes", 4),
  sized("extension", 1), // ext 8, 16, 32
  sized("extension", 2),
  sized("extension", 4),
  bytes(4), // float 32, 64
  bytes(8),
  bytes(1), // uint 8, 16, 32, 64
  bytes(2),
  bytes(4),
  bytes(8),
  bytes(1), // int 8, 16, 32, 64
  bytes(2),
  bytes(4),
  bytes(8),
  fixed("extension", 1), // fixext 1, 2, 4, 8, 16
  fixed("extension", 2),
  fixed("extension", 4),
  fixed("extension", 8),
  fixed("extension", 16),
  sized("bytes", 1), // str 8, 16, 32
  sized("bytes", 2),
  sized("bytes", 4),
  sized("values", 2), // array 16, 32
  sized("values", 4),
  sized("values", 2, 2), // map 16, 32
  sized("values", 4, 2)
]
