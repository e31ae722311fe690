/**
 * What a schema finds wrong, without the value it found it in.
 */
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as AST from "effect/SchemaAST"
import { cutText } from "../../Cache/printing/cutText.js"
import { cutStart } from "./cutStart.js"

/**
 * Where a value is wrong and what a schema expects there, such as `$.users[0].name: expected NonEmptyString`: 200
 * characters at most. No part of the value is in it. Names that the schema declares are shown; keys of records, which are
 * part of the value, are `[*]`.
 *
 * Schemas write messages of their own (`message` annotations, what filters return), and the library's default ones quote
 * the value: none of them is used.
 */
export const schemaFault = (issue: ParseResult.ParseIssue): string => {
  const { path, what } = deepest(issue, undefined, [])
  return `${cutStart(`$${path.join("")}`, 90)} ${cutText(what, 105)}`
}

interface Fault {
  readonly path: ReadonlyArray<string>
  readonly what: string
}

/** @param within what the schema says of the place the issue is about, as far as it is known */
const deepest = (issue: ParseResult.ParseIssue, within: AST.AST | undefined, path: ReadonlyArray<string>): Fault => {
  switch (issue._tag) {
    case "Pointer": {
      let place = within
      const steps: Array<string> = []
      for (const segment of isPath(issue.path) ? issue.path : [issue.path]) {
        const step = stepInto(place, segment)
        steps.push(step.label)
        place = step.ast
      }
      return deepest(issue.issue, place, [...path, ...steps])
    }
    case "Composite": {
      const issues = isList(issue.issues) ? issue.issues : [issue.issues]
      const faults = issues.map((each) => deepest(each, issue.ast, path))
      const [first, ...others] = faults
      if (first === undefined) return { path, what: expected(issue.ast) }
      const found = others.reduce((one, other) => other.path.length > one.path.length ? other : one, first)
      // No member of a union comes nearer than the others.
      return AST.isUnion(issue.ast) && others.length > 0 && found.path.length === path.length
        ? { path, what: expected(issue.ast) }
        : found
    }
    case "Refinement":
      // The predicate may tell of a place, and knows nothing better otherwise.
      return issue.kind === "From" || issue.issue._tag === "Pointer" || issue.issue._tag === "Composite"
        ? deepest(issue.issue, issue.ast.from, path)
        : { path, what: expected(issue.ast) }
    case "Transformation":
      return issue.kind === "Transformation"
        ? { path, what: `expected: what ${nameOf(issue.ast)} accepts` }
        : deepest(issue.issue, issue.kind === "Encoded" ? issue.ast.from : issue.ast.to, path)
    case "Missing":
      return { path, what: "is missing" }
    case "Unexpected":
      return { path, what: "is not expected there" }
    case "Forbidden":
      return { path, what: `is for an asynchronous schema, which is not supported: ${nameOf(issue.ast)}` }
    case "Type":
      return { path, what: expected(issue.ast) }
  }
}

const expected = (ast: AST.AST): string => `expected: ${nameOf(ast)}`

/** What a schema calls itself, or its kind where that would be long. Nothing of it depends on a value. */
const nameOf = (ast: AST.AST): string => {
  const called = AST.getIdentifierAnnotation(ast).pipe(
    Option.orElse(() => AST.getTitleAnnotation(ast)),
    Option.orElse(() => AST.getDescriptionAnnotation(ast))
  )
  if (Option.isSome(called)) return called.value
  switch (ast._tag) {
    case "TypeLiteral":
      return "an object"
    case "TupleType":
      return "an array"
    case "Union":
      return ast.types.slice(0, 5).map(nameOf).join(" or ") + (ast.types.length > 5 ? " or others" : "")
    case "Transformation":
      return `the transformation from ${nameOf(ast.from)} to ${nameOf(ast.to)}`
    case "Refinement":
      return `${nameOf(ast.from)} that passes a filter`
    case "Suspend":
      return "what the schema refers to"
    default:
      return String(ast)
  }
}

const isPath = (path: ParseResult.Path): path is Extract<ParseResult.Path, ReadonlyArray<unknown>> =>
  Array.isArray(path)

const isList = <A>(issues: ParseResult.SingleOrNonEmpty<A>): issues is Exclude<typeof issues, A> =>
  Array.isArray(issues)

interface Step {
  readonly label: string
  readonly ast: AST.AST | undefined
}

const unknownStep: Step = { label: "[*]", ast: undefined }

/** A step from a place to one inside it, shown only where the schema itself says that there is one of this name. */
const stepInto = (ast: AST.AST | undefined, segment: PropertyKey): Step => {
  switch (ast?._tag) {
    case "TypeLiteral": {
      const property = ast.propertySignatures.find(({ name }) => name === segment)
      return property === undefined ? unknownStep : { label: labelOf(segment), ast: property.type }
    }
    case "TupleType":
      return typeof segment === "number" && Number.isSafeInteger(segment)
        ? { label: `[${segment}]`, ast: (ast.elements[segment] ?? ast.rest[0])?.type }
        : unknownStep
    case "Refinement":
      return stepInto(ast.from, segment)
    case "Suspend":
      return stepInto(ast.f(), segment)
    case "Transformation":
      return either([ast.to, ast.from], segment)
    case "Union":
      return either(ast.types, segment)
    default:
      return unknownStep
  }
}

const either = (asts: ReadonlyArray<AST.AST>, segment: PropertyKey): Step => {
  for (const ast of asts) {
    const step = stepInto(ast, segment)
    if (step !== unknownStep) return step
  }
  return unknownStep
}

const labelOf = (name: PropertyKey): string => {
  const text = String(name)
  return /^[A-Za-z_$][\w$]*$/.test(text) ? `.${cutText(text, 40)}` : `[${JSON.stringify(cutText(text, 40))}]`
}
