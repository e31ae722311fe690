/**
 * What a bucket answered, before anybody judges it.
 */
import type {
  GetBucketEncryptionCommandOutput,
  GetBucketLifecycleConfigurationCommandOutput,
  GetBucketNotificationConfigurationCommandOutput,
  GetBucketVersioningCommandOutput,
  GetObjectLockConfigurationCommandOutput
} from "@aws-sdk/client-s3"
import type { Answer } from "./Answer.js"
import type { PolicyPlace } from "./policyStatements.js"

/** The credentials that a client would sign with. */
export type CredentialsSeen =
  | {
    readonly isDone: true
    /** Where the SDK says that it has them from, such as `environment variables`. */
    readonly source: string | undefined
    /** Enough of the key to tell it from others. */
    readonly accessKey: string
    /** When they end, in milliseconds since the epoch. */
    readonly expiresAt: number | undefined
    readonly now: number
  }
  | { readonly isDone: false; readonly detail: string }

/** What a bucket wants a write to say before it takes it. */
export type Demand = "no-checksums" | "AES256" | "aws:kms" | "SSE-C"

/** An object that was read. */
export interface ReadObject {
  readonly body: string
  readonly etag: string
}

/** An object that a list named. */
export interface ListedProbe {
  readonly etag: string
  readonly size: number | undefined
}

/** What became of requests on a condition: those that must be refused, and those that must not. */
export interface ConditionAnswers {
  /** Of a condition that does not hold. */
  readonly wrong: Answer<unknown>
  /** Of one that holds, in the form of the ETag that the server takes. */
  readonly right: Answer<unknown>
}

/** What a bucket answered. What was not asked, because of what was answered before, is missing. */
export interface Facts {
  readonly place: PolicyPlace
  readonly credentials: CredentialsSeen
  /** A read of an object that is not there: the first request. */
  readonly absent?: Answer<unknown>
  /** Whether it answers only those who say that they pay. */
  readonly wantsPayer?: boolean
  readonly lifecycle?: Answer<GetBucketLifecycleConfigurationCommandOutput>
  readonly versioning?: Answer<GetBucketVersioningCommandOutput>
  readonly encryption?: Answer<GetBucketEncryptionCommandOutput>
  readonly objectLock?: Answer<GetObjectLockConfigurationCommandOutput>
  /** Where they are asked for. */
  readonly notifications?: Answer<GetBucketNotificationConfigurationCommandOutput>
  /** A removal of an object that is not there. */
  readonly remove?: Answer<unknown>
  readonly write?: Answer<{ readonly etag: string; readonly versionId: string | undefined }>
  /** Whether the write was one that could not have succeeded: nothing could be removed again. */
  readonly isDryWrite?: boolean
  readonly demand?: Demand
  readonly list?: Answer<ListedProbe | undefined>
  readonly read?: Answer<ReadObject>
  /** A read of the first four bytes. */
  readonly ranged?: Answer<ReadObject>
  /** A read of what is known already. */
  readonly unchanged?: Answer<ReadObject>
  /** A write of another content. */
  readonly rewrite?: Answer<{ readonly etag: string }>
  /** A write on the condition that there is no object, where there is one. */
  readonly addToExisting?: Answer<unknown>
  readonly replace?: ConditionAnswers
  readonly removeIfMatch?: ConditionAnswers
  /** How many objects or versions of the doctor's could not be removed again. */
  readonly left: number
}
