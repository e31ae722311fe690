/**
 * A bounded store: entries by key, limited in number, weight and time, with one computation per key at a time.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"
import type * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { fromEither } from "../effect/outcomes.js"
import { inBackground } from "./background/Background.js"
import type { Settled, SettleOptions } from "./background/Settled.js"
import { computationsOf } from "./background/Work.js"
import { countedIn } from "./common/CacheStats.js"
import type { EntryInfo } from "./common/EntryInfo.js"
import { clearInTurns, purgeInTurns } from "./common/inTurns.js"
import { resizing } from "./common/resizing.js"
import type { BoundedMap } from "./engine/BoundedMap.js"
import { Absent, type WriteOutcome } from "./engine/BoundedMapOptions.js"
import { asExit } from "./errors/asExit.js"
import type { CacheConfigError } from "./errors/CacheErrors.js"
import { CacheExistsError, CacheNotFoundError, EntryTooLargeError } from "./errors/CacheErrors.js"
import { toOption } from "./errors/toOption.js"
import { makeEventHub } from "./events/EventHub.js"
import type { StoreEvent } from "./events/StoreEvent.js"
import { limiting } from "./flight/ComputationLimit.js"
import { SingleFlight } from "./flight/SingleFlight.js"
import { checkOptions, checkValue, nameIn, whenRight, withCallOptions, withFunction } from "./options/checkOptions.js"
import { givenMillis } from "./options/durationMillis.js"
import { entriesIn, type EntryToWrite, keysIn } from "./options/manyEntries.js"
import { givenMoment, makeExpiry } from "./options/timeToLive.js"
import { unwrapOptions } from "./options/unwrapOptions.js"
import { summaryOf } from "./printing/glance.js"
import { printedAs } from "./printing/printedAs.js"
import { printKey } from "./printing/printKey.js"
import { FreshMap, type Stored } from "./store/FreshMap.js"
import { makeFreshness } from "./store/FreshnessOptions.js"
import type { LoadFailure } from "./store/getManyOrCompute.js"
import { makeComputing } from "./store/getOrCompute.js"
import { applyJitter } from "./store/jitter.js"
import { jitterRolls } from "./store/jitterRolls.js"
import type { Computation } from "./store/Kept.js"
import { removeWhen } from "./store/removeWhen.js"
import { makeStoreMap } from "./store/storeMap.js"
import {
  memoizeKinds,
  type MemoizeOptions,
  type Options,
  type Stats,
  storeKinds,
  writeKinds,
  type WriteOptions
} from "./store/StoreOptions.js"
import { lookMany, removeMany, writeMany } from "./store/writeMany.js"

export type { EntryToWrite } from "./options/manyEntries.js"
export { LoadFailure, loadFailure } from "./store/getManyOrCompute.js"
export type { MemoizeOptions, Options, Stats, WriteOptions } from "./store/StoreOptions.js"

/**
 * The type id of `Store`.
 *
 * @since 1.0.0
 * @category type ids
 */
export const TypeId: TypeId = "~effect-aws-cache/Cache/Store"

/**
 * The type id of `Store`.
 *
 * @since 1.0.0
 * @category type ids
 */
export type TypeId = "~effect-aws-cache/Cache/Store"

/**
 * A bounded store. `F` is what it remembers of computations that fail, see `failure` of `Options`: nothing, unless it says.
 *
 * Keys are found as a `Map` finds them, but for objects that implement Effect's `Equal` (`Data.struct`, `Data.Class`,
 * `Schema.Class`): these are found by their structure. An entry has expired when the clock shows its moment of expiry
 * or later; it is told by Effect's `Clock`, at each call.
 *
 * `get`, `getOption`, `getOrCompute` and writes are uses, which matter to the eviction policy; `peek`, `has`, `keys`,
 * `size` and the like are not.
 *
 * @since 1.0.0
 * @category models
 */
export interface Store<in out K, in out V, in out F = never> {
  /** Tells stores from other values; not for use. */
  readonly [TypeId]?: TypeId | undefined
  /** The name in errors, spans and logs. Like the type id it is optional so that mocks need none. */
  readonly name?: string | undefined
  /** The value under a key. */
  readonly get: (key: K) => Effect.Effect<V, CacheNotFoundError>
  /** The value under a key, if there is one. */
  readonly getOption: (key: K) => Effect.Effect<Option.Option<V>>
  /** The values under keys, where there are any, in their order: each a lookup. One step, or pieces of 512. */
  readonly getMany: (keys: Iterable<K>) => Effect.Effect<ReadonlyArray<Option.Option<V>>>
  /**
   * The value under a key; computed when there is none. All who ask meanwhile share one computation. It belongs to the
   * store, not to whoever came first: their interruption does not reach the others, and when the last of them leaves, it
   * is interrupted. Of who came first it has the services around the call, and what a program sets for all (clock,
   * configuration, tracer, loggers); a `Scope` is its own, and closes when it ends. All else, as fiber references, is as where
   * the store was made. Inside of a transaction, call a function that was memoized outside: it has the services of there.
   *
   * Failures and defects are not stored. Who has waited for a computation of somebody else that failed computes by himself
   * (after two of them, beside others), unless `failure` says that all share such a failure: so this fails with the very error that his own computation failed
   * with, or with one of those. (Callers of a memoized function share all its failures.) A write or removal of the key
   * meanwhile wins over the result, which its callers still get; so they do when it is too large to be stored, and when the
   * key object is another key by then.
   *
   * Who joins a computation under way has missed, as who starts one has; `stats` counts those who joined as `coalesced`
   * besides. Requests (`Effect.request`) of computations whose callers are in one batch (`batching: true`) are made as one
   * batch. A computation that is synchronous can be run by `Effect.runSync`.
   */
  readonly getOrCompute: <E = never, R = never>(
    key: K,
    compute: Effect.Effect<V, E, R>,
    options?: WriteOptions
  ) => Effect.Effect<V, E | F, R>
  /**
   * The values under many keys, in their order. Those that are missing are computed by one call of `load`, with these
   * keys, once each: but for those that others compute already, which are waited for. Each of them is a computation as of
   * `getOrCompute`: whoever asks for one of the keys meanwhile shares it, and it may be refreshed, served stale, remembered
   * when it fails, and written or removed meanwhile, on its own.
   *
   * Where `load` gives no value for a key, there is none: nothing is stored, and the next lookup asks anew. When `load`
   * fails, the computations of all its keys do; with `loadFailure` it lets those of single keys fail. This fails with the
   * first failure in the order of the keys, after all have ended. A key that nobody waits for any more is given up, while
   * the load goes on as long as somebody waits for another key of it: whoever asks for the first one then has it loaded
   * again.
   *
   * @example
   * ```ts
   * import { Effect, Option } from "effect"
   * import { Store } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * const queryNames = (ids: ReadonlyArray<number>) => Effect.succeed(ids.map((id) => ({ id, name: `user ${id}` })))
   *
   * const program = Effect.gen(function*() {
   *   const names = yield* Store.make<number, string>()
   *   yield* names.set(2, "Grace")
   *   // One query for all that are missing.
   *   return yield* names.getManyOrCompute([1, 2, 3], (missing) =>
   *     Effect.map(queryNames(missing), (rows) => rows.map(({ id, name }) => [id, name] as const)))
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(
   *   await Effect.runPromise(program),
   *   [Option.some("user 1"), Option.some("Grace"), Option.some("user 3")]
   * )
   * ```
   */
  readonly getManyOrCompute: <E = never, R = never, E2 = never>(
    keys: Iterable<K>,
    load: (
      missing: ReadonlyArray<K>
    ) => Effect.Effect<Iterable<readonly [key: K, value: V | LoadFailure<E2>]>, E, R>,
    options?: WriteOptions
  ) => Effect.Effect<ReadonlyArray<Option.Option<V>>, E | E2 | F, R>
  /**
   * A function that remembers what it returned: `getOrCompute` by the store's keys. What `f` needs is captured once, here.
   * All who call a function that was made of the same `f` share its computations and their failures.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { Store } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * const asked: Array<string> = []
   *
   * const program = Effect.gen(function*() {
   *   const prices = yield* Store.make<string, number>({ timeToLive: "1 hour" })
   *   const priceOf = yield* prices.memoize((name) => Effect.sync(() => asked.push(name)))
   *   return [yield* priceOf("tea"), yield* priceOf("tea"), yield* prices.get("tea")]
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(await Effect.runPromise(program), [1, 1, 1])
   * assert.deepEqual(asked, ["tea"])
   * ```
   */
  readonly memoize: <E = never, R = never>(
    f: (key: K) => Effect.Effect<V, E, R>,
    options?: MemoizeOptions<K, V>
  ) => Effect.Effect<(key: K) => Effect.Effect<V, E | F>, never, R>
  /**
   * Computes the value under a key anew, whether there is one or not, and returns it. Until it is there, everybody else
   * gets the old one, which then makes way with its time to live; where this fails, the old one stays unless the
   * failure is remembered, and the failure is told, also where `staleIfError` would give out a value. When the new one is too
   * large to be stored, its callers get it, and the old one is removed. Its computation begins after the call: where one of
   * the key is under way, it waits for its end, and all who refresh meanwhile share the next one; others join that, as with
   * `getOrCompute`. What began before does not replace the new value. It is no lookup: neither a hit nor a miss.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { Store } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * let price = 3
   *
   * const program = Effect.gen(function*() {
   *   const prices = yield* Store.make<string, number>({ timeToLive: "1 hour" })
   *   const fetchPrice = Effect.sync(() => price)
   *   yield* prices.getOrCompute("tea", fetchPrice)
   *   price = 4
   *   const old = yield* prices.get("tea")
   *   // Somebody said that it has changed.
   *   const current = yield* prices.refresh("tea", fetchPrice)
   *   return [old, current]
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(await Effect.runPromise(program), [3, 4])
   * ```
   */
  readonly refresh: <E = never, R = never>(
    key: K,
    compute: Effect.Effect<V, E, R>,
    options?: WriteOptions
  ) => Effect.Effect<V, E | F, R>
  /**
   * Changes the value under a key by what it is, and returns the new one. Of one key, no two run at once: each finds what
   * the one before it has left. It fails with `CacheNotFoundError` when there is no fresh value, and as `f` does; then the
   * old value stays. The new one lives as long as the old one would have, unless `options` say otherwise. It belongs to the
   * store and has the services of its caller, as a computation; when its caller leaves, it is interrupted.
   *
   * Meanwhile everybody else finds the old value. What is written, removed or computed under the key meanwhile comes after
   * it, and stays: its caller gets the value that it came to, which is not stored. It is no lookup: neither a hit nor a miss.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { Store } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const visits = yield* Store.make<string, number>({ timeToLive: "1 hour" })
   *   yield* visits.set("ada", 0)
   *   const visit = visits.modify("ada", (n) => Effect.delay(Effect.succeed(n + 1), "1 milli"))
   *   yield* Effect.all([visit, visit, visit], { concurrency: "unbounded" })
   *   return yield* visits.get("ada")
   * }).pipe(Effect.scoped)
   *
   * assert.equal(await Effect.runPromise(program), 3)
   * ```
   */
  readonly modify: <V2 extends V, E = never, R = never>(
    key: K,
    f: (value: V) => Effect.Effect<V2, E, R>,
    options?: WriteOptions
  ) => Effect.Effect<V2, CacheNotFoundError | E | EntryTooLargeError, R>
  /** Writes a new entry; fails when there is one under the key. */
  readonly add: (
    key: K,
    value: V,
    options?: WriteOptions
  ) => Effect.Effect<void, CacheExistsError | EntryTooLargeError>
  /** Writes an entry, whether there was one or not; its time to live starts anew. */
  readonly set: (key: K, value: V, options?: WriteOptions) => Effect.Effect<void, EntryTooLargeError>
  /**
   * The value under a key; when there is none, the given one, which is written. It is a lookup, and one step. A computation
   * of the key that is under way is not waited for: what is written here wins over its result.
   */
  readonly getOrInsert: (key: K, value: V, options?: WriteOptions) => Effect.Effect<V, EntryTooLargeError>
  /**
   * Writes entries in their order, each with a time to live of its own where it has one, else with that of `options`. One
   * step: all of them, or none when one is too large. More than 512 are written in pieces of 512, between which the event
   * loop has a turn, and others see what is written so far.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { Store } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const store = yield* Store.make<string, number>({ timeToLive: "5 minutes" })
   *   yield* store.setMany([["a", 1], ["b", 2, { timeToLive: "1 second" }]])
   *   return yield* store.hasMany(["a", "b", "c"])
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(await Effect.runPromise(program), [true, true, false])
   * ```
   */
  readonly setMany: (
    entries: Iterable<EntryToWrite<K, V, WriteOptions>>,
    options?: WriteOptions
  ) => Effect.Effect<void, EntryTooLargeError>
  /** Whether there is an entry under a key. Does not count as a use. */
  readonly has: (key: K) => Effect.Effect<boolean>
  /** Whether there are entries under keys, in their order: one step, or pieces of 512. Does not count as a use. */
  readonly hasMany: (keys: Iterable<K>) => Effect.Effect<ReadonlyArray<boolean>>
  /** The value under a key, if there is one. Does not count as a use, nor in `stats`. */
  readonly peek: (key: K) => Effect.Effect<Option.Option<V>>
  /**
   * What there is to know of the entry under a key, if there is one: its value, when it expires, how long it still lives,
   * its last use and its weight. Does not count as a use, nor in `stats`.
   */
  readonly peekEntry: (key: K) => Effect.Effect<Option.Option<EntryInfo<V>>>
  /**
   * How long the entry under a key still lives if it is not used until then, `Duration.infinity` for one that does not
   * expire. It changes nothing.
   */
  readonly timeToLive: (key: K) => Effect.Effect<Duration.Duration, CacheNotFoundError>
  /**
   * Lets the entry under a key live this long from now; zero lets it leave at once, `Duration.infinity` lets it live for
   * ever. Does not count as a use.
   */
  readonly setTimeToLive: (key: K, timeToLive: Duration.DurationInput) => Effect.Effect<void, CacheNotFoundError>
  /**
   * Lets the entry under a key expire at a moment, in milliseconds since the epoch; one that has passed lets it leave at
   * once, `Infinity` lets it live for ever. Does not count as a use.
   */
  readonly setExpiresAt: (key: K, millis: number) => Effect.Effect<void, CacheNotFoundError>
  /** Removes an entry; fails when there is none. */
  readonly remove: (key: K) => Effect.Effect<void, CacheNotFoundError>
  /**
   * Sees to it that there is nothing under a key, whether there was an entry or not. What a computation of the key that is
   * under way comes to goes to its callers, and is not stored.
   */
  readonly invalidate: (key: K) => Effect.Effect<void>
  /**
   * Removes the entry under a key if a predicate holds for its value, and returns whether it did. That may be a stale one,
   * which `staleWhileRevalidate` and the like would still give out. One step: the predicate is called within it, and what it
   * throws is a defect that changes nothing. Does not count as a use.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { Store } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const orders = yield* Store.make<string, { readonly version: number }>()
   *   yield* orders.set("17", { version: 3 })
   *   // Somebody says that there is a version 4; this one is newer than what he knows of the other.
   *   const isOlderThan = (version: number) => (order: { readonly version: number }) => order.version < version
   *   return [
   *     yield* orders.invalidateWhen("17", isOlderThan(3)),
   *     yield* orders.invalidateWhen("17", isOlderThan(4)),
   *     yield* orders.has("17")
   *   ]
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(await Effect.runPromise(program), [false, true, false])
   * ```
   */
  readonly invalidateWhen: (key: K, predicate: (value: V) => boolean) => Effect.Effect<boolean>
  /**
   * Lets the time to live of what is under a key end now, as if it had passed: `staleWhileRevalidate` and `staleIfError` may
   * still give it out, and everything else finds none. What a computation of the key that is under way comes to goes to its
   * callers, and is not stored: it began before. A failure that is remembered is forgotten. There need not be an entry.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { Store } from "effect-aws-cache/Cache"
   * import * as assert from "node:assert/strict"
   *
   * let price = 3
   *
   * const program = Effect.gen(function*() {
   *   const prices = yield* Store.make<string, number>({ timeToLive: "1 hour", staleWhileRevalidate: "1 minute" })
   *   const priceOf = prices.getOrCompute("tea", Effect.sync(() => price))
   *   yield* priceOf
   *   price = 4
   *   yield* prices.expire("tea")
   *   // Nobody waits for the new one.
   *   const stale = yield* priceOf
   *   yield* Effect.yieldNow()
   *   return [stale, yield* priceOf]
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(await Effect.runPromise(program), [3, 4])
   * ```
   */
  readonly expire: (key: K) => Effect.Effect<void>
  /** Removes what is under keys, and returns how many entries there were: one step, or pieces of 512. */
  readonly removeMany: (keys: Iterable<K>) => Effect.Effect<number>
  /** Removes an entry and returns its value. */
  readonly pop: (key: K) => Effect.Effect<V, CacheNotFoundError>
  /** Removes the entry that is next to be evicted and returns it. */
  readonly popVictim: Effect.Effect<Option.Option<readonly [key: K, value: V]>>
  /**
   * Removes every entry, in one step, and returns how many there were. Of more than 512, `onRemoval` and `events` are told
   * in pieces.
   */
  readonly clear: Effect.Effect<number>
  /**
   * Reclaims the entries that have expired, in pieces of 512, and returns how many that were. Correctness does not need it:
   * what has expired is never given out, and other operations reclaim some of it in passing.
   */
  readonly purge: Effect.Effect<number>
  /** A snapshot of the keys, the next victim first. Does not count as a use. */
  readonly keys: Effect.Effect<ReadonlyArray<K>>
  /** A snapshot of the values, the next victim first. Does not count as a use. */
  readonly values: Effect.Effect<ReadonlyArray<V>>
  /** A snapshot of the entries, the next victim first. Does not count as a use. */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: K, value: V]>>
  /** How many entries are held: the fresh ones, those kept for when a computation fails, and remembered failures. */
  readonly size: Effect.Effect<number>
  /** The weight of the entries that are held, remembered failures among them, together. */
  readonly weight: Effect.Effect<number>
  /**
   * Changes the limits; what no longer fits is evicted at once. A bad limit changes nothing. More than 512 entries are
   * evicted in pieces of 512, between which the event loop has a turn: the limits fall with them. Whoever changes a limit
   * meanwhile ends that: the last call holds.
   */
  readonly resize: (
    limits: { readonly maxSize?: number | undefined; readonly maxWeight?: number | undefined }
  ) => Effect.Effect<void, CacheConfigError>
  /** The limits as they are now, `Infinity` for none. */
  readonly limits: Effect.Effect<{ readonly maxSize: number; readonly maxWeight: number }>
  /**
   * Waits until the computations and refreshes have ended that are under way, and what they have begun in the background,
   * but no longer than `within`; it tells what goes on then. It interrupts nothing, and does not wait for what begins
   * later. In a computation it does not wait for those that wait for it.
   */
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled>
  /** What was counted, and what is held now. */
  readonly stats: Effect.Effect<Stats>
  /**
   * What happens from now on, keys only. It never blocks the store: a listener that is too slow loses what comes while
   * it is behind. It ends with the store.
   */
  readonly events: Stream.Stream<StoreEvent<K>>
}

/**
 * Whether a value is a `Store`.
 *
 * @since 1.0.0
 * @category guards
 */
export const isStore = (u: unknown): u is Store<unknown, unknown, unknown> => Predicate.hasProperty(u, TypeId)

/**
 * Makes a store that lives as long as the scope: when it closes, computations under way are interrupted.
 *
 * Every operation is one synchronous step on the engine: there is no lock, and no other fiber ever sees half an operation.
 *
 * Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Store } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   const store = yield* Store.make<string, number>({ maxSize: 100, timeToLive: "5 minutes" })
 *   // Computed once; for all who ask within five minutes it is there.
 *   yield* store.getOrCompute("answer", Effect.succeed(42))
 *   return yield* store.getOrCompute("answer", Effect.dieMessage("it is there"))
 * }).pipe(Effect.scoped)
 *
 * assert.equal(await Effect.runPromise(program), 42)
 * ```
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Store } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   const store = yield* Store.make<string, number>()
 *   yield* store.add("answer", 42)
 *   // What fails says so in its type.
 *   const exists = yield* Effect.flip(store.add("answer", 43))
 *   const missing = yield* Effect.flip(store.get("question"))
 *   return [exists._tag, missing._tag]
 * }).pipe(Effect.scoped)
 *
 * assert.deepEqual(await Effect.runPromise(program), ["CacheExistsError", "CacheNotFoundError"])
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const make = <K, V, F = never>(
  options: Options<K, V, F> = {}
): Effect.Effect<Store<K, V, F>, CacheConfigError, Scope.Scope> => {
  const name = nameIn(options, "Store")
  return Effect.gen(function*() {
    yield* asExit(checkOptions(name, options, storeKinds))
    const freshness = yield* asExit(makeFreshness(name, options))
    const expiry = yield* asExit(makeExpiry(name, options.timeToLive))
    const entries = new FreshMap<K, V, F>(freshness)
    const hub = yield* makeEventHub<StoreEvent<K>>(name, options.eventCapacity)
    const map = yield* makeStoreMap<K, V, F>(name, options, hub)
    const { lookup, lookupOf, step } = map.measured.guarded
    const { lookups } = map
    const flights = yield* SingleFlight.make<K>(name)
    const batches = yield* SingleFlight.make<string>(name)
    const settle = yield* inBackground(name, [computationsOf(flights)], map.measured.flush)

    type Engine = BoundedMap<K, Stored<V, F>>

    const deciding = <A, E>(f: (map: Engine, now: number) => Either.Either<A, E>) => Effect.flatMap(step(f), fromEither)

    const orNotFound = <A>(key: K, found: A | Absent): Exit.Exit<A, CacheNotFoundError> =>
      found === Absent
        ? Exit.fail(new CacheNotFoundError({ cache: name, key: printKey(key) }))
        : Exit.succeed(found)

    const stepOrNotFound = <A>(key: K, f: (map: Engine, now: number) => A | Absent) =>
      Effect.flatten(step((map, now) => orNotFound(key, f(map, now))))

    const lookIn = (map: Engine, now: number, key: K) => {
      const found = entries.get(map, key, now)
      lookups?.looked(key, found !== Absent)
      return found
    }
    const getIn = (map: Engine, now: number, key: K) => orNotFound(key, lookIn(map, now, key))
    const getOptionIn = (map: Engine, now: number, key: K) => Exit.succeed(toOption(lookIn(map, now, key)))

    const { rolls, withRoll } = jitterRolls(freshness)

    const freshUntil = (
      key: K,
      value: V,
      now: number,
      roll: number,
      write: WriteOptions | undefined
    ): number =>
      write?.expiresAt === undefined
        ? applyJitter(freshness, now, expiry(key, value, now, write?.timeToLive), roll)
        : givenMoment(name, "expiresAt", write.expiresAt)

    const put = (
      map: Engine,
      key: K,
      value: V,
      now: number,
      until: number,
      computation?: Computation,
      weighed?: number
    ): WriteOutcome => {
      const outcome = entries.set(map, key, value, now, until, weighed, computation)
      if (outcome === "tooLarge") hub.publish(() => ({ _tag: "Rejected", key, weight: map.lastRefusedWeight }))
      else if (outcome !== "discarded") hub.publish(() => ({ _tag: "Inserted", key }))
      return outcome
    }

    const write = (
      map: Engine,
      now: number,
      key: K,
      value: V,
      until: number,
      weighed?: number
    ): Either.Either<void, EntryTooLargeError> => {
      if (put(map, key, value, now, until, undefined, weighed) === "tooLarge") {
        return Either.left(
          new EntryTooLargeError({
            cache: name,
            key: printKey(key),
            weight: map.lastRefusedWeight,
            maxWeight: map.maxWeight
          })
        )
      }
      flights.detach(key)
      return Either.void
    }

    const take = (map: Engine, now: number, key: K): V | Absent => {
      flights.detach(key)
      return entries.remove(map, key, now)
    }

    const { getManyOrCompute, getOrCompute, memoize, modify, refresh } = makeComputing<K, V, F>({
      name,
      spans: "effect-aws-cache.Store",
      guarded: { lookup, step },
      entries,
      flights,
      batches,
      limited: limiting(options.maxComputations),
      hub: map.measured.computations,
      lookups,
      writer: {
        withRoll,
        rolls,
        freshUntil,
        put,
        remembered: (map, key, outcome) => {
          if (outcome === "tooLarge") hub.publish(() => ({ _tag: "Rejected", key, weight: map.lastRefusedWeight }))
        },
        committed: map.measured.update
      }
    })

    const setFreshUntil = (key: K, until: (now: number) => number) =>
      stepOrNotFound(key, (map, now) => {
        const moment = until(now)
        if (!entries.setFreshUntil(map, key, now, moment)) return Absent
        if (moment <= now) flights.detach(key)
        return undefined
      })

    const writing = <A, E, R>(writeOptions: WriteOptions | undefined, effect: Effect.Effect<A, E, R>) =>
      withCallOptions(name, writeOptions, writeKinds, effect)

    const self: Store<K, V, F> = {
      [TypeId]: TypeId,
      name,
      get: (key) => lookupOf(key, getIn),
      getOption: (key) => lookupOf(key, getOptionIn),
      getMany: (keys) =>
        whenRight(
          () => keysIn(name, keys),
          (list) => lookMany(list, step, (map, now, key) => toOption(entries.get(map, key, now)))
        ),
      getOrCompute: (key, compute, writeOptions) => writing(writeOptions, getOrCompute(key, compute, writeOptions)),
      getManyOrCompute: (keys, load, writeOptions) =>
        writing(writeOptions, withFunction(name, "load", load, getManyOrCompute(keys, load, writeOptions))),
      memoize: (f, memoizeOptions) =>
        withCallOptions(
          name,
          memoizeOptions,
          memoizeKinds,
          withFunction(name, "compute", f, memoize(f, memoizeOptions))
        ),
      modify: (key, f, writeOptions) =>
        writing(writeOptions, withFunction(name, "modify", f, modify(key, f, writeOptions))),
      refresh: (key, compute, writeOptions) => writing(writeOptions, refresh(key, compute, writeOptions)),
      add: (key, value, writeOptions) =>
        writing(
          writeOptions,
          withRoll((roll) =>
            deciding((map, now): Either.Either<void, CacheExistsError | EntryTooLargeError> =>
              entries.peek(map, key, now) !== Absent
                ? Either.left(new CacheExistsError({ cache: name, key: printKey(key) }))
                : write(map, now, key, value, freshUntil(key, value, now, roll, writeOptions))
            )
          )
        ),
      set: (key, value, writeOptions) =>
        writing(
          writeOptions,
          withRoll((roll) =>
            deciding((map, now) => write(map, now, key, value, freshUntil(key, value, now, roll, writeOptions)))
          )
        ),
      getOrInsert: (key, value, writeOptions) =>
        writing(
          writeOptions,
          withRoll((roll) =>
            deciding((map, now): Either.Either<V, EntryTooLargeError> => {
              const found = entries.get(map, key, now)
              if (found !== Absent) return Either.right(found)
              const until = freshUntil(key, value, now, roll, writeOptions)
              return Either.map(write(map, now, key, value, until), () => value)
            })
          )
        ),
      setMany: (items, writeOptions) =>
        writing(
          writeOptions,
          whenRight(() => entriesIn(name, items, writeKinds), (list) =>
            writeMany(list, {
              step,
              rolls,
              prepare: (map, now, item, roll) => {
                const [key, value, write] = item
                const decided = write?.timeToLive === undefined && write?.expiresAt === undefined ? writeOptions : write
                return { item, weight: map.weigh(key, value), until: freshUntil(key, value, now, roll, decided) }
              },
              write: (map, now, { item: [key, value], until, weight }) => write(map, now, key, value, until, weight)
            }))
        ),
      has: (key) => step((map, now) => entries.peek(map, key, now) !== Absent),
      hasMany: (keys) =>
        whenRight(
          () => keysIn(name, keys),
          (list) => lookMany(list, step, (map, now, key) => entries.peek(map, key, now) !== Absent)
        ),
      peek: (key) => step((map, now) => toOption(entries.peek(map, key, now))),
      peekEntry: (key) => step((map, now) => toOption(entries.peekEntry(map, key, now))),
      timeToLive: (key) =>
        stepOrNotFound(key, (map, now) => {
          const until = entries.freshUntil(map, key, now)
          return until === Absent ? Absent : Duration.millis(until - now)
        }),
      setTimeToLive: (key, timeToLive) =>
        setFreshUntil(key, (now) => now + givenMillis(name, "timeToLive", timeToLive)),
      setExpiresAt: (key, millis) => setFreshUntil(key, () => givenMoment(name, "setExpiresAt", millis)),
      remove: (key) => stepOrNotFound(key, (map, now) => take(map, now, key) === Absent ? Absent : undefined),
      invalidate: (key) =>
        step((map, now) => {
          take(map, now, key)
        }),
      invalidateWhen: (key, predicate) =>
        whenRight(
          () => checkValue(name, "predicate", predicate, "function"),
          (predicate) =>
            step((map, now) =>
              removeWhen(name, () => entries.peekUsable(map, key, now), predicate, () => take(map, now, key)) === true
            )
        ),
      expire: (key) =>
        step((map, now) => {
          flights.detach(key)
          entries.expire(map, key, now)
        }),
      removeMany: (keys) =>
        whenRight(
          () => keysIn(name, keys),
          (list) => removeMany(list, step, (map, now, key) => take(map, now, key) !== Absent)
        ),
      pop: (key) => stepOrNotFound(key, (map, now) => take(map, now, key)),
      popVictim: step((map, now) => {
        const popped = entries.popVictim(map, now)
        if (popped !== Absent) flights.detach(popped[0])
        return toOption(popped)
      }),
      clear: clearInTurns(step, () => flights.detachAll()),
      purge: purgeInTurns(step),
      keys: step((map, now) => entries.entries(map, now).map(([key]) => key)),
      values: step((map, now) => entries.entries(map, now).map(([, value]) => value)),
      entries: step((map, now) => entries.entries(map, now)),
      size: step((map, now) => map.size(now)),
      weight: step((map, now) => map.weight(now)),
      resize: resizing(name, step),
      limits: step(({ maxSize, maxWeight }) => ({ maxSize, maxWeight })),
      settle,
      stats: step((map, now) => ({
        weight: map.weight(now),
        ...countedIn(map, now),
        ...flights.counted,
        rejections: map.counters.rejections,
        listenerFailures: map.counters.listenerFailures,
        listenerSkips: map.counters.listenerSkips
      })),
      events: hub.stream
    }
    return printedAs(self, () => summaryOf("Store", name, map.glance(0)))
  })
}

/**
 * A function that remembers what it returned, in a store of its own: `make` and the `memoize` of the store in one.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Store } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * const asked: Array<string> = []
 *
 * const program = Effect.gen(function*() {
 *   const priceOf = yield* Store.memoize((name: string) => Effect.sync(() => asked.push(name)), {
 *     maxSize: 100,
 *     timeToLive: "5 minutes"
 *   })
 *   return [yield* priceOf("tea"), yield* priceOf("tea")]
 * }).pipe(Effect.scoped)
 *
 * assert.deepEqual(await Effect.runPromise(program), [1, 1])
 * ```
 *
 * @param f its needs are captured once, here
 * @since 1.0.0
 * @category constructors
 */
export const memoize = <K, V, E = never, R = never, F = never>(
  f: (key: K) => Effect.Effect<V, E, R>,
  options: Options<K, V, F> = {}
): Effect.Effect<(key: K) => Effect.Effect<V, E | F>, CacheConfigError, R | Scope.Scope> =>
  Effect.flatMap(make(options), (store) => store.memoize(f))

/**
 * A store as a service of your own.
 *
 * @example
 * ```ts
 * import { Context, Effect } from "effect"
 * import { Store } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * class Answers extends Context.Tag("app/Answers")<Answers, Store.Store<string, number>>() {
 *   static readonly layer = Store.layer(Answers, { maxSize: 100, timeToLive: "5 minutes" })
 * }
 *
 * const program = Effect.gen(function*() {
 *   const answers = yield* Answers
 *   return yield* answers.getOrCompute("life", Effect.succeed(42))
 * }).pipe(Effect.provide(Answers.layer))
 *
 * assert.equal(await Effect.runPromise(program), 42)
 * ```
 *
 * @param tag the tag of the service
 * @since 1.0.0
 * @category layers
 */
export const layer = <Self, K, V, F = never>(
  tag: Context.Tag<Self, Store<K, V, F>>,
  options: Options<K, V, F> = {}
): Layer.Layer<Self, CacheConfigError> => Layer.scoped(tag, make(options))

/**
 * A store as a service of your own, with options from `Config`.
 *
 * @example
 * ```ts
 * import { Config, ConfigProvider, Context, Effect } from "effect"
 * import { Store } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * class Answers extends Context.Tag("app/Answers")<Answers, Store.Store<string, number>>() {
 *   static readonly layer = Store.layerConfig(Answers, {
 *     maxSize: Config.withDefault(Config.integer("ANSWERS_MAX_SIZE"), 100),
 *     timeToLive: Config.duration("ANSWERS_TTL")
 *   })
 * }
 *
 * const program = Effect.flatMap(Answers, (answers) => answers.getOrCompute("life", Effect.succeed(42))).pipe(
 *   Effect.provide(Answers.layer),
 *   // By default, the environment.
 *   Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["ANSWERS_TTL", "5 minutes"]])))
 * )
 *
 * assert.equal(await Effect.runPromise(program), 42)
 * ```
 *
 * @param tag the tag of the service
 * @since 1.0.0
 * @category layers
 */
export const layerConfig = <Self, K, V, F = never>(
  tag: Context.Tag<Self, Store<K, V, F>>,
  config: Config.Config.Wrap<Options<K, V, F>>
): Layer.Layer<Self, CacheConfigError | ConfigError> =>
  Layer.scoped(tag, Effect.flatMap(unwrapOptions("Store", config), (options) => make<K, V, F>(options)))
