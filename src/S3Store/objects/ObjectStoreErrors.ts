/**
 * What can go wrong between a cache and its second level.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"
import { cutStart } from "../common/cutStart.js"

/**
 * Why the second level did not do what it was asked:
 *
 * - `AccessDenied`: the credentials do not allow it (403 `AccessDenied`, or a 403 without a code);
 * - `NoSuchBucket`: there is no such bucket;
 * - `Credentials`: there are none, or they are wrong or out of date;
 * - `WrongRegion`: the bucket is in another region than the client;
 * - `WrongEndpoint`: the client can make no address of its endpoint, or of what it is given;
 * - `ClockSkew`: the clock of this machine is too wrong for S3;
 * - `Encryption`: the key that S3 encrypts with cannot be used (`KMS.*`);
 * - `Rejected`: the request was refused (any other 4xx), which says nothing of other requests;
 * - `Throttled`: it asks to be asked less often (429, 503 SlowDown);
 * - `Timeout`: no answer in time;
 * - `Network`: no connection, or one that broke;
 * - `Unavailable`: it failed itself (5xx);
 * - `ConditionalWritesUnsupported`: it ignores or refuses conditions on writes, so that "only if absent" cannot be had;
 * - `ListUnsupported`: it cannot tell which objects there are;
 * - `ReadOnly`: this process may only read it (`ObjectStore.layerReadOnly`), so it was not asked;
 * - `BadName`: it takes no object of this name;
 * - `Conflict`: other writers were faster, again and again;
 * - `Unreadable`: an object is there, but it is not what it should be: see `cause`, a `CacheDecodeError`;
 * - `CircuitOpen`: it was not asked, since the last requests failed; `cause` is the last of these failures;
 * - `Unknown`: anything else; see `cause`.
 *
 * `docs/s3-answers.md` has what every answer of S3 means, and what follows from it.
 *
 * @since 1.0.0
 * @category models
 */
export type ObjectStoreReason =
  | "AccessDenied"
  | "NoSuchBucket"
  | "Credentials"
  | "WrongRegion"
  | "WrongEndpoint"
  | "ClockSkew"
  | "Encryption"
  | "Rejected"
  | "Throttled"
  | "Timeout"
  | "Network"
  | "Unavailable"
  | "ConditionalWritesUnsupported"
  | "ListUnsupported"
  | "ReadOnly"
  | "BadName"
  | "Conflict"
  | "Unreadable"
  | "CircuitOpen"
  | "Unknown"

/**
 * What an `ObjectStoreError` says.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreFault {
  /** Why, to branch on. */
  readonly reason: ObjectStoreReason
  /** What was asked: `load`, `save`, `add`, `replace`, `remove`, `list`, `probe`. */
  readonly operation: string
  /** The object or bucket it was about. */
  readonly target: string
  /** What to do about it, or what was said: 420 characters at most. */
  readonly detail: string
  /** What it came of. Of what an S3 client said, secrets and the answer as such are left out. */
  readonly cause?: unknown
}

/**
 * The second level did not do what it was asked. The first level is as it was, or has forgotten the entry where its
 * state in the second level is not known.
 *
 * @since 1.0.0
 * @category errors
 */
export class ObjectStoreError extends Data.TaggedError("ObjectStoreError")<ObjectStoreFault> {
  constructor(fault: ObjectStoreFault) {
    super({ ...fault, detail: cutText(fault.detail, 420) })
  }

  override get message(): string {
    const asked = `${cutText(this.operation, 12)} of ${cutStart(this.target, 150)}`
    return `${asked}: ${cutText(this.detail, 300)} (${this.reason})`
  }
}

/** The most characters of a printed key: 200 of a keyspace, and as many of what it names. */
const longestKey = 402

/**
 * What a `CacheEncodeError` says.
 *
 * @since 1.0.0
 * @category models
 */
export interface CacheEncodeFault {
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed with its keyspace: `users(1)`. */
  readonly key: string
  /** What is wrong with the value. */
  readonly detail: string
  /** What it came of. */
  readonly cause?: unknown
}

/**
 * A value does not fit the schema of its keyspace, or the schema does not encode it to JSON. Nothing was written.
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheEncodeError extends Data.TaggedError("CacheEncodeError")<CacheEncodeFault> {
  constructor(fault: CacheEncodeFault) {
    super({ ...fault, key: cutText(fault.key, longestKey), detail: cutText(fault.detail, 300) })
  }

  override get message(): string {
    const { cache, detail, key } = this
    return cutText(
      `${cutText(cache, 60)}: the value under ${cutText(key, 200)} cannot be encoded: ${detail}`,
      longestMessage
    )
  }
}

/**
 * Why an object is not taken for an entry:
 *
 * - `NotAnEntry`: it does not begin like one;
 * - `UnknownVersion`: its format version is one that this version of the library does not know, a newer one perhaps;
 * - `Unsupported`: its codec, compression or cipher is;
 * - `Damaged`: a checksum does not match, or what it covers cannot be read;
 * - `TooLarge`: it has more bytes than an entry may have, or would have, decompressed;
 * - `NotEncrypted`: it is not encrypted, though entries must be;
 * - `KeyUnknown`: it is encrypted with a key that is not given;
 * - `KeyWrong`: it is encrypted with another key of the same name, or was changed by somebody without the key;
 * - `Foreign`: it is the entry of another key, or has the form of a version that is not read;
 * - `Schema`: its value does not fit the schema of the keyspace any more.
 *
 * @since 1.0.0
 * @category models
 */
export type CacheDecodeReason =
  | "NotAnEntry"
  | "UnknownVersion"
  | "Unsupported"
  | "Damaged"
  | "TooLarge"
  | "NotEncrypted"
  | "KeyUnknown"
  | "KeyWrong"
  | "Foreign"
  | "Schema"

/**
 * What a `CacheDecodeError` says.
 *
 * @since 1.0.0
 * @category models
 */
export interface CacheDecodeFault {
  /** Why, to branch on. */
  readonly reason: CacheDecodeReason
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed with its keyspace: `users(1)`. */
  readonly key: string
  /** What is wrong with the object. */
  readonly detail: string
  /** What it came of. */
  readonly cause?: unknown
}

/**
 * An object is there, but it is not an entry of this key: damaged, foreign, of a newer format, of another key, or its
 * value does not fit the schema any more. Reads take it for a miss.
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheDecodeError extends Data.TaggedError("CacheDecodeError")<CacheDecodeFault> {
  constructor(fault: CacheDecodeFault) {
    super({ ...fault, key: cutText(fault.key, longestKey), detail: cutText(fault.detail, 300) })
  }

  override get message(): string {
    const { cache, detail, key } = this
    return cutText(
      `${cutText(cache, 60)}: the object under ${cutText(key, 200)} is no entry of it: ${detail}`,
      longestMessage
    )
  }
}
