/**
 * One AWS SDK client per distinct configuration, let go without breaking a request.
 *
 * @since 0.1.0
 */
export type {
  AwsClient,
  ClientClass,
  ClientConfig,
  ClientOf,
  OptionalConfig,
  RedactedCredentials
} from "./AwsClient.js"
export { ClientCache, ClientCacheLive } from "./ClientCache.js"
export { ClientCacheKey, type ClientTypeId, isClientCacheKey } from "./ClientCacheKey.js"
export type { ClientCacheOptions, ClientCacheService, ClientCacheStats, ClientFigures } from "./ClientCacheService.js"
export { ClientCustomization } from "./ClientCustomization.js"
export { ClientBuildError, ClientClosedError, ClientValueError } from "./ClientErrors.js"
export type { ClientFake } from "./ClientFake.js"
export type { ClientArguments, ClientOptions } from "./ClientOptions.js"
export type { ClientLoader, ClientSource } from "./ClientSource.js"
export type { TransportFigures } from "./Transport.js"
