/**
 * From an error to what is sent of it, and back.
 *
 * @since 1.0.0
 */
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Arbitrary from "effect/Arbitrary"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/**
 * What is sent of an error: its tag, and some of its fields as they are. Texts are cut at 500 characters.
 *
 * @since 1.0.0
 * @category models
 */
export type Encoded<E extends { readonly _tag: string }, Fields extends keyof E> = Pick<E, "_tag" | Fields>

/** What tells an error, makes it, and says what it is. */
interface Kind<in out E, in From> {
  readonly is: (u: unknown) => u is E
  readonly make: (fields: From) => E
  /** The status of an answer that tells of it. */
  readonly status: number
  readonly description: string
}

/**
 * The schema of an error. It decodes to an instance, and encodes the fields that are named here: all others stay where they
 * are, `cause` among them.
 */
export const errorSchema = <E, From, I>(
  name: string,
  fields: Schema.Schema<From, I>,
  { description, is, make, status }: Kind<E, From>
): Schema.Schema<E, I> => {
  const wanted = Schema.typeSchema(fields)
  const instance = Schema.declare(is, {
    description,
    arbitrary: () => () => Arbitrary.make(wanted).map(make),
    pretty: () => String
  })
  return Schema.transformOrFail(fields.annotations({ identifier: name, description }), instance, {
    strict: true,
    decode: (from) => ParseResult.succeed(make(from)),
    encode: (error, options) => ParseResult.validate(wanted)(error, { ...options, onExcessProperty: "ignore" })
  }).annotations(HttpApiSchema.annotations({ status, description }))
}

/** The schema of an error whose class takes just the fields that are sent. */
export const classSchema = <E extends { readonly _tag: string }, From, I>(
  name: string,
  errorClass: new(fields: From) => E,
  fields: Schema.Schema<From, I>,
  status: number,
  description: string
): Schema.Schema<E, I> =>
  errorSchema(name, fields, {
    is: (u): u is E => u instanceof errorClass,
    make: (fields) => new errorClass(fields),
    status,
    description
  })
