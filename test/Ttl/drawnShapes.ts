import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { start } from "../programs/program.js"
import type { ShapeReport, ShapesTask } from "../support/shapesMain.js"

/** Measures shapes drawn at random in a process of its own. */
export const drawn = (task: ShapesTask) =>
  Effect.gen(function*() {
    const program = yield* start("test/support/shapesMain.js", {}, [JSON.stringify(task)], ["--expose-gc"])
    assert.strictEqual(yield* program.ended, 0, program.stderr())
    const reports = program.stdout().trim().split("\n").map((line): ShapeReport => JSON.parse(line))
    assert.lengthOf(reports, task.count)
    return reports
  })

/** What the process itself may take or let go of while values are made. */
const noise = 96 * 1024

/** Objects from which properties were deleted have tables of a size that cannot be seen: rather too high. */
export const assertEstimated = <E, R>(reports: Effect.Effect<ReadonlyArray<ShapeReport>, E, R>) =>
  Effect.map(reports, (all) => {
    for (const report of all) {
      const { estimated, hasDeleted, real, values } = report
      // Numbers and the like take no more than the slots that hold them.
      if (estimated < 16) continue
      const told = `${(estimated / real).toFixed(2)}: ${JSON.stringify(report)}`
      assert.isAtLeast(estimated * values, 0.8 * (real * values - noise), told)
      assert.isAtMost(estimated * values, (hasDeleted ? 2 : 1.6) * (real * values + noise), told)
    }
    return all
  })
