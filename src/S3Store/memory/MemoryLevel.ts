/**
 * The memory level of an `S3Cache`.
 */
import { policyOfMemoryLevel } from "#policies"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Hash from "effect/Hash"
import type * as Scope from "effect/Scope"
import { countedIn } from "../../Cache/common/CacheStats.js"
import { type GuardedMap, makeGuardedMap } from "../../Cache/common/GuardedMap.js"
import type { Decide } from "../../Cache/common/Lookup.js"
import type { BoundedMap } from "../../Cache/engine/BoundedMap.js"
import { Absent } from "../../Cache/engine/BoundedMapOptions.js"
import type { KeyEquality } from "../../Cache/engine/structures/KeyEquality.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { Flight, FlightGroup } from "../../Cache/flight/FlightGroup.js"
import { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import { keyEquality } from "../../Cache/keys/keyEquality.js"
import { availableMemory } from "../../Cache/memory/availableMemory.js"
import { checkByteLimit } from "../../Cache/memory/checkByteLimit.js"
import { MapMetrics, withMetrics } from "../../Cache/metrics/MapMetrics.js"
import type { Meter } from "../../Cache/metrics/Meter.js"
import { whenRight } from "../../Cache/options/checkOptions.js"
import { type AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { S3CacheOptions } from "../options/S3CacheOptions.js"
import type { S3CacheStats } from "../options/S3CacheStats.js"
import type { Beliefs, BeliefsOf } from "./Beliefs.js"
import type { MemoryEntry } from "./MemoryEntry.js"
import { NamedKeys } from "./NamedKeys.js"

/** Entries in memory, and the loads and computations under way. */
export class MemoryLevel {
  /** The loads and computations. */
  readonly flights: SingleFlight<AnyKey>
  private readonly map: GuardedMap<AnyKey, MemoryEntry>

  private readonly countsBytes: boolean

  private readonly metrics: MapMetrics | undefined

  private readonly notice: MemoryNotice

  private readonly names: NamedKeys | undefined

  private constructor(
    map: GuardedMap<AnyKey, MemoryEntry>,
    flights: SingleFlight<AnyKey>,
    countsBytes: boolean,
    metrics: MapMetrics | undefined,
    notice: MemoryNotice
  ) {
    // Lookups are counted by the ledger, and change nothing.
    this.map = metrics === undefined ? map : { ...map, step: withMetrics(map, metrics).step }
    this.metrics = metrics
    this.flights = flights
    this.notice = notice
    this.names = notice.isNamed ? new NamedKeys() : undefined
    this.countsBytes = countsBytes
  }

  /**
   * Makes one that lives as long as the scope. Fails with `CacheConfigError` for a limit it cannot accept.
   *
   * @param name for messages
   * @param meter measures what is held
   * @param notice what is heard of the second level
   */
  static readonly make = (
    name: string,
    options: Pick<S3CacheOptions, "maxSize" | "maxBytes" | "evictionPolicy">,
    meter?: Meter,
    notice: MemoryNotice = deaf
  ): Effect.Effect<MemoryLevel, CacheConfigError, Scope.Scope> =>
    Effect.gen(function*() {
      const { maxBytes = Number.POSITIVE_INFINITY } = options
      const maxWeight = yield* whenRight(
        () => checkByteLimit(name, "maxBytes", maxBytes, availableMemory()),
        Effect.succeed
      )
      const countsBytes = options.maxBytes !== undefined
      const map = yield* makeGuardedMap<AnyKey, MemoryEntry>(name, {
        evictionPolicy: options.evictionPolicy ?? policyOfMemoryLevel,
        maxSize: options.maxSize ?? 1000,
        ...(countsBytes ? { maxWeight, weigher: (_: AnyKey, held: MemoryEntry) => held.weight } : {})
      }, equality)
      const metrics = meter
        && new MapMetrics(meter, { lookups: false, weight: countsBytes ? "bytes" : "none" })
      return new MemoryLevel(map, yield* SingleFlight.make<AnyKey>(name), countsBytes, metrics, notice)
    })

  /**
   * One step that decides by what is held under a key how to go on: a use.
   *
   * @param decide given the entry, and the time in milliseconds since the epoch; `Infinity` where it is not known
   */
  readonly lookup = <A, E, R>(
    key: AnyKey,
    decide: (held: MemoryEntry | undefined, now: number) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> => this.map.lookup((map, now) => decide(useIn(map, key, now), knownTime(map, now)))

  /** The same for what is decided by nothing else of the call: it makes no closure. */
  readonly lookupOf = <Key extends AnyKey, A, E, R>(
    key: Key,
    decide: Decide<AnyKey, MemoryEntry, Key, A, E, R>
  ): Effect.Effect<A, E, R> => this.map.lookupOf(key, decide)

  /** What is held under a key, and the time in milliseconds since the epoch. Does not count as a use. */
  readonly peek = (key: AnyKey): Effect.Effect<{ readonly held: MemoryEntry | undefined; readonly now: number }> =>
    this.map.step((map, now) => ({ held: peekIn(map, key, now), now }))

  /** Keeps an entry in place of another, if that one is still held. */
  readonly exchange = (key: AnyKey, entry: MemoryEntry, next: MemoryEntry): Effect.Effect<void> =>
    this.map.step((map, now) => {
      if (map.peek(key, now) === entry) map.set(key, next, now, next.uselessFrom)
    })

  /** The entry whose object has a name, if it is held: only where names are known. */
  readonly named = (name: string): Effect.Effect<MemoryEntry | undefined> =>
    Effect.suspend(() => {
      const key = this.names?.of(name)
      return key === undefined ? Effect.succeed(undefined) : Effect.map(this.peek(key), ({ held }) => held)
    })

  /** Does something with all that is held, in one step. */
  readonly forEach = (use: (held: MemoryEntry) => void): Effect.Effect<void> =>
    this.map.step((map, now) => {
      for (const [, held] of map.entries(now)) use(held)
    })

  /** This moment, for a change of an entry that begins now. */
  readonly moment = (key: AnyKey): number => this.notice.beliefsOf(key)?.moment() ?? 0

  /** Forgets an entry; loads and computations of it that are under way are not kept. */
  readonly forget = (key: AnyKey): Effect.Effect<void> =>
    this.map.step((map, now) => {
      map.delete(key, now)
      this.flights.detach(key)
    })

  /**
   * Forgets an entry and keeps another in its place, if there is one. Loads and computations under way are not kept.
   *
   * @param began the moment at which the change began; default: now
   */
  readonly replace = (
    key: AnyKey,
    held: MemoryEntry | undefined,
    began = this.moment(key)
  ): Effect.Effect<void> =>
    this.map.step((map, now) => {
      this.flights.detach(key)
      if (held === undefined || held.uselessFrom <= now) map.delete(key, now)
      else this.keep(map, key, held, now, this.notice.beliefsOf(key), began)
    })

  /** Forgets one particular entry, if it is still held. */
  readonly drop = (key: AnyKey, entry: MemoryEntry): Effect.Effect<void> =>
    this.map.step((map, now) => {
      if (map.peek(key, now) === entry) map.delete(key, now)
    })

  /**
   * Forgets every entry that a predicate picks; loads and computations of such keys that are under way are not kept.
   */
  readonly forgetAll = (which: (key: AnyKey) => boolean): Effect.Effect<void> =>
    this.map.step((map, now) => {
      for (const [key] of map.entries(now)) {
        if (which(key)) map.delete(key, now)
      }
      this.flights.detachWhere(which)
    })

  /** What is held, what may be, and what has left to make room. */
  readonly figures: Effect.Effect<Pick<S3CacheStats, "size" | "maxSize" | "evicted" | "byteSize">> = Effect.suspend(
    () =>
      this.map.step((map, now) => {
        const { evicted, maxSize, size } = countedIn(map, now)
        return { size, maxSize, evicted, ...(this.countsBytes ? { byteSize: map.weight(now) } : {}) }
      })
  )

  /**
   * Takes part in the flight of a key, or starts it. What `toEntry` picks of its result is kept, unless the flight was
   * detached.
   *
   * @param compute told whether its result would still be kept
   * @param instead asked in the step that would start a flight: what to do instead, by what is held then
   */
  readonly coalesce = <A, E>(
    key: AnyKey,
    group: FlightGroup<AnyKey, A, E>,
    compute: (isAttached: () => boolean) => Effect.Effect<A, E>,
    toEntry: (value: A) => MemoryEntry | undefined,
    instead?: (held: MemoryEntry | undefined) => Effect.Effect<A, E> | undefined
  ): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      this.map.lookup((map, now, caller) => {
        const other = instead === undefined || group.has(key) ? undefined : instead(peekIn(map, key, now))
        if (other !== undefined) return restore(other)
        const flight: Flight<A, E> = group.enter(
          key,
          caller,
          compute,
          this.keepIn(map, key, toEntry, () => flight.waiters)
        )
        return this.flights.await(flight, restore)
      })
    )

  /** The same for the code of a flight, of which it is a part: it has no fiber of its own. */
  readonly coalesceInside = <A, E>(
    key: AnyKey,
    group: FlightGroup<AnyKey, A, E>,
    compute: () => Effect.Effect<A, E>,
    toEntry: (value: A) => MemoryEntry | undefined
  ): Effect.Effect<A, E> => this.map.lookup((map) => group.runInside(key, compute, this.keepIn(map, key, toEntry)))

  /** Starts a flight that nobody waits for, unless there is one: it ends by itself, or with the cache. */
  readonly startInBackground = <A, E>(
    key: AnyKey,
    group: FlightGroup<AnyKey, A, E>,
    compute: (isAttached: () => boolean) => Effect.Effect<A, E>,
    toEntry: (value: A) => MemoryEntry | undefined
  ): Effect.Effect<void> =>
    this.map.lookup((map, _, caller) => {
      if (!group.has(key)) {
        const flight = group.enter(key, caller, compute, this.keepIn(map, key, toEntry))
        flight.unattended = true
        flight.begin(caller, false)
      }
      return Exit.void
    })

  private keepIn<A, E>(
    map: BoundedMap<AnyKey, MemoryEntry>,
    key: AnyKey,
    toEntry: (value: A) => MemoryEntry | undefined,
    waiters?: () => number
  ): (exit: Exit.Exit<A, E>, now: number) => void {
    const beliefs = this.notice.beliefsOf(key)
    const began = beliefs?.moment() ?? 0
    return (exit, now) => {
      const entry = Exit.isSuccess(exit) ? toEntry(exit.value) : undefined
      if (entry === undefined) return
      if (map.maxSize > 0) {
        this.keep(map, key, entry, now, beliefs, began)
        this.metrics?.update(map, now)
      } else if (waiters !== undefined) entry.leaveTo(waiters())
    }
  }

  private keep(
    map: BoundedMap<AnyKey, MemoryEntry>,
    key: AnyKey,
    entry: MemoryEntry,
    now: number,
    beliefs: Beliefs | undefined,
    began: number
  ): void {
    beliefs?.came(key, entry, began, now)
    map.set(key, entry, now, entry.uselessFrom)
    this.names?.came(key, () => Array.from(map.entries(now), ([key]) => key))
  }
}

/** What is heard of the second level, for a memory level. */
export interface MemoryNotice {
  readonly beliefsOf: BeliefsOf
  /** Whether entries are looked for by the names of their objects. */
  readonly isNamed: boolean
}

const deaf: MemoryNotice = { beliefsOf: () => undefined, isNamed: false }

/** The entry under a key: a use, for a step of `lookupOf`. */
export const useIn = (map: BoundedMap<AnyKey, MemoryEntry>, key: AnyKey, now: number): MemoryEntry | undefined => {
  const held = map.get(key, now)
  return held === Absent ? undefined : held
}

/** While no entry can expire the clock is not read: then only what is good for ever is good. */
export const knownTime = ({ usesTime }: BoundedMap<AnyKey, MemoryEntry>, now: number): number =>
  usesTime ? now : Number.POSITIVE_INFINITY

/** As that of all caches, but its keys hash and compare themselves, which they do at once. */
const equality: KeyEquality = {
  isStructural: (key) => key instanceof CacheKey || keyEquality.isStructural(key),
  hash: (key) => key instanceof CacheKey ? key[Hash.symbol]() : keyEquality.hash(key),
  equals: (one, other) => one === other || keyEquality.equals(one, other)
}

const peekIn = (map: BoundedMap<AnyKey, MemoryEntry>, key: AnyKey, now: number): MemoryEntry | undefined => {
  const entry = map.peek(key, now)
  return entry === Absent ? undefined : entry
}
