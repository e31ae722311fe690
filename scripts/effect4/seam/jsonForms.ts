/**
 * What programs on Effect 3 write as JSON, and read, where schemas of Effect 4 by themselves have another form.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
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
  Schema.TaggedStruct("Millis", { millis: Schema.Int }),
  Schema.TaggedStruct("Nanos", { nanos: Schema.BigInt }),
  Schema.TaggedStruct("Infinity", {}),
  Schema.TaggedStruct("NegativeInfinity", {})
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
          : written._tag === "Infinity"
          ? Duration.infinity
          : Duration.negativeInfinity,
      encode: (value: Duration.Duration): typeof Written.Type =>
        value.value._tag === "Nanos" ? { _tag: "Nanos", nanos: value.value.nanos } : value.value
    })
  )

const asItIs = () => undefined

const ofJson: Forms = { bigInts: false, of: new Map<string, Form>([["Uint8Array", bytes], ["Duration", duration]]) }

/** MessagePack has dates, bytes and big integers. */
const ofMessagePack: Forms = {
  bigInts: true,
  of: new Map<string, Form>([["Date", asItIs], ["Uint8Array", asItIs], ["Duration", duration]])
}

type Form = () => SchemaAST.Link | undefined

interface Forms {
  readonly bigInts: boolean
  readonly of: ReadonlyMap<string, Form>
}

const changed = <A extends object>(node: A, changes: object): A =>
  Object.assign(Object.create(Object.getPrototypeOf(node)), node, changes)

const standard = "effect/schema/"

/** With these forms in a schema, wherever in it they are asked for. */
const withForms = ({ bigInts, of }: Forms) => {
  const made = new WeakMap<SchemaAST.AST, SchemaAST.AST>()
  const within = (ast: SchemaAST.AST): SchemaAST.AST => {
    const known = made.get(ast)
    if (known !== undefined) return known
    const result = make(ast)
    made.set(ast, result)
    return result
  }
  const make = (ast: SchemaAST.AST): SchemaAST.AST => {
    const last = ast.encoding?.at(-1)
    if (ast.encoding !== undefined && last !== undefined) {
      const to = within(last.to)
      return to === last.to
        ? ast
        : changed(ast, { encoding: [...ast.encoding.slice(0, -1), changed(last, { to })] })
    }
    switch (ast._tag) {
      // What there is none for is refused where it is written, and not written as something else.
      case "Number":
      case "Undefined":
      case "Void":
        return changed(ast, { toCodecJson: () => ast })
      case "Unknown":
        return changed(SchemaAST.any, { annotations: ast.annotations, checks: ast.checks, context: ast.context })
      case "BigInt":
        return bigInts ? changed(ast, { toCodecStringTree: () => ast }) : ast
      case "Declaration": {
        const representation: unknown = ast.annotations?.["representation"]
        const id = representation instanceof Object && "id" in representation ? String(representation.id) : ""
        const { toCodec, toCodecJson } = ast.annotations ?? {}
        const isKnown = id.startsWith(standard) || toCodec !== undefined || toCodecJson !== undefined
        const form = isKnown ? of.get(id.slice(standard.length)) : asItIs
        if (form !== undefined) return changed(ast, { annotations: { ...ast.annotations, toCodecJson: form } })
      }
    }
    return "recur" in ast && typeof ast.recur === "function" ? ast.recur(within) : ast
  }
  return within
}

export const withJsonForms = withForms(ofJson)

export const withMessagePackForms = withForms(ofMessagePack)
