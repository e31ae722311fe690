/**
 * A bounded map of the memory level: the one that keyspaces share, or one keyspace's own.
 */
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import { countedIn } from "../../Cache/common/CacheStats.js"
import { type GuardedMap, makeGuardedMap } from "../../Cache/common/GuardedMap.js"
import type { BoundedMap } from "../../Cache/engine/BoundedMap.js"
import type { EvictionPolicyName } from "../../Cache/engine/policies/EvictionPolicy.js"
import type { KeyEquality } from "../../Cache/engine/structures/KeyEquality.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { keyEquality } from "../../Cache/keys/keyEquality.js"
import { MapMetrics, withMetrics } from "../../Cache/metrics/MapMetrics.js"
import type { Meter } from "../../Cache/metrics/Meter.js"
import { type AnyKey, CacheKey } from "../keyspace/Keyspace.js"
import type { S3CacheStats } from "../options/S3CacheStats.js"
import type { MemoryEntry } from "./MemoryEntry.js"
import type { RoomLimits } from "./roomLimits.js"

/** Entries in memory, bounded by themselves. */
export class Room {
  /** What fibers go through. */
  readonly map: GuardedMap<AnyKey, MemoryEntry>
  /** The same for who is within a step already. */
  readonly engine: BoundedMap<AnyKey, MemoryEntry>
  private readonly countsBytes: boolean
  private readonly metrics: MapMetrics | undefined

  private constructor(
    map: GuardedMap<AnyKey, MemoryEntry>,
    engine: BoundedMap<AnyKey, MemoryEntry>,
    countsBytes: boolean,
    metrics: MapMetrics | undefined
  ) {
    // Lookups are counted by the ledger, and change nothing.
    this.map = metrics === undefined ? map : { ...map, step: withMetrics(map, metrics).step }
    this.engine = engine
    this.countsBytes = countsBytes
    this.metrics = metrics
  }

  /**
   * Makes one.
   *
   * @param name of the cache, for messages
   * @param countsBytes whether entries weigh their bytes
   * @param meter measures what is held
   * @param hasCosts whether entries cost what their computation took
   */
  static readonly make = (
    name: string,
    { maxBytes, maxSize }: RoomLimits,
    evictionPolicy: EvictionPolicyName,
    countsBytes: boolean,
    meter: Meter | undefined,
    hasCosts: boolean
  ): Effect.Effect<Room, CacheConfigError> =>
    Effect.map(
      makeGuardedMap<AnyKey, MemoryEntry>(name, {
        evictionPolicy,
        maxSize,
        costs: hasCosts,
        ...(countsBytes ? { maxWeight: maxBytes, weigher: (_: AnyKey, held: MemoryEntry) => held.weight } : {})
      }, equality),
      (map) =>
        new Room(
          map,
          map.unsafeLookup((engine) => engine),
          countsBytes,
          meter && new MapMetrics(meter, { lookups: false, weight: countsBytes ? "bytes" : "none" })
        )
    )

  /** Brings the metrics up to date, after what changed it within a step of another one. */
  update(now: number): void {
    this.metrics?.update(this.engine, now)
  }

  /** What it holds, and has evicted. */
  figures(now: number): Pick<S3CacheStats, "size" | "evicted" | "byteSize"> {
    const { evicted, size } = countedIn(this.engine, now)
    return { size, evicted, ...(this.countsBytes ? { byteSize: this.engine.weight(now) } : {}) }
  }
}

/** As that of all caches, but its keys hash and compare themselves, which they do at once. */
const equality: KeyEquality = {
  isStructural: (key) => key instanceof CacheKey || keyEquality.isStructural(key),
  hash: (key) => key instanceof CacheKey ? key[Hash.symbol]() : keyEquality.hash(key),
  equals: (one, other) => one === other || keyEquality.equals(one, other)
}
