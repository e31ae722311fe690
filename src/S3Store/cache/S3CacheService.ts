/**
 * What an `S3Cache` does.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { EntryInfo } from "../../Cache/common/EntryInfo.js"
import type { CacheExistsError, CacheNotFoundError, EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import type { S3CacheCheck } from "../guard/checkStore.js"
import type { S3CacheEvent } from "../guard/S3CacheEvent.js"
import type { CacheKey, Keyspace } from "../keyspace/Keyspace.js"
import type { CacheEncodeError, ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type {
  S3CacheManyOptions,
  S3CacheMemoizeOptions,
  S3CachePruneOptions,
  S3CacheWriteOptions
} from "../options/S3CacheOptions.js"

/**
 * What an `S3Cache` has counted since it was made, and what it is like now.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3CacheStats {
  /** Lookups the memory level answered. */
  readonly memoryHits: number
  /** Loads from the second level that found an entry of use. */
  readonly storeHits: number
  /** Loads from the second level that did not, whatever they found instead. */
  readonly storeMisses: number
  /** Computations, of memoized functions and others. */
  readonly computations: number
  /** Loads and computations that were joined while they were under way, instead of being started once more. */
  readonly coalesced: number
  /** Entries written to the second level. */
  readonly writes: number
  /** Writes to the second level that failed without their caller being told: computed values, and writes behind. */
  readonly writeFailures: number
  /** Requests to the second level that failed, those whose caller was served all the same included. */
  readonly storeErrors: number
  /** Requests to the second level that were not made, since the circuit is open or the set-up is wrong. */
  readonly refused: number
  /** Objects that were damaged, foreign, of a newer format, or did not fit the schema. */
  readonly unreadable: number
  /** Objects found after their time, and removed from the second level. */
  readonly expired: number
  /** Entries found that were made before one of their tags was invalidated. */
  readonly invalidated: number
  /** Tags that could not be asked for, each time. */
  readonly tagsUnknown: number
  /** Objects read whose writer's clock is more than 5 seconds ahead of the second level's. */
  readonly clockSkews: number
  /** Entries given out after their time to live. */
  readonly staleServed: number
  /** Comparisons of an entry in memory with the second level. */
  readonly revalidations: number
  /** Leases taken to compute for all processes, and leases of other processes waited for. */
  readonly leases: { readonly taken: number; readonly awaited: number; readonly lost: number }
  /** What becomes of a request to the second level now. */
  readonly circuit: "closed" | "open" | "halfOpen"
  /** Entries in the memory level. */
  readonly memorySize: number
  /** Entries that wait to be written to the second level. */
  readonly waiting: number
  /** Loads and computations under way. */
  readonly inFlight: number
}

/**
 * An entry as `list` tells of it.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListedEntry<in out K, in out V, out F = never> {
  /** What the entry lies under. */
  readonly key: CacheKey<K, V, F>
  /** When its value was set, or its computation began, in milliseconds since the epoch. */
  readonly made: number
  /** Until when it is fresh, in milliseconds since the epoch; `Infinity` for ever. */
  readonly freshUntil: number
  /** The tags it was written with. */
  readonly tags: ReadonlyArray<string>
  /** How many bytes it takes in the second level. */
  readonly bytes: number
}

/**
 * An entry in memory as `peekEntry` shows it.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3EntryInfo<out V> extends EntryInfo<V> {
  /** When its value was set, or its computation began, in milliseconds since the epoch. */
  readonly made: number
  /** The tags it was written with. */
  readonly tags: ReadonlyArray<string>
}

/**
 * How far `prune` is.
 *
 * @since 0.1.0
 * @category models
 */
export interface PruneProgress {
  /** Objects that were looked at. */
  readonly examined: number
  /** Those of them that were removed. */
  readonly removed: number
  /** All objects, `examined` in the end; of more than 100,000 only those that were listed so far, which grow. */
  readonly total: number
}

/**
 * An `S3Cache`: a bounded memory level over a second level that processes share. See the statics of `S3Cache`.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3CacheService {
  /** The value under a key, from either level; fails when there is none. See {@link S3Cache.get}. */
  readonly get: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<V, CacheNotFoundError | ObjectStoreError>
  /** The value under a key, from either level, if there is one. */
  readonly getOption: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<Option.Option<V>, ObjectStoreError>
  /** Whether there is a value under a key, in either level. */
  readonly has: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<boolean, ObjectStoreError>
  /** The value in memory, without counting as a use and without asking the second level. */
  readonly peek: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<Option.Option<V>>
  /** What memory knows of an entry, without counting as a use. */
  readonly peekEntry: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<Option.Option<S3EntryInfo<V>>>
  /** Writes a value into both levels. */
  readonly set: <K, V, F>(
    key: CacheKey<K, V, F>,
    value: V,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<void, CacheEncodeError | EntryTooLargeError | ObjectStoreError>
  /** Writes a value if there is none; fails with `CacheExistsError` otherwise. Of many processes one succeeds. */
  readonly add: <K, V, F>(
    key: CacheKey<K, V, F>,
    value: V,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<void, CacheEncodeError | CacheExistsError | EntryTooLargeError | ObjectStoreError>
  /** Removes a value from both levels; fails when there is none. */
  readonly remove: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<void, CacheNotFoundError | ObjectStoreError>
  /** Removes a value and gives it; fails when there is none. Of many processes one gets it. */
  readonly pop: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<V, CacheNotFoundError | ObjectStoreError>
  /** The values under many keys, in their order. */
  readonly getMany: <K, V, F>(
    keys: Iterable<CacheKey<K, V, F>>,
    options?: S3CacheManyOptions
  ) => Effect.Effect<ReadonlyArray<Option.Option<V>>, ObjectStoreError>
  /** The values under many keys; those that neither level has are loaded together, once. */
  readonly getManyOrCompute: <K, V, F, E>(
    keyspace: Keyspace<K, V, F>,
    keys: Iterable<K>,
    load: (missing: ReadonlyArray<K>) => Effect.Effect<Iterable<readonly [key: K, value: V]>, E>,
    options?: S3CacheManyOptions
  ) => Effect.Effect<ReadonlyArray<Option.Option<V>>, E | F>
  /** Whether there are values under many keys, in their order. */
  readonly hasMany: <K, V, F>(
    keys: Iterable<CacheKey<K, V, F>>,
    options?: S3CacheManyOptions
  ) => Effect.Effect<ReadonlyArray<boolean>, ObjectStoreError>
  /** Writes many values into both levels. */
  readonly setMany: <K, V, F>(
    entries: Iterable<readonly [key: CacheKey<K, V, F>, value: V, options?: S3CacheWriteOptions | undefined]>,
    options?: S3CacheManyOptions & S3CacheWriteOptions
  ) => Effect.Effect<void, CacheEncodeError | EntryTooLargeError | ObjectStoreError>
  /** Removes many values; tells how many there were. */
  readonly removeMany: <K, V, F>(
    keys: Iterable<CacheKey<K, V, F>>,
    options?: S3CacheManyOptions
  ) => Effect.Effect<number, ObjectStoreError>
  /** The value under a key; computed once by all who ask when neither level has it. */
  readonly getOrCompute: <K, V, F, E>(
    key: CacheKey<K, V, F>,
    compute: Effect.Effect<V, E>,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<V, E | F>
  /** Computes anew; the old value serves until the new one is in both levels. */
  readonly refresh: <K, V, F, E>(
    key: CacheKey<K, V, F>,
    compute: Effect.Effect<V, E>,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<V, E | F>
  /** A function that remembers its results in both levels, by its argument. */
  readonly memoize: <K, V, F, E, R>(
    keyspace: Keyspace<K, V, F>,
    compute: (key: K) => Effect.Effect<V, E, R>,
    options?: S3CacheMemoizeOptions<K, V>
  ) => Effect.Effect<(key: K) => Effect.Effect<V, E | F>, never, R>
  /** All entries of a keyspace in the second level, page by page. */
  readonly list: <K, V, F>(
    keyspace: Keyspace<K, V, F>,
    options?: S3CacheManyOptions
  ) => Stream.Stream<ListedEntry<K, V, F>, ObjectStoreError>
  /** Removes what has expired or cannot be read from the second level. */
  readonly prune: <K, V, F>(
    keyspace: Keyspace<K, V, F>,
    options?: S3CachePruneOptions
  ) => Stream.Stream<PruneProgress, ObjectStoreError>
  /** Removes all entries of a keyspace from both levels. */
  readonly clear: <K, V, F>(
    keyspace: Keyspace<K, V, F>
  ) => Stream.Stream<{ readonly removed: number }, ObjectStoreError>
  /** Tries whether the second level can do what this cache needs of it. */
  readonly check: Effect.Effect<S3CacheCheck>
  /** Makes all entries with a tag count as absent, in all processes. */
  readonly invalidateTag: (tag: string) => Effect.Effect<void, ObjectStoreError>
  /** Makes all entries with a tag count as stale, in all processes. */
  readonly expireTag: (tag: string) => Effect.Effect<void, ObjectStoreError>
  /** Waits until the writes that nobody waits for are done. */
  readonly flush: Effect.Effect<void>
  /** Waits for all that goes on in the background, for at most a time; tells how much is still open. */
  readonly settle: (options: { readonly within: Duration.DurationInput }) => Effect.Effect<{ readonly open: number }>
  /** Counts since the cache was made. */
  readonly stats: Effect.Effect<S3CacheStats>
  /** What happens in the cache from now on. */
  readonly events: Stream.Stream<S3CacheEvent>
}
