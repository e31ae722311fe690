/**
 * How a bucket keeps what is written to it.
 */
import { isDirectoryBucket } from "../../S3Store/bucket/directoryBucket.js"
import { type Answer, detailOf, isUnknownToServer, reasonOf } from "./Answer.js"
import type { Facts } from "./Facts.js"
import { found, good, type Judgement, note, unseen, untried } from "./Finding.js"
import { removesOldVersions } from "./judgeLifecycle.js"

/** Whether old versions of what is overwritten and removed pile up. */
export const judgeVersions = (facts: Facts): Judgement => {
  const { absent, place, remove, versioning, write } = facts
  if (absent === undefined) return untried
  if (isDirectoryBucket(place.bucket)) return good("directory buckets keep no versions")
  const versionId = write?.isDone === true ? write.output.versionId : undefined
  const isSeen = versioning?.isDone === true
  const status = isSeen
    ? versioning.output.Status
    : versionId !== undefined && versionId !== "null"
    ? "Enabled"
    : undefined
  if (status === "Enabled") {
    const says = "the bucket keeps every version: what is overwritten or removed stays, and is paid for"
    switch (removesOldVersions(facts)) {
      case true:
        return good("versions are kept, and a rule removes old ones")
      case false:
        return found(
          says,
          `add a rule with NoncurrentVersionExpiration for ${
            place.keyPrefix || "the bucket"
          }, of one day, or keep the cache in ` +
            "a bucket without versions"
        )
      case undefined:
        return note(`${says}; whether a rule removes it could not be looked at`, "see that there is one")
    }
  }
  if (status === "Suspended") return good("no new versions are kept")
  if (isSeen || write?.isDone === true) return good("no versions are kept")
  return versioning === undefined || remove === undefined
    ? untried
    : unseen(whyUnseen(versioning, "s3:GetBucketVersioning"))
}

const whyUnseen = (answer: Answer<unknown>, action: string): string =>
  isUnknownToServer(answer) ? "the server knows no such thing" : `the role may not look at it (${action})`

/** Whether removals free anything. */
export const judgeObjectLock = ({ absent, objectLock, place }: Facts): Judgement => {
  if (absent === undefined) return untried
  if (isDirectoryBucket(place.bucket)) return good("directory buckets have none")
  if (objectLock === undefined) return untried
  if (!objectLock.isDone) {
    return objectLock.code === "ObjectLockConfigurationNotFoundError" || objectLock.status === 404
      ? good("there is none")
      : unseen(whyUnseen(objectLock, "s3:GetBucketObjectLockConfiguration"))
  }
  const retention = objectLock.output.ObjectLockConfiguration?.Rule?.DefaultRetention
  if (retention === undefined) return good("nothing is retained by default")
  const { Days, Mode, Years } = retention
  const time = Years === undefined ? `${Days ?? "some"} days` : `${Years} years`
  return found(
    `object lock (${
      Mode ?? "default"
    }) keeps every version for ${time}: removals free nothing, and neither do lifecycle ` +
      "rules. Nothing was written",
    "keep the cache in a bucket without a default retention"
  )
}

/** Whether the key that S3 encrypts with may be used. */
export const judgeEncryption = ({ encryption, place, read, write }: Facts): Judgement => {
  const denied = isOfKey(write) ? write : isOfKey(read) ? read : undefined
  const rule = encryption?.isDone === true
    ? encryption.output.ServerSideEncryptionConfiguration?.Rules?.[0]
    : undefined
  const keyId = rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID
  if (denied !== undefined) {
    const action = denied === write ? "kms:GenerateDataKey" : "kms:Decrypt"
    return found(
      `the key that S3 encrypts with cannot be ${denied === write ? "used to write" : "used to read"}. ${
        detailOf(denied)
      }`,
      "add this to the policy of the role, and see that the policy of the key allows the role; reading needs kms:Decrypt, " +
        "writing kms:GenerateDataKey",
      { Effect: "Allow", Action: action, Resource: keyId ?? "the ARN of the key" }
    )
  }
  if (encryption === undefined) return untried
  if (!encryption.isDone) {
    return encryption.code === "ServerSideEncryptionConfigurationNotFoundError"
      ? good("there is no default encryption")
      : unseen(whyUnseen(encryption, "s3:GetEncryptionConfiguration"))
  }
  const algorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? "AES256"
  return algorithm.startsWith("aws:kms") && rule?.BucketKeyEnabled !== true && !isDirectoryBucket(place.bucket)
    ? note(
      `${algorithm} without a bucket key: each read and write is a request to KMS too, which costs $0.03 per 10,000`,
      "enable the bucket key"
    )
    : good(algorithm)
}

const isOfKey = (answer: Answer<unknown> | undefined): boolean =>
  reasonOf(answer) === "Encryption" || (reasonOf(answer) === "AccessDenied" && /\bkms:[A-Z]/.test(detailOf(answer)))
