/**
 * What JSON can represent.
 */
import { describeInstance, type ValuePlace } from "./unrepresentable.js"

/**
 * What a value is that JSON cannot represent, in words; `undefined` for one that it can. It does not look into arrays and
 * plain objects, which JSON can represent as such.
 */
export const jsonFault = (value: unknown, place: ValuePlace): string | undefined => {
  switch (typeof value) {
    case "string":
      return /\p{Surrogate}/u.test(value) ? "a string with a lone surrogate" : undefined
    case "number":
      return Number.isFinite(value) ? undefined : String(value)
    case "undefined":
      return place === "field" ? undefined : "undefined"
    case "boolean":
      return undefined
    case "object":
      return value === null ? undefined : describeInstance(value)
    default:
      return `a ${typeof value}`
  }
}
