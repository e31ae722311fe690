/**
 * One operation, in a process of its own.
 */
import { report, task } from "../lib/childProcess.js"
import type { Sample } from "../lib/statistics.js"
import { measureOperation, type OperationSubject, type SuiteName } from "./Operation.js"

/** What a process is to do. */
export interface OperationTask {
  readonly suite: SuiteName
  readonly subject: string
  /** How many entries there are. */
  readonly entries: number
  /** How many operations one loop has. */
  readonly operations: number
  /** Milliseconds, at least. */
  readonly time: number
  /** Loops, at least. */
  readonly batches: number
}

/** What a process tells. */
export interface OperationReport {
  readonly sample: Sample
}

const given = task<OperationTask>()
const { subjects }: { readonly subjects: ReadonlyArray<OperationSubject> } = await import(`./${given.suite}.js`)
const subject = subjects.find((each) => each.name === given.subject)
if (subject === undefined) throw new Error(`there is no subject named ${given.subject}`)

const message: OperationReport = {
  sample: await measureOperation(subject, given.entries, given.operations, given)
}
report(message)
