/**
 * Measuring by `tinybench`, in batches: a clock read costs more than most of what is measured here.
 */
import { Bench, type Task } from "tinybench"
import type { Sample } from "./statistics.js"

/** How long to measure. */
export interface Budget {
  /** At least this many milliseconds. */
  readonly time: number
  /** At least this many batches. */
  readonly batches: number
}

/**
 * Measures a synchronous batch. It is called without being measured first, a tenth of the time.
 *
 * @param operations how many operations a batch does
 */
export const measure = (batch: () => void, operations: number, budget: Budget): Sample => {
  const bench = new Bench({ ...options(budget), warmupTime: budget.time / 10 }).add("batch", batch)
  collectGarbage()
  bench.runSync()
  return sampleOf(bench.tasks[0], operations)
}

/**
 * Measures an asynchronous batch. It is called without being measured first, half the time.
 *
 * @param operations how many operations a batch does
 */
export const measureAsync = async (
  batch: () => Promise<unknown>,
  operations: number,
  budget: Budget
): Promise<Sample> => {
  const bench = new Bench({ ...options(budget), warmupTime: budget.time / 2 }).add("batch", batch)
  collectGarbage()
  await bench.run()
  return sampleOf(bench.tasks[0], operations)
}

/** Collects garbage, so that nobody pays for what others left; the process runs with `--expose-gc`. */
export const collectGarbage = (): void => {
  if (globalThis.gc === undefined) throw new Error("benchmarks run with node --expose-gc")
  globalThis.gc()
}

const options = (budget: Budget) => ({
  time: budget.time,
  iterations: budget.batches,
  warmupIterations: 2,
  throws: true
})

const sampleOf = (task: Task | undefined, operations: number): Sample => {
  const result = task?.result
  if (result?.state !== "completed") throw new Error(`the measurement ended as ${result?.state}`)
  const perOperation = 1e6 / operations
  return { median: result.latency.p50 * perOperation, mean: result.latency.mean * perOperation }
}
