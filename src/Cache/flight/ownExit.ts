/**
 * How a computation ended, without what Effect noted where.
 */
import * as Cause from "effect/Cause"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import { types } from "node:util"
import { errorsIn, ownCause, ownError } from "../../effect/outcomes.js"
import { formatStacks } from "../printing/formatStacks.js"

/** An exit with the very errors and defects a program failed with, and with those its value tells of. */
export const ownExit = <A, E>(exit: Exit.Exit<A, E>): Exit.Exit<A, E> => {
  if (Exit.isSuccess(exit)) {
    const value = ownValue(exit.value)
    return Object.is(value, exit.value) ? exit : Exit.succeed(value)
  }
  const own = ownCause(exit.cause)
  return own === exit.cause ? exit : Exit.failCause(own)
}

/**
 * A value that tells of a failure (an error, an `Exit`, an `Either` or a `Cause`) with the very error, whose stack is
 * text from here on: the value may be kept. Any other value is left as it is.
 */
const ownValue = <A>(value: A): A => {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value
  const told = toldBy(value)
  if (told === undefined) return value
  for (const error of told.errors) formatStacks(error)
  // Sound: it is the same but for the proxies, which have the types of what they stand for.
  return told.own as A
}

const toldBy = (given: object): { readonly own: object; readonly errors: Iterable<unknown> } | undefined => {
  const value = ownError(given)
  if (types.isNativeError(value)) return { own: value, errors: [value] }
  if (Either.isEither(value) && Either.isLeft(value)) {
    const left: unknown = ownError(value.left)
    return { own: Object.is(left, value.left) ? value : Either.left(left), errors: [left] }
  }
  if (Exit.isExit(value) && Exit.isFailure(value)) {
    const cause = ownCause(value.cause)
    return { own: cause === value.cause ? value : Exit.failCause(cause), errors: errorsIn(cause) }
  }
  if (Cause.isCause(value)) {
    const cause = ownCause(value)
    return { own: cause, errors: errorsIn(cause) }
  }
  return value === given ? undefined : { own: value, errors: [] }
}
