/**
 * Plain data as canonical text: equal data, equal text.
 */
import * as Redacted from "effect/Redacted"
import { types } from "node:util"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { eachText } from "./eachText.js"
import { hasAccessors, hasOnlyPlainFields, isBuiltIn, isPlainArray, isPlainObject, isUrl } from "./plainData.js"
import { referenceId, referenceTag } from "./referenceId.js"

/** A value as it takes part in a key. */
export interface Canonical {
  /** Equal for equal values, different for different ones. Can hold secrets: it is digested, never kept or shown. */
  readonly text: string
  /** A copy that later changes to the caller's value do not reach, `Redacted` parts unwrapped. */
  readonly value: unknown
}

/** Where a value stands and how it is read. */
export interface CanonicalContext {
  /** The name of the kind of key, for errors. */
  readonly cache: string
  /**
   * Whether it is about the options of a resource, not about the configuration of a client: plain objects are data also
   * where they hold functions or getters, `Redacted` parts stay what they are, and data must have an end.
   */
  readonly isOptions?: boolean | undefined
}

const deepest = 32

/**
 * The canonical form of a value.
 *
 * - Order of fields does not matter, nor of the members of a `Map` or `Set`; a field that is `undefined` is absent.
 *   Arrays keep their order, and their holes.
 * - Types never mix: `true` is not `1`, `1` is not `"1"` nor `1n`, `-0` is not `0`, and `NaN` equals itself. Dates,
 *   URLs, bytes, maps and sets are compared by content, and so is what another realm (`node:vm`, a test runner) made.
 * - Functions, class instances (also those of classes that extend `Map` or `Array`) and symbols are compared by
 *   identity, or by the tag they were given. So is a plain object with a function or a getter among its fields (a logger,
 *   a retry strategy): it is behaviour, and a copy would not be it. `live: false` turns this off for objects that are
 *   known to be options.
 * - Data that refers to itself, or is nested deeper than 32 levels, is compared by identity too. Where a `Redacted` stands
 *   in it, it is refused, because a client takes none.
 *
 * Throws `CacheKeyError`.
 *
 * @param field the path of the value, for errors
 */
export const canonicalValue = (
  input: unknown,
  field: string,
  context: CanonicalContext,
  options?: { readonly live?: boolean | undefined }
): Canonical => {
  if (typeof input !== "object" || input === null) return canonicalPrimitive(input, field, context)
  try {
    return canonicalObject(input, field, context, options?.live ?? true, [])
  } catch (error) {
    if (!(error instanceof EndlessData) || context.isOptions === true) throw error
    if (!eachText(input, () => {}).hasRedacted) return reference(input, field, context)
    throw new CacheKeyError({
      cache: context.cache,
      field,
      value: `${error.value}, with a Redacted value in it`,
      accepted: "plain data of at most 32 levels where a Redacted value is inside"
    })
  }
}

class EndlessData extends CacheKeyError {}

const canonicalPrimitive = (input: unknown, field: string, context: CanonicalContext): Canonical => {
  switch (typeof input) {
    case "string":
      return { text: JSON.stringify(input), value: input }
    case "number":
      return { text: Object.is(input, -0) ? "-0" : String(input), value: input }
    case "bigint":
      return { text: `${input}n`, value: input }
    case "symbol":
      return { text: symbolText(input), value: input }
    case "function":
      return reference(input, field, context)
    default:
      return { text: String(input), value: input }
  }
}

const canonicalPart = (
  input: unknown,
  field: string,
  context: CanonicalContext,
  path: ReadonlyArray<object>
): Canonical =>
  typeof input === "object" && input !== null
    ? canonicalObject(input, field, context, true, path)
    : canonicalPrimitive(input, field, context)

/**
 * An object whose named fields have been made canonical, put together.
 *
 * @param prototype that of the object
 */
export const canonicalStruct = (
  fields: Iterable<readonly [name: string, Canonical]>,
  prototype: object | null = Object.prototype
): Canonical => {
  let text = "{"
  const value: Record<string, unknown> = prototype === null ? Object.create(null) : {}
  for (const [name, field] of [...fields].sort(byName)) {
    if (field.value === undefined) continue
    text += `${JSON.stringify(name)}:${field.text},`
    if (name === "__proto__") Object.defineProperty(value, name, { ...ownField, value: field.value })
    else value[name] = field.value
  }
  return { text: `${text}}`, value }
}

// Assigning to `__proto__` would set the prototype.
const ownField = { configurable: true, enumerable: true, writable: true }

const byName = ([one]: readonly [string, Canonical], [other]: readonly [string, Canonical]): number =>
  one < other ? -1 : 1

const canonicalObject = (
  input: object,
  field: string,
  context: CanonicalContext,
  live: boolean,
  path: ReadonlyArray<object>
): Canonical => {
  if (Redacted.isRedacted(input)) {
    const inside = canonicalPart(Redacted.value(input), field, context, path)
    return context.isOptions === true ? { text: `Redacted(${inside.text})`, value: input } : inside
  }
  if (path.includes(input) || path.length >= deepest) {
    throw new EndlessData({
      cache: context.cache,
      field,
      value: path.includes(input) ? "data that refers to itself" : "data nested deeper than 32 levels",
      accepted: "plain data of at most 32 levels, a function, or a class instance"
    })
  }
  const inner = [...path, input]
  const member = (value: unknown, name: string) => canonicalPart(value, `${field}.${name}`, context, inner)
  if (referenceTag(input) !== undefined) return reference(input, field, context)
  if (isPlainArray(input)) return canonicalArray(input, member)
  if (isPlainObject(input)) {
    const isOptions = context.isOptions === true
    if (!hasOnlyPlainFields(input) || (!isOptions && hasAccessors(input))) return reference(input, field, context)
    // Each field is read once: a getter must not give the key one value and the client another.
    const fields = Object.keys(input).map((name) => [name, input[name]] as const)
    if (live && !isOptions && fields.some(([, value]) => typeof value === "function")) {
      return reference(input, field, context)
    }
    const prototype = Object.getPrototypeOf(input) === null ? null : Object.prototype
    return canonicalStruct(fields.map(([name, value]) => [name, member(value, name)]), prototype)
  }
  return canonicalBuiltIn(input, member) ?? bytes(input) ?? reference(input, field, context)
}

type Member = (value: unknown, name: string) => Canonical

const canonicalArray = (input: ReadonlyArray<unknown>, member: Member): Canonical => {
  const value: Array<unknown> = []
  value.length = input.length
  const texts = Array.from(input, (item, index) => {
    if (!(index in input)) return "-"
    const part = member(item, String(index))
    value[index] = part.value
    return part.text
  })
  return { text: `[${texts.join(",")}]`, value }
}

const canonicalBuiltIn = (input: object, member: Member): Canonical | undefined => {
  if (isUrl(input)) return { text: `URL(${JSON.stringify(input.href)})`, value: new URL(input.href) }
  if (!isBuiltIn(input)) return undefined
  if (types.isDate(input)) return { text: `Date(${input.getTime()})`, value: new Date(input) }
  if (types.isMap(input)) return canonicalMap(input, member)
  if (!types.isSet(input)) return undefined
  const items = Array.from(input, (item: unknown) => member(item, "(member)"))
  return {
    text: `Set{${items.map(({ text }) => text).toSorted().join(",")}}`,
    value: new Set(items.map(({ value }) => value))
  }
}

const canonicalMap = (input: ReadonlyMap<unknown, unknown>, member: Member): Canonical => {
  const entries = Array.from(input, ([key, value]) => [member(key, "(key)"), member(value, "(value)")] as const)
  return {
    text: `Map{${entries.map(([key, value]) => `${key.text}=>${value.text}`).toSorted().join(",")}}`,
    value: new Map(entries.map(([key, value]) => [key.value, value.value]))
  }
}

const bytes = (input: object): Canonical | undefined => {
  if (!isBuiltIn(input)) return undefined
  if (ArrayBuffer.isView(input)) {
    const text = Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString("base64")
    const name: unknown = Object.getPrototypeOf(input)?.constructor?.name
    // structuredClone would turn a Buffer into a Uint8Array.
    const value = Buffer.isBuffer(input) ? Buffer.from(input) : structuredClone(input)
    return { text: `${String(name)}(${text})`, value }
  }
  if (types.isArrayBuffer(input)) {
    return { text: `ArrayBuffer(${Buffer.from(input).toString("base64")})`, value: input.slice(0) }
  }
  return undefined
}

const reference = (value: object, field: string, context: CanonicalContext): Canonical => {
  const tag = referenceTag(value)
  if (tag?.trim() === "") {
    throw new CacheKeyError({
      cache: context.cache,
      field: `the tag of ${field}`,
      value: "blank",
      accepted: "a name that says what the value does"
    })
  }
  return { text: tag === undefined ? `&${referenceId(value)}` : `&${JSON.stringify(tag)}`, value }
}

/** A symbol as canonical text. */
// A registered symbol is a name, and no `WeakMap` takes it.
export const symbolText = (value: symbol): string => {
  const name = Symbol.keyFor(value)
  return name === undefined ? `@${referenceId(value)}` : `@${JSON.stringify(name)}`
}
