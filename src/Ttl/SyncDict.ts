/**
 * What the dictionaries without Effect have in common.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import { type Settled, settledTogether, settleKinds, type SettleOptions } from "../Cache/background/Settled.js"
import type { EntryInfo } from "../Cache/common/EntryInfo.js"
import { Absent } from "../Cache/engine/BoundedMapOptions.js"
import { EvictingMap } from "../Cache/engine/EvictingMap.js"
import { handleRejection } from "../Cache/engine/handleRejection.js"
import type { OptionKind } from "../Cache/engine/options/optionKinds.js"
import { Lru } from "../Cache/engine/policies/Lru.js"
import { FiledMap } from "../Cache/engine/structures/FiledMap.js"
import { CacheConfigError, CacheReentryError } from "../Cache/errors/CacheErrors.js"
import { FailureWarnings } from "../Cache/events/FailureWarnings.js"
import { keyEqualityInUse } from "../Cache/keys/keyEqualityInUse.js"
import { givenMillis } from "../Cache/options/durationMillis.js"
import { entriesIn, keysIn } from "../Cache/options/manyEntries.js"
import { checkValue, nameIn, wrongOptions } from "../Cache/options/wrongOptions.js"
import { keyText } from "../Cache/printing/keyText.js"
import { printName } from "../Cache/printing/printName.js"
import { adaptOptions, type Stored } from "../Cache/store/FreshMap.js"
import { freshnessOf } from "../Cache/store/Freshness.js"
import { Kept } from "../Cache/store/Kept.js"
import { orThrow } from "../effect/plainEither.js"
import {
  type CheckedLimits,
  checkingNow,
  checkMillis,
  checkShared,
  type Entry,
  equalsKinds,
  type Limits,
  moveKinds,
  type SharedOptions,
  syncDictKinds,
  writeKinds,
  type WriteOptions
} from "./dict/DictOptions.js"
import { DictSteps } from "./dict/DictSteps.js"
import { Fetches, type Load } from "./fetch/Fetches.js"
import { checkFetch, type FetchOptions } from "./fetch/FetchOptions.js"
import { callAfter } from "./fetch/loadTimer.js"
import { wallClock } from "./fetch/wallClock.js"
import type { DictParts } from "./memory/DictParts.js"
import { bytesIn, checkRemovalQueue, itemsIn } from "./removals/RemovalQueueOptions.js"
import { SyncHooks } from "./removals/SyncHooks.js"
import type { SyncDictOptions, SyncTtlDictStats } from "./SyncDictOptions.js"

/**
 * A dictionary whose entries expire, used like a `Map`. It is put together from parts, which its subclasses choose: see
 * `SyncTtlDict`.
 *
 * What is not there is `undefined` or `false`, as in a `Map`. Iterating goes over a snapshot, the least recently used
 * first; entries that have left since are left out.
 *
 * @since 1.0.0
 * @category models
 */
export abstract class SyncDict<K, V> implements Iterable<readonly [key: K, value: V]> {
  /**
   * The name in errors.
   *
   * @since 1.0.0
   */
  readonly name: string
  readonly #now: () => number
  readonly #map: EvictingMap<K, Stored<V, never>>
  readonly #steps: DictSteps<K, V, never>
  readonly #hooks: SyncHooks<K, V> | undefined
  readonly #equality = keyEqualityInUse()
  readonly #computations = new FiledMap<K, { wins: boolean }>(this.#equality)
  readonly #fetches: Fetches<K, V>
  readonly #fetchWarnings = new FailureWarnings("TtlDictWarning")
  readonly #forEachWarnings = new FailureWarnings("TtlDictWarning")
  readonly #parts: DictParts

  /** Throws `CacheConfigError` for an option it cannot accept. */
  constructor(
    options: SyncDictOptions<K, V> & Pick<SharedOptions<K, V>, "maxBytes" | "weigher"> & {
      readonly memoryPressure?: unknown
    },
    parts: DictParts
  ) {
    this.name = nameIn(options, parts.name)
    this.#parts = parts
    this.check(options, syncDictKinds)
    const { least, limits, pressure, timeToIdle, weigh } = orThrow(checkShared(this.name, options, parts))
    const { onRemoval } = options
    this.#now = options.now === undefined ? wallClock : checkingNow(this.name, options.now)
    const queue = orThrow(checkRemovalQueue(this.name, options, parts.memory()))
    const hooks = onRemoval && new SyncHooks(this.name, onRemoval, {
      maxSize: () => itemsIn(queue, this.#map.maxSize),
      maxBytes: () => bytesIn(queue, this.#map.maxWeight)
    })
    this.#hooks = hooks
    this.#map = new EvictingMap(
      adaptOptions<K, V, never>({
        maxSize: limits.maxSize,
        maxWeight: limits.maxBytes,
        timeToIdle,
        weigher: weigh,
        onRemoval: hooks && ((key, value, reason, weight) => hooks.push({ key, value, reason, weight })),
        equality: this.#equality
      }),
      () => new Lru()
    )
    const staleWhileRevalidate = orThrow(
      checkMillis(this.name, "staleWhileRevalidate", options.staleWhileRevalidate ?? 0)
    )
    this.#fetches = new Fetches(this.name, options.maxLoads ?? defaultMaxLoads, this.#equality)
    this.#steps = new DictSteps({
      name: this.name,
      limits,
      least,
      freshness: freshnessOf<never>({ staleWhileRevalidate }),
      decided: (key) => this.decided(key),
      pressure
    })
    const entries = orThrow(entriesIn(this.name, options.entries ?? [], writeKinds))
    orThrow(this.step((map, now) => this.#steps.fill(map, now, entries)))
  }

  // Reading ---------------------------------------------------------------------------------------------------------

  /**
   * The value under a key, or `undefined`. A use.
   *
   * @since 1.0.0
   */
  get(key: K): V | undefined {
    return orUndefined(this.step((map, now) => this.#steps.entries.get(map, key, now)))
  }

  /**
   * The value under a key, or `undefined`. Does not count as a use, nor in `stats`.
   *
   * @since 1.0.0
   */
  peek(key: K): V | undefined {
    return orUndefined(this.step((map, now) => this.#steps.entries.peek(map, key, now)))
  }

  /**
   * What there is to know of the entry under a key, or `undefined`: its value, when it expires, how long it still lives, its
   * last use and its bytes (`weight`). Does not count as a use, nor in `stats`.
   *
   * @since 1.0.0
   */
  peekEntry(key: K): EntryInfo<V> | undefined {
    return orUndefined(this.step((map, now) => this.#steps.entries.peekEntry(map, key, now)))
  }

  /**
   * Whether there is an entry under a key. Does not count as a use.
   *
   * @since 1.0.0
   */
  has(key: K): boolean {
    return this.step((map, now) => this.#steps.entries.peek(map, key, now) !== Absent)
  }

  /**
   * Whether there are entries under keys, in their order. Does not count as a use.
   *
   * @since 1.0.0
   */
  hasMany(keys: Iterable<K>): ReadonlyArray<boolean> {
    const list = orThrow(keysIn(this.name, keys))
    return this.step((map, now) => list.map((key) => this.#steps.entries.peek(map, key, now) !== Absent))
  }

  /**
   * The values under many keys, in their order, `undefined` where there is none. Each a use.
   *
   * @since 1.0.0
   */
  getMany(keys: Iterable<K>): ReadonlyArray<V | undefined> {
    const list = orThrow(keysIn(this.name, keys))
    return this.step((map, now) => list.map((key) => orUndefined(this.#steps.entries.get(map, key, now))))
  }

  /**
   * How many entries there are.
   *
   * @since 1.0.0
   */
  get size(): number {
    return this.step((map, now) => map.size(now))
  }

  /**
   * How many bytes the entries take together, as they were measured when they were written.
   *
   * @since 1.0.0
   */
  get byteSize(): number {
    return this.step((map, now) => map.weight(now))
  }

  /**
   * The keys, the least recently used first. Does not count as a use.
   *
   * @since 1.0.0
   */
  *keys(): IterableIterator<K> {
    for (const [key] of this) yield key
  }

  /**
   * The values, the least recently used first. Does not count as a use.
   *
   * @since 1.0.0
   */
  *values(): IterableIterator<V> {
    for (const [, value] of this) yield value
  }

  /**
   * The entries, the least recently used first. Does not count as a use.
   *
   * @since 1.0.0
   */
  *entries(): IterableIterator<readonly [key: K, value: V]> {
    for (const [key] of this.step((map, now) => this.#steps.entries.entries(map, now))) {
      const value = this.step((map, now) => this.#steps.entries.peek(map, key, now))
      if (value !== Absent) yield [key, value]
    }
  }

  /**
   * The entries, the least recently used first. Does not count as a use.
   *
   * @since 1.0.0
   */
  [Symbol.iterator](): IterableIterator<readonly [key: K, value: V]> {
    return this.entries()
  }

  /**
   * Calls a function with each entry, the least recently used first. Does not count as a use. What the promise of an
   * `async` one is rejected with goes to Node's warnings.
   *
   * @since 1.0.0
   */
  forEach(f: (value: V, key: K, dict: this) => void): void {
    orThrow(checkValue(this.name, "f", f, "function"))
    for (const [key, value] of this) {
      const told: unknown = f(value, key, this)
      const failed = (error: unknown) => this.#forEachWarnings.failed(() => `${this.name}: forEach failed`, error)
      if (told !== undefined) handleRejection(told, failed)
    }
  }

  /**
   * A snapshot of the entries with the moments at which their time to live is over (milliseconds since the epoch,
   * `Infinity` for never), the least recently used first. Does not count as a use.
   *
   * @since 1.0.0
   */
  entriesWithExpiry(): ReadonlyArray<readonly [key: K, value: V, expiresAt: number]> {
    return this.step((map, now) => this.#steps.entriesWithExpiry(map, now))
  }

  /**
   * Whether it holds just these entries, in any order or, if `ordered`, from the least to the most recently used. Values
   * are compared by Effect's `Equal`. Does not count as a use.
   *
   * @since 1.0.0
   */
  equals(
    entries: Iterable<readonly [key: K, value: V, ...rest: ReadonlyArray<unknown>]>,
    how?: { readonly ordered?: boolean | undefined }
  ): boolean {
    this.check(how, equalsKinds)
    const list = [...orThrow(checkValue(this.name, "entries", entries, "iterable"))]
    return this.step((map, now) => this.#steps.equals(map, now, list, how?.ordered ?? false))
  }

  /**
   * What was counted, and what is held now.
   *
   * @since 1.0.0
   */
  get stats(): SyncTtlDictStats {
    return this.step((map, now) => ({
      ...this.#steps.stats(map, now),
      coalesced: this.#fetches.joined,
      computations: this.#fetches.computations,
      computationFailures: this.#fetches.failures,
      inFlight: this.#fetches.pending.size,
      hooks: this.#hooks?.counted ?? noHooks
    }))
  }

  // Writing ---------------------------------------------------------------------------------------------------------

  /**
   * Writes an entry, whether there was one or not; its time to live starts anew. Throws `EntryTooLargeError` for one that
   * is larger than `maxBytes`, and changes nothing then.
   *
   * @since 1.0.0
   */
  set(key: K, value: V, options?: WriteOptions): this {
    this.check(options, writeKinds)
    orThrow(this.step((map, now) => this.#steps.set(map, now, key, value, options)))
    return this
  }

  /**
   * Writes a new entry; throws `CacheExistsError` when there is one under the key.
   *
   * @since 1.0.0
   */
  add(key: K, value: V, options?: WriteOptions): this {
    this.check(options, writeKinds)
    orThrow(this.step((map, now) => this.#steps.add(map, now, key, value, options)))
    return this
  }

  /**
   * The value under a key (a use); when there is none, the given one, which is written.
   *
   * @since 1.0.0
   */
  getOrInsert(key: K, value: V, options?: WriteOptions): V {
    this.check(options, writeKinds)
    return orThrow(this.step((map, now) => this.#steps.getOrInsert(map, now, key, value, options)))
  }

  /**
   * The value under a key (a use); when there is none, what the function returns, which is written unless it is too large,
   * or the function itself has written, removed or changed the key. What it throws is thrown, and nothing is written. A
   * function that asks for the key that it computes gets `CacheReentryError`; one that returns a promise, `CacheConfigError`:
   * a promise that is rejected would be kept as if it were a value.
   *
   * @since 1.0.0
   */
  getOrCompute(key: K, compute: (key: K) => V, options?: WriteOptions): V {
    this.check(options, writeKinds)
    const found = this.step((map, now) => this.#steps.entries.get(map, key, now))
    return found === Absent ? this.compute(key, compute, options) : found
  }

  /**
   * The value under a key (a use); when there is none, what the load comes to, which callers of one key share and which is
   * written unless it is too large. Whatever goes wrong, the promise is rejected with: a failure is not kept, and who waits
   * for the load gets the error itself.
   *
   * A load whose callers have all gone by their signals is told to stop by its own, and what it comes to is dropped. What
   * others write or remove under the key meanwhile wins: who waits gets what was loaded, but it is not written. A load must
   * not wait for a fetch of its own key; give it a `loadTimeout` if it may hang.
   *
   * With `staleWhileRevalidate` an entry that has expired is given out at once while it is loaded anew; that such a load
   * fails, Node's warnings tell. Where what was loaded anew is too large, the old entry is removed, with `forceRefresh` too. A
   * promise that nobody looks at does not end the process when it is rejected.
   *
   * @example
   * ```ts
   * import { SyncTtlDict } from "effect-aws-cache/Sync"
   * import * as assert from "node:assert/strict"
   *
   * const names = new SyncTtlDict<number, string>({ timeToLive: "10 minutes" })
   *
   * let loads = 0
   * const load = async (id: number) => {
   *   loads++
   *   return `user ${id}`
   * }
   *
   * // Two at the same time share one load; for the third it is there.
   * await Promise.all([names.fetch(1, load), names.fetch(1, load)])
   * assert.equal(await names.fetch(1, load), "user 1")
   * assert.equal(loads, 1)
   * ```
   *
   * @since 1.0.0
   */
  fetch(key: K, load: Load<K, V>, options?: FetchOptions): Promise<V> {
    const fetched = this.fetched(key, load, options)
    fetched.catch(() => {})
    return fetched
  }

  /**
   * Computes the value under a key anew, whether there is one or not, and returns it. The function still finds the old
   * value; when it throws, that stays. When the new one is too large, it is returned, and the old one is removed. Otherwise
   * it is as with `getOrCompute`. Neither a hit nor a miss.
   *
   * @since 1.0.0
   */
  refresh(key: K, compute: (key: K) => V, options?: WriteOptions): V {
    this.check(options, writeKinds)
    return this.compute(key, compute, options)
  }

  /**
   * Writes entries in their order, each with a time of its own where it has one, else with that of `options`: all of them,
   * or none when one is too large.
   *
   * @since 1.0.0
   */
  setMany(entries: Iterable<Entry<K, V>>, options?: WriteOptions): this {
    this.check(options, writeKinds)
    // Read outside the step: it may be anything that can be iterated.
    const list = orThrow(entriesIn(this.name, entries, writeKinds))
    orThrow(this.step((map, now) => this.#steps.setMany(map, now, list, options)))
    return this
  }

  /**
   * Measures the entry under a key anew, for a value that has changed inside, and returns its bytes, or `undefined` when
   * there is none; others are evicted if they no longer fit. If the entry alone is over `maxBytes` now, it is evicted
   * itself, and this throws `EntryTooLargeError`. Does not count as a use.
   *
   * @since 1.0.0
   */
  reweigh(key: K): number | undefined {
    return orUndefined(orThrow(this.step((map, now) => this.#steps.reweigh(map, now, key))))
  }

  // Removing --------------------------------------------------------------------------------------------------------

  /**
   * Removes an entry; returns whether there was one.
   *
   * @since 1.0.0
   */
  delete(key: K): boolean {
    return this.step((map, now) => this.#steps.remove(map, now, key) !== Absent)
  }

  /**
   * Removes the entry under a key if the predicate holds for its value; returns whether it was removed. That may be a stale
   * one, which `fetch` would still give out. Does not count as a use.
   *
   * @since 1.0.0
   */
  invalidateWhen(key: K, predicate: (value: V) => boolean): boolean {
    orThrow(checkValue(this.name, "predicate", predicate, "function"))
    return this.step((map, now) => this.#steps.invalidateWhen(map, now, key, predicate) === true)
  }

  /**
   * Lets the time to live of the entry under a key end now, if there is one: with `staleWhileRevalidate`, `fetch` may still
   * give it out, which it does not after `delete`. What a load under way comes to goes to its callers, and is not stored: it
   * began before.
   *
   * @since 1.0.0
   */
  expire(key: K): void {
    this.step((map, now) => this.#steps.expire(map, now, key))
  }

  /**
   * Removes what is under keys; returns how many entries there were.
   *
   * @since 1.0.0
   */
  removeMany(keys: Iterable<K>): number {
    const list = orThrow(keysIn(this.name, keys))
    return this.step((map, now) => list.filter((key) => this.#steps.remove(map, now, key) !== Absent).length)
  }

  /**
   * Removes an entry and returns its value, or `undefined`.
   *
   * @since 1.0.0
   */
  pop(key: K): V | undefined {
    return orUndefined(this.step((map, now) => this.#steps.remove(map, now, key)))
  }

  /**
   * Removes the entry that was used least recently and returns it, or `undefined`. Entries that have expired and were used
   * before it are reclaimed, however many: up to a second for a million.
   *
   * @since 1.0.0
   */
  popVictim(): readonly [key: K, value: V] | undefined {
    return orUndefined(this.step((map, now) => this.#steps.pop(map, now, "popVictim")))
  }

  /**
   * Removes the entry that was used most recently and returns it, or `undefined`.
   *
   * @since 1.0.0
   */
  popNewest(): readonly [key: K, value: V] | undefined {
    return orUndefined(this.step((map, now) => this.#steps.pop(map, now, "popNewest")))
  }

  /**
   * Removes every entry. It takes no time to speak of, but for the calls of `onRemoval`.
   *
   * @since 1.0.0
   */
  clear(): void {
    for (const { value } of this.#computations.all()) value.wins = false
    this.#fetches.decidedAll()
    this.step((map, now) => map.clear(now))
  }

  /**
   * Reclaims the memory of all entries that have expired, and returns how many these were: a microsecond for each, or next to
   * nothing where all have expired and there is no `onRemoval`. Other operations do so in passing, for 32 entries at the
   * most.
   *
   * @since 1.0.0
   */
  purge(): number {
    return this.step((map, now) => map.purge(now))
  }

  // Time, order and limits ------------------------------------------------------------------------------------------

  /**
   * How many milliseconds the entry under a key still lives (`Infinity` when it does not expire), now or seen from `at`
   * (milliseconds since the epoch); `undefined` when there is none then. It changes nothing.
   *
   * @since 1.0.0
   */
  timeToLive(key: K, at?: number): number | undefined {
    return orUndefined(this.step((map, now) => this.#steps.remaining(map, now, key, at)))
  }

  /**
   * Lets the entry under a key live this long from now: milliseconds, or a duration such as `"10 seconds"`. Returns whether
   * there was one. Does not count as a use.
   *
   * @since 1.0.0
   */
  setTimeToLive(key: K, timeToLive: Duration.DurationInput): boolean {
    return this.step((map, now) => this.#steps.setTimeToLive(map, now, key, timeToLive))
  }

  /**
   * Lets the entry under a key expire at a moment, in milliseconds since the epoch. Returns whether there was one. Does
   * not count as a use.
   *
   * @since 1.0.0
   */
  setExpiresAt(key: K, millis: number): boolean {
    return this.step((map, now) => this.#steps.setExpiresAt(map, now, key, millis))
  }

  /**
   * Whether the entry under a key has expired, now or `at` a time (milliseconds since the epoch); `undefined` when
   * nothing is known of it. It changes nothing.
   *
   * @since 1.0.0
   */
  isExpired(key: K, at?: number): boolean | undefined {
    return orUndefined(this.step((map, now) => this.#steps.isExpired(map, now, key, at)))
  }

  /**
   * Makes the entry under a key the last to be evicted, or with `last: false` the next. Returns whether there was one.
   *
   * @since 1.0.0
   */
  moveToEnd(key: K, how?: { readonly last?: boolean | undefined }): boolean {
    this.check(how, moveKinds)
    return this.step((map, now) => this.#steps.moveToEnd(map, now, key, how?.last ?? true))
  }

  /**
   * Changes the limits that are given; `timeToLive` is for what is written from then on. What no longer fits is evicted at
   * once: some 0.5 seconds for a million entries, and 0.5 more where a million are left in less than a quarter of the room.
   * Throws `CacheConfigError` for a bad limit, and changes nothing then.
   *
   * @since 1.0.0
   */
  resize(limits: Limits): void {
    const checked = orThrow(this.#steps.checkLimits(limits, this.#parts.memory()))
    this.step((map, now) => this.#steps.resize(map, now, checked))
  }

  /**
   * The limits as they are now: in milliseconds, bytes and entries, `Infinity` for none.
   *
   * @since 1.0.0
   */
  get limits(): CheckedLimits {
    return this.#steps.limits(this.#map)
  }

  /**
   * Waits until the loads of `fetch` and the calls of an `async` `onRemoval` have ended that are under way, but no longer than
   * `within`; it tells what goes on then. It interrupts nothing, and does not wait for what begins later. For a function
   * that is frozen after its answer, and for the end of a program. Rejects with `CacheConfigError` for a bad option only.
   *
   * @example
   * ```ts
   * import { SyncTtlDict } from "effect-aws-cache/Ttl"
   * import * as assert from "node:assert/strict"
   *
   * const names = new SyncTtlDict<number, string>({ timeToLive: "1 minute", staleWhileRevalidate: "1 hour" })
   * const handler = async (id: number) => {
   *   const name = await names.fetch(id, async () => `user ${id}`)
   *   // A value that is loaded anew in the background is there for the next event.
   *   await names.settle({ within: "500 millis" })
   *   return name
   * }
   * assert.equal(await handler(1), "user 1")
   * ```
   *
   * @since 1.0.0
   */
  async settle(options: SettleOptions): Promise<Settled> {
    this.check(options, settleKinds)
    const millis = givenMillis(this.name, "within", options.within)
    const loads = this.#fetches.pending.now()
    let hooks = this.#hooks?.calls.now()
    const settled = () => settledTogether([{ computations: loads.left(), hooks: hooks?.left() ?? 0 }])
    if (settled().open === 0 || millis === 0) return settled()
    let stop = () => {}
    const over = new Promise<void>((resolve) => {
      stop = callAfter(millis, resolve)
    })
    const quiet = loads.ended().then(() => {
      // A value that was loaded may have put others out.
      hooks = this.#hooks?.calls.now()
      return hooks?.ended()
    })
    await Promise.race([quiet, over])
    stop()
    return settled()
  }

  /**
   * Its name, limits and size; no keys and no values.
   *
   * @since 1.0.0
   */
  toJSON(): unknown {
    // Nothing is reclaimed, and no hook is called, because something is printed.
    const { size, weight: byteSize } = this.#map.glance(0, 0)
    return { _id: "SyncTtlDict", name: printName(this.name), evictionPolicy: "LRU", ...this.limits, byteSize, size }
  }

  /**
   * The same as text.
   *
   * @since 1.0.0
   */
  toString(): string {
    return JSON.stringify(this.toJSON(), undefined, 2)
  }

  /**
   * What Node prints.
   *
   * @since 1.0.0
   */
  [Symbol.for("nodejs.util.inspect.custom")](): unknown {
    return this.toJSON()
  }

  // It rejects, and does not throw.
  private async fetched(key: K, load: Load<K, V>, options: FetchOptions | undefined): Promise<V> {
    const { forceRefresh, signal, timeout } = checkFetch(this.name, load, options)
    signal?.throwIfAborted()
    const until = (now: number): number => this.#steps.until(now, 0, options)
    until(this.#now())
    const found = forceRefresh ? Absent : this.step((map, now) => this.#steps.entries.lookup(map, key, now))
    const isStale = found instanceof Kept
    if (found !== Absent && !isStale) return found
    const run = {
      load,
      timeout,
      isUnattended: isStale,
      keep: (value: V): void => {
        this.step((map, now) => this.#steps.keep(map, key, value, now, until(now)))
      },
      failedUnheard: (error: unknown): void => {
        if (isStale) this.#fetchWarnings.failed(() => `${this.name}: fetch failed for ${keyText(key)}`, error)
      }
    }
    if (!isStale) return this.#fetches.share(key, run, signal)
    this.#fetches.startAlone(key, run)
    return orThrow(found.content)
  }

  private check(options: unknown, kinds: Readonly<Record<string, OptionKind>>): void {
    const wrong = options === undefined ? undefined : wrongOptions(this.name, options, kinds)
    if (wrong !== undefined) throw wrong
  }

  private compute(key: K, compute: (key: K) => V, options: WriteOptions | undefined): V {
    if (this.#computations.get(key) !== undefined) {
      throw new CacheReentryError({ cache: this.name, key: keyText(key) })
    }
    orThrow(checkValue(this.name, "compute", compute, "function"))
    const computation = this.#computations.add(key, { wins: true })
    this.#fetches.computations++
    try {
      const value = compute(key)
      if (handleRejection(value, () => {})) throw this.notAtOnce()
      if (computation.value.wins && this.#computations.isUnchanged(computation)) {
        this.step((map, now) => this.#steps.keep(map, key, value, now, this.#steps.until(now, 0, options)))
        // A load under way began before.
        this.#fetches.decided(key)
      }
      return value
    } catch (error) {
      this.#fetches.failures++
      throw error
    } finally {
      this.#computations.remove(computation)
    }
  }

  private notAtOnce(): CacheConfigError {
    return new CacheConfigError({
      cache: this.name,
      option: "compute",
      value: "one that returns a promise",
      accepted: "a function that returns the value at once: for one that returns a promise there is fetch"
    })
  }

  private step<A>(f: (map: EvictingMap<K, Stored<V, never>>, now: number) => A): A {
    if (this.#hooks === undefined) return f(this.#map, this.#now())
    try {
      return f(this.#map, this.#now())
    } finally {
      this.#hooks.tell()
    }
  }

  private decided(key: K): void {
    this.#fetches.decided(key)
    // Most of the time there is none, and every write comes here.
    if (this.#computations.size === 0) return
    for (const { value } of this.#computations.filedUnder(key)) value.wins = false
  }
}

const defaultMaxLoads = 1000

const noHooks = { pending: 0, failed: 0, skipped: 0, dropped: 0 }

const orUndefined = <A>(found: A | Absent): A | undefined => found === Absent ? undefined : found
