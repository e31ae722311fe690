/**
 * One resource per definition, configuration and options.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import type {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError
} from "../Cache/errors/CacheErrors.js"
import type { LeasedStoreEvent } from "../Cache/events/StoreEvent.js"
import { checkValue, nameIn, unlessWrong } from "../Cache/options/checkOptions.js"
import { unwrapOptions } from "../Cache/options/unwrapOptions.js"
import { fakesKind } from "./client/ClientFake.js"
import { ClientCache, ClientCacheLive } from "./ClientCache.js"
import type { ResourceValueError } from "./errors/ResourceErrors.js"
import { makeResourceCache, makeResourceCacheWith } from "./resource/makeResourceCache.js"
import type { ResourceError } from "./resource/ResourceBuilder.js"
import type { ResourceCacheKey } from "./resource/ResourceCacheKey.js"
import type { ResourceCacheOptions, ResourceCacheService, ResourceCacheStats } from "./resource/ResourceCacheService.js"
import type { ResourceArguments, ResourceDefinition, ResourceOptionsArguments } from "./resource/ResourceDefinition.js"
import { fakeResourceBuilder, noFake, type ResourceFake, resourceFake } from "./resource/ResourceFake.js"
import type { ClientClass, OptionalConfig } from "./sdk/AwsClient.js"

/**
 * A bounded cache of resources, higher-level objects over clients of the `ClientCache`: one per definition, client
 * configuration and options. What a resource is, its `ResourceDefinition` says.
 *
 * A resource leases its client, so that the client is let go only after the resource (see `ResourceCacheService`).
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { DynamoDBDocumentResource, ResourceCache, ResourceCacheLive } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = ResourceCache.withResource(
 *   DynamoDBDocumentResource,
 *   { region: "us-west-2" },
 *   (documents) => Effect.tryPromise(() => documents.get({ TableName: "users", Key: { id: "ada" } }))
 * ).pipe(
 *   Effect.map(({ Item }) => Item),
 *   Effect.provide(ResourceCacheLive)
 * )
 *
 * assert.deepEqual(await Effect.runPromise(program), { id: "ada", name: "Ada" })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class ResourceCache
  extends Context.Tag("effect-aws-cache/ResourceCache")<ResourceCache, ResourceCacheService>()
{
  /**
   * The resource of a definition. It is built when there is none, once for all who ask meanwhile. A failed build is not
   * kept. Nobody gives this handle back: the resource can be released as soon as it leaves the cache, so use
   * `withResource` or `lease` for resources that have a `release`.
   *
   * Fails with `CacheKeyError` for a configuration or options that make no key (see `ResourceCacheKey.make`), with
   * `ClientBuildError` when the client cannot be loaded or built, and with `ResourceBuildError` when the definition's
   * `make` fails.
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
   * @since 0.1.0
   */
  static resource<Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: ResourceArguments<Ctor, Options>
  ): Effect.Effect<R, ResourceError, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.resource(definition, ...args))
  }

  /**
   * The resource as `resource` gives it, leased until the scope closes: it is not released before. A scope has one lease
   * of a resource at most. It fails as `resource` does.
   *
   * @since 0.1.0
   */
  static lease<Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: ResourceArguments<Ctor, Options>
  ): Effect.Effect<R, ResourceError, ResourceCache | Scope.Scope> {
    return Effect.flatMap(ResourceCache, (cache) => cache.lease(definition, ...args))
  }

  /**
   * Uses the resource that `resource` gives, leased as long as the effect runs. It fails as `resource` does, and as the
   * effect does.
   *
   * @param definition what kind of resource it is
   * @param config what the constructor of the client takes
   * @param f what is done with the resource
   * @param options the options of the resource
   * @since 0.1.0
   */
  static withResource<Ctor extends ClientClass, Options, R, A, E, R2>(
    definition: ResourceDefinition<Ctor, Options, R>,
    config: OptionalConfig<Ctor>,
    f: (resource: R) => Effect.Effect<A, E, R2>,
    ...options: ResourceOptionsArguments<Options>
  ): Effect.Effect<A, E | ResourceError, R2 | ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.withResource(definition, config, f, ...options))
  }

  /**
   * The resource under a key, leased until the scope closes. Fails with `CacheNotFoundError` when there is none; it
   * builds nothing.
   *
   * @since 0.1.0
   */
  static leaseKey<R>(key: ResourceCacheKey<R>): Effect.Effect<R, CacheNotFoundError, ResourceCache | Scope.Scope> {
    return Effect.flatMap(ResourceCache, (cache) => cache.leaseKey(key))
  }

  /**
   * The resource under a key. Fails with `CacheNotFoundError` when there is none; it builds nothing.
   *
   * @since 0.1.0
   */
  static get<R>(key: ResourceCacheKey<R>): Effect.Effect<R, CacheNotFoundError, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.get(key))
  }

  /**
   * The resource under a key, if there is one.
   *
   * @since 0.1.0
   */
  static getOption<R>(key: ResourceCacheKey<R>): Effect.Effect<Option.Option<R>, never, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.getOption(key))
  }

  /**
   * Puts in a resource that the caller made and keeps: the cache does not release it.
   *
   * Fails with `CacheExistsError` when there is one under the key, with `CacheKeyError` for what is no key (the key of a
   * client is none), and with `ResourceValueError` for what the key's definition does not take for a resource.
   *
   * @since 0.1.0
   */
  static add<R>(
    key: ResourceCacheKey<R>,
    resource: Types.NoInfer<R>
  ): Effect.Effect<void, CacheExistsError | CacheKeyError | ResourceValueError, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.add(key, resource))
  }

  /**
   * Like `add`, but takes the place of a resource that is there, which is released if the cache built it.
   *
   * @since 0.1.0
   */
  static set<R>(
    key: ResourceCacheKey<R>,
    resource: Types.NoInfer<R>
  ): Effect.Effect<void, CacheKeyError | ResourceValueError, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.set(key, resource))
  }

  /**
   * Whether there is a resource under a key. This is no use.
   *
   * @since 0.1.0
   */
  static has(key: ResourceCacheKey<unknown>): Effect.Effect<boolean, never, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.has(key))
  }

  /**
   * The resource under a key, if there is one. This is no use, and it is not counted.
   *
   * @since 0.1.0
   */
  static peek<R>(key: ResourceCacheKey<R>): Effect.Effect<Option.Option<R>, never, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.peek(key))
  }

  /**
   * Removes a resource, which is released when nobody leases it any more. Fails with `CacheNotFoundError` when there is
   * none. A build of it that is under way is not kept.
   *
   * @since 0.1.0
   */
  static remove(key: ResourceCacheKey<unknown>): Effect.Effect<void, CacheNotFoundError, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.remove(key))
  }

  /**
   * Removes a resource and leases it until the scope closes; then it is released.
   *
   * @since 0.1.0
   */
  static pop<R>(key: ResourceCacheKey<R>): Effect.Effect<R, CacheNotFoundError, ResourceCache | Scope.Scope> {
    return Effect.flatMap(ResourceCache, (cache) => cache.pop(key))
  }

  /**
   * Removes the resource that is next to be evicted, and leases it until the scope closes; then it is released.
   *
   * @since 0.1.0
   */
  static readonly popVictim: Effect.Effect<
    Option.Option<readonly [key: ResourceCacheKey<unknown>, resource: unknown]>,
    never,
    ResourceCache | Scope.Scope
  > = Effect.suspend(() => Effect.flatMap(ResourceCache, (cache) => cache.popVictim))

  /**
   * Removes every resource.
   *
   * @since 0.1.0
   */
  static readonly clear: Effect.Effect<void, never, ResourceCache> = Effect.suspend(() =>
    Effect.flatMap(ResourceCache, (cache) => cache.clear)
  )

  /**
   * The keys, the next victim first. This is no use.
   *
   * @since 0.1.0
   */
  static readonly keys: Effect.Effect<ReadonlyArray<ResourceCacheKey<unknown>>, never, ResourceCache> = Effect.suspend(
    () => Effect.flatMap(ResourceCache, (cache) => cache.keys)
  )

  /**
   * The resources, the next victim first. This is no use.
   *
   * @since 0.1.0
   */
  static readonly values: Effect.Effect<ReadonlyArray<unknown>, never, ResourceCache> = Effect.suspend(() =>
    Effect.flatMap(ResourceCache, (cache) => cache.values)
  )

  /**
   * The keys and resources, the next victim first. This is no use.
   *
   * @since 0.1.0
   */
  static readonly entries: Effect.Effect<
    ReadonlyArray<readonly [key: ResourceCacheKey<unknown>, resource: unknown]>,
    never,
    ResourceCache
  > = Effect.suspend(() => Effect.flatMap(ResourceCache, (cache) => cache.entries))

  /**
   * How many resources there are.
   *
   * @since 0.1.0
   */
  static readonly size: Effect.Effect<number, never, ResourceCache> = Effect.suspend(() =>
    Effect.flatMap(ResourceCache, (cache) => cache.size)
  )

  /**
   * Changes the limit. What no longer fits is evicted at once. Fails with `CacheConfigError` for a limit it cannot
   * accept, and then nothing has changed.
   *
   * @param maxSize the most resources, a whole number or `Infinity`
   * @since 0.1.0
   */
  static resize(maxSize: number): Effect.Effect<void, CacheConfigError, ResourceCache> {
    return Effect.flatMap(ResourceCache, (cache) => cache.resize(maxSize))
  }

  /**
   * What was counted since the cache was made, and what it holds now.
   *
   * @since 0.1.0
   */
  static readonly stats: Effect.Effect<ResourceCacheStats, never, ResourceCache> = Effect.suspend(() =>
    Effect.flatMap(ResourceCache, (cache) => cache.stats)
  )

  /**
   * What happens from now on, with printable keys; see `ResourceCacheService`.
   *
   * @since 0.1.0
   */
  static readonly events: Stream.Stream<LeasedStoreEvent<ResourceCacheKey<unknown>>, never, ResourceCache> = Stream
    .suspend(() => Stream.unwrap(Effect.map(ResourceCache, (cache) => cache.events)))

  /**
   * A cache of resources over the cache of clients. Each call makes a layer of its own: bind it to a constant to share
   * the cache. Let the cache of clients be at least as large (see `ResourceCacheService`).
   *
   * Building it fails with `CacheConfigError` for an option it cannot accept.
   *
   * @example
   * ```ts
   * import { Effect, Layer } from "effect"
   * import { ClientCache, DynamoDBDocumentResource, ResourceCache } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * // Both caches are for the program to use.
   * const CachesLive = ResourceCache.layer({ maxSize: 20, evictionPolicy: "LFU" }).pipe(
   *   Layer.provideMerge(ClientCache.layer({ maxSize: 40 }))
   * )
   *
   * const program = Effect.gen(function*() {
   *   yield* ResourceCache.resource(DynamoDBDocumentResource, { region: "us-west-2" })
   *   return { resources: yield* ResourceCache.size, clients: yield* ClientCache.size }
   * }).pipe(Effect.provide(CachesLive))
   *
   * assert.deepEqual(await Effect.runPromise(program), { resources: 1, clients: 1 })
   * ```
   *
   * @since 0.1.0
   */
  static layer(options: ResourceCacheOptions = {}): Layer.Layer<ResourceCache, CacheConfigError, ClientCache> {
    return Layer.scoped(ResourceCache, Effect.flatMap(ClientCache, (clients) => makeResourceCache(options, clients)))
  }

  /**
   * A cache of resources whose options are read from `Config`.
   *
   * @since 0.1.0
   */
  static layerConfig(
    config: Config.Config.Wrap<ResourceCacheOptions>
  ): Layer.Layer<ResourceCache, CacheConfigError | ConfigError.ConfigError, ClientCache> {
    return Layer.unwrapEffect(Effect.map(unwrapOptions("ResourceCache", config), ResourceCache.layer))
  }

  /**
   * A cache for tests, which gives out fakes where it would build clients and resources. A definition without a fake is
   * a `ResourceBuildError`, so that nothing reaches the network by accident.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ResourceCache, ResourceDefinition } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const Greeter = ResourceDefinition.make({
   *   name: "Greeter",
   *   client: S3Client,
   *   make: () => ({ greet: (name: string) => `Hello, ${name}` })
   * })
   *
   * const program = ResourceCache.withResource(Greeter, {}, (greeter) => Effect.succeed(greeter.greet("Ada"))).pipe(
   *   Effect.provide(ResourceCache.layerTest([ResourceCache.fake(Greeter, () => ({ greet: () => "Hello, test" }))]))
   * )
   *
   * assert.equal(await Effect.runPromise(program), "Hello, test")
   * ```
   *
   * @since 0.1.0
   */
  static layerTest(
    fakes: ReadonlyArray<ResourceFake>,
    options: ResourceCacheOptions = {}
  ): Layer.Layer<ResourceCache, CacheConfigError> {
    return Layer.scoped(
      ResourceCache,
      unlessWrong(
        checkValue(nameIn(options, "ResourceCache"), "fakes", fakes, fakesKind),
        Effect.suspend(() => makeResourceCacheWith(options, fakeResourceBuilder(fakes, noFake)))
      )
    )
  }

  /**
   * A fake for `layerTest`.
   *
   * @param definition what it stands in for
   * @param make makes one resource for each distinct key; it is given the client's configuration, normalised, and the
   *   options of the resource
   * @since 0.1.0
   */
  static fake<Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    make: (config: Readonly<Record<string, unknown>>, options: Options) => Types.NoInfer<R>
  ): ResourceFake {
    return resourceFake(definition, make)
  }
}

/**
 * The default cache of resources: at most 10, the least recently used one leaves first; over `ClientCacheLive`. A program
 * that is provided with both layers at once has one cache of clients.
 *
 * @since 0.1.0
 * @category layers
 */
export const ResourceCacheLive: Layer.Layer<ResourceCache> = Layer.provide(
  Layer.orDie(ResourceCache.layer()),
  ClientCacheLive
)
