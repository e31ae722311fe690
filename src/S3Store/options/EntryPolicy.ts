/**
 * How long entries live, and how they are read and written.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { millis } from "../../Cache/options/timeToLive.js"
import type { Freshness } from "../../Cache/store/Freshness.js"
import { type FreshnessOptions, makeFreshness, slowTimes } from "../../Cache/store/FreshnessOptions.js"
import type { Isolation } from "./isolation.js"

/**
 * What a cache decides for all entries, and each keyspace for its own. The keyspace has the last word.
 *
 * @since 1.0.0
 * @category models
 */
export interface EntryOptions extends Omit<FreshnessOptions, "failure" | "failureTimeToLive" | "maxComputations"> {
  /** How long entries are fresh. Zero: they are not stored. Default: for ever. */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * How long a failure is remembered, in both levels, of keyspaces that have a schema for their `failure`: meanwhile
   * every process gets it again, and nothing is computed. It takes the place of an old value, also within `staleIfError`
   * and the like, and never of one that another process has written meanwhile: where the second level does not honour
   * conditional writes, it is remembered in memory only. Default zero: failures are not kept.
   */
  readonly failureTimeToLive?: Duration.DurationInput | undefined
  /**
   * After how long in memory an entry is compared with the second level again, by a request that transfers nothing when
   * it is still the same (a 304). So no process gives out what another has replaced or removed for longer than this,
   * while the second level answers. Default: never, entries in memory live until they expire.
   */
  readonly revalidateAfter?: Duration.DurationInput | undefined
  /**
   * After how long at the latest memory hears of what others write and remove, by a small journal in the second level that
   * all who write keep: so no process gives out what another has replaced or removed for longer than this. It is read at
   * most that often, and a bit more, while the keyspace is used; each write costs one more request. All processes that write
   * the keyspace have to have it. Default: memory hears of nothing. `Infinity`: neither, where the cache says otherwise.
   */
  readonly notice?: Duration.DurationInput | undefined
  /**
   * What an object is that is damaged, foreign, of a newer format, or does not fit the schema: `"miss"` (default), or
   * `"fail"`: an `ObjectStoreError` of reason `Unreadable`.
   */
  readonly onUnreadable?: "miss" | "fail" | undefined
  /**
   * When entries reach the second level: `"through"` (default), before `set` and memoized functions return; or
   * `"behind"`, soon after, and at the latest when the cache's scope closes. A write behind that fails is told in
   * `events` and the log only. What is computed under a lease is written through all the same: see `coordination`.
   */
  readonly write?: "through" | "behind" | undefined
  /**
   * Who computes a value that nobody has: `"none"` (default), one fiber of each process; or `"lease"`, one process of
   * all, elected by a lease object beside the entry. It takes a store that honours conditional writes. With
   * a lease the write of the result is waited for, whatever `write` says: the lease must not end before the entry is
   * there.
   */
  readonly coordination?: "none" | "lease" | undefined
  /**
   * What keeps callers apart who get the same value from memory: `"freeze"` (default), it is frozen; `"copy"`, each gets
   * a copy of his own; `"none"`, they share the object that was given to the cache. See `Isolation`.
   */
  readonly isolation?: Isolation | undefined
  /**
   * How many computations run at a time: of a cache, those of all its keyspaces together; of a keyspace, its own in each
   * cache, which are among those of the cache. A whole number above zero; refreshes in the background count, and a load of many
   * values is one. The others wait, first come first served, and can be interrupted meanwhile; what waits for another
   * computation does not run: so those that need each other never wait for ever. One that asks through a promise
   * (`Effect.runPromise`, or a runtime taken outside of it) cannot be seen: it goes on counting as one that runs, and
   * where no other can run it waits for ever. Reading and writing of the second level is not limited. Default: no limit.
   */
  readonly maxComputations?: number | undefined
}

/** How memory hears of changes. */
export type NoticeInput = Duration.DurationInput | "pushed"

/** Entry options, checked; times in milliseconds. */
export interface EntryPolicy {
  readonly freshness: Freshness<never>
  readonly timeToLive: number
  readonly failureTimeToLive: number
  readonly revalidateAfter: number
  /** How often its journal is read, or what else tells of changes; nothing tells: `undefined`. */
  readonly notice: number | "pushed" | undefined
  readonly onUnreadable: "miss" | "fail"
  readonly write: "through" | "behind"
  readonly coordination: "none" | "lease"
  readonly isolation: Isolation
}

/**
 * Entry options with their defaults, checked as far as kinds go: see `entryKinds`.
 *
 * @param cache the name of the cache or keyspace, for messages
 * @param own options that go before the others, where they are set
 */
export const makeEntryPolicy = (
  cache: string,
  options: Omit<EntryOptions, "notice"> & { readonly notice?: NoticeInput | undefined },
  own: EntryOptions = {}
): Either.Either<EntryPolicy, CacheConfigError> =>
  Either.gen(function*() {
    const timeToLive = own.timeToLive ?? options.timeToLive
    const notice = own.notice ?? options.notice
    const revalidateAfter = own.revalidateAfter ?? options.revalidateAfter
    const staleIfError = own.staleIfError ?? options.staleIfError
    const slow = slowTimes(own.staleIfSlow ?? options.staleIfSlow, yield* millis(cache, "staleIfError", staleIfError))
    return {
      freshness: yield* makeFreshness<never>(cache, {
        jitter: own.jitter ?? options.jitter,
        refreshAhead: own.refreshAhead ?? options.refreshAhead,
        staleWhileRevalidate: own.staleWhileRevalidate ?? options.staleWhileRevalidate,
        staleIfError,
        // Keyspaces may say how old values may be, and the cache how long to wait.
        staleIfSlow: slow && { after: slow.after, within: slow.within ?? 0 },
        retryAfter: own.retryAfter ?? options.retryAfter
      }),
      timeToLive: timeToLive === undefined ? Number.POSITIVE_INFINITY : yield* millis(cache, "timeToLive", timeToLive),
      failureTimeToLive: yield* millis(cache, "failureTimeToLive", own.failureTimeToLive ?? options.failureTimeToLive),
      revalidateAfter: revalidateAfter === undefined
        ? Number.POSITIVE_INFINITY
        : yield* millis(cache, "revalidateAfter", revalidateAfter),
      notice: notice === undefined || notice === "pushed"
        ? notice
        : finite(yield* millis(cache, "notice", notice, "durationAboveZero")),
      onUnreadable: own.onUnreadable ?? options.onUnreadable ?? "miss",
      write: own.write ?? options.write ?? "through",
      coordination: own.coordination ?? options.coordination ?? "none",
      isolation: own.isolation ?? options.isolation ?? "freeze"
    }
  })

const finite = (millis: number): number | undefined => Number.isFinite(millis) ? millis : undefined
