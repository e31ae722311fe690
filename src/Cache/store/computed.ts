/**
 * What the computations of a store come to.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { LazyArg } from "effect/Function"
import type { BoundedMap } from "../engine/BoundedMap.js"
import type { Flight, FlightGroup } from "../flight/FlightGroup.js"
import { ownCause } from "../flight/ownCause.js"
import type { Stored } from "./FreshMap.js"
import type { Freshness } from "./Freshness.js"
import type { WriteOptions } from "./StoreOptions.js"

/** What a computation comes to: a value, one that is given out in its place, or none. */
export type Computed<V, G> = V | InPlaceOfFailure<V, G> | NotLoaded

/** A value that is given out because the computation failed, and how it did. */
export class InPlaceOfFailure<out V, out G> {
  readonly value: V
  readonly cause: Cause.Cause<G>
  constructor(value: V, cause: Cause.Cause<G>) {
    this.value = value
    this.cause = cause
  }
}

/** A load of many values had none for a key. */
export class NotLoaded {
  readonly _tag = "NotLoaded"
}

/**
 * A lookup that can compute. `E` is how it may fail, `G` what those who share computations with it know of how these fail.
 */
export interface Call<in out K, in out V, in out E, in out G> {
  readonly key: K
  /** Who shares computations with it. */
  readonly group: FlightGroup<K, Computed<V, G>, G>
  /** The computation. It needs nothing of its caller. */
  readonly compute: LazyArg<Effect.Effect<V | NotLoaded, G>>
  /** What is decided for the write of a value. */
  readonly write: (value: V) => WriteOptions | undefined
  /** What a failed computation is for the caller; nothing if it is his turn. */
  readonly failed: (cause: Cause.Cause<G>) => Exit.Exit<never, E> | undefined
}

/** Joins the computation of a key, or starts it: part of a step. */
export type Enter<K, V, F> = <E, G>(
  map: BoundedMap<K, Stored<V, F>>,
  caller: Fiber.RuntimeFiber<unknown, unknown>,
  call: Call<K, V, E, G>,
  roll: number
) => Flight<Computed<V, G>, G>

/**
 * A lookup among others who compute in ways of their own: it fails with a failure of its own computation, or with one that
 * may be remembered. After any other of somebody else's it is its turn.
 */
export const callAmongOthers = <K, V, E, F>(
  freshness: Freshness<F>,
  key: K,
  group: FlightGroup<K, Computed<V, unknown>, unknown>,
  compute: LazyArg<Effect.Effect<V | NotLoaded, E>>,
  write: WriteOptions | undefined
): Call<K, V, E | F, unknown> => {
  let isOwn = false
  let own: Cause.Cause<E> | undefined
  return {
    key,
    group,
    compute: () => {
      isOwn = true
      return Effect.tapErrorCause(compute(), (cause) =>
        Effect.sync(() => {
          own = ownCause(cause)
        }))
    },
    write: () => write,
    failed: (cause) => {
      const shared = Cause.failureOrCause(cause)
      if (Either.isRight(shared)) {
        // One's own defect, or what befell one's own result when it was written; or the store has closed.
        return isOwn || Cause.isInterrupted(shared.right) ? Exit.failCause(shared.right) : undefined
      }
      if (own !== undefined) return Exit.failCause(own)
      return freshness.isFailure(shared.left) ? Exit.fail(shared.left) : undefined
    }
  }
}

/** What a computation is for one of its callers: how it ended; nothing if it is his turn. */
export const ended = <K, V, E, G>(
  { failed }: Call<K, V, E, G>,
  exit: Exit.Exit<Computed<V, G>, G>
): Exit.Exit<V, E> | undefined => {
  if (Exit.isFailure(exit)) return failed(exit.cause)
  const { value } = exit
  // It was a load of many values, which had none for this key.
  if (value instanceof NotLoaded) return undefined
  return Exit.succeed(value instanceof InPlaceOfFailure ? value.value : value)
}
