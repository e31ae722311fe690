/**
 * What is asked of schemas beyond their making: to check, encode and decode, and to say what they are.
 */
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssues from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import { printAst } from "./issues.js"
import { withJsonForms, withMessagePackForms } from "./jsonForms.js"

export type AnySchema = Schema.Constraint

export type SchemaIssue = SchemaIssues.Issue

export const validator = <A, I>(schema: Schema.Codec<A, I>): (value: unknown) => Result.Result<A, SchemaIssue> =>
  SchemaParser.decodeUnknownResult(Schema.toType(schema))

export const strictValidator = <A, I>(schema: Schema.Codec<A, I>): (value: unknown) => Result.Result<A, SchemaIssue> =>
  SchemaParser.decodeUnknownResult(Schema.toType(schema), { onExcessProperty: "error" })

export const encoder = <A, I>(schema: Schema.Codec<A, I>): (value: unknown) => Result.Result<I, SchemaIssue> =>
  SchemaParser.encodeUnknownResult(schema)

export const decoder = <A, I>(schema: Schema.Codec<A, I>): (input: unknown) => Result.Result<A, SchemaIssue> =>
  SchemaParser.decodeUnknownResult(schema)

export const encoding = <A, I>(schema: Schema.Codec<A, I>): (value: A) => Effect.Effect<I, SchemaIssue> =>
  SchemaParser.encodeEffect(schema)

export const decoding = <A, I>(schema: Schema.Codec<A, I>): (input: unknown) => Effect.Effect<A, SchemaIssue> =>
  SchemaParser.decodeUnknownEffect(schema)

export const inJson = <A, I>(schema: Schema.Codec<A, I>): Schema.Codec<A, unknown> =>
  Schema.toCodecJson(Schema.make<Schema.Codec<A, I>>(withJsonForms(schema.ast)))

export const forCodec = <A, I>(
  codec: "json" | "msgpack" | "raw",
  schema: Schema.Codec<A, I>
): Schema.Codec<A, unknown> => {
  if (codec === "json") return inJson(schema)
  return codec === "raw"
    ? schema
    : Schema.toCodecJson(Schema.make<Schema.Codec<A, I>>(withMessagePackForms(schema.ast)))
}

export const printSchema = (schema: AnySchema): string => printAst(schema.ast)

export const printType = (schema: AnySchema): string => printSchema(Schema.toType(schema))

export const transformed = <A, I, B, J>(
  from: Schema.Codec<A, I>,
  to: Schema.Codec<B, J>,
  decode: (value: A) => J,
  encode: (value: J) => A
): Schema.Codec<B, I> =>
  from.pipe(Schema.decodeTo(to, { decode: SchemaGetter.transform(decode), encode: SchemaGetter.transform(encode) }))

export const NonNegative: Schema.Codec<number> = Schema.Number.check(Schema.isGreaterThanOrEqualTo(0))

export const NonNegativeInt: Schema.Codec<number> = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const PositiveInt = Schema.Int.check(Schema.isGreaterThan(0))

export const positiveIntFrom = <I>(
  written: Schema.Codec<I>,
  decode: (input: I) => Effect.Effect<number, { readonly message: string }>,
  encode: (value: number) => I,
  annotations: { readonly identifier: string; readonly description: string }
): Schema.Codec<number, I> =>
  written.pipe(
    Schema.decodeTo(PositiveInt, {
      decode: SchemaGetter.transformEffect((input: I) =>
        Effect.mapError(decode(input), ({ message }) => new SchemaIssues.InvalidValue({ message }, input))
      ),
      encode: SchemaGetter.transform(encode)
    })
  ).annotate(annotations)
