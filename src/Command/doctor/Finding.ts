/**
 * What the doctor says of a bucket.
 */

/** What is looked at of a bucket, in the order in which it is told. */
export const bucketChecks = [
  "credentials",
  "bucket",
  "clock",
  "remove",
  "write",
  "read",
  "absent",
  "list",
  "encryption",
  "requester-pays",
  "checksums",
  "etags",
  "unchanged",
  "ranges",
  "conditional-writes",
  "conditional-deletes",
  "lifecycle",
  "transitions",
  "versions",
  "object-lock",
  "notifications",
  "probes"
] as const

/** The same of a table. */
export const tableChecks = [
  "credentials",
  "table",
  "clock",
  "keys",
  "remove",
  "write",
  "read",
  "list",
  "conditional-writes",
  "conditional-deletes",
  "batch-removals",
  "time-to-live",
  "capacity",
  "probes"
] as const

export type BucketCheck = (typeof bucketChecks)[number]

export type TableCheck = (typeof tableChecks)[number]

/** One thing that is looked at. */
export type CheckName = BucketCheck | TableCheck

/** All of them. */
export const checks: ReadonlyArray<CheckName> = [...new Set([...bucketChecks, ...tableChecks])]

/**
 * How it is:
 *
 * - `good`: as the cache wants it;
 * - `note`: the cache copes with it, but it is worth knowing;
 * - `found`: something is to be done;
 * - `unseen`: it may not be looked at, or the server cannot tell;
 * - `untried`: not looked at, since something before it was found.
 */
export type FindingOutcome = "good" | "note" | "found" | "unseen" | "untried"

/** What allows an action, as a policy has it. */
export interface PolicyStatement {
  readonly Effect: "Allow"
  readonly Action: string
  readonly Resource: string
}

/** What was found out about one thing. */
export interface Finding {
  readonly check: CheckName
  /** Which store it is about, where there are several: `large`. */
  readonly part?: string | undefined
  readonly outcome: FindingOutcome
  /** What was seen, in a sentence or two. */
  readonly says: string
  /** What to do about it. */
  readonly todo?: string | undefined
  /** The statement that the policy of the role lacks. */
  readonly policy?: PolicyStatement | undefined
}

/** All that was found out about a second level. */
export interface Diagnosis {
  /** Such as `s3://my-bucket/cache/`. */
  readonly target: string
  readonly findings: ReadonlyArray<Finding>
  /** How many requests it took. */
  readonly requests: number
}

/** What was seen of one thing, before it is said of which. */
export type Judgement = Omit<Finding, "check" | "part">

export const good = (says: string): Judgement => ({ outcome: "good", says })
export const note = (says: string, todo?: string): Judgement => ({ outcome: "note", says, todo })
export const found = (says: string, todo: string, policy?: PolicyStatement): Judgement => ({
  outcome: "found",
  says,
  todo,
  policy
})
export const unseen = (says: string): Judgement => ({ outcome: "unseen", says })
export const untried: Judgement = { outcome: "untried", says: "not tried, because of what was found before it" }
