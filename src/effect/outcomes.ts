/**
 * How something ended: causes without what Effect notes in them, and checks as effects.
 */
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"

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

/** The very error that something stands for. */
export const ownError: <E>(error: E) => E = Cause.originalError

/** All that a cause has: what failed, and what died. */
export const errorsIn = (cause: Cause.Cause<unknown>): ReadonlyArray<unknown> => [
  ...Cause.failures(cause),
  ...Cause.defects(cause)
]

/** The first defect of a cause, `undefined` where there is none. */
export const firstDefect = (cause: Cause.Cause<unknown>): unknown => Option.getOrUndefined(Cause.dieOption(cause))

/** The first failure of a cause on the left; where there is none, the cause on the right. */
export const failureOrCause: <E>(cause: Cause.Cause<E>) => Either.Either<Cause.Cause<never>, E> = Cause.failureOrCause

/** Succeeds or fails as it did. */
export const fromEither = <A, E>(self: Either.Either<A, E>): Effect.Effect<A, E> => self

/** The exit of what ended with an exit. */
export const flattenExit: <A, E, E2>(self: Exit.Exit<Exit.Exit<A, E>, E2>) => Exit.Exit<A, E | E2> = Exit.flatten
