/**
 * What a schema or a function of the program makes of a value, or what is wrong in words.
 */
import * as Either from "effect/Either"
import type { SchemaIssue } from "../../effect/schemas.js"
import { classOf } from "./classOf.js"
import { schemaFault } from "./schemaFault.js"

/**
 * Errors of a schema as text that holds nothing of the value. A transformation may throw, at what a stranger stored as
 * well, and a value may be nested too deeply for the stack.
 */
export const told =
  <A, B>(done: "encoded" | "decoded", code: (input: A) => Either.Either<B, SchemaIssue>) =>
  (input: A): Either.Either<B, string> => {
    try {
      return Either.mapLeft(code(input), (issue) => schemaFault(issue))
    } catch (cause) {
      return Either.left(`it cannot be ${done}: its schema threw ${classOf(cause)}`)
    }
  }
