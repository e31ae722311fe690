/**
 * A cache of resources, as a value.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { EvictionPolicyName } from "../../Cache/engine/policies/EvictionPolicy.js"
import { evictionPolicyNames } from "../../Cache/engine/policies/EvictionPolicy.js"
import type {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError
} from "../../Cache/errors/CacheErrors.js"
import type { LeasedStoreEvent } from "../../Cache/events/StoreEvent.js"
import type { ResourceValueError } from "../errors/ResourceErrors.js"
import type { ClientClass, OptionalConfig } from "../sdk/AwsClient.js"
import type { ResourceError } from "./ResourceBuilder.js"
import type { ResourceCacheKey } from "./ResourceCacheKey.js"
import type { ResourceArguments, ResourceDefinition, ResourceOptionsArguments } from "./ResourceDefinition.js"

/**
 * How a cache of resources is made.
 *
 * @since 0.1.0
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
  /** Whether to keep Effect `Metric`s of it (see `CacheMetrics`), tagged with the name. Default `false`. */
  readonly metrics?: boolean | undefined
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
  metrics: "flag"
}

/**
 * What a cache of resources has counted since it was made, and what it holds now.
 *
 * @since 0.1.0
 * @category models
 */
export interface ResourceCacheStats {
  /** Resources built. */
  readonly built: number
  /** Lookups that found a resource. */
  readonly hits: number
  /** Lookups that did not. */
  readonly misses: number
  /** Those of the misses that joined a build under way instead of starting one. */
  readonly coalesced: number
  /** Resources that left to make room. */
  readonly evictions: number
  /** Builds under way. */
  readonly inFlight: number
  /** Resources in the cache. */
  readonly size: number
  /** The most resources. */
  readonly maxSize: number
  /** Resources in the cache that are leased. */
  readonly leased: number
  /** Resources that are not in the cache any more, but leased. */
  readonly retired: number
  /** Resources whose release is under way or waits for its turn. */
  readonly releasing: number
  /** Each resource in the cache, the next victim first. */
  readonly resources: ReadonlyArray<ResourceFigures>
}

/**
 * A resource in a cache.
 *
 * @since 0.1.0
 * @category models
 */
export interface ResourceFigures {
  /** Its key, printed. */
  readonly key: string
  /** How many leases there are; a scope has one at most. */
  readonly leases: number
  /** Whether it is the caller's: it is not released, and leases no client. */
  readonly borrowed: boolean
}

/**
 * A cache of resources.
 *
 * A resource holds a lease on its client, so a client stays usable as long as a resource over it is in the cache, or is
 * leased, whatever happens in the cache of clients. When a resource has left the cache and nobody leases it any more, it
 * is released, and then its client is let go. Resources that callers made (`add`, `set`) are not touched.
 *
 * A client that is evicted while a resource still holds it has no place in the cache of clients any more: who asks for
 * it then gets a second one. So let the cache of clients be at least as large as the cache of resources; there can be
 * as many clients as both together hold.
 *
 * @since 0.1.0
 * @category models
 */
export interface ResourceCacheService {
  /** The name in errors, spans and logs. Optional so that mocks need none. */
  readonly name?: string | undefined
  /**
   * The resource of a definition for a configuration and options; built when there is none. All who ask for it meanwhile
   * share one build. Nobody gives this handle back: the resource can be released as soon as it leaves the cache.
   */
  readonly resource: <Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: ResourceArguments<Ctor, Options>
  ) => Effect.Effect<R, ResourceError>
  /** The resource as `resource` gives it, leased until the scope closes. A scope has one lease of it at most. */
  readonly lease: <Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: ResourceArguments<Ctor, Options>
  ) => Effect.Effect<R, ResourceError, Scope.Scope>
  /**
   * As `lease`, for what is built over a cache of resources: configuration and options are checked when it is called, not
   * by their types.
   */
  readonly leaseWith: <Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    configuration: unknown,
    options: unknown
  ) => Effect.Effect<R, ResourceError, Scope.Scope>
  /** As `withResource`, in the same way. */
  readonly useWith: <Ctor extends ClientClass, Options, R, A, E, R2>(
    definition: ResourceDefinition<Ctor, Options, R>,
    configuration: unknown,
    options: unknown,
    f: (resource: R) => Effect.Effect<A, E, R2>
  ) => Effect.Effect<A, E | ResourceError, R2>
  /** Uses the resource that `resource` gives, leased as long as `f` runs. This is the cheapest lease, without a scope. */
  readonly withResource: <Ctor extends ClientClass, Options, R, A, E, R2>(
    definition: ResourceDefinition<Ctor, Options, R>,
    config: OptionalConfig<Ctor>,
    f: (resource: R) => Effect.Effect<A, E, R2>,
    ...options: ResourceOptionsArguments<Options>
  ) => Effect.Effect<A, E | ResourceError, R2>
  /** The resource under a key, leased until the scope closes. */
  readonly leaseKey: <R>(key: ResourceCacheKey<R>) => Effect.Effect<R, CacheNotFoundError, Scope.Scope>
  /** The resource under a key. */
  readonly get: <R>(key: ResourceCacheKey<R>) => Effect.Effect<R, CacheNotFoundError>
  /** The resource under a key, if there is one. */
  readonly getOption: <R>(key: ResourceCacheKey<R>) => Effect.Effect<Option.Option<R>>
  /** Puts in a resource of the caller's; fails when there is one under the key. */
  readonly add: <R>(
    key: ResourceCacheKey<R>,
    resource: Types.NoInfer<R>
  ) => Effect.Effect<void, CacheExistsError | CacheKeyError | ResourceValueError>
  /** Puts in a resource of the caller's, whether there was one or not. */
  readonly set: <R>(
    key: ResourceCacheKey<R>,
    resource: Types.NoInfer<R>
  ) => Effect.Effect<void, CacheKeyError | ResourceValueError>
  /** Whether there is a resource under a key. Does not count as a use. */
  readonly has: (key: ResourceCacheKey<unknown>) => Effect.Effect<boolean>
  /** The resource under a key, if there is one. Does not count as a use, nor in `stats`. */
  readonly peek: <R>(key: ResourceCacheKey<R>) => Effect.Effect<Option.Option<R>>
  /** Removes a resource. */
  readonly remove: (key: ResourceCacheKey<unknown>) => Effect.Effect<void, CacheNotFoundError>
  /** Removes a resource and leases it until the scope closes. */
  readonly pop: <R>(key: ResourceCacheKey<R>) => Effect.Effect<R, CacheNotFoundError, Scope.Scope>
  /** Removes the resource that is next to be evicted, and leases it until the scope closes. */
  readonly popVictim: Effect.Effect<
    Option.Option<readonly [key: ResourceCacheKey<unknown>, resource: unknown]>,
    never,
    Scope.Scope
  >
  /** Removes every resource. */
  readonly clear: Effect.Effect<void>
  /** A snapshot of the keys, the next victim first. Does not count as a use. */
  readonly keys: Effect.Effect<ReadonlyArray<ResourceCacheKey<unknown>>>
  /** A snapshot of the resources, the next victim first. Does not count as a use. */
  readonly values: Effect.Effect<ReadonlyArray<unknown>>
  /** A snapshot of the entries, the next victim first. Does not count as a use. */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: ResourceCacheKey<unknown>, resource: unknown]>>
  /** How many resources there are. */
  readonly size: Effect.Effect<number>
  /** Changes the limit; what no longer fits leaves at once. A bad limit changes nothing. */
  readonly resize: (maxSize: number) => Effect.Effect<void, CacheConfigError>
  /** What was counted, and what is held now. */
  readonly stats: Effect.Effect<ResourceCacheStats>
  /**
   * What happens from now on: builds, resources that enter and leave, and those that are released (`Released`). It never
   * blocks the cache: a listener that is too slow loses what comes while it is behind. It ends with the cache.
   */
  readonly events: Stream.Stream<LeasedStoreEvent<ResourceCacheKey<unknown>>>
}
