/**
 * The metrics of what happens in an `S3Cache`.
 */
import type { Meter, Series } from "../../Cache/metrics/Meter.js"
import { computationSeries } from "../../Cache/metrics/meteredHub.js"
import type { S3CacheEvent } from "./S3CacheEvent.js"

/** How a request ended. */
export interface RequestEnd {
  readonly outcome: "success" | "failure" | "defect" | "interruption"
  /** Why it failed, if it did. */
  readonly reason: string | undefined
}

/** More keyspaces than a program has: those after it are counted together, under the name OpenTelemetry has for that. */
const mostKeyspaces = 100
const others = "_OTHER"

/** What is counted by its kind alone. Whatever else happens has a metric of its own. */
const eventNames = {
  Revalidated: "revalidated",
  StaleServed: "stale_served",
  Unreadable: "unreadable",
  SchemaClash: "schema_clash",
  Invalidated: "invalidated",
  WriteFailed: "write_failed",
  LateWriteUndone: "late_write_undone",
  RequestRefused: "request_refused",
  CircuitOpened: "circuit_opened",
  CircuitClosed: "circuit_closed",
  LeaseTaken: "lease_taken",
  LeaseAwaited: "lease_awaited",
  LeaseLost: "lease_lost",
  TagMarked: "tag_marked",
  TagsUnknown: "tags_unknown",
  ClockSkewed: "clock_skewed",
  Noticed: "noticed",
  NoticeMissed: "notice_missed"
} as const satisfies Partial<Record<S3CacheEvent["_tag"], string>>

/** Keeps the metrics of one cache. */
export class LedgerMetrics {
  private readonly meter: Meter
  private readonly keyspaces = new Map<string, KeyspaceSeries>()
  private readonly requests = new Map<string, Series>()
  private readonly events = new Map<string, Series>()
  private readonly circuit: Series

  constructor(meter: Meter) {
    this.meter = meter
    this.circuit = meter.series("circuitState")
  }

  /** A lookup was answered from memory. */
  memoryHit(keyspace: string): void {
    this.of(keyspace).memoryHit(1)
  }

  /** Something else happened. */
  record(event: S3CacheEvent): void {
    switch (event._tag) {
      case "MemoryHit":
        return this.memoryHit(event.key.keyspace)
      case "StoreHit":
        return this.of(event.key.keyspace).storeHit(1)
      case "Miss":
        return this.of(event.key.keyspace).miss(1)
      case "Inserted":
        return this.of(event.key.keyspace).inserted(1)
      case "Removed":
        return this.of(event.key.keyspace)[event.reason](1)
      case "ComputationEnded":
        return this.of(event.key.keyspace).computed[event.outcome](event.millis / 1000)
      // How it ended is told, and how long a request took, with its reason.
      case "ComputationStarted":
      case "RequestFailed":
        return
      case "CircuitOpened":
        this.circuit(2)
        break
      case "CircuitClosed":
        this.circuit(0)
    }
    const name = eventNames[event._tag]
    const keyspace = "key" in event ? this.nameOf(event.key.keyspace) : undefined
    seriesIn(this.events, `${name} ${keyspace}`, () =>
      this.meter.series("events", {
        ...keyspace === undefined ? {} : { "cache.keyspace": keyspace },
        "cache.event": name
      }))(1)
  }

  /** A request to the second level took this long. */
  requestTook(operation: string, millis: number, { outcome, reason }: RequestEnd): void {
    seriesIn(this.requests, `${operation} ${outcome} ${reason}`, () =>
      this.meter.series("requestDuration", {
        "cache.request": operation,
        "cache.outcome": outcome,
        ...reason === undefined ? {} : { "error.type": reason }
      }))(millis / 1000)
  }

  private nameOf(keyspace: string): string {
    return this.keyspaces.has(keyspace) || this.keyspaces.size < mostKeyspaces ? keyspace : others
  }

  private of(keyspace: string): KeyspaceSeries {
    const known = this.keyspaces.get(keyspace)
    if (known !== undefined) return known
    const name = this.nameOf(keyspace)
    const made = this.keyspaces.get(name) ?? new KeyspaceSeries(this.meter, name)
    this.keyspaces.set(name, made)
    return made
  }
}

/** The series of one keyspace. */
class KeyspaceSeries {
  readonly memoryHit: Series
  readonly storeHit: Series
  readonly miss: Series
  readonly inserted: Series
  readonly deleted: Series
  readonly expired: Series
  readonly computed: ReturnType<typeof computationSeries>

  constructor(meter: Meter, keyspace: string) {
    const of = { "cache.keyspace": keyspace }
    const stored = { ...of, "cache.tier": "s3" }
    this.memoryHit = meter.series("lookups", { ...of, "cache.outcome": "hit", "cache.tier": "memory" })
    this.storeHit = meter.series("lookups", { ...of, "cache.outcome": "hit", "cache.tier": "s3" })
    this.miss = meter.series("lookups", { ...of, "cache.outcome": "miss" })
    this.inserted = meter.series("insertions", stored)
    this.deleted = meter.series("removals", { ...stored, "cache.reason": "deleted" })
    this.expired = meter.series("removals", { ...stored, "cache.reason": "expired" })
    this.computed = computationSeries(meter, of)
  }
}

const seriesIn = (known: Map<string, Series>, key: string, make: () => Series): Series => {
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}
