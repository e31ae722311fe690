/**
 * What can be asked of a cache of resources.
 *
 * @since 1.0.0
 */
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import type { Settled, SettleOptions } from "../../Cache/background/Settled.js"
import type { CacheConfigError, CacheExistsError, CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import type { LeasedStoreEvent } from "../../Cache/events/StoreEvent.js"
import type { LeasedEntryInfo } from "../../Cache/LeasedStore.js"
import type { ResourceValueError } from "../errors/ResourceErrors.js"
import type { ClientClass, OptionalConfig } from "../sdk/AwsClient.js"
import type { ResourceError } from "./ResourceBuilder.js"
import type { ResourceCacheKey } from "./ResourceCacheKey.js"
import type { ResourceCacheStats } from "./ResourceCacheStats.js"
import type { ResourceArguments, ResourceDefinition, ResourceOptionsArguments } from "./ResourceDefinition.js"

/**
 * What can be asked of a cache of resources: of a `ResourceCacheService`, where it needs nothing, and of the class of a
 * service, such as `ResourceCache` itself, where it needs that service (`R`).
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceCacheVerbs<out R> {
  /**
   * The resource of a definition. It is built when there is none, once for all who ask meanwhile. A failed build is not
   * kept. Nobody gives this handle back: the resource can be released as soon as it leaves the cache, so use
   * `withResource` or `lease` for resources that have a `release`.
   *
   * Fails with `ClientBuildError` when the client cannot be loaded or built, and with `ResourceBuildError` when the
   * definition's `make` fails. Dies with `CacheKeyError` of a configuration or options that make no key (see
   * `ResourceCacheKey.makeEither`): it is a mistake of the program.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { DynamoDBDocumentResource, ResourceCache, ResourceCacheLive } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const documents = yield* ResourceCache.resource(DynamoDBDocumentResource, { region: "us-west-2" })
   *   const same = yield* ResourceCache.resource(DynamoDBDocumentResource, { region: "us-west-2" })
   *   return documents === same
   * }).pipe(Effect.provide(ResourceCacheLive))
   *
   * assert.equal(await Effect.runPromise(program), true)
   * ```
   *
   * @param definition what kind of resource it is
   * @param args what the constructor of the client takes, and the options of the resource
   */
  readonly resource: <Ctor extends ClientClass, Options, Resource>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    ...args: ResourceArguments<Ctor, Options>
  ) => Effect.Effect<Resource, ResourceError, R>
  /**
   * The resource as `resource` gives it, leased until the scope closes: it is not released before. A scope has one lease
   * of a resource at most. It fails as `resource` does.
   */
  readonly lease: <Ctor extends ClientClass, Options, Resource>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    ...args: ResourceArguments<Ctor, Options>
  ) => Effect.Effect<Resource, ResourceError, R | Scope.Scope>
  /**
   * Uses the resource that `resource` gives, leased as long as the effect runs. It fails as `resource` does, and as the
   * effect does.
   *
   * @param definition what kind of resource it is
   * @param config what the constructor of the client takes
   * @param f what is done with the resource
   * @param options the options of the resource
   */
  readonly withResource: <Ctor extends ClientClass, Options, Resource, A, E, R2>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    config: OptionalConfig<Ctor>,
    f: (resource: Resource) => Effect.Effect<A, E, R2>,
    ...options: ResourceOptionsArguments<Options>
  ) => Effect.Effect<A, E | ResourceError, R | R2>
  /**
   * The key under which the resource is in the cache that `resource` gives; with what a session adds to its configuration,
   * if the cache is a session's. Loads and builds nothing.
   */
  readonly resourceKey: <Ctor extends ClientClass, Options, Resource>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    ...args: ResourceArguments<Ctor, Options>
  ) => Effect.Effect<ResourceCacheKey<Resource>, never, R>
  /**
   * The resource under a key, leased until the scope closes. Fails with `CacheNotFoundError` when there is none; it
   * builds nothing.
   */
  readonly leaseKey: <Resource>(
    key: ResourceCacheKey<Resource>
  ) => Effect.Effect<Resource, CacheNotFoundError, R | Scope.Scope>
  /**
   * The resource under a key. Fails with `CacheNotFoundError` when there is none; it builds nothing.
   */
  readonly get: <Resource>(key: ResourceCacheKey<Resource>) => Effect.Effect<Resource, CacheNotFoundError, R>
  /**
   * The resource under a key, if there is one.
   */
  readonly getOption: <Resource>(key: ResourceCacheKey<Resource>) => Effect.Effect<Option.Option<Resource>, never, R>
  /**
   * The resources under keys, if there are any, in the order of the keys, each as `getOption` gives it.
   */
  readonly getMany: <Resource>(
    keys: Iterable<ResourceCacheKey<Resource>>
  ) => Effect.Effect<ReadonlyArray<Option.Option<Resource>>, never, R>
  /**
   * Puts in a resource that the caller made and keeps: the cache does not release it.
   *
   * Fails with `CacheExistsError` when there is one under the key, and with `ResourceValueError` for what the key's
   * definition does not take for a resource.
   */
  readonly add: <Resource>(
    key: ResourceCacheKey<Resource>,
    resource: Types.NoInfer<Resource>
  ) => Effect.Effect<void, CacheExistsError | ResourceValueError, R>
  /**
   * Like `add`, but takes the place of a resource that is there, which is released if the cache built it.
   */
  readonly set: <Resource>(
    key: ResourceCacheKey<Resource>,
    resource: Types.NoInfer<Resource>
  ) => Effect.Effect<void, ResourceValueError, R>
  /** Whether there is a resource under a key. Does not count as a use. */
  readonly has: (key: ResourceCacheKey<unknown>) => Effect.Effect<boolean, never, R>
  /**
   * Whether there are resources under keys, in their order: one step, or pieces of 512. This is no use.
   */
  readonly hasMany: (keys: Iterable<ResourceCacheKey<unknown>>) => Effect.Effect<ReadonlyArray<boolean>, never, R>
  /** The resource under a key, if there is one. Does not count as a use, nor in `stats`. */
  readonly peek: <Resource>(key: ResourceCacheKey<Resource>) => Effect.Effect<Option.Option<Resource>, never, R>
  /**
   * What there is to know of the resource under a key, if there is one: when it expires, when it was used last, how many
   * leases it has. This is no use, and it is not counted.
   */
  readonly peekEntry: <Resource>(
    key: ResourceCacheKey<Resource>
  ) => Effect.Effect<Option.Option<LeasedEntryInfo<Resource>>, never, R>
  /**
   * How long the resource under a key still stays if nobody uses it until then, `Duration.infinity` for one that does not
   * expire. Fails with `CacheNotFoundError` when there is none. It changes nothing.
   */
  readonly timeToLive: (
    key: ResourceCacheKey<unknown>
  ) => Effect.Effect<Duration.Duration, CacheNotFoundError, R>
  /**
   * Lets the resource under a key stay this long from now, leased or not; zero lets it leave at once, `Duration.infinity`
   * lets it stay for ever. Fails with `CacheNotFoundError` when there is none. This is no use.
   */
  readonly setTimeToLive: (
    key: ResourceCacheKey<unknown>,
    timeToLive: Duration.DurationInput
  ) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Lets the resource under a key stay until a moment, in milliseconds since the epoch; one that has passed lets it leave at
   * once, `Infinity` lets it stay for ever. Fails with `CacheNotFoundError` when there is none. This is no use.
   */
  readonly setExpiresAt: (
    key: ResourceCacheKey<unknown>,
    millis: number
  ) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Removes a resource, which is released when nobody leases it any more. Fails with `CacheNotFoundError` when there is
   * none. A build of it that is under way is not kept.
   */
  readonly remove: (key: ResourceCacheKey<unknown>) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Removes the resources under keys, and returns how many there were: one step, or pieces of 512.
   */
  readonly removeMany: (keys: Iterable<ResourceCacheKey<unknown>>) => Effect.Effect<number, never, R>
  /**
   * Sees to it that there is no resource under a key, whether there was one or not: who asks for it next has a new one built.
   * It goes as with `remove`. A build of it that is under way is not kept.
   */
  readonly invalidate: (key: ResourceCacheKey<unknown>) => Effect.Effect<void, never, R>
  /**
   * Removes the resource under a key if a predicate holds for it, and returns whether it did. One step; what the predicate
   * throws is a defect that changes nothing. This is no use.
   */
  readonly invalidateWhen: <Resource>(
    key: ResourceCacheKey<Resource>,
    predicate: (resource: Resource) => boolean
  ) => Effect.Effect<boolean, never, R>
  /**
   * Lets the time to live of the resource under a key end now: as `invalidate`, but it is counted as expired.
   */
  readonly expire: (key: ResourceCacheKey<unknown>) => Effect.Effect<void, never, R>
  /**
   * Removes a resource and leases it until the scope closes; then it is released.
   */
  readonly pop: <Resource>(
    key: ResourceCacheKey<Resource>
  ) => Effect.Effect<Resource, CacheNotFoundError, R | Scope.Scope>
  /**
   * Removes the resource that is next to be evicted, and leases it until the scope closes; then it is released.
   */
  readonly popVictim: Effect.Effect<
    Option.Option<readonly [key: ResourceCacheKey<unknown>, resource: unknown]>,
    never,
    R | Scope.Scope
  >
  /**
   * Removes every resource, and returns how many there were.
   */
  readonly clear: Effect.Effect<number, never, R>
  /**
   * Lets the resources leave that have expired, and returns how many that were. It is seldom needed: they leave by
   * themselves, within a second.
   */
  readonly purge: Effect.Effect<number, never, R>
  /** A snapshot of the keys, the next victim first. Does not count as a use. */
  readonly keys: Effect.Effect<ReadonlyArray<ResourceCacheKey<unknown>>, never, R>
  /** A snapshot of the resources, the next victim first. Does not count as a use. */
  readonly values: Effect.Effect<ReadonlyArray<unknown>, never, R>
  /** A snapshot of the entries, the next victim first. Does not count as a use. */
  readonly entries: Effect.Effect<
    ReadonlyArray<readonly [key: ResourceCacheKey<unknown>, resource: unknown]>,
    never,
    R
  >
  /**
   * How many resources there are.
   */
  readonly size: Effect.Effect<number, never, R>
  /**
   * Changes the limit, a whole number or `Infinity`. What no longer fits is evicted at once. Fails with `CacheConfigError`
   * for a limit it cannot accept, and then nothing has changed.
   */
  readonly resize: (
    limits: { readonly maxSize?: number | undefined }
  ) => Effect.Effect<void, CacheConfigError, R>
  /**
   * The limit as it is now, `Infinity` for none.
   */
  readonly limits: Effect.Effect<{ readonly maxSize: number }, never, R>
  /**
   * Waits until the builds and releases have ended that are under way, but no longer than
   * `within`; it tells what goes on then. It interrupts nothing, and waits for no lease.
   */
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled, never, R>
  /**
   * What was counted since the cache was made, and what it holds now.
   */
  readonly stats: Effect.Effect<ResourceCacheStats, never, R>
  /**
   * What happens from now on: builds, resources that enter and leave, and those that are released (`Released`). It never
   * blocks the cache: a listener that is too slow loses what comes while it is behind. It ends with the cache.
   */
  readonly events: Stream.Stream<LeasedStoreEvent<ResourceCacheKey<unknown>>, never, R>
}

/** What can be asked of a cache of resources, asked of the one that the context provides. */
export const accessors = <Self>(
  tag: Context.ReadonlyTag<Self, ResourceCacheVerbs<never>>
): ResourceCacheVerbs<Self> => ({
  resource: (definition, ...args) => Effect.flatMap(tag, (cache) => cache.resource(definition, ...args)),
  lease: (definition, ...args) => Effect.flatMap(tag, (cache) => cache.lease(definition, ...args)),
  withResource: (definition, config, f, ...options) =>
    Effect.flatMap(tag, (cache) => cache.withResource(definition, config, f, ...options)),
  resourceKey: (definition, ...args) => Effect.flatMap(tag, (cache) => cache.resourceKey(definition, ...args)),
  leaseKey: (key) => Effect.flatMap(tag, (cache) => cache.leaseKey(key)),
  get: (key) => Effect.flatMap(tag, (cache) => cache.get(key)),
  getOption: (key) => Effect.flatMap(tag, (cache) => cache.getOption(key)),
  getMany: (keys) => Effect.flatMap(tag, (cache) => cache.getMany(keys)),
  add: (key, resource) => Effect.flatMap(tag, (cache) => cache.add(key, resource)),
  set: (key, resource) => Effect.flatMap(tag, (cache) => cache.set(key, resource)),
  has: (key) => Effect.flatMap(tag, (cache) => cache.has(key)),
  hasMany: (keys) => Effect.flatMap(tag, (cache) => cache.hasMany(keys)),
  peek: (key) => Effect.flatMap(tag, (cache) => cache.peek(key)),
  peekEntry: (key) => Effect.flatMap(tag, (cache) => cache.peekEntry(key)),
  timeToLive: (key) => Effect.flatMap(tag, (cache) => cache.timeToLive(key)),
  setTimeToLive: (key, timeToLive) => Effect.flatMap(tag, (cache) => cache.setTimeToLive(key, timeToLive)),
  setExpiresAt: (key, millis) => Effect.flatMap(tag, (cache) => cache.setExpiresAt(key, millis)),
  remove: (key) => Effect.flatMap(tag, (cache) => cache.remove(key)),
  removeMany: (keys) => Effect.flatMap(tag, (cache) => cache.removeMany(keys)),
  invalidate: (key) => Effect.flatMap(tag, (cache) => cache.invalidate(key)),
  invalidateWhen: (key, predicate) => Effect.flatMap(tag, (cache) => cache.invalidateWhen(key, predicate)),
  expire: (key) => Effect.flatMap(tag, (cache) => cache.expire(key)),
  pop: (key) => Effect.flatMap(tag, (cache) => cache.pop(key)),
  popVictim: Effect.flatMap(tag, (cache) => cache.popVictim),
  clear: Effect.flatMap(tag, (cache) => cache.clear),
  purge: Effect.flatMap(tag, (cache) => cache.purge),
  keys: Effect.flatMap(tag, (cache) => cache.keys),
  values: Effect.flatMap(tag, (cache) => cache.values),
  entries: Effect.flatMap(tag, (cache) => cache.entries),
  size: Effect.flatMap(tag, (cache) => cache.size),
  resize: (limits) => Effect.flatMap(tag, (cache) => cache.resize(limits)),
  limits: Effect.flatMap(tag, (cache) => cache.limits),
  settle: (options) => Effect.flatMap(tag, (cache) => cache.settle(options)),
  stats: Effect.flatMap(tag, (cache) => cache.stats),
  events: Stream.unwrap(Effect.map(tag, (cache) => cache.events))
})
