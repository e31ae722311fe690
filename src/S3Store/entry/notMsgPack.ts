/**
 * What MessagePack would lose.
 */
import { describeInstance, unrepresentable, type ValuePlace } from "./unrepresentable.js"

/**
 * What MessagePack cannot represent in a value, as a sentence; `undefined` when it can represent all of it: null,
 * undefined, booleans, numbers, strings, bigints of 64 bits, valid dates, bytes, and arrays and plain objects of them.
 */
export const notMsgPack = (value: unknown): string | undefined => {
  const found = unrepresentable(value, judge)
  return found === undefined ? undefined : `${found}, which MessagePack cannot represent`
}

const judge = (value: unknown, place: ValuePlace): string | undefined => {
  switch (typeof value) {
    case "string":
      // The reader renames fields of this name, so that nobody's prototype is changed.
      if (place === "name" && value === "__proto__") return "a field of this name"
      return /\p{Surrogate}/u.test(value) ? "a string with a lone surrogate" : undefined
    case "bigint":
      return BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value
        ? undefined
        : "a bigint of more than 64 bits"
    case "function":
    case "symbol":
      return `a ${typeof value}`
    case "object":
      if (value === null || value instanceof Uint8Array) return undefined
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : undefined
      return describeInstance(value)
    default:
      return undefined
  }
}
