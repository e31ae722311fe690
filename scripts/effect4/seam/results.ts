/**
 * Outcomes of checks as effects.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Result from "effect/Result"

export const fromEither: <A, E>(self: Result.Result<A, E>) => Effect.Effect<A, E> = Effect.fromResult

export const flattenExit = <A, E, E2>(self: Exit.Exit<Exit.Exit<A, E>, E2>): Exit.Exit<A, E | E2> =>
  Exit.isSuccess(self) ? self.value : Exit.failCause(self.cause)
