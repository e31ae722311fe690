/**
 * What the benchmarks found, as it is written to JSON.
 */
import type { ConnectionResults } from "./connections/results.js"
import type { KeyKind } from "./engine/keys.js"
import type { WorkloadName } from "./engine/workloads.js"
import type { Ending } from "./lib/childProcess.js"
import type { Environment } from "./lib/environment.js"
import type { RatioResults } from "./ratios/runRatios.js"

/** How a benchmark was run. */
export interface Settings {
  readonly quick: boolean
  /** How often everything was run; the best run counts. */
  readonly rounds: number
  /** Milliseconds per measurement, at least. */
  readonly time: number
}

/** A subject of the engine's benchmark that was stopped, or failed. */
export interface Unfinished {
  readonly subject: string
  readonly keys: KeyKind
  readonly ending: Ending
}

/** Nanoseconds per operation. */
export interface EngineRow {
  readonly subject: string
  readonly ours: boolean
  readonly keys: KeyKind
  readonly capacity: number
  readonly workload: WorkloadName
  /** Of the batches. */
  readonly median: number
  /** Of the batches; what a rehash takes is in it. */
  readonly mean: number
  /** The reads that were hits, 0 to 1. */
  readonly hitRatio?: number | undefined
}

/** Bytes per entry, keys and values apart. */
interface MemoryRow {
  readonly subject: string
  readonly ours: boolean
  readonly keys: KeyKind
  readonly capacity: number
  readonly filled: number
  readonly churned: number
}

/** The longest single writes, in milliseconds. */
interface PauseRow {
  readonly subject: string
  readonly ours: boolean
  readonly keys: KeyKind
  readonly capacity: number
  readonly growing: number
  readonly full: number
  /** Of both, without the collections of garbage. */
  readonly apart: number
  /** Of the first write after all entries had expired. */
  readonly expired?: number | undefined
  /** Of removing all entries. */
  readonly cleared?: number | undefined
}

/** The engine's benchmark. */
export interface EngineResults {
  readonly environment: Environment
  readonly settings: Settings
  readonly rows: ReadonlyArray<EngineRow>
  readonly memory: ReadonlyArray<MemoryRow>
  readonly pauses: ReadonlyArray<PauseRow>
  readonly unfinished: ReadonlyArray<Unfinished>
}

/** Nanoseconds per operation inside Effect. */
interface OperationRow {
  readonly subject: string
  readonly ours: boolean
  readonly entries: number
  readonly median: number
  readonly mean: number
}

/** A benchmark of operations inside Effect. */
export interface OperationResults {
  readonly environment: Environment
  readonly settings: Settings
  readonly rows: ReadonlyArray<OperationRow>
  readonly unfinished: ReadonlyArray<{
    readonly subject: string
    readonly entries: number
    readonly ending: Ending
  }>
}

/** All benchmarks that were run. */
export interface Results {
  readonly ratios?: RatioResults | undefined
  readonly engine?: EngineResults | undefined
  readonly store?: OperationResults | undefined
  readonly ttl?: OperationResults | undefined
  readonly clients?: OperationResults | undefined
  readonly connections?: ConnectionResults | undefined
}

/**
 * What an operation of a workload costs, in nanoseconds: the median, but for writes that evict the mean, because maps
 * are rehashed now and then, which belongs to what such writes cost.
 */
const cost = (row: EngineRow): number => row.workload === "set evicting" ? row.mean : row.median

/** The cost of a subject, `NaN` where it was not measured. */
export const engineCost = (
  results: EngineResults,
  of: Pick<EngineRow, "subject" | "keys" | "capacity" | "workload">
): number => {
  const found = results.rows.find((row) =>
    row.subject === of.subject && row.keys === of.keys && row.capacity === of.capacity && row.workload === of.workload
  )
  return found === undefined ? Number.NaN : cost(found)
}

/** The cost of an operation, `NaN` where it was not measured. */
export const operationCost = (results: OperationResults, subject: string, entries?: number): number =>
  results.rows.find((row) => row.subject === subject && (entries === undefined || row.entries === entries))?.median ??
    Number.NaN

/** Distinct values in the order in which they come. */
export const distinct = <A>(values: ReadonlyArray<A>): Array<A> => [...new Set(values)]
