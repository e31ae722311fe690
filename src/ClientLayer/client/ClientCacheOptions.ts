/**
 * What a cache of clients is made and asked with.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { type EvictionPolicyName, evictionPolicyNames } from "../../Cache/engine/policies/EvictionPolicy.js"
import { type Metrics, metricsKind } from "../../Cache/metrics/makeMeter.js"
import { type Tracing, tracingKind } from "../../Cache/tracing/Tracing.js"
import type { ExceptionSource } from "../errors/RequestError.js"
import type { ClientOptions } from "../key/ClientOptions.js"
import type { RequestOptions } from "../request/sendCommand.js"

/**
 * How a cache of clients is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientCacheOptions {
  /** The most clients, a whole number or `Infinity`; `0` keeps none. Default 10. */
  readonly maxSize?: number | undefined
  /** Which client goes first when there are too many. Default `"LRU"`. */
  readonly evictionPolicy?: EvictionPolicyName | undefined
  /** The name in errors, spans and logs. Default `"ClientCache"`. */
  readonly name?: string | undefined
  /** How long a client stays in the cache after it was built, leased or not. Default `Duration.infinity`: for ever. */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * How long a client stays in the cache that nobody uses: since its last lease ended, or since it was asked for last
   * (`client`, `get`, `getOption`). A client that is leased is in use. What is done with a handle that nobody gives back
   * is not known, so it does not count. Default `Duration.infinity`: for ever.
   */
  readonly timeToIdle?: Duration.DurationInput | undefined
  /**
   * How long the closing of the cache's scope waits for leases to end, and then for requests and for bodies that are being
   * read, before every connection is cut. Default 5 seconds: more than most requests take, and little of the 30 seconds
   * that ECS and Kubernetes give a process to end. A lease whose scope closes only after the cache's makes it wait all that
   * time, and is logged: put `Effect.scoped` before `Effect.provide`.
   */
  readonly gracePeriod?: Duration.DurationInput | undefined
  /**
   * How long the connections of a client that has left the cache, and whose leases have ended, may take to close by
   * themselves. Then what is left of them is cut off, and requests on them fail with `ClientClosedError`. Default
   * `Duration.infinity`: only the closing of the cache's scope cuts anything off.
   */
  readonly drainTimeout?: Duration.DurationInput | undefined
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

/**
 * What a request is sent with, besides the configuration of its client: options of the client, and of the request.
 *
 * @since 1.0.0
 * @category models
 */
export type SendOptions<Client, Source extends ExceptionSource = never> =
  & ClientOptions<Client>
  & RequestOptions<Client, Source>

/** Which options a cache of clients has. */
export const clientCacheKinds: OptionKinds<ClientCacheOptions> = {
  maxSize: "limit",
  evictionPolicy: evictionPolicyNames,
  name: "text",
  timeToLive: "duration",
  timeToIdle: "duration",
  gracePeriod: "duration",
  drainTimeout: "duration",
  eventCapacity: "count",
  metrics: metricsKind,
  tracing: tracingKind
}
