/**
 * What a value is, without showing what is in it.
 */

/**
 * What a value is, for messages: numbers, booleans, `null` and `undefined` as they are, of anything else the type only,
 * because a secret may be in it.
 */
export const describeType = (value: unknown): string => {
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number") {
    return String(value)
  }
  if (Array.isArray(value)) return "an array"
  return typeof value === "object" ? "an object" : `a ${typeof value}`
}
