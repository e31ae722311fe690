/**
 * What is asked of schemas beyond their making: to check, encode and decode, and to say what they are.
 */
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** Any schema, whatever it is of. */
export type AnySchema = Schema.Schema.Any

/** What a schema finds wrong: it may hold the value. */
export type SchemaIssue = ParseResult.ParseIssue

/** Checks what should be of the type of a schema. */
export const validator = <A, I>(schema: Schema.Schema<A, I>): (value: unknown) => Either.Either<A, SchemaIssue> =>
  ParseResult.validateEither(schema)

/** The same, where fields that a schema does not know are wrong, and one that is `undefined` has been left out. */
export const strictValidator = <A, I>(
  schema: Schema.Schema<A, I>
): (value: unknown) => Either.Either<A, SchemaIssue> =>
  ParseResult.validateEither(schema, { onExcessProperty: "error", exact: false })

/** Encodes at once: a schema that is asynchronous is an issue. */
export const encoder = <A, I>(schema: Schema.Schema<A, I>): (value: unknown) => Either.Either<I, SchemaIssue> =>
  ParseResult.encodeUnknownEither(schema)

/** Decodes at once: a schema that is asynchronous is an issue. */
export const decoder = <A, I>(schema: Schema.Schema<A, I>): (input: unknown) => Either.Either<A, SchemaIssue> =>
  ParseResult.decodeUnknownEither(schema)

/** Encodes. */
export const encoding = <A, I>(schema: Schema.Schema<A, I>): (value: A) => Effect.Effect<I, SchemaIssue> =>
  ParseResult.encode(schema)

/** Decodes. */
export const decoding = <A, I>(schema: Schema.Schema<A, I>): (input: unknown) => Effect.Effect<A, SchemaIssue> =>
  ParseResult.decodeUnknown(schema)

/** A schema whose encoded side is JSON, if it has one. */
export const inJson = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, unknown> =>
  schema as Schema.Schema<A, unknown>

/** A schema whose encoded side is what a codec takes, if it has one. */
export const forCodec = <A, I>(
  _codec: "json" | "msgpack" | "raw",
  schema: Schema.Schema<A, I>
): Schema.Schema<A, unknown> => inJson(schema)

/** A schema, for messages. */
export const printSchema = (schema: AnySchema): string => String(schema)

/** The type of a schema, for messages. */
export const printType = (schema: AnySchema): string => String(Schema.typeSchema(schema).ast)

/** A schema over another one, by two functions. */
export const transformed = <A, I, B, J>(
  from: Schema.Schema<A, I>,
  to: Schema.Schema<B, J>,
  decode: (value: A) => J,
  encode: (value: J) => A
): Schema.Schema<B, I> => Schema.transform(from, to, { strict: true, decode, encode })

/** A number, 0 or more. */
export const NonNegative: Schema.Schema<number> = Schema.NonNegative

/** A whole number, 0 or more. */
export const NonNegativeInt: Schema.Schema<number> = Schema.NonNegativeInt

const PositiveInt = Schema.typeSchema(Schema.Int.pipe(Schema.positive()))

/**
 * A whole number, 1 or more, that is written in other ways as well.
 *
 * @param decode what cannot be read fails with what its error says
 * @param encode how it is written
 */
export const positiveIntFrom = <I>(
  written: Schema.Schema<I>,
  decode: (input: I) => Effect.Effect<number, { readonly message: string }>,
  encode: (value: number) => I,
  annotations: { readonly identifier: string; readonly description: string }
): Schema.Schema<number, I> =>
  Schema.transformOrFail(written, PositiveInt, {
    strict: true,
    decode: (input, _, ast) =>
      Effect.mapError(decode(input), (error) => new ParseResult.Type(ast, input, error.message)),
    encode: (value) => ParseResult.succeed(encode(value))
  }).annotations(annotations)
