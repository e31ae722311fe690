/**
 * The statements of a policy that the cache needs.
 */
import * as Either from "effect/Either"
import { partitionForRegion } from "../../ClientLayer/regions/Partition.js"
import { isDirectoryBucket } from "../../S3Store/bucket/directoryBucket.js"
import type { PolicyStatement } from "./Finding.js"

/** A bucket, as policies name it. */
export interface PolicyPlace {
  readonly bucket: string
  readonly keyPrefix: string
  readonly region: string | undefined
}

/** What the cache does, and the action that allows it. */
export type NeededAction =
  | "s3:GetObject"
  | "s3:PutObject"
  | "s3:DeleteObject"
  | "s3:ListBucket"
  | "s3:GetBucketNotification"

/** The statement that allows an action. All actions of a directory bucket are allowed by the session. */
export const statementFor = (action: NeededAction, place: PolicyPlace): PolicyStatement => {
  const { bucket, keyPrefix, region } = place
  if (isDirectoryBucket(bucket)) {
    return {
      Effect: "Allow",
      Action: "s3express:CreateSession",
      Resource: `arn:${partitionOf(region)}:s3express:${region ?? "REGION"}:ACCOUNT:bucket/${bucket}`
    }
  }
  const arn = bucket.startsWith("arn:") ? bucket : `arn:${partitionOf(region)}:s3:::${bucket}`
  const objects = bucket.startsWith("arn:") ? `${arn}/object` : arn
  return {
    Effect: "Allow",
    Action: action,
    Resource: action === "s3:ListBucket" || action === "s3:GetBucketNotification" ? arn : `${objects}/${keyPrefix}*`
  }
}

/** A table, as policies name it. */
export interface TablePlace {
  readonly table: string
  readonly keyPrefix: string
  readonly region: string | undefined
  /** Its ARN, where something told it. */
  readonly arn?: string | undefined
}

/** What the cache does with a table, and the action that allows it. */
export type TableAction =
  | "dynamodb:GetItem"
  | "dynamodb:PutItem"
  | "dynamodb:DeleteItem"
  | "dynamodb:BatchWriteItem"
  | "dynamodb:Query"
  | "dynamodb:DescribeTable"
  | "dynamodb:DescribeTimeToLive"

/** The statement that allows an action. */
export const tableStatementFor = (action: TableAction, { arn, region, table }: TablePlace): PolicyStatement => ({
  Effect: "Allow",
  Action: action,
  Resource: arn ?? `arn:${partitionOf(region)}:dynamodb:${region ?? "REGION"}:ACCOUNT:table/${table}`
})

const partitionOf = (region: string | undefined): string =>
  region === undefined ? "aws" : Either.getOrElse(partitionForRegion(region), () => "aws")
