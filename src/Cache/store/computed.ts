/**
 * What the computations of a store come to.
 */
import type * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { BoundedMap } from "../engine/BoundedMap.js"
import type { Flight } from "../flight/FlightGroup.js"
import type { Stored } from "./FreshMap.js"
import type { WriteOptions } from "./StoreOptions.js"

/** What a computation comes to: a value, one that is given out in its place, or none. */
export type Computed<V, E> = V | InPlaceOfFailure<V, E> | NotLoaded

/** A value that is given out because the computation failed, and how it did. */
export class InPlaceOfFailure<out V, out E> {
  readonly value: V
  readonly cause: Cause.Cause<E>
  constructor(value: V, cause: Cause.Cause<E>) {
    this.value = value
    this.cause = cause
  }
}

/** A load of many values had none for a key. */
export class NotLoaded {
  readonly _tag = "NotLoaded"
}

/** Joins the computation of a key, or starts it: part of a step. */
export type Enter<K, V, E, R> = (
  map: BoundedMap<K, Stored<V, E>>,
  caller: Fiber.RuntimeFiber<unknown, unknown>,
  key: K,
  compute: Effect.Effect<V | NotLoaded, E, R>,
  roll: number,
  write: WriteOptions | undefined
) => Flight<Computed<V, E>, E>
