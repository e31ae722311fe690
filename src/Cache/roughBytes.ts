/**
 * How much memory a value takes at most, roughly.
 *
 * @since 0.1.0
 */
import { types } from "node:util"

/** More parts than this are not looked at. */
const mostParts = 10_000

/** What is heavier than any limit. */
const tooMuch = Number.MAX_SAFE_INTEGER

/**
 * About how many bytes a value takes, rather too many than too few: for what has no bytes of its own and no weigher, so
 * that a limit holds for it. More than any limit for a value of more than 10,000 parts, and for one that throws at a look.
 *
 * @since 0.1.0
 * @category accessors
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
      if (typeof part !== "object" || part === null || seen.has(part)) continue
      seen.add(part)
      bytes += 64
      if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) {
        bytes += part.byteLength
        continue
      }
      if (part instanceof Map) { for (const [key, held] of part) left.push(key, held) }
      else if (part instanceof Set) left.push(...part)
      // What an error says of itself is not enumerable.
      if (types.isNativeError(part)) left.push(part.message, part.stack, part.cause)
      for (const [name, held] of Object.entries(part)) {
        bytes += 24 + 2 * name.length
        left.push(held)
      }
    }
    return bytes
  } catch {
    return tooMuch
  }
}
