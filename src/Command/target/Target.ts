/**
 * Which bucket or folder is meant.
 */
import * as Either from "effect/Either"

/** A bucket with what the names of its objects begin with, or a folder. */
export type Target =
  | { readonly _tag: "Bucket"; readonly bucket: string; readonly keyPrefix: string }
  | { readonly _tag: "Folder"; readonly directory: string }

/** The library's, where nobody says another one. */
const defaultPrefix = "cache/"

const inS3 = /^s3:\/\/(arn:[^/\s]+:accesspoint[:/][^/\s]+|[^/\s]+)(?:\/(.*))?$/

/** The target of a text, or what is accepted. */
export const parseTarget = (text: string): Either.Either<Target, string> => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (text.trim() === "") return Either.left("it is empty")
    // Otherwise a copy would make a folder that is called so.
    if (/^s3:/i.test(text)) return Either.left("a bucket is named s3://bucket/prefix, a folder of that name ./s3:")
    if (/^~[^/]*(?:\/|$)/.test(text)) {
      return Either.left("the shell has left the ~ as it is; a folder of that name is ./~")
    }
    return Either.right({ _tag: "Folder", directory: text })
  }
  const [, bucket, path] = inS3.exec(text) ?? []
  if (bucket === undefined) return Either.left("a target is s3://bucket/prefix, or the path of a folder")
  const keyPrefix = path === undefined ? defaultPrefix : path === "" || path.endsWith("/") ? path : `${path}/`
  return Either.right({ _tag: "Bucket", bucket, keyPrefix })
}

/** How a target is shown. */
export const showTarget = (target: Target): string =>
  target._tag === "Bucket" ? `s3://${target.bucket}/${target.keyPrefix}` : target.directory
