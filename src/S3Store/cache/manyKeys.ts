/**
 * Many entries at once.
 */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Num from "effect/Number"
import * as Option from "effect/Option"
import { unlimited } from "../../Cache/flight/ComputationLimit.js"
import { ownExit } from "../../Cache/flight/ownExit.js"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import { services, withServices } from "../../Cache/flight/withServices.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import { LoadFailure } from "../../Cache/store/getManyOrCompute.js"
import { failureOrCause } from "../../effect/outcomes.js"
import { type CacheLevels, logProblem } from "../bothLevels/CacheLevels.js"
import type { Reading } from "../bothLevels/reading.js"
import type { Writing } from "../bothLevels/writing.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import { pairsOf } from "../keyspace/unlessWrongArgument.js"
import type { S3CacheManyOptions, S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { Looked } from "./computing.js"
import type { FlightGroups } from "./FlightGroups.js"
import { Gathering } from "./Gathering.js"
import type { Lookup, Request } from "./lookup.js"

/** The bulk loader had no value for a key. */
class NotLoaded extends Data.TaggedError("NotLoaded") {}

/** What was somebody else's to compute came to nothing, which says nothing of one's own. */
class NotOwn extends Data.TaggedError("NotOwn") {}

/** What is loaded for a key: its value, or why there is none, and what its write decides for itself. */
type Pair<K, V, F, E> = readonly [
  key: CacheKey<K, V, F>,
  value: V | LoadFailure<E>,
  options?: S3CacheWriteOptions | undefined
]

/** Loads the values of many keys. */
type Load<K, V, F, E, R, E2> = (
  missing: ReadonlyArray<CacheKey<K, V, F>>
) => Effect.Effect<Iterable<Pair<K, V, F, E2>>, E, R>

/** What there is under a key. */
type Found<V, E> = Exit.Exit<Option.Option<V>, E>

const nothing = Exit.succeed(Option.none())

/** Whether it is one's own turn to load it. */
const isNotOwn = (found: Exit.Exit<unknown, unknown> | undefined): boolean =>
  found !== undefined && Exit.isSuccess(found) && found.value === undefined

/** What tells the key of an entry from all others. */
const placeOf = ({ id, keyspace, version }: AnyKey): string => `${keyspace} ${version} ${id}`

/** How many requests to make at the same time. */
export const concurrencyOf = (options: S3CacheManyOptions | undefined): number => options?.concurrency ?? 16

/**
 * Makes the operations on many entries.
 *
 * @param batches runs the bulk loaders: one computation for each call
 */
export const makeManyKeys = (
  levels: CacheLevels,
  reading: Reading,
  writing: Writing,
  groups: FlightGroups,
  batches: SingleFlight<string>,
  lookup: Lookup
): Pick<S3CacheService, "getMany" | "getManyOrCompute" | "hasMany" | "setMany" | "removeMany"> => {
  const { memory, name } = levels

  const getMany: S3CacheService["getMany"] = (keys, options) =>
    Effect.forEach(keys, (key) => reading.getOption(key), { concurrency: concurrencyOf(options) })

  /** The values that neither level has, each in a flight of its own; one load for all that nobody else is about to load. */
  const computeMany = <K, V, F, E>(
    missing: ReadonlyArray<CacheKey<K, V, F>>,
    load: Load<K, V, F, E, never, E>,
    lookedAt: (key: CacheKey<K, V, F>) => Looked | undefined,
    options: S3CacheManyOptions & S3CacheWriteOptions,
    failures = 0
  ): Effect.Effect<ReadonlyArray<Found<V, E | F>>> =>
    Effect.gen(function*() {
      type Key = CacheKey<K, V, F>
      const startedAt = new Map<Key, number>()
      const loadAll = (keys: ReadonlyArray<Key>) => {
        const [first] = keys
        const limited = first === undefined ? unlimited : levels.limitsOf(first.space)
        return limited(Effect.flatMap(Clock.currentTimeMillis, (now) => {
          for (const key of keys) startedAt.set(key, now)
          return requireEffect(name, "load", load(keys))
        })).pipe(
          Effect.flatMap((loaded) => pairsOf(name, loaded)),
          Effect.map((pairs) => new Map(pairs.map((pair) => [placeOf(pair[0]), pair] as const)))
        )
      }
      const gathering = new Gathering(missing, loadAll, (keys, loading) =>
        batches.once(
          "effect-aws-cache.S3Cache.loadMany",
          () => keys.size === 1 ? "1 key" : `${keys.size} keys`,
          loading
        ))
      // What is loaded together is as old for all of its keys, whenever their turn comes.
      const began = yield* levels.markers.moment
      const throttle = yield* Effect.makeSemaphore(concurrencyOf(options))

      const requestOf = (key: Key): Request<K, V, F, unknown, E | F | NotLoaded | NotOwn> => {
        let own: Exit.Exit<V, E | NotLoaded> | undefined
        let decided: S3CacheWriteOptions | undefined
        const loaded = Effect.flatMap(gathering.loadedWith(key), (pairs): Exit.Exit<V, E | NotLoaded> => {
          const pair = pairs.get(placeOf(key))
          if (pair === undefined) return Exit.fail(new NotLoaded())
          decided = pair[2]
          return pair[1] instanceof LoadFailure ? Exit.fail(pair[1].error) : Exit.succeed(pair[1])
        })
        return {
          key,
          group: groups.among(key.space, failures),
          isLooked: true,
          looked: lookedAt(key),
          isOfKey: () => key.isUnchanged,
          began,
          startedAt: () => startedAt.get(key),
          throttle,
          turn: gathering.turnOf(key),
          compute: Effect.flatMap(Effect.exit(loaded), (exit) => own = ownExit(exit)),
          writeOptions: () => ({
            timeToLive: decided?.timeToLive ?? options.timeToLive,
            tags: decided?.tags ?? options.tags
          }),
          failureTags: options.tags,
          ended: (content) => {
            if (Exit.isSuccess(content)) return Exit.succeed(content.value)
            if (own !== undefined && Exit.isFailure(own)) return own
            return Either.match(failureOrCause(content.cause), {
              onRight: (cause) => groups.isClosed ? Exit.failCause(cause) : Exit.fail(new NotOwn()),
              onLeft: (error) =>
                Option.match(key.space.asFailure(error), { onNone: () => Exit.fail(new NotOwn()), onSome: Exit.fail })
            })
          }
        }
      }

      const found = yield* Effect.forEach(missing, (key) =>
        lookup<K, V, F, unknown, E | F | NotLoaded | NotOwn, never>(key, () =>
          requestOf(key)).pipe(
            Effect.map(Option.some),
            Effect.catchAll((error) => {
              if (error instanceof NotLoaded) return Exit.succeed(Option.none<V>())
              return error instanceof NotOwn ? Exit.succeed(undefined) : Exit.fail(error)
            }),
            Effect.ensuring(Effect.sync(() => gathering.left(key))),
            Effect.exit
          ), { concurrency: "unbounded" })
      const again = missing.filter((_, at) =>
        isNotOwn(found[at])
      )
      const rest = again.length === 0 ? [] : yield* computeMany(again, load, lookedAt, options, failures + 1)
      let next = 0
      return found.map((one) =>
        isNotOwn(one) ? rest[next++] ?? nothing : Exit.map(one, (value) => value ?? Option.none())
      )
    })

  const getManyOrCompute = <K, V, F, E, R, E2>(
    given: Iterable<CacheKey<K, V, F>>,
    load: Load<K, V, F, E, R, E2>,
    options: S3CacheManyOptions & S3CacheWriteOptions = {}
  ): Effect.Effect<ReadonlyArray<Option.Option<V>>, E | E2 | F, R> =>
    Effect.gen(function*() {
      const keys = Array.from(given)
      const unique = new Map(keys.map((key) => [placeOf(key), key]))
      const values = new Map<string, Exit.Exit<Option.Option<V>, E | E2 | F>>()
      const old = new Map<string, Looked>()
      const { changes } = memory
      yield* Effect.forEach(unique, ([place, key]) =>
        Effect.flatMap(
          Effect.either(reading.getOptionOrOld(key, (held) => old.set(place, { held, changes }))),
          (found): Effect.Effect<void, F> => {
            if (Either.isRight(found)) {
              return Effect.sync(() => {
                if (Option.isSome(found.right)) values.set(place, Exit.succeed(found.right))
              })
            }
            const failure = key.space.failureOf(found.left)
            return Option.isSome(failure) ? Exit.fail(failure.value) : logProblem(levels, key, found.left)
          }
        ), { concurrency: concurrencyOf(options), discard: true })
      const missing = Array.from(unique).filter(([place]) => !values.has(place))
      if (missing.length > 0) {
        const needed = yield* services<R>()
        const loading: Load<K, V, F, E | E2, never, E | E2> = (keys) =>
          withServices(
            Effect.suspend(() => requireEffect(name, "load", load(keys))),
            needed
          )
        const found = yield* computeMany(
          missing.map(([, key]) => key),
          loading,
          (key) => old.get(placeOf(key)),
          options
        )
        missing.forEach(([place], at) => values.set(place, found[at] ?? nothing))
      }
      // All have ended: what could be had is kept.
      return yield* Effect.forEach(keys, (key) => values.get(placeOf(key)) ?? nothing)
    })

  const hasMany: S3CacheService["hasMany"] = (keys, options) =>
    Effect.map(getMany(keys, options), Arr.map(Option.isSome))

  const setMany: S3CacheService["setMany"] = (entries, options) =>
    Effect.forEach(
      entries,
      ([key, value, own]) =>
        writing.set(key, value, {
          timeToLive: own?.timeToLive ?? options?.timeToLive,
          tags: own?.tags ?? options?.tags
        }),
      { concurrency: concurrencyOf(options), discard: true }
    )

  const removeMany: S3CacheService["removeMany"] = (keys, options) =>
    Effect.map(
      Effect.forEach(
        keys,
        (key) => Effect.as(writing.remove(key), 1).pipe(Effect.catchTag("CacheNotFoundError", () => Effect.succeed(0))),
        { concurrency: concurrencyOf(options) }
      ),
      Num.sumAll
    )

  return { getMany, getManyOrCompute, hasMany, setMany, removeMany }
}
