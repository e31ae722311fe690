/**
 * What can be asked of a session.
 *
 * @since 1.0.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Settled, SettleOptions } from "../../Cache/background/Settled.js"
import type { CredentialsFailure } from "../credentials/CredentialMemo.js"
import type { ClientBuildError } from "../errors/ClientErrors.js"
import type { ExceptionSource } from "../errors/RequestError.js"
import type { UnknownRegionError } from "../errors/SessionErrors.js"
import type { ClientCacheKey } from "../key/ClientCacheKey.js"
import type { ClientSource } from "../key/ClientSource.js"
import type { RegionsOptions } from "../regions/Partition.js"
import type { SendError } from "../request/requestFailure.js"
import type { ResourceCacheKey } from "../resource/ResourceCacheKey.js"
import type { ResourceDefinition } from "../resource/ResourceDefinition.js"
import type { ClientClass, ClientOf, OptionalConfig } from "../sdk/AwsClient.js"
import type { AwsCommand, CommandFor } from "../sdk/AwsCommand.js"
import type { SessionCaches } from "./SessionCaches.js"
import type { SessionCredentialProvider } from "./SessionCredentials.js"
import type {
  SessionClientArguments,
  SessionClientError,
  SessionClientOptions,
  SessionError,
  SessionEvent,
  SessionIdentity,
  SessionResourceArguments,
  SessionResourceError,
  SessionResourceOptionsArguments,
  SessionSendOptions,
  SessionStats
} from "./SessionOptions.js"

/**
 * What can be asked of a session: of a `SessionService`, where it needs nothing, and of the class of a service, such as
 * `Session` itself, where it needs that service (`R`).
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionVerbs<out R> {
  /**
   * The client of a class for a configuration; built when there is none. What the configuration leaves out, the session
   * provides: region, profile, credentials, connections.
   *
   * Fails with `ClientBuildError` when the class cannot be loaded, its constructor throws, or there is no region, and with
   * `CacheConfigError` for an invalid eviction policy or size; then nothing has changed. Dies with `CacheKeyError` of a class
   * or configuration that makes no key: it is a mistake of the program.
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
   */
  readonly client: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, SessionClientError, R>
  /** The client as `client` gives it, leased until the scope closes. A scope has one lease of a client at most. */
  readonly lease: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, SessionClientError, R | Scope.Scope>
  /**
   * Uses the client that `client` gives, leased as long as `f` runs.
   */
  readonly withClient: <Ctor extends ClientClass, A, E, R2>(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    f: (client: ClientOf<Ctor>) => Effect.Effect<A, E, R2>,
    options?: SessionClientOptions<ClientOf<Ctor>> | undefined
  ) => Effect.Effect<A, E | SessionClientError, R | R2>
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
   */
  send<
    Ctor extends ClientClass,
    Command extends AwsCommand<Output>,
    Output,
    Source extends ExceptionSource = never
  >(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
    options?: SessionSendOptions<ClientOf<Ctor>, Source> | undefined
  ): Effect.Effect<Output, SendError<Source> | SessionClientError, R>
  /**
   * The key under which a client is in the session's caches, with what the session adds to the configuration.
   */
  readonly clientKey: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ) => Effect.Effect<ClientCacheKey<ClientOf<Ctor>>, ClientBuildError, R>
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
   */
  readonly resource: <Ctor extends ClientClass, Options, Resource>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    ...args: SessionResourceArguments<Ctor, Options>
  ) => Effect.Effect<Resource, SessionResourceError, R>
  /** The resource as `resource` gives it, leased until the scope closes. A scope has one lease of it at most. */
  readonly leaseResource: <Ctor extends ClientClass, Options, Resource>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    ...args: SessionResourceArguments<Ctor, Options>
  ) => Effect.Effect<Resource, SessionResourceError, R | Scope.Scope>
  /**
   * Uses the resource that `resource` gives, leased as long as `f` runs.
   */
  readonly withResource: <Ctor extends ClientClass, Options, Resource, A, E, R2>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    config: OptionalConfig<Ctor>,
    f: (resource: Resource) => Effect.Effect<A, E, R2>,
    ...args: SessionResourceOptionsArguments<Options>
  ) => Effect.Effect<A, E | SessionResourceError, R | R2>
  /**
   * The key under which a resource is in the session's caches, with what the session adds to the configuration.
   */
  readonly resourceKey: <Ctor extends ClientClass, Options, Resource>(
    definition: ResourceDefinition<Ctor, Options, Resource>,
    ...args: SessionResourceArguments<Ctor, Options>
  ) => Effect.Effect<ResourceCacheKey<Resource>, never, R>
  /**
   * The caches themselves, which belong to this session alone. What is asked of them directly is completed by the session
   * as well, but keys that are made without it (`ClientCacheKey.make`) are not: `clientKey` and `resourceKey` make those.
   */
  readonly caches: Effect.Effect<SessionCaches, never, R>
  /**
   * The profiles in the shared files when they were read last.
   */
  readonly availableProfiles: Effect.Effect<ReadonlyArray<string>, never, R>
  /**
   * The profile; `"default"` when none was named.
   */
  readonly profileName: Effect.Effect<string, never, R>
  /**
   * The region of clients that name none.
   */
  readonly regionName: Effect.Effect<Option.Option<string>, never, R>
  /**
   * The credentials of clients that bring none, as they are now, resolved if need be; `None` when the SDK's default chain
   * has none. Fails when there should be some, but their source fails.
   *
   * @param options `forceRefresh` resolves anew, from the files as they are, whatever is remembered
   */
  readonly getCredentials: (
    options?: { readonly forceRefresh?: boolean | undefined }
  ) => Effect.Effect<Option.Option<SessionIdentity>, CredentialsFailure, R>
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
   */
  readonly credentialProvider: Effect.Effect<SessionCredentialProvider, never, R>
  /**
   * The names of the AWS partitions.
   */
  readonly getAvailablePartitions: Effect.Effect<ReadonlyArray<string>, never, R>
  /**
   * The partition of a region. Fails with `UnknownRegionError` for a region that is in none.
   */
  readonly getPartitionForRegion: (region: string) => Effect.Effect<string, UnknownRegionError, R>
  /**
   * The regions of a partition in which a service is known to be; none for an unknown service or partition. It is as old
   * as the data in this package: a region that is not listed may have the service.
   *
   * @param service its name in the SDK for JavaScript, such as `"s3"`, or in the SDK for Python
   */
  readonly getAvailableRegions: (
    service: string,
    options?: RegionsOptions | undefined
  ) => Effect.Effect<ReadonlyArray<string>, never, R>
  /**
   * The known services: `@aws-sdk/client-` and a name is a package.
   */
  readonly getAvailableServices: Effect.Effect<ReadonlyArray<string>, never, R>
  /** The names of the resources that this package defines. Programs define their own: `ResourceDefinition.make`. */
  readonly getAvailableResources: Effect.Effect<ReadonlyArray<string>, never, R>
  /**
   * Reads the environment and the shared files again, and forgets all credentials. Clients made before keep their region
   * and profile, and their next requests have the new credentials. Where settings of a profile have changed, the next
   * call makes a new client; where any have, resources that the session built leave its caches.
   *
   * Fails as the making of the session does; then nothing has changed.
   */
  readonly reload: Effect.Effect<void, SessionError, R>
  /**
   * Waits for what is under way in its caches, as their own `settle` does, and until no credentials are being resolved, but no
   * longer than `within`; it tells what goes on then. It interrupts nothing.
   */
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled, never, R>
  /**
   * What was counted, and the connections that are shared now.
   */
  readonly stats: Effect.Effect<SessionStats, never, R>
  /**
   * What happens in the session's caches from now on. It never blocks them: a listener that is too slow loses what comes
   * while it is behind. It ends with the session.
   */
  readonly events: Stream.Stream<SessionEvent, never, R>
}

/** What can be asked of a session, asked of the one that the context provides. */
export const accessors = <Self>(tag: Context.ReadonlyTag<Self, SessionVerbs<never>>): SessionVerbs<Self> => ({
  client: (source, ...configuration) => Effect.flatMap(tag, (session) => session.client(source, ...configuration)),
  lease: (source, ...configuration) => Effect.flatMap(tag, (session) => session.lease(source, ...configuration)),
  withClient: (source, config, f, options) =>
    Effect.flatMap(tag, (session) => session.withClient(source, config, f, options)),
  send: <
    Ctor extends ClientClass,
    Command extends AwsCommand<Output>,
    Output,
    Source extends ExceptionSource = never
  >(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
    options?: SessionSendOptions<ClientOf<Ctor>, Source>
  ) => Effect.flatMap(tag, (session) => session.send<Ctor, Command, Output, Source>(source, config, command, options)),
  clientKey: (source, ...configuration) =>
    Effect.flatMap(tag, (session) => session.clientKey(source, ...configuration)),
  resource: (definition, ...args) => Effect.flatMap(tag, (session) => session.resource(definition, ...args)),
  leaseResource: (definition, ...args) => Effect.flatMap(tag, (session) => session.leaseResource(definition, ...args)),
  withResource: (definition, config, f, ...args) =>
    Effect.flatMap(tag, (session) => session.withResource(definition, config, f, ...args)),
  resourceKey: (definition, ...args) => Effect.flatMap(tag, (session) => session.resourceKey(definition, ...args)),
  caches: Effect.flatMap(tag, (session) => session.caches),
  availableProfiles: Effect.flatMap(tag, (session) => session.availableProfiles),
  profileName: Effect.flatMap(tag, (session) => session.profileName),
  regionName: Effect.flatMap(tag, (session) => session.regionName),
  getCredentials: (options) => Effect.flatMap(tag, (session) => session.getCredentials(options)),
  credentialProvider: Effect.flatMap(tag, (session) => session.credentialProvider),
  getAvailablePartitions: Effect.flatMap(tag, (session) => session.getAvailablePartitions),
  getPartitionForRegion: (region) => Effect.flatMap(tag, (session) => session.getPartitionForRegion(region)),
  getAvailableRegions: (service, options) =>
    Effect.flatMap(tag, (session) => session.getAvailableRegions(service, options)),
  getAvailableServices: Effect.flatMap(tag, (session) => session.getAvailableServices),
  getAvailableResources: Effect.flatMap(tag, (session) => session.getAvailableResources),
  reload: Effect.flatMap(tag, (session) => session.reload),
  settle: (options) => Effect.flatMap(tag, (session) => session.settle(options)),
  stats: Effect.flatMap(tag, (session) => session.stats),
  events: Stream.unwrap(Effect.map(tag, (session) => session.events))
})
