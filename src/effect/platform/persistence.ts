/**
 * Results that are kept: `Persistence` of `@effect/experimental`.
 */
import type * as Persistence from "@effect/experimental/Persistence"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** What keeps values as they are encoded. */
export type BackingPersistence = Persistence.BackingPersistence

/** What keeps results. */
export type ResultPersistence = Persistence.ResultPersistence

/** Values by text, each for a time in milliseconds. */
export interface PersistedValues {
  readonly get: (key: string) => Effect.Effect<Option.Option<unknown>, unknown>
  readonly set: (key: string, value: unknown, timeToLive: number) => Effect.Effect<void, unknown>
  readonly remove: (key: string) => Effect.Effect<void, unknown>
  readonly clear: Effect.Effect<void, unknown>
}

/** How many requests one call makes at a time. */
const concurrency = 16

/** What has to be installed for it, as `npm install` takes it. */
export const persistencePackage = "@effect/experimental@0.61"

/** Loads the module, of which most programs know nothing. */
export const loadPersistence = async (): Promise<typeof Persistence> => {
  // In a `try`, bundlers know that it need not be installed.
  try {
    return await import("@effect/experimental/Persistence")
  } catch (cause) {
    return Promise.reject(cause)
  }
}

/** The layer of what keeps values, given what keeps those of a store. */
export const layerBacking = <E, R>(
  module: typeof Persistence,
  make: Effect.Effect<(storeId: string) => PersistedValues, E, R>
): Layer.Layer<BackingPersistence, E, R> =>
  Layer.effect(
    module.BackingPersistence,
    Effect.map(make, (valuesOf) =>
      module.BackingPersistence.of({
        [module.BackingPersistenceTypeId]: module.BackingPersistenceTypeId,
        make: (storeId) =>
          Effect.sync(() => {
            const { clear, get, remove, set } = valuesOf(storeId)
            const failing = (method: string) => (cause: unknown) => module.PersistenceBackingError.make(method, cause)
            const getAs = (method: string) => (key: string) => Effect.mapError(get(key), failing(method))
            const setAs = (method: string) =>
            (
              [key, value, timeToLive]: readonly [string, unknown, Option.Option<Duration.Duration>]
            ) =>
              Effect.mapError(
                set(key, value, Duration.toMillis(Option.getOrElse(timeToLive, () => Duration.infinity))),
                failing(method)
              )
            return {
              get: getAs("get"),
              getMany: (keys) => Effect.forEach(keys, getAs("getMany"), { concurrency }),
              set: (key, value, timeToLive) => setAs("set")([key, value, timeToLive]),
              setMany: (entries) => Effect.forEach(entries, setAs("setMany"), { concurrency, discard: true }),
              remove: (key) => Effect.mapError(remove(key), failing("remove")),
              clear: Effect.mapError(clear, failing("clear"))
            }
          })
      }))
  )

/** The layer of what keeps results over what keeps values. */
export const layerOverBacking = (
  module: typeof Persistence
): Layer.Layer<ResultPersistence, never, BackingPersistence> => module.layerResult
