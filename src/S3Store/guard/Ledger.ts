/**
 * Keeps account of what happens in an `S3Cache`.
 */
import type { EventHub } from "../../Cache/events/EventHub.js"
import { type Labels, labels, update } from "../../effect/metrics.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { S3CacheEvent } from "./S3CacheEvent.js"
import * as S3CacheMetrics from "./S3CacheMetrics.js"

/** Counts events, hands them to whoever listens, and keeps metrics if wanted. Synchronous, and never fails. */
export class Ledger {
  private readonly counts = new Map<S3CacheEvent["_tag"], number>()
  private readonly hub: EventHub<S3CacheEvent>
  private readonly metricsOf: string | undefined
  private readonly tags: Labels
  private memoryHits = 0
  /** How many entries were removed since their time was over. */
  expired = 0
  /** How many computations failed or died. */
  computationFailures = 0

  /** @param metricsOf the name of the cache, if metrics are kept */
  constructor(hub: EventHub<S3CacheEvent>, metricsOf: string | undefined) {
    this.hub = hub
    this.metricsOf = metricsOf
    this.tags = labels({ cache: metricsOf ?? "" })
  }

  /** How many events there were of a kind. */
  count(tag: S3CacheEvent["_tag"]): number {
    return tag === "MemoryHit" ? this.memoryHits : this.counts.get(tag) ?? 0
  }

  /** Something happened. */
  record(event: S3CacheEvent): void {
    this.counts.set(event._tag, (this.counts.get(event._tag) ?? 0) + 1)
    if (event._tag === "Removed" && event.reason === "expired") this.expired++
    this.hub.publish(() => event)
    if (event._tag === "ComputationEnded" && event.cause !== undefined) this.computationFailures++
    if (this.metricsOf === undefined) return
    update(S3CacheMetrics.events, 1, labels({ cache: this.metricsOf, event: event._tag }))
    if (event._tag === "ComputationEnded") update(S3CacheMetrics.computationMillis, event.millis, this.tags)
  }

  /** A lookup was answered from memory: by far the most frequent event, made only if somebody listens. */
  memoryHit(key: AnyKey): void {
    this.memoryHits++
    if (this.hub.isHeard) this.hub.publish(() => ({ _tag: "MemoryHit", key }))
    if (this.metricsOf === undefined) return
    update(S3CacheMetrics.events, 1, labels({ cache: this.metricsOf, event: "MemoryHit" }))
  }

  /** A request to the second level took this long. */
  requestTook(operation: string, millis: number): void {
    if (this.metricsOf === undefined) return
    update(S3CacheMetrics.requestMillis, millis, labels({ cache: this.metricsOf, operation }))
  }
}
