/**
 * Using what is leased.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { requireEffect } from "../options/requireEffect.js"
import type { LeasedValue } from "./LeasedValue.js"
import type { Restore } from "./LeaseTable.js"

/** Uses a value that is leased, and ends the lease. */
export const used = <K, V, A, E, R>(
  name: string,
  leased: LeasedValue<K, V>,
  f: (value: V) => Effect.Effect<A, E, R>,
  restore: Restore
): Effect.Effect<A, E, R> => {
  const effect = effectOf(name, leased, f)
  // There is nothing to run: the lease ends within the step that it began in.
  if (isDone(effect)) {
    leased.end()
    return effect
  }
  return Effect.matchCauseEffect(restore(effect), {
    onFailure: (cause) => {
      leased.end()
      return Effect.failCause(cause)
    },
    onSuccess: (value) => {
      leased.end()
      return Effect.succeed(value)
    }
  })
}

const effectOf = <K, V, A, E, R>(
  name: string,
  leased: LeasedValue<K, V>,
  f: (value: V) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  try {
    return requireEffect(name, "use", f(leased.value))
  } catch (defect) {
    leased.end()
    throw defect
  }
}

/** The same in an `Option`. */
export const inSome = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<A>, E, R> =>
  isDone(effect) ? Exit.map(effect, Option.some) : Effect.asSome(effect)

const isDone = <A, E, R>(effect: Effect.Effect<A, E, R>): effect is Effect.Effect<A, E, R> & Exit.Exit<A, E> =>
  Exit.isExit(effect)

/** Lets a lease end with the scope. */
export const handToScope = <K, V>(leased: LeasedValue<K, V>): Effect.Effect<V, never, Scope.Scope> =>
  Effect.flatMap(Effect.scope, (scope) => leased.handTo(scope))
