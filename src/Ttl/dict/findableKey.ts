/**
 * Keys that a dictionary can find again.
 */
import * as Either from "effect/Either"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { structuralKey, UnfindablePart } from "./structuralKey.js"

/**
 * The copy of a key by which it is found (see `structuralKey`); `CacheKeyError` for one that would be found by itself only.
 *
 * @param cache for messages
 */
export const findableKey = <K>(cache: string, key: K): Either.Either<K, CacheKeyError> => {
  try {
    return Either.right(structuralKey(key))
  } catch (cause) {
    if (!(cause instanceof UnfindablePart)) throw cause
    const { part } = cause
    const what = typeof part === "number" ? "NaN in a collection of Effect's" : `an instance of ${classOf(part)}`
    return Either.left(
      new CacheKeyError({
        cache,
        field: "key",
        value: part === key ? what : `${printKey(key)}, with ${what} in it`,
        accepted:
          "found by what is in it: made of primitives, plain objects, arrays, Date, URL, Uint8Array, Map, Set, " +
          "and what implements Effect's Equal"
      })
    )
  }
}

const classOf = (part: unknown): string => {
  const made: unknown = typeof part === "object" && part !== null ? Reflect.get(part, "constructor") : undefined
  return typeof made === "function" && made.name !== "" ? made.name : "a class"
}
