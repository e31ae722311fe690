/**
 * Outcomes of checks as effects.
 */
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"

export const fromEither: <A, E>(self: Result.Result<A, E>) => Effect.Effect<A, E> = Effect.fromResult
