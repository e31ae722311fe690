/**
 * Hashes of keys that are compared by Effect's equality.
 */
import * as Either from "effect/Either"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import { hasElements, hasFields, isEither, isOption, isStructural } from "../../effect/structures.js"
import { keyHash, mixed, textHash } from "../engine/structures/keyHash.js"

/** With more parts than these, at whatever depth, it is left to Effect, which remembers it. */
const mostParts = 1000

// Of the hash that is being made.
let partsLeft = 0

/**
 * A 32-bit hash of an object that implements Effect's `Equal`; equal ones have equal hashes. Where objects are compared
 * field by field (`Data.struct`, `Data.Class`, `Data.tuple`, `Option`, `Either`, ...), every field is mixed in with a
 * secret of this process: Effect's own hash gives 160,000 pairs of small numbers 512 hashes, and anybody can foretell it.
 * Where they are compared by a function of their own, or have more than 1,000 parts, it is `Hash.hash` of it, which Effect
 * remembers.
 */
export const structuralHash = (key: object): number => {
  // Asked for within itself, it is of a key that hashes another by itself.
  const before = partsLeft
  partsLeft = mostParts
  try {
    const hash = nodeHash(key)
    // In whatever order its parts come: all are counted, or too many.
    return partsLeft < 0 ? Hash.hash(key) : hash
  } finally {
    partsLeft = before
  }
}

/** A 32-bit hash of parts in their order, each as it is within an object: equal ones have equal hashes. */
export const partsHash = (parts: ArrayLike<unknown>): number => {
  const before = partsLeft
  // The same wherever it is asked for.
  partsLeft = Number.POSITIVE_INFINITY
  try {
    return elementsHash(parts)
  } finally {
    partsLeft = before
  }
}

const nodeHash = (node: object): number => {
  if (hasFields(node)) return fieldsHash(node)
  if (hasElements(node)) return elementsHash(node)
  // Most are neither, which is told soonest so.
  if (isOption(node)) {
    return Option.isNone(node)
      ? 0x1d8af066
      : mixed(valueHash(node.value) + 1)
  }
  if (isEither(node)) {
    return Either.isLeft(node) ? mixed(valueHash(node.left) + 2) : mixed(valueHash(node.right) + 3)
  }
  return Hash.hash(node)
}

// In any order, so a sum.
const fieldsHash = (fields: Readonly<Record<string, unknown>>): number => {
  const names = Object.keys(fields)
  let hash = names.length
  for (let at = 0; at < names.length; at++) {
    if (partsLeft < 0) break
    const name = names[at] as string
    hash = (hash + mixed(Math.imul(textHash(name), 0x2c1b3c6d) ^ valueHash(fields[name]))) | 0
  }
  return hash
}

const elementsHash = (node: ArrayLike<unknown>): number => {
  let hash = ~node.length
  for (let at = 0; at < node.length; at++) {
    if (partsLeft < 0) break
    hash = mixed(hash + valueHash(node[at]))
  }
  return hash
}

const valueHash = (value: unknown): number => {
  partsLeft--
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return keyHash(value, undefined)
  if (isStructural(value)) return mixed(nodeHash(value))
  if (value instanceof Date) return keyHash(value.getTime(), undefined)
  return value instanceof URL ? keyHash(value.href, undefined) : keyHash(value, undefined)
}
