/**
 * Operations inside Effect, and how they are measured.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Budget, measureAsync } from "../lib/measure.js"
import type { Sample } from "../lib/statistics.js"

/** One operation, done again and again with the numbers from 0. */
export type Operation = (at: number) => Effect.Effect<unknown, unknown>

/** How an operation is set up. */
export interface OperationSubject {
  readonly name: string
  /** Whether it is this library's. */
  readonly ours: boolean
  /** Whether a loop is to have a tenth of the operations. */
  readonly slow?: boolean | undefined
  /** Given how many entries there are to be. */
  readonly setUp: (entries: number) => Effect.Effect<Operation, unknown, Scope.Scope>
}

/** A file of this folder that exports `subjects`. */
export type SuiteName = "store" | "ttl" | "clients"

/** Sets an operation up, and measures it in loops of `operations` steps in a single generator. */
export const measureOperation = (
  subject: OperationSubject,
  entries: number,
  operations: number,
  budget: Budget
): Promise<Sample> =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const operation = yield* subject.setUp(entries)
    let at = 0
    const loop = Effect.gen(function*() {
      for (const end = at + operations; at < end; at++) yield* operation(at)
    })
    return yield* Effect.tryPromise(() => measureAsync(() => Effect.runPromise(loop), operations, budget))
  })))
