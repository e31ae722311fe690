/**
 * How something ended: causes without what Effect notes in them (where in the program something failed, and in which span,
 * which it holds on to), and checks as effects.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"

export const ownCause = <E>(cause: Cause.Cause<E>): Cause.Cause<E> =>
  cause.reasons.every(({ annotations }) => annotations.size === 0)
    ? cause
    : Cause.fromReasons(cause.reasons.map((reason): Cause.Reason<E> => {
      switch (reason._tag) {
        case "Fail":
          return Cause.makeFailReason(reason.error)
        case "Die":
          return Cause.makeDieReason(reason.defect)
        case "Interrupt":
          return Cause.makeInterruptReason(reason.fiberId)
      }
    }))

export const ownError = <E>(error: E): E => error

export const errorsIn = (cause: Cause.Cause<unknown>): ReadonlyArray<unknown> =>
  cause.reasons.flatMap((reason) =>
    reason._tag === "Fail" ? [reason.error] : reason._tag === "Die" ? [reason.defect] : []
  )

export const firstDefect = (cause: Cause.Cause<unknown>): unknown => cause.reasons.find(Cause.isDieReason)?.defect

export const failureOrCause = <E>(cause: Cause.Cause<E>): Result.Result<Cause.Cause<never>, E> =>
  Result.flip(Cause.findError(cause))

export const fromEither: <A, E>(self: Result.Result<A, E>) => Effect.Effect<A, E> = Effect.fromResult

export const flattenExit = <A, E, E2>(self: Exit.Exit<Exit.Exit<A, E>, E2>): Exit.Exit<A, E | E2> =>
  Exit.isSuccess(self) ? self.value : Exit.failCause(self.cause)
