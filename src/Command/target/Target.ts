/**
 * Which bucket, table or folder is meant.
 */
import * as Either from "effect/Either"

/** A bucket or a table with what the names of its objects begin with, or a folder. */
export type Target =
  | { readonly _tag: "Bucket"; readonly bucket: string; readonly keyPrefix: string }
  | { readonly _tag: "Table"; readonly table: string; readonly keyPrefix: string }
  | { readonly _tag: "Folder"; readonly directory: string }

/** How the client of a bucket or a table is made. */
export interface ClientSettings {
  readonly region?: string
  readonly profile?: string
  readonly endpoint?: string
}

/** The library's, where nobody says another one. */
const defaultPrefix = "cache/"

const inS3 = /^s3:\/\/(arn:[^/\s]+:accesspoint[:/][^/\s]+|[^/\s]+)(?:\/(.*))?$/

const inDynamoDB = /^dynamodb:\/\/([A-Za-z0-9_.-]+)(?:\/(.*))?$/

/** What a target may be. */
export const acceptedTargets = "s3://bucket/prefix, dynamodb://table/prefix, or the path of a folder"

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
  const [, table, start] = inDynamoDB.exec(text) ?? []
  if (table !== undefined) return Either.right({ _tag: "Table", table, keyPrefix: prefixOf(start) })
  const [, bucket, path] = inS3.exec(text) ?? []
  if (bucket === undefined) return Either.left(`a target is ${acceptedTargets}`)
  return Either.right({ _tag: "Bucket", bucket, keyPrefix: prefixOf(path) })
}

const prefixOf = (path: string | undefined): string =>
  path === undefined ? defaultPrefix : path === "" || path.endsWith("/") ? path : `${path}/`

/** How a target is shown. */
export const showTarget = (target: Target): string => {
  switch (target._tag) {
    case "Bucket":
      return `s3://${target.bucket}/${target.keyPrefix}`
    case "Table":
      return `dynamodb://${target.table}/${target.keyPrefix}`
    case "Folder":
      return target.directory
  }
}
