/**
 * Functions and computations that an `S3Cache` remembers.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import { ownExit } from "../../Cache/flight/ownCause.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import type { CacheKey, Keyspace } from "../keyspace/Keyspace.js"
import type { S3CacheMemoizeOptions, S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { Call } from "./computing.js"
import type { FlightGroups } from "./FlightGroups.js"
import type { Lookup, Renewal } from "./lookup.js"

/**
 * Makes `memoize`, `getOrCompute` and `refresh`.
 *
 * @param name the name of the cache, for messages
 */
export const makeMemoize = (
  name: string,
  groups: FlightGroups,
  lookup: Lookup,
  renew: Renewal
): Pick<S3CacheService, "memoize" | "getOrCompute" | "refresh"> => {
  const memoize = <K, V, F, E, R>(
    space: Keyspace<K, V, F>,
    compute: (key: K) => Effect.Effect<V, E, R>,
    options: S3CacheMemoizeOptions<K, V> = {}
  ): Effect.Effect<(key: K) => Effect.Effect<V, E | F>, never, R> =>
    Effect.map(Effect.context<R>(), (context) => {
      const group = groups.of<K, V, F, E | F>(space, compute)
      return (input) =>
        Effect.suspend(() => {
          const key = space.key(input)
          let given = input
          return lookup<K, V, F, E>(key, () => ({
            key,
            group,
            compute: Effect.provide(
              Effect.suspend(() => requireEffect(name, "compute", compute(given = key.input))),
              context
            ),
            isOfKey: () => given !== input || key.isUnchanged,
            writeOptions: (value) => decideOptions(options, key.input, value)
          }))
        })
    })

  /**
   * One try: callers of `getOrCompute` and `refresh` share computations whose failures they know nothing of. Who finds that a
   * computation of somebody else has failed, in a way that is not one of the keyspace's, has to try for himself.
   */
  const tryOnce = <K, V, F, E>(
    key: CacheKey<K, V, F>,
    compute: Effect.Effect<V, E>,
    options: S3CacheWriteOptions,
    run: (call: Call<K, V, F, unknown>) => Effect.Effect<V, unknown>
  ): Effect.Effect<V, E | F> =>
    Effect.suspend(() => {
      let own: Exit.Exit<V, E> | undefined
      const call: Call<K, V, F, unknown> = {
        key,
        group: groups.of<K, V, F, unknown>(key.space, key.space),
        compute: Effect.flatMap(Effect.exit(requireEffect(name, "compute", compute, false)), (exit) =>
          own = ownExit(exit)),
        writeOptions: () =>
          options
      }
      return Effect.flatMap(Effect.exit(run(call)), (exit): Effect.Effect<V, E | F> => {
        if (Exit.isSuccess(exit)) return Effect.succeed(exit.value)
        if (own !== undefined && Exit.isFailure(own)) return own
        return Either.match(Cause.failureOrCause(exit.cause), {
          onRight: Effect.failCause,
          onLeft: (error) =>
            Option.match(key.space.asFailure(error), {
              onNone: () => tryOnce(key, compute, options, run),
              onSome: Exit.fail
            })
        })
      })
    })

  return {
    memoize,
    getOrCompute: (key, compute, options = {}) => tryOnce(key, compute, options, (call) => lookup(key, () => call)),
    refresh: (key, compute, options = {}) => tryOnce(key, compute, options, renew)
  }
}

const decideOptions = <K, V>(options: S3CacheMemoizeOptions<K, V>, key: K, value: V): S3CacheWriteOptions => {
  const timeToLive = typeof options.timeToLive === "function" ? options.timeToLive(key, value) : options.timeToLive
  const tags = typeof options.tags === "function" ? options.tags(key, value) : options.tags
  // Functions that are `async` are refused where their answers are used.
  handleRejection(timeToLive, () => {})
  handleRejection(tags, () => {})
  return { timeToLive, tags }
}
