/**
 * What programs on Effect 3 write as JSON, and read, where schemas of Effect 4 by themselves have another form.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaTransformation from "effect/SchemaTransformation"

const Byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))

const bytes = () =>
  Schema.link<Uint8Array>()(
    Schema.Array(Byte),
    SchemaTransformation.transform({
      decode: (numbers: ReadonlyArray<number>): Uint8Array => Uint8Array.from(numbers),
      encode: (value: Uint8Array): ReadonlyArray<number> => Array.from(value)
    })
  )

const Written = Schema.Union([
  Schema.TaggedStruct("Millis", { millis: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)) }),
  Schema.TaggedStruct("Nanos", { nanos: Schema.BigInt }),
  Schema.TaggedStruct("Infinity", {})
])

const duration = () =>
  Schema.link<Duration.Duration>()(
    Written,
    SchemaTransformation.transform({
      decode: (written: typeof Written.Type) =>
        written._tag === "Millis"
          ? Duration.millis(written.millis)
          : written._tag === "Nanos"
          ? Duration.nanos(written.nanos)
          : Duration.infinity,
      encode: (value: Duration.Duration): typeof Written.Type =>
        !Duration.isFinite(value)
          ? { _tag: "Infinity" }
          : value.value._tag === "Millis"
          ? { _tag: "Millis", millis: value.value.millis }
          : { _tag: "Nanos", nanos: Option.getOrThrow(Duration.toNanos(value)) }
    })
  )

const forms = new Map<unknown, () => SchemaAST.Link>([
  ["effect/schema/Uint8Array", bytes],
  ["effect/schema/Duration", duration]
])

/** With these forms in a schema, wherever in it they are asked for. */
export const withJsonForms = (ast: SchemaAST.AST): SchemaAST.AST => {
  const known = made.get(ast)
  if (known !== undefined) return known
  const result = withForms(ast)
  made.set(ast, result)
  return result
}

const made = new WeakMap<SchemaAST.AST, SchemaAST.AST>()

const changed = (ast: SchemaAST.AST, changes: object): SchemaAST.AST =>
  Object.assign(Object.create(Object.getPrototypeOf(ast)), ast, changes)

const withForms = (ast: SchemaAST.AST): SchemaAST.AST => {
  const last = ast.encoding?.at(-1)
  if (ast.encoding !== undefined && last !== undefined) {
    const to = withJsonForms(last.to)
    if (to === last.to) return ast
    return changed(ast, { encoding: [...ast.encoding.slice(0, -1), changedLink(last, to)] })
  }
  // Numbers that JSON has none for are refused, not written as text.
  if (ast._tag === "Number") return changed(ast, { toCodecJson: () => ast })
  const representation: unknown = ast.annotations?.["representation"]
  const form = representation instanceof Object && "id" in representation ? forms.get(representation.id) : undefined
  if (form !== undefined) return changed(ast, { annotations: { ...ast.annotations, toCodecJson: form } })
  return "recur" in ast && typeof ast.recur === "function" ? ast.recur(withJsonForms) : ast
}

const changedLink = (link: SchemaAST.Link, to: SchemaAST.AST): SchemaAST.Link =>
  Object.assign(Object.create(Object.getPrototypeOf(link)), link, { to })
