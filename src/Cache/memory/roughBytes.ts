/**
 * How much memory a value takes at most, roughly.
 */
import { types } from "node:util"

/** More parts than this are not looked at. */
const mostParts = 10_000

/** What is heavier than any limit. */
const tooMuch = Number.MAX_SAFE_INTEGER

/** What is shared between small buffers is counted for none of them. */
const mostShared = 65_536

/**
 * About how many bytes a value takes, rather too many than too few: for what has no bytes of its own and no weigher, so
 * that a limit holds for it. More than any limit for a value of more than 10,000 parts, and for one that throws at a look.
 * What no look at a value shows is not counted: what a function closes over, and private fields. No getter is run.
 */
export const roughBytes = (value: unknown): number => {
  const seen = new Set<object>()
  const left: Array<unknown> = [value]
  let bytes = 0
  try {
    for (let parts = 0; left.length > 0; parts++) {
      if (parts + left.length > mostParts) return tooMuch
      const part = left.pop()
      bytes += 16
      if (typeof part === "string") bytes += 16 + 2 * part.length
      else if (typeof part === "symbol") left.push(part.description)
      else if (typeof part === "bigint" && BigInt.asIntN(64, part) !== part) bytes += part.toString(32).length
      if ((typeof part !== "object" && typeof part !== "function") || part === null || seen.has(part)) continue
      seen.add(part)
      bytes += 64
      if (types.isProxy(part)) continue
      if (ArrayBuffer.isView(part)) {
        bytes += part.byteLength
        if (part.buffer.byteLength > mostShared) left.push(part.buffer)
        continue
      }
      if (types.isAnyArrayBuffer(part)) {
        bytes += part.byteLength
        continue
      }
      if (!hasFew(part, mostParts - left.length)) return tooMuch
      left.push(...insidesOf(part))
      // Its characters are no parts.
      if (types.isStringObject(part)) continue
      const names = Reflect.ownKeys(part)
      if (parts + names.length > mostParts) return tooMuch
      for (const name of names) {
        // Reading the stack of an error formats it; it is among the insides.
        if (name === "stack" && types.isNativeError(part)) continue
        const property = Reflect.getOwnPropertyDescriptor(part, name)
        bytes += 24 + (typeof name === "string" ? 2 * name.length : 0)
        left.push(property?.value)
      }
    }
    return bytes
  } catch {
    return tooMuch
  }
}

// Before their parts are put together, which takes memory.
const hasFew = (value: object, most: number): boolean => {
  if (types.isMap(value)) return 2 * value.size <= most
  if (types.isSet(value)) return value.size <= most
  if (Array.isArray(value)) return value.length <= most
  return true
}

/** What an object holds apart from its properties. */
const insidesOf = (value: object): ReadonlyArray<unknown> => {
  if (types.isMap(value)) return [...value.keys(), ...value.values()]
  if (types.isSet(value)) return [...value]
  if (types.isNativeError(value)) return [value.stack]
  if (types.isRegExp(value)) return [value.source]
  if (types.isStringObject(value)) return [String.prototype.valueOf.call(value)]
  if (value instanceof URL) return [value.href, value.href]
  return none
}

const none: ReadonlyArray<unknown> = []

/** What a remembered failure takes besides its key and its error, in bytes. */
const failureOverhead = 400

/** The weight of a remembered failure where nobody tells it: about its bytes. */
export const weighRoughly = (key: unknown, error: unknown): number =>
  Math.min(failureOverhead + roughBytes(key) + roughBytes(error), Number.MAX_SAFE_INTEGER)
