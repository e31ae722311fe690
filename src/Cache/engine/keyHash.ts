/**
 * A hash of keys, for the policies that remember or count keys they do not hold.
 *
 * @since 0.1.0
 */
import type { KeyEquality } from "./KeyEquality.js"

/**
 * A well-mixed 32-bit hash of a key. Keys that an index takes for equal have equal hashes: primitives by their value
 * (`0` and `-0` are one key), structural objects by the hash they bring, any other object by its identity. Strings are
 * read once, with FNV-1a (Fowler, Noll, Vo), and every result goes through the finalizer of MurmurHash3 (Austin
 * Appleby). Not for untrusted keys in hash tables: it has no secret.
 *
 * @since 0.1.0
 * @category utils
 */
export const keyHash = (key: unknown, equality: KeyEquality | undefined): number => {
  switch (typeof key) {
    case "string":
      return mixed(textHash(key))
    case "number":
      return mixed(numberHash(key))
    case "bigint":
      return mixed(textHash(key.toString(36)))
    case "symbol":
      return mixed(textHash(key.toString()))
    case "boolean":
      return mixed(key ? 0x27d4eb2f : 0x165667b1)
    case "undefined":
      return mixed(0x61c88647)
    case "object":
    case "function":
      return mixed(key === null ? 0x4cf5ad43 : objectHash(key, equality))
  }
}

const textHash = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

const float = new Float64Array(1)
const halves = new Int32Array(float.buffer)

const numberHash = (value: number): number => {
  if ((value | 0) === value) return value | 0
  float[0] = value
  return (halves[0] as number) ^ Math.imul(halves[1] as number, 0x01000193)
}

const identities = new WeakMap<object, number>()
let lastIdentity = 0

const objectHash = (key: object, equality: KeyEquality | undefined): number => {
  if (equality !== undefined && equality.isStructural(key)) return equality.hash(key) | 0
  const known = identities.get(key)
  if (known !== undefined) return known
  // Far apart from each other, and from small numbers.
  lastIdentity = (lastIdentity + 0x9e3779b9) | 0
  identities.set(key, lastIdentity)
  return lastIdentity
}

/**
 * A 32-bit whole number in which every bit depends on every bit of the given one, by the finalizer of MurmurHash3; no
 * two numbers become one.
 *
 * @since 0.1.0
 * @category utils
 */
export const mixed = (value: number): number => {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
