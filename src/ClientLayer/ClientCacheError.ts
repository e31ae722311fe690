/**
 * Any error of clients, resources and sessions.
 *
 * @since 1.0.0
 */
import {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError
} from "../Cache/errors/CacheErrors.js"
import { type ErrorGuard, instanceOfAny } from "../Cache/errors/errorGuard.js"
import { ClientBuildError, ClientClosedError, ClientValueError } from "./errors/ClientErrors.js"
import { RequestError } from "./errors/RequestError.js"
import { ResourceBuildError, ResourceValueError } from "./errors/ResourceErrors.js"
import {
  CredentialsError,
  PackageNotFoundError,
  ProfileNotFoundError,
  UnknownRegionError
} from "./errors/SessionErrors.js"

/**
 * What a cache of clients, a cache of resources, a session or a request of theirs may fail or die with, besides what the
 * functions do that it was given.
 *
 * @since 1.0.0
 * @category errors
 */
export type ClientCacheError =
  | CacheConfigError
  | CacheExistsError
  | CacheKeyError
  | CacheNotFoundError
  | CacheReentryError
  | ClientBuildError
  | ClientClosedError
  | ClientValueError
  | CredentialsError
  | PackageNotFoundError
  | ProfileNotFoundError
  | RequestError<string>
  | ResourceBuildError
  | ResourceValueError
  | UnknownRegionError

/**
 * Whether a value is an error of clients, resources or sessions, whatever it is.
 *
 * @example
 * ```ts
 * import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3"
 * import { Effect } from "effect"
 * import { ClientCache, ClientCacheLive, isClientCacheError } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = ClientCache.send(S3Client, { region: "us-west-2" }, new ListObjectsV2Command({ Bucket: "lost" })).pipe(
 *   Effect.map(({ Contents = [] }) => `${Contents.length} objects`),
 *   Effect.catchIf(isClientCacheError, (error) => Effect.succeed(error.name)),
 *   Effect.provide(ClientCacheLive)
 * )
 *
 * assert.equal(await Effect.runPromise(program), "NoSuchBucket")
 * ```
 *
 * @since 1.0.0
 * @category guards
 */
export const isClientCacheError: ErrorGuard<ClientCacheError> = instanceOfAny(
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  ClientBuildError,
  ClientClosedError,
  ClientValueError,
  CredentialsError,
  PackageNotFoundError,
  ProfileNotFoundError,
  RequestError,
  ResourceBuildError,
  ResourceValueError,
  UnknownRegionError
)
