/**
 * Hashes of keys that are compared by Effect's equality.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import { keyHash, mixed, textHash } from "./engine/keyHash.js"

function comparing(node: object): unknown {
  return (node as { readonly [Equal.symbol]?: unknown })[Equal.symbol]
}

// How `Data.struct`, `Data.Class`, `Schema.Class` and so on compare: field by field.
const fieldwise = comparing(Data.struct({}))
// How `Data.array` and `Data.tuple` do.
const elementwise = comparing(Data.array([]))

const widest = 16
const deepest = 3

/**
 * A 32-bit hash of an object that implements Effect's `Equal`; equal ones have equal hashes. Where objects are compared
 * field by field (`Data.struct`, `Data.Class`, `Data.tuple`, `Option`, `Either`, ...), every field is mixed in with a
 * secret of this process: Effect's own hash gives 160,000 pairs of small numbers 512 hashes, and anybody can foretell it.
 * Where they are compared by a function of their own, or have more than 16 fields or 3 levels, it is `Hash.hash` of it,
 * which Effect remembers.
 *
 * @since 0.1.0
 * @category utils
 */
export const structuralHash = (key: object): number => nodeHash(key, 0)

const nodeHash = (node: object, depth: number): number => {
  const compare = comparing(node)
  if (compare === fieldwise) return fieldsHash(node, depth)
  if (compare === elementwise && Array.isArray(node)) return elementsHash(node, depth)
  if (depth < deepest) {
    if (Option.isOption(node)) return Option.isNone(node) ? 0x1d8af066 : mixed(valueHash(node.value, depth + 1) + 1)
    if (Either.isEither(node)) {
      return Either.isLeft(node)
        ? mixed(valueHash(node.left, depth + 1) + 2)
        : mixed(valueHash(node.right, depth + 1) + 3)
    }
  }
  return Hash.hash(node)
}

// In any order, so a sum.
const fieldsHash = (node: object, depth: number): number => {
  const fields = node as Readonly<Record<string, unknown>>
  const names = Object.keys(fields)
  if (names.length > widest || depth >= deepest) return Hash.hash(node)
  let hash = names.length
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string
    hash = (hash + mixed(Math.imul(textHash(name), 0x2c1b3c6d) ^ valueHash(fields[name], depth + 1))) | 0
  }
  return hash
}

const elementsHash = (node: ReadonlyArray<unknown>, depth: number): number => {
  if (node.length > widest || depth >= deepest) return Hash.hash(node)
  let hash = ~node.length
  for (let at = 0; at < node.length; at++) hash = mixed(hash + valueHash(node[at], depth + 1))
  return hash
}

const valueHash = (value: unknown, depth: number): number => {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return keyHash(value, undefined)
  if (Equal.symbol in value) return mixed(nodeHash(value, depth))
  if (value instanceof Date) return keyHash(value.getTime(), undefined)
  return value instanceof URL ? keyHash(value.href, undefined) : keyHash(value, undefined)
}
