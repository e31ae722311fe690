/**
 * A dictionary whose entries expire and whose memory is bounded.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Settled, SettleOptions } from "../../Cache/background/Settled.js"
import type { EntryInfo } from "../../Cache/common/EntryInfo.js"
import type {
  CacheConfigError,
  CacheExistsError,
  CacheNotFoundError,
  EntryTooLargeError
} from "../../Cache/errors/CacheErrors.js"
import type { StoreEvent } from "../../Cache/events/StoreEvent.js"
import type { LoadFailure } from "../../Cache/store/getManyOrCompute.js"
import type { MemoizeOptions } from "../../Cache/store/StoreOptions.js"
import type { CheckedLimits, Entry, Limits, WriteOptions } from "./DictOptions.js"
import type { Stats } from "./DictSteps.js"

/**
 * What can be done with a dictionary: the members of a `Dict`, and of the tags of dictionaries, where they need the
 * dictionary behind the tag (`R`). `E` is how a write may fail beyond its size: not at all, unless there are schemas. `F`
 * is what it remembers of computations that fail: see `failure` of `DictOptions`.
 *
 * An entry has expired when Effect's `Clock` (the wall clock), read at each call, shows its moment of expiry or later. So
 * time that passes while a function is frozen counts. Keys are found as a `Map` finds them, but for objects that
 * implement Effect's `Equal`, which are found by structure.
 *
 * `get`, `getOption`, `getOrInsert`, `getOrCompute`, `moveToEnd`, `refresh` and writes move an entry to the end of the order; the
 * other operations do not.
 *
 * An invalid time, such as `NaN`, is a mistake in the program: a defect with `CacheConfigError`, which changes nothing.
 *
 * @since 1.0.0
 * @category models
 */
export interface DictVerbs<in out K, in out V, out E, out F, out R> {
  /** The value under a key. */
  readonly get: (key: K) => Effect.Effect<V, CacheNotFoundError, R>
  /** The value under a key, if there is one. */
  readonly getOption: (key: K) => Effect.Effect<Option.Option<V>, never, R>
  /**
   * The value under a key; computed when there is none. All who ask meanwhile share one computation. It belongs to the
   * dictionary, not to whoever came first: their interruption does not reach the others, and when the last of them leaves,
   * it is interrupted. Of who came first it has the services around the call, and what a program sets for all (clock,
   * configuration, tracer, loggers); a `Scope` is its own, and closes when it ends. All else, as fiber references, is as where
   * the dictionary was made.
   *
   * Failures and defects are not stored. Who has waited for a computation of somebody else that failed computes by himself
   * (after two of them, beside others), unless `failure` says that all share such a failure. A write or removal of the key meanwhile wins over the result, which
   * its callers still get; so they do when it is too large to be stored, and when the key object is another key by then. It
   * fails with the very error the computation failed with. Who joins a computation has missed, and is counted as `coalesced`
   * besides; requests and synchronous runs are as in a `Store`.
   */
  readonly getOrCompute: <E2 = never, R2 = never>(
    key: K,
    compute: Effect.Effect<V, E2, R2>,
    options?: WriteOptions
  ) => Effect.Effect<V, E | E2 | F, R | R2>
  /**
   * The values under many keys, in their order; those that are missing are computed by one call of `load`, as in a `Store`.
   */
  readonly getManyOrCompute: <E2 = never, R2 = never, E3 = never>(
    keys: Iterable<K>,
    load: (
      missing: ReadonlyArray<K>
    ) => Effect.Effect<Iterable<readonly [key: K, value: V | LoadFailure<E3>]>, E2, R2>,
    options?: WriteOptions
  ) => Effect.Effect<ReadonlyArray<Option.Option<V>>, E | E2 | E3 | F, R | R2>
  /**
   * A function that remembers what it returned: `getOrCompute` by the dictionary's keys. What `f` needs is captured once,
   * here. All who call a function that was made of the same `f` share its computations and their failures.
   */
  readonly memoize: <E2 = never, R2 = never>(
    f: (key: K) => Effect.Effect<V, E2, R2>,
    options?: MemoizeOptions<K, V>
  ) => Effect.Effect<(key: K) => Effect.Effect<V, E | E2 | F>, never, R | R2>
  /**
   * Computes the value under a key anew, whether there is one or not, and returns it. Until it is there, everybody else
   * gets the old one; where this fails, the old one stays, and where the new one is too large, it leaves, as in a `Store`. Its
   * computation begins after the call: where one of the key is under way, it waits for its end, and shares the next one with
   * all who wait. Neither a hit nor a miss.
   */
  readonly refresh: <E2 = never, R2 = never>(
    key: K,
    compute: Effect.Effect<V, E2, R2>,
    options?: WriteOptions
  ) => Effect.Effect<V, E | E2 | F, R | R2>
  /**
   * Changes the value under a key by what it is, and returns the new one. Of one key, no two run at once: each finds what
   * the one before it has left. It fails with `CacheNotFoundError` when there is no fresh value, and as `f` does; then the
   * old value stays. The new one lives as long as the old one would have, unless `options` say otherwise. What is written,
   * removed or computed under the key meanwhile comes after it, and stays: the value that this came to is not stored then.
   * Neither a hit nor a miss; all else is as in a `Store`.
   */
  readonly modify: <V2 extends V, E2 = never, R2 = never>(
    key: K,
    f: (value: V) => Effect.Effect<V2, E2, R2>,
    options?: WriteOptions
  ) => Effect.Effect<V2, CacheNotFoundError | EntryTooLargeError | E | E2, R | R2>
  /** Writes a new entry; fails when there is one under the key. */
  readonly add: (
    key: K,
    value: V,
    options?: WriteOptions
  ) => Effect.Effect<void, CacheExistsError | EntryTooLargeError | E, R>
  /**
   * Writes an entry, whether there was one or not; its time to live starts anew, and one given for an earlier write is
   * forgotten. An entry larger than `maxBytes` fails, and changes nothing.
   */
  readonly set: (key: K, value: V, options?: WriteOptions) => Effect.Effect<void, EntryTooLargeError | E, R>
  /**
   * The value under a key; when there is none, the given one, which is written.
   */
  readonly getOrInsert: (key: K, value: V, options?: WriteOptions) => Effect.Effect<V, EntryTooLargeError | E, R>
  /**
   * Writes entries in their order, each with a time of its own where it has one, else with that of `options`. One step: all
   * of them, or none when one is too large, has a bad time, or is not what the schemas accept. More than 512 are written in
   * pieces of 512, between which the event loop has a turn, and others see what is written so far.
   */
  readonly setMany: (
    entries: Iterable<Entry<K, V>>,
    options?: WriteOptions
  ) => Effect.Effect<void, EntryTooLargeError | E, R>
  /** Whether there is an entry under a key. Does not count as a use. */
  readonly has: (key: K) => Effect.Effect<boolean, never, R>
  /** Whether there are entries under keys, in their order: one step, or pieces of 512. Does not count as a use. */
  readonly hasMany: (keys: Iterable<K>) => Effect.Effect<ReadonlyArray<boolean>, never, R>
  /** The value under a key, if there is one. Does not count as a use, nor in `stats`. */
  readonly peek: (key: K) => Effect.Effect<Option.Option<V>, never, R>
  /**
   * What there is to know of the entry under a key, if there is one: its value, when it expires, how long it still lives,
   * its last use and its bytes (`weight`). Does not count as a use, nor in `stats`.
   */
  readonly peekEntry: (key: K) => Effect.Effect<Option.Option<EntryInfo<V>>, never, R>
  /** The values under many keys, in their order: each a lookup as of `getOption`, in one step, or pieces of 512. */
  readonly getMany: (keys: Iterable<K>) => Effect.Effect<ReadonlyArray<Option.Option<V>>, never, R>
  /** Removes an entry; fails when there is none. */
  readonly remove: (key: K) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Sees to it that there is no entry under a key: removes it, if there is one. What a computation of the key that is under
   * way comes to is not stored.
   */
  readonly invalidate: (key: K) => Effect.Effect<void, never, R>
  /**
   * Removes the entry under a key if the predicate holds for its value, in one step; returns whether it was removed. That
   * may be a stale one, which would still be given out. It is no use of the entry. What the predicate throws is a defect, and changes nothing.
   */
  readonly invalidateWhen: (key: K, predicate: (value: V) => boolean) => Effect.Effect<boolean, never, R>
  /**
   * Lets the time to live of the entry under a key end now, if there is one: `staleWhileRevalidate` and `staleIfError` may
   * still give it out, which they do not after `invalidate`. What a computation of the key that is under way comes to goes to
   * its callers, and is not stored: it began before.
   */
  readonly expire: (key: K) => Effect.Effect<void, never, R>
  /** Removes what is under keys, and returns how many entries there were: one step, or pieces of 512. */
  readonly removeMany: (keys: Iterable<K>) => Effect.Effect<number, never, R>
  /** Removes an entry and returns its value. */
  readonly pop: (key: K) => Effect.Effect<V, CacheNotFoundError, R>
  /** Removes the entry that was used least recently and returns it. */
  readonly popVictim: Effect.Effect<Option.Option<readonly [key: K, value: V]>, never, R>
  /** Removes the entry that was used most recently and returns it. */
  readonly popNewest: Effect.Effect<Option.Option<readonly [key: K, value: V]>, never, R>
  /**
   * Removes every entry, in one step, and returns how many there were. Of more than 512, `onRemoval` and `events` are told in
   * pieces.
   */
  readonly clear: Effect.Effect<number, never, R>
  /** A snapshot of the keys, the least recently used first. Does not count as a use. */
  readonly keys: Effect.Effect<ReadonlyArray<K>, never, R>
  /** A snapshot of the values, the least recently used first. Does not count as a use. */
  readonly values: Effect.Effect<ReadonlyArray<V>, never, R>
  /** A snapshot of the entries, the least recently used first. Does not count as a use. */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: K, value: V]>, never, R>
  /**
   * A snapshot of the entries with the moments at which their time to live is over (milliseconds since the epoch,
   * `Infinity` for never), the least recently used first. Does not count as a use.
   */
  readonly entriesWithExpiry: Effect.Effect<ReadonlyArray<readonly [key: K, value: V, expiresAt: number]>, never, R>
  /**
   * Whether it holds just these entries, in any order or, if `ordered`, from the least to the most recently used. Values
   * are compared by Effect's `Equal`. Does not count as a use.
   */
  readonly equals: (
    entries: Iterable<readonly [key: K, value: V, ...rest: ReadonlyArray<unknown>]>,
    options?: { readonly ordered?: boolean | undefined }
  ) => Effect.Effect<boolean, never, R>
  /** How many entries there are. */
  readonly size: Effect.Effect<number, never, R>
  /** How many bytes the entries take together, as they were measured when they were written. */
  readonly byteSize: Effect.Effect<number, never, R>
  /**
   * Measures the entry under a key anew, for a value that has changed inside, and returns its bytes; others are evicted
   * if they no longer fit. If the entry alone is over `maxBytes` now, it is evicted itself, and this fails. Does not
   * count as a use.
   */
  readonly reweigh: (key: K) => Effect.Effect<number, CacheNotFoundError | EntryTooLargeError, R>
  /**
   * How long the entry under a key still lives, `Duration.infinity` for an entry that does not expire. Seen from `at`
   * (milliseconds since the epoch) instead of now, it fails as well when the entry will have expired by then. It
   * changes nothing.
   */
  readonly timeToLive: (key: K, at?: number) => Effect.Effect<Duration.Duration, CacheNotFoundError, R>
  /**
   * Lets the entry under a key live this long from now; zero lets it expire at once, `Duration.infinity` never. Does
   * not count as a use.
   */
  readonly setTimeToLive: (key: K, timeToLive: Duration.DurationInput) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Lets the entry under a key expire at a moment, in milliseconds since the epoch; one that has passed lets it expire at
   * once, `Infinity` never. Does not count as a use.
   */
  readonly setExpiresAt: (key: K, millis: number) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Whether the entry under a key has expired, now or `at` a time (milliseconds since the epoch): `Some(false)`,
   * `Some(true)`, or `None` when nothing is known of it, because there never was one or because it was reclaimed
   * since. It changes nothing.
   */
  readonly isExpired: (key: K, at?: number) => Effect.Effect<Option.Option<boolean>, never, R>
  /**
   * Makes the entry under a key the last to be evicted, or with `last: false` the next. It is not counted as a use.
   */
  readonly moveToEnd: (
    key: K,
    options?: { readonly last?: boolean | undefined }
  ) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Changes the limits that are given. What no longer fits is evicted at once, the least recently used first; `Infinity`
   * lifts a limit; `timeToLive` is for what is written from then on. Where one is bad, nothing changes. More than 512
   * entries are evicted in pieces of 512, between which the event loop has a turn: the limits fall with them.
   */
  readonly resize: (limits: Limits) => Effect.Effect<void, CacheConfigError, R>
  /** The limits as they are now: in milliseconds, bytes and entries, `Infinity` for none. */
  readonly limits: Effect.Effect<CheckedLimits, never, R>
  /**
   * Reclaims the memory of entries that have expired, and returns how many these were. Writes and most other operations do so in passing, so that only a
   * dictionary that is left alone has a use for it; see `sweepInterval`.
   */
  readonly purge: Effect.Effect<number, never, R>
  /**
   * Waits until the computations, refreshes and calls of `onRemoval` have ended that are under way, and what they lead to, but
   * no longer than `within`; it tells what goes on then. It interrupts nothing, and does not wait for what begins later.
   * In a computation it does not wait for those that wait for it, in `onRemoval` not for others of it.
   */
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled, never, R>
  /** What was counted, and what is held now. */
  readonly stats: Effect.Effect<Stats, never, R>
  /**
   * What happens from now on, keys only. It never blocks the dictionary: a listener that is too slow loses what comes
   * while it is behind. It ends with the dictionary.
   */
  readonly events: Stream.Stream<StoreEvent<K>, never, R>
}

/**
 * A dictionary from keys to values whose entries expire and whose memory is bounded. When it is full, the entry that was
 * used least recently goes first.
 *
 * @since 1.0.0
 * @category models
 */
export interface Dict<in out K, in out V, out E = never, out F = never> extends DictVerbs<K, V, E, F, never> {}
