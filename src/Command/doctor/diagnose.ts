/**
 * What is wrong with a bucket, for a cache.
 */
import * as Effect from "effect/Effect"
import { makeAsking } from "./Answer.js"
import { examineBucket, type Examined } from "./examineBucket.js"
import type { Facts } from "./Facts.js"
import { type BucketCheck, bucketChecks, type Diagnosis, type Judgement } from "./Finding.js"
import {
  judgeAbsent,
  judgeBucket,
  judgeClock,
  judgeCredentials,
  judgeList,
  judgeProbes,
  judgeRead,
  judgeRemove,
  judgeWrite
} from "./judgeAccess.js"
import {
  judgeChecksums,
  judgeConditionalDeletes,
  judgeConditionalWrites,
  judgeEtags,
  judgePayer,
  judgeRanges,
  judgeUnchanged
} from "./judgeAnswers.js"
import { judgeEncryption, judgeObjectLock, judgeVersions } from "./judgeKeeping.js"
import { judgeLifecycle, judgeTransitions } from "./judgeLifecycle.js"
import { judgeNotifications } from "./judgeNotifications.js"

const judges: Readonly<Record<BucketCheck, (facts: Facts) => Judgement>> = {
  credentials: judgeCredentials,
  bucket: judgeBucket,
  clock: judgeClock,
  remove: judgeRemove,
  write: judgeWrite,
  read: judgeRead,
  absent: judgeAbsent,
  list: judgeList,
  encryption: judgeEncryption,
  "requester-pays": judgePayer,
  checksums: judgeChecksums,
  etags: judgeEtags,
  unchanged: judgeUnchanged,
  ranges: judgeRanges,
  "conditional-writes": judgeConditionalWrites,
  "conditional-deletes": judgeConditionalDeletes,
  lifecycle: judgeLifecycle,
  transitions: judgeTransitions,
  versions: judgeVersions,
  "object-lock": judgeObjectLock,
  notifications: judgeNotifications,
  probes: judgeProbes
}

/** Examines a bucket, and judges each of its answers. Never fails, and leaves nothing in the bucket. */
export const diagnose = (examined: Examined): Effect.Effect<Diagnosis> =>
  Effect.suspend(() => {
    const asking = makeAsking(examined.bucket, [examined.client, examined.plainClient])
    return Effect.map(examineBucket(examined, asking), (facts): Diagnosis => ({
      target: `s3://${examined.bucket}/${examined.keyPrefix}`,
      findings: bucketChecks.filter((check) => check !== "notifications" || examined.hasNotifications === true).map((
        check
      ) => ({ check, ...judges[check](facts) })),
      requests: asking.requests()
    }))
  })
