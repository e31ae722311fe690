/**
 * Keeping what callers do to a value from everybody else.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Hash from "effect/Hash"
import { Buffer } from "node:buffer"
import { typeIdOf } from "../../effect/protocols.js"
import { sliced, step } from "../common/yieldWhenLong.js"

/**
 * What keeps the callers of a cache apart, who get the same value from memory:
 *
 * - `"freeze"` (default): memory keeps a copy of its own, made as a reader of the second level makes it, and frozen: who
 *   tries to change it gets a `TypeError`. Arrays, plain objects and instances of classes are frozen, all the way down;
 *   Effect's data types, which have no operations that change them, are left as they are, and what they hold is frozen. A
 *   value with parts that cannot be frozen (dates, maps, sets, bytes, URLs, regular expressions) is treated as `"copy"`.
 * - `"copy"`: every caller gets a copy of his own, decoded anew: he may change it. A hit costs as much as decoding.
 * - `"none"`: memory keeps the very object it was given, and all callers share it: nobody may change it.
 *
 * With `"freeze"` and `"copy"` the object a caller passes is neither frozen nor kept, and memory gives what the second
 * level would: no fields the schema does not know, `0` for `-0`. State in private fields (`#field`) cannot be frozen.
 * Without memory (`maxSize: 0`) the only caller of a load has what was read itself: bytes may be a view of a larger buffer.
 *
 * @since 1.0.0
 * @category models
 */
export type Isolation = "freeze" | "copy" | "none"

/** A value that callers share, or how each gets his own. */
export interface Isolated<out A> {
  readonly value: A
  /** Makes a copy; `undefined` where all may have the value itself. */
  readonly copy: (() => A) | undefined
}

/**
 * Decodes a value so that its callers are kept apart. Each step that is long is followed by a turn of the event loop.
 *
 * @param encoded what a codec has read: nobody else may hold it
 */
export const isolateInSteps = <A>(
  isolation: Isolation,
  encoded: unknown,
  decode: (encoded: unknown) => Either.Either<A, string>
): Effect.Effect<Isolated<A>, string> =>
  Effect.flatMap(
    step(() => decodeOwn(isolation, encoded, decode)),
    (decoded) =>
      Effect.map(
        isolation === "freeze" ? sliced(freezing(decoded.value)) : Effect.succeed(isolation === "none"),
        (isShared) => isolated(decoded, isShared, decode)
      )
  )

/** The same in one step. */
export const isolate = <A>(
  isolation: Isolation,
  encoded: unknown,
  decode: (encoded: unknown) => Either.Either<A, string>
): Either.Either<Isolated<A>, string> =>
  Either.map(
    decodeOwn(isolation, encoded, decode),
    (decoded) => isolated(decoded, isolation === "none" || (isolation === "freeze" && freeze(decoded.value)), decode)
  )

/** A value, and what to decode it of again. */
interface Decoded<out A> {
  readonly value: A
  readonly encoded: unknown
}

/**
 * Bytes are decoded of a copy: they are part of the object that is to be written, and a schema or `migrate` may work in
 * place.
 */
const decodeOwn = <A>(
  isolation: Isolation,
  encoded: unknown,
  decode: (encoded: unknown) => Either.Either<A, string>
): Either.Either<Decoded<A>, string> => {
  if (isolation === "none" || !(encoded instanceof Uint8Array)) {
    return Either.map(decode(encoded), (value) => ({ value, encoded }))
  }
  const own = new Uint8Array(encoded)
  // Mostly the value is those very bytes: the others need not be kept then.
  return Either.map(decode(own), (value) => ({ value, encoded: Buffer.compare(own, encoded) === 0 ? own : encoded }))
}

const isolated = <A>(
  { encoded, value }: Decoded<A>,
  isShared: boolean,
  decode: (encoded: unknown) => Either.Either<A, string>
): Isolated<A> => ({
  value,
  // What a schema decoded once it decodes again; one that changes its mind gives everybody the first.
  copy: isShared ? undefined : () => Either.getOrElse(decode(clone(encoded)), () => value)
})

/** Bytes, the most frequent of what cannot be frozen, are copied without the detour that takes. */
const clone = (encoded: unknown): unknown =>
  encoded instanceof Uint8Array ? new Uint8Array(encoded) : structuredClone(encoded)

/**
 * What memory keeps of a value that no schema encodes: a copy, where it is made of data only (plain objects, arrays,
 * maps, sets, dates, bytes and primitive values), otherwise the value itself.
 */
export const isolateData = <V>(isolation: Isolation, content: Exit.Exit<V>, value: V): Isolated<Exit.Exit<V>> => {
  const asItIs = { value: content, copy: undefined }
  if (isolation === "none" || !isData(value)) return asItIs
  const cloned = Either.try({
    try: () => structuredClone(value),
    catch: () => "too deep, for instance"
  })
  return Either.match(
    Either.flatMap(cloned, (own) => isolate(isolation, own, () => Either.right(Exit.succeed(structuredClone(own))))),
    { onLeft: () => asItIs, onRight: (isolated) => isolated }
  )
}

/** Whether nothing is lost when it is cloned. */
const isData = (value: unknown): boolean => {
  const seen = new Set<object>()
  const rest: Array<unknown> = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next === "function" || typeof next === "symbol") return false
    if (typeof next !== "object" || next === null || seen.has(next)) continue
    seen.add(next)
    const prototype: unknown = Object.getPrototypeOf(next)
    if (Buffer.isBuffer(next)) return false
    if (ArrayBuffer.isView(next) || next instanceof Date || next instanceof ArrayBuffer) continue
    if (next instanceof Map) { for (const [key, held] of next) rest.push(key, held) }
    else if (next instanceof Set) rest.push(...next)
    else if (prototype !== Object.prototype && prototype !== null && prototype !== Array.prototype) return false
    for (const key of Reflect.ownKeys(next)) {
      const property = Object.getOwnPropertyDescriptor(next, key)
      if (Array.isArray(next) && key === "length") continue
      if (typeof key === "symbol" || property?.enumerable !== true || property.get !== undefined) return false
      rest.push(property.value)
    }
  }
  return true
}

/**
 * Freezes a value and all it holds. Whether it could: not where there are dates, maps, bytes and the like in it, which
 * change without a field being set.
 */
const freeze = (value: unknown): boolean => {
  const slice = freezing(value)
  let isFrozen = slice()
  while (isFrozen === undefined) isFrozen = slice()
  return isFrozen
}

/** Freezes 1,000 parts at each call, until it is known whether it could: then it says so. */
const freezing = (value: unknown): () => boolean | undefined => {
  const seen = new Set<object>()
  const rest: Array<unknown> = [value]
  return () => {
    for (let part = 0; part < 1000 && rest.length > 0; part++) {
      const next = rest.pop()
      if (typeof next !== "object" || next === null || seen.has(next)) continue
      if (changesInside(next)) return false
      seen.add(next)
      for (const key of Reflect.ownKeys(next)) rest.push(Object.getOwnPropertyDescriptor(next, key)?.value)
      if (remembersInside(next)) continue
      // Effect's hashes are remembered in the object, which must be done before it is frozen.
      if (Hash.isHash(next)) Hash.hash(next)
      Object.freeze(next)
    }
    return rest.length === 0 ? true : undefined
  }
}

const changesInside = (value: object): boolean =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer ||
  value instanceof Date || value instanceof Map || value instanceof Set || value instanceof WeakMap ||
  value instanceof WeakSet || value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams

/** Whether it is of one of Effect's types that remember results in themselves; nobody else can change those. */
const remembersInside = (value: object): boolean => remembering.some((typeId) => typeId in value)

const remembering: ReadonlyArray<PropertyKey> = [
  "BigDecimal",
  "Chunk",
  "DateTime",
  "DateTime/TimeZone",
  "HashMap",
  "HashSet",
  "List"
].map(typeIdOf)
