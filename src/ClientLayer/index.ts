/**
 * One AWS SDK client per distinct configuration, let go without breaking a request.
 *
 * @since 0.1.0
 */
export {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError
} from "../Cache/CacheErrors.js"
export type { ErrorGuard } from "../Cache/errorGuard.js"
export type { LeasedStoreEvent } from "../Cache/StoreEvent.js"
export type {
  AwsClient,
  ClientClass,
  ClientConfig,
  ClientOf,
  OptionalConfig,
  RedactedCredentials
} from "./AwsClient.js"
export type { AwsCommand, CommandFor, CommandOfAnotherService, HandlerOptions } from "./AwsCommand.js"
export type { AwsCredentials } from "./AwsCredentials.js"
export { ClientCache, ClientCacheLive } from "./ClientCache.js"
export { type ClientCacheError, isClientCacheError } from "./ClientCacheError.js"
export { ClientCacheKey, type ClientTypeId, isClientCacheKey } from "./ClientCacheKey.js"
export type {
  ClientCacheOptions,
  ClientCacheService,
  ClientCacheStats,
  ClientFigures,
  SendOptions
} from "./ClientCacheService.js"
export { ClientCustomization } from "./ClientCustomization.js"
export { ClientBuildError, ClientClosedError, ClientValueError } from "./ClientErrors.js"
export type { ClientFake } from "./ClientFake.js"
export type { ClientArguments, ClientOptions } from "./ClientOptions.js"
export type { ClientLoader, ClientSource } from "./ClientSource.js"
export type { TransportFigures } from "./ConnectionPool.js"
export type { CredentialsFailure } from "./CredentialMemo.js"
export {
  client,
  closeDefaultSession,
  defaultSession,
  lease,
  leaseResource,
  resource,
  send,
  setupDefaultSession,
  withClient,
  withResource
} from "./DefaultSession.js"
export {
  type DocumentOptions,
  DynamoDBDocumentClientResource,
  DynamoDBDocumentResource
} from "./DynamoDBDocumentResource.js"
export type { RegionsOptions } from "./Partition.js"
export {
  type ExceptionClass,
  type ExceptionSource,
  isRequestError,
  RequestError,
  type RequestErrorOf,
  type RequestFault,
  type RequestMetadata
} from "./RequestError.js"
export type { SendError } from "./requestFailure.js"
export type { ResourceError } from "./ResourceBuilder.js"
export { ResourceCache, ResourceCacheLive } from "./ResourceCache.js"
export { isResourceCacheKey, ResourceCacheKey, type ResourceTypeId } from "./ResourceCacheKey.js"
export type {
  ResourceCacheOptions,
  ResourceCacheService,
  ResourceCacheStats,
  ResourceFigures
} from "./ResourceCacheService.js"
export {
  type BuiltResource,
  type NoOptions,
  type ResourceArguments,
  ResourceDefinition,
  type ResourceOf,
  type ResourceOptionsArguments,
  type ResourceSpec
} from "./ResourceDefinition.js"
export { ResourceBuildError, ResourceValueError } from "./ResourceErrors.js"
export type { ResourceFake } from "./ResourceFake.js"
export { type RequestOptions, sendCommand } from "./sendCommand.js"
export { Session, SessionLive } from "./Session.js"
export { SessionCaches } from "./SessionCaches.js"
export type { IdentityProperties, SessionCredentialProvider, SessionCredentialsOption } from "./SessionCredentials.js"
export { CredentialsError, PackageNotFoundError, ProfileNotFoundError, UnknownRegionError } from "./SessionErrors.js"
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
  SessionService,
  SessionStats
} from "./SessionService.js"
export type { SessionTestOptions } from "./testSession.js"
