/**
 * Where a key or a value does not fit its schema.
 */
import { firstWrongPlace, type WrongPlace } from "../../effect/issues.js"
import { type AnySchema, printType, type SchemaIssue } from "../../effect/schemas.js"
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
export const schemaFieldFault = (whole: string, schema: AnySchema, issue: SchemaIssue): SchemaFieldFault =>
  faultAt(whole, schema, firstWrongPlace(issue))

/** The same of a key. What the issue itself has may be what the key hides. */
export const schemaKeyFault = (schema: AnySchema, key: unknown, issue: SchemaIssue): SchemaKeyFault => {
  const place = firstWrongPlace(issue)
  return { ...faultAt("key", schema, place), value: printKeyAt(key, place.path) }
}

const faultAt = (whole: string, schema: AnySchema, { accepted, path }: WrongPlace): SchemaFieldFault => ({
  field: path.length === 0 ? whole : cutText(path.map((name) => cutText(String(name), 50)).join("."), 100),
  accepted: cutText(path.length === 0 || accepted === undefined ? printType(schema) : accepted, 200)
})
