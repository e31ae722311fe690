/**
 * How much memory a value takes that has no bytes.
 *
 * @since 0.1.0
 */

/** More parts than this are not looked at. */
const mostParts = 10_000

/**
 * About how many bytes a value takes: for one that could not be encoded, so that the limit of bytes in memory holds.
 * `Infinity` for one of more than 10,000 parts, and for one that throws at a look.
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
      if (parts + left.length > mostParts) return Number.POSITIVE_INFINITY
      const part = left.pop()
      bytes += 8
      if (typeof part === "string") bytes += 2 * part.length
      if (typeof part !== "object" || part === null || seen.has(part)) continue
      seen.add(part)
      if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) {
        bytes += part.byteLength
        continue
      }
      if (part instanceof Map) { for (const [key, held] of part) left.push(key, held) }
      else if (part instanceof Set) left.push(...part)
      for (const [name, held] of Object.entries(part)) {
        bytes += 2 * name.length
        left.push(held)
      }
    }
    return bytes
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
