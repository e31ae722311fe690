/**
 * Caches without Effect, with strings as keys: a kind of work, and a number of entries.
 */
import { makeKeys } from "../../engine/keys.js"
import { subjects } from "../../engine/subjects.js"
import { batchSize, keysFor, makeWorkload, workloadNames } from "../../engine/workloads.js"
import type { Open } from "../Ratio.js"
import { perOperation } from "./perOperation.js"

const batches = 50

/** Opens a subject of the engine's benchmark: its name, the workload, how many entries. */
export const open: Open = async ([name, work, entries]) => {
  const subject = subjects.find((each) => each.name === name)
  const workload = workloadNames.find((each) => each === work)
  if (subject === undefined || workload === undefined) throw new Error(`there is no ${work} of ${name}`)
  const capacity = Number(entries)
  const { batch } = makeWorkload(workload, await subject.load(), makeKeys("strings", keysFor(capacity)), capacity)
  // A rehash belongs to what a write costs, and a map is rehashed about once in as many writes.
  const times = Math.max(batches, workload === "set evicting" ? Math.ceil((1.2 * capacity) / batchSize) : 0)
  return {
    round: () =>
      perOperation(() => {
        for (let at = 0; at < times; at++) batch()
      }, times * batchSize)
  }
}
