/**
 * Plain data as canonical text: equal data, equal text.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import { CacheKeyError } from "../Cache/CacheErrors.js"
import { referenceId, referenceTag } from "./referenceId.js"

/**
 * A value as it takes part in a key.
 *
 * @since 0.1.0
 * @category models
 */
export interface Canonical {
  /** Equal for equal values, different for different ones. Can hold secrets: it is digested, never kept or shown. */
  readonly text: string
  /** A copy that later changes to the caller's value do not reach, `Redacted` parts unwrapped. */
  readonly value: unknown
}

/**
 * Where a value stands and how it is read.
 *
 * @since 0.1.0
 * @category models
 */
export interface CanonicalContext {
  /** The name of the kind of key, for errors. */
  readonly cache: string
  /** Strings that must not appear in a message; secrets that are found are added. */
  readonly secrets: Set<string>
  /**
   * Whether it is about the options of a resource, not about the configuration of a client: plain objects are data also
   * where they hold functions, and `Redacted` parts stay what they are.
   */
  readonly isOptions?: boolean | undefined
}

const deepest = 32

/**
 * The canonical form of a value.
 *
 * - Order of fields does not matter, nor of the members of a `Map` or `Set`; a field that is `undefined` is absent.
 *   Arrays keep their order.
 * - Types never mix: `true` is not `1`, `1` is not `"1"` nor `1n`, `-0` is not `0`, and `NaN` equals itself. Dates,
 *   URLs, bytes, maps and sets are compared by content.
 * - Functions, class instances and symbols are compared by identity, or by the tag they were given. So is a plain
 *   object with a function among its fields (a logger, a retry strategy): it is behaviour, and a copy would not be it.
 *   `live: false` turns this off for objects that are known to be options.
 *
 * Throws `CacheKeyError` for data that refers to itself or is nested deeper than 32 levels.
 *
 * @param field the path of the value, for errors
 * @since 0.1.0
 * @category constructors
 */
export const canonicalValue = (
  input: unknown,
  field: string,
  context: CanonicalContext,
  options?: { readonly live?: boolean | undefined; readonly path?: ReadonlyArray<object> | undefined }
): Canonical => {
  switch (typeof input) {
    case "string":
      return { text: JSON.stringify(input), value: input }
    case "number":
      return { text: Object.is(input, -0) ? "-0" : String(input), value: input }
    case "bigint":
      return { text: `${input}n`, value: input }
    case "boolean":
    case "undefined":
      return { text: String(input), value: input }
    case "symbol":
      return { text: symbolText(input), value: input }
    case "function":
      return reference(input, field, context)
    case "object":
      return input === null
        ? { text: "null", value: null }
        : canonicalObject(input, field, context, options?.live ?? true, options?.path ?? [])
    default:
      throw new Error(`effect-aws-cache: a value of type ${typeof input}; please report this`)
  }
}

/**
 * Whether an object is a plain one: made by `{}` or without a prototype.
 *
 * @since 0.1.0
 * @category guards
 */
export const isPlainObject = (u: unknown): u is Readonly<Record<string, unknown>> => {
  if (typeof u !== "object" || u === null) return false
  const prototype: unknown = Object.getPrototypeOf(u)
  return prototype === Object.prototype || prototype === null
}

/**
 * An object whose named fields have been made canonical, put together.
 *
 * @since 0.1.0
 * @category constructors
 */
export const canonicalStruct = (fields: Iterable<readonly [name: string, Canonical]>): Canonical => {
  let text = "{"
  const value: Record<string, unknown> = {}
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
    const value = Redacted.value(input)
    rememberSecrets(value, context.secrets)
    const inside = canonicalValue(value, field, context, { path })
    return context.isOptions === true ? { text: `Redacted(${inside.text})`, value: input } : inside
  }
  if (path.includes(input) || path.length >= deepest) {
    throw new CacheKeyError({
      cache: context.cache,
      field,
      value: path.includes(input) ? "data that refers to itself" : "data nested deeper than 32 levels",
      accepted: "plain data of at most 32 levels, a function, or a class instance"
    })
  }
  const inner = [...path, input]
  const member = (value: unknown, name: string) => canonicalValue(value, `${field}.${name}`, context, { path: inner })
  if (Array.isArray(input)) {
    const items = Array.from(input, (item: unknown, index) => member(item, String(index)))
    return { text: `[${items.map(({ text }) => text).join(",")}]`, value: items.map(({ value }) => value) }
  }
  if (isPlainObject(input)) {
    // Each field is read once: a getter must not give the key one value and the client another.
    const fields = Object.keys(input).map((name) => [name, input[name]] as const)
    const isLive = live && context.isOptions !== true && fields.some(([, value]) => typeof value === "function")
    if (isLive || Object.getOwnPropertySymbols(input).length > 0 || referenceTag(input) !== undefined) {
      return reference(input, field, context)
    }
    return canonicalStruct(fields.map(([name, value]) => [name, member(value, name)]))
  }
  if (input instanceof Date) return { text: `Date(${input.getTime()})`, value: new Date(input) }
  if (input instanceof URL) return { text: `URL(${JSON.stringify(input.href)})`, value: new URL(input) }
  if (input instanceof Map) return canonicalMap(input, member)
  if (input instanceof Set) {
    const items = Array.from(input, (item: unknown) => member(item, "(member)"))
    return {
      text: `Set{${items.map(({ text }) => text).toSorted().join(",")}}`,
      value: new Set(items.map(({ value }) => value))
    }
  }
  return bytes(input) ?? reference(input, field, context)
}

const canonicalMap = (
  input: ReadonlyMap<unknown, unknown>,
  member: (value: unknown, name: string) => Canonical
): Canonical => {
  const entries = Array.from(input, ([key, value]) => [member(key, "(key)"), member(value, "(value)")] as const)
  return {
    text: `Map{${entries.map(([key, value]) => `${key.text}=>${value.text}`).toSorted().join(",")}}`,
    value: new Map(entries.map(([key, value]) => [key.value, value.value]))
  }
}

const bytes = (input: object): Canonical | undefined => {
  if (ArrayBuffer.isView(input)) {
    const text = Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString("base64")
    const name: unknown = Object.getPrototypeOf(input)?.constructor?.name
    // structuredClone would turn a Buffer into a Uint8Array.
    const value = Buffer.isBuffer(input) ? Buffer.from(input) : structuredClone(input)
    return { text: `${String(name)}(${text})`, value }
  }
  if (input instanceof ArrayBuffer) {
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

// A registered symbol is a name, and no `WeakMap` takes it.
const symbolText = (value: symbol): string => {
  const name = Symbol.keyFor(value)
  return name === undefined ? `@${referenceId(value)}` : `@${JSON.stringify(name)}`
}

/**
 * Collects every string inside a secret value, so that it can be masked in the messages of others.
 *
 * @since 0.1.0
 * @category secrets
 */
export const rememberSecrets = (value: unknown, secrets: Set<string>): void => {
  if (typeof value === "string") {
    // Masking very short strings would only garble messages.
    if (value.length >= 4) secrets.add(value)
  } else if (Redacted.isRedacted(value)) {
    rememberSecrets(Redacted.value(value), secrets)
  } else if (isPlainObject(value)) {
    for (const part of Object.values(value)) rememberSecrets(part, secrets)
  }
}

/**
 * A text in which every known secret is `***`.
 *
 * @since 0.1.0
 * @category secrets
 */
export const maskSecrets = (text: string, secrets: ReadonlySet<string>): string =>
  // The longest first: a secret may be part of another one.
  [...secrets].toSorted((one, other) => other.length - one.length)
    .reduce((masked, secret) => masked.replaceAll(secret, "***"), text)
