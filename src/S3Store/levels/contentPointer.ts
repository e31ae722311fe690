/**
 * What the small store holds in place of a large content: where that is in the large store.
 */
import * as Predicate from "effect/Predicate"
import { Buffer } from "node:buffer"
import { crc32 } from "../entry/crc32.js"
import { headerNeeds } from "../entry/entryFrame.js"
import { isObjectName } from "../objects/objectName.js"

/** Where a content is. */
export interface ContentPointer {
  /** Tells this content from every other one of its name. */
  readonly generation: string
  /** How long the content is, in bytes. */
  readonly size: number
  /** Its first bytes: the header, where it is an entry whose header is not too long. */
  readonly head: Uint8Array
}

/** The folder of the contents in the large store. */
export const contentFolder = ".large/"

/** The name of a content in the large store. */
export const contentNameOf = (name: string, generation: string): string => `${contentFolder}${name}.${generation}`

/** The name of the object that a content belongs to, and its generation; nothing for another object. */
export const ownerOfContent = (
  contentName: string
): { readonly name: string; readonly generation: string } | undefined => {
  const [, name, generation] = contentNames.exec(contentName) ?? []
  return name === undefined || generation === undefined ? undefined : { name, generation }
}

/** Whether the contents of an object can have names of their own: its name is not too long. */
export const mayPoint = (name: string): boolean => isObjectName(contentNameOf(name, "0".repeat(generationLength)))

/** How many hexadecimal digits a generation has. */
export const generationLength = 24

/**
 * Whether an object may be a pointer, by its length alone: so a list tells what has to be looked at. In DynamoDB a pointer
 * is mostly paid for as 1 KB, with its names.
 */
export const isPointerLength = (length: number): boolean => length % lengthStep === leastLength

const leastLength = 768
const lengthStep = 1024

/** The longest pointer. */
export const longestPointer = leastLength + 15 * lengthStep

const magic = Buffer.from("EAWP", "latin1")
// The checksum of all before it, the length of what is said, and the magic.
const endLength = 12

/**
 * The bytes of a pointer. The header of an entry is where it is in the content: so whoever looks for entries that are over
 * finds them, and DynamoDB removes them.
 */
export const encodePointer = (content: Uint8Array, generation: string): Uint8Array => {
  const said = Buffer.from(JSON.stringify({ generation, size: content.length }))
  const rest = said.length + endLength
  const needed = headerNeeds(content.subarray(0, shortestStart)) ?? 0
  const head = content.subarray(0, needed <= Math.min(content.length, longestPointer - rest) ? needed : 0)
  const steps = Math.max(0, Math.ceil((head.length + rest - leastLength) / lengthStep))
  const bytes = Buffer.alloc(leastLength + steps * lengthStep)
  bytes.set(head)
  const end = bytes.length - endLength
  const start = end - said.length - 4
  bytes.writeUInt32BE(head.length, start)
  bytes.set(said, start + 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, end)), end)
  bytes.writeUInt32BE(said.length + 4, end + 4)
  bytes.set(magic, end + 8)
  return bytes
}

/** The pointer that bytes are; nothing for what is damaged, or none. */
export const decodePointer = (body: Uint8Array): ContentPointer | undefined => {
  if (!isPointerLength(body.length)) return undefined
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const end = bytes.length - endLength
  if (!bytes.subarray(end + 8).equals(magic)) return undefined
  const start = end - bytes.readUInt32BE(end + 4)
  if (start < 0 || start > end - 4 || crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return undefined
  const headLength = bytes.readUInt32BE(start)
  const said = parsed(bytes.toString("utf8", start + 4, end))
  if (headLength > start || !Predicate.isRecord(said)) return undefined
  const { generation, size } = said
  return typeof generation === "string" && generations.test(generation) && typeof size === "number"
    ? { generation, size, head: body.slice(0, headLength) }
    : undefined
}

// Magic, version, and the length of the header of an entry.
const shortestStart = 9

const generations = /^[0-9a-f]{24}$/

const contentNames = /^\.large\/(.+)\.([0-9a-f]{24})$/

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
