/**
 * Whether it is known what became of a request.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { ObjectStoreError } from "./ObjectStoreErrors.js"

/** Whether a write may have been done, or may still be. */
export const isOutcomeUnknown = (exit: Exit.Exit<unknown, ObjectStoreError>): boolean =>
  Exit.isInterrupted(exit) || Option.exists(
    Option.flatMap(Exit.causeOption(exit), Cause.failureOption),
    ({ reason }) => unknownOutcomes.has(reason)
  )

const unknownOutcomes: ReadonlySet<string> = new Set(["Timeout", "Network", "Unavailable", "Unknown"])
