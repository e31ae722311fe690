/**
 * A value, or what was wrong: with the fields of Effect's `Either`, and without Effect.
 *
 * @since 0.1.0
 */

/**
 * What was wrong.
 *
 * @since 0.1.0
 * @category models
 */
export interface Left<out E> {
  readonly _tag: "Left"
  readonly left: E
}

/**
 * A value.
 *
 * @since 0.1.0
 * @category models
 */
export interface Right<out A> {
  readonly _tag: "Right"
  readonly right: A
}

/**
 * A value, or what was wrong. Each of Effect's is one too, but not the other way round: see `asEffect`.
 *
 * @since 0.1.0
 * @category models
 */
export type Either<A, E = never> = Left<E> | Right<A>

/**
 * Something was wrong.
 *
 * @since 0.1.0
 * @category constructors
 */
export const left = <E>(left: E): Either<never, E> => ({ _tag: "Left", left })

/**
 * There is a value.
 *
 * @since 0.1.0
 * @category constructors
 */
export const right = <A>(right: A): Either<A> => ({ _tag: "Right", right })

/**
 * Nothing was wrong.
 *
 * @since 0.1.0
 * @category constructors
 */
export const nothing: Either<void> = right(undefined)

/**
 * Whether something was wrong.
 *
 * @since 0.1.0
 * @category guards
 */
export const isLeft = <A, E>(self: Either<A, E>): self is Left<E> => self._tag === "Left"

/**
 * Makes something else of the value.
 *
 * @since 0.1.0
 * @category combinators
 */
export const map = <A, E, B>(self: Either<A, E>, f: (value: A) => B): Either<B, E> =>
  isLeft(self) ? self : right(f(self.right))

/**
 * Goes on with the value.
 *
 * @since 0.1.0
 * @category combinators
 */
export const flatMap = <A, E, B, E2>(self: Either<A, E>, f: (value: A) => Either<B, E2>): Either<B, E | E2> =>
  isLeft(self) ? self : f(self.right)

/**
 * Makes something else of what was wrong.
 *
 * @since 0.1.0
 * @category combinators
 */
export const mapLeft = <A, E, E2>(self: Either<A, E>, f: (error: E) => E2): Either<A, E2> =>
  isLeft(self) ? left(f(self.left)) : self

/**
 * The value; throws what was wrong.
 *
 * @since 0.1.0
 * @category accessors
 */
export const orThrow = <A, E>(self: Either<A, E>): A => {
  if (isLeft(self)) throw self.left
  return self.right
}
