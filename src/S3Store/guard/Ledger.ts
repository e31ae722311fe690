/**
 * Keeps account of what happens in an `S3Cache`.
 */
import type { EventHub } from "../../Cache/events/EventHub.js"
import type { Meter } from "../../Cache/metrics/Meter.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import { LedgerMetrics, type RequestEnd } from "./LedgerMetrics.js"
import type { S3CacheEvent } from "./S3CacheEvent.js"

/** Counts events, hands them to whoever listens, and keeps metrics if wanted. Synchronous, and never fails. */
export class Ledger {
  private readonly counts = new Map<S3CacheEvent["_tag"], number>()
  private readonly hub: EventHub<S3CacheEvent>
  private readonly metrics: LedgerMetrics | undefined
  private memoryHits = 0
  /** How many entries were removed since their time was over. */
  expired = 0
  /** How many changes of others were heard of. */
  noticed = 0
  /** How many computations failed or died. */
  computationFailures = 0

  constructor(hub: EventHub<S3CacheEvent>, meter: Meter | undefined) {
    this.hub = hub
    this.metrics = meter && new LedgerMetrics(meter)
  }

  /** How many events there were of a kind. */
  count(tag: S3CacheEvent["_tag"]): number {
    return tag === "MemoryHit" ? this.memoryHits : this.counts.get(tag) ?? 0
  }

  /** Something happened. */
  record(event: S3CacheEvent): void {
    this.counts.set(event._tag, (this.counts.get(event._tag) ?? 0) + 1)
    if (event._tag === "Removed" && event.reason === "expired") this.expired++
    if (event._tag === "Noticed") this.noticed += event.changes
    this.hub.publish(() => event)
    if (event._tag === "ComputationEnded" && event.cause !== undefined) this.computationFailures++
    this.metrics?.record(event)
  }

  /** A lookup was answered from memory: by far the most frequent event, made only if somebody listens. */
  memoryHit(key: AnyKey): void {
    this.memoryHits++
    if (this.hub.isHeard) this.hub.publish(() => ({ _tag: "MemoryHit", key }))
    this.metrics?.memoryHit(key.keyspace)
  }

  /** A request to the second level took this long. */
  requestTook(operation: string, millis: number, end: RequestEnd): void {
    this.metrics?.requestTook(operation, millis, end)
  }
}
