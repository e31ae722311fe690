/**
 * A session, as a value.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { CacheConfigError, CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import type { LeasedStoreEvent } from "../../Cache/events/StoreEvent.js"
import type { ClientCacheOptions } from "../client/ClientCacheService.js"
import type { CredentialsFailure } from "../credentials/CredentialMemo.js"
import type { ClientBuildError } from "../errors/ClientErrors.js"
import type { ExceptionSource } from "../errors/RequestError.js"
import type { PackageNotFoundError, ProfileNotFoundError, UnknownRegionError } from "../errors/SessionErrors.js"
import type { ClientCacheKey } from "../key/ClientCacheKey.js"
import type { ClientOptions } from "../key/ClientOptions.js"
import type { ClientSource } from "../key/ClientSource.js"
import type { RegionsOptions } from "../regions/Partition.js"
import type { SendError } from "../request/requestFailure.js"
import type { RequestOptions } from "../request/sendCommand.js"
import type { ResourceError } from "../resource/ResourceBuilder.js"
import type { ResourceCacheKey } from "../resource/ResourceCacheKey.js"
import type { ResourceDefinition } from "../resource/ResourceDefinition.js"
import type { ClientClass, ClientConfig, ClientOf, OptionalConfig } from "../sdk/AwsClient.js"
import type { AwsCommand, CommandFor } from "../sdk/AwsCommand.js"
import type { TransportFigures } from "../transport/ConnectionPool.js"
import type { SessionCaches, SessionPolicy } from "./SessionCaches.js"
import type { SessionCredentialProvider, SessionCredentialsOption } from "./SessionCredentials.js"
import type { SessionTransportOptions } from "./SessionTransport.js"

export type { SessionPolicy } from "./SessionCaches.js"

/**
 * How a session is made.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionOptions
  extends
    SessionTransportOptions,
    Pick<ClientCacheOptions, "maxSize" | "gracePeriod" | "timeToLive" | "timeToIdle" | "eventCapacity" | "metrics">
{
  /** The name in errors, spans and logs. Default `"Session"`. */
  readonly name?: string | undefined
  /** A profile of the shared config and credentials files. Default: what `AWS_PROFILE` names, else none is named. */
  readonly profile?: string | undefined
  /**
   * The region of clients that name none. Default: `AWS_REGION`, else the region of the profile, which is the client's
   * where it names one that has a region. A region that a class has for want of one in its configuration counts last.
   */
  readonly region?: string | undefined
  /**
   * The credentials of clients that bring none: a credential provider of the SDK, or static ones, of which parts or all
   * may be `Redacted`. Default: those of the profile, or what the SDK's default chain finds.
   */
  readonly credentials?: SessionCredentialsOption | undefined
  /** Which of its caches are used when a call does not say. Default `"LRU"`. */
  readonly evictionPolicy?: SessionPolicy | undefined
}

/**
 * What a session is asked for a client with, besides its configuration.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionClientOptions<in C> extends ClientOptions<C>, SessionCacheControls {}

/**
 * What a request of a session is sent with, besides the configuration of its client.
 *
 * @since 0.1.0
 * @category models
 */
export type SessionSendOptions<Client, Source extends ExceptionSource = never> =
  & SessionClientOptions<Client>
  & RequestOptions<Client, Source>

/** Which options a session has. */
export const sessionKinds: OptionKinds<SessionOptions> = {
  name: "text",
  profile: "text",
  region: "text",
  credentials: "any",
  evictionPolicy: ["LRU", "LFU"],
  requestHandler: "any",
  maxSockets: "countOrInfinity",
  maxSocketsPerClient: "countOrInfinity",
  maxSize: "limit",
  gracePeriod: "duration",
  timeToLive: "duration",
  timeToIdle: "duration",
  eventCapacity: "count",
  metrics: "flag"
}

/**
 * Which cache of a session is used, and its limit.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionCacheControls {
  /** Which of the session's caches to use. Default: the session's `evictionPolicy`. */
  readonly evictionPolicy?: SessionPolicy | undefined
  /**
   * Changes the limit of that cache, before anything is looked up or built, for this and all later calls. What is asked
   * for does not leave the cache for it, unless it is 0. Default: it stays as it is.
   */
  readonly maxSize?: number | undefined
}

/** Which options choose a cache. */
export const controlKinds: OptionKinds<SessionCacheControls> = { evictionPolicy: ["LRU", "LFU"], maxSize: "limit" }

/**
 * The arguments after a client class: its configuration, optional where the class has it optional, and options.
 *
 * @since 0.1.0
 * @category models
 */
export type SessionClientArguments<Ctor extends ClientClass> = undefined extends OptionalConfig<Ctor>
  ? [config?: OptionalConfig<Ctor>, options?: SessionClientOptions<ClientOf<Ctor>> | undefined]
  : [config: ClientConfig<Ctor>, options?: SessionClientOptions<ClientOf<Ctor>> | undefined]

/**
 * The arguments after the definition of a resource: the configuration of its client, its own options, and which cache
 * is meant.
 *
 * @since 0.1.0
 * @category models
 */
export type SessionResourceArguments<Ctor extends ClientClass, Options> = {} extends Options
  ? undefined extends OptionalConfig<Ctor> ? [
      config?: OptionalConfig<Ctor>,
      options?: Options | undefined,
      controls?: SessionCacheControls | undefined
    ]
  : [config: OptionalConfig<Ctor>, options?: Options | undefined, controls?: SessionCacheControls | undefined]
  : [config: OptionalConfig<Ctor>, options: Options, controls?: SessionCacheControls | undefined]

/**
 * The options of a resource, optional where they have no required field, and which cache is meant.
 *
 * @since 0.1.0
 * @category models
 */
export type SessionResourceOptionsArguments<Options> = {} extends Options
  ? [options?: Options | undefined, controls?: SessionCacheControls | undefined]
  : [options: Options, controls?: SessionCacheControls | undefined]

/**
 * How a call of a session for a resource can fail.
 *
 * @since 0.1.0
 * @category errors
 */
export type SessionResourceError = ResourceError | CacheConfigError

/**
 * How a call of a session can fail.
 *
 * @since 0.1.0
 * @category errors
 */
export type SessionClientError = ClientBuildError | CacheKeyError | CacheConfigError

/**
 * How a session can fail to be made, or to be read anew.
 *
 * @since 0.1.0
 * @category errors
 */
export type SessionError = CacheConfigError | ProfileNotFoundError | PackageNotFoundError

/**
 * The credentials of a session. They can be given to a client or another session as they are.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionIdentity {
  /** The name of the key, hidden from prints. */
  readonly accessKeyId: Redacted.Redacted
  /** The secret, hidden from prints. */
  readonly secretAccessKey: Redacted.Redacted
  /** What temporary credentials have besides, hidden from prints. */
  readonly sessionToken?: Redacted.Redacted | undefined
  /** The region the credentials are limited to. */
  readonly credentialScope?: string | undefined
  /** The account they belong to: twelve digits. */
  readonly accountId?: string | undefined
  /** When they expire; never when it is absent. */
  readonly expiration?: Date | undefined
}

/**
 * Something that happened in one of a session's caches.
 *
 * @since 0.1.0
 * @category models
 */
export type SessionEvent =
  | {
    readonly cache: "client"
    readonly evictionPolicy: SessionPolicy
    readonly event: LeasedStoreEvent<ClientCacheKey<unknown>>
  }
  | {
    readonly cache: "resource"
    readonly evictionPolicy: SessionPolicy
    readonly event: LeasedStoreEvent<ResourceCacheKey<unknown>>
  }

/**
 * What a session has counted since it was made, and the connections its clients share now. Those of borrowed handlers
 * and of HTTP/2 are not known to it.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionStats extends TransportFigures {
  /** How many times a source of credentials was asked. */
  readonly credentialResolutions: number
}

/**
 * A session: clients that share a profile, a region, credentials and connections, each built once.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionService {
  /** The name in errors, spans and logs. Optional so that mocks need none. */
  readonly name?: string | undefined
  /**
   * The client of a class for a configuration; built when there is none. What the configuration leaves out, the session
   * provides: region, profile, credentials, connections. A region that is given and equal to the session's makes no
   * difference.
   *
   * Fails with `CacheKeyError` for a class or configuration that makes no key, with `ClientBuildError` when the class
   * cannot be loaded, its constructor throws, or there is no region, and with `CacheConfigError` for an eviction policy
   * or an invalid size; then nothing has changed.
   */
  readonly client: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, SessionClientError>
  /** The client as `client` gives it, leased until the scope closes. A scope has one lease of a client at most. */
  readonly lease: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, SessionClientError, Scope.Scope>
  /** Uses the client that `client` gives, leased as long as `f` runs. */
  readonly withClient: <Ctor extends ClientClass, A, E, R>(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    f: (client: ClientOf<Ctor>) => Effect.Effect<A, E, R>,
    options?: SessionClientOptions<ClientOf<Ctor>> | undefined
  ) => Effect.Effect<A, E | SessionClientError, R>
  /**
   * Sends a command with the client that `client` gives, leased until the response is there; where this has a body,
   * until the body has been read to its end, or was destroyed. Interruption aborts the request.
   */
  readonly send: <
    Ctor extends ClientClass,
    Command extends AwsCommand<Output>,
    Output,
    Source extends ExceptionSource = never
  >(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
    options?: SessionSendOptions<ClientOf<Ctor>, Source> | undefined
  ) => Effect.Effect<Output, SendError<Source> | SessionClientError>
  /** The key under which a client is in the session's caches, with what the session adds to the configuration. */
  readonly clientKey: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: SessionClientArguments<Ctor>
  ) => Effect.Effect<ClientCacheKey<ClientOf<Ctor>>, ClientBuildError | CacheKeyError>
  /**
   * The resource of a definition for a configuration of its client and options of its own; built when there is none, over
   * a client of the session. The client is in the cache of clients of the same policy, where it takes a place of its own.
   *
   * Fails as `client` does, and with `ResourceBuildError` when the resource cannot be built.
   */
  readonly resource: <Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: SessionResourceArguments<Ctor, Options>
  ) => Effect.Effect<R, SessionResourceError>
  /** The resource as `resource` gives it, leased until the scope closes. A scope has one lease of it at most. */
  readonly leaseResource: <Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: SessionResourceArguments<Ctor, Options>
  ) => Effect.Effect<R, SessionResourceError, Scope.Scope>
  /** Uses the resource that `resource` gives, leased as long as `f` runs. */
  readonly withResource: <Ctor extends ClientClass, Options, R, A, E, R2>(
    definition: ResourceDefinition<Ctor, Options, R>,
    config: OptionalConfig<Ctor>,
    f: (resource: R) => Effect.Effect<A, E, R2>,
    ...args: SessionResourceOptionsArguments<Options>
  ) => Effect.Effect<A, E | SessionResourceError, R2>
  /** The key under which a resource is in the session's caches, with what the session adds to the configuration. */
  readonly resourceKey: <Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...args: SessionResourceArguments<Ctor, Options>
  ) => Effect.Effect<ResourceCacheKey<R>, CacheKeyError>
  /**
   * The caches themselves, which belong to this session alone. What is asked of them directly is completed by the session
   * as well, but keys that are made without it (`ClientCacheKey.make`) are not: `clientKey` and `resourceKey` make those.
   */
  readonly caches: SessionCaches
  /** The profiles in the shared files when they were read last. */
  readonly availableProfiles: Effect.Effect<ReadonlyArray<string>>
  /** The profile; `"default"` when none was named. */
  readonly profileName: Effect.Effect<string>
  /** The region of clients that name none. */
  readonly regionName: Effect.Effect<Option.Option<string>>
  /**
   * The credentials of clients that bring none, as they are now, resolved if need be; `None` when the SDK's default chain
   * has none. Fails when there should be some, but their source fails.
   *
   * @param options `forceRefresh` resolves anew, from the files as they are, whatever is remembered
   */
  readonly getCredentials: (
    options?: { readonly forceRefresh?: boolean | undefined }
  ) => Effect.Effect<Option.Option<SessionIdentity>, CredentialsFailure>
  /**
   * The credentials of clients that bring none, as a credential provider: what `getCredentials` gives is out of date some
   * time later, this is not. It can be given to any client of the SDK, outside of the session as well, and to other
   * libraries. It shares what the session remembers, refreshes it before it expires, and takes `{ forceRefresh: true }`.
   *
   * It fails as the SDK's providers do, and with `ClientClosedError` once the session is closed and what is remembered
   * has expired.
   */
  readonly credentialProvider: Effect.Effect<SessionCredentialProvider>
  /** The names of the AWS partitions. */
  readonly getAvailablePartitions: Effect.Effect<ReadonlyArray<string>>
  /** The partition of a region, such as `"aws-cn"` of `"cn-north-1"`. */
  readonly getPartitionForRegion: (region: string) => Effect.Effect<string, UnknownRegionError>
  /**
   * The regions of a partition in which a service is known to be; none for an unknown service or partition. It is as old
   * as the data in this package: a region that is not listed may have the service.
   *
   * @param service its name in the SDK for JavaScript, such as `"s3"`, or in the SDK for Python
   */
  readonly getAvailableRegions: (
    service: string,
    options?: RegionsOptions | undefined
  ) => Effect.Effect<ReadonlyArray<string>>
  /** The known services: `@aws-sdk/client-` and a name is a package. */
  readonly getAvailableServices: Effect.Effect<ReadonlyArray<string>>
  /** The names of the resources that this package defines. Programs define their own: `ResourceDefinition.make`. */
  readonly getAvailableResources: Effect.Effect<ReadonlyArray<string>>
  /**
   * Reads the environment and the shared files again, and forgets all credentials. Clients made before keep their region
   * and profile, and their next requests have the new credentials. Where settings of a profile have changed, the next
   * call makes a new client; where any have, resources that the session built leave its caches.
   *
   * Fails as the making of the session does; then nothing has changed.
   */
  readonly reload: Effect.Effect<void, SessionError>
  /** What was counted, and the connections that are shared now. */
  readonly stats: Effect.Effect<SessionStats>
  /**
   * What happens in the session's caches from now on. It never blocks them: a listener that is too slow loses what comes
   * while it is behind. It ends with the session.
   */
  readonly events: Stream.Stream<SessionEvent>
}
