/**
 * Looking a value up, and computing it when there is none.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import { clockOf } from "../../effect/clocks.js"
import { ownCause } from "../../effect/outcomes.js"
import { Absent } from "../engine/BoundedMapOptions.js"
import { asExit } from "../errors/asExit.js"
import { endOf } from "../events/announceComputation.js"
import { StaleWarnings } from "../events/StaleWarnings.js"
import { unlimited } from "../flight/ComputationLimit.js"
import type { Flight } from "../flight/FlightGroup.js"
import { services, servicesOf, withServicesForGood } from "../flight/withServices.js"
import { requireEffect } from "../options/requireEffect.js"
import {
  type Call,
  callAmongOthers,
  type Computed,
  type ComputingParts,
  ended,
  type Enter,
  InPlaceOfFailure,
  NotLoaded
} from "./computed.js"
import { valueOf } from "./FreshMap.js"
import { failureOf } from "./FreshnessOptions.js"
import { type GetManyOrCompute, makeGetManyOrCompute } from "./getManyOrCompute.js"
import { Kept } from "./Kept.js"
import { makeModify, type Modify } from "./modify.js"
import { withLead } from "./refreshLead.js"
import { inPlaceOfFailure, inPlaceOfSlow, keepFailure, rememberedMillis } from "./rememberedFailures.js"
import { StoreGroups } from "./StoreGroups.js"
import type { MemoizeOptions, WriteOptions } from "./StoreOptions.js"

/** The lookups of a store that can compute, see `Store`. */
export interface Computing<in out K, in out V, in out F> {
  readonly getOrCompute: <E = never, R = never>(
    key: K,
    compute: Effect.Effect<V, E, R>,
    options?: WriteOptions
  ) => Effect.Effect<V, E | F, R>
  readonly getManyOrCompute: GetManyOrCompute<K, V, F>
  readonly modify: Modify<K, V>
  readonly refresh: <E = never, R = never>(
    key: K,
    compute: Effect.Effect<V, E, R>,
    options?: WriteOptions
  ) => Effect.Effect<V, E | F, R>
  readonly memoize: <E = never, R = never>(
    f: (key: K) => Effect.Effect<V, E, R>,
    options?: MemoizeOptions<K, V>
  ) => Effect.Effect<(key: K) => Effect.Effect<V, E | F>, never, R>
}

/** A value that is given out because the computation takes too long. */
class InPlaceOfSlow<out V> {
  readonly value: V
  constructor(value: V) {
    this.value = value
  }
}

/** Makes the lookups that can compute from the parts of a store. */
export const makeComputing = <K, V, F>(parts: ComputingParts<K, V, F>): Computing<K, V, F> => {
  const { batches, entries, flights, limited: byDefault, guarded: { lookup, step }, hub, lookups, name, writer } = parts
  const { freshness } = entries
  const groups = new StoreGroups<K, V>(flights, `${parts.spans}.compute`)
  const { modify, outdate } = makeModify(parts)

  const warnings = new StaleWarnings(name)

  // A stale value in place of a failure, where there may be one.
  const orStale = <E>(
    key: K,
    compute: Effect.Effect<Computed<V, E>, E>,
    label: () => string,
    millisOf: (cause: Cause.Cause<unknown>) => number,
    isHeard: boolean
  ): Effect.Effect<Computed<V, E>, E> =>
    !freshness.tracksEntries ? compute : Effect.catchAllCause(compute, (cause) =>
      Effect.flatten(step((map, now) => {
        const value = Cause.isInterrupted(cause) ? Absent : inPlaceOfFailure(freshness, map, key, now)
        if (value === Absent) return Exit.failCause(cause)
        const own = ownCause(cause)
        if (millisOf(own) > 0) return Exit.failCause(cause)
        flights.failedUnseen()
        const end = Exit.succeed(new InPlaceOfFailure(value, own))
        return isHeard ? end : Effect.zipRight(warnings.tell(label(), own), end)
      })))

  const enter: Enter<K, V, F> = (
    map,
    caller,
    { compute, group, joining, key, write },
    roll,
    isHeard = false,
    batch
  ) => {
    const limited = batch === undefined ? byDefault : unlimited
    let started = 0
    let times = 0
    const tookUntil = (now: number) => now - (batch?.began ?? started)
    let millis: number | undefined
    const millisOf = (cause: Cause.Cause<unknown>): number =>
      millis ??= rememberedMillis(freshness, failureOf(freshness, cause))
    const flight = group.enter(
      key,
      caller,
      () =>
        limited(withLead(freshness, (drawn) =>
          Effect.withFiberRuntime((fiber) => {
            times = drawn
            started = clockOf(fiber).unsafeCurrentTimeMillis()
            if (hub.isHeard) hub.publish(() => ({ _tag: "ComputationStarted", key }))
            return orStale(key, compute(), () => flight.label, millisOf, isHeard)
          }))),
      (exit, now) => {
        if (Exit.isFailure(exit)) {
          const outcome = keepFailure(map, key, failureOf(freshness, exit.cause), millisOf(exit.cause), now)
          if (outcome !== undefined) writer.remembered(map, key, outcome, now)
          else if (!Cause.isInterrupted(exit.cause)) entries.failed(map, key, now)
        } else if (exit.value instanceof InPlaceOfFailure) {
          entries.failed(map, key, now)
        } else if (!(exit.value instanceof NotLoaded)) {
          const { value } = exit
          const until = writer.freshUntil(key, value, now, roll, write(value))
          const took = Math.max(0, tookUntil(now))
          const outcome = writer.put(map, key, value, now, until, { lead: times * took, took })
          // What it was computed in place of is outdated.
          if (outcome === "tooLarge") entries.remove(map, key, now)
          outdate(key)
          if (isHeard) flights.detach(key, flight.nth)
        }
        writer.committed(map, now)
      },
      (exit, now) => {
        if (!hub.isHeard) return
        const stale = Exit.isSuccess(exit) && exit.value instanceof InPlaceOfFailure ? exit.value : undefined
        const end = endOf(stale === undefined ? exit : Exit.failCause(stale.cause))
        hub.publish(() => ({ _tag: "ComputationEnded", key, ...end, millis: tookUntil(now) }))
      },
      joining
    )
    return flight
  }

  // Where it fails, the old value stays, and nobody would know.
  const leaveAlone = (key: K, flight: Flight<unknown, unknown>): void => {
    flight.unattended = true
    flight.unheard = (cause) =>
      Effect.flatten(step((map, now) => {
        const held = map.peek(key, now)
        const isStillThere = held !== Absent && valueOf(held) !== Absent && !Cause.isInterrupted(cause)
        return isStillThere ? warnings.tell(flight.label, cause) : Effect.void
      }))
  }

  // Nobody waits for it: it ends by itself, or with the store.
  const inBackground = <E, G>(call: Call<K, V, E, G>): Effect.Effect<void> =>
    writer.withRoll((roll) =>
      lookup((map, _, caller) => {
        if (!call.group.has(call.key)) {
          const flight = enter(map, caller, call, roll)
          leaveAlone(call.key, flight)
          flight.begin(caller, false)
        }
        return Exit.void
      })
    )

  const awaitOrOld = <A, G>(
    key: K,
    flight: Flight<A, G>,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ): Effect.Effect<Exit.Exit<A, G> | InPlaceOfSlow<V>> => {
    const instead = Effect.flatten(step((map, now) => {
      const value = inPlaceOfSlow(freshness, map, key, now)
      return value === Absent ? Effect.never : Exit.succeed(new InPlaceOfSlow(value))
    }))
    return Effect.map(flights.awaitUnlessSlow(flight, restore, freshness.slowAfter, instead), (end) => {
      if (Either.isRight(end)) return end.right
      leaveAlone(key, flight)
      return end.left
    })
  }

  const computed = <E, G>(call: Call<K, V, E, G>): Effect.Effect<V, E> =>
    writer.withRoll((roll) =>
      Effect.uninterruptibleMask((restore) =>
        lookup((map, now, caller) => {
          // Another fiber may have written between the two steps. This is still the same lookup.
          const written = entries.peek(map, call.key, now)
          if (written !== Absent) return Exit.succeed(written)
          const hasOld = inPlaceOfSlow(freshness, map, call.key, now) !== Absent
          const flight = enter(map, caller, call, roll)
          return Effect.flatMap(
            hasOld ? awaitOrOld(call.key, flight, restore) : flights.awaitExit(flight, restore),
            (exit) => {
              if (exit instanceof InPlaceOfSlow) {
                lookups?.tell("stale", false)
                return Exit.succeed(exit.value)
              }
              if (lookups !== undefined && Exit.isSuccess(exit)) {
                lookups.tell(exit.value instanceof InPlaceOfFailure ? "stale" : "computed", false)
              }
              return ended(call, exit) ?? restore(computed(call))
            }
          )
        })
      )
    )

  const missed = <A, E, R>(key: K, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    lookups === undefined ? effect : lookups.around(key, effect)

  const callOf = <E, R>(
    key: K,
    compute: Effect.Effect<V, E, R>,
    write: WriteOptions | undefined,
    given: Context.Context<R>
  ): Call<K, V, E | F, unknown> => {
    // At once: what is none may be a promise that is rejected before anybody runs it.
    const effect = requireEffect(name, "compute", compute, false)
    return callAmongOthers(freshness, key, groups, () => withServicesForGood(effect, given), write)
  }

  const getOrCompute: Computing<K, V, F>["getOrCompute"] = <E, R>(
    key: K,
    compute: Effect.Effect<V, E, R>,
    write: WriteOptions | undefined
  ) =>
    lookup((map, now, caller): Effect.Effect<V, E | F, R> => {
      const found = entries.lookup(map, key, now)
      if (found === Absent) return missed(key, computed(callOf(key, compute, write, servicesOf<R>(caller))))
      if (!(found instanceof Kept)) {
        lookups?.hit(key, "memory")
        return Exit.succeed(found)
      }
      lookups?.hit(key, tierOf(found, now))
      const content = asExit(found.content)
      if (Exit.isFailure(content) || groups.any.has(key)) return content
      return Effect.zipRight(inBackground(callOf(key, compute, write, servicesOf<R>(caller))), content)
    })

  // What began before it was asked for may give what was there before: it is waited for, so that no two run at once.
  const renewed = <E, G>(call: Call<K, V, E, G>, begun: number): Effect.Effect<V, E> =>
    writer.withRoll((roll) =>
      Effect.uninterruptibleMask((restore) =>
        lookup((map, _, caller) => {
          const older = call.group.findOlder(call.key, begun)
          if (older !== undefined) {
            return Effect.zipRight(flights.awaitEnd(older, restore), restore(renewed(call, begun)))
          }
          return Effect.flatMap(flights.awaitExit(enter(map, caller, call, roll, true), restore), (exit) => {
            const end = Exit.isSuccess(exit) && exit.value instanceof InPlaceOfFailure
              ? call.failed(exit.value.cause)
              : ended(call, exit)
            return end ?? restore(renewed(call, begun))
          })
        })
      )
    )

  const memoize: Computing<K, V, F>["memoize"] = <E, R>(
    f: (key: K) => Effect.Effect<V, E, R>,
    options: MemoizeOptions<K, V> = {}
  ) =>
    Effect.map(services<R>(), (given) => {
      const group = groups.of<E>(f)
      const { timeToLive } = options
      const callTo = (key: K): Call<K, V, E, E> => ({
        key,
        group,
        joining: { hasJoined: false },
        compute: () => withServicesForGood(Effect.suspend(() => requireEffect(name, "compute", f(key))), given),
        write: (value) => ({ timeToLive: typeof timeToLive === "function" ? timeToLive(key, value) : timeToLive }),
        failed: Exit.failCause
      })
      return (key: K) =>
        lookup((map, now): Effect.Effect<V, E | F> => {
          const found = entries.lookup(map, key, now)
          if (found === Absent) return missed(key, computed(callTo(key)))
          if (!(found instanceof Kept)) {
            lookups?.hit(key, "memory")
            return Exit.succeed(found)
          }
          lookups?.hit(key, tierOf(found, now))
          const content = asExit(found.content)
          return Exit.isFailure(content) || group.has(key)
            ? content
            : Effect.zipRight(inBackground(callTo(key)), content)
        })
    })

  return {
    getOrCompute,
    memoize,
    modify,
    refresh: <E, R>(key: K, compute: Effect.Effect<V, E, R>, write: WriteOptions | undefined) =>
      Effect.flatMap(services<R>(), (given) => renewed(callOf(key, compute, write, given), flights.begun)),
    getManyOrCompute: makeGetManyOrCompute({
      spans: parts.spans,
      name,
      lookup,
      entries,
      flights,
      limited: byDefault,
      batches,
      rolls: writer.rolls,
      groups,
      enter,
      leaveAlone
    })
  }
}

const tierOf = ({ freshUntil }: Kept<unknown, unknown>, now: number) => now < freshUntil ? "memory" : "stale"
