/**
 * What is inside a `LeasedStore`: the bounded map of leased values, their acquisition and their release.
 */
import type * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { servicesIn, surroundings } from "../../effect/fibers.js"
import { failureOrCause, flattenExit, ownCause } from "../../effect/outcomes.js"
import { computationsOf, type Work } from "../background/Work.js"
import { countedIn } from "../common/CacheStats.js"
import { type GuardedMap, makeGuardedMap } from "../common/GuardedMap.js"
import { purgeInTurns } from "../common/inTurns.js"
import type { BoundedMap } from "../engine/BoundedMap.js"
import { Absent, type WriteOutcome } from "../engine/BoundedMapOptions.js"
import { asExit } from "../errors/asExit.js"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import { announceComputation } from "../events/announceComputation.js"
import { makeEventHub } from "../events/EventHub.js"
import type { LeasedStoreEvent } from "../events/StoreEvent.js"
import { type Flight, type Joining, patience } from "../flight/FlightGroup.js"
import { ownExit } from "../flight/ownExit.js"
import { SingleFlight } from "../flight/SingleFlight.js"
import { services, withoutSpan, withServices } from "../flight/withServices.js"
import { measuredMap } from "../metrics/measuredMap.js"
import { failureGuard } from "../options/failureGuard.js"
import type { PreparedEntry } from "../options/manyEntries.js"
import { requireEffect } from "../options/requireEffect.js"
import { givenMoment, idleMillis, makeExpiry } from "../options/timeToLive.js"
import type { Glance } from "../printing/glance.js"
import { LookupSpans } from "../tracing/LookupSpans.js"
import { ExpirySweeper } from "./ExpirySweeper.js"
import { type LeaseOptions, type Options, releaseLimits, type Stats, type WriteOptions } from "./LeasedStoreOptions.js"
import { Acquirer, Acquisition, LeasedValue, type LeaseOwner } from "./LeasedValue.js"
import { Releaser } from "./Releaser.js"

/** The map of leased values. */
export type LeasedMap<K, V> = BoundedMap<K, LeasedValue<K, V>>

/** Makes an effect as interruptible as it was outside. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * What a `LeasedStore` is built on. Whoever gets a `LeasedValue` here has a lease of it, and must not be interruptible
 * until it is certain to end.
 */
export interface LeaseTable<K, V, E> {
  /** One step, as of a `GuardedMap`. */
  readonly step: GuardedMap<K, LeasedValue<K, V>>["step"]
  /** Leases the value that is there, at once: part of an effect that is running, and cannot be interrupted. */
  readonly find: (key: K) => LeasedValue<K, V> | Absent
  /** The same for who acquires none. */
  readonly findOnly: (key: K) => LeasedValue<K, V> | Absent
  /**
   * Leases the value that another fiber has written since `find`, or acquires one.
   *
   * @param isAnew whether to acquire one though there is one, and not before this call
   */
  readonly acquire: <E2, R2>(
    key: K,
    options: LeaseOptions<V, E2, R2> | undefined,
    restore: Restore,
    isAnew?: boolean
  ) => Effect.Effect<LeasedValue<K, V>, E | E2, Exclude<R2, Scope.Scope>>
  /** One step that leases every value it deletes. */
  readonly leasing: <A>(f: (map: LeasedMap<K, V>, now: number) => A) => Effect.Effect<A>
  /** Part of a step: a value of the caller's, to take over. It throws what the weigher and the time to live throw. */
  readonly prepare: (
    map: LeasedMap<K, V>,
    now: number,
    key: K,
    value: V,
    options: WriteOptions | undefined
  ) => PreparedEntry<LeasedValue<K, V>>
  /**
   * Part of a step: takes over a value of the caller's, which is released when the map does not keep it. It is too
   * large: nothing has changed.
   */
  readonly takeOver: (map: LeasedMap<K, V>, now: number, entry: PreparedEntry<LeasedValue<K, V>>) => WriteOutcome
  /** What brings a value in, once not too many wait for their release. */
  readonly withRoom: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Part of a step: the value under a key expires at another time than it did. */
  readonly expect: (map: LeasedMap<K, V>, key: K) => void
  /** Part of a step: acquisitions of a key that are under way will not get into the map. */
  readonly detach: (key: K) => void
  /** Part of a step: acquisitions that are under way will not get into the map. */
  readonly detachAll: () => void
  /** What was counted, and what is held now. */
  readonly stats: Effect.Effect<Stats>
  /** Its work in the background. */
  readonly works: ReadonlyArray<Work>
  /** Tells what is measured and has not been told. */
  readonly flush: Effect.Effect<void> | undefined
  /** What is held at this moment. */
  readonly glance: (mostKeys: number) => Glance
  /** What happens from now on. */
  readonly events: Stream.Stream<LeasedStoreEvent<K>>
}

const defaultMaxSize = 100

/**
 * Makes the inside of a `LeasedStore`. When the scope closes, acquisitions are interrupted, and everything is released.
 *
 * @param name for messages, spans and logs
 */
export const makeLeaseTable = <K, V, E, R, R2>(
  name: string,
  options: Options<K, V, E, R, R2>
): Effect.Effect<LeaseTable<K, V, E>, CacheConfigError, R | R2 | Scope.Scope> =>
  Effect.gen(function*() {
    const around = yield* surroundings<R | R2>()
    const { release, weigher: weigh } = options
    const isFailure: (error: unknown) => error is E = failureGuard(name, options.failure)
    const expiry = yield* asExit(makeExpiry(name, options.timeToLive))
    const timeToIdle = yield* asExit(idleMillis(name, options.timeToIdle))
    // Made first, so that it ends last.
    const hub = yield* makeEventHub<LeasedStoreEvent<K>>(name, options.eventCapacity)
    const releaser = new Releaser<K, V>(
      {
        ...yield* asExit(releaseLimits(name, options)),
        name,
        release: (key, value, reason) =>
          release === undefined
            ? Effect.void
            : Effect.provide(requireEffect(name, "release", release(key, value, reason)), servicesIn(around)),
        ended: (key, reason, outcome) => hub.publish(() => ({ _tag: "Released", key, reason, outcome }))
      },
      around
    )
    let closed = false
    let isLeasing = false
    let acquired = 0
    const guarded = yield* makeGuardedMap<K, LeasedValue<K, V>>(name, {
      evictionPolicy: options.evictionPolicy,
      maxSize: options.maxSize ?? defaultMaxSize,
      maxWeight: options.maxWeight,
      timeToIdle,
      weigher: weigh && ((key, { value }) => weigh(key, value)),
      onRemoval: (key, value, reason, weight) => {
        value.weight = weight
        if (isLeasing && reason === "deleted") value.lease()
        releaser.left(value, closed ? "closed" : reason)
        hub.publish(() => ({ _tag: "Removed", key, reason }))
      }
    })
    const { computations, flush, guarded: { step }, meter, update } = yield* measuredMap(
      name,
      options.metrics,
      weigh === undefined ? "none" : "weight",
      guarded,
      hub
    )
    if (meter !== undefined) {
      const leased = meter.series("leasedCount")
      const inside = (map: LeasedMap<K, V>, now: number) =>
        map.entries(now).reduce((count, [, { isLeased }]) => isLeased ? count + 1 : count, 0)
      yield* meter.observe(() => leased(guarded.unsafeStep(inside) + releaser.retired))
    }
    const lookups = LookupSpans.make(name, options.tracing)
    const sweeper = new ExpirySweeper(
      around,
      Effect.zipRight(
        purgeInTurns(step),
        step((map) => map.nextExpiry())
      )
    )
    const expect = (map: LeasedMap<K, V>, key: K): void => {
      const due = map.expiresAt(key)
      if (due !== Absent) sweeper.expect(due)
    }
    const owner: LeaseOwner<K, V> = timeToIdle === Number.POSITIVE_INFINITY ? releaser : {
      unleased: (value) => releaser.unleased(value),
      inUse: ({ key }, isInUse) =>
        guarded.unsafeStep((map, now) => {
          map.setInUse(key, isInUse, now)
          if (!isInUse) expect(map, key)
        })
    }
    // What is registered last is closed first: by then, no acquisition is under way any more.
    yield* Effect.addFinalizer(() =>
      step((map, now) => {
        closed = true
        map.clear(now)
      }).pipe(Effect.zipRight(sweeper.close), Effect.zipRight(releaser.close))
    )
    const flights = yield* SingleFlight.make<K>(name)
    const newGroup = () =>
      flights.group<LeasedValue<K, V>, unknown>(options.spanName ?? "effect-aws-cache.LeasedStore.acquire")
    const group = newGroup()
    const acquisitions = new WeakMap<Flight<LeasedValue<K, V>, unknown>, Acquisition<K, V, E>>()

    const put = (
      map: LeasedMap<K, V>,
      now: number,
      { item: value, until, weight }: PreparedEntry<LeasedValue<K, V>>
    ): WriteOutcome => {
      const outcome = map.set(value.key, value, now, until, weight)
      if (outcome === "inserted" || outcome === "updated") {
        releaser.entered(value)
        if (value.isLeased) owner.inUse?.(value, true)
        expect(map, value.key)
        hub.publish(() => ({ _tag: "Inserted", key: value.key }))
      } else if (outcome === "tooLarge") {
        hub.publish(() => ({ _tag: "Rejected", key: value.key, weight: map.lastRefusedWeight }))
      }
      return outcome
    }

    const prepared = (
      map: LeasedMap<K, V>,
      now: number,
      value: LeasedValue<K, V>,
      write: WriteOptions | undefined
    ): PreparedEntry<LeasedValue<K, V>> => ({
      item: value,
      weight: map.weigh(value.key, value),
      until: write?.expiresAt === undefined
        ? expiry(value.key, value.value, now, write?.timeToLive)
        : givenMoment(name, "expiresAt", write.expiresAt)
    })

    const ofMaker = withoutSpan(servicesIn(around))

    const acquireInto = <E2, R3>(
      acquisition: Acquisition<K, V, E>,
      key: K,
      make: Effect.Effect<V, E2, R3>,
      given: Context.Context<Exclude<R3, Scope.Scope>>
    ): Effect.Effect<LeasedValue<K, V>, E2> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Scope.make(), (scope) => {
          const acquire = withServices(Effect.provideService(make, Scope.Scope, scope), given)
          // A value that is released from outside would be lost, were it interrupted on its way here.
          return Effect.flatMap(
            Effect.map(Effect.exit(release === undefined ? restore(acquire) : acquire), ownExit),
            (exit): Effect.Effect<LeasedValue<K, V>, E2> => {
              // A finalizer that fails here is told to whoever waits, along with what made it run.
              if (Exit.isFailure(exit)) return Effect.ensuring(Effect.failCause(exit.cause), Scope.close(scope, exit))
              const value = new LeasedValue(key, exit.value, scope, owner)
              acquired++
              acquisition.hold(value)
              releaser.left(value, "discarded")
              return Effect.succeed(value)
            }
          )
        })
      )

    /** What a failed acquisition is for one of those who waited for it: nothing if it is his turn. */
    const failed = <E2>(
      cause: Cause.Cause<unknown>,
      acquirer: Acquirer<E2>,
      acquisition: Acquisition<K, V, E>,
      isOwn: boolean
    ): Exit.Exit<never, E | E2> | undefined => {
      const shared = failureOrCause(cause)
      // What befell a value of one's own when it was written; or the store has closed.
      if (Either.isRight(shared) && (isOwn || flights.isClosed)) return Exit.failCause(shared.right)
      const agreed: Cause.Cause<E | E2> | undefined = isOwn
        ? acquirer.failure
        : acquirer.isStores
        ? acquisition.stores?.failure
        : undefined
      if (agreed !== undefined) return Exit.failCause(agreed)
      return Either.isLeft(shared) && isFailure(shared.left) ? Exit.fail(shared.left) : undefined
    }

    const acquireBy = <E2>(
      key: K,
      acquirer: Acquirer<E2>,
      started: () => Acquisition<K, V, E>,
      make: (acquisition: Acquisition<K, V, E>) => Effect.Effect<LeasedValue<K, V>, E2>,
      write: WriteOptions | undefined,
      restore: Restore,
      since: number | undefined,
      failures = 0,
      joining: Joining = { hasJoined: false }
    ): Effect.Effect<LeasedValue<K, V>, E | E2> =>
      Effect.flatMap(
        Effect.withFiberRuntime<LeasedValue<K, V> | Entered<K, V, E>>((caller) =>
          step((map, now) => {
            // This is still the same lookup: it is not counted again.
            const written = since === undefined ? map.peek(key, now) : Absent
            if (written !== Absent) {
              written.lease()
              return written
            }
            // What began before may come to what there was before.
            const isOlder = since !== undefined && group.findOlder(key, since) !== undefined
            const own = started()
            const flight = (failures < patience ? group : newGroup()).enter(
              key,
              caller,
              () =>
                Effect.tapErrorCause(announceComputation(computations, key, make(own)), (cause) =>
                  Effect.sync(() => {
                    acquirer.failure = ownCause(cause)
                  })),
              (exit, now) => {
                // Not kept, for whatever reason, it is released when those who wait for it have used it.
                if (Exit.isSuccess(exit) && !closed) {
                  const outcome = put(map, now, prepared(map, now, exit.value, write))
                  // What it was acquired in place of is outdated.
                  if (outcome === "tooLarge") map.delete(key, now)
                }
                update(map, now)
              },
              undefined,
              joining
            )
            const acquisition = acquisitions.get(flight) ?? own
            acquisitions.set(flight, acquisition)
            acquisition.join()
            return { flight, acquisition, isOwn: acquisition === own, isOlder }
          })
        ),
        (entered) =>
          entered instanceof LeasedValue
            ? Effect.succeed(entered)
            : Effect.flatMap(
              Effect.exit(flights.awaitExit(entered.flight, restore)),
              (waited): Effect.Effect<LeasedValue<K, V>, E | E2> => {
                const exit = flattenExit(waited)
                if (Exit.isSuccess(exit)) exit.value.lease()
                entered.acquisition.leave()
                if (Exit.isFailure(waited)) return Exit.failCause(waited.cause)
                if (entered.isOlder) {
                  if (Exit.isSuccess(exit)) exit.value.end()
                  return acquireBy(key, acquirer, started, make, write, restore, since)
                }
                if (Exit.isSuccess(exit)) return Exit.succeed(exit.value)
                return failed(exit.cause, acquirer, entered.acquisition, entered.isOwn)
                  ?? acquireBy(key, acquirer, started, make, write, restore, since, failures + 1, joining)
              }
            )
      )

    const acquire: LeaseTable<K, V, E>["acquire"] = <E2, R3>(
      key: K,
      lease: LeaseOptions<V, E2, R3> | undefined,
      restore: Restore,
      isAnew = false
    ): Effect.Effect<LeasedValue<K, V>, E | E2, Exclude<R3, Scope.Scope>> => {
      const since = isAnew ? flights.begun : undefined
      if (lease?.acquire === undefined) {
        const acquirer = new Acquirer<E>(true)
        const make = Effect.suspend(() => requireEffect(name, "acquire", options.acquire(key)))
        return acquireBy(
          key,
          acquirer,
          () => new Acquisition(acquirer),
          (acquisition) => acquireInto(acquisition, key, make, ofMaker),
          lease,
          restore,
          since
        )
      }
      // At once: what is none may be a promise that is rejected before anybody runs it.
      const own = requireEffect(name, "acquire", lease.acquire, false)
      return Effect.flatMap(services<Exclude<R3, Scope.Scope>>(), (given) =>
        acquireBy(
          key,
          new Acquirer<E2>(false),
          () => new Acquisition<K, V, E>(undefined),
          (acquisition) => acquireInto<E2, R3 | Scope.Scope>(acquisition, key, own, given),
          lease,
          restore,
          since
        ))
    }

    const acquireWithRoom: typeof acquire = (key, lease, restore, isAnew) => {
      const acquiring = releaser.isFull
        ? Effect.zipRight(restore(releaser.room), acquire(key, lease, restore, isAnew))
        : acquire(key, lease, restore, isAnew)
      return lookups === undefined || isAnew === true ? acquiring : lookups.around(
        key,
        Effect.tap(acquiring, () => Effect.sync(() => lookups.tell("computed", false)))
      )
    }

    const table: LeaseTable<K, V, E> = {
      step,
      find: (key) =>
        guarded.unsafeLookup((map, now) => {
          const found = map.get(key, now)
          if (found !== Absent) {
            found.lease()
            lookups?.hit(key, "memory")
          }
          update(map, now)
          return found
        }),
      findOnly: (key) => {
        const found = table.find(key)
        if (found === Absent) lookups?.miss(key)
        return found
      },
      acquire: acquireWithRoom,
      withRoom: (effect) => Effect.suspend(() => releaser.isFull ? Effect.zipRight(releaser.room, effect) : effect),
      leasing: (f) =>
        step((map, now) => {
          isLeasing = true
          try {
            return f(map, now)
          } finally {
            isLeasing = false
          }
        }),
      prepare: (map, now, key, value, write) =>
        prepared(map, now, new LeasedValue(key, value, undefined, owner), write),
      takeOver: (map, now, entry) => {
        const outcome = closed ? "discarded" : put(map, now, entry)
        if (outcome === "tooLarge") return outcome
        acquired++
        flights.detach(entry.item.key)
        if (outcome === "discarded") releaser.left(entry.item, outcome)
        return outcome
      },
      expect,
      detach: (key) => flights.detach(key),
      detachAll: () => flights.detachAll(),
      stats: step((map, now) => {
        const values = map.entries(now)
        return {
          weight: map.weight(now),
          ...countedIn(map, now),
          ...flights.counted,
          acquired,
          leased: values.filter(([, value]) => value.isLeased).length,
          retired: releaser.retired,
          releasing: releaser.releasing,
          releases: { ...releaser.counters },
          rejections: map.counters.rejections
        }
      }),
      works: [computationsOf(flights), releaser.releases],
      flush,
      glance: guarded.glance,
      events: hub.stream
    }
    return table
  })

/** An acquisition under way. */
interface Entered<in out K, in out V, in out E> {
  readonly flight: Flight<LeasedValue<K, V>, unknown>
  readonly acquisition: Acquisition<K, V, E>
  readonly isOwn: boolean
  /** Whether it began too early for who entered it. */
  readonly isOlder: boolean
}
