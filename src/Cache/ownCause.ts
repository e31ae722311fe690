/**
 * How a computation failed, without what Effect noted where.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"

/**
 * A cause with the very errors and defects a program failed with. Within a span, Effect wraps them in proxies that lead to
 * the span: these are not the objects themselves, whose private fields they do not have, and hold on to the span.
 *
 * @since 0.1.0
 * @category conversions
 */
export const ownCause = <E>(cause: Cause.Cause<E>): Cause.Cause<E> => {
  if (cause._tag === "Fail") {
    const own = Cause.originalError(cause.error)
    return own === cause.error ? cause : Cause.fail(own)
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

/**
 * An exit with the very errors and defects a program failed with.
 *
 * @since 0.1.0
 * @category conversions
 */
export const ownExit = <A, E>(exit: Exit.Exit<A, E>): Exit.Exit<A, E> => {
  if (Exit.isSuccess(exit)) return exit
  const own = ownCause(exit.cause)
  return own === exit.cause ? exit : Exit.failCause(own)
}
