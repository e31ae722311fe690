/**
 * Schemas of the errors of caches over two levels.
 *
 * @since 1.0.0
 */
import * as Schema from "effect/Schema"
import { longestMessage } from "../Cache/printing/cutText.js"
import { classSchema, type Encoded } from "../effect/platform/errorSchema.js"
import { transformed } from "../effect/schemas.js"
import type * as Keyv from "../Keyv/index.js"
import * as KeyvErrors from "../Keyv/KeyvStorageClosedError.js"
import { cutStart } from "../S3Store/common/cutStart.js"
import type * as S3Store from "../S3Store/index.js"
import * as Snapshots from "../S3Store/objects/CacheSnapshotError.js"
import * as Errors from "../S3Store/objects/ObjectStoreErrors.js"
import { CacheError } from "./CacheErrorSchemas.js"
import { ClientBuildError } from "./ClientErrorSchemas.js"
import { Text } from "./fields.js"

// What names of objects differ in is at their end.
const cutTarget = (name: string): string => cutStart(name, longestMessage)

const Target = transformed(Schema.String, Schema.String, cutTarget, cutTarget)

/**
 * The second level did not do what it was asked: status 503. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const ObjectStoreError: Schema.Schema<
  S3Store.ObjectStoreError,
  Encoded<S3Store.ObjectStoreError, "reason" | "operation" | "target" | "detail">
> = classSchema(
  "ObjectStoreError",
  Errors.ObjectStoreError,
  Schema.Struct({
    _tag: Schema.Literal("ObjectStoreError"),
    reason: Schema.Literal(
      "AccessDenied",
      "NoSuchBucket",
      "Credentials",
      "WrongRegion",
      "WrongEndpoint",
      "ClockSkew",
      "Encryption",
      "Rejected",
      "Throttled",
      "Timeout",
      "Network",
      "Unavailable",
      "ConditionalWritesUnsupported",
      "ListUnsupported",
      "ReadOnly",
      "BadName",
      "Conflict",
      "Unreadable",
      "CircuitOpen",
      "Unknown"
    ),
    operation: Text,
    target: Target,
    detail: Text
  }),
  503,
  "The second level did not do what it was asked."
)

/**
 * A value does not fit the schema of its keyspace: status 422. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheEncodeError: Schema.Schema<
  S3Store.CacheEncodeError,
  Encoded<S3Store.CacheEncodeError, "cache" | "key" | "detail">
> = classSchema(
  "CacheEncodeError",
  Errors.CacheEncodeError,
  Schema.Struct({ _tag: Schema.Literal("CacheEncodeError"), cache: Text, key: Text, detail: Text }),
  422,
  "A value does not fit the schema of its keyspace."
)

/**
 * An object is no entry of its key: status 502. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheDecodeError: Schema.Schema<
  S3Store.CacheDecodeError,
  Encoded<S3Store.CacheDecodeError, "reason" | "cache" | "key" | "detail">
> = classSchema(
  "CacheDecodeError",
  Errors.CacheDecodeError,
  Schema.Struct({
    _tag: Schema.Literal("CacheDecodeError"),
    reason: Schema.Literal(
      "NotAnEntry",
      "UnknownVersion",
      "Unsupported",
      "Damaged",
      "TooLarge",
      "NotEncrypted",
      "KeyUnknown",
      "KeyWrong",
      "Foreign",
      "Schema"
    ),
    cache: Text,
    key: Text,
    detail: Text
  }),
  502,
  "An object is no entry of its key."
)

/**
 * The memory of a cache could not be written to a file, or brought back: status 500. `cause` is not sent.
 *
 * @since 1.0.0
 * @category schemas
 */
export const CacheSnapshotError: Schema.Schema<
  S3Store.CacheSnapshotError,
  Encoded<S3Store.CacheSnapshotError, "cache" | "path" | "operation" | "reason" | "detail">
> = classSchema(
  "CacheSnapshotError",
  Snapshots.CacheSnapshotError,
  Schema.Struct({
    _tag: Schema.Literal("CacheSnapshotError"),
    cache: Text,
    path: Text,
    operation: Text,
    reason: Schema.Literal(
      "NotFound",
      "PermissionDenied",
      "Foreign",
      "UnknownVersion",
      "Damaged",
      "Timeout",
      "Unknown"
    ),
    detail: Text
  }),
  500,
  "The memory of a cache could not be written to a file, or brought back."
)

/**
 * The scope of a storage for Keyv has been closed: status 503.
 *
 * @since 1.0.0
 * @category schemas
 */
export const KeyvStorageClosedError: Schema.Schema<
  Keyv.KeyvStorageClosedError,
  Encoded<Keyv.KeyvStorageClosedError, "keyspace">
> = classSchema(
  "KeyvStorageClosedError",
  KeyvErrors.KeyvStorageClosedError,
  Schema.Struct({ _tag: Schema.Literal("KeyvStorageClosedError"), keyspace: Text }),
  503,
  "The scope of a storage has been closed."
)

/**
 * Any error of an `S3Cache` or an `ObjectStore`: see `S3CacheError` of `effect-aws-cache/S3Store`.
 *
 * @since 1.0.0
 * @category schemas
 */
export const S3CacheError = Schema.Union(
  ...CacheError.members,
  CacheDecodeError,
  CacheEncodeError,
  CacheSnapshotError,
  ClientBuildError,
  ObjectStoreError
)
