/**
 * How a value is shown in messages.
 */

// What it is followed by tells that it was cut.
const longest = 160

/**
 * A value in a message, 200 characters at the most: primitives by their text, errors by name and message, other objects by
 * what they are. What is long is not even looked at as a whole, and nothing of the value's own is run but an error's
 * message.
 */
export const showValue = (value: unknown): string => {
  switch (typeof value) {
    case "string":
      return cut(JSON.stringify(value.slice(0, longest)), value.length > longest)
    case "bigint":
      return BigInt.asIntN(64, value) === value ? `${value}n` : "a long bigint"
    case "object":
      if (value === null) return "null"
      return value instanceof Error ? errorText(value) : Array.isArray(value) ? "an array" : "an object"
    case "function":
      return "a function"
    case "symbol":
      return "a symbol"
    default:
      return String(value)
  }
}

const cut = (text: string, isCut: boolean): string =>
  isCut || text.length > longest ? `${text.slice(0, longest)}...` : text

// Not every error has a text: one may throw when it is asked.
const errorText = (error: Error): string => {
  try {
    return cut(`${error.name}: ${error.message}`, false)
  } catch {
    return "an error"
  }
}
