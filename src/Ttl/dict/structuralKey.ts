/**
 * Keys that are found by what they hold.
 */
import * as Chunk from "effect/Chunk"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import { array, hasElements, hasFields, isEither, isOption, isStructural, struct } from "../../effect/structures.js"
import { comparedByContent, isComparedByContent } from "./comparedByContent.js"

/** Why a key cannot be found by what it holds: a part of it that is found by identity only. */
export class UnfindablePart {
  readonly part: unknown
  constructor(part: unknown) {
    this.part = part
  }
}

/**
 * A copy of a key that Effect's `Equal` compares by structure, at every depth:
 *
 * - Plain objects become `Data.struct`s, in which a field that is `undefined` counts as absent, and arrays `Data.array`s.
 * - A `Date` is compared by its time, a `URL` by its text, a `Uint8Array` by its bytes, a `Map` or `Set` by what is in it, in
 *   order. A `NaN` is found as well.
 * - Primitives and functions, and what implements `Equal` and holds nothing of the above, are returned as they are.
 *
 * Changes to the original do not reach the copy. Throws `UnfindablePart` for what only itself is equal to.
 */
export function structuralKey<K>(key: K): K
export function structuralKey(key: unknown): unknown {
  return typeof key !== "object" || key === null ? key : structureOf(key)
}

const structureOf = (key: object): unknown => {
  if (Equal.isEqual(key)) return isComparedByContent(key) ? key : deepened(key)
  if (Array.isArray(key)) {
    const elements = key.map((element: unknown) => structuralKey(element))
    return elements.some(Number.isNaN) ? comparedByContent(elements, Array.prototype, elementsOf) : array(elements)
  }
  const prototype: unknown = Object.getPrototypeOf(key)
  if (prototype !== Object.prototype && prototype !== null) return contentOf(key)
  const fields: Array<readonly [name: string, part: unknown]> = []
  let hasNaN = false
  for (const [name, field] of Object.entries<unknown>(key as Readonly<Record<string, unknown>>)) {
    if (field === undefined) continue
    const part = structuralKey(field)
    if (Number.isNaN(part)) hasNaN = true
    fields.push([name, part])
  }
  const copy = Object.fromEntries(fields)
  return hasNaN ? comparedByContent(copy, Object.prototype, fieldsOf) : struct(copy)
}

const contentOf = (key: object): object => {
  const prototype = Object.getPrototypeOf(key) as object
  if (key instanceof Date) return comparedByContent(new Date(key.getTime()), prototype, (date) => [date.getTime()])
  if (key instanceof URL) return comparedByContent(new URL(key), prototype, (url) => [url.href])
  if (key instanceof Uint8Array) {
    return comparedByContent(Uint8Array.prototype.slice.call(key), prototype, (bytes) => bytes)
  }
  if (key instanceof Map) {
    const entries = Array.from(
      key,
      ([name, value]) => [structuralKey<unknown>(name), structuralKey<unknown>(value)] as const
    )
    return comparedByContent(new Map(entries), prototype, (map) => [...map].flat())
  }
  if (key instanceof Set) {
    const elements = Array.from(key, (element) => structuralKey<unknown>(element))
    return comparedByContent(new Set(elements), prototype, (set) => [...set])
  }
  if (isStructural(key) && !(hasFields(key) && isOpaque(key))) return key
  throw new UnfindablePart(key)
}

// What such an object holds is in no field of it: a `WeakMap`, a promise.
const isOpaque = (key: object): boolean => Object.prototype.toString.call(key) !== "[object Object]"

// What implements `Equal` compares its parts as Effect does: by identity, where they are plain.
const deepened = (key: object): unknown => {
  if (hasFields(key)) {
    const names = Object.keys(key)
    if (names.every((name) => isFound(key[name]))) return key
    const prototype = Object.getPrototypeOf(key) as object
    const fields = Object.fromEntries(names.map((name) => [name, structuralKey(key[name])]))
    const copy: object = Object.assign(Object.create(prototype) as object, fields)
    return Object.values(fields).some(Number.isNaN) ? comparedByContent(copy, prototype, fieldsOf) : copy
  }
  if (hasElements(key)) return key.every(isFound) ? key : structureOf([...key])
  if (isOption(key)) return Option.isNone(key) || isFound(key.value) ? key : Option.map(key, insideOf)
  if (isEither(key)) {
    return isFound(Either.isLeft(key) ? key.left : key.right)
      ? key
      : Either.mapBoth(key, { onLeft: insideOf, onRight: insideOf })
  }
  if (Chunk.isChunk(key)) return Chunk.toReadonlyArray(key).every(isFound) ? key : Chunk.map(key, insideOf)
  if (Symbol.iterator in key) {
    for (const part of key as Iterable<unknown>) {
      // Of a `HashMap`.
      const parts: ReadonlyArray<unknown> = Array.isArray(part) && !Equal.isEqual(part) ? part : [part]
      const wrong = parts.findIndex((each) => !isFound(each))
      if (wrong !== -1) throw new UnfindablePart(parts[wrong])
    }
  }
  return key
}

// Of these Effect knows.
const isFound = (part: unknown): boolean => part instanceof Date || part instanceof URL || structuralKey(part) === part

const insideOf = (part: unknown): unknown => {
  if (Number.isNaN(part)) throw new UnfindablePart(part)
  return structuralKey(part)
}

const elementsOf = (elements: ReadonlyArray<unknown>): ReadonlyArray<unknown> => elements

const fieldsOf = (fields: object): ReadonlyArray<unknown> =>
  Object.entries(fields).sort(([one], [other]) => one < other ? -1 : 1).flat()
