/**
 * Values that are compared by their parts: in this Effect plain objects, arrays and instances of classes are.
 */
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

export const struct = <A extends Readonly<Record<string, unknown>>>(fields: A): Readonly<A> => ({ ...fields })

export const array = <A>(elements: ReadonlyArray<A>): ReadonlyArray<A> => [...elements]

export const isStructural = (value: object): boolean => typeof value === "object" || Equal.isEqual(value)

// What is compared by what it contains, and not by its fields.
const isContainer = (value: object): boolean =>
  value instanceof Date || value instanceof URL || value instanceof RegExp || value instanceof Map ||
  value instanceof Set ||
  value instanceof ArrayBuffer || ArrayBuffer.isView(value) ||
  (typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer)

export const hasFields = (value: object): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && !Equal.isEqual(value) && !Array.isArray(value) && !isContainer(value)

export const hasElements = (value: object): value is ReadonlyArray<unknown> => Array.isArray(value)

export const isOption = (value: object): value is Option.Option<unknown> => Option.isOption(value)

export const isEither = (value: object): value is Result.Result<unknown, unknown> => Result.isResult(value)
