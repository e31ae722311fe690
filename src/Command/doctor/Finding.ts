/**
 * What the doctor says of a bucket.
 */

/** What is looked at, in the order in which it is told. */
export const checks = [
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
  "probes"
] as const

/** One thing that is looked at. */
export type CheckName = (typeof checks)[number]

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
  readonly outcome: FindingOutcome
  /** What was seen, in a sentence or two. */
  readonly says: string
  /** What to do about it. */
  readonly todo?: string | undefined
  /** The statement that the policy of the role lacks. */
  readonly policy?: PolicyStatement | undefined
}

/** All that was found out about a bucket. */
export interface Diagnosis {
  /** Such as `s3://my-bucket/cache/`. */
  readonly target: string
  readonly findings: ReadonlyArray<Finding>
  /** How many requests it took. */
  readonly requests: number
}

/** What was seen of one thing, before it is said of which. */
export type Judgement = Omit<Finding, "check">

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
