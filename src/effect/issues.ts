/**
 * Where a schema finds something wrong, and what it expects there. What an issue says itself would show the value.
 */
import * as Option from "effect/Option"
import * as AST from "effect/SchemaAST"
import type { SchemaIssue } from "./schemas.js"

/** The first place that is wrong, and what is accepted there, if that can be told. */
export interface WrongPlace {
  readonly path: ReadonlyArray<PropertyKey>
  readonly accepted: string | undefined
}

/** The first place that is wrong. */
export const firstWrongPlace = (issue: SchemaIssue): WrongPlace => {
  const { ast, path } = placeOf(issue)
  return { path, accepted: ast === undefined ? undefined : String(ast) }
}

interface Place {
  readonly path: ReadonlyArray<PropertyKey>
  readonly ast: AST.AST | undefined
}

const placeOf = (issue: SchemaIssue): Place => {
  switch (issue._tag) {
    case "Pointer": {
      const { ast, path } = placeOf(issue.issue)
      return { path: [...listOf(issue.path), ...path], ast }
    }
    case "Composite": {
      const first = listOf(issue.issues)[0]
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

function listOf<A>(one: A | ReadonlyArray<A>): ReadonlyArray<A> {
  return Array.isArray(one) ? one : [one as A]
}

/** A step from a value to a part of it; `undefined` where the schema itself says of no part of this name. */
export type Step = PropertyKey | undefined

/** What is wrong deepest inside a value. */
export interface DeepestFault {
  readonly path: ReadonlyArray<Step>
  readonly what: string
}

/** What is wrong deepest inside a value. Nothing of it depends on the value but the places in arrays. */
export const deepestFault = (issue: SchemaIssue): DeepestFault => deepest(issue, undefined, [])

/** @param within what the schema says of the place the issue is about, as far as it is known */
const deepest = (issue: SchemaIssue, within: AST.AST | undefined, path: ReadonlyArray<Step>): DeepestFault => {
  switch (issue._tag) {
    case "Pointer": {
      let place = within
      const steps: Array<Step> = []
      for (const segment of listOf(issue.path)) {
        const next = partOf(place, segment)
        steps.push(next?.step)
        place = next?.ast
      }
      return deepest(issue.issue, place, [...path, ...steps])
    }
    case "Composite": {
      const faults = listOf(issue.issues).map((each) => deepest(each, issue.ast, path))
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

interface Part {
  readonly step: PropertyKey
  readonly ast: AST.AST | undefined
}

const partOf = (ast: AST.AST | undefined, segment: PropertyKey): Part | undefined => {
  switch (ast?._tag) {
    case "TypeLiteral": {
      const property = ast.propertySignatures.find(({ name }) => name === segment)
      return property === undefined ? undefined : { step: segment, ast: property.type }
    }
    case "TupleType":
      return typeof segment === "number" && Number.isSafeInteger(segment)
        ? { step: segment, ast: (ast.elements[segment] ?? ast.rest[0])?.type }
        : undefined
    case "Refinement":
      return partOf(ast.from, segment)
    case "Suspend":
      return partOf(ast.f(), segment)
    case "Transformation":
      return partOf(ast.to, segment) ?? partOf(ast.from, segment)
    case "Union": {
      for (const member of ast.types) {
        const part = partOf(member, segment)
        if (part !== undefined) return part
      }
      return undefined
    }
    default:
      return undefined
  }
}
