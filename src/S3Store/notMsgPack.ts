/**
 * What MessagePack would lose.
 *
 * @since 0.1.0
 */

/**
 * What MessagePack cannot represent in a value, as a sentence; `undefined` when it can represent all of it: null,
 * undefined, booleans, numbers, strings, bigints of 64 bits, valid dates, bytes, and arrays and plain objects of them.
 *
 * @since 0.1.0
 * @category predicates
 */
export const notMsgPack = (value: unknown): string | undefined => find(value, "$", [])

const find = (value: unknown, path: string, within: ReadonlyArray<object>): string | undefined => {
  const not = (found: string) => `${path} is ${found}, which MessagePack cannot represent`
  switch (typeof value) {
    case "string":
      return /\p{Surrogate}/u.test(value) ? not("a string with a lone surrogate") : undefined
    case "bigint":
      return BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value
        ? undefined
        : not("a bigint of more than 64 bits")
    case "function":
    case "symbol":
      return not(`a ${typeof value}`)
    case "object":
      if (value === null || value instanceof Uint8Array) return undefined
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? not("an invalid date") : undefined
      if (within.includes(value)) return not("a reference to what contains it")
      if (!Array.isArray(value) && !isPlain(value)) {
        return not(`an instance of ${value.constructor?.name ?? "an unnamed class"}`)
      }
      return findIn(value, path, [...within, value])
    default:
      return undefined
  }
}

const findIn = (container: object, path: string, within: ReadonlyArray<object>): string | undefined => {
  const isArray = Array.isArray(container)
  for (const [name, value] of Object.entries(container)) {
    // The reader renames this one, so that nobody's prototype is changed.
    if (name === "__proto__") return `${path} has a field named __proto__, which MessagePack cannot represent`
    const found = (isArray ? undefined : find(name, `a name of a field of ${path}`, within)) ??
      find(value, isArray ? `${path}[${name}]` : `${path}.${name}`, within)
    if (found !== undefined) return found
  }
  return undefined
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}
