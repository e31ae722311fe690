/**
 * What a schema finds wrong, without the value it found it in.
 */
import { cutText } from "../../Cache/printing/cutText.js"
import { deepestFault, type Step } from "../../effect/issues.js"
import type { SchemaIssue } from "../../effect/schemas.js"
import { cutStart } from "./cutStart.js"

/**
 * Where a value is wrong and what a schema expects there, such as `$.users[0].name: expected NonEmptyString`: 200
 * characters at most. No part of the value is in it. Names that the schema declares are shown; keys of records, which are
 * part of the value, are `[*]`.
 *
 * Schemas write messages of their own (`message` annotations, what filters return), and the library's default ones quote
 * the value: none of them is used.
 */
export const schemaFault = (issue: SchemaIssue): string => {
  const { path, what } = deepestFault(issue)
  return `${cutStart(`$${path.map(labelOf).join("")}`, 90)} ${cutText(what, 105)}`
}

const labelOf = (step: Step): string => {
  if (step === undefined) return "[*]"
  if (typeof step === "number") return `[${step}]`
  const text = String(step)
  return /^[A-Za-z_$][\w$]*$/.test(text) ? `.${cutText(text, 40)}` : `[${JSON.stringify(cutText(text, 40))}]`
}
