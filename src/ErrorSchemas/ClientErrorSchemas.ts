/**
 * Schemas of the errors of clients, resources and sessions.
 *
 * @since 1.0.0
 */
import * as Schema from "effect/Schema"
import * as Clients from "../ClientLayer/errors/ClientErrors.js"
import * as Requests from "../ClientLayer/errors/RequestError.js"
import * as Resources from "../ClientLayer/errors/ResourceErrors.js"
import * as Sessions from "../ClientLayer/errors/SessionErrors.js"
import type * as ClientLayer from "../ClientLayer/index.js"
import { classSchema, type Encoded, errorSchema } from "../effect/platform/errorSchema.js"
import {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError
} from "./CacheErrorSchemas.js"
import { Amount, Text, Texts } from "./fields.js"

/**
 * A client could not be built: status 500. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ClientBuildError: Schema.Schema<
  ClientLayer.ClientBuildError,
  Encoded<ClientLayer.ClientBuildError, "cache" | "key" | "reason" | "detail">
> = classSchema(
  "ClientBuildError",
  Clients.ClientBuildError,
  Schema.Struct({
    _tag: Schema.Literal("ClientBuildError"),
    cache: Text,
    key: Text,
    reason: Schema.Literal("Loader", "Constructor", "NotAClient", "Customization", "Check", "ConfigChanged"),
    detail: Text
  }),
  500,
  "A client could not be built."
)

/**
 * What was to be put into a cache is no client: status 500.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ClientValueError: Schema.Schema<
  ClientLayer.ClientValueError,
  Encoded<ClientLayer.ClientValueError, "cache" | "key" | "value">
> = classSchema(
  "ClientValueError",
  Clients.ClientValueError,
  Schema.Struct({ _tag: Schema.Literal("ClientValueError"), cache: Text, key: Text, value: Text }),
  500,
  "What was to be put into a cache is no client."
)

/**
 * A request was cut off, since its client was closed: status 503.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ClientClosedError: Schema.Schema<
  ClientLayer.ClientClosedError,
  Encoded<ClientLayer.ClientClosedError, "reason">
> = classSchema(
  "ClientClosedError",
  Clients.ClientClosedError,
  Schema.Struct({ _tag: Schema.Literal("ClientClosedError"), reason: Schema.Literal("Closed", "DrainTimeout") }),
  503,
  "A request was cut off."
)

/**
 * A resource could not be built: status 500. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ResourceBuildError: Schema.Schema<
  ClientLayer.ResourceBuildError,
  Encoded<ClientLayer.ResourceBuildError, "cache" | "key" | "reason" | "detail">
> = classSchema(
  "ResourceBuildError",
  Resources.ResourceBuildError,
  Schema.Struct({
    _tag: Schema.Literal("ResourceBuildError"),
    cache: Text,
    key: Text,
    reason: Schema.Literal("Make", "NotAResource", "OwnClient", "ConfigChanged"),
    detail: Text
  }),
  500,
  "A resource could not be built."
)

/**
 * What was to be put into a cache is no such resource: status 500.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ResourceValueError: Schema.Schema<
  ClientLayer.ResourceValueError,
  Encoded<ClientLayer.ResourceValueError, "cache" | "key" | "value">
> = classSchema(
  "ResourceValueError",
  Resources.ResourceValueError,
  Schema.Struct({ _tag: Schema.Literal("ResourceValueError"), cache: Text, key: Text, value: Text }),
  500,
  "What was to be put into a cache is no such resource."
)

/**
 * There is no such profile: status 500. Of the profiles there are, the names of 50 are sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ProfileNotFoundError: Schema.Schema<
  ClientLayer.ProfileNotFoundError,
  Encoded<ClientLayer.ProfileNotFoundError, "session" | "profile" | "available">
> = classSchema(
  "ProfileNotFoundError",
  Sessions.ProfileNotFoundError,
  Schema.Struct({ _tag: Schema.Literal("ProfileNotFoundError"), session: Text, profile: Text, available: Texts }),
  500,
  "There is no such profile."
)

/**
 * A region is in no known partition: status 500.
 *
 * @since 1.0.0
 * @category schemas
 */
export const UnknownRegionError: Schema.Schema<
  ClientLayer.UnknownRegionError,
  Encoded<ClientLayer.UnknownRegionError, "region">
> = classSchema(
  "UnknownRegionError",
  Sessions.UnknownRegionError,
  Schema.Struct({ _tag: Schema.Literal("UnknownRegionError"), region: Text }),
  500,
  "A region is in no known partition."
)

/**
 * Credentials could not be had: status 500. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CredentialsError: Schema.Schema<
  ClientLayer.CredentialsError,
  Encoded<ClientLayer.CredentialsError, "session" | "identity" | "reason" | "detail">
> = classSchema(
  "CredentialsError",
  Sessions.CredentialsError,
  Schema.Struct({
    _tag: Schema.Literal("CredentialsError"),
    session: Text,
    identity: Text,
    reason: Schema.Literal("Provider", "Unusable", "NoneGiven"),
    detail: Text
  }),
  500,
  "Credentials could not be had."
)

/**
 * A package could not be loaded: status 500. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const PackageNotFoundError: Schema.Schema<
  ClientLayer.PackageNotFoundError,
  Encoded<ClientLayer.PackageNotFoundError, "session" | "package" | "purpose">
> = classSchema(
  "PackageNotFoundError",
  Sessions.PackageNotFoundError,
  Schema.Struct({ _tag: Schema.Literal("PackageNotFoundError"), session: Text, package: Text, purpose: Text }),
  500,
  "A package could not be loaded."
)

/**
 * What is sent of the error of a request.
 *
 * @since 1.0.0
 * @category models
 */
export type RequestErrorEncoded<Tag extends string> =
  & Encoded<
    ClientLayer.RequestError<Tag>,
    "name" | "client" | "command" | "reason" | "detail" | "$metadata" | "isThrottling" | "isRetryable"
  >
  & Partial<Pick<ClientLayer.RequestError<Tag>, "cache" | "$fault">>

const Metadata = Schema.Struct({
  httpStatusCode: Schema.optional(Amount),
  requestId: Schema.optional(Text),
  extendedRequestId: Schema.optional(Text),
  cfId: Schema.optional(Text),
  attempts: Schema.optional(Amount),
  totalRetryDelay: Schema.optional(Amount)
})

const requestErrorSchema = <Tag extends string>(
  tag: Schema.Schema<Tag>,
  isTag: (tag: string) => boolean
): Schema.Schema<ClientLayer.RequestError<Tag>, RequestErrorEncoded<Tag>> =>
  errorSchema(
    "RequestError",
    Schema.Struct({
      _tag: tag,
      name: Text,
      cache: Schema.optional(Text),
      client: Text,
      command: Text,
      reason: Schema.Literal("Throttled", "Rejected", "Unavailable", "Timeout", "Network", "Aborted", "Unknown"),
      detail: Text,
      $metadata: Metadata,
      $fault: Schema.optional(Schema.Literal("client", "server")),
      isThrottling: Schema.Boolean,
      isRetryable: Schema.Boolean
    }),
    {
      is: (u): u is ClientLayer.RequestError<Tag> => u instanceof Requests.RequestError && isTag(u._tag),
      make: (fields) => new Requests.RequestError({ ...fields, cause: undefined }),
      status: 502,
      description: "A request to a service of AWS failed."
    }
  )

/**
 * The schema of the error for an exception that was named in the `errors` of a request, and whose name is its `_tag`:
 * status 502. `cause` is not sent.
 *
 * @example
 * ```ts
 * import { Schema } from "effect"
 * import * as ErrorSchemas from "effect-aws-cache/ErrorSchemas"
 * import * as assert from "node:assert/strict"
 *
 * const NoSuchKey = ErrorSchemas.makeRequestError("NoSuchKey")
 * const error = Schema.decodeSync(NoSuchKey)({
 *   _tag: "NoSuchKey",
 *   name: "NoSuchKey",
 *   client: "S3Client",
 *   command: "GetObject",
 *   reason: "Rejected",
 *   detail: "The specified key does not exist.",
 *   $metadata: { httpStatusCode: 404 },
 *   isThrottling: false,
 *   isRetryable: false
 * })
 *
 * assert.equal(error.message, "GetObject of S3Client failed: NoSuchKey (404): The specified key does not exist.")
 * ```
 *
 * @since 1.0.0
 * @category schemas
 */
export const makeRequestError = <const Tag extends string>(
  tag: Tag
): Schema.Schema<ClientLayer.RequestError<Tag>, RequestErrorEncoded<Tag>> =>
  requestErrorSchema(Schema.Literal(tag), (given) => given === tag)

/**
 * A request to a service of AWS failed, with an exception that was not named: status 502. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const RequestError: Schema.Schema<ClientLayer.RequestError, RequestErrorEncoded<"RequestError">> =
  makeRequestError(
    "RequestError"
  )

/**
 * Any error of clients, resources and sessions, requests with a tag of their own among them: see `ClientCacheError` of
 * `effect-aws-cache/ClientLayer`.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ClientCacheError = Schema.Union(
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
  ResourceBuildError,
  ResourceValueError,
  UnknownRegionError,
  requestErrorSchema(Text, () => true)
)
