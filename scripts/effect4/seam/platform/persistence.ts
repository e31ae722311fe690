/**
 * Results that are kept: `Persistence` of Effect.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Persistence from "effect/persistence/Persistence"

export type BackingPersistence = Persistence.BackingPersistence

export type ResultPersistence = Persistence.Persistence

export interface PersistedValues {
  readonly get: (key: string) => Effect.Effect<Option.Option<unknown>, unknown>
  readonly set: (key: string, value: unknown, timeToLive: number) => Effect.Effect<void, unknown>
  readonly remove: (key: string) => Effect.Effect<void, unknown>
  readonly clear: Effect.Effect<void, unknown>
}

const concurrency = 16

export const persistencePackage = "effect@4"

export const loadPersistence = (): Promise<typeof Persistence> => import("effect/persistence/Persistence")

export const layerBacking = <E, R>(
  module: typeof Persistence,
  make: Effect.Effect<(storeId: string) => PersistedValues, E, R>
): Layer.Layer<BackingPersistence, E, R> =>
  Layer.effect(
    module.BackingPersistence,
    Effect.map(make, (valuesOf) =>
      module.BackingPersistence.of({
        make: (storeId) =>
          Effect.sync(() => {
            const { clear, get, remove, set } = valuesOf(storeId)
            const failing = (method: string) => (cause: unknown) =>
              new module.PersistenceError({ message: `${method} failed`, cause })
            const getAs = (method: string) => (key: string) =>
              Effect.mapBoth(get(key), {
                onFailure: failing(method),
                onSuccess: (value) => Option.getOrUndefined(Option.filter(value, isObject))
              })
            const setAs = (method: string) => ([key, value, ttl]: readonly [string, object, Duration.Duration?]) =>
              Effect.mapError(
                set(key, value, ttl === undefined ? Number.POSITIVE_INFINITY : Duration.toMillis(ttl)),
                failing(method)
              )
            return {
              get: getAs("get"),
              getMany: (keys) => Effect.forEach(keys, getAs("getMany"), { concurrency }),
              set: (key, value, ttl) => setAs("set")(ttl === undefined ? [key, value] : [key, value, ttl]),
              setMany: (entries) =>
                Effect.forEach(
                  entries,
                  ([key, value, ttl]) => setAs("setMany")(ttl === undefined ? [key, value] : [key, value, ttl]),
                  { concurrency, discard: true }
                ),
              remove: (key) => Effect.mapError(remove(key), failing("remove")),
              clear: Effect.mapError(clear, failing("clear"))
            }
          })
      }))
  )

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

export const layerOverBacking = (
  module: typeof Persistence
): Layer.Layer<ResultPersistence, never, BackingPersistence> => module.layer
