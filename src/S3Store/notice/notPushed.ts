/**
 * Where nothing is heard of what is pushed.
 */
import * as Either from "effect/Either"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { cutText } from "../../Cache/printing/cutText.js"
import { isDirectoryBucket } from "../bucket/directoryBucket.js"

/** The bucket that tells of changes in a place; or why none does. */
export const tellingBucket = (
  { bucket, description }: { readonly bucket: string | undefined; readonly description: string }
): Either.Either<string, string> => {
  if (bucket === undefined) {
    return Either.left(`${cutText(description, 100)} is no bucket of S3, and sends no notifications`)
  }
  if (bucket.startsWith("arn:")) {
    return Either.left(
      "the notifications of an access point name the bucket behind it. Give the name of that bucket as bucket"
    )
  }
  return isDirectoryBucket(bucket)
    ? Either.left(`${bucket} is a directory bucket, which sends no notifications`)
    : Either.right(bucket)
}

/** The error for a cache that is to be told of changes, and cannot be. */
export const notPushed = (cache: string, why: string): CacheConfigError =>
  configError(cache, "notice", "pushed", `a duration, such as "5 seconds": ${why}`)
