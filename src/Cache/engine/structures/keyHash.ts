/**
 * Hashes of keys that nobody outside of the process can foretell.
 */
import type { KeyEquality } from "./KeyEquality.js"

const random = (): number => Math.floor(Math.random() * 2 ** 32) | 0

// The secret of this process: where to start from, and what to multiply with.
let start = random()
let one = random() | 1
let other = random() | 1
let textStart = random()
let textFactor = random() | 1

/**
 * Takes the constants of MurmurHash3 and FNV-1a in place of what is random, so that a test finds the same hashes each
 * time. Maps that hold entries already no longer find them.
 */
export const fixHashes = (): void => {
  start = 0
  one = 0x85ebca6b
  other = 0xc2b2ae35
  textStart = 0x811c9dc5
  textFactor = 0x01000193
}

/**
 * A 32-bit whole number in which every bit depends on every bit of the given one, and on the secret of the process; no
 * two numbers become one. It is the finalizer of MurmurHash3 (Austin Appleby) with factors of its own.
 */
export const mixed = (value: number): number => {
  let hash = value ^ start
  hash = Math.imul(hash ^ (hash >>> 16), one)
  hash = Math.imul(hash ^ (hash >>> 13), other)
  return hash ^ (hash >>> 16)
}

/**
 * A well-mixed 32-bit hash of a key. Keys that an index takes for equal have equal hashes: primitives by their value
 * (`0` and `-0` are one key), structural objects by the hash they bring, any other object, and a symbol, by its identity.
 * Without the secret of the process nobody finds keys of one hash.
 */
export const keyHash = (key: unknown, equality: KeyEquality | undefined): number => {
  switch (typeof key) {
    case "string":
      return mixed(textHash(key))
    case "number":
    case "bigint":
      return numericHash(key)
    case "symbol":
      return mixed(symbolHash(key))
    case "boolean":
      return mixed(key ? 0x27d4eb2f : 0x165667b1)
    case "undefined":
      return mixed(0x61c88647)
    case "object":
    case "function":
      return mixed(key === null ? 0x4cf5ad43 : objectHash(key, equality))
  }
}

/** The hash of a key that is a number or a bigint. */
export const numericHash = (key: number | bigint): number =>
  // In a base of which the digits of a long bigint take a time that grows no faster than their number.
  mixed(typeof key === "number" ? numberHash(key) : textHash(key.toString(32)))

/**
 * A hash of all characters of a text: FNV-1a (Fowler, Noll, Vo) with the secret of the process, and with high bits brought
 * down at each character. Without that, texts made after the Thue-Morse sequence have one hash whatever the factor is.
 */
export const textHash = (text: string): number => {
  let hash = textStart
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), textFactor)
    hash ^= hash >>> 15
  }
  return hash
}

const lastCharacters = 8

/** A hash of the last eight characters of a text, and of how many there are, for where two texts of one hash do no harm. */
export const endHash = (text: string): number => {
  const { length } = text
  let hash = textStart ^ length
  for (let at = length > lastCharacters ? length - lastCharacters : 0; at < length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), textFactor)
  }
  return hash ^ (hash >>> 15)
}

const mostCharacters = 32

/**
 * A hash of all characters of a text of 32 or fewer, and of the last 16 and 16 between of a longer one, for where two
 * texts of one hash do no harm: characters are read in two chains side by side, in half the time.
 */
export const sampleHash = (text: string): number => {
  const { length } = text
  let chain = textStart ^ length
  let second = start
  let at = 0
  if (length > mostCharacters) {
    const step = (length - mostCharacters / 2) / (mostCharacters / 2)
    for (let place = 0; place < mostCharacters / 2; place++) {
      second = Math.imul(second ^ text.charCodeAt((place * step) | 0), one)
    }
    at = length - mostCharacters / 2
  }
  for (const last = length - 1; at < last; at += 2) {
    chain = Math.imul(chain ^ text.charCodeAt(at), textFactor)
    second = Math.imul(second ^ text.charCodeAt(at + 1), one)
  }
  if (at < length) chain = Math.imul(chain ^ text.charCodeAt(at), textFactor)
  const hash = chain ^ Math.imul(second, other)
  return hash ^ (hash >>> 15)
}

/**
 * A 32-bit whole number for each, by the secret of the process, for where its high bits are mixed with the low ones later:
 * half of what `mixed` does.
 */
export const scrambled = (value: number): number => {
  const hash = Math.imul(value, one)
  return hash ^ (hash >>> 15)
}

const float = new Float64Array(1)
const halves = new Int32Array(float.buffer)

const numberHash = (value: number): number => {
  if ((value | 0) === value) return value | 0
  // One key, whatever bits it is made of.
  if (Number.isNaN(value)) return 0x7ff80000
  float[0] = value
  return mixed(halves[0] as number) ^ (halves[1] as number)
}

const identities = new WeakMap<WeakKey, number>()
let lastIdentity = 0

const identityHash = (key: WeakKey): number => {
  const known = identities.get(key)
  if (known !== undefined) return known
  // Far apart from each other, and from small numbers.
  lastIdentity = (lastIdentity + 0x9e3779b9) | 0
  identities.set(key, lastIdentity)
  return lastIdentity
}

// One that is registered is not its own, and cannot be remembered weakly.
const symbolHash = (key: symbol): number => {
  const registered = Symbol.keyFor(key)
  return registered === undefined ? identityHash(key) : textHash(registered)
}

const objectHash = (key: object, equality: KeyEquality | undefined): number =>
  equality !== undefined && equality.isStructural(key) ? equality.hash(key) | 0 : identityHash(key)
