/**
 * Looking many values up, and computing those that are missing together.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { GuardedMap } from "../common/GuardedMap.js"
import { Absent } from "../engine/BoundedMapOptions.js"
import { FiledMap } from "../engine/structures/FiledMap.js"
import { asExit } from "../errors/asExit.js"
import type { Flight } from "../flight/FlightGroup.js"
import type { SingleFlight } from "../flight/SingleFlight.js"
import { keyEquality } from "../keys/keyEquality.js"
import { requireEffect } from "../options/requireEffect.js"
import { type Computed, type Enter, InPlaceOfFailure, NotLoaded } from "./computed.js"
import type { FreshMap, Stored } from "./FreshMap.js"
import { Kept } from "./Kept.js"
import type { WriteOptions } from "./StoreOptions.js"

/**
 * Why there is no value for one key, among others for which there are.
 *
 * @since 0.1.0
 * @category models
 */
export class LoadFailure<out E> {
  /** What lookups of the key fail with. */
  readonly error: E

  /** `loadFailure` makes it. */
  constructor(error: E) {
    this.error = error
  }
}

/**
 * Loads many values: pairs of a key and its value, or of a key and its `LoadFailure`. A key without a pair has no value.
 */
type Load<K, V, E, R> = (
  missing: ReadonlyArray<K>
) => Effect.Effect<Iterable<readonly [key: K, value: V | LoadFailure<E>]>, E, R>

/** Looks many values up, see `Store`. */
export type GetManyOrCompute<K, V, E, R> = (
  keys: Iterable<K>,
  load: Load<K, V, E, R>,
  options?: WriteOptions
) => Effect.Effect<ReadonlyArray<Option.Option<V>>, E>

/** Makes `getManyOrCompute` (see `Store`) from the parts of a store. */
export const makeGetManyOrCompute = <K, V, E, R>(parts: {
  /** The name of the store, for messages. */
  readonly name: string
  readonly spans: string
  readonly lookup: GuardedMap<K, Stored<V, E>>["lookup"]
  readonly entries: FreshMap<K, V, E>
  readonly flights: SingleFlight<K, R>
  /** Runs the loads: one computation for each call. */
  readonly batches: SingleFlight<string, R>
  /** Numbers from 0 to 1 for the jitter of as many entries. */
  readonly rolls: (count: number) => Effect.Effect<ReadonlyArray<number>>
  /** Whether a computation of a key is under way that can be joined. */
  readonly isUnderWay: (key: K) => boolean
  readonly enter: Enter<K, V, E, R>
}): GetManyOrCompute<K, V, E, R> => {
  const { batches, enter, entries, flights, isUnderWay, lookup, name, rolls, spans } = parts

  type Found = Exit.Exit<Option.Option<V>, E>

  /** What there is under keys that differ; nothing where a computation of somebody else's had no value, which says nothing. */
  const lookAll = (
    keys: ReadonlyArray<K>,
    load: Load<K, V, E, R>,
    write: WriteOptions | undefined
  ): Effect.Effect<ReadonlyArray<Found | undefined>> =>
    Effect.flatMap(rolls(keys.length), (rolls) =>
      Effect.uninterruptibleMask((restore) =>
        lookup((map, now, caller) => {
          const missing: Array<K> = []
          const batch = batches.once(
            `${spans}.load`,
            () => missing.length === 1 ? "1 key" : `${missing.length} keys`,
            Effect.suspend(() => Effect.map(requireEffect(name, "load", load(missing)), byKey))
          )
          const start = (key: K, at: number): Flight<Computed<V, E>, E> => {
            missing.push(key)
            return enter(map, caller, key, Effect.flatMap(batch, valueOf<K, V, E>(key)), rolls[at] ?? 0, write)
          }
          const awaited: Array<Flight<Computed<V, E>, E>> = []
          const wait = (flight: Flight<Computed<V, E>, E>, isOwn: boolean) => {
            const at = awaited.push(flight) - 1
            return (exits: ReadonlyArray<Exit.Exit<Computed<V, E>, E>>) => ended(exits[at], isOwn)
          }
          // One step: what another fiber starts or writes comes before all of it, or after.
          const results = keys.map((key, at) => {
            const found = entries.lookup(map, key, now)
            if (found === Absent) {
              const isOwn = !isUnderWay(key)
              return wait(isOwn ? start(key, at) : enter(map, caller, key, Effect.never, 0, write), isOwn)
            }
            const result = found instanceof Kept
              ? Exit.map(asExit(found.content), Option.some)
              : Exit.succeed(Option.some(found))
            if (found instanceof Kept && Exit.isSuccess(result) && !isUnderWay(key)) start(key, at).unattended = true
            return () => result
          })
          return Effect.map(flights.awaitAll(awaited, restore), (exits) => results.map((result) => result(exits)))
        })
      ))

  const getMany = (
    keys: ReadonlyArray<K>,
    load: Load<K, V, E, R>,
    write: WriteOptions | undefined
  ): Effect.Effect<ReadonlyArray<Found>> =>
    Effect.flatMap(lookAll(keys, load, write), (found) => {
      const again = keys.filter((_, at) => found[at] === undefined)
      if (again.length === 0) return Effect.succeed(found.map((one) => one ?? nothing))
      return Effect.map(getMany(again, load, write), (rest) => {
        const next = rest.values()
        return found.map((one) => one ?? next.next().value ?? nothing)
      })
    })

  return (keys, load, write) =>
    Effect.suspend(() => {
      const places = new FiledMap<K, number>(keyEquality)
      const different: Array<K> = []
      const at = Array.from(keys, (key) => places.get(key)?.value ?? places.add(key, different.push(key) - 1).value)
      return Effect.flatMap(getMany(different, load, write), (found): Exit.Exit<ReadonlyArray<Option.Option<V>>, E> => {
        const values: Array<Option.Option<V>> = []
        for (const place of at) {
          const one = found[place] ?? nothing
          if (Exit.isFailure(one)) return Exit.failCause(one.cause)
          values.push(one.value)
        }
        return Exit.succeed(values)
      })
    })
}

/**
 * What a load gives for a key instead of a value, when it fails for that key only.
 *
 * @since 0.1.0
 * @category constructors
 */
export const loadFailure = <E>(error: E): LoadFailure<E> => new LoadFailure(error)

const nothing = Exit.succeed(Option.none())

const ended = <V, E>(
  exit: Exit.Exit<Computed<V, E>, E> | undefined,
  isOwn: boolean
): Exit.Exit<Option.Option<V>, E> | undefined => {
  if (exit === undefined) return undefined
  if (Exit.isFailure(exit)) return Exit.failCause(exit.cause)
  const { value } = exit
  if (value instanceof NotLoaded) return isOwn ? nothing : undefined
  return Exit.succeed(Option.some(value instanceof InPlaceOfFailure ? value.value : value))
}

/** Of pairs with one key, the last counts. */
const byKey = <K, A>(pairs: Iterable<readonly [key: K, value: A]>): FiledMap<K, A> => {
  const loaded = new FiledMap<K, A>(keyEquality)
  for (const [key, value] of pairs) {
    const before = loaded.get(key)
    if (before !== undefined) loaded.remove(before)
    loaded.add(key, value)
  }
  return loaded
}

const valueOf = <K, V, E>(key: K) => (loaded: FiledMap<K, V | LoadFailure<E>>): Exit.Exit<V | NotLoaded, E> => {
  const found = loaded.get(key)
  if (found === undefined) return Exit.succeed(new NotLoaded())
  return found.value instanceof LoadFailure ? Exit.fail(found.value.error) : Exit.succeed(found.value)
}
