/**
 * One AWS SDK client per distinct configuration.
 *
 * @since 1.0.0
 */
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { checkValue, nameIn, unlessWrong } from "../Cache/options/checkOptions.js"
import { unwrapOptions } from "../Cache/options/unwrapOptions.js"
import { orThrow } from "../effect/plainEither.js"
import { buildClient } from "./client/ClientBuilder.js"
import type { ClientCacheOptions } from "./client/ClientCacheOptions.js"
import type { ClientCacheService } from "./client/ClientCacheService.js"
import { accessors, type ClientCacheVerbs } from "./client/ClientCacheVerbs.js"
import { type ClientFake, clientFake, fakeBuilder, fakesKind } from "./client/ClientFake.js"
import { makeClientCache } from "./client/makeClientCache.js"
import type { ClientClass, ClientOf } from "./sdk/AwsClient.js"

/**
 * What a class of client caches has besides verbs: how a cache is made, as a value and as a layer.
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientCacheLayers<in Self> {
  /**
   * Makes a cache of clients that lives as long as the scope. When it closes, leases, and then requests and bodies, are
   * waited for as long as the grace period, and then every client it built is destroyed, with what is left.
   *
   * Fails with `CacheConfigError` for an option it cannot accept.
   *
   * @example
   * ```ts
   * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const clients = yield* ClientCache.make({ maxSize: 20 })
   *   const { Buckets = [] } = yield* clients.send(S3Client, { region: "us-west-2" }, new ListBucketsCommand({}))
   *   return Buckets.map(({ Name }) => Name)
   * }).pipe(Effect.scoped)
   *
   * assert.deepEqual(await Effect.runPromise(program), ["my-bucket", "reports"])
   * ```
   */
  readonly make: (
    options?: ClientCacheOptions | undefined
  ) => Effect.Effect<ClientCacheService, CacheConfigError, Scope.Scope>
  /**
   * A cache of clients. Each call makes a layer of its own: bind it to a constant to share the cache.
   *
   * Building it fails with `CacheConfigError` for an option it cannot accept.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const ClientsLive = ClientCache.layer({ maxSize: 2, timeToIdle: "10 minutes" })
   *
   * const program = Effect.gen(function*() {
   *   yield* ClientCache.client(S3Client, { region: "eu-west-1" })
   *   yield* ClientCache.client(S3Client, { region: "us-west-2" })
   *   yield* ClientCache.client(S3Client, { region: "eu-central-1" })
   *   return (yield* ClientCache.keys).map(String)
   * }).pipe(Effect.provide(ClientsLive))
   *
   * assert.deepEqual(
   *   await Effect.runPromise(program),
   *   ["S3Client(region=us-west-2)", "S3Client(region=eu-central-1)"]
   * )
   * ```
   */
  readonly layer: (options?: ClientCacheOptions | undefined) => Layer.Layer<Self, CacheConfigError>
  /**
   * A cache of clients whose options are read from `Config`.
   */
  readonly layerConfig: (
    config: Config.Config.Wrap<ClientCacheOptions>
  ) => Layer.Layer<Self, CacheConfigError | ConfigError.ConfigError>
  /**
   * A cache for tests, which gives out fakes where it would build clients. A class without a fake is a
   * `ClientBuildError`, so that nothing reaches the network by accident.
   *
   * @example
   * ```ts
   * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * class BrokenS3 extends S3Client {
   *   override send(): Promise<never> {
   *     return Promise.reject(new Error("the bucket is on fire"))
   *   }
   * }
   *
   * const ClientsTest = ClientCache.layerTest([ClientCache.fake(S3Client, () => new BrokenS3({ region: "us-east-1" }))])
   *
   * // The program under test.
   * const buckets = ClientCache.send(S3Client, {}, new ListBucketsCommand({}))
   *
   * const error = await Effect.runPromise(buckets.pipe(Effect.flip, Effect.provide(ClientsTest)))
   * assert.equal(error._tag, "RequestError")
   * ```
   */
  readonly layerTest: (
    fakes: ReadonlyArray<ClientFake>,
    options?: ClientCacheOptions | undefined
  ) => Layer.Layer<Self, CacheConfigError>
  /**
   * A fake for `layerTest`.
   *
   * @param clientClass the class it stands in for
   * @param make makes one client for each distinct configuration; it is given what the client would be built with
   */
  readonly fake: <Ctor extends ClientClass>(
    clientClass: Ctor,
    make: (config: Readonly<Record<string, unknown>>) => ClientOf<Ctor>
  ) => ClientFake
}

/**
 * The base of a class of client caches, see `ClientCache.Service`: a tag, the verbs of a cache, and its layers.
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientCacheServiceClass<Self, Id extends string>
  extends Context.TagClass<Self, Id, ClientCacheService>, ClientCacheVerbs<Self>, ClientCacheLayers<Self>
{}

const layersOf = <Self>(
  tag: Context.Tag<Self, ClientCacheService>,
  name: string
): ClientCacheLayers<Self> => {
  const making = { otherwise: name }
  const make = (options: ClientCacheOptions = {}) => makeClientCache(options, buildClient, making)
  return {
    make,
    layer: (options) => Layer.scoped(tag, make(options)),
    layerConfig: (config) => Layer.scoped(tag, Effect.flatMap(unwrapOptions(name, config), make)),
    layerTest: (fakes, options = {}) =>
      Layer.scoped(
        tag,
        unlessWrong(
          checkValue(nameIn(options, name), "fakes", fakes, fakesKind),
          Effect.suspend(() => makeClientCache(options, fakeBuilder(fakes, `${name}.layerTest`), making))
        )
      ),
    fake: clientFake
  }
}

const tag = Context.Tag("effect-aws-cache/ClientCache")<ClientCache, ClientCacheService>()

/**
 * A bounded cache of AWS SDK v3 clients: one client, with one pool of connections, per class and configuration.
 *
 * What it saves is not memory but connections: every client has its own pool, makes its own TLS handshakes and asks
 * for its own credentials. And it lets clients go without breaking what they do: a client that is evicted or removed is
 * drained after its last lease, not destroyed (see `ClientCacheService`). Clients are destroyed when the layer is
 * released.
 *
 * `destroy` of a client does nothing while the cache has it or somebody leases it: it belongs to all who share it.
 *
 * @example
 * ```ts
 * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
 * import { Effect } from "effect"
 * import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = ClientCache.send(S3Client, { region: "us-west-2" }, new ListBucketsCommand({})).pipe(
 *   Effect.map(({ Buckets = [] }) => Buckets.map(({ Name }) => Name)),
 *   Effect.provide(ClientCacheLive)
 * )
 *
 * assert.deepEqual(await Effect.runPromise(program), ["my-bucket", "reports"])
 * ```
 *
 * @since 1.0.0
 * @category tags
 */
export class ClientCache extends Object.assign(tag, accessors(tag), layersOf(tag, "ClientCache"), {
  /**
   * Makes the base of a class of client caches, for programs that have several: a tag of its own with the verbs and the
   * layers that `ClientCache` has.
   *
   * The argument is the tag's identifier, unique in the program, and the cache's name in errors, spans and metrics where
   * its options have none. Throws `CacheConfigError` for a blank one.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect, Layer } from "effect"
   * import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * // Clients for a few regions far away, which nothing else in the program drives out.
   * class FarClients extends ClientCache.Service<FarClients>()("app/FarClients") {}
   *
   * const program = Effect.gen(function*() {
   *   yield* FarClients.client(S3Client, { region: "ap-southeast-2" })
   *   yield* ClientCache.client(S3Client, { region: "us-west-2" })
   *   return (yield* FarClients.keys).map(String)
   * }).pipe(Effect.provide(Layer.merge(FarClients.layer({ maxSize: 3 }), ClientCacheLive)))
   *
   * assert.deepEqual(await Effect.runPromise(program), ["S3Client(region=ap-southeast-2)"])
   * ```
   */
  Service: <Self>() => <const Id extends string>(id: Id): ClientCacheServiceClass<Self, Id> => {
    orThrow(checkValue("ClientCache.Service", "id", id, "name"))
    const tag = Context.Tag(id)<Self, ClientCacheService>()
    return Object.assign(tag, accessors(tag), layersOf(tag, id))
  }
}) {}

/**
 * The default cache of clients: at most 10, the least recently used one leaves first.
 *
 * @since 1.0.0
 * @category layers
 */
export const ClientCacheLive: Layer.Layer<ClientCache> = Layer.orDie(ClientCache.layer())
