/**
 * How a dictionary does what it does.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { identity } from "effect/Function"
import type * as Scope from "effect/Scope"
import { inBackground } from "../../Cache/background/Background.js"
import { computationsOf } from "../../Cache/background/Work.js"
import { makeGuardedMap } from "../../Cache/common/GuardedMap.js"
import { clearInTurns, inPieces, inTurns, pieceSize, purgeInTurns, resizeInTurns } from "../../Cache/common/inTurns.js"
import { LimitChanges } from "../../Cache/common/LimitChanges.js"
import { unrefSleep } from "../../Cache/common/unrefSleep.js"
import type { BoundedMap } from "../../Cache/engine/BoundedMap.js"
import { Absent } from "../../Cache/engine/BoundedMapOptions.js"
import { asExit } from "../../Cache/errors/asExit.js"
import { type CacheConfigError, CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import { toOption } from "../../Cache/errors/toOption.js"
import { makeEventHub } from "../../Cache/events/EventHub.js"
import type { StoreEvent } from "../../Cache/events/StoreEvent.js"
import { limiting } from "../../Cache/flight/ComputationLimit.js"
import { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import * as ByteSize from "../../Cache/memory/ByteSize.js"
import { measuredMap } from "../../Cache/metrics/measuredMap.js"
import {
  checkOptions,
  checkValue,
  nameIn,
  whenRight,
  withCallOptions,
  withFunction
} from "../../Cache/options/checkOptions.js"
import { entriesIn, keysIn } from "../../Cache/options/manyEntries.js"
import { printedAs } from "../../Cache/printing/printedAs.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { printName } from "../../Cache/printing/printName.js"
import { adaptOptions, type Stored } from "../../Cache/store/FreshMap.js"
import { makeFreshness } from "../../Cache/store/FreshnessOptions.js"
import { makeComputing } from "../../Cache/store/getOrCompute.js"
import { jitterRolls } from "../../Cache/store/jitterRolls.js"
import { memoizeKinds } from "../../Cache/store/StoreOptions.js"
import { lookMany, removeMany, writeMany } from "../../Cache/store/writeMany.js"
import { LookupSpans } from "../../Cache/tracing/LookupSpans.js"
import * as Either from "../../effect/plainEither.js"
import { RemovalHooks } from "../removals/RemovalHooks.js"
import { bytesIn, checkRemovalQueue, itemsIn } from "../removals/RemovalQueueOptions.js"
import { defaultDictParts, failureWeigher } from "./defaultDictParts.js"
import type { Dict } from "./Dict.js"
import { dictKinds } from "./dictKinds.js"
import {
  checkShared,
  checkSweepInterval,
  equalsKinds,
  type Limits,
  moveKinds,
  type Options,
  writeKinds,
  type WriteOptions
} from "./DictOptions.js"
import { DictSteps } from "./DictSteps.js"

/** See `TtlDict.make`. */
export const makeDict = <K, V, F = never, R = never>(
  options: Options<K, V, F, R> = {}
): Effect.Effect<Dict<K, V, never, F>, CacheConfigError, NoInfer<R> | Scope.Scope> => makeDictWith(options, () => {})

/**
 * A dictionary that looks at keys under which there is nothing.
 *
 * @param missed given such a key; what it throws is a defect of the operation
 */
export const makeDictWith = <K, V, F, R>(
  options: Options<K, V, F, R>,
  missed: (key: K) => void
): Effect.Effect<Dict<K, V, never, F>, CacheConfigError, R | Scope.Scope> => {
  const name = nameIn(options, "TtlDict")
  return Effect.gen(function*() {
    yield* asExit(checkOptions(name, options, dictKinds))
    const total = yield* ByteSize.availableMemory
    const { least, limits, pressure, timeToIdle, weigh } = yield* asExit(
      checkShared(name, options, defaultDictParts(name, () => total))
    )
    const sweepInterval = yield* asExit(checkSweepInterval(name, options.sweepInterval))
    const freshness = yield* asExit(makeFreshness(name, options))
    const weighFailure = failureWeigher(name, options.failureWeigher)
    const { onRemoval } = options
    const queue = yield* asExit(checkRemovalQueue(name, options, total))
    const hub = yield* makeEventHub<StoreEvent<K>>(name, options.eventCapacity)
    let { maxBytes, maxSize } = limits
    const hooks = onRemoval && (yield* RemovalHooks.make<K, V, R>({
      name,
      hook: onRemoval,
      maxSize: () => itemsIn(queue, maxSize),
      maxBytes: () => bytesIn(queue, maxBytes),
      whenFull: queue.whenFull,
      gracePeriod: queue.gracePeriod,
      dropped: (key, reason) => hub.publish(() => ({ _tag: "HookDropped", key, reason }))
    }))
    const guarded = yield* makeGuardedMap<K, Stored<V, F>>(
      name,
      adaptOptions({
        evictionPolicy: "LRU",
        maxSize: limits.maxSize,
        maxWeight: limits.maxBytes,
        timeToIdle,
        weigher: weigh,
        onRemoval: (key, value, reason, weight) => {
          hub.publish(() => ({ _tag: "Removed", key, reason }))
          hooks?.push({ key, value, reason, weight })
        }
      }, weighFailure)
    )
    const watched = hooks === undefined ? guarded : hooks.watched(guarded)
    const measured = yield* measuredMap(name, options.metrics, "bytes", watched, hub)
    const { lookup, step } = measured.guarded
    const bytesOf = (key: K) => () => {
      const bytes = guarded.unsafeLookup((map, now) => map.weightOf(key, now))
      return bytes === Absent ? {} : { bytes }
    }
    const lookups = LookupSpans.make(name, options.tracing)
    const flights = yield* SingleFlight.make<K>(name)
    const batches = yield* SingleFlight.make<string>(name)
    const works = [computationsOf(flights), ...(hooks === undefined ? [] : [hooks.runs])]
    const settle = yield* inBackground(name, works, measured.flush)
    const steps = new DictSteps<K, V, F>({
      name,
      limits,
      least,
      freshness,
      hub,
      decided: (key) => {
        // Most of the time there is none, and every write comes here.
        if (flights.size > 0) flights.detach(key)
      },
      pressure
    })
    const { entries } = steps

    type Engine = BoundedMap<K, Stored<V, F>>

    const lookIn = (map: Engine, now: number, key: K): V | Absent => {
      const found = entries.get(map, key, now)
      lookups?.looked(key, found !== Absent, bytesOf(key))
      return found
    }

    const notFound = (key: K): CacheNotFoundError => {
      missed(key)
      return new CacheNotFoundError({ cache: name, key: printKey(key) })
    }

    const seen = <A>(key: K, found: A | Absent): A | Absent => {
      if (found === Absent) missed(key)
      return found
    }

    const orNotFound = <A>(key: K, found: A | Absent): Either.Either<A, CacheNotFoundError> =>
      found === Absent ? Either.left(notFound(key)) : Either.right(found)

    const done = (key: K, found: boolean): Either.Either<void, CacheNotFoundError> =>
      found ? Either.nothing : Either.left(notFound(key))

    const attempt = <A, E>(f: (map: Engine, now: number) => Either.Either<A, E>): Effect.Effect<A, E> =>
      Effect.flatMap(step(f), asExit)

    // What may remove entries, when their hooks have room.
    const withRoom: <A, E2, R2>(effect: Effect.Effect<A, E2, R2>) => Effect.Effect<A, E2, R2> = hooks === undefined
      ? identity
      : hooks.withRoom
    const removingStep = <A>(f: (map: Engine, now: number) => A): Effect.Effect<A> => withRoom(step(f))
    const removing = <A, E>(f: (map: Engine, now: number) => Either.Either<A, E>): Effect.Effect<A, E> =>
      withRoom(attempt(f))

    const changes = new LimitChanges()

    const resize = (given: Limits): Effect.Effect<void, CacheConfigError> =>
      Effect.flatMap(
        ByteSize.availableMemory,
        (total) =>
          Effect.flatMap(Effect.suspend(() => asExit(steps.checkLimits(given, total))), (checked) =>
            resizeInTurns(changes, checked, (left) =>
              removingStep((map, now) => {
                const done = steps.resize(map, now, left(), pieceSize)
                // What a smaller limit evicts is told as well.
                maxSize = Math.max(maxSize, map.maxSize)
                maxBytes = Math.max(maxBytes, map.maxWeight)
                return done
              })))
      )

    const { rolls, withRoll } = jitterRolls(freshness)

    yield* whenRight(
      () => entriesIn(name, options.entries ?? [], writeKinds),
      (list) =>
        inPieces(
          list,
          (part) =>
            Effect.flatMap(rolls(part.length), (rolls) => removing((map, now) => steps.fill(map, now, part, rolls)))
        )
    )

    const { getManyOrCompute, getOrCompute, memoize, modify, refresh } = makeComputing<K, V, F>({
      name,
      spans: "effect-aws-cache.TtlDict",
      guarded: { lookup, step },
      entries,
      flights,
      batches,
      limited: limiting(options.maxComputations),
      hub: measured.computations,
      lookups,
      writer: {
        withRoll,
        rolls,
        freshUntil: (_key, _value, now, roll, write) => steps.until(now, roll, write),
        put: (map, key, value, now, until, computation) =>
          steps.put(map, key, value, now, until, undefined, computation),
        remembered: (map, key, outcome, now) => steps.remembered(map, key, outcome, now),
        committed: measured.update
      }
    })

    if (sweepInterval !== undefined) {
      const sweep = Effect.zipRight(
        purgeInTurns(step),
        inTurns(step((map, now) => pressure === undefined || pressure.swept(map, now)))
      )
      yield* Effect.forkScoped(Effect.interruptible(Effect.forever(Effect.zipRight(unrefSleep(sweepInterval), sweep))))
    }

    const writing = <A, E2, R2>(write: WriteOptions | undefined, effect: Effect.Effect<A, E2, R2>) =>
      withCallOptions(name, write, writeKinds, effect)

    const self: Dict<K, V, never, F> = {
      get: (key) =>
        lookup((map, now) => {
          const found = lookIn(map, now, key)
          return found === Absent ? Exit.fail(notFound(key)) : Exit.succeed(found)
        }),
      getOption: (key) => lookup((map, now) => Exit.succeed(toOption(seen(key, lookIn(map, now, key))))),
      getOrCompute: (key, compute, write) => writing(write, withRoom(getOrCompute(key, compute, write))),
      getManyOrCompute: (keys, load, write) =>
        writing(write, withFunction(name, "load", load, withRoom(getManyOrCompute(keys, load, write)))),
      memoize: (f, how) =>
        withCallOptions(
          name,
          how,
          memoizeKinds,
          withFunction(
            name,
            "compute",
            f,
            Effect.map(memoize(f, how), (memoized) => (key) => withRoom(memoized(key)))
          )
        ),
      modify: (key, f, write) => writing(write, withFunction(name, "modify", f, withRoom(modify(key, f, write)))),
      refresh: (key, compute, write) => writing(write, withRoom(refresh(key, compute, write))),
      add: (key, value, write) =>
        writing(write, withRoll((roll) => removing((map, now) => steps.add(map, now, key, value, write, roll)))),
      set: (key, value, write) =>
        writing(write, withRoll((roll) => removing((map, now) => steps.set(map, now, key, value, write, roll)))),
      getOrInsert: (key, value, write) =>
        writing(
          write,
          withRoll((roll) => removing((map, now) => steps.getOrInsert(map, now, key, value, write, roll)))
        ),
      setMany: (items, write) =>
        writing(
          write,
          whenRight(() => entriesIn(name, items, writeKinds), (list) =>
            writeMany(list, {
              step: removingStep,
              rolls,
              prepare: (map, now, item, roll) => steps.prepare(map, now, item, write, roll),
              write: (map, now, entry) => steps.writePrepared(map, now, entry)
            }))
        ),
      has: (key) => step((map, now) => seen(key, entries.peek(map, key, now)) !== Absent),
      hasMany: (keys) =>
        whenRight(
          () => keysIn(name, keys),
          (list) => lookMany(list, step, (map, now, key) => seen(key, entries.peek(map, key, now)) !== Absent)
        ),
      peek: (key) => step((map, now) => toOption(seen(key, entries.peek(map, key, now)))),
      peekEntry: (key) => step((map, now) => toOption(seen(key, entries.peekEntry(map, key, now)))),
      getMany: (keys) =>
        whenRight(
          () => keysIn(name, keys),
          (list) => lookMany(list, step, (map, now, key) => toOption(seen(key, entries.get(map, key, now))))
        ),
      remove: (key) => removing((map, now) => done(key, steps.remove(map, now, key) !== Absent)),
      invalidate: (key) =>
        removingStep((map, now) => {
          seen(key, steps.remove(map, now, key))
        }),
      invalidateWhen: (key, predicate) =>
        whenRight(
          () => checkValue(name, "predicate", predicate, "function"),
          (predicate) => removingStep((map, now) => seen(key, steps.invalidateWhen(map, now, key, predicate)) === true)
        ),
      expire: (key) =>
        removingStep((map, now) => {
          if (!steps.expire(map, now, key)) missed(key)
        }),
      removeMany: (keys) =>
        whenRight(
          () => keysIn(name, keys),
          (list) => removeMany(list, removingStep, (map, now, key) => steps.remove(map, now, key) !== Absent)
        ),
      pop: (key) => removing((map, now) => orNotFound(key, steps.remove(map, now, key))),
      popVictim: withRoom(step((map, now) => toOption(steps.pop(map, now, "popVictim")))),
      popNewest: withRoom(step((map, now) => toOption(steps.pop(map, now, "popNewest")))),
      clear: withRoom(clearInTurns(step, () => flights.detachAll())),
      keys: step((map, now) => entries.entries(map, now).map(([key]) => key)),
      values: step((map, now) => entries.entries(map, now).map(([, value]) => value)),
      entries: step((map, now) => entries.entries(map, now)),
      entriesWithExpiry: step((map, now) => steps.entriesWithExpiry(map, now)),
      equals: (that, how) =>
        withCallOptions(
          name,
          how,
          equalsKinds,
          step((map, now) => steps.equals(map, now, that, how?.ordered ?? false))
        ),
      size: step((map, now) => map.size(now)),
      byteSize: step((map, now) => map.weight(now)),
      reweigh: (key) =>
        removing((map, now) => Either.flatMap(steps.reweigh(map, now, key), (weight) => orNotFound(key, weight))),
      timeToLive: (key, at) =>
        attempt((map, now) => Either.map(orNotFound(key, steps.remaining(map, now, key, at)), Duration.millis)),
      setTimeToLive: (key, timeToLive) =>
        removing((map, now) => done(key, steps.setTimeToLive(map, now, key, timeToLive))),
      setExpiresAt: (key, millis) => removing((map, now) => done(key, steps.setExpiresAt(map, now, key, millis))),
      isExpired: (key, at) => step((map, now) => toOption(seen(key, steps.isExpired(map, now, key, at)))),
      moveToEnd: (key, how) =>
        withCallOptions(
          name,
          how,
          moveKinds,
          attempt((map, now) => done(key, steps.moveToEnd(map, now, key, how?.last ?? true)))
        ),
      resize,
      limits: step((map) => steps.limits(map)),
      purge: purgeInTurns(step),
      settle,
      stats: step((map, now) => ({
        ...steps.stats(map, now),
        ...flights.counted,
        hooks: {
          pending: hooks?.pending ?? 0,
          failed: hooks?.failed ?? 0,
          skipped: hooks?.skipped ?? 0,
          dropped: hooks?.dropped ?? 0
        }
      })),
      events: hub.stream
    }
    return printedAs(self, () => {
      const glance = guarded.glance(0)
      const { evictionPolicy, size, weight: byteSize } = glance
      return { _id: "TtlDict", name: printName(name), evictionPolicy, ...steps.limits(glance), byteSize, size }
    })
  })
}
