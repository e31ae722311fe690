/**
 * Many entries at once.
 */
import * as Arr from "effect/Array"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Num from "effect/Number"
import * as Option from "effect/Option"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import type { Keyspace } from "../keyspace/Keyspace.js"
import { pairsOf } from "../keyspace/unlessWrongArgument.js"
import type { S3CacheManyOptions } from "../options/S3CacheOptions.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import { type CacheLevels, logProblem } from "./CacheLevels.js"
import type { FlightGroups } from "./FlightGroups.js"
import type { Lookup } from "./lookup.js"
import type { Reading } from "./reading.js"
import type { Writing } from "./writing.js"

/** The bulk loader had no value for a key. */
class NotLoaded extends Data.TaggedError("NotLoaded") {}

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
  const { name } = levels

  const getMany: S3CacheService["getMany"] = (keys, options) =>
    Effect.forEach(keys, (key) => reading.getOption(key), { concurrency: concurrencyOf(options) })

  const getManyOrCompute = <K, V, F, E>(
    space: Keyspace<K, V, F>,
    inputs: Iterable<K>,
    load: (missing: ReadonlyArray<K>) => Effect.Effect<Iterable<readonly [key: K, value: V]>, E>,
    options?: S3CacheManyOptions
  ): Effect.Effect<ReadonlyArray<Option.Option<V>>, E | F> =>
    Effect.gen(function*() {
      const concurrency = concurrencyOf(options)
      const keys = Array.from(inputs, (input) => space.key(input))
      const unique = new Map(keys.map((key) => [key.id, key]))
      const values = new Map<string, Option.Option<V>>()
      yield* Effect.forEach(unique.values(), (key) =>
        Effect.flatMap(Effect.either(reading.getOption(key)), (found): Effect.Effect<void, F> => {
          if (Either.isRight(found)) {
            return Effect.sync(() =>
              void values.set(key.id, found.right)
            )
          }
          const failure = space.failureOf(found.left)
          return Option.isSome(failure) ? Exit.fail(failure.value) : logProblem(levels, key, found.left)
        }), { concurrency, discard: true })
      const missing = [...unique.values()].filter((key) =>
        Option.isNone(values.get(key.id) ?? Option.none())
      )
      const batch = batches.once(
        "effect-aws-cache.S3Cache.loadMany",
        () => `${missing.length} keys`,
        Effect.suspend(() => requireEffect(name, "load", load(missing.map((key) => key.input)))).pipe(
          Effect.flatMap((loaded) => pairsOf(name, loaded)),
          Effect.map((loaded) =>
            new Map(loaded.map(([key, value]) => [space.key(key).id, Option.some(value)] as const))
          )
        )
      )
      // What one batch loads is as old for all of its keys, whenever their turn comes.
      const began = yield* levels.markers.moment
      const throttle = yield* Effect.makeSemaphore(concurrency)
      const group = groups.of<K, V, F, E | NotLoaded | F>(space, load)
      yield* Effect.forEach(missing, (key) =>
        lookup<K, V, F, E | NotLoaded>(key, () => ({
          key,
          group,
          isLooked: true,
          isOfKey: () => key.isUnchanged,
          began,
          throttle,
          compute: Effect.flatMap(
            batch,
            (loaded) =>
              Option.getOrElse(Option.map(loaded.get(key.id) ?? Option.none(), Effect.succeed), () => new NotLoaded())
          ),
          writeOptions: () => ({})
        })).pipe(
          Effect.map((value) => void values.set(key.id, Option.some(value))),
          Effect.catchAll((error) => error instanceof NotLoaded ? Exit.void : Exit.fail(error))
        ), { concurrency: "unbounded", discard: true })
      return keys.map((key) => values.get(key.id) ?? Option.none())
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
