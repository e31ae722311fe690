/**
 * A value, or what was wrong: with the fields of Effect's `Either`, and without Effect.
 */

/** What was wrong. */
export interface Left<out E> {
  readonly _tag: "Left"
  readonly left: E
}

/** A value. */
interface Right<out A> {
  readonly _tag: "Right"
  readonly right: A
}

/** A value, or what was wrong. Each of Effect's is one too, but not the other way round: see `asEffect`. */
export type Either<A, E = never> = Left<E> | Right<A>

/** Something was wrong. */
export const left = <E>(left: E): Either<never, E> => ({ _tag: "Left", left })

/** There is a value. */
export const right = <A>(right: A): Either<A> => ({ _tag: "Right", right })

/** Nothing was wrong. */
export const nothing: Either<void> = right(undefined)

/** Whether something was wrong. */
export const isLeft = <A, E>(self: Either<A, E>): self is Left<E> => self._tag === "Left"

/** Makes something else of the value. */
export const map = <A, E, B>(self: Either<A, E>, f: (value: A) => B): Either<B, E> =>
  isLeft(self) ? self : right(f(self.right))

/** Goes on with the value. */
export const flatMap = <A, E, B, E2>(self: Either<A, E>, f: (value: A) => Either<B, E2>): Either<B, E | E2> =>
  isLeft(self) ? self : f(self.right)

/** Makes something else of what was wrong. */
export const mapLeft = <A, E, E2>(self: Either<A, E>, f: (error: E) => E2): Either<A, E2> =>
  isLeft(self) ? left(f(self.left)) : self

/** The value; throws what was wrong. */
export const orThrow = <A, E>(self: Either<A, E>): A => {
  if (isLeft(self)) throw self.left
  return self.right
}
