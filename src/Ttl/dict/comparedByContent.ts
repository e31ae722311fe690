/**
 * Objects that Effect finds by identity only, compared by what is in them.
 */
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import { partsHash } from "../../Cache/keys/structuralHash.js"

// By the prototype that objects had before. Each is of one kind, and so has one way to tell its content.
const prototypes = new WeakMap<object, object>()
const comparingOnes = new WeakSet<object>()

/** Whether an object is one of those already. */
export const isComparedByContent = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === "object" && prototype !== null && comparingOnes.has(prototype)
}

/**
 * Lets an object be compared by its content, part by part and in order, with others of the same class: `NaN` is the same as
 * `NaN`. It stays an instance of its class.
 *
 * @param copy nobody else's
 * @param prototype of its class
 */
export const comparedByContent = <T extends object>(
  copy: T,
  prototype: object,
  contentOf: (value: T) => ArrayLike<unknown>
): T => {
  let comparing = prototypes.get(prototype)
  if (comparing === undefined) {
    const made: object = Object.create(prototype, {
      [Equal.symbol]: {
        value(this: T, other: T): boolean {
          return Object.getPrototypeOf(other) === made && areEqual(contentOf(this), contentOf(other))
        }
      },
      [Hash.symbol]: {
        value(this: T): number {
          return partsHash(contentOf(this))
        }
      }
    }) as object
    prototypes.set(prototype, made)
    comparingOnes.add(made)
    comparing = made
  }
  Object.setPrototypeOf(copy, comparing)
  return copy
}

const areEqual = (one: ArrayLike<unknown>, other: ArrayLike<unknown>): boolean => {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) {
    if (!Object.is(one[at], other[at]) && !Equal.equals(one[at], other[at])) return false
  }
  return true
}
