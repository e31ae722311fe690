/**
 * One resource per definition, configuration and options.
 *
 * @since 1.0.0
 */
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Types from "effect/Types"
import type { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { checkOptions, checkValue, nameIn, unlessWrong } from "../Cache/options/checkOptions.js"
import { unwrapOptions } from "../Cache/options/unwrapOptions.js"
import { orThrow } from "../effect/plainEither.js"
import type { ClientCacheService } from "./client/ClientCacheService.js"
import { fakesKind } from "./client/ClientFake.js"
import { ClientCache, ClientCacheLive } from "./ClientCache.js"
import { makeResourceCache, makeResourceCacheWith } from "./resource/makeResourceCache.js"
import type { ResourceCacheOptions } from "./resource/ResourceCacheOptions.js"
import type { ResourceCacheService } from "./resource/ResourceCacheService.js"
import { accessors, type ResourceCacheVerbs } from "./resource/ResourceCacheVerbs.js"
import type { ResourceDefinition } from "./resource/ResourceDefinition.js"
import { fakeResourceBuilder, noFake, type ResourceFake, resourceFake } from "./resource/ResourceFake.js"
import type { ClientClass } from "./sdk/AwsClient.js"

/**
 * What a class of resource caches has besides verbs: how a cache is made, as a value and as a layer, over the cache of
 * clients that is `Clients`.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceCacheLayers<in Self, out Clients> {
  /**
   * Makes a cache of resources over the cache of clients that the context provides. It lives as long as the scope, which
   * must be closed before that of the clients. When it closes, leases are waited for as long as the grace period, and
   * then every resource it built is released.
   *
   * Fails with `CacheConfigError` for an option it cannot accept.
   */
  readonly make: (
    options?: ResourceCacheOptions | undefined
  ) => Effect.Effect<ResourceCacheService, CacheConfigError, Clients | Scope.Scope>
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
   */
  readonly layer: (options?: ResourceCacheOptions | undefined) => Layer.Layer<Self, CacheConfigError, Clients>
  /**
   * A cache of resources whose options are read from `Config`.
   */
  readonly layerConfig: (
    config: Config.Config.Wrap<ResourceCacheOptions>
  ) => Layer.Layer<Self, CacheConfigError | ConfigError.ConfigError, Clients>
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
   */
  readonly layerTest: (
    fakes: ReadonlyArray<ResourceFake>,
    options?: ResourceCacheOptions | undefined
  ) => Layer.Layer<Self, CacheConfigError>
  /**
   * A fake for `layerTest`.
   *
   * @param definition what it stands in for
   * @param make makes one resource for each distinct key; it is given the client's configuration, normalised, and the
   *   options of the resource
   */
  readonly fake: <Ctor extends ClientClass, Options, Resource>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    make: (config: Readonly<Record<string, unknown>>, options: Options) => Types.NoInfer<Resource>
  ) => ResourceFake
}

/**
 * The base of a class of resource caches, see `ResourceCache.Service`: a tag, the verbs of a cache, and its layers.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceCacheServiceClass<Self, Id extends string, Clients = ClientCache>
  extends Context.TagClass<Self, Id, ResourceCacheService>, ResourceCacheVerbs<Self>, ResourceCacheLayers<Self, Clients>
{}

const layersOf = <Self, Clients>(
  tag: Context.Tag<Self, ResourceCacheService>,
  clients: Context.Tag<Clients, ClientCacheService>,
  name: string
): ResourceCacheLayers<Self, Clients> => {
  const making = { otherwise: name }
  const make = (options: ResourceCacheOptions = {}) =>
    Effect.flatMap(clients, (clients) => makeResourceCache(options, clients, making))
  return {
    make,
    layer: (options) => Layer.scoped(tag, make(options)),
    layerConfig: (config) => Layer.scoped(tag, Effect.flatMap(unwrapOptions(name, config), make)),
    layerTest: (fakes, options = {}) =>
      Layer.scoped(
        tag,
        unlessWrong(
          checkValue(nameIn(options, name), "fakes", fakes, fakesKind),
          Effect.suspend(() =>
            makeResourceCacheWith(options, fakeResourceBuilder(fakes, noFake(`${name}.layerTest`)), making)
          )
        )
      ),
    fake: resourceFake
  }
}

/**
 * What a class of resource caches is made with.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceCacheServiceOptions<in out Clients> {
  /** The cache of clients that its resources lease their clients from. Default `ClientCache`. */
  readonly clients: Context.Tag<Clients, ClientCacheService>
}

const serviceKinds = { clients: { accepted: "a class made by ClientCache.Service", accepts: Context.isTag } }

const classOf = <Self, const Id extends string, Clients>(
  id: Id,
  clients: Context.Tag<Clients, ClientCacheService>
): ResourceCacheServiceClass<Self, Id, Clients> => {
  const tag = Context.Tag(id)<Self, ResourceCacheService>()
  return Object.assign(tag, accessors(tag), layersOf(tag, clients, id))
}

const service = <Self>() => {
  function define<const Id extends string>(id: Id): ResourceCacheServiceClass<Self, Id>
  function define<const Id extends string, Clients>(
    id: Id,
    options: ResourceCacheServiceOptions<Clients>
  ): ResourceCacheServiceClass<Self, Id, Clients>
  function define<const Id extends string, Clients>(id: Id, options?: ResourceCacheServiceOptions<Clients>) {
    orThrow(checkValue("ResourceCache.Service", "id", id, "name"))
    if (options === undefined) return classOf<Self, Id, ClientCache>(id, ClientCache)
    orThrow(checkOptions(id, options, serviceKinds))
    return classOf<Self, Id, Clients>(id, options.clients)
  }
  return define
}

const tag = Context.Tag("effect-aws-cache/ResourceCache")<ResourceCache, ResourceCacheService>()

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
 * @since 1.0.0
 * @category tags
 */
export class ResourceCache extends Object.assign(tag, accessors(tag), layersOf(tag, ClientCache, "ResourceCache"), {
  /**
   * Makes the base of a class of resource caches, for programs that have several: a tag of its own with the verbs and
   * the layers that `ResourceCache` has.
   *
   * The first argument is the tag's identifier, unique in the program, and the cache's name in errors, spans and
   * metrics where its options have none. The second may name the cache of clients that its layers stand on, by its
   * class; it is `ClientCache` otherwise. Throws `CacheConfigError` for a blank identifier, and for what is no class of
   * client caches.
   *
   * @example
   * ```ts
   * import { Effect, Layer } from "effect"
   * import { ClientCache, DynamoDBDocumentResource, ResourceCache } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * class TableClients extends ClientCache.Service<TableClients>()("app/TableClients") {}
   * class Tables extends ResourceCache.Service<Tables>()("app/Tables", { clients: TableClients }) {}
   *
   * const program = Effect.gen(function*() {
   *   yield* Tables.resource(DynamoDBDocumentResource, { region: "us-west-2" })
   *   return [yield* Tables.size, yield* TableClients.size]
   * }).pipe(Effect.provide(Layer.provideMerge(Tables.layer(), TableClients.layer())))
   *
   * assert.deepEqual(await Effect.runPromise(program), [1, 1])
   * ```
   */
  Service: service
}) {}

/**
 * The default cache of resources: at most 10, the least recently used one leaves first; over `ClientCacheLive`. A program
 * that is provided with both layers at once has one cache of clients.
 *
 * @since 1.0.0
 * @category layers
 */
export const ResourceCacheLive: Layer.Layer<ResourceCache> = Layer.provide(
  Layer.orDie(ResourceCache.layer()),
  ClientCacheLive
)
