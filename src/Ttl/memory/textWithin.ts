/**
 * Text that objects hold elsewhere than in their properties.
 */
import { types } from "node:util"

/**
 * The text of a regular expression, of a string that is an object and of a URL; `undefined` for anything else. No override
 * in a subclass runs.
 */
export const textWithin = (value: object): unknown => {
  if (types.isRegExp(value)) return Reflect.get(RegExp.prototype, "source", value)
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value)
  return value instanceof URL ? textOfUrl(value) : undefined
}

// Throws for what only inherits from the prototype.
const textOfUrl = (value: URL): unknown => {
  try {
    return Reflect.get(URL.prototype, "href", value)
  } catch {
    return undefined
  }
}
