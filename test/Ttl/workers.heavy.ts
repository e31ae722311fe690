import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { availableParallelism } from "node:os"
import { start } from "../programs/program.js"
import type { WorkerLimits, WorkersTask } from "../support/workersMain.js"

const mebibyte = 1024 * 1024

/** The limits of dictionaries in real worker threads. */
const limitsIn = (environment: Readonly<Record<string, string>>, task: WorkersTask) =>
  Effect.gen(function*() {
    const program = yield* start("test/support/workersMain.js", environment, [JSON.stringify(task)])
    assert.strictEqual(yield* program.ended, 0, program.stderr())
    const limits: ReadonlyArray<WorkerLimits> = JSON.parse(program.stdout())
    assert.lengthOf(limits, task.workers)
    return limits
  })

const memory = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "2048" }

describe("a percentage in worker threads", () => {
  it.scopedLive(
    "is of the memory divided by the workers there are, with Effect and without",
    () =>
      Effect.gen(function*() {
        const environment = { ...memory, AWS_LAMBDA_NODEJS_WORKER_COUNT: "8" }
        for (const { changed, effect, heap, sync } of yield* limitsIn(environment, { workers: 8, maxBytes: "25%" })) {
          assert.deepStrictEqual([sync, effect, changed], [64 * mebibyte, 64 * mebibyte, 64 * mebibyte])
          // What memory pressure is measured against is shared as well.
          assert.isAtMost(heap, 256 * mebibyte)
        }
      })
  )

  it.scopedLive("is of the memory divided by the workers that Lambda starts by itself", () =>
    Effect.gen(function*() {
      const environment = { ...memory, AWS_LAMBDA_MAX_CONCURRENCY: "64" }
      const expected = Math.floor(Math.floor(2048 * mebibyte / (8 * availableParallelism())) / 2)
      for (const { effect, sync } of yield* limitsIn(environment, { workers: 1, maxBytes: "50%" })) {
        assert.deepStrictEqual([sync, effect], [expected, expected])
      }
    }))

  it.scopedLive("is of no more than the heap that the worker is allowed", () =>
    Effect.gen(function*() {
      const task = { workers: 2, maxBytes: "50%", resourceLimits: { maxOldGenerationSizeMb: 64 } }
      for (const environment of [{}, memory, { ...memory, AWS_LAMBDA_NODEJS_WORKER_COUNT: "2" }]) {
        for (const { effect, sync } of yield* limitsIn(environment, task)) {
          assert.deepStrictEqual([sync, effect], [32 * mebibyte, 32 * mebibyte])
        }
      }
      const environment = { ...memory, AWS_LAMBDA_NODEJS_WORKER_COUNT: "64" }
      for (const { effect, sync } of yield* limitsIn(environment, task)) {
        assert.deepStrictEqual([sync, effect], [16 * mebibyte, 16 * mebibyte])
      }
    }))
})
