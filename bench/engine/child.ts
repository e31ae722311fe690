/**
 * One subject with one kind of keys.
 */
import { report, task } from "../lib/childProcess.js"
import { measure } from "../lib/measure.js"
import type { Sample } from "../lib/statistics.js"
import { type KeyKind, makeKeys } from "./keys.js"
import { type Memory, weigh } from "./memory.js"
import { longestPauses, type Pauses } from "./pauses.js"
import { subjects } from "./subjects.js"
import { batchSize, keysFor, makeWorkload, type WorkloadName, workloadsOf } from "./workloads.js"

/** What a process is to do. */
export interface EngineTask {
  readonly subject: string
  readonly keys: KeyKind
  readonly capacities: ReadonlyArray<number>
  /** Milliseconds per workload and capacity, at least. */
  readonly time: number
  /** At which capacities to weigh; none in a round that only measures time. */
  readonly weighAt: ReadonlyArray<number>
  /** At which capacities to look for the longest pauses. */
  readonly pauseAt: ReadonlyArray<number>
}

/** What a process tells. */
export type EngineReport =
  | {
    readonly kind: "time"
    readonly capacity: number
    readonly workload: WorkloadName
    readonly sample: Sample
    readonly hitRatio?: number | undefined
  }
  | { readonly kind: "memory"; readonly capacity: number; readonly memory: Memory }
  | { readonly kind: "pauses"; readonly capacity: number; readonly pauses: Pauses }

const send = (message: EngineReport): void => report(message)

const given = task<EngineTask>()
const subject = subjects.find((each) => each.name === given.subject)
if (subject === undefined) throw new Error(`there is no subject named ${given.subject}`)
const make = await subject.load()
const keys = makeKeys(given.keys, Math.max(...given.capacities.map(keysFor)))

const weighed = (capacity: number) => weigh(make, keys, capacity)
// The first one pays for what V8 compiles.
if (given.weighAt.length > 0) weighed(1000)

for (const capacity of given.capacities) {
  const some = keys.slice(0, keysFor(capacity))
  for (const workload of workloadsOf(given.keys)) {
    const work = makeWorkload(workload, make, some, capacity)
    // A rehash has to show in the mean, and a map of this size is rehashed about once in as many writes.
    const batches = workload === "set evicting" ? Math.ceil((1.2 * capacity) / batchSize) : 0
    const sample = measure(work.batch, batchSize, { time: given.time, batches })
    send({ kind: "time", capacity, workload, sample, hitRatio: work.hitRatio() })
  }
  if (given.weighAt.includes(capacity)) send({ kind: "memory", capacity, memory: weighed(capacity) })
  if (given.pauseAt.includes(capacity)) {
    send({ kind: "pauses", capacity, pauses: await longestPauses(make, keys, capacity) })
  }
}
