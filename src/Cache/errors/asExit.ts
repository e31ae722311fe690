/**
 * From a value or what was wrong to an Effect that is done.
 *
 * @since 0.1.0
 */
import * as Exit from "effect/Exit"
import { type Either, isLeft } from "./Either.js"

/**
 * Succeeds with the value, or fails with what was wrong.
 *
 * @since 0.1.0
 * @category conversions
 */
export const asExit = <A, E>(either: Either<A, E>): Exit.Exit<A, E> =>
  isLeft(either) ? Exit.fail(either.left) : Exit.succeed(either.right)
