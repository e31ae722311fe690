import { Deferred, type Duration, Effect, type Scope, type Stream } from "effect"
import {
  type CacheNotFoundError,
  type CacheStats,
  LeasedStore,
  type LeasedStoreEvent,
  Store
} from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"

/** The verbs that do not compute, as far as stores and dictionaries have the same. */
export interface Shared extends
  Pick<
    Store.Store<string, number>,
    | "add"
    | "set"
    | "setMany"
    | "has"
    | "keys"
    | "peek"
    | "size"
    | "timeToLive"
    | "setTimeToLive"
    | "setExpiresAt"
    | "remove"
    | "removeMany"
    | "invalidate"
    | "invalidateWhen"
    | "expire"
    | "hasMany"
    | "entries"
    | "clear"
    | "purge"
  >
{
  readonly pop: (key: string) => Effect.Effect<number, CacheNotFoundError, Scope.Scope>
  readonly stats: Effect.Effect<CacheStats>
  readonly events: Stream.Stream<LeasedStoreEvent<string>>
}

/** A store, and what computes its values: it waits until somebody lets it end. */
export interface Made {
  readonly store: Shared
  readonly compute: (key: string, latch: Deferred.Deferred<number>) => Effect.Effect<number>
}

export interface Options {
  readonly maxSize?: number
  readonly timeToLive?: Duration.DurationInput
}

/** Every store that has all of them, with Effect. */
export const stores = [
  [
    "Store",
    (options?: Options) =>
      Effect.map(Store.make<string, number>({ name: "verbs", ...options }), (store): Made => ({
        store,
        compute: (key: string, latch: Deferred.Deferred<number>) => store.getOrCompute(key, Deferred.await(latch))
      }))
  ],
  [
    "LeasedStore",
    (options?: Options) =>
      Effect.map(
        LeasedStore.make({ name: "verbs", acquire: (_: string) => Effect.succeed(0), ...options }),
        (store): Made => ({
          store,
          compute: (key: string, latch: Deferred.Deferred<number>) =>
            store.use(key, (value) => Effect.succeed(value), { acquire: Deferred.await(latch) })
        })
      )
  ],
  [
    "TtlDict",
    (options?: Options) =>
      Effect.map(TtlDict.make<string, number>({ name: "verbs", ...options }), (store): Made => ({
        store,
        compute: (key, latch) => store.getOrCompute(key, Deferred.await(latch))
      }))
  ]
] as const
