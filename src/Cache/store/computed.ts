/**
 * What the computations of a store come to.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { LazyArg } from "effect/Function"
import { failureOrCause, ownCause } from "../../effect/outcomes.js"
import type { GuardedMap } from "../common/GuardedMap.js"
import type { BoundedMap } from "../engine/BoundedMap.js"
import type { WriteOutcome } from "../engine/BoundedMapOptions.js"
import type { Limiting } from "../flight/ComputationLimit.js"
import type { Flight, FlightGroup, Joining } from "../flight/FlightGroup.js"
import type { SingleFlight } from "../flight/SingleFlight.js"
import type { ComputationHub } from "../metrics/meteredHub.js"
import type { LookupSpans } from "../tracing/LookupSpans.js"
import type { FreshMap, Stored } from "./FreshMap.js"
import type { Freshness } from "./Freshness.js"
import type { Computation } from "./Kept.js"
import type { WriteOptions } from "./StoreOptions.js"

/** How a store writes: steps, given the engine and the time in milliseconds since the epoch. */
interface StoreWriter<in out K, in out V, in out F> {
  /** Gives a number from 0 to 1 for the jitter of one entry. */
  readonly withRoll: <A, E, R>(f: (roll: number) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Gives a number from 0 to 1 for the jitter of each of as many entries; or none, where there is no jitter. */
  readonly rolls: (count: number) => Effect.Effect<ReadonlyArray<number>>
  /** Until when a value written now is fresh. */
  readonly freshUntil: (key: K, value: V, now: number, roll: number, write: WriteOptions | undefined) => number
  /** Writes a value and tells of it. */
  readonly put: (
    map: BoundedMap<K, Stored<V, F>>,
    key: K,
    value: V,
    now: number,
    freshUntil: number,
    computation?: Computation
  ) => WriteOutcome
  /** Tells of a failure that was written to be remembered. */
  readonly remembered: (map: BoundedMap<K, Stored<V, F>>, key: K, outcome: WriteOutcome, now: number) => void
  /** Called after a computation changed the engine outside a step of its caller. */
  readonly committed: (map: BoundedMap<K, Stored<V, F>>, now: number) => void
}

/** What a store is computed with. */
export interface ComputingParts<in out K, in out V, in out F> {
  /** The name of the store, for messages. */
  readonly name: string
  /** What the names of its spans begin with. */
  readonly spans: string
  readonly guarded: Pick<GuardedMap<K, Stored<V, F>>, "lookup" | "step">
  readonly entries: FreshMap<K, V, F>
  readonly flights: SingleFlight<K>
  /** Runs what computes many values: one computation for each call. */
  readonly batches: SingleFlight<string>
  /** What computations and loads go through. */
  readonly limited: Limiting
  /** Told of computations. */
  readonly hub: ComputationHub<K>
  /** Makes the spans of lookups, if they have any. */
  readonly lookups: LookupSpans | undefined
  readonly writer: StoreWriter<K, V, F>
}

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
  /** The lookup itself, however often it tries. */
  readonly joining: Joining
  /** The computation. It needs nothing of its caller. */
  readonly compute: LazyArg<Effect.Effect<V | NotLoaded, G>>
  /** What is decided for the write of a value. */
  readonly write: (value: V) => WriteOptions | undefined
  /** What a failed computation is for the caller; nothing if it is his turn. */
  readonly failed: (cause: Cause.Cause<G>) => Exit.Exit<never, E> | undefined
}

/** Values that are computed together. */
export interface Batch {
  /** When what computes them began to run, in milliseconds since the epoch; nothing before that. */
  began: number | undefined
}

/**
 * Joins the computation of a key, or starts it: part of a step.
 *
 * @param isHeard whether its caller gets its failure also where others get an old value
 * @param batch what computes it among others, which goes through the limits by itself
 */
export type Enter<K, V, F> = <E, G>(
  map: BoundedMap<K, Stored<V, F>>,
  caller: Fiber.RuntimeFiber<unknown, unknown>,
  call: Call<K, V, E, G>,
  roll: number,
  isHeard?: boolean,
  batch?: Batch
) => Flight<Computed<V, G>, G>

/** Those who compute in ways of their own, see `StoreGroups`. */
interface Others<in out K, in out V> {
  readonly after: (failures: number) => FlightGroup<K, Computed<V, unknown>, unknown>
  readonly isClosed: boolean
}

/**
 * A lookup among others who compute in ways of their own: it fails with a failure of its own computation, or with one that
 * may be remembered. After any other of somebody else's it is its turn.
 *
 * @param failures how many computations of others it has seen fail
 * @param joining the lookup itself, where it has tried before
 */
export const callAmongOthers = <K, V, E, F>(
  freshness: Freshness<F>,
  key: K,
  others: Others<K, V>,
  compute: LazyArg<Effect.Effect<V | NotLoaded, E>>,
  write: WriteOptions | undefined,
  failures = 0,
  joining: Joining = { hasJoined: false }
): Call<K, V, E | F, unknown> => {
  let group = others.after(failures)
  let isOwn = false
  let own: Cause.Cause<E> | undefined
  return {
    key,
    joining,
    get group() {
      return group
    },
    compute: () => {
      isOwn = true
      return Effect.catchAllCause(compute(), (cause) => {
        own = ownCause(cause)
        return Exit.failCause(cause)
      })
    },
    write: () => write,
    failed: (cause) => {
      const shared = failureOrCause(cause)
      if (Either.isRight(shared)) {
        // One's own defect, or what befell one's own result when it was written; or the store has closed.
        if (isOwn || others.isClosed) return Exit.failCause(shared.right)
      } else {
        if (own !== undefined) return Exit.failCause(own)
        if (freshness.isFailure(shared.left)) return Exit.fail(shared.left)
      }
      group = others.after(++failures)
      return undefined
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
