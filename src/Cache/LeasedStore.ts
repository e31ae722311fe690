/**
 * A bounded store of values that need release: connections, pools, clients, handles.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type { LazyArg } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { fromEither } from "../effect/outcomes.js"
import { inBackground } from "./background/Background.js"
import type { Settled, SettleOptions } from "./background/Settled.js"
import { clearInTurns, purgeInTurns } from "./common/inTurns.js"
import { resizing } from "./common/resizing.js"
import { Absent, type WriteOutcome } from "./engine/BoundedMapOptions.js"
import { asExit } from "./errors/asExit.js"
import {
  type CacheConfigError,
  CacheExistsError,
  CacheNotFoundError,
  EntryTooLargeError
} from "./errors/CacheErrors.js"
import type { LeasedStoreEvent } from "./events/StoreEvent.js"
import {
  type LeasedEntry,
  type LeasedEntryInfo,
  leasedStoreKinds,
  leaseKinds,
  type LeaseOptions,
  type Options,
  type Stats,
  writeKinds,
  type WriteOptions
} from "./lease/LeasedStoreOptions.js"
import { type LeasedMap, makeLeaseTable, type Restore } from "./lease/LeaseTable.js"
import { handToScope, inSome, used } from "./lease/using.js"
import { checkOptions, checkValue, nameIn, whenRight, withCallOptions, withFunction } from "./options/checkOptions.js"
import { givenMillis } from "./options/durationMillis.js"
import { entriesIn, type EntryToWrite, keysIn, tryKey, writeAll } from "./options/manyEntries.js"
import { givenMoment } from "./options/timeToLive.js"
import { glanced, summaryOf } from "./printing/glance.js"
import { printedAs } from "./printing/printedAs.js"
import { printKey } from "./printing/printKey.js"
import { removeWhen } from "./store/removeWhen.js"
import { lookMany, removeMany } from "./store/writeMany.js"

export type { ReleaseReason } from "./events/ReleaseReason.js"
export type {
  LeasedEntry,
  LeasedEntryInfo,
  LeaseOptions,
  Options,
  Stats,
  WriteOptions
} from "./lease/LeasedStoreOptions.js"
export type { ReleaseCounters } from "./lease/Releaser.js"
export type { EntryToWrite } from "./options/manyEntries.js"

/**
 * The type id of `LeasedStore`.
 *
 * @since 1.0.0
 * @category type ids
 */
export const TypeId: TypeId = "~effect-aws-cache/Cache/LeasedStore"

/**
 * The type id of `LeasedStore`.
 *
 * @since 1.0.0
 * @category type ids
 */
export type TypeId = "~effect-aws-cache/Cache/LeasedStore"

/**
 * A bounded store of values that need release, and are leased. A value is released exactly once: after it left the
 * store (evicted, expired, replaced, removed, cleared, or the store's scope closed) *and* its last lease ended. A value
 * that leaves the store is out of it at once; those who lease it keep it.
 *
 * An object that is handed over or acquired again while the store has it, under its key or another one, or while it is
 * leased, is the same value still: it is released once, after it left the store for the last time. Do not hand over what
 * is being released, or was.
 *
 * `E` is how acquisitions by the `acquire` of the store may fail; what that may use was captured when the store was made. A
 * lease that brings an `acquire` of its own fails as that may besides, and needs what that needs.
 *
 * All who ask for a key meanwhile share one acquisition. It belongs to the store, as in a `Store`: the interruption of
 * one caller does not reach the others, and when the last of them leaves, it is interrupted if it can be. A value that
 * is acquired nevertheless is released; one that got into the store before the last of them left stays. A write or removal
 * of the key meanwhile wins over the value, which its callers still lease. When an acquisition fails, those share the
 * failure who acquire by the `acquire` of the store; whoever brings one of his own acquires by himself (but see `failure`).
 *
 * Releases run in the background, a few at a time: they neither delay nor fail whoever made a value leave. When the
 * scope of the store closes, acquisitions under way are interrupted, what is not leased is released at once, and
 * leases are waited for as long as the grace period. Whoever asks later is interrupted.
 *
 * It has the verbs of a `Store` but for those that give out a value that nobody leases: for `get`, `getOption` and
 * `getOrInsert` there are `use`, `lease`, `useOption` and `leaseOption`, of one key at a time, since each lease has an end
 * of its own. A value that has expired is released, so there is none to be given out stale.
 *
 * @since 1.0.0
 * @category models
 */
export interface LeasedStore<in out K, in out V, out E = never> {
  /** Tells leased stores from other values; not for use. */
  readonly [TypeId]?: TypeId | undefined
  /** The name in errors, spans and logs. Like the type id it is optional so that mocks need none. */
  readonly name?: string | undefined
  /**
   * Uses the value under a key, which is acquired when there is none. The lease lasts as long as `f`: this is the
   * cheapest way, and needs no scope. Options that are given as a function are asked for at once when there is no value,
   * and only then.
   */
  readonly use: <A, E2, R2, E3 = never, R3 = never>(
    key: K,
    f: (value: V) => Effect.Effect<A, E2, R2>,
    options?: LeaseOptions<V, E3, R3> | LazyArg<LeaseOptions<V, E3, R3>>
  ) => Effect.Effect<A, E | E2 | NoInfer<E3>, R2 | NoInfer<Exclude<R3, Scope.Scope>>>
  /**
   * `use` as a part of an effect that runs and cannot be interrupted, but for what `restore` is given. It saves an
   * instruction.
   *
   * @internal
   */
  readonly useWithin: <A, E2, R2, E3 = never, R3 = never>(
    restore: Restore,
    key: K,
    f: (value: V) => Effect.Effect<A, E2, R2>,
    options: LeaseOptions<V, E3, R3> | LazyArg<LeaseOptions<V, E3, R3>> | undefined
  ) => Effect.Effect<A, E | E2 | NoInfer<E3>, R2 | NoInfer<Exclude<R3, Scope.Scope>>>
  /**
   * The same for the value that is there, `orElse` when there is none.
   *
   * @internal
   */
  readonly useFoundWithin: <A, E2, R2, B, E3, R3>(
    restore: Restore,
    key: K,
    f: (value: V) => Effect.Effect<A, E2, R2>,
    orElse: (key: K) => Effect.Effect<B, E3, R3>
  ) => Effect.Effect<A | B, E2 | E3, R2 | R3>
  /**
   * Leases the value under a key until the scope closes; acquires it when there is none. A scope that leases a value
   * again has one lease of it still.
   */
  readonly lease: <E2 = never, R2 = never>(
    key: K,
    options?: LeaseOptions<V, E2, R2> | LazyArg<LeaseOptions<V, E2, R2>>
  ) => Effect.Effect<V, E | NoInfer<E2>, NoInfer<Exclude<R2, Scope.Scope>> | Scope.Scope>
  /**
   * Acquires a value anew, whether there is one under the key or not. An acquisition that began before, which may come to
   * what there was before, is waited for; all who wait for that share the next one. Until it is there, everybody else leases the old value, which is released as every value that is
   * replaced; where this fails, the old one stays. Where the new one is too heavy to be kept, the old one leaves all the
   * same, and the next lookup acquires another one.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { LeasedStore } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * let password = "old"
   *
   * const program = Effect.gen(function*() {
   *   const pools = yield* LeasedStore.make({
   *     acquire: (tenant: string) => Effect.sync(() => ({ tenant, password })),
   *     release: () => Effect.void
   *   })
   *   const before = yield* pools.lease("acme")
   *   password = "new"
   *   yield* pools.refresh("acme")
   *   // Who uses the old pool finishes with it; who comes now gets the new one.
   *   const after = yield* Effect.scoped(pools.lease("acme"))
   *   return [before.password, after.password]
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(await Effect.runPromise(program), ["old", "new"])
   * ```
   */
  readonly refresh: <E2 = never, R2 = never>(
    key: K,
    options?: LeaseOptions<V, E2, R2> | LazyArg<LeaseOptions<V, E2, R2>>
  ) => Effect.Effect<void, E | NoInfer<E2>, NoInfer<Exclude<R2, Scope.Scope>>>
  /**
   * Uses the value under a key, if there is one. It waits for nobody: where one is being acquired, there is none yet, and
   * where one is acquired anew, it uses the old one.
   */
  readonly useOption: <A, E2, R2>(
    key: K,
    f: (value: V) => Effect.Effect<A, E2, R2>
  ) => Effect.Effect<Option.Option<A>, E2, R2>
  /** Leases the value under a key until the scope closes, if there is one. Like `useOption`, it waits for nobody. */
  readonly leaseOption: (key: K) => Effect.Effect<Option.Option<V>, never, Scope.Scope>
  /**
   * Hands a value over to the store, which will release it, even if it cannot keep it; fails when there is one under
   * the key. The value stays the caller's when this fails.
   */
  readonly add: (
    key: K,
    value: V,
    options?: WriteOptions
  ) => Effect.Effect<void, CacheExistsError | EntryTooLargeError>
  /** Hands a value over as `add` does, whether there was one under the key or not. */
  readonly set: (key: K, value: V, options?: WriteOptions) => Effect.Effect<void, EntryTooLargeError>
  /**
   * Hands values over as `set` does, in one step: all of them, or none when one is too large. A time to live that a value
   * does not have itself is that of `options`.
   */
  readonly setMany: (
    entries: Iterable<EntryToWrite<K, V, WriteOptions>>,
    options?: WriteOptions
  ) => Effect.Effect<void, EntryTooLargeError>
  /** Whether there is a value under a key. Does not count as a use. */
  readonly has: (key: K) => Effect.Effect<boolean>
  /** Whether there are values under keys, in their order: one step, or pieces of 512. Does not count as a use. */
  readonly hasMany: (keys: Iterable<K>) => Effect.Effect<ReadonlyArray<boolean>>
  /** The value under a key, if there is one, to look at: it is not leased. Does not count as a use, nor in `stats`. */
  readonly peek: (key: K) => Effect.Effect<Option.Option<V>>
  /**
   * What there is to know of the value under a key, if there is one, to look at: when it expires, its last use, its weight
   * and its leases. Does not count as a use, nor in `stats`.
   */
  readonly peekEntry: (key: K) => Effect.Effect<Option.Option<LeasedEntryInfo<V>>>
  /**
   * How long the value under a key still stays in the store if nobody uses it until then, `Duration.infinity` for one that
   * does not expire. It changes nothing.
   */
  readonly timeToLive: (key: K) => Effect.Effect<Duration.Duration, CacheNotFoundError>
  /**
   * Lets the value under a key stay in the store this long from now, leased or not; zero lets it leave at once,
   * `Duration.infinity` lets it stay for ever. Does not count as a use.
   */
  readonly setTimeToLive: (key: K, timeToLive: Duration.DurationInput) => Effect.Effect<void, CacheNotFoundError>
  /**
   * Lets the value under a key stay in the store until a moment, in milliseconds since the epoch; one that has passed lets
   * it leave at once, `Infinity` lets it stay for ever. Does not count as a use.
   */
  readonly setExpiresAt: (key: K, millis: number) => Effect.Effect<void, CacheNotFoundError>
  /** Removes a value; fails when there is none. */
  readonly remove: (key: K) => Effect.Effect<void, CacheNotFoundError>
  /**
   * Sees to it that there is nothing under a key, whether there was a value or not. A value that is being acquired goes to
   * those who wait for it, and is released when they have used it.
   */
  readonly invalidate: (key: K) => Effect.Effect<void>
  /**
   * Removes the value under a key if a predicate holds for it, and returns whether it did. One step: the predicate is
   * called within it, to look at the value, and what it throws is a defect that changes nothing. Does not count as a use.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { LeasedStore } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * const broken = new Set<string>()
   *
   * const program = Effect.gen(function*() {
   *   const connections = yield* LeasedStore.make({ acquire: (host: string) => Effect.succeed({ host }) })
   *   const check = connections.invalidateWhen("db", ({ host }) => broken.has(host))
   *   yield* connections.use("db", () => Effect.void)
   *   const before = yield* check
   *   broken.add("db")
   *   return [before, yield* check, yield* connections.has("db")]
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(await Effect.runPromise(program), [false, true, false])
   * ```
   */
  readonly invalidateWhen: (key: K, predicate: (value: V) => boolean) => Effect.Effect<boolean>
  /**
   * Lets the time to live of the value under a key end now: it leaves as one that has expired. As with `invalidate`, there
   * need not be one, and a value that is being acquired is not kept.
   */
  readonly expire: (key: K) => Effect.Effect<void>
  /** Removes what is under keys, and returns how many values there were: one step, or pieces of 512. */
  readonly removeMany: (keys: Iterable<K>) => Effect.Effect<number>
  /** Removes a value and leases it until the scope closes. */
  readonly pop: (key: K) => Effect.Effect<V, CacheNotFoundError, Scope.Scope>
  /** Removes the value that is next to be evicted, and leases it until the scope closes. */
  readonly popVictim: Effect.Effect<Option.Option<readonly [key: K, value: V]>, never, Scope.Scope>
  /** Removes every value, in one step, and returns how many there were. Of more than 512, `events` are told in pieces. */
  readonly clear: Effect.Effect<number>
  /**
   * Lets the values leave that have expired, in pieces of 512, and returns how many that were. It is seldom needed: they
   * leave by themselves, within a second.
   */
  readonly purge: Effect.Effect<number>
  /** A snapshot of the keys, the next victim first. Does not count as a use. */
  readonly keys: Effect.Effect<ReadonlyArray<K>>
  /** A snapshot of the values to look at, the next victim first: they are not leased. Does not count as a use. */
  readonly values: Effect.Effect<ReadonlyArray<V>>
  /**
   * A snapshot of the keys and values to look at, the next victim first: they are not leased. Does not count as a use.
   */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: K, value: V]>>
  /**
   * A snapshot of the values to look at with how many leases each has, the next victim first. Does not count as a use.
   */
  readonly leases: Effect.Effect<ReadonlyArray<LeasedEntry<K, V>>>
  /** How many values there are in the store. */
  readonly size: Effect.Effect<number>
  /** The weight of the values in the store together. */
  readonly weight: Effect.Effect<number>
  /**
   * Changes the limits; what no longer fits is evicted at once, in pieces of 512 values. A bad limit changes nothing. Of
   * several calls at a time the last one holds.
   */
  readonly resize: (
    limits: { readonly maxSize?: number | undefined; readonly maxWeight?: number | undefined }
  ) => Effect.Effect<void, CacheConfigError>
  /** The limits as they are now, `Infinity` for none. */
  readonly limits: Effect.Effect<{ readonly maxSize: number; readonly maxWeight: number }>
  /**
   * Waits until the acquisitions and releases have ended that are under way, but no longer than `within`; it tells what goes
   * on then. It interrupts nothing, and waits for no lease: a value that is leased is released when its last lease ends.
   * In a release it does not wait for releases.
   */
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled>
  /**
   * What was counted, and what is held now. It looks at every entry for whether it is leased: some 0.2
   * seconds for a million.
   */
  readonly stats: Effect.Effect<Stats>
  /**
   * What happens from now on, keys only. It never blocks the store: a listener that is too slow loses what comes while
   * it is behind. It ends with the store, after what is released then.
   */
  readonly events: Stream.Stream<LeasedStoreEvent<K>>
}

/**
 * Whether a value is a `LeasedStore`.
 *
 * @since 1.0.0
 * @category guards
 */
export const isLeasedStore = (u: unknown): u is LeasedStore<unknown, unknown, unknown> =>
  Predicate.hasProperty(u, TypeId)

/**
 * Makes a leased store that lives as long as the scope. A lease should not outlive it: a scope in which values are
 * leased closes first when it is opened after the store, or is the store's own.
 *
 * Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { LeasedStore } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * const openPool = async (tenant: string) => ({
 *   query: async (sql: string) => [`${tenant}: ${sql}`],
 *   end: async () => {}
 * })
 *
 * const program = Effect.gen(function*() {
 *   // A pool of connections for each of the 20 tenants seen last, and none is closed while it is used.
 *   const pools = yield* LeasedStore.make({
 *     name: "pools",
 *     maxSize: 20,
 *     timeToLive: "1 hour",
 *     acquire: (tenant: string) => Effect.tryPromise(() => openPool(tenant)),
 *     release: (_, pool) => Effect.promise(() => pool.end())
 *   })
 *   return yield* pools.use("acme", (pool) => Effect.tryPromise(() => pool.query("select 1")))
 * }).pipe(Effect.scoped)
 *
 * assert.deepEqual(await Effect.runPromise(program), ["acme: select 1"])
 * ```
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { LeasedStore } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * const events: Array<string> = []
 *
 * const program = Effect.gen(function*() {
 *   // What an acquisition holds in its scope is released with its value.
 *   const locks = yield* LeasedStore.make({
 *     acquire: (name: string) =>
 *       Effect.acquireRelease(Effect.succeed({ name }), () => Effect.sync(() => events.push(`${name} is free`)))
 *   })
 *   // Leased for the rest of the scope, although it leaves the store before.
 *   const lock = yield* locks.lease("door")
 *   yield* locks.remove("door")
 *   events.push(`${lock.name} is still leased`)
 * }).pipe(Effect.scoped)
 *
 * await Effect.runPromise(program)
 * assert.deepEqual(events, ["door is still leased", "door is free"])
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const make = <K, V, E = never, R = never, R2 = never>(
  options: Options<K, V, E, R, R2>
): Effect.Effect<LeasedStore<K, V, E>, CacheConfigError, R | NoInfer<R2> | Scope.Scope> => {
  const name = nameIn(options, "LeasedStore")
  return Effect.gen(function*() {
    yield* asExit(checkOptions(name, options, leasedStoreKinds))
    const table = yield* makeLeaseTable(name, options)
    const { acquire, find, findOnly, step, withRoom } = table

    const deciding = <E>(f: (map: LeasedMap<K, V>, now: number) => Either.Either<void, E>) =>
      withRoom(Effect.flatMap(step(f), fromEither))

    const notFound = (key: K) => Exit.fail(new CacheNotFoundError({ cache: name, key: printKey(key) }))

    const handedOver = (
      map: LeasedMap<K, V>,
      key: K,
      outcome: WriteOutcome
    ): Either.Either<void, EntryTooLargeError> => {
      if (outcome !== "tooLarge") return Either.void
      const { lastRefusedWeight: weight, maxWeight } = map
      return Either.left(new EntryTooLargeError({ cache: name, key: printKey(key), weight, maxWeight }))
    }

    const handOver = (map: LeasedMap<K, V>, now: number, key: K, value: V, write: WriteOptions | undefined) =>
      handedOver(map, key, table.takeOver(map, now, table.prepare(map, now, key, value, write)))

    const take = (map: LeasedMap<K, V>, now: number, key: K): boolean => {
      table.detach(key)
      return map.delete(key, now)
    }

    const stayUntil = (key: K, until: (now: number) => number) =>
      Effect.flatten(step((map, now) => {
        const moment = until(now)
        if (!map.setExpiresAt(key, moment, now)) return notFound(key)
        if (moment <= now) table.detach(key)
        table.expect(map, key)
        return Exit.void
      }))

    // Options that are given as a function come from what knows them.
    const leasing = <A, E, R>(lease: unknown, effect: Effect.Effect<A, E, R>) =>
      withCallOptions(name, typeof lease === "function" ? undefined : lease, leaseKinds, effect)

    const calling = <A, E, R>(f: unknown, lease: unknown, effect: Effect.Effect<A, E, R>) =>
      withFunction(name, "use", f, leasing(lease, effect))

    const useFound = <A, E, R>(
      restore: Restore,
      key: K,
      f: (value: V) => Effect.Effect<A, E, R>,
      found = find(key)
    ) => {
      return found === Absent ? undefined : used(name, found, f, restore)
    }

    const self: LeasedStore<K, V, E> = {
      [TypeId]: TypeId,
      name,
      use: (key, f, lease) =>
        calling(
          f,
          lease,
          Effect.uninterruptibleMask((restore) => self.useWithin(restore, key, f, lease))
        ),
      useWithin: (restore, key, f, lease) =>
        useFound(restore, key, f)
          ?? Effect.flatMap(acquire(key, asked(lease), restore), (value) => used(name, value, f, restore)),
      useFoundWithin: (restore, key, f, orElse) => useFound(restore, key, f) ?? orElse(key),
      useOption: (key, f) =>
        calling(
          f,
          undefined,
          Effect.uninterruptibleMask((restore) => {
            const using = useFound(restore, key, f, findOnly(key))
            return using === undefined ? Effect.succeedNone : inSome(using)
          })
        ),
      lease: (key, lease) =>
        leasing(
          lease,
          Effect.uninterruptibleMask((restore) => {
            const found = find(key)
            return found === Absent
              ? Effect.flatMap(acquire(key, asked(lease), restore), handToScope)
              : handToScope(found)
          })
        ),
      refresh: (key, lease) =>
        leasing(
          lease,
          Effect.uninterruptibleMask((restore) =>
            Effect.map(acquire(key, asked(lease), restore, true), (value) => value.end())
          )
        ),
      leaseOption: (key) =>
        Effect.uninterruptible(Effect.suspend(() => {
          const found = findOnly(key)
          return found === Absent ? Effect.succeedNone : Effect.asSome(handToScope(found))
        })),
      add: (key, value, write) =>
        withCallOptions(
          name,
          write,
          writeKinds,
          deciding((map, now): Either.Either<void, CacheExistsError | EntryTooLargeError> =>
            map.has(key, now)
              ? Either.left(new CacheExistsError({ cache: name, key: printKey(key) }))
              : handOver(map, now, key, value, write)
          )
        ),
      set: (key, value, write) =>
        withCallOptions(
          name,
          write,
          writeKinds,
          deciding((map, now) => handOver(map, now, key, value, write))
        ),
      setMany: (items, write) =>
        withCallOptions(
          name,
          write,
          writeKinds,
          whenRight(() => entriesIn(name, items, writeKinds), (list) =>
            Effect.flatMap(
              withRoom(step((map, now) => {
                const prepared = list.map(([key, value, own]) => {
                  tryKey(map, now, key)
                  const isDecided = own?.timeToLive !== undefined || own?.expiresAt !== undefined
                  return table.prepare(map, now, key, value, isDecided ? own : write)
                })
                return writeAll(
                  map,
                  prepared,
                  (entry) => handedOver(map, entry.item.key, table.takeOver(map, now, entry))
                )
              })),
              asExit
            ))
        ),
      has: (key) => step((map, now) => map.has(key, now)),
      hasMany: (keys) =>
        whenRight(() => keysIn(name, keys), (list) => lookMany(list, step, (map, now, key) => map.has(key, now))),
      peek: (key) =>
        step((map, now) => {
          const found = map.peek(key, now)
          return found === Absent ? Option.none() : Option.some(found.value)
        }),
      peekEntry: (key) =>
        step((map, now) => {
          const held = map.peek(key, now)
          const expiresAt = map.expiresAt(key, now)
          const weight = map.weightOf(key, now)
          if (held === Absent || expiresAt === Absent || weight === Absent) return Option.none()
          const { leases, value } = held
          const lastUsedAt = map.lastUseOf(key, now)
          return Option.some({ value, expiresAt, remaining: expiresAt - now, lastUsedAt, weight, leases })
        }),
      timeToLive: (key) =>
        Effect.flatten(step((map, now) => {
          const until = map.expiresAt(key, now)
          return until === Absent || until <= now ? notFound(key) : Exit.succeed(Duration.millis(until - now))
        })),
      setTimeToLive: (key, timeToLive) => stayUntil(key, (now) => now + givenMillis(name, "timeToLive", timeToLive)),
      setExpiresAt: (key, millis) => stayUntil(key, () => givenMoment(name, "setExpiresAt", millis)),
      remove: (key) => Effect.flatten(step((map, now) => take(map, now, key) ? Exit.void : notFound(key))),
      invalidate: (key) =>
        step((map, now) => {
          take(map, now, key)
        }),
      invalidateWhen: (key, predicate) =>
        whenRight(
          () => checkValue(name, "predicate", predicate, "function"),
          (predicate) =>
            step((map, now) =>
              removeWhen(
                name,
                () => map.peek(key, now),
                ({ value }) => predicate(value),
                () => take(map, now, key)
              ) === true
            )
        ),
      expire: (key) =>
        step((map, now) => {
          table.detach(key)
          map.setExpiresAt(key, now, now)
        }),
      removeMany: (keys) => whenRight(() => keysIn(name, keys), (list) => removeMany(list, step, take)),
      pop: (key) =>
        Effect.uninterruptible(Effect.flatMap(
          table.leasing((map, now) => {
            table.detach(key)
            return map.pop(key, now)
          }),
          (found) => found === Absent ? notFound(key) : handToScope(found)
        )),
      popVictim: Effect.uninterruptible(Effect.flatMap(
        table.leasing((map, now) => {
          const popped = map.popVictim(now)
          if (popped !== Absent) table.detach(popped[0])
          return popped
        }),
        (found) =>
          found === Absent
            ? Effect.succeedNone
            : Effect.map(handToScope(found[1]), (value) => Option.some([found[0], value] as const))
      )),
      clear: clearInTurns(step, () => table.detachAll()),
      purge: purgeInTurns(step),
      keys: step((map, now) => map.entries(now).map(([key]) => key)),
      values: step((map, now) => map.entries(now).map(([, { value }]) => value)),
      entries: step((map, now) => map.entries(now).map(([key, { value }]) => [key, value] as const)),
      leases: step((map, now) => map.entries(now).map(([key, { leases, value }]) => ({ key, value, leases }))),
      size: step((map, now) => map.size(now)),
      weight: step((map, now) => map.weight(now)),
      resize: resizing(name, step),
      limits: step(({ maxSize, maxWeight }) => ({ maxSize, maxWeight })),
      settle: yield* inBackground(name, table.works, table.flush),
      stats: table.stats,
      events: table.events
    }
    return printedAs(
      glanced(self, table.glance),
      () => summaryOf("LeasedStore", name, table.glance(0))
    )
  })
}

/**
 * A leased store as a service of your own.
 *
 * @example
 * ```ts
 * import { Context, Effect } from "effect"
 * import { LeasedStore } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * interface Pool {
 *   readonly tenant: string
 * }
 *
 * class Pools extends Context.Tag("app/Pools")<Pools, LeasedStore.LeasedStore<string, Pool>>() {
 *   static readonly layer = LeasedStore.layer(Pools, {
 *     maxSize: 20,
 *     acquire: (tenant: string) => Effect.succeed({ tenant })
 *   })
 * }
 *
 * const program = Effect.gen(function*() {
 *   const pools = yield* Pools
 *   return yield* pools.use("acme", (pool) => Effect.succeed(pool.tenant))
 * }).pipe(Effect.provide(Pools.layer))
 *
 * assert.equal(await Effect.runPromise(program), "acme")
 * ```
 *
 * @param tag the tag of the service
 * @since 1.0.0
 * @category layers
 */
export const layer = <Self, K, V, E = never, R = never, R2 = never>(
  tag: Context.Tag<Self, LeasedStore<K, V, E>>,
  options: Options<K, V, E, R, R2>
): Layer.Layer<Self, CacheConfigError, Exclude<R | R2, Scope.Scope>> => Layer.scoped(tag, make(options))

const asked = <A extends object>(options: A | LazyArg<A> | undefined): A | undefined =>
  typeof options === "function" ? options() : options
