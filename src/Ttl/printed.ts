/**
 * How anything at all is shown to people.
 *
 * @since 0.1.0
 */
import { printKey } from "../Cache/printKey.js"

/**
 * A value as `printKey` prints it, or as the given function does, and words in its place when that throws: values may
 * print themselves, and what is thrown need not be an error.
 *
 * @since 0.1.0
 * @category formatting
 */
export const printed = (value: unknown, print: (value: unknown) => string = printKey): string => {
  try {
    // A `toString` may return something else than a string.
    return `${print(value)}`
  } catch {
    return "(something that cannot be printed)"
  }
}
