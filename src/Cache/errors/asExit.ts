/**
 * From a value or what was wrong to an Effect that is done.
 */
import * as Exit from "effect/Exit"
import { type Either, isLeft } from "../../effect/plainEither.js"

/** Succeeds with the value, or fails with what was wrong. */
export const asExit = <A, E>(either: Either<A, E>): Exit.Exit<A, E> =>
  isLeft(either) ? Exit.fail(either.left) : Exit.succeed(either.right)
