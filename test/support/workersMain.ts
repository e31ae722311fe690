/**
 * Starts worker threads that each make dictionaries of a share of the memory, and prints their limits as one line of JSON,
 * a {@link WorkerLimits} for each. The argument is a {@link WorkersTask} as JSON.
 */
import { readHeap, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { isMainThread, parentPort, type ResourceLimits, Worker, workerData } from "node:worker_threads"

/** What the process is to do. */
export interface WorkersTask {
  readonly workers: number
  readonly maxBytes: string
  readonly resourceLimits?: ResourceLimits
}

/** What one thread came to, in bytes. */
export interface WorkerLimits {
  readonly sync: number
  readonly effect: number
  readonly changed: number
  readonly heap: number
}

if (isMainThread) {
  const task: WorkersTask = JSON.parse(process.argv[2] ?? "")
  const { maxBytes, resourceLimits = {}, workers } = task
  const limits = await Promise.all(
    Array.from({ length: workers }, async () => {
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: maxBytes, resourceLimits })
      const [told] = await once(worker, "message")
      return told
    })
  )
  process.stdout.write(`${JSON.stringify(limits)}\n`)
} else {
  const maxBytes: string = workerData
  const limitOf = Effect.flatMap(TtlDict.make({ maxBytes }), (dict) => dict.limits).pipe(Effect.scoped)
  const sync = new SyncTtlDict({ maxBytes: 1000 })
  sync.resize({ maxBytes })
  const told: WorkerLimits = {
    sync: new SyncTtlDict({ maxBytes }).limits.maxBytes,
    effect: (await Effect.runPromise(limitOf)).maxBytes,
    changed: sync.limits.maxBytes,
    heap: readHeap().limit
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port is no window
  parentPort?.postMessage(told)
}
