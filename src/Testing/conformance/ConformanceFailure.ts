/**
 * What a store did that the contract does not allow.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText } from "../../Cache/printing/cutText.js"

/**
 * What a `ConformanceFailure` says.
 *
 * @since 1.0.0
 * @category models
 */
export interface ConformanceFault {
  /** The name of the test. */
  readonly test: string
  /** What the contract says. */
  readonly contract: string
  /** What was to be seen. */
  readonly expected: string
  /** What was seen. */
  readonly seen: string
  /** What it came of, where the store failed or died. */
  readonly cause?: unknown
}

/**
 * An object store does not do what every object store has to do.
 *
 * @since 1.0.0
 * @category errors
 */
export class ConformanceFailure extends Data.TaggedError("ConformanceFailure")<ConformanceFault> {
  override get message(): string {
    const { contract, expected, seen } = this
    return `${contract}: the store should show ${cutText(expected, 140)}, and shows ${cutText(seen, 200)}`
  }
}
