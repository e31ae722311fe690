import * as Effect from "effect/Effect"
import { collectGarbage } from "./collectGarbage.js"
import { turns } from "./until.js"

/** The bytes in use in the heap of this process and in its buffers, after collecting garbage. */
export const memoryInUse = (): number => {
  // Twice: the backing stores of buffers are let go in the second round.
  collectGarbage()
  collectGarbage()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

/**
 * The bytes in use once nothing more is let go: what ended a moment ago, such as the test before, may be held by work
 * that the event loop has still to finish, and backing stores of buffers are freed by another thread.
 */
export const settledMemoryInUse: Effect.Effect<number> = Effect.suspend(() => settled(Number.POSITIVE_INFINITY, 0, 4))

/** The same, for processes in which nothing else goes on: it looks half as often. */
export const quietMemoryInUse: Effect.Effect<number> = Effect.suspend(() => settled(Number.POSITIVE_INFINITY, 0, 2))

const slack = 64 * 1024

const settled = (least: number, steady: number, rounds: number): Effect.Effect<number> =>
  Effect.flatMap(turns(20), () => {
    const now = memoryInUse()
    if (now < least - slack) return settled(now, 0, rounds)
    return steady + 1 < rounds ? settled(Math.min(now, least), steady + 1, rounds) : Effect.succeed(now)
  })
