/**
 * Functions and computations that an `S3Cache` remembers.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type { LazyArg } from "effect/Function"
import * as Option from "effect/Option"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import { ownExit } from "../../Cache/flight/ownExit.js"
import { services, withServices } from "../../Cache/flight/withServices.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import { failureOrCause } from "../../effect/outcomes.js"
import type { CacheKey, Keyspace } from "../keyspace/Keyspace.js"
import type { S3CacheMemoizeOptions, S3CacheWriteOptions } from "../options/S3CacheOptions.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import type { FlightGroups } from "./FlightGroups.js"
import type { Lookup, Renewal, Request } from "./lookup.js"

/**
 * Makes `memoize`, `getOrCompute` and `refresh`.
 *
 * @param name the name of the cache, for messages
 */
export const makeMemoize = (
  name: string,
  groups: FlightGroups,
  lookup: Lookup,
  beginRenewal: LazyArg<Renewal>
): Pick<S3CacheService, "memoize" | "getOrCompute" | "refresh"> => {
  const memoize = <K, V, F, E, R>(
    space: Keyspace<K, V, F>,
    compute: (key: K) => Effect.Effect<V, E, R>,
    options: S3CacheMemoizeOptions<K, V> = {}
  ): Effect.Effect<(key: K) => Effect.Effect<V, E | F>, never, R> =>
    Effect.map(services<R>(), (given) => {
      const group = groups.of<K, V, F, E | F>(space, compute)
      return (input) =>
        Effect.suspend(() => {
          const key = space.key(input)
          let asked = input
          return lookup<K, V, F, E, E | F, never>(key, () => ({
            key,
            group,
            compute: withServices(
              Effect.suspend(() => requireEffect(name, "compute", compute(asked = key.input))),
              given
            ),
            isOfKey: () => asked !== input || key.isUnchanged,
            failureTags: typeof options.tags === "function" ? undefined : options.tags,
            writeOptions: (value) => decideOptions(options, key.input, value),
            ended: (content) => content
          }))
        })
    })

  /**
   * A call of `getOrCompute` or `refresh`: those share computations whose failures they know nothing of. Who finds that a
   * computation of somebody else has failed, in a way that is not one of the keyspace's, has to try for himself.
   *
   * @param ask asks with another such call
   * @param failures how many computations of others it has seen fail
   */
  const requestOf = <K, V, F, E>(
    key: CacheKey<K, V, F>,
    compute: Effect.Effect<V, E>,
    options: S3CacheWriteOptions,
    ask: (request: () => Request<K, V, F, unknown, E | F>) => Effect.Effect<V, E | F>,
    failures = 0
  ): Request<K, V, F, unknown, E | F> => {
    let own: Exit.Exit<V, E> | undefined
    const again = () => ask(() => requestOf(key, compute, options, ask, failures + 1))
    return {
      key,
      group: groups.among(key.space, failures),
      compute: Effect.flatMap(Effect.exit(compute), (exit) => own = ownExit(exit)),
      writeOptions: () => options,
      failureTags: options.tags,
      ended: (content): Effect.Effect<V, E | F> => {
        if (Exit.isSuccess(content)) return Exit.succeed(content.value)
        if (own !== undefined && Exit.isFailure(own)) return own
        return Either.match(failureOrCause(content.cause), {
          onRight: (cause) => groups.isClosed ? Exit.failCause(cause) : again(),
          onLeft: (error) => Option.match(key.space.asFailure(error), { onNone: again, onSome: Exit.fail })
        })
      }
    }
  }

  return {
    memoize,
    getOrCompute: <K, V, F, E, R>(
      key: CacheKey<K, V, F>,
      compute: Effect.Effect<V, E, R>,
      options: S3CacheWriteOptions = {}
    ) =>
      lookup(key, (given: Context.Context<R>) =>
        requestOf<K, V, F, E>(
          key,
          withServices(requireEffect(name, "compute", compute, false), given),
          options,
          (request) => lookup<K, V, F, unknown, E | F, never>(key, request)
        )),
    refresh: <K, V, F, E, R>(
      key: CacheKey<K, V, F>,
      compute: Effect.Effect<V, E, R>,
      options: S3CacheWriteOptions = {}
    ) =>
      Effect.flatMap(services<R>(), (given) => {
        const provided = withServices(requireEffect(name, "compute", compute, false), given)
        const renew = beginRenewal()
        return renew(requestOf<K, V, F, E>(key, provided, options, (request) => renew(request())))
      })
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
