/**
 * What a cache of resources is made with.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { type EvictionPolicyName, evictionPolicyNames } from "../../Cache/engine/policies/EvictionPolicy.js"
import { type Metrics, metricsKind } from "../../Cache/metrics/makeMeter.js"
import { type Tracing, tracingKind } from "../../Cache/tracing/Tracing.js"

/**
 * How a cache of resources is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceCacheOptions {
  /** The most resources, a whole number or `Infinity`; `0` keeps one only while it is leased. Default 10. */
  readonly maxSize?: number | undefined
  /** Which resource goes first when there are too many. Default `"LRU"`. */
  readonly evictionPolicy?: EvictionPolicyName | undefined
  /** The name in errors, spans and logs. Default `"ResourceCache"`. */
  readonly name?: string | undefined
  /** How long a resource stays in the cache after it was built, leased or not. Default `Duration.infinity`: for ever. */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * How long a resource stays in the cache that nobody uses: since its last lease ended, or since it was asked for last.
   * A resource that is leased is in use, and so is the client under a resource, for as long as the resource is there.
   * Default `Duration.infinity`: for ever.
   */
  readonly timeToIdle?: Duration.DurationInput | undefined
  /**
   * How long the closing of the cache's scope waits for leases to end, before resources are released under them. Default
   * 5 seconds, as for clients, whose cache is closed afterwards. Put `Effect.scoped` before `Effect.provide`, so that
   * leases end before it closes.
   */
  readonly gracePeriod?: Duration.DurationInput | undefined
  /**
   * How long the `release` of a resource may take. Then it is logged and interrupted, and the client is let go all the
   * same. (What `make` acquired in its scope cannot be interrupted: it goes first.) Default 30 seconds.
   */
  readonly releaseTimeout?: Duration.DurationInput | undefined
  /** How many events a listener of `events` may be behind before it loses some. Default 1,024. */
  readonly eventCapacity?: number | undefined
  /** Whether to keep Effect `Metric`s of it (see `CacheMetrics`), labelled with the name, or
   * (`"emf"`) to write lines for CloudWatch. Default `false`. */
  readonly metrics?: Metrics | undefined
  /**
   * Whether lookups have spans: `"misses"` or `"all"`, inside another span and where a tracer is set; an object says whether
   * they have keys, too. Default `"none"`: only computations have.
   */
  readonly tracing?: Tracing | undefined
}

/** Which options a cache of resources has. */
export const resourceCacheKinds: OptionKinds<ResourceCacheOptions> = {
  maxSize: "limit",
  evictionPolicy: evictionPolicyNames,
  name: "text",
  timeToLive: "duration",
  timeToIdle: "duration",
  gracePeriod: "duration",
  releaseTimeout: "duration",
  eventCapacity: "count",
  metrics: metricsKind,
  tracing: tracingKind
}
