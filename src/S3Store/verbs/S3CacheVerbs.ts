/**
 * What an `S3Cache` does.
 *
 * @since 1.0.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Settled, SettleOptions } from "../../Cache/background/Settled.js"
import type { CacheExistsError, CacheNotFoundError, EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import type { LoadFailure } from "../../Cache/store/getManyOrCompute.js"
import type { S3CacheCheck } from "../guard/checkStore.js"
import type { S3CacheEvent } from "../guard/S3CacheEvent.js"
import type { CacheKey, Keyspace } from "../keyspace/Keyspace.js"
import type { CacheSnapshotError } from "../objects/CacheSnapshotError.js"
import type { CacheEncodeError, ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type {
  S3CacheClearOptions,
  S3CacheManyOptions,
  S3CacheMemoizeOptions,
  S3CachePurgeOptions,
  S3CacheWarmOptions,
  S3CacheWriteOptions
} from "../options/S3CacheOptions.js"
import type { S3CacheWarmed } from "../options/S3CacheProgress.js"
import type {
  S3CacheRestoreOptions,
  S3CacheRestoreReport,
  S3CacheSnapshotOptions,
  S3CacheSnapshotReport
} from "../options/S3CacheSnapshots.js"
import type { S3CacheStats } from "../options/S3CacheStats.js"
import type { ListedEntry, S3EntryInfo } from "./S3CacheEntries.js"

/**
 * The verbs of an `S3Cache`. Those of the tag ask whichever cache the context provides: they need `R`.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheVerbs<out R> {
  /**
   * The value under a key. Fails with `CacheNotFoundError` when there is none in either level, and with `ObjectStoreError`
   * when the second level could not be asked. It is frozen, also where the schema says `Schema.mutable`: see `isolation`.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Greetings = Keyspace.make("greetings", { key: Schema.String, value: Schema.String })
   *
   * const program = S3Cache.get(Greetings.key("fr")).pipe(
   *   Effect.catchTag("CacheNotFoundError", () => Effect.succeed("hello")),
   *   Effect.provide(S3Cache.layerMemory())
   * )
   *
   * assert.equal(await Effect.runPromise(program), "hello")
   * ```
   */
  readonly get: <K, V, F>(
    key: CacheKey<K, V, F>
  ) => Effect.Effect<V, CacheNotFoundError | ObjectStoreError, R>

  /**
   * The value under a key, if there is one.
   */
  readonly getOption: <K, V, F>(
    key: CacheKey<K, V, F>
  ) => Effect.Effect<Option.Option<V>, ObjectStoreError, R>

  /**
   * Whether there is a value under a key. It is looked for as `getOption` does, and is in memory then.
   */
  readonly has: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<boolean, ObjectStoreError, R>

  /**
   * The value under a key, if it is in memory: the second level is not asked, not for its tags either, of which is
   * looked at what this process knows. Does not count as a use, nor in `stats`.
   */
  readonly peek: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<Option.Option<V>, never, R>

  /**
   * What there is to know of the entry under a key, if it is in memory, looked at as `peek` does: its value, when it
   * expires and was made, its tags, and its bytes (`weight`). `list` tells of those in the second level.
   */
  readonly peekEntry: <K, V, F>(
    key: CacheKey<K, V, F>
  ) => Effect.Effect<Option.Option<S3EntryInfo<V>>, never, R>

  /**
   * Writes an entry, whether there was one or not. Fails with `CacheEncodeError` when the value does not fit its
   * schema, and with `EntryTooLargeError` when it takes more than `maxEntryBytes`; then nothing has changed. With
   * `write: "behind"` it returns before the second level has the entry.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Rates = Keyspace.make("rates", { key: Schema.String, value: Schema.Number })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.set(Rates.key("EUR"), 1.08, { timeToLive: "10 minutes", tags: ["bank"] })
   *   const before = yield* S3Cache.has(Rates.key("EUR"))
   *   yield* S3Cache.invalidateTag("bank")
   *   const after = yield* S3Cache.has(Rates.key("EUR"))
   *   return { before, after }
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * assert.deepEqual(await Effect.runPromise(program), { before: true, after: false })
   * ```
   */
  readonly set: <K, V, F>(
    key: CacheKey<K, V, F>,
    value: V,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<void, CacheEncodeError | EntryTooLargeError | ObjectStoreError, R>

  /**
   * Writes a new entry: of all processes that try at the same time exactly one does, the others fail with
   * `CacheExistsError`. What nobody can use gives way: what has expired, was invalidated, or is damaged. What
   * this process cannot read but others may be able to stays: an `ObjectStoreError` of reason `Unreadable`. It takes a
   * second level that honours conditional writes; where it does not, this fails with an `ObjectStoreError` of reason
   * `ConditionalWritesUnsupported`.
   */
  readonly add: <K, V, F>(
    key: CacheKey<K, V, F>,
    value: V,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<void, CacheEncodeError | CacheExistsError | EntryTooLargeError | ObjectStoreError, R>

  /**
   * Removes what lies under a key from both levels, whatever it is and whether it can be read or not. Fails with
   * `CacheNotFoundError` when there is nothing, or only what has expired or was invalidated. Other processes may have it
   * in their memory level until it expires there, or until `revalidateAfter`.
   */
  readonly remove: <K, V, F>(
    key: CacheKey<K, V, F>
  ) => Effect.Effect<void, CacheNotFoundError | ObjectStoreError, R>

  /**
   * Afterwards there is nothing under a key, in both levels, whatever was there: one request, which asks for nothing. It
   * never fails since there was nothing; `remove` tells that. What is being computed reaches its callers, but is not kept; nor
   * is what other processes compute under a lease, where there was an entry. Other processes may have it in their memory level until it expires there, or until `revalidateAfter`.
   */
  readonly invalidate: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<void, ObjectStoreError, R>

  /**
   * Lets the time to live of an entry end now, for all processes: lookups that compute may still give it out within
   * `staleWhileRevalidate` and `staleIfError`. It is written anew, on the condition that it is still the one that was read.
   * Where there are no such windows, or the store ignores conditions, it is removed. A failure that is remembered is
   * forgotten. Never fails since there was nothing. Fails with an `ObjectStoreError` of reason `Conflict` where other writers
   * are faster four times in a row.
   */
  readonly expire: <K, V, F>(key: CacheKey<K, V, F>) => Effect.Effect<void, ObjectStoreError, R>

  /**
   * Removes an entry from both levels if its value is one that a predicate picks, and tells whether it did. That may be a
   * stale one, which `staleWhileRevalidate` and the like would still give out. The second level is asked for the value, and
   * removes only that one: where another has taken its place, that is looked at instead, up to four times, and then fails
   * with an `ObjectStoreError` of reason `Conflict`. A value that is picked and only in the memory of this process is
   * forgotten there. What the predicate throws is a defect, and nothing has changed.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Tokens = Keyspace.make("tokens", { key: Schema.String, value: Schema.Struct({ secret: Schema.String }) })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.set(Tokens.key("api"), { secret: "new" })
   *   // Somebody was refused with the old one, and another has got a new one since.
   *   return yield* S3Cache.invalidateWhen(Tokens.key("api"), ({ secret }) => secret === "old")
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * assert.equal(await Effect.runPromise(program), false)
   * ```
   */
  readonly invalidateWhen: <K, V, F>(
    key: CacheKey<K, V, F>,
    predicate: (value: V) => boolean
  ) => Effect.Effect<boolean, ObjectStoreError, R>

  /**
   * Removes an entry from both levels and returns its value. What lies there and cannot be read is removed too: then this
   * fails with a `CacheNotFoundError` that tells so. Of several processes that try at the same time more than
   * one may get it.
   */
  readonly pop: <K, V, F>(
    key: CacheKey<K, V, F>
  ) => Effect.Effect<V, CacheNotFoundError | ObjectStoreError, R>

  /**
   * The values under many keys, where there are any, in the order of the keys.
   */
  readonly getMany: <K, V, F>(
    keys: Iterable<CacheKey<K, V, F>>,
    options?: S3CacheManyOptions
  ) => Effect.Effect<ReadonlyArray<Option.Option<V>>, ObjectStoreError, R>

  /**
   * The values under many keys, in their order. Those that neither level has are computed by one call of `load`, which
   * answers with pairs of a key and its value, and written to both; where it has no value for a key, there is none. It is
   * not asked for what others compute at that time, in this process or, with leases, in another one: that is waited for, and
   * what comes to nothing there is loaded by another call. So it may be called more than once.
   *
   * In place of a value, `loadFailure(error)` fails for that key alone, and is remembered if it is a failure of the
   * keyspace. When a key fails, so does all of it, after all have ended: what was loaded of others is kept. A third member of
   * a pair decides the time to live and tags of its entry, instead of those of `options`. The services `load` needs are its
   * caller's, as of `getOrCompute`.
   *
   * @example
   * ```ts
   * import { Effect, Option, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
   *
   * const queryNames = (ids: ReadonlyArray<number>) => Effect.succeed(ids.map((id) => ({ id, name: `user ${id}` })))
   *
   * const namesOf = (ids: ReadonlyArray<number>) =>
   *   S3Cache.getManyOrCompute(ids.map(Names.key), (missing) =>
   *     Effect.map(
   *       queryNames(missing.map((key) => key.input)),
   *       (rows) => rows.map(({ id, name }) => [Names.key(id), name] as const)
   *     ))
   *
   * const program = namesOf([1, 2]).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * assert.deepEqual(await Effect.runPromise(program), [Option.some("user 1"), Option.some("user 2")])
   * ```
   */
  readonly getManyOrCompute: <K, V, F, E = never, R2 = never, E2 = never>(
    keys: Iterable<CacheKey<K, V, F>>,
    load: (
      missing: ReadonlyArray<CacheKey<K, V, F>>
    ) => Effect.Effect<
      Iterable<
        readonly [key: CacheKey<K, V, F>, value: V | LoadFailure<E2>, options?: S3CacheWriteOptions | undefined]
      >,
      E,
      R2
    >,
    options?: S3CacheManyOptions & S3CacheWriteOptions
  ) => Effect.Effect<ReadonlyArray<Option.Option<V>>, E | E2 | F, R | R2>

  /**
   * Whether there are values under many keys, in their order. They are looked for as `getMany` does.
   */
  readonly hasMany: <K, V, F>(
    keys: Iterable<CacheKey<K, V, F>>,
    options?: S3CacheManyOptions
  ) => Effect.Effect<ReadonlyArray<boolean>, ObjectStoreError, R>

  /**
   * Writes many entries, some at a time, each with the time to live and tags of its own where it has them, else with those
   * of `options`. When one of them fails, so does this; some of the others may be written.
   */
  readonly setMany: <K, V, F>(
    entries: Iterable<readonly [key: CacheKey<K, V, F>, value: V, options?: S3CacheWriteOptions | undefined]>,
    options?: S3CacheManyOptions & S3CacheWriteOptions
  ) => Effect.Effect<void, CacheEncodeError | EntryTooLargeError | ObjectStoreError, R>

  /**
   * Removes what lies under many keys, some at a time, as `remove` does, and tells how many entries there were. When one
   * removal fails, so does this; some of the others may be removed.
   */
  readonly removeMany: <K, V, F>(
    keys: Iterable<CacheKey<K, V, F>>,
    options?: S3CacheManyOptions
  ) => Effect.Effect<number, ObjectStoreError, R>

  /**
   * The value under a key, or that of a computation when neither level has one; see `memoize`. All who ask meanwhile
   * share one computation: that of whoever came first. How it failed is his business, but for the failures of the
   * keyspace: the others who waited for it then try their own, and after two of them beside others.
   *
   * It may need services: those around its caller, who is asked for them only when it is computed, with what a program sets
   * for all (clock, configuration, tracer, loggers). A `Scope` is its own, and closes when it ends. Everything else of the
   * fiber (its interruption, its other `FiberRef`s, its span) is the cache's, as others may wait for the value.
   *
   * A value that does not fit the schema, or is too large, reaches its callers, but is kept in memory only, which the log
   * and `WriteFailed` tell. Values are frozen, also where the schema says `Schema.mutable`: see `isolation`.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Squares = Keyspace.make("squares", { key: Schema.Number, value: Schema.Number, timeToLive: "1 hour" })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.getOrCompute(Squares.key(12), Effect.succeed(144))
   *   return yield* S3Cache.getOrCompute(Squares.key(12), Effect.dieMessage("it is there"))
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * assert.equal(await Effect.runPromise(program), 144)
   * ```
   */
  readonly getOrCompute: <K, V, F, E, R2>(
    key: CacheKey<K, V, F>,
    compute: Effect.Effect<V, E, R2>,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<V, E | F, R | R2>

  /**
   * Computes the value under a key anew, whatever both levels have, and writes it to both. Until it is there, everybody
   * else gets the old one, here and in other processes; where this fails, the old one stays unless
   * the keyspace accepts the failure, and the failure is told. Its
   * computation begins after the call: where one of the key is under way in this process, it waits for its end, and all who
   * refresh the key meanwhile share the next one. What began before does not replace the new value. With
   * `coordination: "lease"` a value is as new that another process began to compute after the call, by its clock. Other processes may have the old value in
   * their memory level until it expires there, or until `revalidateAfter`.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Prices = Keyspace.make("prices", { key: Schema.String, value: Schema.Number, coordination: "lease" })
   *
   * let price = 3
   * const fetchPrice = Effect.sync(() => price)
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.getOrCompute(Prices.key("tea"), fetchPrice)
   *   price = 4
   *   const old = yield* S3Cache.get(Prices.key("tea"))
   *   // Somebody said that it has changed.
   *   const current = yield* S3Cache.refresh(Prices.key("tea"), fetchPrice)
   *   return [old, current]
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * assert.deepEqual(await Effect.runPromise(program), [3, 4])
   * ```
   */
  readonly refresh: <K, V, F, E, R2>(
    key: CacheKey<K, V, F>,
    compute: Effect.Effect<V, E, R2>,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<V, E | F, R | R2>

  /**
   * Makes a new value of the one under a key, writes it to both levels, and gives it. Fails with `CacheNotFoundError` when
   * there is none. The entry keeps the time to live that it has left and its tags, beside those its keyspace gives the new
   * value, unless the options say otherwise.
   *
   * Of one key one at a time runs in a process. It is written on the condition that what it was made of is still there: where
   * another process has written meanwhile, `f` runs again with that, four times in all; then this fails with an
   * `ObjectStoreError` of reason `Conflict`. So `f` should do nothing that must not be done twice. It takes a second level that
   * honours conditional writes: elsewhere this fails with reason `ConditionalWritesUnsupported`. The services `f` needs are its
   * caller's, as of `getOrCompute`.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Visits = Keyspace.make("visits", { key: Schema.String, value: Schema.Number })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.set(Visits.key("home"), 0, { timeToLive: "1 day" })
   *   const visit = S3Cache.modify(Visits.key("home"), (visits) => Effect.succeed(visits + 1))
   *   yield* Effect.all(Array.from({ length: 10 }, () => visit), { concurrency: "unbounded" })
   *   return yield* S3Cache.get(Visits.key("home"))
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * assert.equal(await Effect.runPromise(program), 10)
   * ```
   */
  readonly modify: <K, V, F, V2 extends V, E, R2>(
    key: CacheKey<K, V, F>,
    f: (value: V) => Effect.Effect<V2, E, R2>,
    options?: S3CacheWriteOptions
  ) => Effect.Effect<
    V2,
    E | CacheEncodeError | CacheNotFoundError | EntryTooLargeError | ObjectStoreError,
    R | R2
  >

  /**
   * A function that computes a value only when neither level has it, and writes it to both.
   *
   * It runs with the services `memoize` ran with, whoever calls, and who shares a computation shares its failure. Failures
   * are not cached, but those the keyspace has a schema and a `failureTimeToLive` for. When the second level cannot be
   * read, the value is computed (unless the keyspace's `onStoreError` is `"fail"`); when it cannot be written, or does not
   * fit its schema, the value is returned all the same, and kept in memory only; both are logged as warnings. A key that
   * does not fit its schema is a defect. Values are frozen, also where the schema says `Schema.mutable`: see `isolation`.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Squares = Keyspace.make("squares", { key: Schema.Number, value: Schema.Number, timeToLive: "1 hour" })
   *
   * const computed: Array<number> = []
   *
   * const program = Effect.gen(function*() {
   *   const squareOf = yield* S3Cache.memoize(Squares, (n) =>
   *     Effect.sync(() => {
   *       computed.push(n)
   *       return n * n
   *     }))
   *   return [yield* squareOf(12), yield* squareOf(12)]
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * assert.deepEqual(await Effect.runPromise(program), [144, 144])
   * assert.deepEqual(computed, [12])
   * ```
   */
  readonly memoize: <K, V, F, E, R2>(
    keyspace: Keyspace<K, V, F>,
    compute: (key: K) => Effect.Effect<V, E, R2>,
    options?: S3CacheMemoizeOptions<K, V>
  ) => Effect.Effect<(key: K) => Effect.Effect<V, E | F>, never, R | R2>

  /**
   * The live entries of a keyspace in the second level, in no particular order: one request for each, and one for each
   * thousand. It reads their first 4 KiB, which tell all of this; rarely more. So it does not see payloads that are
   * damaged, do not fit the schema, or cannot be decrypted: `get` has no value for those. What encrypted entries tell
   * of themselves is authenticated only together with their payload.
   */
  readonly list: <K, V, F>(
    keyspace: Keyspace<K, V, F>,
    options?: S3CacheManyOptions
  ) => Stream.Stream<ListedEntry<K, V, F>, ObjectStoreError, R>

  /**
   * Removes what is of no use any more from a keyspace in the second level, and tells how many objects those were: entries
   * that nobody reads again are not removed otherwise. A fresh entry is never removed in place of an expired one, but where
   * the store ignores conditions on removals. As `list` it reads the first 4 KiB of each; with `verifyPayload` it reads them
   * whole, and knows what else cannot be read. `onProgress` tells how far it is, after every thousand objects.
   *
   * @example
   * ```ts
   * import { Effect, Schema, TestClock, TestContext } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Rates = Keyspace.make("rates", { key: Schema.String, value: Schema.Number, timeToLive: "1 hour" })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.setMany([[Rates.key("EUR"), 1.08], [Rates.key("GBP"), 1.27, { timeToLive: "1 day" }]])
   *   yield* TestClock.adjust("2 hours")
   *   const purged = yield* S3Cache.purge(Rates, {
   *     onProgress: ({ examined, total }) => Effect.logDebug(`${examined} of ${total}`)
   *   })
   *   const cleared = yield* S3Cache.clear(Rates)
   *   return { purged, cleared }
   * }).pipe(Effect.provide(S3Cache.layerMemory()), Effect.provide(TestContext.TestContext))
   *
   * assert.deepEqual(await Effect.runPromise(program), { purged: 1, cleared: 1 })
   * ```
   */
  readonly purge: <K, V, F, E = never, R2 = never>(
    keyspace: Keyspace<K, V, F>,
    options?: S3CachePurgeOptions<E, R2>
  ) => Effect.Effect<number, ObjectStoreError | NoInfer<E>, R | NoInfer<R2>>

  /**
   * Removes all entries of a keyspace, of its version, from both levels, and tells how many objects those were in the
   * second; with `folder`, those of a version that nobody uses any more. What is being computed when it starts reaches its callers, but is not kept. `onProgress` tells how far it is,
   * after every thousand objects, `concurrency` how many thousands to remove at a time. Other processes may have entries in their memory level until they expire there; to reach
   * those, tag the entries and use `invalidateTag`.
   */
  readonly clear: <K, V, F, E = never, R2 = never>(
    keyspace: Keyspace<K, V, F>,
    options?: S3CacheClearOptions<E, R2>
  ) => Effect.Effect<number, ObjectStoreError | NoInfer<E>, R | NoInfer<R2>>

  /**
   * Fills memory with entries of a keyspace from the second level, those written last first, for lookups that come later. It
   * lists all objects of the keyspace, and then reads as many as there is room for: nothing leaves memory for them. What
   * cannot be read is counted, and the rest comes all the same. It is no lookup, and is counted as none.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Rates = Keyspace.make("rates", { key: Schema.String, value: Schema.Number, timeToLive: "1 hour" })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.set(Rates.key("EUR"), 1.08)
   *   return yield* S3Cache.warm(Rates, { limit: 100, newerThan: "1 day" })
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * const { listed, skipped } = await Effect.runPromise(program)
   * assert.deepEqual([listed, skipped.held], [1, 1]) // it was set here
   * ```
   */
  readonly warm: <K, V, F, E = never, R2 = never>(
    keyspace: Keyspace<K, V, F>,
    options?: S3CacheWarmOptions<E, R2>
  ) => Effect.Effect<S3CacheWarmed, ObjectStoreError | NoInfer<E>, R | NoInfer<R2>>

  /**
   * Writes what is in memory to a file, with what remains of the time of each entry, its tags, and the order of their use. Each
   * entry is encoded as it is in the second level: by the schema and the codec of its keyspace, and encrypted where the cache
   * encrypts. What cannot be encoded is left out, with a warning. The file takes the place of an older one only when it is
   * complete, and nobody but its owner may read it. Memory is needed for some hundred kilobytes at a time.
   */
  readonly snapshot: (
    path: string,
    options?: S3CacheSnapshotOptions
  ) => Effect.Effect<S3CacheSnapshotReport, CacheSnapshotError, R | FileSystem.FileSystem>

  /**
   * Brings back into memory what a file holds of these keyspaces. What has expired meanwhile is left out, and nothing leaves
   * memory for what comes back: where not all has room, what was used last comes. What is in memory already stays.
   *
   * The first lookup of each entry asks the second level whether it is still the same, by a request that transfers nothing
   * when it is; with `trust` none does. A file that is not there is no failure. One that is damaged, of another cache or of
   * another format fails with `CacheSnapshotError`, and memory is as it was.
   *
   * @example
   * ```ts
   * import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
   * import { Effect, Schema } from "effect"
   * import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   * import { tmpdir } from "node:os"
   * import { join } from "node:path"
   *
   * const Rates = Keyspace.make("rates", { key: Schema.String, value: Schema.Number, timeToLive: "1 hour" })
   * const path = join(tmpdir(), "app-s3-cache")
   *
   * // At the end of a program ...
   * const save = Effect.gen(function*() {
   *   yield* S3Cache.set(Rates.key("EUR"), 1.08)
   *   return yield* S3Cache.snapshot(path)
   * }).pipe(Effect.provide(S3Cache.layer()))
   *
   * // ... and at the beginning of the next.
   * const bringBack = Effect.gen(function*() {
   *   const { entries } = yield* S3Cache.restore(path, [Rates])
   *   return { entries, EUR: yield* S3Cache.get(Rates.key("EUR")) }
   * }).pipe(Effect.provide(S3Cache.layer()))
   *
   * const program = Effect.zipRight(save, bringBack).pipe(
   *   Effect.provide(ObjectStore.layerMemory()),
   *   Effect.provide(NodeFileSystem.layer)
   * )
   *
   * assert.deepEqual(await Effect.runPromise(program), { entries: 1, EUR: 1.08 })
   * ```
   */
  readonly restore: (
    path: string,
    keyspaces: ReadonlyArray<Keyspace.Any>,
    options?: S3CacheRestoreOptions
  ) => Effect.Effect<S3CacheRestoreReport, CacheSnapshotError, R | FileSystem.FileSystem>

  /**
   * From now on no entry that carries this tag and was made before is given out: one write, however many there are.
   *
   * When it has returned, that is so in this process, and in every other one `tagsAge` later (by default 5 seconds).
   * Values whose computation began before count as made before. What machines' clocks differ by comes on top: an entry
   * made within that time before, on a machine whose clock is ahead, may live on. While the second level cannot be asked
   * about a tag, what was known last holds.
   */
  readonly invalidateTag: (tag: string) => Effect.Effect<void, ObjectStoreError, R>

  /**
   * Lets the time to live of all entries that carry this tag end now: as `invalidateTag`, but lookups that compute may
   * still give them out within `staleWhileRevalidate` and `staleIfError`.
   */
  readonly expireTag: (tag: string) => Effect.Effect<void, ObjectStoreError, R>

  /**
   * Waits until all entries that were set with `write: "behind"` before have been written, or their failures told. It
   * does not wait for refreshes in the background: `settle` does.
   */
  readonly flush: Effect.Effect<void, never, R>

  /**
   * Tries with one small object whether the second level can do what the cache needs: bucket, region, credentials,
   * permissions, conditions and clock. It never fails: what is wrong stands in the report. The circuit and suspended
   * operations are passed by.
   */
  readonly check: Effect.Effect<S3CacheCheck, never, R>

  /**
   * Waits until the computations, refreshes in the background and writes have ended that are under way, what they write
   * included, but no longer than `within`; it tells for how many keys something goes on then. It interrupts nothing. For a
   * function that is frozen after its answer, and for the end of a program. In a computation it does not wait for those
   * that wait for it.
   */
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled, never, R>

  /**
   * What was counted since the cache was made.
   */
  readonly stats: Effect.Effect<S3CacheStats, never, R>

  /**
   * What happens from now on, keys only. It never blocks the cache: a listener that is too slow loses what comes while it
   * is behind. It ends with the cache.
   */
  readonly events: Stream.Stream<S3CacheEvent, never, R>
}

/**
 * An `S3Cache`: a bounded memory level over a second level that processes share.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheService extends S3CacheVerbs<never> {}
