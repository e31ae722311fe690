/**
 * How an object store uses a bucket, and the checks of it.
 *
 * @since 1.0.0
 */
import type {
  DeleteObjectCommandInput,
  GetObjectCommandInput,
  ListObjectsV2CommandInput,
  PutObjectCommandInput
} from "@aws-sdk/client-s3"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { asExit } from "../../Cache/errors/asExit.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { availableMemory } from "../../Cache/memory/availableMemory.js"
import { checkFiniteByteLimit } from "../../Cache/memory/checkByteLimit.js"
import type { ByteSizeInput } from "../../Cache/memory/parseByteSize.js"
import { whenRight } from "../../Cache/options/checkOptions.js"
import { millis } from "../../Cache/options/timeToLive.js"

/**
 * How an object store uses a bucket.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3ObjectStoreOptions {
  /** The bucket. It must be there. */
  readonly bucket: string
  /** What the names of all objects begin with. At most 700 printable ASCII characters. Default `"cache/"`. */
  readonly keyPrefix?: string | undefined
  /** How long a single request, retries by the SDK included, may take. Default 10 seconds. */
  readonly requestTimeout?: Duration.DurationInput | undefined
  /**
   * The most bytes an object may have to be read: a larger one is `TooLarge`, which is told from the head of the answer
   * where that says how long it is, and otherwise before more is read. `"64M"`, a number, or `"10%"` of the memory there
   * is (see `ByteSize.availableMemory`). Default 67,108,864 (64 MiB).
   */
  readonly maxObjectBytes?: ByteSizeInput | undefined
  /**
   * Whether to write on conditions. `"auto"` (default) finds out once, with three requests, whether the store honours
   * them; `"required"` takes it for granted; `"off"` never does. Without them `add` fails with reason
   * `ConditionalWritesUnsupported` instead of pretending.
   */
  readonly conditionalWrites?: "auto" | "required" | "off" | undefined
  /**
   * Whether to remove on conditions. `"auto"` (default) finds out once, with three requests, whether the store honours
   * them; `"required"` takes it for granted; `"off"` never does. Without them `removeIfMatch` is `unsupported`, and
   * removes nothing.
   */
  readonly conditionalDeletes?: "auto" | "required" | "off" | undefined
  /**
   * What `AccessDenied` to a load means: a failure (default), or a miss. S3 answers it instead of 404 when an object is
   * absent and the role has no `s3:ListBucket`; but also when it may not read at all, which `"miss"` hides. Other answers
   * of 403, such as a wrong signature or an archived object, and those that name an action such as `kms:Decrypt`, are
   * failures always.
   */
  readonly onAccessDenied?: "fail" | "miss" | undefined
  /**
   * What every write says besides: `ServerSideEncryption`, `SSEKMSKeyId`, `StorageClass`, `Tagging`, `Metadata`,
   * `CacheControl`, `ExpectedBucketOwner`, and the like.
   */
  readonly putOptions?:
    | Partial<Omit<PutObjectCommandInput, "Bucket" | "Key" | "Body" | "ContentLength" | "IfMatch" | "IfNoneMatch">>
    | undefined
  /** What every load says besides: `SSECustomerKey`, `RequestPayer`, `ExpectedBucketOwner`, and the like. */
  readonly getOptions?:
    | Pick<
      GetObjectCommandInput,
      "SSECustomerAlgorithm" | "SSECustomerKey" | "SSECustomerKeyMD5" | "RequestPayer" | "ExpectedBucketOwner"
    >
    | undefined
  /** What every removal says besides. */
  readonly deleteOptions?:
    | Pick<DeleteObjectCommandInput, "MFA" | "RequestPayer" | "BypassGovernanceRetention" | "ExpectedBucketOwner">
    | undefined
  /** What every request for a list says besides; `MaxKeys` is the size of a page, by default 1,000. */
  readonly listOptions?: Pick<ListObjectsV2CommandInput, "MaxKeys" | "RequestPayer" | "ExpectedBucketOwner"> | undefined
}

/** Options with their defaults. */
export interface CheckedS3Options {
  readonly bucket: string
  readonly keyPrefix: string
  readonly requestTimeout: Duration.Duration
  readonly maxObjectBytes: number
}

/** The options with their defaults, or what is wrong with them. */
export const checkS3Options = (
  { bucket, keyPrefix = "cache/", maxObjectBytes = 67_108_864, requestTimeout = "10 seconds" }: S3ObjectStoreOptions
): Effect.Effect<CheckedS3Options, CacheConfigError> =>
  Effect.gen(function*() {
    if (typeof bucket !== "string" || bucket.trim() === "") {
      return yield* configError(cache, "bucket", bucket, "the name of a bucket")
    }
    if (/[/\s]|^arn:/.test(bucket) && !/^arn:[^\s]+[:/]accesspoint[:/][^\s]+$/.test(bucket)) {
      const accepted =
        "the name of a bucket alone, such as \"my-bucket\" (what comes after it is the keyPrefix), or the " +
        "ARN of an access point"
      return yield* configError(cache, "bucket", bucket, accepted)
    }
    if (keyPrefix.length > 700 || !/^[\x20-\x7e]*$/.test(keyPrefix)) {
      return yield* configError(cache, "keyPrefix", keyPrefix, "at most 700 printable ASCII characters")
    }
    const mostBytes = yield* whenRight(
      () => checkFiniteByteLimit(cache, "maxObjectBytes", maxObjectBytes, availableMemory()),
      Effect.succeed
    )
    const timeout = yield* asExit(millis(cache, "requestTimeout", requestTimeout, "durationAboveZero"))
    return { bucket, keyPrefix, requestTimeout: Duration.millis(timeout), maxObjectBytes: mostBytes }
  })

const cache = "S3 object store"
