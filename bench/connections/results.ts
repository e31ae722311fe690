/**
 * What the benchmark of connections found, as it is written to JSON.
 */
import type { Ending } from "../lib/childProcess.js"
import type { Environment } from "../lib/environment.js"

/** How one way of keeping clients did under churn. */
export interface ChurnRow {
  readonly subject: string
  readonly ours: boolean
  readonly calls: number
  /** Calls that failed, or whose body was cut off. */
  readonly failed: number
  /** Calls that the SDK sent more than once. */
  readonly retried: number
  /** Requests that the server executed beyond one for each call. */
  readonly duplicates: number
  /** The most connections at the same moment. */
  readonly mostSockets: number
  /** Connections after the last call. */
  readonly socketsAtEnd: number
  /** Connections after everything that was kept had been closed. */
  readonly socketsLeft: number
  readonly milliseconds: number
}

/** How long one request takes, in milliseconds. */
export interface RequestRow {
  readonly subject: string
  readonly ours: boolean
  /** The round trip that was simulated, in milliseconds. */
  readonly roundTrip: number
  readonly median: number
}

/** What a process tells: a row of one of the two kinds. */
export interface ConnectionReport {
  readonly churn?: ChurnRow | undefined
  readonly request?: RequestRow | undefined
}

/** The benchmark of connections. */
export interface ConnectionResults {
  readonly environment: Environment
  readonly settings: { readonly quick: boolean }
  readonly churn: ReadonlyArray<ChurnRow>
  readonly requests: ReadonlyArray<RequestRow>
  readonly unfinished: ReadonlyArray<{ readonly subject: string; readonly ending: Ending }>
}
