/**
 * What a session is made and asked with, and what it tells.
 *
 * @since 1.0.0
 */
import type * as Redacted from "effect/Redacted"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { LeasedStoreEvent } from "../../Cache/events/StoreEvent.js"
import { metricsKind } from "../../Cache/metrics/makeMeter.js"
import { tracingKind } from "../../Cache/tracing/Tracing.js"
import type { ClientCacheOptions } from "../client/ClientCacheOptions.js"
import type { ClientBuildError } from "../errors/ClientErrors.js"
import type { ExceptionSource } from "../errors/RequestError.js"
import type { PackageNotFoundError, ProfileNotFoundError } from "../errors/SessionErrors.js"
import type { ClientCacheKey } from "../key/ClientCacheKey.js"
import type { ClientOptions } from "../key/ClientOptions.js"
import type { RequestOptions } from "../request/sendCommand.js"
import type { ResourceError } from "../resource/ResourceBuilder.js"
import type { ResourceCacheKey } from "../resource/ResourceCacheKey.js"
import type { ClientClass, ClientConfig, ClientOf, OptionalConfig } from "../sdk/AwsClient.js"
import type { TransportFigures } from "../transport/ConnectionPool.js"
import type { SessionPolicy } from "./SessionCaches.js"
import type { SessionCredentialsOption } from "./SessionCredentials.js"
import type { SessionTransportOptions } from "./SessionTransport.js"

export type { SessionPolicy } from "./SessionCaches.js"

/**
 * How a session is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionOptions extends
  SessionTransportOptions,
  Pick<
    ClientCacheOptions,
    "maxSize" | "gracePeriod" | "timeToLive" | "timeToIdle" | "eventCapacity" | "metrics" | "tracing"
  >
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
 * @since 1.0.0
 * @category models
 */
export interface SessionClientOptions<in C> extends ClientOptions<C>, SessionCacheControls {}

/**
 * What a request of a session is sent with, besides the configuration of its client.
 *
 * @since 1.0.0
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
  metrics: metricsKind,
  tracing: tracingKind
}

/**
 * Which cache of a session is used, and its limit.
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionCacheControls {
  /** Which of the session's caches to use. Default: the session's `evictionPolicy`. */
  readonly evictionPolicy?: SessionPolicy | undefined
  /**
   * Changes the limit of that cache, before anything is looked up or built, for this and all later calls of everybody, as
   * `resize({ maxSize })` of it does: what no longer fits leaves at once. What is asked for does not leave the cache for it,
   * unless it is 0. Default: the limit stays as it is.
   */
  readonly maxSize?: number | undefined
}

/** Which options choose a cache. */
export const controlKinds: OptionKinds<SessionCacheControls> = { evictionPolicy: ["LRU", "LFU"], maxSize: "limit" }

/**
 * The arguments after a client class: its configuration, optional where the class has it optional, and options.
 *
 * @since 1.0.0
 * @category models
 */
export type SessionClientArguments<Ctor extends ClientClass> = undefined extends OptionalConfig<Ctor>
  ? [config?: OptionalConfig<Ctor>, options?: SessionClientOptions<ClientOf<Ctor>> | undefined]
  : [config: ClientConfig<Ctor>, options?: SessionClientOptions<ClientOf<Ctor>> | undefined]

/**
 * The arguments after the definition of a resource: the configuration of its client, its own options, and which cache
 * is meant.
 *
 * @since 1.0.0
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
 * @since 1.0.0
 * @category models
 */
export type SessionResourceOptionsArguments<Options> = {} extends Options
  ? [options?: Options | undefined, controls?: SessionCacheControls | undefined]
  : [options: Options, controls?: SessionCacheControls | undefined]

/**
 * How a call of a session for a resource can fail.
 *
 * @since 1.0.0
 * @category errors
 */
export type SessionResourceError = ResourceError | CacheConfigError

/**
 * How a call of a session can fail.
 *
 * @since 1.0.0
 * @category errors
 */
export type SessionClientError = ClientBuildError | CacheConfigError

/**
 * How a session can fail to be made, or to be read anew.
 *
 * @since 1.0.0
 * @category errors
 */
export type SessionError = CacheConfigError | ProfileNotFoundError | PackageNotFoundError

/**
 * The credentials of a session. They can be given to a client or another session as they are.
 *
 * @since 1.0.0
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
 * @since 1.0.0
 * @category models
 */
export type SessionEvent =
  | {
    /** Which kind of cache it happened in. */
    readonly cache: "client"
    /** Which of the two caches of the kind. */
    readonly evictionPolicy: SessionPolicy
    /** What happened in it. */
    readonly event: LeasedStoreEvent<ClientCacheKey<unknown>>
  }
  | {
    /** Which kind of cache it happened in. */
    readonly cache: "resource"
    /** Which of the two caches of the kind. */
    readonly evictionPolicy: SessionPolicy
    /** What happened in it. */
    readonly event: LeasedStoreEvent<ResourceCacheKey<unknown>>
  }

/**
 * What a session has counted since it was made, and the connections its clients share now. Those of borrowed handlers
 * and of HTTP/2 are not known to it.
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionStats extends TransportFigures {
  /** How many times a source of credentials was asked. */
  readonly credentialResolutions: number
}
