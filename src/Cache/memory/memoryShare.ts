/**
 * The memory that one thread of a program may count on.
 */
import { availableParallelism } from "node:os"
import { getHeapStatistics } from "node:v8"
import { resourceLimits } from "node:worker_threads"

/** What the environment says of the memory there is, and of what shares it. */
export interface MemorySettings {
  /** `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`: the memory of the whole sandbox, in megabytes. */
  readonly memorySize: number | undefined
  /** `AWS_LAMBDA_NODEJS_WORKER_COUNT`: how many worker threads run the handler. */
  readonly workerCount: number | undefined
  /** `AWS_LAMBDA_MAX_CONCURRENCY`: set where Lambda runs handlers in worker threads, as Managed Instances do. */
  readonly maxConcurrency: number | undefined
}

const mebibyte = 1024 * 1024

/** How many worker threads Lambda starts for each processor, unless it is told how many. */
const workersPerProcessor = 8

const isPositive = (value: number | undefined): value is number =>
  value !== undefined && value > 0 && Number.isFinite(value)

/**
 * How many threads share the memory: what `AWS_LAMBDA_NODEJS_WORKER_COUNT` says, cut to a whole number of at least 1; else
 * 8 for each processor where `AWS_LAMBDA_MAX_CONCURRENCY` is set, which is what Lambda starts; else one.
 */
export const workersOf = ({ maxConcurrency, workerCount }: MemorySettings): number => {
  if (isPositive(workerCount)) return Math.max(1, Math.floor(workerCount))
  return isPositive(maxConcurrency) ? workersPerProcessor * availableParallelism() : 1
}

/**
 * The memory that this thread may count on, in bytes: that of the sandbox, or where none is told the limit of the
 * JavaScript heap, divided by the threads that share it (see {@link workersOf}); in a worker thread no more than the old
 * generation its `resourceLimits` allow.
 */
export const memoryShare = (settings: MemorySettings): number => {
  const whole = isPositive(settings.memorySize) ? settings.memorySize * mebibyte : getHeapStatistics().heap_size_limit
  const own = resourceLimits.maxOldGenerationSizeMb
  const share = Math.floor(whole / workersOf(settings))
  return isPositive(own) ? Math.min(share, Math.floor(own * mebibyte)) : share
}

const numberIn = (name: string): number => Number(process.env[name])

/** What the environment of the process says. */
export const readMemorySettings = (): MemorySettings => ({
  memorySize: numberIn("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
  workerCount: numberIn("AWS_LAMBDA_NODEJS_WORKER_COUNT"),
  maxConcurrency: numberIn("AWS_LAMBDA_MAX_CONCURRENCY")
})
