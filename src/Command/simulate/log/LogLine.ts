/**
 * What a line of a log says.
 */
import { KeyHash } from "./KeyHash.js"

/**
 * What became of a line: `request` (what it asks for is in the {@link LogLine}), `other` (it can be read, and is not counted:
 * another method, an answer that is an error, a comment), `unreadable`.
 */
type Outcome = "request" | "other" | "unreadable"

/** A request as a line tells it, in an object that is used again for the next line. */
export class LogLine {
  /** Of its key. */
  readonly key = new KeyHash()
  /** In bytes, `NaN` where it is not known. */
  size = Number.NaN
  /** Whether what was sent may be less than all of it. */
  isPart = false
  /** In milliseconds, `NaN` where it is not known. */
  time = Number.NaN
  /** In milliseconds, `NaN` where it is not known. */
  cost = Number.NaN

  /** Forgets what the line before said, and begins a key. */
  start(): void {
    this.key.start()
    this.size = Number.NaN
    this.isPart = false
    this.time = Number.NaN
    this.cost = Number.NaN
  }
}

/** Reads a line of a log: `bytes` from `from` on, up to `to`, without what ends it. */
export type ReadLine = (bytes: Buffer, from: number, to: number, line: LogLine) => Outcome
