/**
 * Where a key or a value does not fit its schema.
 */
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { cutText } from "../printing/cutText.js"
import { printKeyAt } from "../printing/printKey.js"

/** The field that is wrong, and what is accepted there: 100 and 200 characters at most. */
export interface SchemaFieldFault {
  readonly field: string
  readonly accepted: string
}

/** The same of a key, with what is there, printed: values of entries are shown to nobody. */
export interface SchemaKeyFault extends SchemaFieldFault {
  readonly value: string
}

/**
 * Where the first thing is wrong, and what is accepted there. The issue's own text would show the value.
 *
 * @param whole what the whole is called, where no field of it is wrong
 */
export const schemaFieldFault = (
  whole: string,
  schema: Schema.Schema.Any,
  issue: ParseResult.ParseIssue
): SchemaFieldFault => faultAt(whole, schema, placeOf(issue))

/** The same of a key. What the issue itself has may be what the key hides. */
export const schemaKeyFault = (
  schema: Schema.Schema.Any,
  key: unknown,
  issue: ParseResult.ParseIssue
): SchemaKeyFault => {
  const place = placeOf(issue)
  return { ...faultAt("key", schema, place), value: printKeyAt(key, place.path) }
}

const faultAt = (whole: string, schema: Schema.Schema.Any, { ast, path }: FaultPlace): SchemaFieldFault => ({
  field: path.length === 0 ? whole : cutText(path.map((name) => cutText(String(name), 50)).join("."), 100),
  accepted: path.length === 0 || ast === undefined ? printSchema(schema) : shortSchema(ast)
})

const printSchema = (schema: Schema.Schema.Any): string => shortSchema(Schema.typeSchema(schema).ast)

const shortSchema = (ast: AST.AST): string => cutText(String(ast), 200)

interface FaultPlace {
  readonly path: ReadonlyArray<PropertyKey>
  readonly ast: AST.AST | undefined
}

// The formatters would print all of the value.
const placeOf = (issue: ParseResult.ParseIssue): FaultPlace => {
  switch (issue._tag) {
    case "Pointer": {
      const { ast, path } = placeOf(issue.issue)
      return { path: [...(isList(issue.path) ? issue.path : [issue.path]), ...path], ast }
    }
    case "Composite": {
      const first = isList(issue.issues) ? issue.issues[0] : issue.issues
      const place = first === undefined ? { path: [], ast: issue.ast } : placeOf(first)
      // Of a union all members are accepted.
      return AST.isUnion(issue.ast) && place.path.length === 0 ? { path: [], ast: issue.ast } : place
    }
    case "Refinement": {
      const place = placeOf(issue.issue)
      return place.path.length === 0 ? { path: [], ast: issue.ast } : place
    }
    case "Transformation":
      return placeOf(issue.issue)
    case "Missing":
      return { path: [], ast: issue.ast.type }
    case "Unexpected":
      return { path: [], ast: undefined }
    default:
      return { path: [], ast: issue.ast }
  }
}

const isList = <A>(one: A | ReadonlyArray<A>): one is ReadonlyArray<A> => Array.isArray(one)
