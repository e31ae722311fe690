/**
 * What was asked for: the requests of a log or a trace.
 */

/** Requests in their order, in columns. */
export interface Requests {
  /** What each asked for: keys are numbered densely from 0, in the order of their first requests. */
  readonly keys: Int32Array
  /** How many keys there are. */
  readonly unique: number
  /** The bytes of what each asked for, where that is known. */
  readonly sizes?: Float64Array | undefined
  /** When each was, in milliseconds, none before the one before it, where that is known. */
  readonly times?: Float64Array | undefined
  /** What each takes to compute, in milliseconds, where that is known. */
  readonly costs?: Float64Array | undefined
}
