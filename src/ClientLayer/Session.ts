/**
 * Clients that share a profile, a region, credentials and connections.
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
import type { CacheConfigError, CacheKeyError } from "../Cache/errors/CacheErrors.js"
import { unwrapOptions } from "../Cache/options/unwrapOptions.js"
import type { ClientFake } from "./client/ClientFake.js"
import { ClientCache } from "./ClientCache.js"
import type { CredentialsFailure } from "./credentials/CredentialMemo.js"
import type { ClientBuildError } from "./errors/ClientErrors.js"
import type { ExceptionSource } from "./errors/RequestError.js"
import type { UnknownRegionError } from "./errors/SessionErrors.js"
import type { ClientCacheKey } from "./key/ClientCacheKey.js"
import type { ClientSource } from "./key/ClientSource.js"
import type { RegionsOptions } from "./regions/Partition.js"
import type { SendError } from "./request/requestFailure.js"
import type { ResourceCacheKey } from "./resource/ResourceCacheKey.js"
import type { ResourceDefinition } from "./resource/ResourceDefinition.js"
import type { ResourceFake } from "./resource/ResourceFake.js"
import { ResourceCache } from "./ResourceCache.js"
import type { ClientClass, ClientOf, OptionalConfig } from "./sdk/AwsClient.js"
import type { AwsCommand, CommandFor } from "./sdk/AwsCommand.js"
import { makeSession } from "./session/makeSession.js"
import type { SessionCaches } from "./session/SessionCaches.js"
import type { SessionCredentialProvider } from "./session/SessionCredentials.js"
import type {
  SessionClientArguments,
  SessionClientError,
  SessionClientOptions,
  SessionError,
  SessionEvent,
  SessionIdentity,
  SessionOptions,
  SessionPolicy,
  SessionResourceArguments,
  SessionResourceError,
  SessionResourceOptionsArguments,
  SessionSendOptions,
  SessionService,
  SessionStats
} from "./session/SessionService.js"
import { makeTestSession, type SessionTestOptions } from "./session/testSession.js"

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
 * @since 0.1.0
 * @category tags
 */
export class Session extends Context.Tag("effect-aws-cache/Session")<Session, SessionService>() {
  /**
   * Makes a session that lives as long as the scope.
   *
   * When the scope closes, leases are waited for as long as the grace period (5 seconds by default); then the shared
   * connections are closed. Requests still in flight fail with `ClientClosedError`, and are not sent again.
   *
   * Fails with `ProfileNotFoundError` for a profile that was named (by an option, by `AWS_PROFILE`) and is not there, with
   * `CacheConfigError` for an option it cannot accept, and with `PackageNotFoundError` when `@smithy/core` is not
   * installed. Credentials are resolved when they are needed, with `@aws-sdk/credential-providers` unless they are given.
   *
   * @since 0.1.0
   */
  static make(options: SessionOptions = {}): Effect.Effect<SessionService, SessionError, Scope.Scope> {
    return makeSession(options)
  }

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
   *
   * @since 0.1.0
   */
  static layer(options: SessionOptions = {}): Layer.Layer<Session, SessionError> {
    return Layer.scoped(Session, makeSession(options))
  }

  /**
   * A session whose options are read from `Config`.
   *
   * @param options what no text can say
   * @since 0.1.0
   */
  static layerConfig(
    config: Config.Config.Wrap<Omit<SessionOptions, "credentials" | "requestHandler">>,
    options: Pick<SessionOptions, "credentials" | "requestHandler"> = {}
  ): Layer.Layer<Session, SessionError | ConfigError.ConfigError> {
    return Layer.unwrapEffect(
      Effect.map(unwrapOptions("Session", config), (read) => Session.layer({ ...read, ...options }))
    )
  }

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
   * @since 0.1.0
   */
  static layerTest(
    fakes: ReadonlyArray<ClientFake | ResourceFake>,
    options: SessionTestOptions = {}
  ): Layer.Layer<Session, CacheConfigError> {
    return Layer.scoped(Session, makeTestSession(fakes, options))
  }

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
   * @since 0.1.0
   */
  static layerClientCache(evictionPolicy: SessionPolicy = "LRU"): Layer.Layer<ClientCache, never, Session> {
    return Layer.effect(ClientCache, Effect.map(Session.caches, ({ client }) => client[evictionPolicy]))
  }

  /**
   * The session's cache of resources as the `ResourceCache`.
   *
   * @param evictionPolicy which of the session's two. Default `"LRU"`
   * @since 0.1.0
   */
  static layerResourceCache(evictionPolicy: SessionPolicy = "LRU"): Layer.Layer<ResourceCache, never, Session> {
    return Layer.effect(ResourceCache, Effect.map(Session.caches, ({ resource }) => resource[evictionPolicy]))
  }

  /**
   * The client of a class for a configuration; built when there is none. What the configuration leaves out, the session
   * provides: region, profile, credentials, connections.
   *
   * Fails with `CacheKeyError` for a class or configuration that makes no key, with `ClientBuildError` when it cannot be
   * built, and with `CacheConfigError` for an invalid eviction policy or size; then nothing has changed.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { Session } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const s3 = yield* Session.client(S3Client)
   *   const same = yield* Session.client(S3Client, { region: "eu-west-1" })
   *   // From the cache that evicts what was used least often.
   *   const other = yield* Session.client(S3Client, {}, { evictionPolicy: "LFU", maxSize: 20 })
   *   return [s3 === same, s3 === other]
   * }).pipe(Effect.provide(Session.layer({ region: "eu-west-1" })))
   *
   * assert.deepEqual(await Effect.runPromise(program), [true, false])
   * ```
   *
   * @param source a client class, or an arrow function that loads one
   * @since 0.1.0
   */
  static client<Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ): Effect.Effect<ClientOf<Ctor>, SessionClientError, Session> {
    return Effect.flatMap(Session, (session) => session.client(source, ...configuration))
  }

  /**
   * The client as `client` gives it, leased until the scope closes.
   *
   * @since 0.1.0
   */
  static lease<Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ): Effect.Effect<ClientOf<Ctor>, SessionClientError, Session | Scope.Scope> {
    return Effect.flatMap(Session, (session) => session.lease(source, ...configuration))
  }

  /**
   * Uses the client that `client` gives, leased as long as `f` runs.
   *
   * @since 0.1.0
   */
  static withClient<Ctor extends ClientClass, A, E, R>(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    f: (client: ClientOf<Ctor>) => Effect.Effect<A, E, R>,
    options?: SessionClientOptions<ClientOf<Ctor>> | undefined
  ): Effect.Effect<A, E | SessionClientError, R | Session> {
    return Effect.flatMap(Session, (session) => session.withClient(source, config, f, options))
  }

  /**
   * Sends a command with the client that `client` gives, as `ClientCache.send` does. Without credentials it fails with
   * `CredentialsError`.
   *
   * @example
   * ```ts
   * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { Session } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = Session.send(S3Client, {}, new ListBucketsCommand({}), { errors: ["AccessDenied"] }).pipe(
   *   Effect.map(({ Buckets = [] }) => Buckets.map(({ Name }) => Name)),
   *   Effect.catchTag("AccessDenied", () => Effect.succeed([])),
   *   Effect.provide(Session.layer())
   * )
   *
   * assert.deepEqual(await Effect.runPromise(program), ["my-bucket", "reports"])
   * ```
   *
   * @since 0.1.0
   */
  static send<
    Ctor extends ClientClass,
    Command extends AwsCommand<Output>,
    Output,
    Source extends ExceptionSource = never
  >(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
    options?: SessionSendOptions<ClientOf<Ctor>, Source> | undefined
  ): Effect.Effect<Output, SendError<Source> | SessionClientError, Session> {
    return Effect.flatMap(
      Session,
      (session) => session.send<Ctor, Command, Output, Source>(source, config, command, options)
    )
  }

  /**
   * The key under which a client is in the session's caches, with what the session adds to the configuration.
   *
   * @since 0.1.0
   */
  static clientKey<Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ): Effect.Effect<ClientCacheKey<ClientOf<Ctor>>, ClientBuildError | CacheKeyError, Session> {
    return Effect.flatMap(Session, (session) => session.clientKey(source, ...configuration))
  }

  /**
   * The resource of a definition for a configuration of its client and options of its own; built when there is none, over
   * a client of the session, which has a place of its own in the session's cache of clients of the same policy.
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { DynamoDBDocumentResource, Session } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const documents = yield* Session.resource(
   *     DynamoDBDocumentResource,
   *     {},
   *     { marshallOptions: { removeUndefinedValues: true } },
   *     { evictionPolicy: "LFU", maxSize: 20 }
   *   )
   *   const { Item } = yield* Effect.tryPromise(() => documents.get({ TableName: "users", Key: { id: "ada" } }))
   *   return Item
   * }).pipe(Effect.provide(Session.layer()))
   *
   * assert.deepEqual(await Effect.runPromise(program), { id: "ada", name: "Ada" })
   * ```
   *
   * @param definition what kind of resource it is
   * @param args the configuration of its client, its own options, and which cache of the session is meant
   * @since 0.1.0
   */
  static resource<Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: SessionResourceArguments<Ctor, Options>
  ): Effect.Effect<R, SessionResourceError, Session> {
    return Effect.flatMap(Session, (session) => session.resource(definition, ...args))
  }

  /**
   * The resource as `resource` gives it, leased until the scope closes.
   *
   * @since 0.1.0
   */
  static leaseResource<Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: SessionResourceArguments<Ctor, Options>
  ): Effect.Effect<R, SessionResourceError, Session | Scope.Scope> {
    return Effect.flatMap(Session, (session) => session.leaseResource(definition, ...args))
  }

  /**
   * Uses the resource that `resource` gives, leased as long as `f` runs.
   *
   * @since 0.1.0
   */
  static withResource<Ctor extends ClientClass, Options, R, A, E, R2>(
    definition: ResourceDefinition<Ctor, Options, R>,
    config: OptionalConfig<Ctor>,
    f: (resource: R) => Effect.Effect<A, E, R2>,
    ...args: SessionResourceOptionsArguments<Options>
  ): Effect.Effect<A, E | SessionResourceError, R2 | Session> {
    return Effect.flatMap(Session, (session) => session.withResource(definition, config, f, ...args))
  }

  /**
   * The key under which a resource is in the session's caches, with what the session adds to the configuration.
   *
   * @since 0.1.0
   */
  static resourceKey<Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: SessionResourceArguments<Ctor, Options>
  ): Effect.Effect<ResourceCacheKey<R>, CacheKeyError, Session> {
    return Effect.flatMap(Session, (session) => session.resourceKey(definition, ...args))
  }

  /**
   * The caches of the session.
   *
   * @since 0.1.0
   */
  static readonly caches: Effect.Effect<SessionCaches, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.caches)
  )

  /**
   * The profiles in the shared files when they were read last.
   *
   * @since 0.1.0
   */
  static readonly availableProfiles: Effect.Effect<ReadonlyArray<string>, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.availableProfiles)
  )

  /**
   * The profile; `"default"` when none was named.
   *
   * @since 0.1.0
   */
  static readonly profileName: Effect.Effect<string, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.profileName)
  )

  /**
   * The region of clients that name none.
   *
   * @since 0.1.0
   */
  static readonly regionName: Effect.Effect<Option.Option<string>, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.regionName)
  )

  /**
   * The credentials of clients that bring none, as they are now, resolved if need be; `None` when the SDK's default chain
   * has none.
   *
   * @param options `forceRefresh` resolves anew, from the files as they are, whatever is remembered
   * @since 0.1.0
   */
  static getCredentials(
    options?: { readonly forceRefresh?: boolean | undefined }
  ): Effect.Effect<Option.Option<SessionIdentity>, CredentialsFailure, Session> {
    return Effect.flatMap(Session, (session) => session.getCredentials(options))
  }

  /**
   * The credentials of clients that bring none, as a credential provider of the SDK, which stays up to date: it shares
   * what the session remembers, and refreshes it before it expires.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { Session } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const SessionLive = Session.layer({ credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" } })
   *
   * const program = Effect.gen(function*() {
   *   // For a client that somebody else manages.
   *   const s3 = new S3Client({ region: "eu-west-1", credentials: yield* Session.credentialProvider })
   *   const { accessKeyId } = yield* Effect.promise(() => s3.config.credentials())
   *   return accessKeyId
   * }).pipe(Effect.provide(SessionLive))
   *
   * assert.equal(await Effect.runPromise(program), "AKIAIOSFODNN7EXAMPLE")
   * ```
   *
   * @since 0.1.0
   */
  static readonly credentialProvider: Effect.Effect<SessionCredentialProvider, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.credentialProvider)
  )

  /**
   * The names of the AWS partitions.
   *
   * @since 0.1.0
   */
  static readonly getAvailablePartitions: Effect.Effect<ReadonlyArray<string>, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.getAvailablePartitions)
  )

  /**
   * The partition of a region. Fails with `UnknownRegionError` for a region that is in none.
   *
   * @since 0.1.0
   */
  static getPartitionForRegion(region: string): Effect.Effect<string, UnknownRegionError, Session> {
    return Effect.flatMap(Session, (session) => session.getPartitionForRegion(region))
  }

  /**
   * The regions of a partition in which a service is known to be; none for an unknown service or partition.
   *
   * @since 0.1.0
   */
  static getAvailableRegions(
    service: string,
    options?: RegionsOptions | undefined
  ): Effect.Effect<ReadonlyArray<string>, never, Session> {
    return Effect.flatMap(Session, (session) => session.getAvailableRegions(service, options))
  }

  /**
   * The known services: `@aws-sdk/client-` and a name is a package.
   *
   * @since 0.1.0
   */
  static readonly getAvailableServices: Effect.Effect<ReadonlyArray<string>, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.getAvailableServices)
  )

  /**
   * The names of the resources that this package defines.
   *
   * @since 0.1.0
   */
  static readonly getAvailableResources: Effect.Effect<ReadonlyArray<string>, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.getAvailableResources)
  )

  /**
   * Reads the environment and the shared files again, and forgets all credentials. Every copy of the SDK's reader of
   * files among the credential providers reads them anew.
   *
   * @since 0.1.0
   */
  static readonly reload: Effect.Effect<void, SessionError, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.reload)
  )

  /**
   * What was counted, and the connections that are shared now.
   *
   * @since 0.1.0
   */
  static readonly stats: Effect.Effect<SessionStats, never, Session> = Effect.suspend(() =>
    Effect.flatMap(Session, (session) => session.stats)
  )

  /**
   * What happens in the session's caches from now on.
   *
   * @since 0.1.0
   */
  static readonly events: Stream.Stream<SessionEvent, never, Session> = Stream.suspend(() =>
    Stream.unwrap(Effect.map(Session, (session) => session.events))
  )
}

/**
 * The default session: the profile, the region and the credentials that the SDK finds.
 *
 * @since 0.1.0
 * @category layers
 */
export const SessionLive: Layer.Layer<Session, SessionError> = Session.layer()
