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

/** Fills dictionaries of 8 MB, and asserts that they take what they say. */
export const assertFull = (shapes: ReadonlyArray<string>) =>
  Effect.map(fill({ shapes, maxBytes: full, writes: 0, turnovers: 1 }), (reports) => {
    assert.deepStrictEqual(reports.map(({ shape }) => shape), shapes)
    for (const report of reports) {
      assertBounded(report, full)
      // The estimate is not far too high either. The tables of a map grow by steps, and what is said of an entry's part
      // of them holds right after a step; these numbers are so small that they weigh less than it.
      const least = report.shape === "whole numbers" ? 0.7 : 0.8
      assert.isAbove(report.growth, full * least, JSON.stringify(report))
    }
  })

const full = 8 * 1024 * 1024

/** The ceiling that the documentation promises. */
export const assertBounded = (report: FillReport, maxBytes: number): void => {
  const told = JSON.stringify(report)
  assert.isAtMost(report.byteSize, maxBytes, told)
  assert.isAbove(report.byteSize, maxBytes * 0.98, told)
  assert.isAtMost(report.growth, maxBytes * 1.25, told)
}
