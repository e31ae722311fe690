/**
 * Looking a value up, and computing it when there is none.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { GuardedMap } from "../common/GuardedMap.js"
import type { BoundedMap } from "../engine/BoundedMap.js"
import { Absent, type WriteOutcome } from "../engine/BoundedMapOptions.js"
import { asExit } from "../errors/asExit.js"
import { announceComputation } from "../events/announceComputation.js"
import type { EventHub } from "../events/EventHub.js"
import type { StoreEvent } from "../events/StoreEvent.js"
import { ownCause } from "../flight/ownCause.js"
import type { SingleFlight } from "../flight/SingleFlight.js"
import { requireEffect } from "../options/requireEffect.js"
import { type Computed, type Enter, InPlaceOfFailure, NotLoaded } from "./computed.js"
import type { FreshMap, Stored } from "./FreshMap.js"
import { failureOf } from "./FreshnessOptions.js"
import { type GetManyOrCompute, makeGetManyOrCompute } from "./getManyOrCompute.js"
import { Kept } from "./Kept.js"
import { inPlaceOfFailure, keepFailure } from "./rememberedFailures.js"
import type { WriteOptions } from "./StoreOptions.js"

/** How a store writes: steps, given the engine and the time in milliseconds since the epoch. */
export interface StoreWriter<in out K, in out V, in out E> {
  /** Gives a number from 0 to 1 for the jitter of one entry. */
  readonly withRoll: <A, E, R>(f: (roll: number) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Gives a number from 0 to 1 for the jitter of each of as many entries; or none, where there is no jitter. */
  readonly rolls: (count: number) => Effect.Effect<ReadonlyArray<number>>
  /** Until when a value written now is fresh. */
  readonly freshUntil: (key: K, value: V, now: number, roll: number, write: WriteOptions | undefined) => number
  /** Writes a value and tells of it. */
  readonly put: (
    map: BoundedMap<K, Stored<V, E>>,
    key: K,
    value: V,
    now: number,
    freshUntil: number
  ) => WriteOutcome
  /** Tells of a failure that was written to be remembered. */
  readonly remembered: (map: BoundedMap<K, Stored<V, E>>, key: K, outcome: WriteOutcome, now: number) => void
  /** Called after a computation changed the engine outside a step of its caller. */
  readonly committed: (map: BoundedMap<K, Stored<V, E>>, now: number) => void
}

/** The lookups of a store that can compute, see `Store`. */
export interface Computing<in out K, in out V, in out E, in R> {
  readonly getOrCompute: (key: K, compute: Effect.Effect<V, E, R>, options?: WriteOptions) => Effect.Effect<V, E>
  readonly getManyOrCompute: GetManyOrCompute<K, V, E, R>
  readonly refresh: (key: K, compute: Effect.Effect<V, E, R>, options?: WriteOptions) => Effect.Effect<V, E>
}

/** Makes the lookups that can compute from the parts of a store. */
export const makeComputing = <K, V, E, R>(parts: {
  /** The name of the store, for messages. */
  readonly name: string
  /** What the names of its spans begin with. */
  readonly spans: string
  readonly guarded: GuardedMap<K, Stored<V, E>>
  readonly entries: FreshMap<K, V, E>
  readonly flights: SingleFlight<K, R>
  /** Runs what computes many values: one computation for each call. */
  readonly batches: SingleFlight<string, R>
  readonly hub: EventHub<StoreEvent<K>>
  readonly writer: StoreWriter<K, V, E>
}): Computing<K, V, E, R> => {
  const { batches, entries, flights, guarded: { lookup, step }, hub, writer } = parts
  const group = flights.group<Computed<V, E>, E>(`${parts.spans}.compute`)
  const isUnderWay = (key: K) => group.has(key)

  const enter: Enter<K, V, E, R> = (map, caller, key, compute, roll, writeOptions) =>
    group.enter(
      key,
      caller,
      () =>
        Effect.catchAllCause(
          announceComputation(hub, key, requireEffect(parts.name, "compute", compute, false)),
          (cause) =>
            Effect.flatten(step((map, now) => {
              const value = Cause.isInterrupted(cause) ? Absent : inPlaceOfFailure(entries.freshness, map, key, now)
              if (value === Absent) return Exit.failCause(cause)
              const own = ownCause(cause)
              keepFailure(entries.freshness, map, key, failureOf(own), now)
              return Exit.succeed(new InPlaceOfFailure(value, own))
            }))
        ),
      (exit, now) => {
        if (Exit.isFailure(exit)) {
          const outcome = keepFailure(entries.freshness, map, key, failureOf(exit.cause), now)
          if (outcome !== undefined) writer.remembered(map, key, outcome, now)
        } else if (!(exit.value instanceof InPlaceOfFailure || exit.value instanceof NotLoaded)) {
          writer.put(map, key, exit.value, now, writer.freshUntil(key, exit.value, now, roll, writeOptions))
        }
        writer.committed(map, now)
      }
    )

  // Nobody waits for it: it ends by itself, or with the store.
  const inBackground = (key: K, compute: Effect.Effect<V, E, R>, writeOptions: WriteOptions | undefined) =>
    writer.withRoll((roll) =>
      lookup((map, _, caller) => {
        if (!group.has(key)) enter(map, caller, key, compute, roll, writeOptions).unattended = true
        return Exit.void
      })
    )

  const computed = (
    key: K,
    compute: Effect.Effect<V, E, R>,
    writeOptions: WriteOptions | undefined
  ): Effect.Effect<V, E> =>
    writer.withRoll((roll) =>
      Effect.uninterruptibleMask((restore) =>
        lookup((map, now, caller) => {
          // Another fiber may have written between the two steps. This is still the same lookup.
          const written = entries.peek(map, key, now)
          if (written !== Absent) return Exit.succeed(written)
          return Effect.flatMap(
            flights.await(enter(map, caller, key, compute, roll, writeOptions), restore),
            (value): Effect.Effect<V, E> => {
              // It joined a load of many values, which had none for this key.
              if (value instanceof NotLoaded) return restore(computed(key, compute, writeOptions))
              return Exit.succeed(value instanceof InPlaceOfFailure ? value.value : value)
            }
          )
        })
      )
    )

  const getOrCompute: Computing<K, V, E, R>["getOrCompute"] = (key, compute, writeOptions) =>
    lookup((map, now) => {
      const found = entries.lookup(map, key, now)
      if (found === Absent) return computed(key, compute, writeOptions)
      if (!(found instanceof Kept)) return Exit.succeed(found)
      const content = asExit(found.content)
      return Exit.isFailure(content) ? content : Effect.zipRight(inBackground(key, compute, writeOptions), content)
    })

  const refresh: Computing<K, V, E, R>["refresh"] = (key, compute, writeOptions) =>
    writer.withRoll((roll) =>
      Effect.uninterruptibleMask((restore) =>
        lookup((map, _, caller) =>
          Effect.flatMap(
            flights.await(enter(map, caller, key, compute, roll, writeOptions), restore),
            (value): Effect.Effect<V, E> => {
              if (value instanceof NotLoaded) return restore(refresh(key, compute, writeOptions))
              return value instanceof InPlaceOfFailure ? Exit.failCause(value.cause) : Exit.succeed(value)
            }
          )
        )
      )
    )

  return {
    getOrCompute,
    refresh,
    getManyOrCompute: makeGetManyOrCompute({
      spans: parts.spans,
      name: parts.name,
      lookup,
      entries,
      flights,
      batches,
      rolls: writer.rolls,
      isUnderWay,
      enter
    })
  }
}
