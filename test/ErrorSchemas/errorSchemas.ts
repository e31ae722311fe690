import * as Cache from "effect-aws-cache/Cache"
import * as ClientLayer from "effect-aws-cache/ClientLayer"
import * as ErrorSchemas from "effect-aws-cache/ErrorSchemas"
import * as Keyv from "effect-aws-cache/keyv"
import * as S3Store from "effect-aws-cache/S3Store"
import * as Ttl from "effect-aws-cache/Ttl"
import * as Arbitrary from "effect/Arbitrary"
import * as fc from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { isUnion } from "effect/SchemaAST"

/** Any error of this package. */
export type AnyError = Error & { readonly _tag: string }

/** What any schema of an error is. */
export type ErrorSchema = Schema.Schema<AnyError, { readonly _tag: string }>

const isErrorSchema = (u: unknown): u is ErrorSchema => Schema.isSchema(u)

const all = Object.entries(ErrorSchemas).flatMap(([name, schema]) =>
  isErrorSchema(schema) ? [[name, schema] as const] : []
)

/** The schemas of one error each. */
export const schemas: ReadonlyMap<string, ErrorSchema> = new Map(all.filter(([, { ast }]) => !isUnion(ast)))

/** The schemas of any error of a part. */
export const unions: ReadonlyMap<string, ErrorSchema> = new Map(all.filter(([, { ast }]) => isUnion(ast)))

const isErrorClass = (u: unknown): u is new(...args: ReadonlyArray<unknown>) => AnyError =>
  typeof u === "function" && u.prototype instanceof Error

/** The classes of errors that the parts export. */
export const classes: ReadonlyMap<string, new(...args: ReadonlyArray<unknown>) => AnyError> = new Map(
  Object.entries({ ...Cache, ...ClientLayer, ...Keyv, ...S3Store, ...Ttl, ...Ttl.ByteSize })
    .flatMap(([name, value]) => isErrorClass(value) ? [[name, value] as const] : [])
)

/** What arrives of an error that is sent. */
export const sent = (schema: ErrorSchema, error: AnyError): AnyError =>
  Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(Schema.encodeSync(schema)(error))))

/** One error of each kind. */
export const drawn = new Map(
  [...schemas].map(([name, schema]) => [name, fc.sample(Arbitrary.make(schema), { numRuns: 1, seed: 7 })[0]])
)
