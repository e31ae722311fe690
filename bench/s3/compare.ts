/**
 * Two operations in turn.
 */
import * as Effect from "effect/Effect"
import { median } from "../lib/statistics.js"

/** An operation of ours, and the one it is held against. */
export interface Comparison {
  readonly operation: string
  /** What it is held against. */
  readonly beside: string
  /** Of the value. */
  readonly bytes: number
  /** How often each is done. */
  readonly times: number
  /** How many times as long ours may take. */
  readonly limit: number
  readonly ours: Effect.Effect<unknown, unknown>
  readonly bare: Effect.Effect<unknown, unknown>
}

/** What came out. */
interface Row extends Pick<Comparison, "operation" | "beside" | "bytes" | "limit"> {
  /** Milliseconds, medians. */
  readonly ours: number
  readonly bare: number
  readonly ratio: number
  /** Of the processor time this process took, means: a busy machine changes it less. */
  readonly cpuRatio: number
}

/** For each operation that is measured, how many are done before. */
const warmUp = 0.5

/** Does both operations in turn, each first as often as the other, and compares their medians. */
export const compare = ({ bare, beside, bytes, limit, operation, ours, times }: Comparison) =>
  Effect.gen(function*() {
    const taken: { readonly ours: Array<number>; readonly bare: Array<number> } = { ours: [], bare: [] }
    const cpu = { ours: 0, bare: 0 }
    const timed = (whose: "ours" | "bare", effect: Effect.Effect<unknown, unknown>) =>
      Effect.suspend(() => {
        const cpuStart = process.cpuUsage()
        const start = performance.now()
        return Effect.map(effect, () => {
          taken[whose].push(performance.now() - start)
          const { system, user } = process.cpuUsage(cpuStart)
          cpu[whose] += system + user
        })
      })
    const both = [timed("ours", ours), timed("bare", bare)]
    const before = Math.ceil(warmUp * times)
    for (let at = 0; at < before + times; at++) {
      if (at === before) {
        taken.ours.length = 0
        taken.bare.length = 0
        cpu.ours = 0
        cpu.bare = 0
      }
      for (const each of at % 2 === 0 ? both : both.toReversed()) yield* each
    }
    const result = { ours: median(taken.ours), bare: median(taken.bare) }
    const row: Row = {
      operation,
      beside,
      bytes,
      limit,
      ...result,
      ratio: result.ours / result.bare,
      cpuRatio: cpu.ours / cpu.bare
    }
    return row
  })
