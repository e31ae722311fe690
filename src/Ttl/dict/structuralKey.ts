/**
 * Keys that are found by what they hold.
 */
import * as Equal from "effect/Equal"
import { array, struct } from "../../effect/structures.js"

/**
 * A copy of a key that Effect's `Equal` compares by structure, at every depth: plain objects become `Data.struct`s, in
 * which a field that is `undefined` counts as absent, and arrays become `Data.array`s. Anything else (primitives,
 * instances of classes, what implements `Equal` already) is returned as it is. Changes to the original do not reach the
 * copy.
 */
export function structuralKey<K>(key: K): K
export function structuralKey(key: unknown): unknown {
  if (typeof key !== "object" || key === null || Equal.isEqual(key)) return key
  if (Array.isArray(key)) return array(key.map((element: unknown) => structuralKey(element)))
  const prototype: unknown = Object.getPrototypeOf(key)
  if (prototype !== Object.prototype && prototype !== null) return key
  const fields = Object.entries(key).filter(([, field]) => field !== undefined)
  return struct(Object.fromEntries(fields.map(([name, field]) => [name, structuralKey(field)])))
}
