/**
 * The operations of a dictionary as synchronous steps, for dictionaries with and without Effect.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import { type CacheStats, countedIn } from "../../Cache/common/CacheStats.js"
import { Absent, type WriteOutcome } from "../../Cache/engine/BoundedMapOptions.js"
import type { EvictingMap } from "../../Cache/engine/EvictingMap.js"
import { FiledMap } from "../../Cache/engine/structures/FiledMap.js"
import { CacheConfigError, CacheExistsError, EntryTooLargeError } from "../../Cache/errors/CacheErrors.js"
import type { StoreEvent } from "../../Cache/events/StoreEvent.js"
import { keyEqualityInUse } from "../../Cache/keys/keyEqualityInUse.js"
import { durationMillis, givenMillis } from "../../Cache/options/durationMillis.js"
import { type PreparedEntry, tryKey, writeAll } from "../../Cache/options/manyEntries.js"
import { checkValue, wrongOptions } from "../../Cache/options/wrongOptions.js"
import { keyText } from "../../Cache/printing/keyText.js"
import { FreshMap, type Stored } from "../../Cache/store/FreshMap.js"
import type { Freshness } from "../../Cache/store/Freshness.js"
import { applyJitter } from "../../Cache/store/jitter.js"
import type { Computation } from "../../Cache/store/Kept.js"
import { removeWhen } from "../../Cache/store/removeWhen.js"
import * as Either from "../../effect/plainEither.js"
import { equalsByProtocol } from "../../effect/protocols.js"
import type { HeapWatch } from "../memory/DictParts.js"
import {
  type CheckedLimits,
  checkMaxBytes,
  type Entry,
  limitKinds,
  type Limits,
  type WriteOptions
} from "./DictOptions.js"

/**
 * What a dictionary has counted since it was made, and what it holds now.
 *
 * @since 1.0.0
 * @category models
 */
export interface Stats extends CacheStats {
  /** Writes refused because the entry was larger than `maxBytes`. */
  readonly rejections: number
  /** The bytes of the entries together. */
  readonly byteSize: number
  /**
   * Calls of `onRemoval`: due or under way, failed, skipped because they caused each other too often, and dropped because
   * too many were due.
   */
  readonly hooks: {
    readonly pending: number
    readonly failed: number
    readonly skipped: number
    readonly dropped: number
  }
}

/** What the steps of a dictionary go by. */
export interface DictStepsOptions<in out K, in out F> {
  readonly name: string
  readonly limits: CheckedLimits
  /** The weight that no entry is below, in bytes; `undefined` where nothing is measured. */
  readonly least: number | undefined
  readonly freshness: Freshness<F>
  /** Hears of what happens, if anybody does; an event is made only if somebody listens. */
  readonly hub?: { readonly publish: (event: () => StoreEvent<K>) => void } | undefined
  /** Told when a caller has written or removed what is under a key. */
  readonly decided: (key: K) => void
  /** What watches the heap, if anything does. */
  readonly pressure?: HeapWatch | undefined
}

/**
 * The operations of a dictionary. Each is one step: synchronous, given the engine and the time in milliseconds since the
 * epoch. What a dictionary does is described at `Dict`.
 *
 * An invalid time (`NaN`, text that is no duration) is a mistake in the program: a step throws `CacheConfigError`
 * for it and changes nothing. `F` is how computations may fail.
 */
export class DictSteps<in out K, in out V, in out F> {
  readonly name: string
  readonly entries: FreshMap<K, V, F>
  private readonly least: number | undefined
  private readonly freshness: Freshness<F>
  private readonly hub: DictStepsOptions<K, F>["hub"]
  private readonly decided: (key: K) => void
  private readonly pressure: HeapWatch | undefined
  private timeToLive: number

  constructor(options: DictStepsOptions<K, F>) {
    this.name = options.name
    this.entries = new FreshMap(options.freshness)
    this.least = options.least
    this.freshness = options.freshness
    this.hub = options.hub
    this.decided = options.decided
    this.pressure = options.pressure
    this.timeToLive = options.limits.timeToLive
  }

  // Writing ---------------------------------------------------------------------------------------------------------

  /**
   * Until when a value written now lives.
   *
   * @param roll from 0 to 1, for the jitter of this entry
   */
  until(now: number, roll: number, write: WriteOptions | undefined): number {
    if (write?.expiresAt !== undefined) return this.moment("expiresAt", write.expiresAt)
    const millis = write?.timeToLive === undefined ? this.timeToLive : this.millis(write.timeToLive)
    return applyJitter(this.freshness, now, now + millis, roll)
  }

  /**
   * Writes a value and tells of it.
   *
   * @param computation how it was computed, if it was
   */
  put(
    map: Engine<K, V, F>,
    key: K,
    value: V,
    now: number,
    until: number,
    weighed?: number,
    computation?: Computation
  ): WriteOutcome {
    const outcome = this.entries.set(map, key, value, now, until, weighed, computation)
    if (outcome === "inserted" || outcome === "updated") this.hub?.publish(() => ({ _tag: "Inserted", key }))
    this.remembered(map, key, outcome, now)
    return outcome
  }

  /** Writes a value that was computed. Where it is too large, what it was computed in place of is outdated, and leaves. */
  keep(map: Engine<K, V, F>, key: K, value: V, now: number, until: number): void {
    if (this.put(map, key, value, now, until) === "tooLarge") this.entries.remove(map, key, now)
  }

  /** An entry was written, a value or a failure: tells of it if it was too large, and watches the heap. */
  remembered(map: Engine<K, V, F>, key: K, outcome: WriteOutcome, now: number): void {
    if (outcome === "tooLarge") this.hub?.publish(() => ({ _tag: "Rejected", key, weight: map.lastRefusedWeight }))
    else if (outcome !== "discarded") this.pressure?.wrote(map, key, now)
  }

  /** @since 1.0.0 */
  set(
    map: Engine<K, V, F>,
    now: number,
    key: K,
    value: V,
    write: WriteOptions | undefined,
    roll = 0
  ): Either.Either<void, EntryTooLargeError> {
    return this.write(map, now, key, value, this.until(now, roll, write))
  }

  /** @since 1.0.0 */
  add(
    map: Engine<K, V, F>,
    now: number,
    key: K,
    value: V,
    write: WriteOptions | undefined,
    roll = 0
  ): Either.Either<void, CacheExistsError | EntryTooLargeError> {
    return this.entries.peek(map, key, now) === Absent
      ? this.set(map, now, key, value, write, roll)
      : Either.left(new CacheExistsError({ cache: this.name, key: keyText(key) }))
  }

  /**
   * Weighs an entry that is to be written among others, and decides until when it lives.
   *
   * @param write what its write decides where it does not itself
   * @param roll from 0 to 1, for the jitter of this entry
   */
  prepare(
    map: Engine<K, V, F>,
    now: number,
    item: Entry<K, V>,
    write: WriteOptions | undefined,
    roll = 0
  ): PreparedEntry<Entry<K, V>> {
    const [key, value, own] = item
    const isDecided = own?.timeToLive !== undefined || own?.expiresAt !== undefined
    return { item, until: this.until(now, roll, isDecided ? own : write), weight: map.weigh(key, value) }
  }

  /** @since 1.0.0 */
  writePrepared(
    map: Engine<K, V, F>,
    now: number,
    { item: [key, value], until, weight }: PreparedEntry<Entry<K, V>>
  ): Either.Either<void, EntryTooLargeError> {
    return this.write(map, now, key, value, until, weight)
  }

  /**
   * Writes entries in order: all, or none when one is too large.
   *
   * @param rolls a number from 0 to 1 for the jitter of each entry
   */
  setMany(
    map: Engine<K, V, F>,
    now: number,
    entries: ReadonlyArray<Entry<K, V>>,
    write?: WriteOptions,
    rolls: ReadonlyArray<number> = []
  ): Either.Either<void, EntryTooLargeError> {
    const prepared = entries.map((entry, at) => {
      tryKey(map, now, entry[0])
      return this.prepare(map, now, entry, write, rolls[at])
    })
    return writeAll(map, prepared, (entry) => this.writePrepared(map, now, entry))
  }

  /**
   * Writes the entries that a dictionary has at its start.
   *
   * @param rolls a number from 0 to 1 for the jitter of each entry
   */
  fill(
    map: Engine<K, V, F>,
    now: number,
    entries: ReadonlyArray<Entry<K, V>>,
    rolls: ReadonlyArray<number> = []
  ): Either.Either<void, CacheConfigError> {
    try {
      return Either.mapLeft(this.setMany(map, now, entries, undefined, rolls), (cause) => {
        const value = `one of ${cause.weight} bytes under ${cause.key}`
        const accepted = `entries of ${cause.maxWeight} bytes at most`
        return new CacheConfigError({ cache: this.name, option: "entries", value, accepted, cause })
      })
    } catch (mistake) {
      if (mistake instanceof CacheConfigError) return Either.left(mistake)
      throw mistake
    }
  }

  /** The value under a key (a use), or else the given one, which is written. */
  getOrInsert(
    map: Engine<K, V, F>,
    now: number,
    key: K,
    value: V,
    write: WriteOptions | undefined,
    roll = 0
  ): Either.Either<V, EntryTooLargeError> {
    const found = this.entries.get(map, key, now)
    return found === Absent ? Either.map(this.set(map, now, key, value, write, roll), () => value) : Either.right(found)
  }

  /** Weighs the entry under a key anew; the weight, or `Absent`. */
  reweigh(map: Engine<K, V, F>, now: number, key: K): Either.Either<number | Absent, EntryTooLargeError> {
    if (this.entries.peek(map, key, now) === Absent) return Either.right(Absent)
    const weight = map.reweigh(key, now)
    return weight === "tooLarge" ? Either.left(this.tooLarge(map, key)) : Either.right(weight)
  }

  // Reading ---------------------------------------------------------------------------------------------------------

  /** Whether it holds just these entries: keys compared as the dictionary does, values by Effect's `Equal`. */
  equals(
    map: Engine<K, V, F>,
    now: number,
    that: Iterable<readonly [key: K, value: V, ...unknown: ReadonlyArray<unknown>]>,
    ordered: boolean
  ): boolean {
    // The last of equal keys counts.
    const those = new FiledMap<K, { value: V; at: number }>(keyEqualityInUse())
    let next = 0
    for (const [key, value] of that) {
      const at = next++
      const { value: last } = those.get(key) ?? those.add(key, { value, at })
      last.value = value
      last.at = at
    }
    const entries = this.entries.entries(map, now)
    if (those.size !== entries.length) return false
    let before = -1
    return entries.every(([key, value]) => {
      const other = those.get(key)?.value
      if (other === undefined) return false
      const inPlace = !ordered || other.at > before
      before = other.at
      return inPlace && equalsByProtocol(value, other.value)
    })
  }

  /** The entries with the moments at which their time to live is over, the least recently used first. */
  entriesWithExpiry(
    map: Engine<K, V, F>,
    now: number
  ): ReadonlyArray<readonly [key: K, value: V, expiresAt: number]> {
    return this.entries.entries(map, now).flatMap(([key, value]) => {
      const expiresAt = this.entries.livesUntil(map, key, now)
      return expiresAt === Absent ? [] : [[key, value, expiresAt] as const]
    })
  }

  /** @since 1.0.0 */
  stats(
    map: Engine<K, V, F>,
    now: number
  ): Omit<Stats, "coalesced" | "computations" | "computationFailures" | "inFlight" | "hooks"> {
    return { byteSize: map.weight(now), ...countedIn(map, now), rejections: map.counters.rejections }
  }

  /** The limits as they are now. */
  limits(map: Pick<Engine<K, V, F>, "maxSize" | "maxWeight">): CheckedLimits {
    return { timeToLive: this.timeToLive, maxBytes: map.maxWeight, maxSize: map.maxSize }
  }

  // Removing --------------------------------------------------------------------------------------------------------

  /** @since 1.0.0 */
  remove(map: Engine<K, V, F>, now: number, key: K): V | Absent {
    this.decided(key)
    return this.entries.remove(map, key, now)
  }

  /** Removes the entry that is next to be evicted, or was used last, and returns it. */
  pop(map: Engine<K, V, F>, now: number, which: "popVictim" | "popNewest"): readonly [key: K, value: V] | Absent {
    const popped = this.entries[which](map, now)
    if (popped !== Absent) this.decided(popped[0])
    return popped
  }

  /** Lets the time to live of what is under a key end now. Returns whether there was anything, fresh or not. */
  expire(map: Engine<K, V, F>, now: number, key: K): boolean {
    this.decided(key)
    return this.entries.expire(map, key, now)
  }

  /** Removes the entry under a key if the predicate holds for its value, fresh or stale; whether it did, or `Absent`. */
  invalidateWhen(
    map: Engine<K, V, F>,
    now: number,
    key: K,
    predicate: (value: V) => boolean
  ): boolean | Absent {
    const peek = () => this.entries.peekUsable(map, key, now)
    return removeWhen(this.name, peek, predicate, () => this.remove(map, now, key))
  }

  // Time, order and limits ------------------------------------------------------------------------------------------

  /** How many milliseconds the entry under a key still lives, now or seen from another time; or `Absent`. */
  remaining(map: Engine<K, V, F>, now: number, key: K, at: number | undefined): number | Absent {
    const seenFrom = at === undefined ? now : this.moment("at", at)
    const until = this.entries.freshUntil(map, key, now)
    return until === Absent || until <= seenFrom ? Absent : until - seenFrom
  }

  /** @since 1.0.0 */
  setTimeToLive(map: Engine<K, V, F>, now: number, key: K, timeToLive: Duration.DurationInput): boolean {
    return this.setUntil(map, now, key, now + this.millis(timeToLive))
  }

  /** @since 1.0.0 */
  setExpiresAt(map: Engine<K, V, F>, now: number, key: K, moment: number): boolean {
    return this.setUntil(map, now, key, this.moment("setExpiresAt", moment))
  }

  private setUntil(map: Engine<K, V, F>, now: number, key: K, until: number): boolean {
    const found = this.entries.setFreshUntil(map, key, now, until)
    if (found && until <= now) this.decided(key)
    return found
  }

  /** Whether the entry under a key has expired, or `Absent` when nothing is known of it. */
  isExpired(map: Engine<K, V, F>, now: number, key: K, at: number | undefined): boolean | Absent {
    const seenFrom = at === undefined ? now : this.moment("at", at)
    const until = this.entries.knownUntil(map, key, now)
    return until === Absent ? Absent : until <= seenFrom
  }

  /** @since 1.0.0 */
  moveToEnd(map: Engine<K, V, F>, now: number, key: K, last: boolean): boolean {
    return this.entries.peek(map, key, now) !== Absent && map.moveTo(key, last ? "newest" : "oldest", now)
  }

  /**
   * Checks limits that are to be changed: those that are given.
   *
   * @param total what 100 % stands for, in bytes
   */
  checkLimits(limits: Limits, total: number | undefined): Either.Either<Partial<CheckedLimits>, CacheConfigError> {
    const wrong = wrongOptions(this.name, limits, limitKinds)
    if (wrong !== undefined) return Either.left(wrong)
    const maxBytes = limits.maxBytes === undefined
      ? Either.right({})
      : Either.map(checkMaxBytes(this.name, limits.maxBytes, this.least, total), (maxBytes) => ({ maxBytes }))
    return Either.map(maxBytes, (checked) => ({
      ...checked,
      ...(limits.maxSize === undefined ? {} : { maxSize: limits.maxSize }),
      ...(limits.timeToLive === undefined ? {} : { timeToLive: durationMillis(limits.timeToLive) ?? 0 })
    }))
  }

  /**
   * Changes the limits that are given; returns whether they hold already.
   *
   * @param most how many entries are evicted at the most, see `resize` of `BoundedMap`
   */
  resize(
    map: Engine<K, V, F>,
    now: number,
    { maxBytes, maxSize, timeToLive = this.timeToLive }: Partial<CheckedLimits>,
    most?: number
  ): boolean {
    this.timeToLive = timeToLive
    return map.resize({ maxSize, maxWeight: maxBytes }, now, most)
  }

  private write(
    map: Engine<K, V, F>,
    now: number,
    key: K,
    value: V,
    until: number,
    weighed?: number
  ): Either.Either<void, EntryTooLargeError> {
    if (this.put(map, key, value, now, until, weighed) === "tooLarge") return Either.left(this.tooLarge(map, key))
    this.decided(key)
    return Either.nothing
  }

  private tooLarge(map: Engine<K, V, F>, key: K): EntryTooLargeError {
    const { lastRefusedWeight: weight, maxWeight } = map
    return new EntryTooLargeError({ cache: this.name, key: keyText(key), weight, maxWeight })
  }

  // A negative number is what is left of a time that has passed: zero.
  private millis(timeToLive: Duration.DurationInput): number {
    return givenMillis(this.name, "timeToLive", timeToLive)
  }

  private moment(option: string, millis: number): number {
    return Either.orThrow(checkValue(this.name, option, millis, "moment"))
  }
}

type Engine<K, V, F> = EvictingMap<K, Stored<V, F>>
