/**
 * Many entries at once.
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Num from "effect/Number"
import * as Option from "effect/Option"
import { unlimited } from "../../Cache/flight/ComputationLimit.js"
import { patience } from "../../Cache/flight/FlightGroup.js"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import { services, withServices } from "../../Cache/flight/withServices.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import { type CacheLevels, logProblem } from "../bothLevels/CacheLevels.js"
import type { Reading } from "../bothLevels/reading.js"
import type { Writing } from "../bothLevels/writing.js"
import type { AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import { pairsOf } from "../keyspace/unlessWrongArgument.js"
import type { S3CacheManyOptions } from "../options/S3CacheOptions.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { Looked } from "./computing.js"
import type { FlightGroups } from "./FlightGroups.js"
import type { Lookup } from "./lookup.js"

/** The bulk loader had no value for a key. */
class NotLoaded extends Data.TaggedError("NotLoaded") {}

/** The bulk loader that failed was somebody else's. */
class NotOwn extends Data.TaggedError("NotOwn") {}

/** Loads the values of many keys. */
type Load<K, V, F, E, R> = (
  missing: ReadonlyArray<CacheKey<K, V, F>>
) => Effect.Effect<Iterable<readonly [key: CacheKey<K, V, F>, value: V]>, E, R>

/** What there is under a key; `undefined` where it is one's own turn to load it. */
interface Found<in out K, in out V, in out F> {
  readonly key: CacheKey<K, V, F>
  readonly value: Option.Option<V> | undefined
}

/** What tells the key of an entry from all others. */
const placeOf = ({ id, keyspace, version }: AnyKey): string => `${keyspace} ${version} ${id}`

const ended = <K, V, F, E>(
  key: CacheKey<K, V, F>,
  content: Exit.Exit<V, E | NotLoaded | NotOwn | F>,
  isOwn: boolean
): Exit.Exit<V, E | NotLoaded | NotOwn | F> => {
  if (Exit.isSuccess(content) || isOwn) return content
  const { cause } = content
  if (Cause.isInterrupted(cause)) return content
  const failure = Cause.failureOption(cause)
  return Option.isSome(failure) &&
      (failure.value instanceof NotLoaded || Option.isSome(key.space.asFailure(failure.value)))
    ? content
    : Exit.fail(new NotOwn())
}

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
    load: Load<K, V, F, E, never>,
    lookedAt: (key: CacheKey<K, V, F>) => Looked | undefined,
    shared: object,
    concurrency: number,
    failures = 0
  ): Effect.Effect<ReadonlyArray<Found<K, V, F>>, E | F> =>
    Effect.gen(function*() {
      let isLoaded = false
      let startedAt: number | undefined
      const [first] = missing
      const limited = first === undefined ? unlimited : levels.limitsOf(first.space)
      const batch = batches.once(
        "effect-aws-cache.S3Cache.loadMany",
        () => `${missing.length} keys`,
        limited(Effect.flatMap(Clock.currentTimeMillis, (now) => {
          isLoaded = true
          startedAt = now
          return requireEffect(name, "load", load(missing))
        })).pipe(
          Effect.flatMap((loaded) => pairsOf(name, loaded)),
          Effect.map((loaded) => new Map(loaded.map(([key, value]) => [placeOf(key), Option.some(value)] as const)))
        )
      )
      // What one batch loads is as old for all of its keys, whenever their turn comes.
      const began = yield* levels.markers.moment
      const throttle = yield* Effect.makeSemaphore(concurrency)
      const found = yield* Effect.forEach(missing, (key) =>
        lookup<K, V, F, E | NotLoaded | NotOwn, E | NotLoaded | NotOwn | F, never>(key, () => ({
          key,
          group: groups.of<K, V, F, E | NotLoaded | NotOwn | F>(key.space, shared),
          isLooked: true,
          looked: lookedAt(key),
          isOfKey: () =>
            key.isUnchanged,
          began,
          startedAt: () => startedAt,
          throttle,
          compute: Effect.flatMap(
            batch,
            (loaded) =>
              Option.getOrElse(
                Option.map(loaded.get(placeOf(key)) ?? Option.none(), Effect.succeed),
                () => new NotLoaded()
              )
          ),
          writeOptions: () => ({}),
          // How somebody else's load failed says nothing of one's own.
          ended: (content) => ended(key, content, isLoaded)
        })).pipe(
          Effect.map((value): Found<K, V, F> => ({ key, value: Option.some(value) })),
          Effect.catchAll((error) => {
            if (error instanceof NotLoaded) return Effect.succeed<Found<K, V, F>>({ key, value: Option.none() })
            return error instanceof NotOwn
              ? Effect.succeed<Found<K, V, F>>({ key, value: undefined })
              : Exit.fail(error)
          })
        ), { concurrency: "unbounded" })
      const again = found.filter(({ value }) =>
        value === undefined
      )
      if (again.length === 0) return found
      // With nobody, once it has waited for enough of others that failed.
      const next = failures + 1 < patience ? shared : load
      const rest = yield* computeMany(again.map(({ key }) => key), load, lookedAt, next, concurrency, failures + 1)
      return [...found, ...rest]
    })

  const getManyOrCompute = <K, V, F, E, R>(
    given: Iterable<CacheKey<K, V, F>>,
    load: Load<K, V, F, E, R>,
    options?: S3CacheManyOptions
  ): Effect.Effect<ReadonlyArray<Option.Option<V>>, E | F, R> =>
    Effect.gen(function*() {
      const concurrency = concurrencyOf(options)
      const keys = Array.from(given)
      const unique = new Map(keys.map((key) => [placeOf(key), key]))
      const values = new Map<string, Option.Option<V>>()
      const old = new Map<string, Looked>()
      const { changes } = memory
      yield* Effect.forEach(unique, ([place, key]) =>
        Effect.flatMap(
          Effect.either(reading.getOptionOrOld(key, (held) => old.set(place, { held, changes }))),
          (found): Effect.Effect<void, F> => {
            if (Either.isRight(found)) {
              return Effect.sync(() => void values.set(place, found.right))
            }
            const failure = key.space.failureOf(found.left)
            return Option.isSome(failure) ? Exit.fail(failure.value) : logProblem(levels, key, found.left)
          }
        ), { concurrency, discard: true })
      const missing = [...unique].flatMap(([place, key]) =>
        Option.isNone(values.get(place) ?? Option.none()) ? [key] : []
      )
      if (missing.length > 0) {
        const needed = yield* services<R>()
        const loading: Load<K, V, F, E, never> = (keys) =>
          withServices(
            Effect.suspend(() => requireEffect(name, "load", load(keys))),
            needed
          )
        for (
          const { key, value } of yield* computeMany(
            missing,
            loading,
            (key) => old.get(placeOf(key)),
            load,
            concurrency
          )
        ) {
          if (value !== undefined) {
            values.set(placeOf(key), value)
          }
        }
      }
      return keys.map((key) => values.get(placeOf(key)) ?? Option.none())
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
