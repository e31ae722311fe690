/**
 * Computations as events.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { StoreEvent } from "./StoreEvent.js"

/**
 * A computation whose start and end are published.
 *
 * @since 0.1.0
 * @category combinators
 */
export const announced = <K, A, E, R>(
  hub: { readonly publish: (event: () => StoreEvent<K>) => void },
  key: K,
  compute: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.currentTimeMillis, (started) => {
    hub.publish(() => ({ _tag: "ComputationStarted", key }))
    return Effect.onExit(compute, (exit) =>
      Effect.map(
        Clock.currentTimeMillis,
        (now) => hub.publish(() => ({ _tag: "ComputationEnded", key, outcome: outcomeOf(exit), millis: now - started }))
      ))
  })

const outcomeOf = (exit: Exit.Exit<unknown, unknown>) => {
  if (Exit.isSuccess(exit)) return "success"
  if (Cause.isInterrupted(exit.cause)) return "interruption"
  return Option.isSome(Cause.failureOption(exit.cause)) ? "failure" : "defect"
}
