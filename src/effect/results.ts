/**
 * Outcomes of checks as effects.
 */
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Exit from "effect/Exit"

/** Succeeds or fails as it did. */
export const fromEither = <A, E>(self: Either.Either<A, E>): Effect.Effect<A, E> => self

/** The exit of what ended with an exit. */
export const flattenExit: <A, E, E2>(self: Exit.Exit<Exit.Exit<A, E>, E2>) => Exit.Exit<A, E | E2> = Exit.flatten
