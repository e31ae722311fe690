/**
 * Looking many values up, and computing those that are missing together.
 *
 * @since 1.0.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { GuardedMap } from "../common/GuardedMap.js"
import { Absent } from "../engine/BoundedMapOptions.js"
import { FiledMap } from "../engine/structures/FiledMap.js"
import { asExit } from "../errors/asExit.js"
import type { Limiting } from "../flight/ComputationLimit.js"
import type { Flight, Joining } from "../flight/FlightGroup.js"
import type { SingleFlight } from "../flight/SingleFlight.js"
import type { WaitNode } from "../flight/WaitNode.js"
import { withoutSpan, withServices } from "../flight/withServices.js"
import { keyEquality } from "../keys/keyEquality.js"
import { loadedPairs } from "../options/loadedPairs.js"
import { requireEffect } from "../options/requireEffect.js"
import { type Batch, callAmongOthers, type Computed, ended, type Enter, NotLoaded } from "./computed.js"
import type { FreshMap, Stored } from "./FreshMap.js"
import { Kept } from "./Kept.js"
import type { StoreGroups } from "./StoreGroups.js"
import type { WriteOptions } from "./StoreOptions.js"

/**
 * Why there is no value for one key, among others for which there are.
 *
 * @since 1.0.0
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
type Load<K, V, E, R, E2> = (
  missing: ReadonlyArray<K>
) => Effect.Effect<Iterable<readonly [key: K, value: V | LoadFailure<E2>]>, E, R>

/** Looks many values up, see `Store`. */
export type GetManyOrCompute<K, V, F> = <E = never, R = never, E2 = never>(
  keys: Iterable<K>,
  load: Load<K, V, E, R, E2>,
  options?: WriteOptions
) => Effect.Effect<ReadonlyArray<Option.Option<V>>, E | E2 | F, R>

/** Makes `getManyOrCompute` (see `Store`) from the parts of a store. */
export const makeGetManyOrCompute = <K, V, F>(parts: {
  /** The name of the store, for messages. */
  readonly name: string
  readonly spans: string
  readonly lookup: GuardedMap<K, Stored<V, F>>["lookup"]
  readonly entries: FreshMap<K, V, F>
  readonly flights: SingleFlight<K>
  readonly limited: Limiting
  /** Runs the loads: one computation for each call. */
  readonly batches: SingleFlight<string>
  /** Numbers from 0 to 1 for the jitter of as many entries. */
  readonly rolls: (count: number) => Effect.Effect<ReadonlyArray<number>>
  /** Who shares computations with it. */
  readonly groups: StoreGroups<K, V>
  readonly enter: Enter<K, V, F>
  /** Nobody waits for it. */
  readonly leaveAlone: (key: K, flight: Flight<unknown, unknown>) => void
}): GetManyOrCompute<K, V, F> => {
  const { batches, enter, entries, flights, groups, leaveAlone, limited, lookup, name, rolls, spans } = parts

  type Found<E> = Exit.Exit<Option.Option<V>, E | F>
  type Exits = ReadonlyArray<Exit.Exit<Computed<V, unknown>, unknown>>

  /** What there is under keys that differ; nothing where it was somebody else's to compute, and is not there: that says nothing. */
  const lookAll = <E>(
    keys: ReadonlyArray<K>,
    load: Load<K, V, E, never, E>,
    write: WriteOptions | undefined,
    failures: number,
    joinings: ReadonlyArray<Joining>
  ): Effect.Effect<ReadonlyArray<Found<E> | undefined>> =>
    Effect.flatMap(rolls(keys.length), (rolls) =>
      Effect.uninterruptibleMask((restore) =>
        lookup((map, now, caller) => {
          const missing: Array<K> = []
          const nodes: Array<WaitNode> = []
          const group = groups.after(failures)
          const timed: Batch = { began: undefined }
          const batch = batches.once(
            `${spans}.load`,
            () => missing.length === 1 ? "1 key" : `${missing.length} keys`,
            limited(Effect.flatMap(Clock.currentTimeMillis, (now) => {
              timed.began = now
              return Effect.map(load(missing), byKey)
            })),
            () => nodes
          )
          const enterBy = (key: K, compute: Effect.Effect<V | NotLoaded, E>, at: number) => {
            const roll = rolls[at] ?? 0
            const call = callAmongOthers(entries.freshness, key, groups, () => compute, write, failures, joinings[at])
            const flight = enter(map, caller, call, roll, false, timed)
            // The step may fail at a key after it: then nobody waits.
            flight.begin(caller, false)
            return { call, flight }
          }
          const start = (key: K, at: number) => {
            missing.push(key)
            const started = enterBy(key, Effect.flatMap(batch, valueOf<K, V, E>(key)), at)
            nodes.push(started.flight.node)
            return started
          }
          const awaited: Array<Flight<Computed<V, unknown>, unknown>> = []
          const wait = ({ call, flight }: ReturnType<typeof start>, isOwn: boolean) => {
            const at = awaited.push(flight) - 1
            return (exits: Exits): Found<E> | undefined => {
              const exit = exits[at]
              if (exit === undefined) return undefined
              if (isOwn && Exit.isSuccess(exit) && exit.value instanceof NotLoaded) return nothing
              const end = ended(call, exit)
              return end && Exit.map(end, Option.some)
            }
          }
          // One step: what another fiber starts or writes comes before all of it, or after.
          const results = keys.map((key, at) => {
            // When it tries again it is still the same lookup.
            const found = failures === 0 ? entries.lookup(map, key, now) : entries.peek(map, key, now)
            if (found === Absent) {
              const isOwn = !group.has(key)
              return wait(isOwn ? start(key, at) : enterBy(key, Effect.never, at), isOwn)
            }
            const result: Found<E> = found instanceof Kept
              ? Exit.map(asExit(found.content), Option.some)
              : Exit.succeed(Option.some(found))
            if (found instanceof Kept && Exit.isSuccess(result) && !group.has(key)) {
              leaveAlone(key, start(key, at).flight)
            }
            return () => result
          })
          return Effect.map(flights.awaitAll(awaited, restore), (exits) => results.map((result) => result(exits)))
        })
      ))

  const getMany = <E>(
    keys: ReadonlyArray<K>,
    load: Load<K, V, E, never, E>,
    write: WriteOptions | undefined,
    failures = 0,
    joinings: ReadonlyArray<Joining> = keys.map(() => ({ hasJoined: false }))
  ): Effect.Effect<ReadonlyArray<Found<E>>> =>
    Effect.flatMap(lookAll(keys, load, write, failures, joinings), (found) => {
      const isOpen = (_: unknown, at: number) => found[at] === undefined
      const again = keys.filter(isOpen)
      if (again.length === 0) return Effect.succeed(found.map((one) => one ?? nothing))
      return Effect.map(getMany(again, load, write, failures + 1, joinings.filter(isOpen)), (rest) => {
        const next = rest.values()
        return found.map((one) => one ?? next.next().value ?? nothing)
      })
    })

  return <E = never, R = never, E2 = never>(
    keys: Iterable<K>,
    load: Load<K, V, E, R, E2>,
    write: WriteOptions | undefined
  ) =>
    Effect.flatMap(Effect.context<R>(), (context) => {
      // Copied only where something is missing, and no other is kept by then.
      let given = context
      const places = new FiledMap<K, number>(keyEquality)
      const different: Array<K> = []
      const at = Array.from(keys, (key) => places.get(key)?.value ?? places.add(key, different.push(key) - 1).value)
      const loading: Load<K, V, E | E2, never, E | E2> = (missing) => {
        given = withoutSpan(given)
        const loaded = Effect.flatMap(requireEffect(name, "load", load(missing)), (pairs) => loadedPairs(name, pairs))
        return withServices(loaded, given)
      }
      return Effect.flatMap(
        getMany(different, loading, write),
        (found): Exit.Exit<ReadonlyArray<Option.Option<V>>, E | E2 | F> => {
          const values: Array<Option.Option<V>> = []
          for (const place of at) {
            const one = found[place] ?? nothing
            if (Exit.isFailure(one)) return Exit.failCause(one.cause)
            values.push(one.value)
          }
          return Exit.succeed(values)
        }
      )
    })
}

/**
 * What a load gives for a key instead of a value, when it fails for that key only.
 *
 * @since 1.0.0
 * @category constructors
 */
export const loadFailure = <E>(error: E): LoadFailure<E> => new LoadFailure(error)

const nothing = Exit.succeed(Option.none())

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
