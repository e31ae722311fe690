/**
 * What was heard so far.
 *
 * @since 1.0.0
 */

/**
 * What a process has heard so far.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3NotificationsStats {
  /** Answers of SQS, those without a message too. */
  readonly receives: number
  /** Messages that were received, some perhaps more than once. */
  readonly messages: number
  /** Objects that were written or removed, by what messages say. */
  readonly changes: number
  /** Those of them that are of a cache of this process. */
  readonly told: number
  /** Messages by which S3 tries whether it may send. */
  readonly test: number
  /** Messages that are none of S3, or not to be understood. They are removed, and change nothing. */
  readonly foreign: number
  /** Messages that could not be removed, and so come again. */
  readonly undeleted: number
  /** Requests that failed. */
  readonly failures: number
}

/** The same, counting. */
export type NotificationCounts = { -readonly [Name in keyof S3NotificationsStats]: number }

/** Counts from 0. */
export const zeroCounts = (): NotificationCounts => ({
  receives: 0,
  messages: 0,
  changes: 0,
  told: 0,
  test: 0,
  foreign: 0,
  undeleted: 0,
  failures: 0
})
