/**
 * Computations as events.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { clockOf } from "../../effect/clocks.js"
import { ownCause } from "../../effect/outcomes.js"
import type { StoreEvent } from "./StoreEvent.js"

/** A computation whose start and end are published. */
export const announceComputation = <K, A, E, R>(
  hub: { readonly publish: (event: () => StoreEvent<K>) => void },
  key: K,
  compute: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime<A, E, R>((fiber) => {
    const clock = clockOf(fiber)
    const started = clock.unsafeCurrentTimeMillis()
    hub.publish(() => ({ _tag: "ComputationStarted", key }))
    return Effect.onExit(compute, (exit) => {
      const millis = clock.unsafeCurrentTimeMillis() - started
      hub.publish(() => ({ _tag: "ComputationEnded", key, ...endOf(exit), millis }))
      return Exit.void
    })
  })

/** How a computation ended, as events tell it. */
export const endOf = (
  exit: Exit.Exit<unknown, unknown>
): Pick<Extract<StoreEvent<never>, { readonly _tag: "ComputationEnded" }>, "outcome" | "cause"> => {
  if (Exit.isSuccess(exit)) return { outcome: "success" }
  if (Cause.isInterrupted(exit.cause)) return { outcome: "interruption" }
  const cause = ownCause(exit.cause)
  return { outcome: Option.isSome(Cause.failureOption(cause)) ? "failure" : "defect", cause }
}
