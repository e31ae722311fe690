/**
 * Outcomes of checks as effects.
 */
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"

/** Succeeds or fails as it did. */
export const fromEither = <A, E>(self: Either.Either<A, E>): Effect.Effect<A, E> => self
