/**
 * Values that are compared by their parts.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"

/** An object that is compared by its fields. */
export const struct = <A extends Readonly<Record<string, unknown>>>(fields: A): Readonly<A> => Data.struct(fields)

/** An array that is compared by its elements. */
export const array = <A>(elements: ReadonlyArray<A>): ReadonlyArray<A> => Data.array([...elements])

/** Whether an object is compared by its parts, or by itself in another way than by being the same. */
export const isStructural = (value: object): boolean => Equal.symbol in value

function comparing(value: object): unknown {
  return (value as { readonly [Equal.symbol]?: unknown })[Equal.symbol]
}

// How `Data.struct`, `Data.Class`, `Schema.Class` and so on compare: field by field.
const fieldwise = comparing(Data.struct({}))
// How `Data.array` and `Data.tuple` do.
const elementwise = comparing(Data.array([]))

/** Whether a structural object is compared field by field, in whatever order. */
export const hasFields = (value: object): value is Readonly<Record<string, unknown>> => comparing(value) === fieldwise

/** Whether a structural object is compared element by element. */
export const hasElements = (value: object): value is ReadonlyArray<unknown> =>
  comparing(value) === elementwise && Array.isArray(value)

/** Whether a structural object is an `Option`. */
export const isOption = (value: object): value is Option.Option<unknown> =>
  Option.TypeId in value && Option.isOption(value)

/** Whether a structural object is an `Either`. */
export const isEither = (value: object): value is Either.Either<unknown, unknown> =>
  Either.TypeId in value && Either.isEither(value)
