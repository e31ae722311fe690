/**
 * Where a schema finds something wrong, and what it expects there. What an issue says itself would show the value.
 */
import * as AST from "effect/SchemaAST"
import type { SchemaIssue } from "./schemas.js"

export interface WrongPlace {
  readonly path: ReadonlyArray<PropertyKey>
  readonly accepted: string | undefined
}

export const firstWrongPlace = (issue: SchemaIssue): WrongPlace => placeOf(issue, undefined)

/** @param within what the schema says of the place the issue is about, as far as it is known */
const placeOf = (issue: SchemaIssue, within: AST.AST | undefined): WrongPlace => {
  switch (issue._tag) {
    case "Pointer": {
      const inside = issue.path.reduce<AST.AST | undefined>((ast, segment) => partOf(ast, segment)?.ast, within)
      const { accepted, path } = placeOf(issue.issue, inside)
      return { path: [...issue.path, ...path], accepted }
    }
    case "Composite":
      return placeOf(issue.issues[0], issue.ast)
    case "AnyOf": {
      const first = issue.issues[0]
      const place = first === undefined ? { path: [], accepted: undefined } : placeOf(first, undefined)
      // Of a union all members are accepted.
      return place.path.length === 0 ? { path: [], accepted: printAst(issue.ast) } : place
    }
    case "Filter": {
      const place = placeOf(issue.issue, within)
      return place.path.length === 0 ? { path: [], accepted: ofFilter(issue.filter.annotations, within) } : place
    }
    case "Encoding":
      return placeOf(issue.issue, issue.ast)
    case "UnexpectedKey":
      return { path: [], accepted: undefined }
    case "InvalidType":
    case "OneOf":
      return { path: [], accepted: printAst(issue.ast) }
    default:
      return { path: [], accepted: within && printAst(within) }
  }
}

export type Step = PropertyKey | undefined

export interface DeepestFault {
  readonly path: ReadonlyArray<Step>
  readonly what: string
}

export const deepestFault = (issue: SchemaIssue): DeepestFault => deepest(issue, undefined, [])

const deepest = (issue: SchemaIssue, within: AST.AST | undefined, path: ReadonlyArray<Step>): DeepestFault => {
  switch (issue._tag) {
    case "Pointer": {
      let place = within
      const steps: Array<Step> = []
      for (const segment of issue.path) {
        const next = partOf(place, segment)
        steps.push(next?.step)
        place = next?.ast
      }
      return deepest(issue.issue, place, [...path, ...steps])
    }
    case "Composite":
    case "AnyOf": {
      const faults = issue.issues.map((each) => deepest(each, issue.ast, path))
      const [first, ...others] = faults
      if (first === undefined) return { path, what: expected(nameOf(issue.ast)) }
      const found = others.reduce((one, other) => other.path.length > one.path.length ? other : one, first)
      // No member of a union comes nearer than the others.
      return issue._tag === "AnyOf" && others.length > 0 && found.path.length === path.length
        ? { path, what: expected(nameOf(issue.ast)) }
        : found
    }
    case "Filter":
      // The predicate may tell of a place, and knows nothing better otherwise.
      return issue.issue._tag === "Pointer" || issue.issue._tag === "Composite"
        ? deepest(issue.issue, within, path)
        : { path, what: expected(ofFilter(issue.filter.annotations, within)) }
    case "Encoding":
      return issue.issue._tag === "InvalidValue"
        ? { path, what: expected(`what can be read as ${nameOf(issue.ast)}`) }
        : deepest(issue.issue, issue.ast, path)
    case "MissingKey":
      return { path, what: "is missing" }
    case "UnexpectedKey":
      return { path, what: "is not expected there" }
    case "Forbidden":
      return { path, what: `is for an asynchronous schema, which is not supported: ${within ? nameOf(within) : "it"}` }
    case "InvalidType":
      return { path, what: expected(kindOf(issue.ast)) }
    case "OneOf":
      return { path, what: expected(nameOf(issue.ast)) }
    case "InvalidValue":
      return { path, what: expected(within ? nameOf(within) : "another value") }
  }
}

const expected = (what: string): string => `expected: ${what}`

type Annotations = { readonly [name: string]: unknown } | undefined

const calledIn = (annotations: Annotations): string | undefined =>
  ["identifier", "title", "description", "expected"]
    .map((name) => annotations?.[name])
    .find((text) => typeof text === "string")

const ofFilter = (annotations: Annotations, within: AST.AST | undefined): string =>
  calledIn(annotations) ?? (within ? nameOf(within) : "what passes a filter")

/** What a schema calls itself, or its kind where that would be long. Nothing of it depends on a value. */
const nameOf = (ast: AST.AST): string => {
  const check = ast.checks?.[ast.checks.length - 1]
  return check === undefined ? kindOf(ast) : calledIn(check.annotations) ?? `${kindOf(ast)} that passes a filter`
}

/** The same without what its checks demand. */
const kindOf = (ast: AST.AST): string => {
  const called = calledIn(ast.annotations)
  if (called !== undefined) return called
  switch (ast._tag) {
    case "Objects":
      return "an object"
    case "Arrays":
      return "an array"
    case "Union":
      return ast.types.slice(0, 5).map(nameOf).join(" or ") + (ast.types.length > 5 ? " or others" : "")
    case "Suspend":
      return "what the schema refers to"
    case "Literal":
      return typeof ast.literal === "string" ? JSON.stringify(ast.literal) : String(ast.literal)
    default:
      return ast._tag === "Declaration" ? "a declared type" : ast._tag.toLowerCase()
  }
}

/** A schema as a type of TypeScript, as far down as a message has room for. */
export const printAst = (ast: AST.AST, depth = 0): string => {
  const called = AST.resolveIdentifier(ast) ?? AST.resolveTitle(ast)
  if (called !== undefined) return called
  const inner = (one: AST.AST) => depth < 5 ? printAst(one, depth + 1) : "..."
  switch (ast._tag) {
    case "Objects": {
      const fields = ast.propertySignatures.map(({ name, type }) =>
        `readonly ${String(name)}${AST.isOptional(type) ? "?" : ""}: ${inner(type)}`
      )
      const rest = ast.indexSignatures.map(({ parameter, type }) => `readonly [x: ${inner(parameter)}]: ${inner(type)}`)
      const all = [...fields, ...rest]
      return all.length === 0 ? "{}" : `{ ${all.join("; ")} }`
    }
    case "Arrays": {
      const [rest] = ast.rest
      return ast.elements.length === 0 && rest !== undefined
        ? `ReadonlyArray<${inner(rest)}>`
        : `readonly [${[...ast.elements.map(inner), ...ast.rest.map((one) => `...${inner(one)}[]`)].join(", ")}]`
    }
    case "Union":
      return ast.types.map(inner).join(" | ")
    default:
      return nameOf(ast)
  }
}

interface Part {
  readonly step: PropertyKey
  readonly ast: AST.AST | undefined
}

const partOf = (ast: AST.AST | undefined, segment: PropertyKey): Part | undefined => {
  switch (ast?._tag) {
    case "Objects": {
      const property = ast.propertySignatures.find(({ name }) => name === segment)
      return property === undefined ? undefined : { step: segment, ast: property.type }
    }
    case "Arrays":
      return typeof segment === "number" && Number.isSafeInteger(segment)
        ? { step: segment, ast: ast.elements[segment] ?? ast.rest[0] }
        : undefined
    case "Suspend":
      return partOf(ast.thunk(), segment)
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
