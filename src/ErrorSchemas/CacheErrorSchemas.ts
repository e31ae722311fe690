/**
 * Schemas of the errors that all parts share.
 *
 * @since 1.0.0
 */
import * as Schema from "effect/Schema"
import * as Engine from "../Cache/engine/BoundedMapOptions.js"
import * as Errors from "../Cache/errors/CacheErrors.js"
import type * as Cache from "../Cache/index.js"
import { classSchema, type Encoded, errorSchema } from "../effect/platform/errorSchema.js"
import { Amount, Text } from "./fields.js"

/**
 * There is an entry under this key already: status 409.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheExistsError: Schema.Schema<
  Cache.CacheExistsError,
  Encoded<Cache.CacheExistsError, "cache" | "key">
> = classSchema(
  "CacheExistsError",
  Errors.CacheExistsError,
  Schema.Struct({ _tag: Schema.Literal("CacheExistsError"), cache: Text, key: Text }),
  409,
  "There is an entry under this key already."
)

/**
 * There is no entry under this key: status 404.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheNotFoundError: Schema.Schema<
  Cache.CacheNotFoundError,
  Encoded<Cache.CacheNotFoundError, "cache" | "key" | "detail">
> = classSchema(
  "CacheNotFoundError",
  Errors.CacheNotFoundError,
  Schema.Struct({
    _tag: Schema.Literal("CacheNotFoundError"),
    cache: Text,
    key: Text,
    detail: Schema.optionalWith(Text, { exact: true })
  }),
  404,
  "There is no entry under this key, or it has expired."
)

/**
 * A key is not acceptable: status 400. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheKeyError: Schema.Schema<
  Cache.CacheKeyError,
  Encoded<Cache.CacheKeyError, "cache" | "field" | "value" | "accepted">
> = classSchema(
  "CacheKeyError",
  Errors.CacheKeyError,
  Schema.Struct({ _tag: Schema.Literal("CacheKeyError"), cache: Text, field: Text, value: Text, accepted: Text }),
  400,
  "A key is not acceptable."
)

/**
 * An option is not acceptable: status 500, since options are the program's. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheConfigError: Schema.Schema<
  Cache.CacheConfigError,
  Encoded<Cache.CacheConfigError, "cache" | "option" | "value" | "accepted">
> = classSchema(
  "CacheConfigError",
  Errors.CacheConfigError,
  Schema.Struct({ _tag: Schema.Literal("CacheConfigError"), cache: Text, option: Text, value: Text, accepted: Text }),
  500,
  "An option is not acceptable."
)

/**
 * An entry is heavier than all entries together may be: status 413.
 *
 * @since 1.0.0
 * @category schemas
 */
export const EntryTooLargeError: Schema.Schema<
  Cache.EntryTooLargeError,
  Encoded<Cache.EntryTooLargeError, "cache" | "key" | "weight" | "maxWeight" | "option">
> = classSchema(
  "EntryTooLargeError",
  Errors.EntryTooLargeError,
  Schema.Struct({
    _tag: Schema.Literal("EntryTooLargeError"),
    cache: Text,
    key: Text,
    weight: Amount,
    maxWeight: Amount,
    option: Schema.optionalWith(Text, { exact: true })
  }),
  413,
  "An entry is heavier than all entries together may be."
)

/**
 * A computation waits for its own result: status 500.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheReentryError: Schema.Schema<
  Cache.CacheReentryError,
  Encoded<Cache.CacheReentryError, "cache" | "key">
> = classSchema(
  "CacheReentryError",
  Errors.CacheReentryError,
  Schema.Struct({ _tag: Schema.Literal("CacheReentryError"), cache: Text, key: Text }),
  500,
  "A computation waits for its own result."
)

/**
 * A bad option or weight of a bounded map: status 500. Of `value`, `printed` is sent, and stands in its place.
 *
 * @since 1.0.0
 * @category schemas
 */
export const BoundedMapError: Schema.Schema<
  Cache.BoundedMapError,
  Encoded<Cache.BoundedMapError, "option" | "printed" | "accepted">
> = errorSchema(
  "BoundedMapError",
  Schema.Struct({ _tag: Schema.Literal("BoundedMapError"), option: Text, printed: Text, accepted: Text }),
  {
    is: (u) => u instanceof Engine.BoundedMapError,
    make: ({ accepted, option, printed }) => new Engine.BoundedMapError(option, printed, accepted, printed),
    status: 500,
    description: "A bad option or weight."
  }
)

/**
 * What all parts share: see `CacheError` of `effect-aws-cache/Cache`.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheError = Schema.Union(
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  CacheReentryError,
  EntryTooLargeError
)

/**
 * Any error of a store: see `StoreError` of `effect-aws-cache/Cache`.
 *
 * @since 1.0.0
 * @category schemas
 */
export const StoreError = Schema.Union(...CacheError.members, BoundedMapError)
