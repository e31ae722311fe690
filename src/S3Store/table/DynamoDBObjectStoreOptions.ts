/**
 * How the second level uses a table of DynamoDB.
 *
 * @since 1.0.0
 */
import type { DurationInput } from "effect/Duration"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"

/**
 * How an object store uses a table of DynamoDB.
 *
 * @since 1.0.0
 * @category models
 */
export interface DynamoDBObjectStoreOptions {
  /** The table, which must be there: with the partition key `pk` and the sort key `sk`, both strings. */
  readonly table: string
  /** What the names of all objects begin with. Default `"cache/"`. */
  readonly keyPrefix?: string | undefined
  /**
   * How many partition keys the names are spread over: each takes some 1,000 writes and 3,000 reads of 4 KB in a second, and a list
   * costs as many requests at least. What was written with another number is not found. Default 16.
   */
  readonly partitions?: number | undefined
  /**
   * Which reads see every write before them, at twice the price: `"always"`, or `"certain"`: of leases, tags, lists, and where it must be
   * certain. Others may see what was there a moment ago. Default `"certain"`.
   */
  readonly consistentReads?: "always" | "certain" | undefined
  /**
   * The attribute with the time at which DynamoDB may remove an entry that is over, if that is switched on in the table.
   * Default `"expires"`.
   */
  readonly expiresAttribute?: string | undefined
  /** How long a request may take, with the SDK's retries. Default 10 seconds. */
  readonly requestTimeout?: DurationInput | undefined
}

/** The kinds of the options. */
export const dynamoDBKinds: OptionKinds<DynamoDBObjectStoreOptions> = {
  table: "text",
  keyPrefix: "text",
  partitions: "count",
  consistentReads: ["always", "certain"],
  expiresAttribute: "text",
  requestTimeout: "durationAboveZero"
}
