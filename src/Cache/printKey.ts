/**
 * How a key is shown to people.
 *
 * @since 0.1.0
 */
import * as Inspectable from "effect/Inspectable"

const longest = 200

/**
 * A key as it appears in messages: strings in quotes, objects as they print themselves (`toString` where they define
 * one, else JSON, with Effect's redaction), cut at 200 characters. An object decides by its `toString` what it shows;
 * keys that hold secrets must not be keys.
 *
 * @since 0.1.0
 * @category formatting
 */
export const printKey = (key: unknown): string => {
  const printed = print(key)
  return printed.length > longest ? `${printed.slice(0, longest - 3)}...` : printed
}

const print = (key: unknown): string => {
  if (typeof key === "string") return JSON.stringify(key)
  try {
    if (typeof key !== "object" || key === null) return String(key)
    // An object without a prototype has no `toString`, and others may return something else than a string.
    return typeof key.toString === "function" && key.toString !== Object.prototype.toString && !Array.isArray(key)
      ? `${key.toString()}`
      : Inspectable.toStringUnknown(key, 0)
  } catch {
    return "(something that cannot be printed)"
  }
}
