/**
 * Schemas of the errors of dictionaries.
 *
 * @since 1.0.0
 */
import * as Schema from "effect/Schema"
import * as Sizes from "../Cache/memory/parseByteSize.js"
import { classSchema, type Encoded } from "../effect/platform/errorSchema.js"
import * as Values from "../Ttl/dict/CacheValueError.js"
import * as Fetches from "../Ttl/fetch/FetchErrors.js"
import type * as Ttl from "../Ttl/index.js"
import * as Snapshots from "../Ttl/snapshot/DictSnapshotError.js"
import { CacheError } from "./CacheErrorSchemas.js"
import { Amount, Text } from "./fields.js"

/**
 * A value is not what the schema of a dictionary accepts: status 422.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheValueError: Schema.Schema<
  Ttl.CacheValueError,
  Encoded<Ttl.CacheValueError, "cache" | "key" | "field" | "accepted">
> = classSchema(
  "CacheValueError",
  Values.CacheValueError,
  Schema.Struct({ _tag: Schema.Literal("CacheValueError"), cache: Text, key: Text, field: Text, accepted: Text }),
  422,
  "A value is not what the schema of a dictionary accepts."
)

/**
 * Something is not a size in memory: status 400.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ByteSizeError: Schema.Schema<
  Ttl.ByteSize.ByteSizeError,
  Encoded<Ttl.ByteSize.ByteSizeError, "input" | "reason" | "detail">
> = classSchema(
  "ByteSizeError",
  Sizes.ByteSizeError,
  Schema.Struct({
    _tag: Schema.Literal("ByteSizeError"),
    input: Text,
    reason: Schema.Literal(
      "NotASize",
      "NotPositive",
      "NotWhole",
      "NoUnit",
      "AmbiguousUnit",
      "UnknownUnit",
      "TooSmall",
      "TooLarge",
      "UnknownTotal"
    ),
    detail: Text
  }),
  400,
  "Something is not a size in memory."
)

/**
 * A snapshot could not be written: status 500. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const DictSnapshotError: Schema.Schema<
  Ttl.DictSnapshotError,
  Encoded<Ttl.DictSnapshotError, "cache" | "path" | "reason" | "detail">
> = classSchema(
  "DictSnapshotError",
  Snapshots.DictSnapshotError,
  Schema.Struct({
    _tag: Schema.Literal("DictSnapshotError"),
    cache: Text,
    path: Text,
    reason: Schema.Literal("NotFound", "PermissionDenied", "Timeout", "Unknown"),
    detail: Text
  }),
  500,
  "A snapshot could not be written."
)

/**
 * A load has not ended in its time: status 504.
 *
 * @since 1.0.0
 * @category schemas
 */
export const LoadTimeoutError: Schema.Schema<
  Ttl.LoadTimeoutError,
  Encoded<Ttl.LoadTimeoutError, "cache" | "key" | "millis">
> = classSchema(
  "LoadTimeoutError",
  Fetches.LoadTimeoutError,
  Schema.Struct({ _tag: Schema.Literal("LoadTimeoutError"), cache: Text, key: Text, millis: Amount }),
  504,
  "A load has not ended in its time."
)

/**
 * As many loads are under way as there may be: status 503.
 *
 * @since 1.0.0
 * @category schemas
 */
export const TooManyLoadsError: Schema.Schema<
  Ttl.TooManyLoadsError,
  Encoded<Ttl.TooManyLoadsError, "cache" | "key" | "maxLoads">
> = classSchema(
  "TooManyLoadsError",
  Fetches.TooManyLoadsError,
  Schema.Struct({ _tag: Schema.Literal("TooManyLoadsError"), cache: Text, key: Text, maxLoads: Amount }),
  503,
  "As many loads are under way as there may be."
)

/**
 * Any error of a dictionary: see `TtlDictError` of `effect-aws-cache/Ttl`.
 *
 * @since 1.0.0
 * @category schemas
 */
export const TtlDictError = Schema.Union(
  ...CacheError.members,
  ByteSizeError,
  CacheValueError,
  DictSnapshotError,
  LoadTimeoutError,
  TooManyLoadsError
)
