/**
 * One AWS SDK client per distinct configuration, let go without breaking a request.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export type { Settled, SettleOptions } from "../Cache/background/Settled.js"
export type { CacheStats } from "../Cache/common/CacheStats.js"
export {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError
} from "../Cache/errors/CacheErrors.js"
export type { ErrorGuard } from "../Cache/errors/errorGuard.js"
export type { LeasedStoreEvent } from "../Cache/events/StoreEvent.js"
export type { ClientCacheOptions, SendOptions } from "./client/ClientCacheOptions.js"
export type { ClientCacheService } from "./client/ClientCacheService.js"
export type { ClientCacheStats, ClientFigures } from "./client/ClientCacheStats.js"
export type { ClientCacheVerbs } from "./client/ClientCacheVerbs.js"
export type { ClientFake } from "./client/ClientFake.js"
export { ClientCache, type ClientCacheLayers, ClientCacheLive, type ClientCacheServiceClass } from "./ClientCache.js"
export { type ClientCacheError, isClientCacheError } from "./ClientCacheError.js"
export type { CredentialsFailure } from "./credentials/CredentialMemo.js"
/**
 * The session of the process, for programs that need no other.
 *
 * @since 1.0.0
 */
export * as DefaultSession from "./DefaultSession.js"
export {
  ClientBuildError,
  type ClientBuildReason,
  ClientClosedError,
  type ClientClosedReason,
  ClientValueError
} from "./errors/ClientErrors.js"
export {
  type ExceptionClass,
  type ExceptionSource,
  isRequestError,
  RequestError,
  type RequestErrorOf,
  type RequestFault,
  type RequestMetadata,
  type RequestReason
} from "./errors/RequestError.js"
export { ResourceBuildError, type ResourceBuildReason, ResourceValueError } from "./errors/ResourceErrors.js"
export {
  CredentialsError,
  type CredentialsReason,
  PackageNotFoundError,
  ProfileNotFoundError,
  UnknownRegionError
} from "./errors/SessionErrors.js"
export { ClientCacheKey, isClientCacheKey } from "./key/ClientCacheKey.js"
export { ClientCustomization } from "./key/ClientCustomization.js"
export type { ClientArguments, ClientOptions } from "./key/ClientOptions.js"
export type { ClientLoader, ClientSource } from "./key/ClientSource.js"
export type { RegionsOptions } from "./regions/Partition.js"
export type { SendError } from "./request/requestFailure.js"
export { type RequestOptions, sendCommand } from "./request/sendCommand.js"
export {
  type DocumentOptions,
  DynamoDBDocumentClientResource,
  DynamoDBDocumentResource
} from "./resource/DynamoDBDocumentResource.js"
export type { ResourceError } from "./resource/ResourceBuilder.js"
export { isResourceCacheKey, ResourceCacheKey } from "./resource/ResourceCacheKey.js"
export type { ResourceCacheOptions } from "./resource/ResourceCacheOptions.js"
export type { ResourceCacheService } from "./resource/ResourceCacheService.js"
export type { ResourceCacheStats, ResourceFigures } from "./resource/ResourceCacheStats.js"
export type { ResourceCacheVerbs } from "./resource/ResourceCacheVerbs.js"
export {
  type NoOptions,
  type ResourceArguments,
  ResourceDefinition,
  type ResourceOf,
  type ResourceOptionsArguments,
  type ResourceSpec
} from "./resource/ResourceDefinition.js"
export type { ResourceFake } from "./resource/ResourceFake.js"
export {
  ResourceCache,
  type ResourceCacheLayers,
  ResourceCacheLive,
  type ResourceCacheServiceClass,
  type ResourceCacheServiceOptions
} from "./ResourceCache.js"
export type {
  AwsClient,
  ClientClass,
  ClientConfig,
  ClientOf,
  OptionalConfig,
  RedactedCredentials
} from "./sdk/AwsClient.js"
export type { AwsCommand, CommandFor, CommandOfAnotherService, HandlerOptions } from "./sdk/AwsCommand.js"
export type { AwsCredentials } from "./sdk/AwsCredentials.js"
export { Session, type SessionLayers, SessionLive, type SessionServiceClass } from "./Session.js"
export { SessionCaches } from "./session/SessionCaches.js"
export type {
  IdentityProperties,
  SessionCredentialProvider,
  SessionCredentialsOption
} from "./session/SessionCredentials.js"
export type {
  SessionCacheControls,
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
  SessionStats
} from "./session/SessionOptions.js"
export type { SessionService } from "./session/SessionService.js"
export type { SessionVerbs } from "./session/SessionVerbs.js"
export type { SessionTestOptions } from "./session/testSession.js"
