/**
 * A value, or what was wrong: with the fields of Effect's `Result`, and without Effect.
 */

/** What was wrong. */
export interface Left<out E> {
  readonly _tag: "Failure"
  readonly failure: E
}

interface Right<out A> {
  readonly _tag: "Success"
  readonly success: A
}

export type Either<A, E = never> = Left<E> | Right<A>

export const left = <E>(failure: E): Either<never, E> => ({ _tag: "Failure", failure })

export const right = <A>(success: A): Either<A> => ({ _tag: "Success", success })

export const nothing: Either<void> = right(undefined)

export const isLeft = <A, E>(self: Either<A, E>): self is Left<E> => self._tag === "Failure"

export const map = <A, E, B>(self: Either<A, E>, f: (value: A) => B): Either<B, E> =>
  isLeft(self) ? self : right(f(self.success))

export const flatMap = <A, E, B, E2>(self: Either<A, E>, f: (value: A) => Either<B, E2>): Either<B, E | E2> =>
  isLeft(self) ? self : f(self.success)

export const mapLeft = <A, E, E2>(self: Either<A, E>, f: (error: E) => E2): Either<A, E2> =>
  isLeft(self) ? left(f(self.failure)) : self

export const orThrow = <A, E>(self: Either<A, E>): A => {
  if (isLeft(self)) throw self.failure
  return self.success
}
