/**
 * Clients that share a profile, a region, credentials and connections.
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
import { checkValue } from "../Cache/options/checkOptions.js"
import { unwrapOptions } from "../Cache/options/unwrapOptions.js"
import { orThrow } from "../effect/plainEither.js"
import type { ClientCacheService } from "./client/ClientCacheService.js"
import type { ClientFake } from "./client/ClientFake.js"
import { ClientCache } from "./ClientCache.js"
import type { ResourceCacheService } from "./resource/ResourceCacheService.js"
import type { ResourceFake } from "./resource/ResourceFake.js"
import { ResourceCache } from "./ResourceCache.js"
import { makeSession } from "./session/makeSession.js"
import type { SessionError, SessionOptions, SessionPolicy } from "./session/SessionOptions.js"
import type { SessionService } from "./session/SessionService.js"
import { accessors, type SessionVerbs } from "./session/SessionVerbs.js"
import { makeTestSession, type SessionTestOptions } from "./session/testSession.js"

/**
 * What a class of sessions has besides verbs: how a session is made, as a value and as layers.
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionLayers<in out Self> {
  /**
   * Makes a session that lives as long as the scope.
   *
   * When the scope closes, leases are waited for as long as the grace period (5 seconds by default); then the shared
   * connections are closed. Requests still in flight fail with `ClientClosedError`, and are not sent again.
   *
   * Fails with `ProfileNotFoundError` for a profile that was named (by an option, by `AWS_PROFILE`) and is not there, with
   * `CacheConfigError` for an option it cannot accept, and with `PackageNotFoundError` when `@smithy/core` is not
   * installed. Credentials are resolved when they are needed, with `@aws-sdk/credential-providers` unless they are given.
   */
  readonly make: (options?: SessionOptions | undefined) => Effect.Effect<SessionService, SessionError, Scope.Scope>
  /**
   * A session. Each call makes a layer of its own: bind it to a constant to share the session.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect, Option } from "effect"
   * import { Session } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * // A constant, so that all who provide it in one program share one session.
   * const SessionLive = Session.layer({ region: "eu-west-1", maxSize: 40 })
   *
   * const program = Session.client(S3Client).pipe(
   *   Effect.flatMap((s3) => Effect.promise(() => s3.config.region())),
   *   Effect.provide(SessionLive)
   * )
   *
   * assert.equal(await Effect.runPromise(program), "eu-west-1")
   * ```
   */
  readonly layer: (options?: SessionOptions | undefined) => Layer.Layer<Self, SessionError>
  /**
   * A session whose options are read from `Config`.
   *
   * @param options what no text can say
   */
  readonly layerConfig: (
    config: Config.Config.Wrap<Omit<SessionOptions, "credentials" | "requestHandler">>,
    options?: Pick<SessionOptions, "credentials" | "requestHandler"> | undefined
  ) => Layer.Layer<Self, SessionError | ConfigError.ConfigError>
  /**
   * A session for tests, which gives out fakes where it would build clients. A class without a fake is a
   * `ClientBuildError`. A resource without a fake is built over the fake of its client. Nothing is read from the
   * environment or from files, and nothing reaches the network by accident: region, profile and credentials are those of
   * the options.
   *
   * A fake is given the configuration with what the session adds: region, profile, and credentials as a provider.
   *
   * @example
   * ```ts
   * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache, Session } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * class BrokenS3 extends S3Client {
   *   override send(): Promise<never> {
   *     return Promise.reject(new Error("the bucket is on fire"))
   *   }
   * }
   *
   * const SessionTest = Session.layerTest([ClientCache.fake(S3Client, (config) => new BrokenS3(config))], {
   *   region: "eu-central-1",
   *   credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "of the test" }
   * })
   *
   * // The program under test.
   * const buckets = Session.send(S3Client, {}, new ListBucketsCommand({}))
   *
   * const error = await Effect.runPromise(buckets.pipe(Effect.flip, Effect.provide(SessionTest)))
   * assert.equal(error._tag, "RequestError")
   * ```
   *
   * @param fakes made by `ClientCache.fake` and `ResourceCache.fake`
   */
  readonly layerTest: (
    fakes: ReadonlyArray<ClientFake | ResourceFake>,
    options?: SessionTestOptions | undefined
  ) => Layer.Layer<Self, CacheConfigError>
  /**
   * The session's cache of clients as the `ClientCache`, so that whatever asks that for clients gets them from the
   * session, with its region, credentials and connections.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect, Layer } from "effect"
   * import { ClientCache, Session } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * // A `ClientCache` in the session's region, with its credentials.
   * const ClientsLive = Layer.provide(Session.layerClientCache(), Session.layer({ region: "eu-west-1" }))
   *
   * const program = ClientCache.client(S3Client).pipe(
   *   Effect.flatMap((s3) => Effect.promise(() => s3.config.region())),
   *   Effect.provide(ClientsLive)
   * )
   *
   * assert.equal(await Effect.runPromise(program), "eu-west-1")
   * ```
   *
   * @param evictionPolicy which of the session's two. Default `"LRU"`
   * @param clients the class that it is the cache of. Default `ClientCache`
   */
  readonly layerClientCache: {
    (evictionPolicy?: SessionPolicy | undefined): Layer.Layer<ClientCache, never, Self>
    <Clients>(
      evictionPolicy: SessionPolicy | undefined,
      clients: Context.Tag<Clients, ClientCacheService>
    ): Layer.Layer<Clients, never, Self>
  }
  /**
   * The session's cache of resources as the `ResourceCache`.
   *
   * @param evictionPolicy which of the session's two. Default `"LRU"`
   * @param resources the class that it is the cache of. Default `ResourceCache`
   */
  readonly layerResourceCache: {
    (evictionPolicy?: SessionPolicy | undefined): Layer.Layer<ResourceCache, never, Self>
    <Resources>(
      evictionPolicy: SessionPolicy | undefined,
      resources: Context.Tag<Resources, ResourceCacheService>
    ): Layer.Layer<Resources, never, Self>
  }
}

/**
 * The base of a class of sessions, see `Session.Service`: a tag, the verbs of a session, and its layers.
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionServiceClass<Self, Id extends string>
  extends Context.TagClass<Self, Id, SessionService>, SessionVerbs<Self>, SessionLayers<Self>
{}

const layersOf = <Self>(tag: Context.Tag<Self, SessionService>, name: string): SessionLayers<Self> => {
  const make = (options?: SessionOptions) => makeSession(options, name)

  function layerClientCache(policy?: SessionPolicy): Layer.Layer<ClientCache, never, Self>
  function layerClientCache<Clients>(
    policy: SessionPolicy | undefined,
    clients: Context.Tag<Clients, ClientCacheService>
  ): Layer.Layer<Clients, never, Self>
  function layerClientCache<Clients>(
    policy: SessionPolicy = "LRU",
    clients?: Context.Tag<Clients, ClientCacheService>
  ) {
    const cache = Effect.map(accessors(tag).caches, ({ client }) => client[policy])
    return clients === undefined ? Layer.effect(ClientCache, cache) : Layer.effect(clients, cache)
  }

  function layerResourceCache(policy?: SessionPolicy): Layer.Layer<ResourceCache, never, Self>
  function layerResourceCache<Resources>(
    policy: SessionPolicy | undefined,
    resources: Context.Tag<Resources, ResourceCacheService>
  ): Layer.Layer<Resources, never, Self>
  function layerResourceCache<Resources>(
    policy: SessionPolicy = "LRU",
    resources?: Context.Tag<Resources, ResourceCacheService>
  ) {
    const cache = Effect.map(accessors(tag).caches, ({ resource }) => resource[policy])
    return resources === undefined ? Layer.effect(ResourceCache, cache) : Layer.effect(resources, cache)
  }

  return {
    make,
    layer: (options) => Layer.scoped(tag, make(options)),
    layerConfig: (config, options = {}) =>
      Layer.scoped(tag, Effect.flatMap(unwrapOptions(name, config), (read) => make({ ...read, ...options }))),
    layerTest: (fakes, options = {}) => Layer.scoped(tag, makeTestSession(fakes, options, name)),
    layerClientCache,
    layerResourceCache
  }
}

const tag = Context.Tag("effect-aws-cache/Session")<Session, SessionService>()

/**
 * A session: clients that share a profile, a region, credentials and connections, each built once.
 *
 * - Each session has caches of its own, one that evicts what was used least recently (`LRU`), and one for what was used
 *   least often (`LFU`). Nothing is shared between sessions.
 * - Profile and region are read once. `S3Client` with the session's region and `S3Client` with none are one client. The
 *   region of a client is the one it names, else that of the session's options, of `AWS_REGION`, of its profile, and last
 *   of the session's profile.
 * - Credentials are resolved once for all clients, refreshed before they expire, and only once then too. A credential
 *   provider in a client's configuration is remembered in the same way: by which function it is, or by the name it was
 *   given with `ClientCacheKey.tag`. Credentials live in the session until they expire, whatever becomes of clients: of
 *   1,000 names and profiles at most, those used last; of a function without a name as long as somebody has it.
 * - A provider sees the client that asks as the SDK shows it, with the session's connections, and assumes roles with the
 *   session's credentials, or where it was given none, with those of the profile that the client names. Clients share
 *   its answer where they are the same in what it looks at: one that looks at the region of the client is asked once
 *   for each region. At most 64 answers of a provider are remembered.
 * - Clients share connections, so that another client costs neither a TLS handshake nor sockets.
 *
 * What it reads of the environment and of the shared files is what the SDK reads: `AWS_PROFILE` and `AWS_REGION`, but
 * not `AWS_DEFAULT_REGION`. `reload` reads it again.
 *
 * @example
 * ```ts
 * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
 * import { Effect, Option } from "effect"
 * import { Session } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   const region = yield* Session.regionName
 *   const { Buckets = [] } = yield* Session.send(S3Client, {}, new ListBucketsCommand({}))
 *   return { region, buckets: Buckets.map(({ Name }) => Name) }
 * }).pipe(Effect.provide(Session.layer({ profile: "production" })))
 *
 * assert.deepEqual(
 *   await Effect.runPromise(program),
 *   { region: Option.some("eu-central-1"), buckets: ["my-bucket", "reports"] }
 * )
 * ```
 *
 * @since 1.0.0
 * @category tags
 */
export class Session extends Object.assign(tag, accessors(tag), layersOf(tag, "Session"), {
  /**
   * Makes the base of a class of sessions, for programs that have several, such as one for each account: a tag of its own
   * with the verbs and the layers that `Session` has.
   *
   * The argument is the tag's identifier, unique in the program, and the session's name in errors, spans and metrics where
   * its options have none. Throws `CacheConfigError` for a blank one.
   *
   * @example
   * ```ts
   * import { Effect, Layer, Option } from "effect"
   * import { Session } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * class Production extends Session.Service<Production>()("app/Production") {}
   * class Archive extends Session.Service<Archive>()("app/Archive") {}
   *
   * const regions = Effect.all([Production.regionName, Archive.regionName]).pipe(
   *   Effect.provide(Layer.merge(Production.layer({ profile: "production" }), Archive.layer({ region: "eu-west-1" })))
   * )
   *
   * assert.deepEqual(await Effect.runPromise(regions), [Option.some("eu-central-1"), Option.some("eu-west-1")])
   * ```
   */
  Service: <Self>() => <const Id extends string>(id: Id): SessionServiceClass<Self, Id> => {
    orThrow(checkValue("Session.Service", "id", id, "name"))
    const tag = Context.Tag(id)<Self, SessionService>()
    return Object.assign(tag, accessors(tag), layersOf(tag, id))
  }
}) {}

/**
 * The default session: the profile, the region and the credentials that the SDK finds.
 *
 * @since 1.0.0
 * @category layers
 */
export const SessionLive: Layer.Layer<Session, SessionError> = Session.layer()
