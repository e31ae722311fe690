/**
 * From an error to what is sent of it, and back.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaParser from "effect/SchemaParser"

/**
 * What is sent of an error: its tag, and some of its fields as they are. Texts are cut at 500 characters.
 *
 * @since 1.0.0
 * @category models
 */
export type Encoded<E extends { readonly _tag: string }, Fields extends keyof E> = Pick<E, "_tag" | Fields>

interface Kind<in out E, in From> {
  readonly is: (u: unknown) => u is E
  readonly make: (fields: From) => E
  readonly status: number
  readonly description: string
}

export const errorSchema = <E, From, I>(
  name: string,
  fields: Schema.Codec<From, I>,
  { description, is, make, status }: Kind<E, From>
): Schema.Codec<E, I> => {
  const wanted = Schema.toType(fields)
  const read = SchemaParser.decodeUnknownEffect(wanted)
  const transformation = {
    decode: SchemaGetter.transform(make),
    encode: SchemaGetter.transformEffect((error: E) => read(error, { onExcessProperty: "ignore" }))
  }
  // Errors can be drawn.
  const instance = Schema.declare(is, { description, toCodec: () => Schema.link<E>()(wanted, transformation) })
  return fields.annotate({ identifier: name, description }).pipe(
    Schema.decodeTo(instance, transformation),
    HttpApiSchema.status(status)
  )
}

export const classSchema = <E extends { readonly _tag: string }, From, I>(
  name: string,
  errorClass: new(fields: From) => E,
  fields: Schema.Codec<From, I>,
  status: number,
  description: string
): Schema.Codec<E, I> =>
  errorSchema(name, fields, {
    is: (u): u is E => u instanceof errorClass,
    make: (fields) => new errorClass(fields),
    status,
    description
  })
