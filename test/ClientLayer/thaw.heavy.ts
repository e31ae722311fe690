import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { writesAfterThaw } from "./thaw.js"

describe("a process that is stopped for longer than the server keeps its connections", () => {
  for (const layer of ["cache", "session"] as const) {
    it.scopedLive(
      `writes at the first attempt when it is thawed, through a client of the ${layer}`,
      () =>
        Effect.gen(function*() {
          const rounds = 500
          const { connections, executedTwice, outcomes } = yield* writesAfterThaw(layer, rounds)
          assert.deepStrictEqual(outcomes, Array.from({ length: rounds }, () => "1"))
          assert.deepStrictEqual(executedTwice, [])
          assert.strictEqual(connections, rounds)
        }),
      600_000
    )
  }
})
