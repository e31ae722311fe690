/**
 * How a computation failed, without what Effect noted where.
 */
import * as Cause from "effect/Cause"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import { types } from "node:util"
import { formatStacks } from "../printing/formatStacks.js"

/**
 * A cause with the very errors and defects a program failed with. Within a span, Effect wraps them in proxies that lead to
 * the span: these are not the objects themselves, whose private fields they do not have, and hold on to the span.
 */
export const ownCause = <E>(cause: Cause.Cause<E>): Cause.Cause<E> => {
  if (cause._tag === "Fail") {
    const own = Cause.originalError(cause.error)
    return Object.is(own, cause.error) ? cause : Cause.fail(own)
  }
  return Cause.match(cause, {
    onEmpty: Cause.empty,
    onFail: (error): Cause.Cause<E> => Cause.fail(Cause.originalError(error)),
    onDie: (defect) => Cause.die(Cause.originalError(defect)),
    onInterrupt: Cause.interrupt,
    onSequential: Cause.sequential,
    onParallel: Cause.parallel
  })
}

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
  const value = Cause.originalError(given)
  if (types.isNativeError(value)) return { own: value, errors: [value] }
  if (Either.isEither(value) && Either.isLeft(value)) {
    const left: unknown = Cause.originalError(value.left)
    return { own: Object.is(left, value.left) ? value : Either.left(left), errors: [left] }
  }
  if (Exit.isExit(value) && Exit.isFailure(value)) {
    const cause = ownCause(value.cause)
    return { own: cause === value.cause ? value : Exit.failCause(cause), errors: errorsOf(cause) }
  }
  if (Cause.isCause(value)) {
    const cause = ownCause(value)
    return { own: cause, errors: errorsOf(cause) }
  }
  return value === given ? undefined : { own: value, errors: [] }
}

const errorsOf = (cause: Cause.Cause<unknown>): Iterable<unknown> => [...Cause.failures(cause), ...Cause.defects(cause)]
