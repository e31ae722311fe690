import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { start } from "../programs/program.js"
import type { FillReport, FillTask } from "../support/ttlMemoryMain.js"

/** Fills dictionaries in a process of its own, one for each shape. */
export const fill = (task: FillTask) =>
  Effect.gen(function*() {
    const program = yield* start("test/support/ttlMemoryMain.js", {}, [JSON.stringify(task)], ["--expose-gc"])
    assert.strictEqual(yield* program.ended, 0, program.stderr())
    return program.stdout().trim().split("\n").map((line): FillReport => JSON.parse(line))
  })

/** The ceiling that the documentation promises. */
export const assertBounded = (report: FillReport, maxBytes: number): void => {
  const told = JSON.stringify(report)
  assert.isAtMost(report.byteSize, maxBytes, told)
  assert.isAbove(report.byteSize, maxBytes * 0.98, told)
  assert.isAtMost(report.growth, maxBytes * 1.25, told)
}
